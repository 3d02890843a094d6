package web

import (
	"context"

	"huiying/desk"
)

// releasePublish records where and when exactly the signed text was made public, with proof.
func (s *Server) releasePublish(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("acted_at")
	if err != nil {
		return outcome{}, err
	}
	proof := f.proof
	proof.Address, proof.Note = f.Value("address"), f.Value("note")
	_, err = s.Desk.PublishRelease(ctx, who, id, max(f.seen(), 1), desk.Publish{Channel: f.Value("channel"), Proof: proof, ActedAt: at, Note: f.Value("note")})
	if err != nil {
		return outcome{}, err
	}
	return outcome{say: "已登记发布，相关时限已完成"}, nil
}
