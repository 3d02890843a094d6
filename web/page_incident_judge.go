package web

import (
	"context"

	"huiying/desk"
)

// pending is what somebody reads whose change waits for a second person.
const pending = "已提请，待第二人确认；在此之前按原来更严的办"

// incidentJudge is the 初判.
func (s *Server) incidentJudge(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := s.actedAt(f.Form, "at")
	if err != nil {
		return outcome{}, err
	}
	g := desk.Grade{Level: f.Value("level"), Suspected: f.Value("suspected") != "", NeedsResponse: f.Value("needs") != "", At: at}
	in, err := s.Desk.JudgeIncident(ctx, who, id, g, f.Value("reason"))
	if err != nil {
		return outcome{}, err
	}
	if in.Judged != g.Level || in.Suspected != g.Suspected || !answers(in, g) {
		return outcome{say: pending}, nil
	}
	return outcome{say: "已初判为“%s”", args: []any{g.Level}}, nil
}

// incidentConfirm registers the 核定 of the competent body.
func (s *Server) incidentConfirm(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := s.actedAt(f.Form, "at")
	if err != nil {
		return outcome{}, err
	}
	g := desk.Grade{Level: f.Value("level"), NeedsResponse: f.Value("needs") != "", Document: f.Value("document"), Body: f.Value("body"), At: at}
	in, err := s.Desk.ConfirmIncident(ctx, who, id, g, f.Value("reason"))
	if err != nil {
		return outcome{}, err
	}
	if in.Confirmed != g.Level || !answers(in, g) {
		return outcome{say: pending}, nil
	}
	return outcome{say: "已登记核定“%s”", args: []any{g.Level}}, nil
}
