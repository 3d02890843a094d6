package pg_test

import (
	"context"
	"slices"
	"sync"
	"testing"
	"time"

	"huiying/desk"
)

// newDrill stores a drill.
func newDrill(t *testing.T, s interface {
	InTx(context.Context, func(desk.Tx) error) error
}) (desk.Drill, error) {
	t.Helper()
	d := desk.Drill{Scenario: "evening", Title: "一夜", Speed: 36.5, State: desk.DrillStarting, Begins: noon, Length: 6 * time.Hour, Password: "open sesame",
		By: desk.Asker{Name: "命令行"}, CreatedAt: noon}
	err := s.InTx(t.Context(), func(tx desk.Tx) error { return tx.NewDrill(t.Context(), &d) })
	return d, err
}

// TestDrillKept: what was stored is what is read.
func TestDrillKept(t *testing.T) {
	t.Parallel()
	s := open(t)
	d := must[desk.Drill](t)(newDrill(t, s))
	at, stop := noon.Add(time.Minute), noon.Add(time.Hour)
	d.State, d.Ahead, d.BeganAt, d.StoppedAt, d.Address, d.Failure = desk.DrillPurging, 90*time.Minute, &at, &stop, "http://127.0.0.1:1", "为什么"
	d.Purger = &desk.Asker{Name: "周敏", Via: "session"}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.SaveDrill(ctx, d); err != nil {
			return err
		}
		got, err := tx.DrillByID(ctx, d.ID, true)
		if err != nil {
			return err
		}
		if got.Speed != d.Speed || got.State != d.State || got.Ahead != d.Ahead || !got.BeganAt.Equal(at) || !got.StoppedAt.Equal(stop) || got.Address != d.Address ||
			got.Failure != d.Failure || *got.Purger != *d.Purger || got.By != d.By || !got.Begins.Equal(noon) || got.Length != d.Length || got.Password != d.Password {
			t.Errorf("%+v, want %+v", got, d)
		}
		_, err = tx.DrillByID(ctx, d.ID+1, false)
		wantCode(t, err, desk.CodeNotFound)
		d.ID++
		wantCode(t, tx.SaveDrill(ctx, d), desk.CodeNotFound)
		return nil
	})
}

// TestOneDrillGoesOn: of several begun at once only one goes on; one that is over is in nobody's way.
func TestOneDrillGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t)
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = newDrill(t, s) })
	}
	wg.Wait()
	began := 0
	for _, err := range errs {
		if err == nil {
			began++
		} else {
			wantCode(t, err, desk.CodeConflict)
		}
	}
	if began != 1 {
		t.Fatalf("%d began", began)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		list, err := tx.ListDrills(ctx)
		if err != nil {
			return err
		}
		stop := noon
		list[0].State, list[0].StoppedAt = desk.DrillStopped, &stop
		return tx.SaveDrill(ctx, list[0])
	})
	if _, err := newDrill(t, s); err != nil {
		t.Errorf("beside one that was stopped: %v", err)
	}
}

// TestClaimDrills: a drill belongs to one node until its hold is over, and goes over to another then.
func TestClaimDrills(t *testing.T) {
	t.Parallel()
	s := open(t)
	d := must[desk.Drill](t)(newDrill(t, s))
	claim := func(node string, now time.Time) (ids []int64) {
		t.Helper()
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			list, err := tx.ClaimDrills(ctx, node, now, now.Add(desk.DrillHold))
			ids = nil
			for _, x := range list {
				ids = append(ids, x.ID)
			}
			return err
		})
		return ids
	}
	mine := []int64{d.ID}
	for _, step := range []struct {
		node  string
		after time.Duration
		want  []int64
	}{{"a", 0, mine}, {"b", time.Second, nil}, {"a", 10 * time.Second, mine}, {"b", desk.DrillHold + 5*time.Second, nil}, {"b", desk.DrillHold + 10*time.Second, mine}, {"a", desk.DrillHold + 11*time.Second, nil}} {
		if got := claim(step.node, noon.Add(step.after)); !slices.Equal(got, step.want) {
			t.Errorf("%s after %v: %v, want %v", step.node, step.after, got, step.want)
		}
	}
	// Many nodes at the same instant: one of them.
	later := noon.Add(time.Hour)
	var wg sync.WaitGroup
	took := make([]int, 8)
	for i := range took {
		wg.Go(func() {
			err := s.InTx(t.Context(), func(tx desk.Tx) error {
				list, err := tx.ClaimDrills(t.Context(), string(rune('n'+i)), later, later.Add(desk.DrillHold))
				took[i] = len(list)
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	n := 0
	for _, k := range took {
		n += k
	}
	if n != 1 {
		t.Errorf("%d nodes hold one drill: %v", n, took)
	}
}

// TestRemoveDrill: the schema goes with all that is in it, and the row; another drill's schema and the real one stay.
// Undone with its transaction.
func TestRemoveDrill(t *testing.T) {
	t.Parallel()
	s := open(t)
	d := must[desk.Drill](t)(newDrill(t, s))
	var real string
	if err := s.Pool().QueryRow(t.Context(), `SELECT current_schema()`).Scan(&real); err != nil {
		t.Fatal(err)
	}
	other := desk.DrillSchema(real, d.ID+1)
	for _, schema := range []string{desk.DrillSchema(real, d.ID), other} {
		for _, statement := range []string{`CREATE SCHEMA "` + schema + `"`, `CREATE TABLE "` + schema + `".item (id bigint PRIMARY KEY)`, `CREATE TABLE "` + schema + `".near (item bigint REFERENCES "` + schema + `".item)`} {
			if _, err := s.Pool().Exec(t.Context(), statement); err != nil {
				t.Fatal(err)
			}
		}
	}
	schemas := func() (names []string) {
		t.Helper()
		rows, err := s.Pool().Query(t.Context(), `SELECT nspname FROM pg_namespace WHERE nspname LIKE '%\_drill\_%' ORDER BY 1`)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		for rows.Next() {
			var name string
			if err := rows.Scan(&name); err != nil {
				t.Fatal(err)
			}
			names = append(names, name)
		}
		return names
	}
	err := s.InTx(t.Context(), func(tx desk.Tx) error {
		if err := tx.RemoveDrill(t.Context(), d.ID); err != nil {
			return err
		}
		return desk.Conflict("", "别的事")
	})
	wantCode(t, err, desk.CodeConflict)
	if got := schemas(); len(got) != 2 {
		t.Errorf("after it was undone: %v", got)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.RemoveDrill(ctx, d.ID) })
	if got := schemas(); !slices.Equal(got, []string{other}) {
		t.Errorf("left: %v", got)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		list, err := tx.ListDrills(ctx)
		if len(list) != 0 {
			t.Errorf("left: %+v", list)
		}
		wantCode(t, tx.Try(ctx, func() error { return tx.RemoveDrill(ctx, d.ID) }), desk.CodeNotFound)
		return err
	})
}
