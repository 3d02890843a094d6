package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

// teller is who a row is drawn for: whose acts it offers, in which language, seen at which instant.
type teller struct {
	desk  *desk.Desk
	views *Views
	who   desk.Actor
	lang  string
	now   time.Time
}

func (r teller) t(text string, args ...any) string { return r.views.Text(r.lang, text, args...) }

func (r teller) dates() dates { return dates{zone: r.views.zone, lang: r.lang} }

// anchorWords are the instants from which clocks start.
var anchorWords = map[string]string{"occurred": "发生", "learned": "获知", "received": "接报", "graded": "定级", "last": "上次发布"}

// clockRow says of a clock what is due, by which rule and document, from which start, what stands, who holds it, and
// the one next act.
func (r teller) clockRow(c desk.Clock) ClockRow {
	row := ClockRow{
		ID: fmt.Sprintf("clock-%d", c.ID), Now: r.now, Start: c.Start, Yellow: c.Yellow, Red: c.Red, Due: c.Due,
		Title: c.Incident, Href: fmt.Sprintf("/incidents/%d", c.IncidentID), Level: c.Level, Suspected: c.Suspected,
		Rule: r.t(c.RuleName), Span: r.spanWords(c.Due.Sub(c.Start)), Document: r.documentWords(c), Anchor: anchorWords[c.Anchor], Role: "办理", Holder: c.Holder,
	}
	for _, s := range c.Stages {
		if s.Name != desk.StageDue && s.Name != desk.StageOverdue {
			row.Ticks = append(row.Ticks, s.FireAt)
		}
	}
	if len(row.Ticks) == 0 {
		row.Ticks = []time.Time{c.Yellow, c.Red}
	}
	if c.State == desk.ClockMet && c.MetAt != nil {
		row.Met = *c.MetAt
		row.Stands = []Phrase{{Text: r.t("已完成")}}
		if c.MetIssuer != "" {
			row.Stands = []Phrase{{Text: r.t("由 %s 完成", c.MetIssuer)}}
		}
		return row
	}
	r.stands(&row, c)
	return row
}

// spanWords says a limit as the notices do: 5小时, 24小时, 48小时; days only from the fourth on.
func (r teller) spanWords(span time.Duration) string {
	if span > 0 && span <= 72*time.Hour && span%time.Hour == 0 {
		if r.lang == LangEnglish {
			return fmt.Sprintf("%d h", span/time.Hour)
		}
		return fmt.Sprintf("%d小时", span/time.Hour)
	}
	return r.dates().span(span)
}

// documentWords names what the rule stands on, and says so where the figure is only a practice.
func (r teller) documentWords(c desk.Clock) string {
	if c.Practice {
		return r.t("%s（惯例）", c.Document)
	}
	return c.Document
}

// stands fills in what stands, who has it and since when, and the next act.
func (r teller) stands(row *ClockRow, c desk.Clock) {
	if c.WantedBy(desk.DeedBriefing) {
		r.briefingStands(row, c)
		return
	}
	r.releaseStands(row, c)
}

// nextOfRelease is, by the state of a release, the act that it waits for: its word, and who may do it.
var nextOfRelease = map[string]struct {
	word string
	may  desk.Act
}{
	desk.ReleaseDraft:   {"继续起草", desk.ActReleaseDraft},
	desk.ReleaseBlocked: {"修改文稿", desk.ActReleaseDraft},
	desk.ReleaseReview:  {"去审查", desk.ActReleaseReview},
	desk.ReleaseSign:    {"去审签", desk.ActReleaseSign},
	desk.ReleaseSigned:  {"去发布", desk.ActReleasePublish},
}

func (r teller) releaseStands(row *ClockRow, c desk.Clock) {
	i := slices.IndexFunc(c.Stands, func(s desk.Standing) bool { return s.Kind == "release" })
	if i < 0 {
		row.Stands = []Phrase{{Text: r.t("尚未起草"), Mark: "strong"}}
		if r.who.May(desk.ActReleaseDraft) {
			row.Acts = []Act{{Label: "起草发布", Href: fmt.Sprintf("/incidents/%d/releases/new", c.IncidentID), Key: "R", Style: "primary"}}
		} else {
			row.Acts = []Act{{Label: "进入事件", Href: row.Href, Key: "O"}}
		}
		return
	}
	s := c.Stands[i]
	row.Stands = []Phrase{{Text: r.t(releaseState(s.State)), Mark: "strong"}}
	row.Held = s.Since
	if s.Title != "" {
		row.Note = r.t("《%s》", cut(s.Title, 14))
	}
	if s.Who != "" {
		row.Role, row.Holder = "稿在", r.t(s.Who)
		if s.State == desk.ReleaseReview || s.State == desk.ReleaseSign {
			row.Role = "待办" // a role, not a person
		}
	}
	act := Act{Label: "进入发布", Href: fmt.Sprintf("/releases/%d", s.ID), Key: "R"}
	if next, ok := nextOfRelease[s.State]; ok && r.who.May(next.may) {
		act.Label, act.Style = next.word, "primary"
	}
	row.Acts = []Act{act}
}

func (r teller) briefingStands(row *ClockRow, c desk.Clock) {
	i := slices.IndexFunc(c.Stands, func(s desk.Standing) bool { return s.Kind == "briefing" })
	if i < 0 {
		row.Stands = []Phrase{{Text: r.t("尚未排定"), Mark: "strong"}}
		if r.who.May(desk.ActBriefing) {
			row.Acts = []Act{{Label: "排发布会", Href: fmt.Sprintf("/briefings/new?incident=%d", c.IncidentID), Key: "B", Style: "primary"}}
		} else {
			row.Acts = []Act{{Label: "进入事件", Href: row.Href, Key: "O"}}
		}
		return
	}
	s := c.Stands[i]
	row.Stands = []Phrase{{Text: r.t("已排"), Mark: "strong"}}
	row.Note = cut(s.Title, 16)
	if s.Who != "" {
		row.Role, row.Holder = "承办", s.Who
	}
	row.Acts = []Act{{Label: "进入发布会", Href: fmt.Sprintf("/briefings/%d", s.ID), Key: "B"}}
}

// releaseState is a release's state in words.
func releaseState(state string) string {
	for _, s := range desk.ReleaseStates {
		if s.State == state {
			return s.Name
		}
	}
	return state
}

// cut shortens to n runes.
func cut(s string, n int) string {
	if r := []rune(s); len(r) > n {
		return strings.TrimRight(string(r[:n-1]), " ，。、；：") + "…"
	}
	return s
}
