package mailbox

import (
	"bytes"
	"strconv"
	"strings"

	"huiying/desk"
	"huiying/ingest"
)

// Limits of one message. What lies beyond is kept in the raw and not read.
const (
	maxDepth = 10
	maxParts = 300
	maxText  = 4 << 20 // bytes of one text before it is decoded
)

// letter is what a person would read of a message.
type letter struct {
	texts []text // in their order
	files []desk.File
	about []string // Message-IDs of the messages that a report is about
	parts int
}

// read walks a part and what is inside it.
func (l *letter) read(h header, body []byte, depth int) {
	if l.parts++; l.parts > maxParts || depth > maxDepth {
		return
	}
	kind, params := value(h.get("Content-Type"))
	disposition, dparams := value(h.get("Content-Disposition"))
	name := dparams["filename"]
	if name == "" {
		name = params["name"]
	}
	switch {
	case strings.HasPrefix(kind, "multipart/"):
		l.readParts(kind, params["boundary"], body, depth)
	case kind == "message/rfc822" || kind == "message/global":
		ih, ib := split(transfer(h, body))
		sub := letter{parts: l.parts, files: l.files}
		sub.read(ih, ib, depth+1)
		l.parts, l.files = sub.parts, sub.files
		if inside := sub.text(); inside != "" {
			l.texts = append(l.texts, text{s: strings.TrimSpace("【所附邮件】" + words(ih.get("Subject")) + "\n" + inside)})
		}
		l.about = append(append(l.about, messageIDs(ih.get("Message-ID"))...), sub.about...)
	case disposition == "attachment" || name != "" && !strings.HasPrefix(kind, "text/"):
		l.file(h, body, name)
	case kind == "text/html":
		l.add(decodeText(h, params, body), true)
		l.named(h, body, name)
	case isBinary(h, body):
		l.file(h, body, name)
	case kind == "text/rfc822-headers":
		ih, _ := split(transfer(h, body))
		l.about = append(l.about, messageIDs(ih.get("Message-ID"))...)
	case kind == "" || kind == "text" || strings.HasPrefix(kind, "text/") || kind == "message/delivery-status":
		l.add(strings.TrimSpace(ingest.Clean(decodeText(h, params, body))), false)
		l.named(h, body, name)
	case name == "" && !strings.Contains(kind, "/"):
		// A type that isn't one: taken for text if it reads as text.
		if t, ok := ingest.Decode(beginning(h, body, maxText), params["charset"]); ok {
			l.add(strings.TrimSpace(ingest.Clean(t)), false)
		}
	default:
		l.file(h, body, name)
	}
}

// named keeps a text that has a name as a file as well: it may be the letter, and it
// may be the material that belongs to it.
func (l *letter) named(h header, body []byte, name string) {
	if name != "" && len(bytes.TrimSpace(body)) > 0 {
		l.file(h, body, name)
	}
}

// readParts walks a multipart body.
func (l *letter) readParts(kind, boundary string, body []byte, depth int) {
	chunks := parts(body, boundary)
	if len(chunks) == 0 {
		if guess := guessBoundary(body); guess != "" && guess != boundary {
			chunks = parts(body, guess)
		}
	}
	switch {
	case len(chunks) == 0:
		l.add(strings.TrimSpace(ingest.Clean(decodeText(nil, nil, body))), false)
	case kind == "multipart/alternative":
		l.readAlternatives(chunks, depth)
	default:
		for _, c := range chunks {
			h, b := split(c)
			l.read(h, b, depth+1)
		}
	}
}

// readAlternatives takes the words of one: of the first plain text and the last HTML
// the one that better says so; of what is neither, such as a calendar's entry, only
// when there is nothing else. The files are those of all.
func (l *letter) readAlternatives(chunks [][]byte, depth int) {
	var plain, rich, other letter
	for _, c := range chunks {
		h, b := split(c)
		alt := letter{parts: l.parts, files: l.files}
		alt.read(h, b, depth+1)
		l.parts, l.files, l.about = alt.parts, alt.files, append(l.about, alt.about...)
		kind, _ := value(h.get("Content-Type"))
		switch {
		case len(alt.texts) == 0:
		case strings.HasPrefix(kind, "text/") && kind != "text/plain" && kind != "text/html":
			other = alt
		case alt.rich():
			rich = alt
		case len(plain.texts) == 0:
			plain = alt
		}
	}
	best := plain.texts
	switch {
	case len(plain.texts) == 0 && len(rich.texts) == 0:
		best = other.texts
	case better(plain.text(), rich.html()):
		best = rich.texts
	default:
		best = append(best, rich.beside(plain)...)
	}
	for _, t := range best {
		l.join(t)
	}
}

// parts cuts a multipart body at its boundary. The closing one may be missing.
func parts(body []byte, boundary string) (out [][]byte) {
	if boundary == "" {
		return nil
	}
	mark := []byte("--" + boundary)
	start := -1
	for at := 0; at < len(body) && len(out) < maxParts; {
		line, rest := cutLine(body[at:])
		next := len(body) - len(rest)
		if tail, ok := bytes.CutPrefix(line, mark); ok {
			tail = bytes.TrimRight(tail, " \t")
			if closing := bytes.Equal(tail, []byte("--")); closing || len(tail) == 0 {
				if start >= 0 {
					out = append(out, body[start:at])
				}
				start = next
				if closing {
					return out
				}
			}
		}
		at = next
	}
	if start >= 0 && start < len(body) && len(out) < maxParts {
		out = append(out, body[start:])
	}
	return out
}

// guessBoundary finds the first line that looks like one.
func guessBoundary(body []byte) string {
	rest := body
	for range 50 {
		var line []byte
		if line, rest = cutLine(rest); bytes.HasPrefix(line, []byte("--")) && len(line) > 6 && len(line) <= 100 {
			return strings.TrimRight(string(line[2:]), " \t")
		}
		if len(rest) == 0 {
			break
		}
	}
	return ""
}

func firstBytes(b []byte, n int) []byte { return b[:min(len(b), n)] }

// decodeText undoes transfer encoding and charset of a text part.
func decodeText(h header, params map[string]string, body []byte) string {
	b := beginning(h, body, maxText)
	cs := params["charset"]
	if cs == "" && bytes.Contains(bytes.ToLower(firstBytes(b, 2048)), []byte("<meta")) {
		cs = metaCharset(b)
	}
	text, _ := ingest.Decode(b, cs)
	return text
}

// metaCharset is what an HTML document says of itself.
func metaCharset(b []byte) string {
	low := strings.ToLower(string(firstBytes(b, 2048)))
	_, after, ok := strings.Cut(low, "charset=")
	if !ok {
		return ""
	}
	after = strings.TrimLeft(after, `"' `)
	if i := strings.IndexAny(after, `"'>; /`); i >= 0 {
		after = after[:i]
	}
	return after
}

// looksHTML: some programs send HTML and call it plain.
func looksHTML(t string) bool {
	low := strings.ToLower(t[:min(len(t), 200)])
	return strings.HasPrefix(low, "<html") || strings.HasPrefix(low, "<!doctype html") || strings.HasPrefix(low, "<div") || strings.HasPrefix(low, "<p>")
}

// beginning is the first n bytes of a body, decoded.
func beginning(h header, body []byte, n int) []byte {
	return firstBytes(transfer(h, firstBytes(body, 4*n)), n) // no encoding needs four bytes for one
}

// transfer undoes Content-Transfer-Encoding; unknown ones are taken as they are.
func transfer(h header, body []byte) []byte {
	enc, _ := value(h.get("Content-Transfer-Encoding"))
	switch enc {
	case "base64":
		if notBase64(body) {
			return body
		}
		return unbase64(body)
	case "quoted-printable":
		return unprintable(body)
	}
	return body
}

// notBase64: some mailers say base64 and send the text itself. Text has blanks
// inside its lines or bytes beyond ASCII; base64, even damaged, hardly any.
func notBase64(b []byte) bool {
	b = firstBytes(b, 4096)
	odd := 0
	for i, c := range b {
		inside := c == ' ' && i > 0 && b[i-1] > ' '
		if inside || c >= 0x80 || c > ' ' && c < '+' {
			odd++
		}
	}
	return odd*20 > len(b)
}

// isBinary: a picture or a program that is called text.
func isBinary(h header, body []byte) bool {
	b := beginning(h, body, 4096)
	if bytes.HasPrefix(b, []byte{0xFF, 0xFE}) || bytes.HasPrefix(b, []byte{0xFE, 0xFF}) {
		return false // UTF-16
	}
	_, params := value(h.get("Content-Type"))
	if strings.HasPrefix(strings.ToLower(params["charset"]), "utf-16") {
		return false
	}
	odd := 0
	for _, c := range b {
		if c < ' ' && c != '\t' && c != '\n' && c != '\r' && c != 0x1B && c != '\f' {
			odd++
		}
	}
	return odd*20 > len(b)
}

// unprintable undoes quoted-printable; what isn't stands for itself.
func unprintable(b []byte) []byte {
	out := make([]byte, 0, len(b))
	for len(b) > 0 {
		line, rest := cutLine(b)
		ended := len(rest) > 0 || b[len(b)-1] == '\n'
		line = bytes.TrimRight(line, " \t")
		soft := false
		for i := 0; i < len(line); i++ {
			if line[i] != '=' {
				out = append(out, line[i])
				continue
			}
			if i == len(line)-1 {
				soft = true
				break
			}
			if i+2 < len(line) {
				if v, err := strconv.ParseUint(string(line[i+1:i+3]), 16, 8); err == nil {
					out = append(out, byte(v))
					i += 2
					continue
				}
			}
			out = append(out, '=')
		}
		if ended && !soft {
			out = append(out, '\n')
		}
		b = rest
	}
	return out
}
