package pg_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
)

// A search finds the same, page by page, whether the newest items were walked through or
// the index was asked: items far behind the newest, and words in few of them, in many, in
// none.
func TestSearchFindsFarBehindTheNewest(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	words := []string{"停水", "路灯", "井盖", "噪声"}
	holds := map[string][]int64{} // the newest first
	n := 0
	for block := range 12 { // some 200,000 ids
		if _, err := s.Pool().Exec(t.Context(), fmt.Sprintf(`ALTER TABLE item ALTER id RESTART WITH %d`, 1+block*17_000)); err != nil {
			t.Fatal(err)
		}
		var list []desk.Item
		for i := range 12 {
			it := item(raw, fmt.Sprint(n), "没有")
			it.Tokens = nil
			if n%3 == 0 {
				it.Verdict.Urgency = desk.UrgencyNormal
			}
			for w, word := range words {
				if n%(1+5*w) == 0 && (w != 3 || block < 2) {
					it.Body, it.Tokens = it.Body+word, append(it.Tokens, word)
				}
			}
			if block < 11 && i == 0 {
				it.Body += "而且垃圾" // letters that aren't a word: found only among the newest
			}
			list = append(list, it)
			n++
		}
		for _, it := range insert(t, s, list...) {
			for _, word := range it.Tokens {
				holds[word] = append(holds[word], it.ID)
				if it.Verdict.Urgency == desk.UrgencyNormal {
					holds[word+desk.UrgencyNormal] = append(holds[word+desk.UrgencyNormal], it.ID)
				}
			}
		}
	}
	for _, ids := range holds {
		slices.Sort(ids)
		slices.Reverse(ids)
	}
	rapid.Check(t, func(r *rapid.T) {
		word := rapid.SampledFrom(append(words, "垃圾")).Draw(r, "word")
		urgency := rapid.SampledFrom([]string{"", desk.UrgencyNormal}).Draw(r, "urgency")
		phrase, size := rapid.Bool().Draw(r, "phrase"), rapid.IntRange(1, 60).Draw(r, "size")
		var searched, listed []int64
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			for p := (desk.Page{Limit: size, Newest: true}); ; {
				found := must[[]int64](t)(tx.FindItems(ctx, everywhere, desk.ItemSearch{Search: desk.Search{Urgency: urgency, Page: p}, Terms: []desk.SearchTerm{{Text: word, Phrase: phrase, Cuts: [][]string{{word}}}}}))
				searched = append(searched, found...)
				if len(found) < size {
					break
				}
				p.After = found[size-1]
			}
			for p := (desk.Page{Limit: size, Newest: true}); ; {
				found := must[[]desk.Item](t)(tx.ListItems(ctx, everywhere, desk.ItemFilter{Query: word, Urgency: urgency, Page: p}))
				for _, it := range found {
					listed = append(listed, it.ID)
				}
				if len(found) < size {
					break
				}
				p.After = found[size-1].ID
			}
			return nil
		})
		if held := holds[word+urgency]; !slices.Equal(searched, held) || !slices.Equal(listed, held) {
			r.Fatalf("%s %s: searched %v, listed %v, held %v", word, urgency, searched, listed, held)
		}
	})
}
