package web

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

// roomItems is how many items the room shows; the rest is a link away.
const roomItems = 12

type roomBody struct {
	dialogs
	In       desk.Incident
	Open     bool
	Red      bool // nobody has graded it, and it is an emergency
	Clocks   []ClockRow
	Ended    []EndedClock
	Changes  []ChangeRow
	Past     []ChangeRow
	Instants []InstantRow
	Facts    []Fact
	About    []Fact
	Suggest  SuggestBox
	Items    []ItemRow
	ItemsAll int
	Differs  differsBox
	Works    []WorkRow
	Moments  []Moment
	May      map[string]bool
	Acts     []Act
	Levels   []Option
	Anchors  []Option
	Meets    []Option
	Figures  []factFigure
	LiveOn   string
	Conflict []Conflict
}

// InstantRow is one of the four instants (发生, 获知, 接报, 定级).
type InstantRow struct {
	Kind   string
	Name   string // interface text
	At     time.Time
	Starts []string // names of the clocks that start from it
}

// EndedClock is a clock that no longer applies, with the reason.
type EndedClock struct {
	Name, Document, Why string
	Due                 time.Time
}

// ChangeRow is a delay or downgrade that waits for a second person, or was decided.
type ChangeRow struct {
	desk.Change
	What   []Phrase
	Decide bool // this person may
	Own    bool // asked for by this person, who can't be the second
}

// SuggestBox is the system's suggestion of a level, with the words that made it.
type SuggestBox struct {
	Level string
	Why   []string
	From  []ItemRow
}

// WorkRow is a release, a briefing or another body's deed of the incident, with its next act.
type WorkRow struct {
	Kind  string // interface text
	Icon  string
	Title string
	Href  string
	Light string
	State string // interface text
	Notes []string
	Late  bool // entered later than done
	Proof string
	Acts  []Act
	At    time.Time
}

// incident is the room of an incident (事件): its clocks, grading, facts, items, releases and briefings, and the course of it.
func (s *Server) incident(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.incidentPage(w, r, id, http.StatusOK, opened(r))
}

func incidentHome(id int64) string { return fmt.Sprintf("/incidents/%d", id) }

// incidentPage draws the room, with what a form on it has come to.
func (s *Server) incidentPage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	page, err := s.newPage(r, "事件", "incidents")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	room, err := s.Desk.Room(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	in := room.Incident
	body := roomBody{dialogs: d, In: in, Open: in.State == desk.IncidentOpen, Red: in.State == desk.IncidentOpen && in.Level() == "" && in.Kind != desk.KindOpinion}
	rd.roomClocks(&body, room)
	body.Changes, body.Past = rd.changeRows(room.Changes)
	body.Instants = rd.instantRows(room)
	body.Facts, body.About = rd.factList(in), rd.about(in)
	body.Suggest = rd.suggestBox(room.Suggestion)
	for _, it := range room.Items[:min(len(room.Items), roomItems)] {
		body.Items = append(body.Items, rd.itemRow(it))
	}
	body.ItemsAll = max(in.Items, len(room.Items))
	differences, err := s.Desk.RoomDifferences(r.Context(), rd.who, room)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Differs = rd.differsBox(differences)
	body.Works = rd.works(room)
	for _, e := range slices.Backward(room.Timeline) {
		if kind, _, _ := strings.Cut(e.Type, "."); kind != "delivery" && kind != "notice" {
			body.Moments = append(body.Moments, rd.eventMoment(e))
		}
	}
	slices.SortStableFunc(body.Moments, func(a, b Moment) int { return b.At.Compare(a.At) })
	rd.roomMay(&body, room)
	body.offer(func(dialog string) bool { return body.May[dialog] })
	s.roomDefaults(&body)
	body.LiveOn = fmt.Sprintf("incident:%d clock.* release.* briefing.* publication.* incident.change-asked incident.change-approved incident.change-refused", id)
	page.Context, page.Back, page.Body = []string{in.Title}, "/incidents", body
	s.render(w, r, status, "incident", page)
}

// roomClocks shows every clock of the incident, not only the nearest: running ones by time left, then met, then withdrawn.
func (r teller) roomClocks(body *roomBody, room desk.Room) {
	for _, c := range room.Clocks {
		if c.State == desk.ClockWithdrawn {
			body.Ended = append(body.Ended, EndedClock{Name: c.RuleName, Document: c.Document, Why: c.WhyEnded, Due: c.Due})
			continue
		}
		row := r.clockRow(c)
		row.Title = r.t(c.RuleName)
		row.ID, row.Href = fmt.Sprintf("room-clock-%d", c.ID), "" // the feed's rows name their incident; these needn't
		row.Level, row.Suspected, row.Plain = "", false, true
		if c.State == desk.ClockMet {
			row.Acts = metLink(c)
			if c.MetEntered != nil && c.MetAt != nil && c.MetEntered.Sub(*c.MetAt) > 2*time.Minute {
				row.Stands = append(row.Stands, Phrase{Text: "　" + r.t("%s 补录", r.dates().short(*c.MetEntered)), Mark: "quiet"})
			}
			if i := slices.IndexFunc(room.Publications, func(p desk.Publication) bool {
				return c.MetBy.Kind == "publication" && fmt.Sprint(p.ID) == c.MetBy.ID
			}); i >= 0 && room.Publications[i].ReleaseID != 0 {
				row.Acts = []Act{{Label: "进入发布", Href: fmt.Sprintf("/releases/%d", room.Publications[i].ReleaseID)}}
			}
		}
		body.Clocks = append(body.Clocks, row)
	}
	slices.SortStableFunc(body.Clocks, func(a, b ClockRow) int { return cmp.Compare(a.Sort(), b.Sort()) })
}

// metLink leads to what met a clock.
func metLink(c desk.Clock) []Act {
	if c.MetBy.Kind == "briefing" {
		return []Act{{Label: "进入发布会", Href: "/briefings/" + c.MetBy.ID}}
	}
	return nil
}

func (r teller) instantRows(room desk.Room) []InstantRow {
	rows := []InstantRow{{Kind: "occurred", Name: "发生"}, {Kind: "learned", Name: "获知"}, {Kind: "received", Name: "接报"}, {Kind: "graded", Name: "定级"}}
	in := room.Incident
	for i, at := range []*time.Time{in.Occurred, in.Learned, in.Received, in.Graded} {
		if at != nil {
			rows[i].At = *at
		}
		for _, c := range room.Clocks {
			if c.State != desk.ClockWithdrawn && c.Anchor == rows[i].Kind && !slices.Contains(rows[i].Starts, c.RuleName) {
				rows[i].Starts = append(rows[i].Starts, c.RuleName)
			}
		}
	}
	return rows
}

// factList are the verified figures; an unknown one says so, since unknown isn't zero.
func (r teller) factList(in desk.Incident) (out []Fact) {
	for _, f := range figuresOf(in.Facts) {
		if f.N != nil {
			out = append(out, Fact{Name: f.Name, Value: []Phrase{{Text: r.t("%s 人", number(*f.N)), Mark: "strong"}}})
		}
	}
	if in.Facts.LossYuan != nil {
		out = append(out, Fact{Name: "直接损失", Value: []Phrase{{Text: r.t("%s 元", number(int(*in.Facts.LossYuan))), Mark: "strong"}}})
	}
	return out
}

// about are the incident's own particulars.
func (r teller) about(in desk.Incident) []Fact {
	one := func(s string) []Phrase {
		if strings.TrimSpace(s) == "" {
			return []Phrase{{Text: r.t("未填"), Mark: "quiet"}}
		}
		return []Phrase{{Text: s}}
	}
	place := strings.TrimSpace(in.Region.Name + " " + in.Place)
	if in.Region.Name == "" && in.Region.Code != "" {
		place = strings.TrimSpace(in.Region.Code + " " + in.Place)
	}
	facts := []Fact{{Name: "类别", Value: one(r.t(in.Kind))}, {Name: "地点", Value: one(place)}}
	holder := []Phrase{{Text: in.Holder}}
	if in.Holder == "" {
		holder = []Phrase{{Text: r.t("无人办理"), Mark: "strong"}}
	}
	facts = append(facts, Fact{Name: "办理", Value: holder}, Fact{Name: "建立", Value: one(r.dates().short(in.RaisedAt))})
	if in.Confirmed != "" {
		facts = append(facts, Fact{Name: "核定", Value: one(r.t(in.Confirmed) + " · " + in.Document)})
	}
	if in.Judged != "" {
		judged := r.t(in.Judged)
		if in.Suspected {
			judged = r.t("疑似%s", judged)
		}
		facts = append(facts, Fact{Name: "初判", Value: one(judged)})
	}
	if !in.NeedsResponse && in.Level() != "" {
		facts = append(facts, Fact{Name: "回应", Value: one(r.t("判定无需公开回应"))})
	}
	if in.ClosedAt != nil {
		facts = append(facts, Fact{Name: "办结", Value: one(r.dates().short(*in.ClosedAt))})
	}
	return facts
}

func (r teller) suggestBox(s desk.Suggestion) SuggestBox {
	box := SuggestBox{Level: s.Level, Why: s.Why}
	for _, it := range s.From[:min(3, len(s.From))] {
		row := r.itemRow(it)
		row.Text = excerpt(strings.TrimSpace(it.Title+" "+it.Body), factSpans(it), 70)
		box.From = append(box.From, row)
	}
	return box
}

// factSpans are the words from which figures were read, in title and body run together.
func factSpans(it desk.Item) []Span {
	spans := factEvidence(it.Verdict, "title")
	shift := len([]rune(it.Title)) + 1
	if strings.TrimSpace(it.Title) == "" {
		shift = 0
	}
	for _, s := range factEvidence(it.Verdict, "text") {
		spans = append(spans, Span{Start: s.Start + shift, End: s.End + shift})
	}
	return spans
}

func factEvidence(v *desk.Verdict, in string) []Span {
	if v == nil {
		return nil
	}
	figures := *v
	figures.Evidence = slices.DeleteFunc(slices.Clone(v.Evidence), func(e desk.Evidence) bool {
		name := strings.TrimPrefix(e.Field, "facts.")
		return !slices.ContainsFunc(figuresOf(v.Facts), func(f factFigure) bool { return f.Field == name }) && name != "loss_yuan" && name != "facts"
	})
	return evidence(&figures, in, tellsAnItem)
}

func (r teller) changeRows(all []desk.Change) (pending, past []ChangeRow) {
	for _, c := range all {
		row := ChangeRow{Change: c, What: r.changeWords(c), Own: c.ByID == r.who.PersonID}
		if c.State != "pending" {
			past = append(past, row)
			continue
		}
		row.Decide = !row.Own && r.who.May(desk.ActIncidentSecond)
		pending = append(pending, row)
	}
	return pending, past
}

func (r teller) changeWords(c desk.Change) []Phrase {
	switch c.Kind {
	case desk.ChangeAnchor:
		at := r.t("未知")
		if c.Anchor.At != nil {
			at = r.dates().short(*c.Anchor.At)
		}
		return []Phrase{{Text: r.t("%s时间改为", r.t(anchorWords[c.Anchor.Kind])) + " "}, {Text: at, Mark: "strong"}}
	case desk.ChangeConfirm:
		return []Phrase{{Text: r.t("核定为") + " "}, {Text: r.t(c.Grade.Level), Mark: "strong"}, {Text: " " + c.Grade.Document}}
	}
	words := []Phrase{{Text: r.t("初判改为") + " "}, {Text: r.t(c.Grade.Level), Mark: "strong"}}
	if !c.Grade.NeedsResponse && desk.LevelRank(c.Grade.Level) < desk.LevelRank(desk.LevelMajor) {
		words = append(words, Phrase{Text: "，" + r.t("不再需要回应")})
	}
	return words
}

// roomMay says which acts are offered.
func (r teller) roomMay(body *roomBody, room desk.Room) {
	in, open := room.Incident, body.Open
	body.May = map[string]bool{
		"judge": open && r.who.May(desk.ActIncidentGrade) && in.Confirmed == "", "confirm": open && r.who.May(desk.ActIncidentGrade),
		"instant": open && r.who.May(desk.ActIncidentGrade), "close": open && r.who.May(desk.ActIncidentGrade),
		"facts": open && r.who.May(desk.ActIncidentRaise), "attach": open && r.who.May(desk.ActIncidentRaise),
		"take":  open && r.who.May(desk.ActIncidentRaise) && in.HolderID != r.who.PersonID,
		"draft": open && r.who.May(desk.ActReleaseDraft), "elsewhere": open && r.who.May(desk.ActReleasePublish), "brief": open && r.who.May(desk.ActBriefing),
		"items": r.who.May(desk.ActItemRead),
	}
	kind := desk.ReleaseFirst
	switch {
	case in.Kind == desk.KindOpinion && !in.Major():
		kind = desk.ReleaseResponse
	case slices.ContainsFunc(room.Publications, func(p desk.Publication) bool { return p.Meets == "release" }):
		kind = desk.ReleaseFollowUp
	}
	going := slices.IndexFunc(room.Releases, func(x desk.Release) bool { return x.Kind == kind && x.State != desk.ReleasePublished })
	switch {
	case !body.May["draft"]:
	case going >= 0:
		// One is on its way: another of the same kind is seldom meant.
		body.Acts = append(body.Acts, Act{Label: "进入发布", Href: releaseHome(room.Releases[going].ID), Key: "N", Style: "primary"},
			Act{Label: "另起一稿", Href: fmt.Sprintf("/incidents/%d/releases/new", in.ID), Key: "Shift+D", Style: "quiet"})
	default:
		body.Acts = append(body.Acts, Act{Label: releaseKind(kind), Href: fmt.Sprintf("/incidents/%d/releases/new?kind=%s", in.ID, kind), Key: "N", Style: "primary"})
	}
	if body.May["brief"] {
		body.Acts = append(body.Acts, Act{Label: "排发布会", Href: fmt.Sprintf("/briefings/new?incident=%d", in.ID), Key: "P"})
	}
	if body.May["take"] {
		body.Acts = append(body.Acts, Act{Label: "接手", Post: fmt.Sprintf("/incidents/%d/take", in.ID), Key: "T"})
	}
}

// releaseKind is the name of a kind of release.
func releaseKind(kind string) string {
	for _, k := range desk.ReleaseKinds {
		if k.Kind == kind {
			return k.Name
		}
	}
	return kind
}

// roomDefaults fills the forms in with what stands.
func (s *Server) roomDefaults(body *roomBody) {
	in := body.In
	body.Levels = sameWords(desk.Levels)
	body.Anchors = []Option{{Value: "occurred", Text: "发生"}, {Value: "learned", Text: "获知"}, {Value: "received", Text: "接报"}, {Value: "graded", Text: "定级"}}
	body.Meets = []Option{{Value: "release", Text: "权威发布"}, {Value: "briefing", Text: "新闻发布会"}, {Value: "response", Text: "舆情回应"}}
	body.Figures = figuresOf(in.Facts)
	needs := ""
	if in.NeedsResponse || in.Level() == "" {
		needs = "1"
	}
	body.begin("judge", "level", in.Judged)
	body.begin("judge", "needs", needs)
	if in.Suspected {
		body.begin("judge", "suspected", "1")
	}
	body.begin("confirm", "level", in.Confirmed)
	body.begin("confirm", "document", in.Document)
	body.begin("confirm", "needs", needs)
	body.begin("instant", "anchor", "occurred")
	body.begin("elsewhere", "meets", "release")
	for _, f := range body.Figures {
		body.begin("facts", f.Field, figureText(f.N))
	}
	if in.Facts.LossYuan != nil {
		body.begin("facts", "loss_yuan", fmt.Sprint(*in.Facts.LossYuan))
	}
	body.begin("facts", "version", fmt.Sprint(in.Version))
}
