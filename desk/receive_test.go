package desk_test

import (
	"context"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

func TestReceiveSaysWhatBecameOfEach(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	res := o.Push(
		desk.Incoming{ExternalID: "a", Title: "滨江路路灯不亮"},
		desk.Incoming{ExternalID: "a", Title: "滨江路路灯不亮"},
		desk.Incoming{ExternalID: "a", Title: "滨江路路灯不亮", Body: "补充：从桥头到菜市场"},
		desk.Incoming{ExternalID: "b"},
		desk.Incoming{Title: "没有编号的来件"},
		desk.Incoming{Title: "没有编号的来件"},
	)
	want := []string{desk.StatusCreated, desk.StatusDuplicate, desk.StatusUpdated, desk.StatusQuarantined, desk.StatusCreated, desk.StatusDuplicate}
	for i, r := range res {
		if r.Index != i || r.Status != want[i] || r.ID == 0 {
			t.Errorf("part %d: %+v, want %s", i, r, want[i])
		}
	}
	if res[3].Err == nil || res[3].Err.Field != "body" {
		t.Errorf("the bad one doesn't name its field: %+v", res[3].Err)
	}
	f, err := o.Item(t.Context(), o.As(desk.RoleDuty), res[0].ID)
	if err != nil {
		t.Fatal(err)
	}
	if f.Item.Version != 2 || f.Item.Body != "补充：从桥头到菜市场" || len(f.Versions) != 1 || f.Versions[0].Body != "" {
		t.Errorf("versions: %+v, now %+v", f.Versions, f.Item)
	}
}

// The same item ten times at once becomes one (trust.md row 3).
func TestRow3RedeliveryInParallel(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	same, others := 10, 40
	if os.Getenv("HUIYING_ENDURE") == "1" {
		others = 1000
	}
	var mu sync.Mutex
	created := map[int64]int{}
	var wg sync.WaitGroup
	for range same {
		wg.Go(func() {
			batch := make([]desk.Incoming, others)
			for i := range batch {
				batch[i] = desk.Incoming{ExternalID: fmt.Sprint(i), Title: fmt.Sprintf("来件 %d", i)}
			}
			for _, r := range o.Push(batch...) {
				mu.Lock()
				if r.Status == desk.StatusCreated {
					created[r.ID]++
				}
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	if len(created) != others {
		t.Errorf("%d items created, want %d", len(created), others)
	}
	for id, n := range created {
		if n != 1 {
			t.Errorf("item %d created %d times", id, n)
		}
	}
	t.Logf("figure: %d items, each %d times in parallel: %d created, 0 duplicates", others, same, len(created))
}

// A parser that goes down costs its own raw alone, and the bytes stay.
func TestPoisonGoesToQuarantineAndTheNextFlows(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	if res := o.Push(desk.Incoming{Title: "panic"}); len(res) != 1 || res[0].Status != desk.StatusQuarantined {
		t.Fatalf("poison: %+v", res)
	}
	if res := o.Push(desk.Incoming{Title: "下一件"}); res[0].Status != desk.StatusCreated {
		t.Fatalf("the next one: %+v", res)
	}
	q, err := o.Quarantine(t.Context(), o.As(desk.RoleSysadmin), "open", desk.Page{})
	if err != nil || len(q) != 1 || q[0].Reason == "" {
		t.Fatalf("quarantine: %+v, %v", q, err)
	}
	res, err := o.MendQuarantined(t.Context(), o.As(desk.RoleSysadmin), q[0].ID, []byte(`[{"Title":"改好了"}]`))
	if err != nil || res[0].Status != desk.StatusCreated {
		t.Fatalf("mended: %+v, %v", res, err)
	}
	if q, err = o.Quarantine(t.Context(), o.As(desk.RoleSysadmin), "open", desk.Page{}); err != nil || len(q) != 0 {
		t.Errorf("still open: %+v, %v", q, err)
	}
}

// dying is a store that loses the second commit, as a node does that is killed
// between the two.
type dying struct {
	desk.Store
	left int
}

func (s *dying) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	if s.left--; s.left < 0 {
		return desk.Unavailable(context.DeadlineExceeded, time.Second)
	}
	return s.Store.InTx(ctx, fn)
}

// What was kept but not finished is finished by the sweep (trust.md row 1).
func TestRow1RawsLeftBetweenTheCommitsAreFinished(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	whole := o.Store
	o.Store = &dying{whole, 1}
	_, err := o.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"ExternalID":"x","Title":"断电前的来件"}]`)}}})
	if desk.CodeOf(err) != desk.CodeUnavailable {
		t.Fatalf("acknowledged without the second commit: %v", err)
	}
	o.Store = whole
	if more, err := o.FinishRaws(t.Context(), o.Now()); more || err != nil {
		t.Fatal(more, err)
	}
	duty := o.As(desk.RoleDuty)
	if items, err := o.Items(t.Context(), duty, desk.ItemFilter{}); err != nil || len(items) != 0 {
		t.Fatalf("taken from the node that may still be at it: %+v, %v", items, err)
	}
	if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	items, err := o.Items(t.Context(), duty, desk.ItemFilter{})
	if err != nil || len(items) != 1 || items[0].ExternalID != "x" {
		t.Fatalf("not finished: %+v, %v", items, err)
	}
	if res := o.Push(desk.Incoming{ExternalID: "x", Title: "断电前的来件"}); res[0].Status != desk.StatusDuplicate || res[0].ID != items[0].ID {
		t.Errorf("the sender's repetition: %+v", res)
	}
}

// What was read to the end and lost its second commit again and again isn't its raw's
// fault; what never gets through its reading is, and waits for a person.
func TestRow1KilledAgainAndAgain(t *testing.T) {
	t.Parallel()
	for what, c := range map[string]struct {
		reaches     int // transactions of each attempt that come through
		quarantined int
	}{"after the reading": {2, 0}, "while it is read": {1, 1}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			o := desktest.New(t)
			whole := o.Store
			o.Store = &dying{whole, 1}
			if _, err := o.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"ExternalID":"x","Title":"屡遭断电的来件"}]`)}}}); desk.CodeOf(err) != desk.CodeUnavailable {
				t.Fatal(err)
			}
			for range 5 {
				o.Store = &dying{whole, c.reaches}
				if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); desk.CodeOf(err) != desk.CodeUnavailable {
					t.Fatalf("finished without its commit: %v", err)
				}
			}
			o.Store = whole
			if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); err != nil {
				t.Fatal(err)
			}
			q, err := o.Quarantine(t.Context(), o.As(desk.RoleSysadmin), "open", desk.Page{})
			if err != nil || len(q) != c.quarantined {
				t.Errorf("in quarantine: %+v, %v", q, err)
			}
			items, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{})
			if err != nil || len(items) != 1-c.quarantined {
				t.Errorf("items: %+v, %v", items, err)
			}
		})
	}
}
