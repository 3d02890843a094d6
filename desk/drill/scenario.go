// Package drill plays scenarios: it reads and checks their files, and sends what the
// public says through the real doors of a drill's desk – the push API, a mail server
// and a feed, the latter two served for it – when its office time comes.
package drill

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/token"

	"huiying/desk"
)

// Limits of a scenario's file.
const (
	MaxBytes  = 8 << 20
	MaxItems  = 20_000
	MaxLength = 72 * time.Hour
	// format is the version of the file format that this program reads.
	format = 1
)

// Scenario is a file: docs/scenarios.md describes each key.
type Scenario struct {
	Format   int        `yaml:"scenario"`
	Title    string     `yaml:"title"`
	TitleEN  string     `yaml:"title_en"`
	About    string     `yaml:"about"`
	AboutEN  string     `yaml:"about_en"`
	Starts   TimeOfDay  `yaml:"starts"`
	Length   Span       `yaml:"length"`
	Office   string     `yaml:"office"`
	People   []Member   `yaml:"people"`
	Guide    []Step     `yaml:"guide"`
	Incoming []Incoming `yaml:"incoming"`
}

// Member is one of the cast.
type Member struct {
	Login      string `yaml:"login"`
	Name       string `yaml:"name"`
	Role       string `yaml:"role"`
	Department string `yaml:"department"`
}

// Step is a step of the guide; see desk.GuideStep.
type Step struct {
	For        string   `yaml:"for"`
	At         Span     `yaml:"at"`
	Happened   string   `yaml:"happened"`
	HappenedEN string   `yaml:"happened_en"`
	Do         string   `yaml:"do"`
	DoEN       string   `yaml:"do_en"`
	Keys       []string `yaml:"keys"`
	Href       string   `yaml:"href"`
	Done       string   `yaml:"done"`
}

// Incoming is one thing that comes in: a call, a letter or a post, whichever of the
// three texts it has.
type Incoming struct {
	At Span `yaml:"at"`

	Call  string `yaml:"call"`
	Name  string `yaml:"name"`
	Phone string `yaml:"phone"`
	Place string `yaml:"place"`

	Letter  string `yaml:"letter"`
	From    string `yaml:"from"`
	Subject string `yaml:"subject"`

	Post   string `yaml:"post"`
	Outlet string `yaml:"outlet"`
	Title  string `yaml:"title"`

	n int // its number in the file, from 1
}

// Span is a stretch of office time, written like 1h05m30s.
type Span time.Duration

// UnmarshalYAML reads what time.ParseDuration reads.
func (s *Span) UnmarshalYAML(n ast.Node) error {
	text, line := scalar(n)
	d, err := time.ParseDuration(text)
	if err != nil {
		return desk.Invalid(line, "“%s”不是时长，应如 1h05m30s", text)
	}
	*s = Span(d)
	return nil
}

// TimeOfDay is written like 20:13.
type TimeOfDay time.Duration

// UnmarshalYAML reads hours and minutes.
func (t *TimeOfDay) UnmarshalYAML(n ast.Node) error {
	text, line := scalar(n)
	at, err := time.Parse("15:04", text)
	if err != nil {
		return desk.Invalid(line, "“%s”不是钟点，应如 \"20:13\"（加引号）", text)
	}
	*t = TimeOfDay(at.Sub(time.Date(0, 1, 1, 0, 0, 0, 0, time.UTC)))
	return nil
}

// scalar is a value as written, and its line.
func scalar(n ast.Node) (text, line string) {
	if v, ok := n.(ast.ScalarNode); ok {
		text = fmt.Sprint(v.GetValue())
	}
	if t := n.GetToken(); t != nil && t.Position != nil {
		line = lineOf(t.Position.Line)
	}
	return text, line
}

func lineOf(n int) string { return fmt.Sprintf("第 %d 行", n) }

// Parse reads and checks a scenario's file. Errors are *desk.Error whose field is
// the place in the file; a key that nobody knows is refused, since a mistyped one
// would silently say nothing.
func Parse(b []byte) (Scenario, error) {
	var s Scenario
	if len(b) > MaxBytes {
		return s, desk.Invalid("", "情景文件超过 %d MiB", MaxBytes>>20)
	}
	if !utf8.Valid(b) {
		return s, desk.Invalid("", "情景文件不是 UTF-8 编码，请另存为 UTF-8")
	}
	b = bytes.TrimPrefix(b, []byte("\uFEFF"))
	if hasAlias(b) {
		return s, desk.Invalid("", "情景文件不能使用 YAML 的锚点与引用（& 和 *）")
	}
	if err := yaml.NewDecoder(bytes.NewReader(b), yaml.Strict()).Decode(&s); err != nil {
		return s, unreadable(err)
	}
	for i := range s.Incoming {
		s.Incoming[i].n = i + 1
	}
	if len(s.People) == 0 {
		s.People = DefaultCast()
	}
	if err := s.check(); err != nil {
		return s, err
	}
	slices.SortStableFunc(s.Incoming, func(a, b Incoming) int { return int(a.At - b.At) })
	slices.SortStableFunc(s.Guide, func(a, b Step) int { return int(a.At - b.At) })
	return s, nil
}

// hasAlias says whether YAML's anchors or aliases are used: a few lines of them can
// stand for gigabytes.
func hasAlias(b []byte) bool {
	return slices.ContainsFunc(lexer.Tokenize(string(b)), func(t *token.Token) bool {
		return t.Type == token.AliasType || t.Type == token.AnchorType
	})
}

// unreadable tells where YAML ends.
func unreadable(err error) error {
	var own *desk.Error
	if errors.As(err, &own) {
		return own
	}
	said := &desk.Error{Code: desk.CodeInvalid, Text: "情景文件无法读取：%s", Args: []any{err.Error()}, Cause: err}
	var at yaml.Error
	if errors.As(err, &at) {
		said.Args = []any{at.GetMessage()}
		if t := at.GetToken(); t != nil && t.Position != nil {
			said.Field = lineOf(t.Position.Line)
		}
	}
	return said
}

// DefaultCast is one person of each role.
func DefaultCast() []Member {
	cast := []Member{
		{"operator", "孙晓", "", ""}, {"shift-lead", "林涛", "", ""}, {"dispatcher", "何志远", "", ""}, {"caller-back", "许静", "", ""},
		{"inspector", "高敏", "", ""}, {"duty", "周敏", "", ""}, {"press", "陈露", "", ""}, {"leader", "李建平", "", ""},
		{"secrecy", "王蔚", "", ""}, {"department", "赵刚", "", "应急管理局"}, {"auditor", "吴越", "", ""}, {"sysadmin", "郑凯", "", ""},
		{"secadmin", "冯琳", "", ""},
	}
	for i := range cast {
		cast[i].Role = cast[i].Login
	}
	return cast
}

// Calls, Letters and Posts count what comes in by each door.
func (s Scenario) Calls() int   { return s.count(func(in Incoming) bool { return in.Call != "" }) }
func (s Scenario) Letters() int { return s.count(func(in Incoming) bool { return in.Letter != "" }) }
func (s Scenario) Posts() int   { return s.count(func(in Incoming) bool { return in.Post != "" }) }

func (s Scenario) count(is func(Incoming) bool) (n int) {
	for _, in := range s.Incoming {
		if is(in) {
			n++
		}
	}
	return n
}

// ID is the identity under which it is sent, the same each time.
func (in Incoming) ID() string { return fmt.Sprintf("drill-%04d", in.n) }

// Steps are the guide's steps as the desk keeps them.
func (s Scenario) Steps() []desk.GuideStep {
	steps := make([]desk.GuideStep, len(s.Guide))
	for i, g := range s.Guide {
		steps[i] = desk.GuideStep{For: desk.Role(g.For), At: time.Duration(g.At), Happened: trim(g.Happened), HappenedEN: trim(g.HappenedEN),
			Do: trim(g.Do), DoEN: trim(g.DoEN), Keys: g.Keys, Href: g.Href, Done: g.Done}
	}
	return steps
}

func trim(s string) string { return strings.TrimSpace(s) }
