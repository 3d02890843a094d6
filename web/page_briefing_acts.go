package web

import (
	"context"

	"huiying/desk"
)

// briefingMove changes hour, room or people.
func (s *Server) briefingMove(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	b, err := f.readBriefing()
	if err != nil {
		return outcome{}, err
	}
	b.ID = id
	if _, err := s.Desk.MoveBriefing(ctx, who, b); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已调整发布会安排"}, nil
}

// briefingCancel gives room and people free again.
func (s *Server) briefingCancel(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	if _, err := s.Desk.CancelBriefing(ctx, who, id, f.Value("why")); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已取消发布会，会场和人员已释放"}, nil
}

// briefingHold records that it was held, with proof.
func (s *Server) briefingHold(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("acted_at")
	if err != nil {
		return outcome{}, err
	}
	proof := f.proof
	proof.Address, proof.Note = f.Value("address"), f.Value("note")
	if _, err := s.Desk.HoldBriefing(ctx, who, id, desk.Held{At: at, Spoke: f.Value("spoke"), Proof: proof}); err != nil {
		return outcome{}, err
	}
	return outcome{say: "已登记召开，发布会时限已完成"}, nil
}
