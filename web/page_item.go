package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type itemBody struct {
	Form
	File      desk.ItemFile
	Row       ItemRow
	Title     []Phrase
	Body      [][]Phrase // paragraphs
	Facts     []Fact
	Verdict   []VerdictLine
	Guesses   []Fact          // figures and cues that nobody corrects
	Differs   []differenceRow // what it says otherwise than our releases
	Near      []NearRow
	Versions  []VersionRow
	Moments   []Moment
	Incidents []Option // open ones, to join
	Revealed  *desk.Revealed
	Spread    *Spread
	Hot       *HotFile
	Paper     *paperItem // what is printed of an item whose personal data is on the screen
	May       map[string]bool
	Conflicts []Conflict
	Choices   map[string][]Option
	Category  string // the chosen category, as its picker shows it
	Dialog    string // the one that is open: "attach", "reveal", "correct", "return"
	Files     []FileRow
	Fetch     []Option    // those of them that can be downloaded
	Thread    []NearRow   // letters that belong to it
	FromBox   bool        // it came through the public letter box
	Hidden    bool        // sealed, and not for these eyes
	Answered  *desk.Reply // the public reply as it stands
	Reply     string      // the reply as it is being written
	Was       []Hidden    // the verdict's fields as the form was opened on
}

// paperItem is the masked item: what was revealed to one person isn't carried away by the printer.
type paperItem struct {
	Title []Phrase
	Body  [][]Phrase
	Facts []Fact
}

// RegionName is what the region's picker shows for its value.
func (b itemBody) RegionName() string { return fieldText(desk.FieldRegion, b.Values[desk.FieldRegion]) }

// VerdictLine is one field of the verdict: what stands, whether a person said so, and the words that made it.
type VerdictLine struct {
	Name      string // interface text
	Field     string
	Text      string
	Corrected bool
	Refused   []string // departments that sent it back
	Because   string   // the words that decided, quoted, or another reason
	Others    []Other  // departments that may be meant as well
	Sure      int      // per cent; 0: not said
	Light     string
}

// Named says that the text is a name of something, not a word of the interface.
func (l VerdictLine) Named() bool {
	return l.Field == desk.FieldCategory || l.Field == desk.FieldDepartment || l.Field == desk.FieldRegion || l.Field == desk.FieldPlace
}

// NearRow is an item that says nearly the same.
type NearRow struct {
	ItemRow
	Score int    // per cent; 0: the same matter in other words
	Same  string // number of the item, where what is being written can be put to it
	First bool   // the nearest
	Blank bool   // opens beside the page, which holds something half-written
}

// Word is how near it is, in words of the interface.
func (n NearRow) Word() string {
	switch {
	case n.Score >= 90:
		return "几乎相同"
	case n.Score >= 60:
		return "大部分相同"
	case n.Score >= 30:
		return "部分相同"
	}
	return "说法相近"
}

// VersionRow is an earlier content of an item.
type VersionRow struct {
	desk.ItemVersion
}

// Conflict is a field that somebody else changed meanwhile: both versions.
type Conflict struct {
	Name         string // interface text
	Theirs, Mine string
}

// fieldNames are the fields of a verdict that a person may set, in the order of the form.
var fieldNames = []struct{ Field, Name string }{
	{desk.FieldKind, "诉求类型"}, {desk.FieldCategory, "领域"}, {desk.FieldUrgency, "紧急程度"}, {desk.FieldDepartment, "责任单位"},
	{desk.FieldRegion, "属地"}, {desk.FieldPlace, "地点"},
}

// item opens one item: its words with the evidence in them, what the machine suggests, and what can be done with it.
func (s *Server) item(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.itemPage(w, r, id, http.StatusOK, itemBody{Dialog: r.URL.Query().Get("do")})
}

// itemPage draws the item, with what a form on it has come to.
func (s *Server) itemPage(w http.ResponseWriter, r *http.Request, id int64, status int, body itemBody) {
	page, err := s.newPage(r, "来件", "inbox")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.Item(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	it := f.Item
	body.File, body.Row = f, rd.itemRow(it)
	title, text := it.Title, it.Body
	if body.Revealed != nil {
		body.Paper = &paperItem{Highlight(it.Title, rd.explained(it.Verdict, "title")), paragraphs(it.Body, rd.explained(it.Verdict, "text")), rd.itemFacts(it, nil)}
		title, text = body.Revealed.Title, body.Revealed.Body
		page.Live = false // a redraw would hide again what was asked for
	}
	if strings.TrimSpace(title) == "" {
		title = rd.untitled(it)
		body.Title = []Phrase{{Text: title}}
	} else {
		body.Title = Highlight(title, rd.explained(it.Verdict, "title"))
	}
	body.Body = paragraphs(text, rd.explained(it.Verdict, "text"))
	body.Facts = rd.itemFacts(it, body.Revealed)
	differences, err := s.Desk.Differences(r.Context(), rd.who, it)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Differs = rd.differenceRows(differences)
	if body.Spread, err = rd.spread(r.Context(), it); err != nil {
		s.Fail(w, r, err)
		return
	}
	if body.Hot, err = rd.hotFile(r.Context(), it); err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Verdict, body.Guesses = rd.verdict(it)
	for i, n := range f.Near {
		body.Near = append(body.Near, NearRow{ItemRow: rd.itemRow(n), Score: int(f.Scores[i]*100 + .5)})
	}
	for _, v := range slices.Backward(f.Versions) {
		body.Versions = append(body.Versions, VersionRow{v})
	}
	for _, e := range slices.Backward(f.Events) {
		m := rd.itemMoment(e)
		if e.Type == "item.logged" && it.Channel == desk.ChannelDuty {
			m.Act = rd.t("来电来文登记")
		}
		body.Moments = append(body.Moments, m)
	}
	if !slices.ContainsFunc(f.Events, func(e desk.Event) bool { return e.Type == "item.created" }) {
		// It came with others, in one event.
		body.Moments = append(body.Moments, Moment{ID: "received", At: it.ReceivedAt, Who: sourceName(it.Source, rd), Act: rd.t("收到")})
	}
	body.May = map[string]bool{
		"settle": rd.who.May(desk.ActItemSettle) && it.State != desk.ItemLinked, "correct": rd.who.May(desk.ActItemCorrect),
		"return": rd.who.May(desk.ActItemReturn) && it.Verdict.Department() != "",
		"reveal": rd.who.May(desk.ActItemReveal) && body.Revealed == nil, "raise": rd.who.May(desk.ActIncidentRaise),
	}
	body.letters(rd)
	if body.May["raise"] {
		if body.Incidents, err = rd.openIncidents(r); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	body.Choices = rd.verdictChoices()
	for _, n := range fieldNames {
		body.Was = append(body.Was, Hidden{Name: n.Field, Value: fieldOf(it.Verdict, n.Field)})
	}
	if body.Values == nil {
		body.Values = map[string]string{}
		for _, n := range fieldNames {
			body.Values[n.Field] = fieldOf(it.Verdict, n.Field)
		}
	}
	body.Category = rd.category(body.Values[desk.FieldCategory])
	page.Context = []string{it.Channel.Name(), sourceName(it.Source, rd), rd.dates().minute(it.ReceivedAt)}
	page.Context[0] = rd.t(page.Context[0])
	page.Back = "/items"
	page.Body = body
	s.render(w, r, status, "item", page)
}

// paragraphs cuts a text at its line ends, with the evidence in place.
func paragraphs(text string, marks []Span) [][]Phrase {
	var out [][]Phrase
	at := 0
	for _, line := range strings.Split(text, "\n") {
		n := len([]rune(line))
		if strings.TrimSpace(line) != "" {
			var in []Span
			for _, m := range marks {
				if m.Start >= at && m.End <= at+n {
					in = append(in, Span{Start: m.Start - at, End: m.End - at, Hint: m.Hint})
				}
			}
			out = append(out, Highlight(line, in))
		}
		at += n + 1
	}
	return out
}

// itemFacts are what came with the words.
func (r teller) itemFacts(it desk.Item, shown *desk.Revealed) []Fact {
	d := r.dates()
	one := func(s string) []Phrase { return []Phrase{{Text: s}} }
	facts := []Fact{{Name: "接收时间", Value: one(d.minute(it.ReceivedAt))}}
	if it.OccurredAt != nil {
		facts = append(facts, Fact{Name: "发生时间", Value: one(d.minute(*it.OccurredAt))})
	}
	author := it.Author
	if shown != nil {
		author = shown.Author
	}
	if author.Name != "" || author.Phone != "" {
		facts = append(facts, Fact{Name: "来件人", Value: one(strings.TrimSpace(author.Name + " " + author.Phone))})
	}
	if it.Place != "" {
		facts = append(facts, Fact{Name: "所报地点", Value: one(it.Place)})
	}
	if it.RemovedAt != nil {
		facts = append(facts, Fact{Name: "原文", Value: []Phrase{{Text: r.t("已删除"), Mark: "strong"}, {Text: " " + r.t(it.RemovedWhy) + "　" + d.minute(*it.RemovedAt)}}})
	}
	if it.Reach != nil {
		facts = append(facts, Fact{Name: "阅读量", Value: one(number(int(*it.Reach)))})
	}
	facts = append(facts, r.extraFacts(it, shown)...)
	facts = append(facts, Fact{Name: "来源", Value: one(r.t(it.Channel.Name()) + " · " + sourceName(it.Source, r))})
	if !strings.HasPrefix(it.ExternalID, "sha256:") {
		facts = append(facts, Fact{Name: "来源编号", Value: one(it.ExternalID)})
	}
	return facts
}

// sourceName names the seat in words.
func sourceName(name string, r teller) string {
	switch name {
	case desk.SeatSource:
		return r.t("坐席")
	case desk.DutySource:
		return r.t("值班登记")
	case desk.LetterSource:
		return r.t("公众信箱")
	case desk.PasteSource:
		return r.t("粘贴")
	}
	return name
}

// fieldOf reads a field of a verdict as forms carry it.
func fieldOf(v *desk.Verdict, field string) string {
	if v == nil {
		return ""
	}
	switch field {
	case desk.FieldKind:
		return v.Kind
	case desk.FieldCategory:
		return v.Category
	case desk.FieldUrgency:
		return v.Urgency
	case desk.FieldPlace:
		return v.Place
	case desk.FieldDepartment:
		return v.Department()
	case desk.FieldRegion:
		if v.Region != nil {
			return strings.TrimSpace(v.Region.Code + " " + v.Region.Name)
		}
	}
	return ""
}

// fieldText is the same for people: a region without its code.
func fieldText(field, value string) string {
	if field == desk.FieldRegion {
		if code, name, ok := strings.Cut(value, " "); ok && name != "" {
			return name
		} else {
			return code
		}
	}
	return value
}

// fieldWords is fieldText with a category by the names that pages give it.
func (r teller) fieldWords(field, value string) string {
	if field == desk.FieldCategory {
		return r.category(value)
	}
	return fieldText(field, value)
}

// verdict is the system's suggestion line by line, and the figures beside it.
func (r teller) verdict(it desk.Item) (lines []VerdictLine, guesses []Fact) {
	v := it.Verdict
	if v == nil {
		return nil, nil
	}
	for _, n := range fieldNames {
		l := VerdictLine{Name: n.Name, Field: n.Field, Text: r.fieldWords(n.Field, fieldOf(v, n.Field)), Corrected: slices.Contains(it.Corrected, n.Field)}
		if n.Field == desk.FieldDepartment {
			l.Refused = v.Refused
		}
		if n.Field == desk.FieldUrgency {
			l.Light = map[string]string{desk.UrgencyUrgent: LightRed, desk.UrgencyRaised: LightYellow}[v.Urgency]
		}
		if !l.Corrected && l.Text != "" {
			l.Because = r.why(v, n.Field, l.Text)
			l.Sure = sureness(v, n.Field, l.Because)
			if n.Field == desk.FieldDepartment {
				l.Others = r.others(v)
			}
		}
		lines = append(lines, l)
	}
	return lines, r.guesses(v)
}

// verdictChoices are the options of the correction's pickers that are known beforehand.
func (r teller) verdictChoices() map[string][]Option {
	return map[string][]Option{desk.FieldKind: r.options(desk.Kinds), desk.FieldCategory: r.categoryOptions(), desk.FieldUrgency: r.options(desk.Urgencies)}
}

// options are words to pick from, findable by pinyin.
func (r teller) options(words []string) []Option {
	out := make([]Option, len(words))
	for i, w := range words {
		out[i] = Option{Value: w, Text: r.t(w), Keys: pinyinKeys(w)}
	}
	return out
}

// openIncidents are the incidents that an item can be joined to.
func (r teller) openIncidents(req *http.Request) ([]Option, error) {
	list, err := r.desk.Incidents(req.Context(), r.who, desk.IncidentFilter{State: desk.IncidentOpen, Page: desk.Page{Limit: 1000, Newest: true}})
	if err != nil {
		return nil, err
	}
	out := make([]Option, len(list))
	for i, in := range list {
		level := in.Level()
		if level == "" {
			level = desk.LevelUngraded
		}
		out[i] = Option{Value: fmt.Sprint(in.ID), Text: in.Title, Hint: r.t(level), Keys: pinyinKeys(in.Title)}
	}
	return out, nil
}

// itemWords are the acts on an item as its history tells them.
var itemWords = map[string]string{
	"item.pasted": "粘贴登记", "item.counted": "更新阅读评论数", "item.shot": "下载截图", "item.removed": "原文已删除",
	"item.created": "收到", "item.updated": "更新", "item.corrected": "更正初判建议", "item.returned": "退单", "item.revealed": "查看个人信息", "item.logged": "坐席登记",
	"item.file": "下载附件", "item.original": "下载原件", "item.replied": "公开答复", "item.told": "回推对方平台", "item.unlisted": "跌出热榜",
}

func (r teller) itemMoment(e desk.Event) Moment {
	m := Moment{ID: fmt.Sprintf("event-%d", e.ID), At: e.ActedAt, Who: e.Actor, Act: r.t(itemWords[e.Type])}
	if e.ActorID == 0 {
		m.Who = sourceName(e.Actor, r)
	}
	if m.Act == "" {
		m.Act = e.Type
	}
	if e.Type == "item.updated" && len(e.After) > 0 {
		var to string
		if unquote(e.After, &to) && itemState(to) != to {
			m.Act = r.t("标记为“%s”", r.t(itemState(to)))
		}
	}
	if e.Type == "item.corrected" || e.Type == "item.returned" {
		m.Text = r.changes(e)
	}
	if e.Why != "" {
		if len(m.Text) > 0 {
			m.Text = append(m.Text, Phrase{Text: "　"})
		}
		m.Text = append(m.Text, Phrase{Text: r.t("理由：%s", e.Why), Mark: "quiet"})
	}
	if e.Late() {
		m.Entered = e.At
	}
	return m
}
