package pg_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"huiying/desk"
)

// Letters are found whatever their case, Chinese as it stands, and a pattern's own
// signs as themselves.
func TestLettersAreFoundWhateverTheirCase(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	texts := []string{"翠湖路KTV扰民", "翠湖路Ａ座停电", "涨幅100%_了", "Élan咖啡馆油烟", "翠湖"}
	for i, text := range texts {
		it := item(raw, fmt.Sprint(i), text)
		it.Title, it.Tokens = "", nil
		insert(t, s, it)
	}
	for _, c := range []struct {
		query string
		want  int
	}{
		{"湖", 3}, {"湖路", 2}, {"ktv", 1}, {"路ktv扰", 1}, {"路KTV", 1}, {"ａ座", 1}, {"Ａ座", 1}, {"élan", 1}, {"100%_", 1}, {"100_", 0}, {"湖%停", 0}, {"_湖", 0},
	} {
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			for how, found := range map[string]int{
				"list":         len(must[[]desk.Item](t)(tx.ListItems(ctx, everywhere, desk.ItemFilter{Query: c.query}))),
				"newest first": len(must[[]desk.Item](t)(tx.ListItems(ctx, everywhere, desk.ItemFilter{Query: c.query, Page: desk.Page{Newest: true}}))),
				"count":        must[int](t)(tx.CountItems(ctx, everywhere, desk.ItemFilter{Query: c.query}, time.Time{})),
				"search":       len(must[[]int64](t)(tx.FindItems(ctx, everywhere, desk.ItemSearch{Terms: []desk.SearchTerm{{Text: c.query, Cuts: [][]string{{c.query}}}}}))),
				"phrase":       len(must[[]int64](t)(tx.FindItems(ctx, everywhere, desk.ItemSearch{Terms: []desk.SearchTerm{{Text: c.query, Phrase: true, Cuts: [][]string{{c.query}}}}}))),
			} {
				if found != c.want {
					t.Errorf("%s of %q: %d found, want %d", how, c.query, found, c.want)
				}
			}
			return nil
		})
	}
}
