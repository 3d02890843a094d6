package mirror

import (
	"bytes"
	"encoding/json"
	"net/url"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// Mapping (字段对照) says where in a platform's JSON the fields of a ticket stand, as JSON
// pointers (RFC 6901), how its list is asked for, and where it is told of ours. It is
// what a source of kind mirror has for settings.
type Mapping struct {
	Items      *string `json:"items,omitempty"` // where the list stands; absent: the document itself
	ExternalID string  `json:"external_id"`
	Title      string  `json:"title,omitempty"`
	Text       string  `json:"text,omitempty"`
	Place      string  `json:"place,omitempty"`
	URL        string  `json:"url,omitempty"`
	Author     string  `json:"author,omitempty"`
	Phone      string  `json:"phone,omitempty"`
	Time       string  `json:"time,omitempty"`
	Sealed     string  `json:"sealed,omitempty"` // true, 1, 是 or 保密 there: 保密
	Changed    string  `json:"changed,omitempty"`
	State      string  `json:"state,omitempty"`
	Limit      string  `json:"limit,omitempty"`
	Replies    string  `json:"replies,omitempty"`    // a list; the three below are within one of it
	ReplyText  string  `json:"reply_text,omitempty"` // without a list: within the ticket
	ReplyTime  string  `json:"reply_time,omitempty"`
	ReplyBy    string  `json:"reply_by,omitempty"`
	// States names, for a word of the platform, which of desk.MirrorStates it is, by our
	// key or its Chinese name. A word that isn't in it is shown as it was told.
	States  map[string]string `json:"states,omitempty"`
	Request Request           `json:"request,omitzero"`
	Push    Push              `json:"push,omitzero"`
}

// Request says how the list is asked for: names of parameters, absent where the
// platform has none.
type Request struct {
	Since     string `json:"since,omitempty"`      // the parameter that asks for what changed from an instant on
	From      string `json:"from,omitempty"`       // its first value; absent: the first poll asks for everything
	Overlap   *int   `json:"overlap,omitempty"`    // seconds asked for once more each time; default 120
	Page      string `json:"page,omitempty"`       // the parameter with the number, or the mark, of a page
	FirstPage *int   `json:"first_page,omitempty"` // default 1
	Size      string `json:"size,omitempty"`       // the parameter with the length of a page
	PageSize  int    `json:"page_size,omitempty"`  // default 200
	Next      string `json:"next,omitempty"`       // where the mark of the next page stands in the answer
	Header    string `json:"header,omitempty"`     // under which the secret goes; default Authorization: Bearer
}

// Push says where the platform is told of ours.
type Push struct {
	URL    string `json:"url,omitempty"`    // absent: nothing is pushed back
	Header string `json:"header,omitempty"` // default: as in Request
}

const (
	defaultPageSize = 200
	defaultOverlap  = 120 // seconds: what is committed late there, with an earlier time, is seen all the same
	mostPageSize    = MaxTickets
	mostOverlap     = 24 * 3600
	mostStates      = 200
)

// pointers are the fields that are found by a pointer, in the order of the file.
func (m *Mapping) pointers() []ingest.Pointer {
	return []ingest.Pointer{{Name: "external_id", At: &m.ExternalID}, {Name: "title", At: &m.Title}, {Name: "text", At: &m.Text}, {Name: "place", At: &m.Place},
		{Name: "url", At: &m.URL}, {Name: "author", At: &m.Author}, {Name: "phone", At: &m.Phone}, {Name: "time", At: &m.Time}, {Name: "sealed", At: &m.Sealed},
		{Name: "changed", At: &m.Changed}, {Name: "state", At: &m.State}, {Name: "limit", At: &m.Limit}, {Name: "replies", At: &m.Replies},
		{Name: "reply_text", At: &m.ReplyText}, {Name: "reply_time", At: &m.ReplyTime}, {Name: "reply_by", At: &m.ReplyBy}}
}

// fields are all names that a mapping may have.
func fields() []string {
	names := []string{"items"}
	for _, p := range new(Mapping).pointers() {
		names = append(names, p.Name)
	}
	return append(names, "states", "request", "push")
}

// ReadMapping reads a mapping and refuses one that can't be meant, naming the place.
func ReadMapping(b json.RawMessage) (m Mapping, err error) {
	given, err := ingest.ReadMapping(b, &m, fields())
	if err != nil {
		return m, err
	}
	if m.Items != nil {
		if err := ingest.CheckPointer("items", *m.Items); err != nil {
			return m, err
		}
	}
	if err := ingest.CheckPointers(given, m.pointers()); err != nil {
		return m, err
	}
	for _, part := range []struct {
		name  string
		names []string
	}{{"request", []string{"since", "from", "overlap", "page", "first_page", "size", "page_size", "next", "header"}}, {"push", []string{"url", "header"}}} {
		if err := onlyNames(part.name, given[part.name], part.names); err != nil {
			return m, err
		}
	}
	switch {
	case m.ExternalID == "":
		return m, invalid("字段对照须有 external_id：同一张工单的编号在对方不变，本系统才认得出它的变化")
	case m.Title == "" && m.Text == "":
		return m, invalid("字段对照至少要有 title 或 text")
	case m.Replies != "" && m.ReplyText == "":
		return m, invalid("有 replies（答复列表）的，还须写明 reply_text（每条答复的正文）")
	case m.Replies == "" && m.ReplyText == "" && (m.ReplyTime != "" || m.ReplyBy != ""):
		return m, invalid("有 reply_time 或 reply_by 的，还须写明 reply_text（答复正文）")
	case m.State == "" && len(m.States) > 0:
		return m, invalid("有 states（状态对照）的，还须写明 state（状态在哪里）")
	case len(m.States) > mostStates:
		return m, invalid("states 不超过 %d 个", mostStates)
	}
	for told, ours := range m.States {
		if stateOf(ours) == "" {
			return m, invalid("states 中“%s”对应的“%s”无法识别，应为：%s", told, ours, strings.Join(stateNames(), "、"))
		}
	}
	if err := m.Request.check(m); err != nil {
		return m, err
	}
	return m, m.Push.check()
}

// onlyNames refuses what a part of the mapping can't have.
func onlyNames(part string, b json.RawMessage, names []string) error {
	if b = bytes.TrimSpace(b); len(b) == 0 {
		return nil
	}
	var given map[string]json.RawMessage
	if err := json.Unmarshal(b, &given); err != nil {
		return invalid("字段对照的“%s”应为一个 JSON 对象", part)
	}
	for name := range given {
		if !slices.Contains(names, name) {
			return invalid("字段对照的 %s 中没有“%s”这一项，可用的有：%s", part, name, strings.Join(names, "、"))
		}
	}
	return nil
}

func invalid(text string, args ...any) error { return desk.Invalid("settings", text, args...) }

func (r Request) check(m Mapping) error {
	for _, p := range []struct{ name, value string }{{"since", r.Since}, {"page", r.Page}, {"size", r.Size}} {
		if len(p.value) > 100 || strings.ContainsFunc(p.value, func(c rune) bool { return unicode.IsControl(c) || unicode.IsSpace(c) }) {
			return invalid("“%s”不能作参数名（request.%s）", p.value, p.name)
		}
	}
	if err := ingest.CheckPointer("request.next", r.Next); err != nil {
		return err
	}
	switch {
	case r.Since != "" && m.Changed == "":
		return invalid("有 request.since（增量参数）的，还须写明 changed（工单的最后更新时间在哪里）")
	case r.From != "" && r.Since == "":
		return invalid("有 request.from（起始时间）的，还须写明 request.since（增量参数）")
	case len(r.From) > 100 || strings.ContainsFunc(r.From, unicode.IsControl):
		return invalid("request.from 无法识别")
	case r.Overlap != nil && (*r.Overlap < 0 || *r.Overlap > mostOverlap):
		return invalid("request.overlap 应为 0 到 %d 之间的秒数", mostOverlap)
	case r.PageSize < 0 || r.PageSize > mostPageSize:
		return invalid("request.page_size 应为 1 到 %d", mostPageSize)
	case r.FirstPage != nil && (*r.FirstPage < 0 || *r.FirstPage > 1):
		return invalid("request.first_page 应为 0 或 1")
	case r.Next != "" && r.Page == "":
		return invalid("有 request.next（下一页标记）的，还须写明 request.page（放标记的参数）")
	case r.Header != "" && !ingest.IsHeaderName(r.Header):
		return invalid("“%s”不能作请求头的名称", r.Header)
	}
	return nil
}

func (p Push) check() error {
	if p.URL == "" {
		if p.Header != "" {
			return invalid("有 push.header 的，还须写明 push.url（回推地址）")
		}
		return nil
	}
	u, err := url.Parse(p.URL)
	if err != nil || !utf8.ValidString(p.URL) || len(p.URL) > desk.MaxURL || ingest.CheckURL(p.URL) != nil {
		return invalid("push.url（回推地址）须以 http:// 或 https:// 开头")
	}
	if u.User != nil {
		return invalid("push.url 中不要写用户名和密码")
	}
	if p.Header != "" && !ingest.IsHeaderName(p.Header) {
		return invalid("“%s”不能作请求头的名称", p.Header)
	}
	return nil
}

func (r Request) size() int {
	if r.PageSize == 0 {
		return defaultPageSize
	}
	return r.PageSize
}

func (r Request) first() int {
	if r.FirstPage == nil {
		return 1
	}
	return *r.FirstPage
}

func (r Request) overlap() int {
	if r.Overlap == nil {
		return defaultOverlap
	}
	return *r.Overlap
}

// stateOf is our state by its key or its Chinese name; "" is none.
func stateOf(name string) string {
	for _, s := range desk.MirrorStates {
		if name == s.State || name == s.Name {
			return s.State
		}
	}
	return ""
}

func stateNames() (names []string) {
	for _, s := range desk.MirrorStates {
		names = append(names, s.Name)
	}
	return names
}

// Check refuses settings that a mirror can't have.
func Check(settings json.RawMessage) error {
	_, err := ReadMapping(settings)
	return err
}
