package desk_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// leave keeps a raw whose second commit is lost.
func leave(t *testing.T, o *desktest.Office, text string) {
	t.Helper()
	whole := o.Store
	o.Store = &dying{whole, 1}
	_, err := o.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(text)}}})
	o.Store = whole
	if desk.CodeOf(err) != desk.CodeUnavailable {
		t.Fatalf("acknowledged without the second commit: %v", err)
	}
}

// What was left over and is finished late never takes the place of what the sender
// has corrected meanwhile.
func TestALeftoverNeverOverwritesWhatCameAfterIt(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	leave(t, o, `[{"ExternalID":"x","Title":"滨江路停水"}]`)
	o.Clock.Move(10 * time.Second)
	res := o.Push(desk.Incoming{ExternalID: "x", Title: "滨江路停水", Body: "更正：是停电"})
	if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	f, err := o.Item(t.Context(), o.As(desk.RoleDuty), res[0].ID)
	if err != nil || f.Item.Body != "更正：是停电" || f.Item.Version != 1 {
		t.Errorf("%+v, %v", f.Item, err)
	}
}

// failing is a store that refuses to keep items of a title.
type failing struct {
	desk.Store
	title string
}

type failingTx struct {
	desk.Tx
	title string
}

func (s failing) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	return s.Store.InTx(ctx, func(tx desk.Tx) error { return fn(failingTx{tx, s.title}) })
}

func (t failingTx) InsertItems(ctx context.Context, items []desk.Item) ([]bool, error) {
	for _, it := range items {
		if strings.Contains(it.Title, t.title) {
			return nil, desk.Invalid("title", "不能保存")
		}
	}
	return t.Tx.InsertItems(ctx, items)
}

// A raw that can't be kept costs neither the raws behind it nor their attempts.
func TestOneLeftoverThatCannotBeKeptDoesNotHoldTheOthers(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	leave(t, o, `[{"Title":"毒丸"}]`)
	for i := range 5 {
		leave(t, o, fmt.Sprintf(`[{"Title":"来件 %d"}]`, i))
	}
	whole := o.Store
	o.Store = failing{whole, "毒丸"}
	if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); err == nil {
		t.Error("the failure was swallowed")
	}
	items, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{})
	if err != nil || len(items) != 5 {
		t.Fatalf("%d of 5 finished, %v", len(items), err)
	}
	for range 4 {
		_, _ = o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute))
	}
	q, err := o.Quarantine(t.Context(), o.As(desk.RoleSysadmin), "open", desk.Page{})
	if err != nil || len(q) != 1 {
		t.Errorf("in quarantine: %+v, %v", q, err)
	}
}
