package web

import (
	"context"
	"net/http"
	"time"

	"huiying/desk"
)

// Revised is an incident after a change of grade or instant. A change that lowers
// the level or delays a deadline waits for a second person: 202, pending.
type Revised struct {
	Incident
	Pending bool `json:"pending" doc:"降低等级或推迟时限，等第二人确认；现行的仍然有效"`
}

func (r Revised) status() int {
	if r.Pending {
		return http.StatusAccepted
	}
	return http.StatusOK
}

type judgeIn struct {
	ByID
	Body struct {
		GradeIn
		Reason string `json:"reason,omitempty" doc:"降级须写明"`
	}
}

func (s *Server) judgeIncident(ctx context.Context, who desk.Actor, in *judgeIn) (out Revised, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	g, err := s.grade(in.Body.GradeIn)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.JudgeIncident(ctx, who, n, g, in.Body.Reason)
	return Revised{s.zoned().incident(got), !(got.Judged == g.Level && got.Suspected == g.Suspected && answers(got, g))}, err
}

type confirmIn struct {
	ByID
	Body struct {
		GradeIn
		Document string `json:"document" doc:"核定文件的文号"`
		By       string `json:"by,omitempty" doc:"核定单位"`
		Reason   string `json:"reason,omitempty" doc:"低于现行等级须写明"`
	}
}

func (s *Server) confirmIncident(ctx context.Context, who desk.Actor, in *confirmIn) (out Revised, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	g, err := s.grade(in.Body.GradeIn)
	if err != nil {
		return out, err
	}
	g.Document, g.Body = in.Body.Document, in.Body.By
	got, err := s.Desk.ConfirmIncident(ctx, who, n, g, in.Body.Reason)
	return Revised{s.zoned().incident(got), !(got.Confirmed == g.Level && answers(got, g))}, err
}

// answers says whether the incident needs an answer as the grading asked for:
// 重大 and above always do.
func answers(in desk.Incident, g desk.Grade) bool {
	return in.NeedsResponse == g.NeedsResponse || in.NeedsResponse && desk.LevelRank(in.Level()) >= desk.LevelRank(desk.LevelMajor) ||
		in.NeedsResponse && desk.LevelRank(in.Judged) >= desk.LevelRank(desk.LevelMajor)
}

type instantIn struct {
	ByID
	Body struct {
		Kind   string  `json:"kind" enum:"occurred,learned,received,graded" doc:"发生、获知、接报、定级"`
		At     *string `json:"at" doc:"null 表示不详"`
		Reason string  `json:"reason,omitempty" doc:"推迟时限须写明"`
	}
}

func (s *Server) setInstant(ctx context.Context, who desk.Actor, in *instantIn) (out Revised, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	at, err := s.when("at", in.Body.At)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.SetInstant(ctx, who, n, desk.Instant{Kind: in.Body.Kind, At: at}, in.Body.Reason)
	is := map[string]*time.Time{"occurred": got.Occurred, "learned": got.Learned, "received": got.Received, "graded": got.Graded}[in.Body.Kind]
	return Revised{s.zoned().incident(got), !sameInstant(is, at)}, err
}

func sameInstant(a, b *time.Time) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.Truncate(time.Microsecond).Equal(b.Truncate(time.Microsecond))
}

type attachIn struct {
	ByID
	Body struct {
		Items []string `json:"items" minItems:"1" maxItems:"1000" nullable:"false"`
	}
}

func (s *Server) attachItems(ctx context.Context, who desk.Actor, in *attachIn) (out Incident, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	items, err := numbers("items", in.Body.Items)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.AttachItems(ctx, who, n, items)
	return s.zoned().incident(got), err
}

type factsIn struct {
	ByID
	Body struct {
		Facts
		From string `json:"from" doc:"数字由谁核实"`
	}
}

func (s *Server) noteFacts(ctx context.Context, who desk.Actor, in *factsIn) (out Incident, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.NoteFacts(ctx, who, n, desk.Facts(in.Body.Facts), in.Body.From)
	return s.zoned().incident(got), err
}

func (s *Server) takeIncident(ctx context.Context, who desk.Actor, in *ByID) (out Incident, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.TakeIncident(ctx, who, n)
	return s.zoned().incident(got), err
}

type closeIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"办结情况"`
	}
}

func (s *Server) closeIncident(ctx context.Context, who desk.Actor, in *closeIn) (out Incident, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.CloseIncident(ctx, who, n, in.Body.Why)
	return s.zoned().incident(got), err
}

type decideIn struct {
	ByID
	Body struct {
		Approve bool   `json:"approve"`
		Why     string `json:"why,omitempty"`
	}
}

func (s *Server) decideChange(ctx context.Context, who desk.Actor, in *decideIn) (out Incident, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.DecideChange(ctx, who, n, in.Body.Approve, in.Body.Why)
	return s.zoned().incident(got), err
}

type elsewhereIn struct {
	ByID
	Body struct {
		PublishIn
		Meets  string `json:"meets" enum:"release,briefing,response" doc:"权威发布、新闻发布会、舆情回应"`
		Issuer string `json:"issuer" doc:"发布单位"`
	}
}

// Registered is another body's publication, now on the record.
type Registered struct{ Publication }

func (Registered) status() int { return http.StatusCreated }

func (s *Server) registerElsewhere(ctx context.Context, who desk.Actor, in *elsewhereIn) (out Registered, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	p, err := s.publish(in.Body.PublishIn)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.RegisterElsewhere(ctx, who, desk.Elsewhere{Incident: n, Meets: in.Body.Meets, Issuer: in.Body.Issuer, Publish: p})
	return Registered{s.zoned().publication(got)}, err
}
