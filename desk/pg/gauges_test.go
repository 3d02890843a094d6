package pg_test

import (
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

func TestGaugesCountWhatIsLate(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	store, err := pg.Open(t.Context(), url, pg.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	at := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	now := func() time.Time { return at.Add(time.Minute) }
	lag := func() time.Duration {
		t.Helper()
		d, err := store.FeedLag(now)(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	if d := lag(); d != 0 {
		t.Errorf("lag of nothing: %v", d)
	}
	err = store.InTx(t.Context(), func(tx desk.Tx) error {
		in := desk.Incident{Title: "事故", Kind: "事故灾难", State: desk.IncidentOpen, RaisedAt: at}
		if err := tx.NewIncident(t.Context(), &in); err != nil {
			return err
		}
		for i, due := range []time.Duration{30 * time.Second, time.Hour} {
			c := desk.Clock{IncidentID: in.ID, Rule: []string{"a", "b"}[i], RuleName: "规则", Document: "文件", Meets: "release", Anchor: "occurred", Start: at,
				Due: at.Add(due), Yellow: at.Add(due / 2), Red: at.Add(due / 2), State: desk.ClockRunning, Version: 1}
			if err := tx.NewClock(t.Context(), &c, []desk.Stage{}); err != nil {
				return err
			}
		}
		return tx.Record(t.Context(), desk.Event{At: at, ActedAt: at, Actor: "系统", Via: "system", Type: "incident.raised", Subject: desk.Subject{Kind: "incident", ID: "1"}})
	})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := store.Overdue(now)(t.Context()); err != nil || n != 1 {
		t.Errorf("%d overdue, want 1; %v", n, err)
	}
	if d := lag(); d != time.Minute {
		t.Errorf("lag %v, want a minute", d)
	}
}
