package mailbox

import (
	"encoding/base64"
	"strconv"
	"strings"

	"huiying/ingest"
)

// words decodes a header value: encoded words (RFC 2047) and what stands between
// them. Neighbouring words of one charset are joined as bytes first, because
// mailers cut them inside a character; raw 8-bit text is read as well.
func words(s string) string { text, _ := wordsSure(s); return text }

// wordsSure also says whether every byte had a meaning.
func wordsSure(s string) (text string, sure bool) {
	sure = true
	var out strings.Builder
	var pending []byte // bytes of encoded words not decoded yet
	charset := ""
	flush := func() {
		if pending != nil {
			t, ok := ingest.Decode(pending, charset)
			out.WriteString(t)
			sure = sure && ok
			pending = nil
		}
	}
	for s != "" {
		start := strings.Index(s, "=?")
		if start < 0 {
			start = len(s)
		}
		cs, data, rest, ok := encodedWord(s[start:])
		plain := s[:start]
		if !ok && start < len(s) {
			plain, rest = s[:start+2], s[start+2:]
		}
		if plain != "" && !(ok && pending != nil && strings.TrimSpace(plain) == "") {
			flush()
			t, good := ingest.Decode([]byte(plain), "")
			out.WriteString(t)
			sure = sure && good
		}
		if ok {
			if pending != nil && !strings.EqualFold(cs, charset) {
				flush()
			}
			charset = cs
			if pending == nil {
				pending = make([]byte, 0, 4*len(data))
			}
			pending = append(pending, data...)
		}
		s = rest
	}
	flush()
	return ingest.Line(out.String()), sure
}

// encodedWord reads one =?charset?B|Q?text?= at the start of s.
func encodedWord(s string) (charset string, data []byte, rest string, ok bool) {
	if !strings.HasPrefix(s, "=?") {
		return "", nil, "", false
	}
	charset, r, ok := strings.Cut(s[2:], "?")
	if !ok || len(charset) > 60 || len(r) < 2 || r[1] != '?' {
		return "", nil, "", false
	}
	charset, _, _ = strings.Cut(charset, "*") // RFC 2231 language
	enc := r[0] | 0x20
	text, rest, ok := strings.Cut(r[2:], "?=")
	if !ok {
		return "", nil, "", false
	}
	// A Q word may end in "=" of its own: "=?gbk?Q?=B6?=" is fine, but the text of
	// "?Q??=41?=" begins with a "?" that isn't the end.
	switch enc {
	case 'b':
		return charset, unbase64([]byte(text)), rest, true
	case 'q':
		return charset, unquote(text), rest, true
	}
	return "", nil, "", false
}

// unquote undoes Q: underscores are blanks, =XX bytes, the rest stands for itself.
func unquote(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '_':
			out = append(out, ' ')
		case s[i] == '=' && i+2 < len(s):
			v, err := strconv.ParseUint(s[i+1:i+3], 16, 8)
			if err != nil {
				out = append(out, s[i])
				continue
			}
			out = append(out, byte(v))
			i += 2
		default:
			out = append(out, s[i])
		}
	}
	return out
}

// unbase64 decodes what of it is base64: foreign characters are passed over,
// padding may be missing or stand inside (pieces joined by a mailer), the end may
// be cut off.
func unbase64(b []byte) []byte {
	out := make([]byte, 0, len(b)*3/4+3)
	var quad [4]byte
	n := 0
	end := func() {
		if n >= 2 {
			var dst [3]byte
			m, err := base64.RawStdEncoding.Decode(dst[:], quad[:n])
			if err == nil {
				out = append(out, dst[:m]...)
			}
		}
		n = 0
	}
	for _, c := range b {
		switch {
		case c >= 'A' && c <= 'Z', c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '+', c == '/':
		case c == '-':
			c = '+'
		case c == '_':
			c = '/'
		case c == '=':
			end()
			continue
		default:
			continue
		}
		quad[n] = c
		if n++; n == 4 {
			end()
		}
	}
	end()
	return out
}
