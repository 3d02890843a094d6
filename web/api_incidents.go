package web

import (
	"context"
	"net/http"
	"net/url"

	"huiying/desk"
)

type listIncidentsIn struct {
	Stretch
	State string `query:"state"`
	Level string `query:"level"`
	Query string `query:"q"`
}

func (s *Server) listIncidents(ctx context.Context, who desk.Actor, in *listIncidentsIn) (List[Incident], error) {
	f := desk.IncidentFilter{State: in.State, Level: in.Level, Query: in.Query}
	filters := url.Values{"state": {in.State}, "level": {in.Level}, "q": {in.Query}}
	return listed("/api/v1/incidents", filters, in.Stretch, func(p desk.Page) ([]desk.Incident, error) {
		f.Page = p
		return s.Desk.Incidents(ctx, who, f)
	}, func(in desk.Incident) int64 { return in.ID }, s.zoned().incident)
}

// IncidentFile is an incident with all that its room shows.
type IncidentFile struct {
	Incident
	Clocks       []Clock         `json:"clocks" nullable:"false"`
	Changes      []PendingChange `json:"changes" nullable:"false" doc:"须第二人确认的变更"`
	Releases     []Release       `json:"releases" nullable:"false"`
	Briefings    []Briefing      `json:"briefings" nullable:"false"`
	Publications []Publication   `json:"publications" nullable:"false"`
	Timeline     []Event         `json:"timeline" nullable:"false"`
	Suggestion   Suggestion      `json:"suggestion"`
}

// Event is one line of the record.
type Event struct {
	At      string  `json:"at" doc:"录入时间"`
	ActedAt string  `json:"acted_at" doc:"实际时间"`
	Late    bool    `json:"late" doc:"补录"`
	Actor   string  `json:"actor"`
	Type    string  `json:"type"`
	Subject Subject `json:"subject"`
	Why     *string `json:"why"`
}

func (z zoned) event(e desk.Event) Event {
	return Event{z.at(e.At), z.at(e.ActedAt), e.Late(), e.Actor, e.Type, Subject{e.Subject.Kind, e.Subject.ID}, known(desk.MaskText(e.Why))}
}

func (s *Server) getIncident(ctx context.Context, who desk.Actor, in *ByID) (out IncidentFile, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	r, err := s.Desk.Room(ctx, who, n)
	if err != nil {
		return out, err
	}
	z := s.zoned()
	return IncidentFile{Incident: z.incident(r.Incident), Clocks: each(r.Clocks, z.clock), Changes: each(r.Changes, z.change),
		Releases: each(r.Releases, z.release), Briefings: each(r.Briefings, z.briefing), Publications: each(r.Publications, z.publication),
		Timeline:   each(r.Timeline, z.event),
		Suggestion: Suggestion{known(r.Suggestion.Level), Facts(r.Suggestion.Facts), each(r.Suggestion.Why, func(s string) string { return s })}}, nil
}

func each[R, T any](rows []R, show func(R) T) []T {
	out := make([]T, len(rows))
	for i, r := range rows {
		out[i] = show(r)
	}
	return out
}

// GradeIn is one grading as entered.
type GradeIn struct {
	Level         string  `json:"level" doc:"特别重大、重大、较大、一般"`
	Suspected     bool    `json:"suspected,omitempty"`
	NeedsResponse bool    `json:"needs_response,omitempty"`
	At            *string `json:"at,omitempty" doc:"实际时间；缺省现在"`
}

func (s *Server) grade(in GradeIn) (desk.Grade, error) {
	g := desk.Grade{Level: in.Level, Suspected: in.Suspected, NeedsResponse: in.NeedsResponse}
	at, err := s.when("at", in.At)
	if at != nil {
		g.At = *at
	}
	return g, err
}

type raiseIn struct {
	Body struct {
		Title    string   `json:"title"`
		Kind     string   `json:"kind" doc:"事故灾难、自然灾害、公共卫生、社会安全、舆情"`
		Summary  string   `json:"summary,omitempty"`
		Place    string   `json:"place,omitempty"`
		Region   string   `json:"region,omitempty" doc:"行政区划代码"`
		Items    []string `json:"items,omitempty" maxItems:"1000" doc:"并入的来件"`
		Occurred *string  `json:"occurred,omitempty" doc:"发生"`
		Learned  *string  `json:"learned,omitempty" doc:"获知；缺省最早一件来件的接收时间，没有来件则现在"`
		Received *string  `json:"received,omitempty" doc:"接报；缺省同获知"`
		Grade    *GradeIn `json:"grade,omitempty" doc:"同时初判"`
	}
}

// Raised is a new incident.
type Raised struct{ Incident }

func (Raised) status() int { return http.StatusCreated }

func (s *Server) raiseIncident(ctx context.Context, who desk.Actor, in *raiseIn) (out Raised, err error) {
	b := in.Body
	r := desk.Raise{Title: b.Title, Kind: b.Kind, Summary: b.Summary, Place: b.Place, Region: b.Region}
	if r.Items, err = numbers("items", b.Items); err != nil {
		return out, err
	}
	if r.Occurred, err = s.when("occurred", b.Occurred); err != nil {
		return out, err
	}
	if r.Learned, err = s.when("learned", b.Learned); err != nil {
		return out, err
	}
	if r.Received, err = s.when("received", b.Received); err != nil {
		return out, err
	}
	if b.Grade != nil {
		g, err := s.grade(*b.Grade)
		if err != nil {
			return out, err
		}
		if g.At.IsZero() {
			g.At = s.Desk.Now()
		}
		r.Grade = &g
	}
	got, err := s.Desk.RaiseIncident(ctx, who, r)
	return Raised{s.zoned().incident(got)}, err
}
