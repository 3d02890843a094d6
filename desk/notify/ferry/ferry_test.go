package ferry

import (
	"context"
	"errors"
	"testing"

	"huiying/desk"
)

// TestSend: what is kept for a node is sent; what has nowhere to go, or can't be kept, is tried again, and never refused.
func TestSend(t *testing.T) {
	t.Parallel()
	kept := map[string]string{}
	for _, c := range []struct {
		name  string
		nodes int
		err   error
		want  desk.Outcome
	}{{"kept", 2, nil, desk.OutcomeSent}, {"no node", 0, nil, desk.OutcomeRetry}, {"database away", 1, errors.New("away"), desk.OutcomeRetry}} {
		n := &Notifier{Carry: func(_ context.Context, key, text string) (int, error) {
			if c.err == nil && c.nodes > 0 {
				kept[key] = text
			}
			return c.nodes, c.err
		}}
		s := n.Send(t.Context(), desk.Message{Key: "clock/1/" + c.name, Text: "事件 1 号：剩 1 小时，请回值班室"})
		if s.Outcome != c.want || (s.Err == nil) != (c.want == desk.OutcomeSent) || c.want == desk.OutcomeSent && s.Receipt == "" {
			t.Errorf("%s: %+v", c.name, s)
		}
	}
	if len(kept) != 1 || kept["clock/1/kept"] != "事件 1 号：剩 1 小时，请回值班室" {
		t.Errorf("%v", kept)
	}
}
