package desk_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"

	"huiying/desk"
)

// reader is a classifier that reads a text as a complaint, unless it is down or the
// text is one that it can't read.
type reader struct{ down atomic.Bool }

func (r *reader) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	if r.down.Load() || strings.Contains(text.Title, "读不了") {
		return desk.Reading{}, errors.New("can't")
	}
	return desk.Reading{Verdict: desk.Verdict{Kind: desk.KindComplaint, Urgency: desk.UrgencyNormal, Place: "滨江路13900001111", Confidence: map[string]float64{"kind": 0.6}},
		Tokens: []string{"来件"}}, nil
}
