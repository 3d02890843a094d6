package ingest

import (
	"io"
	"regexp"
	"strings"

	"golang.org/x/net/html"
)

// HTMLText is what a reader sees of a piece of HTML: no tags, scripts or styles,
// entities resolved, paragraphs and rows on lines of their own. It reads token by
// token, so that no nesting, however deep, costs more than its length.
func HTMLText(s string) string {
	var b strings.Builder
	z := html.NewTokenizer(strings.NewReader(s))
	z.SetMaxBuf(4 << 20)
	hidden := ""
	for {
		switch z.Next() {
		case html.ErrorToken:
			if err := z.Err(); err != io.EOF {
				b.WriteString("\n")
			}
			return tidy(b.String())
		case html.TextToken:
			if hidden == "" {
				b.WriteString(strings.Join(words(string(z.Text())), " "))
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			name, _ := z.TagName()
			tag := string(name)
			switch {
			case hidden == "" && isHidden(tag):
				hidden = tag
			case isBlock(tag):
				b.WriteByte('\n')
			}
		case html.EndTagToken:
			name, _ := z.TagName()
			tag := string(name)
			if tag == hidden {
				hidden = ""
			}
			if isBlock(tag) {
				b.WriteByte('\n')
			}
		}
	}
}

var leftover = regexp.MustCompile(`(?i)</?(p|br|div|span|a|img|li|ul|td|tr|table|font|strong|b|em|h[1-6])\b[^<>]{0,400}>`)

// PlainText reads text that may be HTML, or HTML escaped once more, as feeds have it.
func PlainText(s string) string {
	if strings.ContainsAny(s, "<&") {
		s = HTMLText(s)
		if leftover.MatchString(s) {
			s = HTMLText(s)
		}
	}
	return tidy(s)
}

func isHidden(tag string) bool {
	switch tag {
	case "script", "style", "title", "noscript", "iframe", "textarea": // what the tokenizer takes as raw text up to its end tag
		return true
	}
	return false
}

func isBlock(tag string) bool {
	switch tag {
	case "p", "br", "div", "li", "ul", "ol", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "blockquote", "pre", "section", "article", "dd", "dt", "td", "th":
		return true
	}
	return false
}

// words splits at white space but keeps a blank where the text began or ended with one.
func words(s string) []string {
	w := strings.Fields(s)
	if len(w) == 0 {
		if s != "" {
			return []string{"", ""}
		}
		return nil
	}
	if strings.ContainsAny(s[:1], " \t\r\n") {
		w = append([]string{""}, w...)
	}
	if strings.ContainsAny(s[len(s)-1:], " \t\r\n") {
		w = append(w, "")
	}
	return w
}

// tidy trims lines and leaves at most one empty line between two.
func tidy(s string) string {
	lines := strings.Split(Clean(s), "\n")
	out := lines[:0]
	for _, l := range lines {
		l = strings.TrimSpace(l)
		if l == "" && (len(out) == 0 || out[len(out)-1] == "") {
			continue
		}
		out = append(out, l)
	}
	return strings.TrimSpace(strings.Join(out, "\n"))
}
