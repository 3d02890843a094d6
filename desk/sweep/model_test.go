package sweep_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
)

// The model: a clock as rules.md tells of it, counted out instant by instant and
// knowing nothing of the code under test.
type modelClock struct {
	rule       string
	start, due time.Time
	looked     time.Time // the last sweep that said something; zero: none
	over       bool
}

// said is one alert: which clock, what, at which sweep.
type said struct {
	rule, stage string
	at          time.Time
}

// say gives what a sweep at now says of the clock: the latest of the instants that
// have passed since it last spoke.
func (c *modelClock) say(now time.Time) (said, bool) {
	if c.over {
		return said{}, false
	}
	span := c.due.Sub(c.start)
	last, name := time.Time{}, ""
	pass := func(at time.Time, stage string) bool {
		if at.After(now) {
			return false
		}
		last, name = at, stage
		return true
	}
	pass(c.start.Add(span/2), "half")
	pass(c.start.Add(span*3/4), "three-quarters")
	pass(c.due.Add(-30*time.Minute), "before")
	pass(c.due, "due")
	for at := c.due.Add(30 * time.Minute); pass(at, "overdue"); at = at.Add(30 * time.Minute) {
	}
	if name == "" || !last.After(c.looked) {
		return said{}, false
	}
	c.looked = now
	return said{c.rule, name, now}, true
}

// modelIncident is an incident with its clocks.
type modelIncident struct {
	id     int64
	major  bool
	clocks []*modelClock
	says   []said
}

func (m *modelIncident) open(rule string, start time.Time, span time.Duration) {
	m.clocks = append(m.clocks, &modelClock{rule: rule, start: start, due: start.Add(span)})
}

// meet ends what the deed meets; a release starts the daily follow-up anew.
func (m *modelIncident) meet(deed string, actual time.Time) {
	by := map[string][]string{"release": {"release", "response", "follow-up"}, "response": {"response"}, "briefing": {"briefing"}}[deed]
	for _, c := range m.clocks {
		if slices.Contains(by, c.rule) {
			c.over = true
		}
	}
	if deed == "release" && m.major {
		m.open("follow-up", actual, 24*time.Hour)
	}
}

// choice is a source of chance: rapid, which shrinks, or plain.
type choice interface{ upTo(n int) int }

type drawn struct{ *rapid.T }

func (d drawn) upTo(n int) int { return rapid.IntRange(0, n-1).Draw(d.T, "n") }

type plain struct{ *rand.Rand }

func (p plain) upTo(n int) int { return p.IntN(n) }

// world runs incidents on a real desk and in the model, side by side.
type world struct {
	o    *desktest.Office
	fail func(format string, args ...any)
	pick choice
	all  []*modelIncident
}

func (w *world) must(err error) {
	if err != nil {
		w.fail("%v", err)
	}
}

func (w *world) raise(t testing.TB) {
	now := w.o.Now()
	level := []string{desk.LevelExtreme, desk.LevelMajor, desk.LevelLarge, desk.LevelMinor}[w.pick.upTo(4)]
	learned := now.Add(-time.Duration(w.pick.upTo(600)) * time.Minute)
	r := desk.Raise{Title: "云泽舆情", Kind: desk.KindOpinion, Learned: &learned,
		Grade: &desk.Grade{Level: level, At: now, NeedsResponse: w.pick.upTo(2) == 0}}
	start := learned
	if w.pick.upTo(2) == 0 {
		occurred := learned.Add(-time.Duration(w.pick.upTo(400)) * time.Minute)
		r.Occurred, start = &occurred, occurred
	}
	in, err := w.o.RaiseIncident(t.Context(), w.o.As(desk.RoleDuty), r)
	w.must(err)
	m := &modelIncident{id: in.ID, major: level == desk.LevelExtreme || level == desk.LevelMajor}
	switch {
	case m.major:
		m.open("release", start, 5*time.Hour)
		m.open("briefing", start, 24*time.Hour)
	case r.Grade.NeedsResponse:
		m.open("response", start, 48*time.Hour)
	}
	w.all = append(w.all, m)
}

func (w *world) act(t testing.TB, m *modelIncident, deed string) {
	now := w.o.Now()
	_, err := w.o.RegisterElsewhere(t.Context(), w.o.As(desk.RolePress), desk.Elsewhere{Incident: m.id, Meets: deed, Issuer: "云泽市人民政府",
		Publish: desk.Publish{Channel: "政府网站", Proof: desk.Proof{Address: "https://yunze.example/1"}, ActedAt: &now}})
	w.must(err)
	m.meet(deed, now)
}

func (w *world) sweep(t testing.TB) {
	now := w.o.Now()
	for more := true; more; {
		var err error
		_, more, err = w.o.FireDue(t.Context(), now)
		w.must(err)
	}
	for _, m := range w.all {
		for _, c := range m.clocks {
			if s, ok := c.say(now); ok {
				m.says = append(m.says, s)
			}
		}
	}
}

// compare holds the record against the model.
func (w *world) compare(t testing.TB) {
	for _, m := range w.all {
		var got []said
		err := w.o.Store.View(t.Context(), func(tx desk.Tx) error {
			events, err := tx.Timeline(t.Context(), m.id)
			for _, e := range events {
				var data struct{ Rule, Stage string }
				if e.Type != "clock.stage" {
					continue
				}
				if err := json.Unmarshal(e.Data, &data); err != nil {
					return err
				}
				got = append(got, said{data.Rule, data.Stage, e.At})
			}
			return err
		})
		w.must(err)
		key := func(s said) string { return s.at.UTC().Format(time.RFC3339) + s.rule + s.stage }
		order := func(a, b said) int { return cmp.Compare(key(a), key(b)) }
		slices.SortFunc(got, order)
		slices.SortFunc(m.says, order)
		if !slices.EqualFunc(got, m.says, func(a, b said) bool { return key(a) == key(b) }) {
			w.fail("incident %d (clocks %s)\nsaid  %v\nmodel %v", m.id, m, got, m.says)
		}
	}
}

func (m *modelIncident) String() string {
	s := ""
	for _, c := range m.clocks {
		s += fmt.Sprintf(" %s %s–%s", c.rule, c.start.Format("02T15:04"), c.due.Format("02T15:04"))
	}
	return s
}

// TestRow9NothingMissedNothingTwice is trust row 9: what the sweep says of random
// incidents, swept at random instants, is what the model says, alert by alert.
func TestRow9NothingMissedNothingTwice(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	rapid.Check(t, func(rt *rapid.T) {
		w := &world{o: o, pick: drawn{rt}, fail: func(f string, a ...any) { rt.Fatalf(f, a...) }}
		for range 1 + w.pick.upTo(3) {
			w.raise(t)
		}
		for range w.pick.upTo(25) {
			switch m := w.all[w.pick.upTo(len(w.all))]; w.pick.upTo(8) {
			case 0:
				w.raise(t)
			case 1:
				w.act(t, m, []string{"release", "response", "briefing"}[w.pick.upTo(3)])
			default:
				o.Clock.Move(time.Duration(1+w.pick.upTo(400)) * time.Minute)
				w.sweep(t)
			}
		}
		w.compare(t)
		w.finish(t)
	})
}

// finish closes everything, so that the next round stands alone.
func (w *world) finish(t testing.TB) {
	w.o.Clock.Move(time.Minute)
	for _, m := range w.all {
		for _, deed := range []string{"release", "response", "briefing"} {
			w.act(t, m, deed)
		}
		_, err := w.o.CloseIncident(t.Context(), w.o.As(desk.RoleDuty), m.id, "已办结")
		w.must(err)
	}
}

// TestRow9ManyIncidents is row 9 in volume: a hundred thousand incidents in full.
func TestRow9ManyIncidents(t *testing.T) {
	t.Parallel()
	incidents, round := 60, 60
	if endure() {
		incidents, round = 100_000, 500
	}
	o := desktest.New(t)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	pick := plain{rand.New(rand.NewPCG(seed, 0))}
	alerts := 0
	for done := 0; done < incidents; done += round {
		w := &world{o: o, pick: pick, fail: t.Fatalf}
		for len(w.all) < round {
			for range 1 + pick.upTo(round/3) {
				w.raise(t)
			}
			o.Clock.Move(time.Duration(1+pick.upTo(90)) * time.Minute)
			w.sweep(t)
			for _, m := range w.all {
				if pick.upTo(8) == 0 {
					w.act(t, m, []string{"release", "response", "briefing"}[pick.upTo(3)])
				}
			}
		}
		for range 12 {
			o.Clock.Move(time.Duration(1+pick.upTo(120)) * time.Minute)
			w.sweep(t)
		}
		w.compare(t)
		for _, m := range w.all {
			alerts += len(m.says)
		}
		w.finish(t)
	}
	t.Logf("figure: %d incidents, %d alerts, each as the model says", incidents, alerts)
	if alerts < incidents {
		t.Errorf("only %d alerts: too little happened", alerts)
	}
}
