package ingest

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// Decode turns bytes in a declared charset ("" when none was) into text. What is
// declared is believed only as far as the bytes bear it out: letters to a Chinese
// office say iso-8859-1 and are GBK, say gb2312 and use the whole of GB18030, say
// GBK and are UTF-8. Lossless is false when bytes were left that no reading
// explains; those are U+FFFD.
func Decode(b []byte, declared string) (text string, lossless bool) {
	if enc, rest := byMark(b); enc != nil {
		return run(enc, rest)
	}
	label := charsetLabel(declared)
	if text, ok := decodeShifted(b, label); ok {
		return text, !strings.ContainsRune(text, utf8.RuneError)
	}
	enc := encodingOf(label)
	if utf8.Valid(b) && (enc == nil || isWestern(label) || wideUTF8(b)) && !strings.HasPrefix(label, "utf-16") {
		return string(b), true
	}
	if enc != nil && !isWestern(label) {
		text, lossless = run(enc, b)
		if lossless {
			return text, true
		}
	}
	// Undeclared, wrongly declared or damaged: the likelier Chinese reading, else
	// what was declared, else Western.
	gb, big5 := likelyGB(b), likelyBig5(b)
	switch {
	case max(gb, big5) < 0.5 && enc != nil:
		return run(enc, b)
	case max(gb, big5) < 0.5 && len(b) > 0 && label != "utf-8":
		return run(charmap.Windows1252, b)
	case big5 > gb:
		return run(traditionalchinese.Big5, b)
	case gb >= 0.5:
		return run(simplifiedchinese.GB18030, b)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD"), false
}

// run decodes and says whether every byte had a meaning.
func run(enc encoding.Encoding, b []byte) (string, bool) {
	out, err := enc.NewDecoder().Bytes(b)
	if err != nil || !utf8.Valid(out) {
		return strings.ToValidUTF8(string(out), "\uFFFD"), false
	}
	return string(out), !bytes.Contains(out, []byte("\uFFFD"))
}

// byMark knows an encoding by its byte order mark.
func byMark(b []byte) (encoding.Encoding, []byte) {
	switch {
	case bytes.HasPrefix(b, []byte{0xEF, 0xBB, 0xBF}) && utf8.Valid(b):
		return unicode.UTF8, b[3:]
	case bytes.HasPrefix(b, []byte{0xFF, 0xFE}):
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM), b[2:]
	case bytes.HasPrefix(b, []byte{0xFE, 0xFF}):
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM), b[2:]
	}
	return nil, b
}

// charsetLabel brings the many spellings into one; "" is undeclared or unknown.
func charsetLabel(s string) string {
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), `"'`))
	s = strings.TrimPrefix(s, "charset=")
	switch s {
	case "gb2312", "gb_2312-80", "gb_2312", "gb2312-80", "gbk", "x-gbk", "cp936", "ms936", "windows-936", "euc-cn", "euccn", "chinese", "gb18030", "gb-18030",
		"csgb2312", "gb2312_charset", "gb":
		return "gb18030"
	case "hz", "hz-gb-2312", "hz-gb2312":
		return "hz"
	case "big5", "big-5", "big5-hkscs", "cp950", "windows-950", "x-x-big5", "csbig5":
		return "big5"
	case "utf8", "utf-8", "unicode-1-1-utf-8", "utf-8-mac", "utf8mb4":
		return "utf-8"
	case "ascii", "us-ascii", "ansi_x3.4-1968", "646", "7bit", "8bit", "unknown", "unknown-8bit", "x-unknown", "default", "default_charset", "binary":
		return ""
	}
	return s
}

// encodingOf is the decoder of a label; nil for UTF-8 and for labels unknown.
func encodingOf(label string) encoding.Encoding {
	switch label {
	case "", "utf-8":
		return nil
	case "gb18030":
		return simplifiedchinese.GB18030
	case "hz":
		return simplifiedchinese.HZGB2312
	case "big5":
		return traditionalchinese.Big5
	}
	enc, err := htmlindex.Get(label)
	if err != nil || enc == encoding.Replacement || enc == unicode.UTF8 {
		return nil
	}
	return enc
}

// isWestern says whether a label is one that mail programs put when they don't know.
func isWestern(label string) bool {
	switch label {
	case "iso-8859-1", "iso_8859-1", "latin1", "l1", "windows-1252", "cp1252", "iso-8859-15":
		return true
	}
	return false
}

// wideUTF8 says whether valid UTF-8 has a sequence of three bytes: Chinese text
// has, while two-byte ones happen by chance in short GBK.
func wideUTF8(b []byte) bool {
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		if n >= 3 && r != utf8.RuneError {
			return true
		}
		b = b[n:]
	}
	return false
}

// decodeShifted reads HZ, which is ASCII throughout, declared or not.
func decodeShifted(b []byte, label string) (string, bool) {
	if label != "hz" && (label != "" || !bytes.Contains(b, []byte("~{"))) {
		return "", false
	}
	for _, c := range b {
		if c >= 0x80 {
			return "", false
		}
	}
	text, ok := run(simplifiedchinese.HZGB2312, shiftBack(b))
	return text, ok || label == "hz"
}

// shiftBack ends what a line of HZ has left open: a line begins in ASCII, and many
// programs leave it to the line's end to say so.
func shiftBack(b []byte) []byte {
	out := make([]byte, 0, len(b)+8)
	for line := range bytes.Lines(b) {
		open := false
		end := len(bytes.TrimRight(line, "\r\n"))
		for i := 0; i+1 < end; i += 2 {
			switch pair := string(line[i : i+2]); {
			case open && pair == "~}":
				open = false
			case !open && pair == "~{":
				open = true
			case !open && line[i] != '~':
				i-- // one byte of ASCII
			}
		}
		out = append(out, line[:end]...)
		if open {
			out = append(out, '~', '}')
		}
		out = append(out, line[end:]...)
	}
	return out
}

// likelyGB is the share of non-ASCII bytes that read as everyday GB 2312:
// punctuation and the 3,755 characters of its first level.
func likelyGB(b []byte) float64 {
	return likely(b, func(lead, trail byte) (valid, common bool) {
		valid = lead >= 0x81 && lead <= 0xFE && trail >= 0x40 && trail != 0x7F && trail <= 0xFE
		return valid, trail >= 0xA1 && (lead >= 0xB0 && lead <= 0xD7 || lead >= 0xA1 && lead <= 0xA3)
	})
}

// likelyBig5 is the same of Big5 and its 5,401 frequent characters.
func likelyBig5(b []byte) float64 {
	return likely(b, func(lead, trail byte) (valid, common bool) {
		valid = lead >= 0x81 && lead <= 0xFE && (trail >= 0x40 && trail <= 0x7E || trail >= 0xA1 && trail <= 0xFE)
		return valid, lead >= 0xA1 && lead <= 0xC6
	})
}

func likely(b []byte, pair func(lead, trail byte) (valid, common bool)) float64 {
	if len(b) > 64<<10 {
		b = b[:64<<10]
	}
	var score, total float64
	for i := 0; i < len(b); i++ {
		if b[i] < 0x80 {
			continue
		}
		if i+1 >= len(b) {
			break // cut inside a character: says nothing
		}
		valid, common := pair(b[i], b[i+1])
		total++
		switch {
		case !valid:
			score -= 2
			continue
		case common:
			score++
		}
		i++
	}
	if total == 0 {
		return 0
	}
	return score / total
}

// Clean makes text fit to be kept: no NUL, no control characters but line feed and
// tab, line ends as line feeds, valid UTF-8.
func Clean(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	s = strings.ReplaceAll(s, "\r\n", "\n")
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\r':
			return '\n'
		case r == '\n' || r == '\t':
			return r
		case r < ' ' || r >= 0x7F && r < 0xA0 || r == '\uFEFF':
			return -1
		}
		return r
	}, s)
}

// Line is clean text on one line, for titles and names.
func Line(s string) string { return strings.Join(strings.Fields(Clean(s)), " ") }

// Cut shortens text to at most n runes, the last of them an ellipsis.
func Cut(s string, n int) string {
	if utf8.RuneCountInString(s) <= n {
		return s
	}
	return string([]rune(s)[:n-1]) + "…"
}
