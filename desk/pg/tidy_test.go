package pg_test

import (
	"context"
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/desk/pg"
)

func TestTidyMergesWhatWaits(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	items := make([]desk.Item, 50)
	for i := range items {
		items[i] = item(raw, fmt.Sprint("T-", i), "路灯不亮")
		items[i].Tokens = []string{"路灯", "不亮", fmt.Sprint("词", i)}
	}
	insert(t, s, items...)
	found := func() (n int) {
		in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			n, err = tx.CountItems(ctx, everywhere, desk.ItemFilter{Query: "路灯", ByWords: true}, noon.AddDate(-1, 0, 0))
			return err
		})
		return n
	}
	if n := found(); n != len(items) {
		t.Errorf("%d of %d found while they wait", n, len(items))
	}
	tidy := pg.NewTidy(s, nil)
	if pages := must[int64](t)(tidy.RunOnce(t.Context(), noon)); pages == 0 {
		t.Error("nothing waited")
	}
	if pages := must[int64](t)(tidy.RunOnce(t.Context(), noon)); pages != 0 {
		t.Errorf("%d pages wait after tidying", pages)
	}
	if n := found(); n != len(items) {
		t.Errorf("%d of %d found afterwards", n, len(items))
	}
	defer background(t, tidy.Run)()
}
