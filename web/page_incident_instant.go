package web

import (
	"context"

	"huiying/desk"
)

// incidentInstant corrects one of the four instants: forward at once, backward with a second person.
func (s *Server) incidentInstant(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("at")
	if err != nil {
		return outcome{}, err
	}
	kind := f.Value("anchor")
	if at == nil {
		return outcome{}, desk.Invalid("at", "请填写时间")
	}
	in, err := s.Desk.SetInstant(ctx, who, id, desk.Instant{Kind: kind, At: at}, f.Value("reason"))
	if err != nil {
		// The use case names the instant; the form has one field for all four.
		return outcome{}, renamed(err, kind, "at")
	}
	now := map[string]bool{"occurred": in.Occurred != nil && in.Occurred.Equal(*at), "learned": in.Learned != nil && in.Learned.Equal(*at),
		"received": in.Received != nil && in.Received.Equal(*at), "graded": in.Graded != nil && in.Graded.Equal(*at)}
	if !now[kind] {
		return outcome{say: pending}, nil
	}
	return outcome{say: "时间点已更正，时限已重算"}, nil
}
