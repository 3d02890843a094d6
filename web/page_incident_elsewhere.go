package web

import (
	"context"

	"huiying/desk"
)

// incidentElsewhere registers another body's release or briefing: it meets the clock as such.
func (s *Server) incidentElsewhere(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("acted_at")
	if err != nil {
		return outcome{}, err
	}
	proof := f.proof
	proof.Address, proof.Note = f.Value("address"), f.Value("note")
	e := desk.Elsewhere{Incident: id, Meets: f.Value("meets"), Issuer: f.Value("issuer"),
		Publish: desk.Publish{Channel: f.Value("channel"), Proof: proof, ActedAt: at, Note: f.Value("note")}}
	if _, err := s.Desk.RegisterElsewhere(ctx, who, e); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已登记 %s 的发布", args: []any{e.Issuer}}, nil
}
