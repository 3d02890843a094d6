package notify

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// recorder is a notifier that counts, and answers as it is told.
type recorder struct {
	pace   time.Duration
	answer func(n int, m desk.Message) desk.Sent // n counts from 1

	mu   sync.Mutex
	sent []desk.Message
	at   []time.Time
}

func (r *recorder) Pace() time.Duration { return r.pace }

func (r *recorder) Send(_ context.Context, m desk.Message) desk.Sent {
	r.mu.Lock()
	r.sent, r.at = append(r.sent, m), append(r.at, time.Now())
	n := len(r.sent)
	r.mu.Unlock()
	if r.answer != nil {
		return r.answer(n, m)
	}
	return desk.Sent{Outcome: desk.OutcomeSent, Receipt: fmt.Sprint(n)}
}

func (r *recorder) times() []time.Time { r.mu.Lock(); defer r.mu.Unlock(); return slices.Clone(r.at) }
func (r *recorder) took() []desk.Message {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sent)
}

// newOffice is an office with these channels.
func newOffice(t *testing.T, table Table) *desktest.Office {
	t.Helper()
	o := desktest.New(t)
	o.Channels = table.Channels()
	o.Real = time.Now
	return o
}

// alerts raises incidents and lets one alert of each become due.
func alerts(t *testing.T, o *desktest.Office, n int) {
	t.Helper()
	for i := range n {
		now := o.Now()
		if _, err := o.RaiseIncident(t.Context(), o.As(desk.RoleDuty), desk.Raise{Title: fmt.Sprintf("云泽 %d 号路塌陷", i), Kind: "事故灾难", Occurred: &now,
			Grade: &desk.Grade{Level: desk.LevelMinor, At: now, NeedsResponse: true}}); err != nil {
			t.Fatal(err)
		}
	}
	fire(t, o, 24*time.Hour)
}

func fire(t *testing.T, o *desktest.Office, d time.Duration) {
	t.Helper()
	if _, _, err := o.FireDue(t.Context(), o.Clock.Move(d)); err != nil {
		t.Fatal(err)
	}
}

// drive runs lanes as loops do, without their sleep, until done says so.
func drive(t *testing.T, o *desktest.Office, lanes []*Lane, done func() bool) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	for _, l := range lanes {
		running.Go(func() {
			for ctx.Err() == nil {
				more, err := l.RunOnce(ctx, o.Now())
				if err != nil && ctx.Err() == nil {
					t.Errorf("%s: %v", l.Name, err)
					return
				}
				if !more {
					pause(ctx, 10*time.Millisecond)
				}
			}
		})
	}
	end := time.Now().Add(30 * time.Second)
	look := time.NewTicker(2 * time.Millisecond)
	defer look.Stop()
	for !done() {
		if time.Now().After(end) {
			t.Error("not done within 30 s")
			break
		}
		<-look.C
	}
	stop()
	running.Wait()
}

// states counts the deliveries by channel and state.
func states(t *testing.T, o *desktest.Office) map[string]int {
	t.Helper()
	list, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{Page: desk.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	n := map[string]int{}
	for _, notice := range list {
		n["notice/"+notice.Kind]++
		for _, d := range notice.Deliveries {
			n[d.Channel+"/"+d.State]++
		}
	}
	return n
}

func TestSendsAndRecords(t *testing.T) {
	t.Parallel()
	out := &recorder{}
	table := Table{"slack": out}
	o := newOffice(t, table)
	alerts(t, o, 20)
	drive(t, o, Lanes(o.Desk, table), func() bool { return states(t, o)["slack/sent"] == 20 })
	keys := map[string]bool{}
	for _, m := range out.took() {
		keys[m.Key] = true
		if !m.Deadline || !strings.Contains(m.Text, "请回值班室") || strings.Contains(m.Text, "塌陷") {
			t.Errorf("sent %+v", m)
		}
	}
	if len(keys) != 20 || len(out.took()) != 20 {
		t.Errorf("%d messages with %d keys, want 20 each once", len(out.took()), len(keys))
	}
}

// What was overtaken while it waited never goes out; what is pressing goes first.
func TestStaleAlertsAreMerged(t *testing.T) {
	t.Parallel()
	out := &recorder{}
	table := Table{"slack": out}
	o := newOffice(t, table)
	alerts(t, o, 10)
	fire(t, o, 12*time.Hour)
	fire(t, o, 12*time.Hour)
	drive(t, o, Lanes(o.Desk, table), func() bool { return states(t, o)["slack/pending"] == 0 })
	if n := states(t, o); n["slack/sent"] != 10 || n["slack/superseded"] != 20 {
		t.Errorf("%v", n)
	}
	for _, m := range out.took() {
		if !strings.Contains(m.Key, "/due/") {
			t.Errorf("yesterday's alert goes out: %s", m.Key)
		}
	}
}

func TestDeadlinesOvertakeABacklog(t *testing.T) {
	t.Parallel()
	out := &recorder{pace: 10 * time.Millisecond}
	table := Table{"slack": out}
	o := newOffice(t, table)
	const backlog = 500
	if err := o.Store.InTx(t.Context(), func(tx desk.Tx) error {
		for i := range backlog {
			n := desk.Notice{Key: fmt.Sprintf("brief/%d", i), Kind: "brief", Text: "简报", Outside: "简报", At: o.Now(),
				Deliveries: []desk.Delivery{{Channel: "slack", State: desk.DeliveryPending, NextAt: o.Now()}}}
			if _, err := tx.NewNotice(t.Context(), &n); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	planned := -1
	deadlines := func() (n int) {
		for _, m := range out.took() {
			if m.Deadline {
				n++
			}
		}
		return n
	}
	drive(t, o, Lanes(o.Desk, table), func() bool {
		if planned < 0 && len(out.took()) >= 10 {
			alerts(t, o, 5)
			planned = len(out.took())
		}
		return deadlines() == 5
	})
	if behind := len(out.took()) - planned; behind > 5+2*lanesEach {
		t.Errorf("5 deadlines were told among %d messages", behind)
	}
}

func TestPaceAndOtherChannels(t *testing.T) {
	t.Parallel()
	slow, fast := &recorder{pace: 60 * time.Millisecond}, &recorder{}
	table := Table{"slow": slow, "fast": fast}
	o := newOffice(t, table)
	alerts(t, o, 10)
	others := 0
	drive(t, o, Lanes(o.Desk, table), func() bool {
		if len(fast.took()) == 10 && others == 0 {
			others = len(slow.took()) + 1
		}
		return states(t, o)["slow/sent"] == 10
	})
	if others > 8 {
		t.Errorf("the channel without a pace was done after %d messages of the slow one", others)
	}
	for i, at := range slow.times()[1:] {
		if gap := at.Sub(slow.times()[i]); gap < slow.pace {
			t.Errorf("messages %d and %d are %v apart, want %v", i+1, i+2, gap, slow.pace)
		}
	}
}

func TestAskedToWait(t *testing.T) {
	t.Parallel()
	const wait = 2 * time.Second // longer than the other channel's eight take on a busy machine
	busy, other := &recorder{}, &recorder{}
	busy.answer = func(n int, _ desk.Message) desk.Sent {
		if n == 1 {
			return desk.Sent{Outcome: desk.OutcomeRetry, RetryAfter: wait, Err: errors.New("too many")}
		}
		return desk.Sent{Outcome: desk.OutcomeSent}
	}
	table := Table{"busy": busy, "other": other}
	o := newOffice(t, table)
	alerts(t, o, 8)
	lanes := Lanes(o.Desk, table)
	drive(t, o, lanes[:1], func() bool { return len(busy.took()) == 1 })
	moved := 0
	drive(t, o, lanes, func() bool {
		// The one that was refused is due again; more, and what is being sent would be
		// taken for left behind by a dead node, and sent again.
		if moved++; moved <= 5 {
			o.Clock.Move(time.Second)
		}
		return states(t, o)["busy/sent"] == 8
	})
	if gap := busy.times()[1].Sub(busy.times()[0]); gap < wait {
		t.Errorf("the next message went out after %v, asked for %v", gap, wait)
	}
	if len(other.took()) != 8 || !other.times()[7].Before(busy.times()[1]) {
		t.Errorf("the other channel waited: %d messages", len(other.took()))
	}
}

// One message that hangs holds one lane until its time is over; the others go on.
func TestOneHangs(t *testing.T) {
	t.Parallel()
	out := &recorder{}
	release := make(chan struct{})
	out.answer = func(n int, _ desk.Message) desk.Sent {
		if n == 1 {
			<-release
			return desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("timeout")}
		}
		return desk.Sent{Outcome: desk.OutcomeSent}
	}
	table := Table{"slack": out}
	o := newOffice(t, table)
	alerts(t, o, 10)
	drive(t, o, Lanes(o.Desk, table), func() bool {
		if states(t, o)["slack/sent"] == 9 {
			close(release)
			return true
		}
		return false
	})
	if n := states(t, o); n["slack/sent"] != 9 || n["slack/pending"] != 1 {
		t.Errorf("%v", n)
	}
}

// hanging never answers unless its context ends.
type hanging struct{}

func (hanging) Send(ctx context.Context, _ desk.Message) desk.Sent {
	<-ctx.Done()
	return desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("no answer")}
}

func TestAttemptsEnd(t *testing.T) {
	t.Parallel()
	table := Table{"slack": hanging{}}
	o := newOffice(t, table)
	alerts(t, o, 1)
	lane := Lanes(o.Desk, table)[0]
	lane.send = 50 * time.Millisecond
	if more, err := lane.RunOnce(t.Context(), o.Now()); !more || err != nil {
		t.Errorf("%v, %v", more, err)
	}
	at, ok, err := lane.Next(t.Context())
	if err != nil || !ok || !at.After(o.Now()) || at.After(o.Now().Add(10*time.Second)) {
		t.Errorf("next attempt at %v (%v, %v), now %v", at, ok, err, o.Now())
	}
}

// Row 16: a provider that fails is tried again and given up within two minutes; the
// desk says that nobody was told, and the other channel has told.
func TestGivenUpLoudly(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(int, desk.Message) desk.Sent{
		"fails": func(int, desk.Message) desk.Sent {
			return desk.Sent{Outcome: desk.OutcomeRetry, Err: errors.New("500")}
		},
		"refuses": func(int, desk.Message) desk.Sent {
			return desk.Sent{Outcome: desk.OutcomeRefuse, Err: errors.New("wrong token")}
		},
		"panics":           func(int, desk.Message) desk.Sent { panic("a bug") },
		"says nothing new": func(int, desk.Message) desk.Sent { return desk.Sent{} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bad, good := &recorder{answer: answer}, &recorder{}
			table := Table{"bad": bad, "good": good}
			o := newOffice(t, table)
			alerts(t, o, 1)
			begun := o.Now()
			drive(t, o, Lanes(o.Desk, table), func() bool {
				o.Clock.Move(100 * time.Millisecond)
				return states(t, o)["bad/failed"] == 1 && states(t, o)["good/sent"] == 1
			})
			if n := states(t, o); n["notice/delivery"] != 1 || len(good.took()) != 1 {
				t.Errorf("%v; the good channel took %d", n, len(good.took()))
			}
			if took := o.Now().Sub(begun); took > 2*time.Minute {
				t.Errorf("given up after %v", took)
			}
		})
	}
}

// A node that stops lets an attempt under way come to its end and records it.
func TestStopInTheMiddle(t *testing.T) {
	t.Parallel()
	out := &recorder{}
	begun, release := make(chan struct{}), make(chan struct{})
	out.answer = func(int, desk.Message) desk.Sent {
		close(begun)
		<-release
		return desk.Sent{Outcome: desk.OutcomeSent}
	}
	table := Table{"slack": out}
	o := newOffice(t, table)
	alerts(t, o, 1)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { _, err := Lanes(o.Desk, table)[0].RunOnce(ctx, o.Now()); ended <- err }()
	<-begun
	stop()
	close(release)
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if n := states(t, o); n["slack/sent"] != 1 {
		t.Errorf("%v", n)
	}
}

// A node that slept between claim and send leaves the message to others (row 13).
func TestRow13SleptAfterTheClaim(t *testing.T) {
	t.Parallel()
	out := &recorder{}
	table := Table{"slack": out}
	o := newOffice(t, table)
	alerts(t, o, 1)
	now := time.Now()
	o.Real = func() time.Time { now = now.Add(11 * time.Second); return now }
	lane := Lanes(o.Desk, table)[0]
	if _, err := lane.RunOnce(t.Context(), o.Now()); err != nil {
		t.Fatal(err)
	}
	if len(out.took()) != 0 {
		t.Error("a message that belongs to somebody else was sent")
	}
	o.Real = time.Now
	o.Clock.Move(desk.DeliveryHold)
	drive(t, o, Lanes(o.Desk, table)[:1], func() bool { return states(t, o)["slack/sent"] == 1 })
}

func TestChannels(t *testing.T) {
	t.Parallel()
	table := Table{"slack": nil, "email": nil, "phone": nil}
	if got := table.Channels(); !slices.Equal(got, []string{"email", "phone", "slack"}) {
		t.Errorf("%v", got)
	}
}
