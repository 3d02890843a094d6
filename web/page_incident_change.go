package web

import (
	"context"

	"huiying/desk"
)

// incidentDecide is the second person's word on a delay or downgrade.
func (s *Server) incidentDecide(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	approve := f.Value("decide") == "approve"
	if _, err := s.Desk.DecideChange(ctx, who, f.id("change"), approve, f.Value("why")); err != nil {
		return outcome{}, err
	}
	if approve {
		return outcome{say: "已同意，变更生效"}, nil
	}
	return outcome{say: "未同意，维持原来的时限"}, nil
}
