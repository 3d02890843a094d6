package mailbox

import (
	"bytes"
	"strconv"
	"strings"

	"huiying/ingest"
)

const (
	maxHeaderLines = 4000
	maxHeaderBytes = 1 << 20
	// oddLines may stand before the first field; more, and there is no header at all.
	oddLines = 4
)

// field is one field of a header, unfolded, its value as bytes on the wire.
type field struct{ name, value string }

// header is the fields in order. Values aren't decoded.
type header []field

// get is the first field of that name.
func (h header) get(name string) string {
	for _, f := range h {
		if strings.EqualFold(f.name, name) {
			return f.value
		}
	}
	return ""
}

// split takes a message or part apart at the first empty line. Lines that are no
// field are passed over: one odd line never costs the letter. A text that begins
// without any field is all body.
func split(b []byte) (h header, body []byte) {
	rest := b
	for lines := 0; len(rest) > 0 && lines < maxHeaderLines && len(b)-len(rest) < maxHeaderBytes; lines++ {
		line, after := cutLine(rest)
		if len(line) == 0 {
			return h, after
		}
		switch {
		case line[0] == ' ' || line[0] == '\t':
			if len(h) > 0 {
				h[len(h)-1].value += " " + strings.TrimSpace(string(line))
			}
		default:
			name, value, ok := bytes.Cut(line, []byte{':'})
			if n := bytes.TrimRight(name, " \t"); ok && isFieldName(n) {
				h = append(h, field{string(n), strings.TrimSpace(string(value))})
			} else if len(h) == 0 && lines >= oddLines {
				return nil, b // nothing of a header in it
			}
		}
		rest = after
	}
	if len(h) == 0 {
		return nil, b
	}
	return h, rest
}

// cutLine splits after the first line, whatever ends it.
func cutLine(b []byte) (line, rest []byte) {
	i := bytes.IndexByte(b, '\n')
	if i < 0 {
		return bytes.TrimSuffix(b, []byte{'\r'}), nil
	}
	return bytes.TrimSuffix(b[:i], []byte{'\r'}), b[i+1:]
}

func isFieldName(b []byte) bool {
	for _, c := range b {
		if c <= ' ' || c >= 0x7F {
			return false
		}
	}
	return len(b) > 0 && len(b) <= 80
}

// value splits a field such as Content-Type into its value and parameters,
// RFC 2231 continued and encoded ones put together, raw and quoted ones taken as
// they come. It never fails: what it doesn't understand isn't there.
func value(s string) (v string, params map[string]string) {
	v, rest, _ := strings.Cut(s, ";")
	v = strings.ToLower(strings.TrimSpace(v))
	params = map[string]string{}
	type piece struct {
		text    string
		encoded bool
	}
	pieces := map[string]map[int]piece{}
	for n := 0; rest != "" && n < 200; n++ {
		var name, val string
		name, val, rest = param(rest)
		encoded := strings.HasSuffix(name, "*")
		name = strings.TrimSuffix(name, "*")
		base, num, continued := strings.Cut(name, "*")
		i := 0
		if continued {
			var err error
			if i, err = strconv.Atoi(num); err != nil || i < 0 || i > 100 {
				continue
			}
		}
		if base == "" {
			continue
		}
		if !continued && !encoded {
			if _, ok := params[base]; !ok {
				params[base] = val
			}
			continue
		}
		if pieces[base] == nil {
			pieces[base] = map[int]piece{}
		}
		pieces[base][i] = piece{val, encoded}
	}
	for base, ps := range pieces {
		var raw []byte
		charset := ""
		for i := 0; i <= 100; i++ {
			p, ok := ps[i]
			if !ok {
				break
			}
			if i == 0 && p.encoded {
				if cs, r, ok := strings.Cut(p.text, "'"); ok {
					if _, r, ok := strings.Cut(r, "'"); ok {
						charset, p.text = cs, r
					}
				}
			}
			if p.encoded {
				raw = append(raw, unpercent(p.text)...)
			} else {
				raw = append(raw, p.text...)
			}
		}
		text, _ := ingest.Decode(raw, charset)
		params[base] = text
	}
	return v, params
}

// param reads one name=value; and what follows it.
func param(s string) (name, val, rest string) {
	s = strings.TrimLeft(s, " \t;")
	eq := strings.IndexByte(s, '=')
	if semi := strings.IndexByte(s, ';'); eq < 0 || semi >= 0 && semi < eq {
		if semi < 0 {
			return "", "", ""
		}
		return "", "", s[semi+1:]
	}
	name, s = strings.ToLower(strings.TrimSpace(s[:eq])), strings.TrimLeft(s[eq+1:], " \t")
	if !strings.HasPrefix(s, `"`) {
		val, rest, _ = strings.Cut(s, ";")
		return name, strings.TrimSpace(val), rest
	}
	var b strings.Builder
	i := 1
	for ; i < len(s) && s[i] != '"'; i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	_, rest, _ = strings.Cut(s[min(i, len(s)):], ";")
	return name, b.String(), rest
}

func unpercent(s string) []byte {
	out := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] == '%' && i+2 < len(s) {
			if v, err := strconv.ParseUint(s[i+1:i+3], 16, 8); err == nil {
				out = append(out, byte(v))
				i += 2
				continue
			}
		}
		out = append(out, s[i])
	}
	return out
}
