package pg_test

import (
	"context"
	"reflect"
	"slices"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// incident raises one held by the person.
func incident(t testing.TB, s *pg.Store, holder desk.Person, title string) desk.Incident {
	t.Helper()
	deaths := 3
	learned := noon.Add(-time.Hour)
	n := desk.Incident{Title: title, Kind: "事故灾难", Summary: "化工厂起火", Place: "翠湖路", Region: desk.Region{Code: "530601", Name: "云泽市"},
		State: desk.IncidentOpen, NeedsResponse: true, Suspected: true, Judged: desk.LevelMajor, Reaction: "强", Facts: desk.Facts{Deaths: &deaths},
		Learned: &learned, HolderID: holder.ID, Holder: holder.DisplayName, RaisedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewIncident(ctx, &n) })
	return n
}

func TestIncidentRoundTripAndVersion(t *testing.T) {
	t.Parallel()
	s := open(t)
	holder := person(t, s, "王")
	want := incident(t, s, holder, "化工厂起火")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		got := must[desk.Incident](t)(tx.IncidentByID(ctx, everywhere, want.ID, true))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		stale := got
		got.Confirmed, got.Document, got.Suspected, got.Graded = desk.LevelExtreme, "云应急〔2026〕1号", false, &noon
		if err := tx.SaveIncident(ctx, &got); err != nil {
			return err
		}
		if got.Version != 2 {
			t.Errorf("version %d", got.Version)
		}
		wantCode(t, tx.SaveIncident(ctx, &stale), desk.CodeConflict)
		if again := must[desk.Incident](t)(tx.IncidentByID(ctx, everywhere, want.ID, false)); !reflect.DeepEqual(again, got) {
			t.Errorf("got  %+v\nwant %+v", again, got)
		}
		return nil
	})
	other := incident(t, s, holder, "道路塌陷")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for name, c := range map[string]struct {
			scope desk.Scope
			f     desk.IncidentFilter
			want  []int64
		}{
			"all":               {everywhere, desk.IncidentFilter{}, []int64{want.ID, other.ID}},
			"level in force":    {everywhere, desk.IncidentFilter{Level: desk.LevelExtreme}, []int64{want.ID}},
			"judged, confirmed": {everywhere, desk.IncidentFilter{Level: desk.LevelMajor}, []int64{other.ID}},
			"closed":            {everywhere, desk.IncidentFilter{State: desk.IncidentClosed}, nil},
			"query":             {everywhere, desk.IncidentFilter{Query: "塌陷 翠湖"}, []int64{other.ID}},
			"place above":       {desk.Scope{Region: "5306"}, desk.IncidentFilter{}, []int64{want.ID, other.ID}},
			"elsewhere":         {desk.Scope{Region: "5301"}, desk.IncidentFilter{}, nil},
			"department":        {desk.Scope{Department: "住建局"}, desk.IncidentFilter{}, nil},
			"source":            {desk.Scope{SourceID: 1}, desk.IncidentFilter{}, nil},
		} {
			var got []int64
			for _, n := range must[[]desk.Incident](t)(tx.ListIncidents(ctx, c.scope, c.f)) {
				got = append(got, n.ID)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("%s: %v, want %v", name, got, c.want)
			}
		}
		return nil
	})
}

func TestAttachLinksItemsOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	holder := person(t, s, "王")
	one, two := incident(t, s, holder, "一"), incident(t, s, holder, "二")
	items := insert(t, s, item(raw, "1", "一"), item(raw, "2", "二"))
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, c := range []struct {
			incident int64
			items    []int64
			added    []int64
		}{
			{one.ID, []int64{items[1].ID, items[0].ID, items[1].ID}, []int64{items[0].ID, items[1].ID}},
			{one.ID, []int64{items[0].ID}, nil},
			{two.ID, []int64{items[0].ID}, []int64{items[0].ID}},
		} {
			if added := must[[]int64](t)(tx.Attach(ctx, c.incident, c.items, noon)); !slices.Equal(added, c.added) {
				t.Errorf("added %v, want %v", added, c.added)
			}
		}
		if it := must[desk.Item](t)(tx.ItemByID(ctx, everywhere, items[0].ID, false)); it.State != desk.ItemLinked || it.IncidentID != two.ID {
			t.Errorf("item %s of %d", it.State, it.IncidentID)
		}
		if n := must[desk.Incident](t)(tx.IncidentByID(ctx, everywhere, one.ID, false)); n.Items != 2 {
			t.Errorf("%d items", n.Items)
		}
		if list := must[[]desk.Item](t)(tx.ListItems(ctx, everywhere, desk.ItemFilter{Incident: one.ID})); len(list) != 2 {
			t.Errorf("listed %v", list)
		}
		return nil
	})
	err := s.InTx(t.Context(), func(tx desk.Tx) error { _, err := tx.Attach(t.Context(), one.ID, []int64{404}, noon); return err })
	wantCode(t, err, desk.CodeConflict)
}

func TestChangeWaitsForASecondPerson(t *testing.T) {
	t.Parallel()
	s := open(t)
	first, second := person(t, s, "王"), person(t, s, "李")
	n := incident(t, s, first, "一")
	want := desk.Change{IncidentID: n.ID, Kind: desk.ChangeAnchor, Anchor: desk.Instant{Kind: "learned", At: &noon}, Grade: desk.Grade{Level: "一般", At: noon},
		Reason: "时间有误", ByID: first.ID, By: first.DisplayName, At: noon, State: "pending"}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewChange(ctx, &want) })
	self := want
	self.State, self.SecondID, self.SecondAt = "approved", first.ID, &noon
	wantCode(t, s.InTx(t.Context(), func(tx desk.Tx) error { return tx.SaveChange(t.Context(), self) }), desk.CodeConflict)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		got := must[desk.Change](t)(tx.ChangeByID(ctx, want.ID, true))
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		got.State, got.SecondID, got.Second, got.SecondAt = "approved", second.ID, second.DisplayName, &noon
		if err := tx.SaveChange(ctx, got); err != nil {
			return err
		}
		wantCode(t, tx.SaveChange(ctx, got), desk.CodeConflict) // once
		if list := must[[]desk.Change](t)(tx.ListChanges(ctx, n.ID)); len(list) != 1 || !reflect.DeepEqual(list[0], got) {
			t.Errorf("list %+v", list)
		}
		return nil
	})
}
