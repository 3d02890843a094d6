package mailbox

import (
	"crypto/sha256"
	"path"
	"strings"
	"unicode"

	"huiying/desk"
	"huiying/ingest"
)

// file makes an attachment of a part. What it is, its bytes say; what it is called
// is only shown.
func (l *letter) file(h header, body []byte, name string) {
	if len(l.files) >= maxParts {
		return
	}
	b := transfer(h, body)
	f := desk.File{Name: fileName(name), Kind: sniff(b), Size: int64(len(b))}
	switch {
	case len(l.files) >= desk.MaxFiles:
		f.Refused = "附件过多，只在原件中"
	case len(b) > desk.MaxFileSize:
		f.Refused = "附件过大，只在原件中"
	default:
		sum := sha256.Sum256(b)
		f.Digest, f.Bytes = sum[:], b
	}
	l.files = append(l.files, f)
}

// fileName makes the name of an attachment fit to be shown and to be saved under: no
// folders, nothing that changes the direction of the text or can't be seen.
func fileName(raw string) string {
	s := strings.ToValidUTF8(words(raw), "")
	s = s[strings.LastIndexAny(s, `/\`)+1:]
	s = strings.Map(func(r rune) rune {
		switch {
		case r == unicode.ReplacementChar, unicode.Is(unicode.Cf, r), unicode.IsControl(r), unicode.Is(unicode.Co, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		case strings.ContainsRune(`<>:"|?*`, r):
			return '_'
		}
		return r
	}, s)
	s = strings.Trim(strings.Join(strings.Fields(s), " "), ". ")
	if s == "" {
		return "附件"
	}
	if r := []rune(s); len(r) > desk.MaxFileName { // the end tells more than the middle
		ext := []rune(path.Ext(s))
		if len(ext) > 20 {
			ext = nil
		}
		s = ingest.Cut(s, desk.MaxFileName-len(ext)) + string(ext)
	}
	return s
}
