package desktest

import (
	"context"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// Behaviour is how a provider treats a message, a closed set: what a notifier must
// tell apart.
type Behaviour string

// The behaviours.
const (
	Takes   Behaviour = "takes it"
	Fails   Behaviour = "fails (500)"
	Limits  Behaviour = "asks to wait 7 s (429)"
	Silent  Behaviour = "doesn't answer"
	Breaks  Behaviour = "says 200 and drops the body"
	Denies  Behaviour = "denies the token"
	Missing Behaviour = "knows no such channel"
	Away    Behaviour = "isn't there"
)

// LimitWait is what a provider asks for that Limits.
const LimitWait = 7 * time.Second

// Provider is a counting fake of a provider, on a real local address.
type Provider interface {
	// Behave sets how it treats messages from now on.
	Behave(b Behaviour)
	// Took gives the texts of the messages that it took or may have taken.
	Took() []string
}

// Notifier is the suite that every notifier must pass. start gives a fresh notifier
// with its provider; secret is what must never show in an error.
func Notifier(t *testing.T, secret string, start func(t *testing.T) (desk.Notifier, Provider)) {
	t.Helper()
	for _, c := range []struct {
		behaviour Behaviour
		want      desk.Outcome
		wait      time.Duration
	}{
		{Takes, desk.OutcomeSent, 0}, {Fails, desk.OutcomeRetry, 0}, {Limits, desk.OutcomeRetry, LimitWait}, {Silent, desk.OutcomeRetry, 0},
		{Breaks, desk.OutcomeRetry, 0}, {Denies, desk.OutcomeRefuse, 0}, {Missing, desk.OutcomeRefuse, 0}, {Away, desk.OutcomeRetry, 0},
	} {
		t.Run(string(c.behaviour), func(t *testing.T) {
			t.Parallel()
			n, p := start(t)
			p.Behave(c.behaviour)
			s := attempt(t, n, 500*time.Millisecond)
			if s.Outcome != c.want || s.RetryAfter != c.wait {
				t.Errorf("outcome %q after %v, want %q after %v; error %v", s.Outcome, s.RetryAfter, c.want, c.wait, s.Err)
			}
			switch {
			case c.want == desk.OutcomeSent && (s.Err != nil || s.Receipt == ""):
				t.Errorf("sent with receipt %q, error %v", s.Receipt, s.Err)
			case c.want != desk.OutcomeSent && s.Err == nil:
				t.Error("an attempt that failed doesn't say why")
			case s.Err != nil && strings.Contains(s.Err.Error(), secret):
				t.Errorf("the secret shows: %v", s.Err)
			}
			if c.behaviour != Takes {
				p.Behave(Takes)
				if s = attempt(t, n, 10*time.Second); s.Outcome != desk.OutcomeSent {
					t.Errorf("after recovery: %q, %v", s.Outcome, s.Err)
				}
			}
			if took := p.Took(); len(took) == 0 || took[len(took)-1] != text {
				t.Errorf("the provider took %q", took)
			}
		})
	}
	t.Run("stops when told to", func(t *testing.T) {
		t.Parallel()
		n, p := start(t)
		p.Behave(Silent)
		ctx, stop := context.WithCancel(t.Context())
		done := make(chan desk.Sent, 1)
		go func() { done <- n.Send(ctx, desk.Message{Text: text, Key: "clock/1/due/1/c"}) }()
		stop()
		select {
		case s := <-done:
			if s.Outcome == desk.OutcomeSent {
				t.Error("says that it sent what it didn't")
			}
		case <-time.After(5 * time.Second):
			t.Error("goes on for 5 s after the end")
		}
	})
}

const text = "事件 7 号：剩 2小时30分，请回值班室"

func attempt(t *testing.T, n desk.Notifier, limit time.Duration) desk.Sent {
	ctx, stop := context.WithTimeout(t.Context(), limit)
	defer stop()
	return n.Send(ctx, desk.Message{Text: text, Key: "clock/1/half/1763640000/c", Deadline: true})
}
