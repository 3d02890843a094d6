package web

import (
	"context"

	"huiying/desk"
)

// releaseReview concludes the secrecy review of the version that was looked at.
func (s *Server) releaseReview(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	at, err := f.at("acted_at")
	if err != nil {
		return outcome{}, err
	}
	r, err := s.Desk.ReviewRelease(ctx, who, id, max(f.seen(), 1), f.Value("conclusion"), f.Value("basis"), at)
	if err != nil {
		return outcome{}, err
	}
	if r.State == desk.ReleaseSign {
		return outcome{say: "第 %d 稿审查通过，已转审签", args: []any{r.Current.N}}, nil
	}
	return outcome{say: "已退回起草人：%s", args: []any{f.Value("conclusion")}}, nil
}
