package web

import (
	"fmt"
	"strings"
	"time"
)

// Act is something that a person can do from a row or a bar: a link, or a form of one button.
type Act struct {
	Label     string // interface text
	Href      string // a link …
	Post      string // … or an address to post to
	Fields    []Hidden
	Key       string // shortcut, such as "e", "Alt+J", "Ctrl+Enter"; may be empty
	Style     string // "primary", "" (outline) or "quiet"
	NeedsLine bool   // refused while the line is down
	Disabled  bool
	Why       string // interface text: why it is disabled
}

// Hidden is a hidden field of an act's form.
type Hidden struct{ Name, Value string }

// ClockRow is one running (or met) deadline on the desk.
type ClockRow struct {
	ID        string // element id; the feed morphs by it
	Now       time.Time
	Start     time.Time // the anchor's instant
	Yellow    time.Time
	Red       time.Time
	Due       time.Time
	Met       time.Time   // zero while it runs
	Ticks     []time.Time // stages to be marked on the bar
	Title     string      // the incident
	Href      string
	Level     string
	Suspected bool   // 疑似: the 初判 is a suspicion
	Plain     bool   // on the incident's own page: its title and level needn't be said again
	Rule      string // what is due, in the policy's words: 首次权威发布 · 事发起 5 小时
	Span      string // how long it gives, 5小时, where Rule doesn't say
	Document  string // 国办发〔2016〕80号
	Anchor    string // interface text: 事发, 获知, 接报, 定级
	Policy    string // address that explains the rule
	Stands    []Phrase
	Note      string // a second line below what stands
	Role      string // interface text: 办理, 稿在, 待办, 承办
	Holder    string
	Held      time.Time // since when the holder has it; zero when unknown
	Watching  []string  // who else is looking
	Acts      []Act
}

// Light at the row's own instant.
func (c ClockRow) Light() string {
	if !c.Met.IsZero() {
		return LightMet
	}
	return lightAt(c.Now, c.Yellow, c.Red, c.Due)
}

// Sort puts what is due first on top, and what is met below everything that runs.
func (c ClockRow) Sort() int64 {
	if !c.Met.IsZero() {
		return 1<<52 - c.Met.UnixMilli()
	}
	return c.Due.UnixMilli()
}

// At is the instant that the row is judged by: the met one, or now.
func (c ClockRow) At() time.Time {
	if !c.Met.IsZero() {
		return c.Met
	}
	return c.Now
}

// Filled is how much of the time is used, as a width: "62.5%".
func (c ClockRow) Filled() string { return c.place(c.At()) }

// Marks are the stages' places on the bar, as offsets.
func (c ClockRow) Marks() []string {
	marks := make([]string, 0, len(c.Ticks))
	for _, t := range c.Ticks {
		marks = append(marks, c.place(t))
	}
	return marks
}

func (c ClockRow) place(t time.Time) string {
	whole := c.Due.Sub(c.Start)
	if whole <= 0 {
		return "100%"
	}
	share := float64(t.Sub(c.Start)) / float64(whole)
	return fmt.Sprintf("%.2f%%", 100*min(max(share, 0), 1))
}

// ItemRow is one item as the feed and the inbox show it.
type ItemRow struct {
	ID        string // element id
	Href      string
	At        time.Time
	Now       time.Time // the instant that At is told from; zero: the same day
	Order     int64     // what lists sort by; 0: by At
	Channel   string    // interface text: 热线, 来信, 媒体, 值班
	Facts     []string  // interface texts: 求助, 城乡建设
	Notes     []Said    // figures beside them: 同题 12 件
	Flags     []Flag
	Text      []Phrase
	Tail      []Phrase // what the text goes on with; only wide lists show it
	More      []string // place, source, department; only wide lists show it
	State     string   // "new", "linked", "settled"
	StateWord string   // interface text
	New       bool
	Selected  bool
}

// Sort is what the row's list sorts by.
func (i ItemRow) Sort() int64 {
	if i.Order != 0 {
		return i.Order
	}
	return i.At.UnixMilli()
}

// Number is the item's own number.
func (i ItemRow) Number() string { return strings.TrimPrefix(i.ID, "item-") }

// Moment is the instant that At is told from.
func (i ItemRow) Moment() time.Time {
	if i.Now.IsZero() {
		return i.At
	}
	return i.Now
}

// Flag is a short warning beside a row: 疑不实, 转载 9.
type Flag struct {
	Light string
	Text  string // interface text
	Args  []any  // of the text
}

// Step is one step of a procedure (流程).
type Step struct {
	State  string // "done", "now", "late" or "next"
	Number int
	Title  string // interface text
	Note   string // said beside the title, such as 第 4 稿需重审
	Lines  []string
	Href   string
}

// Moment is one line of a timeline: when it happened and when it was entered, which may differ.
type Moment struct {
	ID      string
	At      time.Time
	Entered time.Time // zero when entered at once
	Who     string
	Act     string
	Text    []Phrase
	Light   string // a dot's colour, "" for plain
	Href    string
}

// Check is one finding beside a text, with its mend.
type Check struct {
	Light string
	Title string
	Quote string
	Text  string
	Acts  []Act
}

// Banner stands above a page's content: a burst, a broken line, a drill.
type Banner struct {
	ID    string
	Kind  string // "burst", "bad", "drill", "info"
	Light string // shape and word in front; "" for none
	Word  string // interface text
	Text  []Phrase
	Acts  []Act
}

// Empty is what a list says when nothing is in it: never only that, also what to do next.
type Empty struct {
	Icon  string
	Title string // interface text
	Text  string // interface text
	Acts  []Act
}

// Pager leads through a long list; empty addresses are shown as not available.
type Pager struct {
	Prev, Next string
	From, To   int
	Total      int // 0 when not counted
	Notes      []Said
}

// Filter is one picker of a filter bar: a select, or a combobox where there is much to choose from.
type Filter struct {
	Name    string
	Label   string // interface text
	Value   string
	Text    string // what a combobox shows for its value
	Options []Option
	Source  string // address of a combobox's options; Options are used when empty
	Search  bool   // a combobox, however few there are
	Date    bool   // a day, and nothing to choose from
}

// filterMost is how many options are taken in at a glance; more are searched.
const filterMost = 8

// Searched says whether the picker is a combobox.
func (f Filter) Searched() bool { return f.Source != "" || f.Search || len(f.Options) > filterMost }

// Combo is the picker as a combobox.
func (f Filter) Combo() Field {
	c := Field{Name: f.Name, ID: "filter-" + f.Name, Label: f.Label, Type: "combo", Value: f.Value, Text: f.Text, Options: f.Options, Source: f.Source}
	for _, o := range f.Options {
		if o.Value == f.Value && c.Text == "" {
			c.Text = o.Text
		}
	}
	return c
}

// Filters is a filter bar. Its state lives in the address.
type Filters struct {
	Action  string   // the list's own address
	Target  string   // selector of what is morphed, such as "#items"
	Also    []string // selectors of what changes with it
	Query   string   // text searched for
	Filters []Filter
	Keep    []Hidden   // what else the address carries, such as a topic
	Active  int        // how many filters are set
	Count   int        // how many rows match; -1 when not counted
	NoQuery bool       // nothing to search for by words
	Views   *ViewsMenu // the saved ones (常用筛选); nil where nobody is signed in
}

// Head is a card's heading line.
type Head struct {
	Title string // interface text
	Notes []Said
	ID    string
	Acts  []Act
}

// Fact is one line of a definition list.
type Fact struct {
	Name  string // interface text
	Value []Phrase
	Note  string
}

// Ask is one thing that the public asks (公众在问), with how many asked.
type Ask struct {
	Text  string
	Count int
	Href  string
}
