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

type debriefBody struct {
	desk.Debrief
	Title    string // of the scenario, in the reader's language
	Office   string
	Stands   bool // the drill has ended
	Kept     int
	Late     int // met late, or due and not met
	Running  int
	Clocks   []DeadlineRow
	Paths    []PathRow
	Hours    []HourOfActs
	Doers    []DoerRow
	Notices  []AnswerRow
	Texts    []SeenText
	Chart    FlowChart
	Rumours  []RumourRow
	Steps    []UndoneStep
	Unlooked []ItemRow
}

// DeadlineRow is a deadline with how it ended.
type DeadlineRow struct {
	desk.Clock
	Href, Rule, Papers string
	Light              string
	Outcome            string // in words
	Fired              []FiredStage
}

// FiredStage is a stage of a clock that spoke.
type FiredStage struct {
	Word string // interface text
	At   time.Time
}

// PathRow is how an incident went to the public.
type PathRow struct {
	desk.DebriefPath
	Href  string
	Level string
	Steps []PathStep
}

// PathStep is one step of it, with how long after the beginning.
type PathStep struct {
	Word string    // interface text
	At   time.Time // zero: never reached
	Span time.Duration
}

// HourOfActs is what people did in an hour of the drill.
type HourOfActs struct {
	At    time.Time
	Lines []Moment
}

// DoerRow is how much somebody did.
type DoerRow struct {
	Name, Roles string // in words
	Acts        string // in words, the most frequent first
	Total       int
}

// AnswerRow is a notice and who acknowledged it when.
type AnswerRow struct {
	desk.Notice
	Wait time.Duration
}

// SeenText is a text as the public saw it.
type SeenText struct {
	desk.DebriefText
	N     int
	Code  string
	Head  []Phrase
	Lines []TextLine
	Href  string
}

// RumourRow is a matter with cues of a rumour.
type RumourRow struct {
	desk.DebriefRumour
	Href, Title string
	Wait        time.Duration // until the public saw something
	N           int           // which text
}

// UndoneStep is a step of the guide that nobody did.
type UndoneStep struct {
	At   time.Time
	Role string // interface text
	Do   string
	Href string
}

// debrief tells what a drill has come to (讲评), while it goes on or after it.
func (s *Server) debrief(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "讲评", "")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	d, err := s.Desk.Debrief(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page.Now, rd.now = d.At, d.At
	body := debriefBody{Debrief: d, Title: s.scenarioTitle(page.Lang, d.Drill), Office: s.Desk.Policy.Office.Name, Stands: d.Drill.StoppedAt != nil}
	rd.deadlines(&body)
	rd.paths(&body)
	rd.doings(s, &body)
	rd.seen(&body)
	rd.undone(&body)
	body.Chart = rd.chart(d.Flow, body.Texts)
	page.Context = append(page.Context, body.Title)
	page.Body = body
	s.render(w, r, http.StatusOK, "debrief", page)
}

// deadlines says of each clock how it ended.
func (r teller) deadlines(body *debriefBody) {
	d := r.dates()
	for _, c := range body.Deadlines {
		row := DeadlineRow{Clock: c, Href: fmt.Sprintf("/incidents/%d", c.IncidentID), Rule: r.t(c.RuleName), Papers: r.documentWords(c)}
		switch {
		case c.State == desk.ClockWithdrawn:
			row.Light, row.Outcome = LightOff, r.t("已撤销")
		case c.MetAt != nil && c.Late():
			body.Late++
			row.Light, row.Outcome = LightOver, r.t("迟 %s", d.span(c.MetAt.Sub(c.Due)))
		case c.MetAt != nil:
			body.Kept++
			row.Light, row.Outcome = LightMet, r.t("提前 %s", d.span(c.Due.Sub(*c.MetAt)))
		case !body.At.Before(c.Due):
			body.Late++
			row.Light, row.Outcome = LightOver, r.t("没有做到，已超 %s", d.span(body.At.Sub(c.Due)))
		default:
			body.Running++
			row.Light, row.Outcome = lightAt(body.At, c.Yellow, c.Red, c.Due), d.left(c.Due, body.At)
		}
		for _, stage := range c.Stages {
			if stage.FiredAt != nil && stage.State == "fired" {
				row.Fired = append(row.Fired, FiredStage{stageWords[stage.Name], *stage.FiredAt})
			}
		}
		slices.SortStableFunc(row.Fired, func(a, b FiredStage) int { return a.At.Compare(b.At) })
		body.Clocks = append(body.Clocks, row)
	}
}

// paths tells how long each incident took from step to step.
func (r teller) paths(body *debriefBody) {
	for _, p := range body.Debrief.Paths {
		row := PathRow{DebriefPath: p, Href: fmt.Sprintf("/incidents/%d", p.Incident.ID), Level: p.Incident.Level()}
		for _, step := range []struct {
			word string
			at   *time.Time
		}{{"首件来件", p.FirstItem}, {"转为事件", p.Raised}, {"定级", p.Graded}, {"起草", p.Drafted}, {"送审", p.Submitted}, {"审查", p.Reviewed}, {"签发", p.Signed}, {"发布", p.Published}} {
			s := PathStep{Word: step.word}
			if step.at != nil {
				s.At, s.Span = *step.at, step.at.Sub(p.Began)
			}
			row.Steps = append(row.Steps, s)
		}
		body.Paths = append(body.Paths, row)
	}
	for _, n := range body.Answers.Notices {
		row := AnswerRow{Notice: n}
		if n.AckAt != nil {
			row.Wait = n.AckAt.Sub(n.At)
		}
		body.Notices = append(body.Notices, row)
	}
}

// doings are what people did, hour by hour, and how much each.
func (r teller) doings(s *Server, body *debriefBody) {
	for _, e := range body.Acts {
		hour := e.At.In(r.views.zone).Truncate(time.Hour)
		if n := len(body.Hours); n == 0 || !body.Hours[n-1].At.Equal(hour) {
			body.Hours = append(body.Hours, HourOfActs{At: hour})
		}
		last := &body.Hours[len(body.Hours)-1]
		last.Lines = append(last.Lines, r.eventMoment(e))
	}
	for _, p := range body.People {
		row := DoerRow{Name: p.Name, Roles: s.roleWords(r.lang, desk.Actor{Roles: p.Roles}), Total: p.Total}
		kinds := make([]string, 0, len(p.Acts))
		for kind := range p.Acts {
			kinds = append(kinds, kind)
		}
		slices.SortFunc(kinds, func(a, b string) int { return cmp.Or(p.Acts[b]-p.Acts[a], strings.Compare(a, b)) })
		words := make([]string, len(kinds))
		for i, kind := range kinds {
			words[i] = fmt.Sprintf("%s %d", r.eventWord(desk.Event{Type: kind}), p.Acts[kind])
		}
		row.Acts = strings.Join(words, " · ")
		body.Doers = append(body.Doers, row)
	}
}

// seen is what the public saw, and what bore cues of a rumour before it.
func (r teller) seen(body *debriefBody) {
	number := map[int64]int{}
	for i, t := range body.Debrief.Texts {
		row := SeenText{DebriefText: t, N: i + 1, Code: desk.Version{Digest: t.Digest}.CheckCode(), Head: []Phrase{{Text: t.Title}}, Lines: officialLines(t.Body, nil)}
		if t.ReleaseID != 0 {
			row.Href = fmt.Sprintf("/releases/%d", t.ReleaseID)
		}
		number[t.ID] = row.N
		body.Texts = append(body.Texts, row)
	}
	for _, x := range body.Debrief.Rumours {
		row := RumourRow{DebriefRumour: x, Href: fmt.Sprintf("/items/%d", x.Item.ID), Title: desk.MaskText(orWords(x.Item.Title, cut(x.Item.Body, 60)))}
		if x.After != nil {
			row.Wait, row.N = x.After.ActedAt.Sub(x.Item.ReceivedAt), number[x.After.ID]
		}
		body.Rumours = append(body.Rumours, row)
	}
}

// unlookedShown is how many of the items that nobody dealt with are named.
const unlookedShown = 30

// undone is what nobody did.
func (r teller) undone(body *debriefBody) {
	begins := body.Drill.Begins
	for _, step := range body.Undone.Steps {
		row := UndoneStep{At: begins.Add(step.At), Role: step.For.Name(), Do: step.Do, Href: step.Href}
		if r.lang == LangEnglish {
			row.Do = orWords(step.DoEN, row.Do)
		}
		body.Steps = append(body.Steps, row)
	}
	for _, it := range body.Undone.Unlooked[:min(len(body.Undone.Unlooked), unlookedShown)] {
		body.Unlooked = append(body.Unlooked, r.itemRow(it))
	}
}
