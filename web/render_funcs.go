package web

import (
	"fmt"
	"html/template"
	"strings"
	"time"
	"unicode/utf8"
)

// The lights (灯) of a deadline. They are words of the interface; shape and colour come from the stylesheet.
const (
	LightGreen  = "green"
	LightYellow = "yellow"
	LightRed    = "red"
	LightOver   = "over"
	LightMet    = "met"
)

var lightWords = map[string]string{
	LightGreen: "正常", LightYellow: "临近", LightRed: "紧急", LightOver: "超时", LightMet: "已完成",
}

// levelClasses of an incident's level (事件等级); ungraded is red, since it isn't harmless.
var levelClasses = map[string]string{
	"特别重大": "extreme", "重大": "major", "较大": "large", "一般": "minor",
}

// funcs are the words that templates know, bound to one language.
func (v *Views) funcs(lang string) template.FuncMap {
	d := dates{zone: v.zone, lang: lang}
	text := func(key string, args ...any) string { return v.catalogue.Text(lang, key, args...) }
	return template.FuncMap{
		// texts
		"t":    text,
		"lang": func() string { return lang },
		"flag": func(f Flag) any { return flagWords(lang, text, f) },
		"text": func(s Said) string { return text(s.Text, s.Args...) },
		// instants and lengths of time
		"day": d.day, "minute": d.minute, "short": d.short, "hm": d.hm, "hms": d.hms,
		"near": d.near, "moment": d.moment, "span": d.span, "left": d.left, "counter": d.counter, "iso": iso,
		"zone": func() string { return v.zone.String() },
		// marks
		"icon":       v.icon,
		"dutySheet":  dutyAddress,
		"lightWord":  func(light string) string { return text(lightWords[light]) },
		"levelClass": levelClass,
		"mask":       Mask,
		"percent":    func(f float64) string { return fmt.Sprintf("%.0f%%", f*100) },
		"number":     number,
		"initial":    initial,
		"tidy":       tidy,
		"inChinese":  inChinese,
		"sentence":   sentence,
		// plumbing
		"static":   v.static.URL,
		"base":     v.static.Base,
		"modules":  v.static.Modules,
		"field":    newField,
		"dict":     dict,
		"list":     func(values ...any) []any { return values },
		"jsTexts":  func() Catalogue { return v.jsTexts(lang) },
		"htmxConf": func() string { return htmxConfig },
	}
}

// htmxConfig: no stylesheet of its own (the policy forbids inline ones), no swap for answers that aren't pages
// (they become a toast), and a whole new page on Back, since a morphed one would keep yesterday's countdowns.
// Evaluation needs no switch: htmx 4 has none, and the policy has no unsafe-eval.
const htmxConfig = `{"includeIndicatorCSS":false,"history":"reload","defaultSwap":"outerMorph","morphIgnore":["data-htmx-powered","data-shown","data-line-"],"noSwap":[204,304,"400","401","403","404","413","429","5xx"]}`

func (v *Views) icon(name string) template.HTML {
	return template.HTML(`<svg class="icon" aria-hidden="true" focusable="false"><use href="` + v.static.URL("icons.svg") + `#i-` + template.HTMLEscapeString(name) + `"/></svg>`)
}

func levelClass(level string) string {
	if c, ok := levelClasses[level]; ok {
		return c
	}
	if level == "" || level == "未定级" {
		return "ungraded"
	}
	return "minor"
}

// Mask hides the middle of a personal figure: 13912344471 → 139****4471, 郑晓芳 → 郑**. What is too
// short to hide is hidden whole.
func Mask(s string) string {
	r := []rune(strings.TrimSpace(s))
	switch n := len(r); {
	case n == 0:
		return ""
	case n <= 4:
		return string(r[0]) + strings.Repeat("*", n-1)
	case n < 8:
		return string(r[:1]) + strings.Repeat("*", n-2) + string(r[n-1:])
	case n == 18:
		return string(r[:3]) + strings.Repeat("*", n-7) + string(r[n-4:])
	default:
		return string(r[:3]) + "****" + string(r[n-4:])
	}
}

// tidy keeps short phrases parted by middle dots whole: a line breaks after a dot, neither before it nor
// inside a phrase that would fit on the next line.
func tidy(s string) template.HTML {
	phrases := strings.Split(s, " · ")
	if len(phrases) == 1 {
		return template.HTML(template.HTMLEscapeString(s))
	}
	var out strings.Builder
	for i, phrase := range phrases {
		last := i == len(phrases)-1
		if last && phrase == "" {
			break
		}
		out.WriteString(`<span class="phrase">` + template.HTMLEscapeString(phrase))
		if !last {
			out.WriteString("\u00a0·</span> ")
		} else {
			out.WriteString("</span>")
		}
	}
	return template.HTML(out.String())
}

// initial is the first character of a name.
func initial(name string) string {
	for _, r := range name {
		return string(r)
	}
	return ""
}

// number groups by thousands: 1,260.
func number(n int) string {
	s := fmt.Sprint(n)
	if n < 0 {
		return "-" + number(-n)
	}
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// dict makes a map from pairs, for parts that take a handful of values.
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: %d arguments, not pairs", len(pairs))
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// jsTexts are the texts that scripts say, in the page's language: none in Chinese, whose texts are the keys.
func (v *Views) jsTexts(lang string) Catalogue {
	if lang == LangEnglish {
		return v.scripts
	}
	return Catalogue{}
}

// Phrase is a run of text; Mark says how it is to be shown.
type Phrase struct {
	Text string
	Mark string // "", "strong", "evidence", "bad", "near", "fill" or "quiet"
	Hint string // what an evidence tells, said when it is pointed at; may be empty
}

// Said is an interface text with its values, translated where it is shown.
type Said struct {
	Text string
	Args []any
}

// Say makes a Said.
func Say(text string, args ...any) Said { return Said{Text: text, Args: args} }

// Highlight cuts text into phrases at the marks' rune offsets, in order; overlapping or impossible marks are left out.
func Highlight(text string, marks []Span) []Phrase {
	var out []Phrase
	runes := []rune(text)
	at := 0
	for _, m := range marks {
		if m.Start < at || m.End <= m.Start || m.End > len(runes) {
			continue
		}
		if m.Start > at {
			out = append(out, Phrase{Text: string(runes[at:m.Start])})
		}
		mark := m.Mark
		if mark == "" {
			mark = "evidence"
		}
		out = append(out, Phrase{Text: string(runes[m.Start:m.End]), Mark: mark, Hint: m.Hint})
		at = m.End
	}
	if at < utf8.RuneCountInString(text) {
		out = append(out, Phrase{Text: string(runes[at:])})
	}
	return out
}

// Span is a stretch of a text in runes; End is exclusive.
type Span struct {
	Start, End int
	Mark       string // as in Phrase; empty means evidence
	Hint       string // as in Phrase
}

// lightAt is the light of a clock at an instant.
func lightAt(now, yellow, red, due time.Time) string {
	switch {
	case !now.Before(due):
		return LightOver
	case !red.IsZero() && !now.Before(red):
		return LightRed
	case !yellow.IsZero() && !now.Before(yellow):
		return LightYellow
	}
	return LightGreen
}
