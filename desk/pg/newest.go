package pg

import (
	"context"
	"math"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const (
	// walked is how many of the newest items a search looks at one by one before it
	// asks the index of words. Each costs some half a microsecond; it is more than
	// recent, so that the index is asked only for items that are found by words alone.
	walked = 20_000
	// everyItem is the id behind which nothing is new.
	everyItem = math.MaxInt64
)

// newest lists the ids of the newest items that a search finds. Words are frequent, then
// the newest items have them and a short walk fills the page, where the index would give
// half the archive to sort; or they are rare, then the walk would go through all of it
// for nothing and the index has them at once. PostgreSQL can't know which: it keeps the
// frequency of a thousand words and guesses that any other stands in one of some hundred
// items. So a walk goes first and says how frequent they are.
//
// fields adds the conditions beside words, and words those of the words; of words, newest
// is the id behind which items are also met by their letters.
func (t *tx) newest(ctx context.Context, p desk.Page, fields func(*where), words func(w *where, newest int64)) (ids []int64, err error) {
	var last int64
	if err := t.scan(ctx, `SELECT coalesce(max(id), 0) FROM item`, nil, &last); err != nil {
		return nil, err
	}
	top, size := last, p.Size()
	if p.After > 0 {
		top = min(top, p.After-1)
	}
	first := top
	var met int // that have the words, whatever their fields
	for step := int64(walked); top > 0; step *= 4 {
		var w where
		fields(&w)
		narrow := len(w.conds) > 0
		words(&w, last-recent)
		w.add("i.id <= ? AND i.id > ?", top, top-step)
		found, err := all(ctx, t, pgx.RowTo[int64], "SELECT i.id FROM item i"+w.sql()+" ORDER BY i.id DESC LIMIT "+w.arg(size-len(ids)), planned(w.args)...)
		if err != nil {
			return nil, err
		}
		ids, top = append(ids, found...), top-step
		if len(ids) == size {
			return ids, nil
		}
		if step == walked {
			if met = len(ids); narrow {
				if met, err = t.met(ctx, top, words); err != nil {
					return nil, err
				}
			}
		}
		// To walk on costs as many rows as it takes to fill the page, as far as can be
		// said; the index costs three times as much for each row that has the words.
		seen := first - top
		if walk := min(top, seen*int64(size-len(ids))/int64(max(len(ids), 1))); walk > 3*top*int64(met)/walked {
			break
		}
	}
	if top <= 0 {
		return ids, nil
	}
	var w where
	fields(&w)
	words(&w, everyItem)
	w.add("i.id <= ?", top)
	// Materialized, or the planner would walk after all, hoping that the page fills soon.
	found, err := all(ctx, t, pgx.RowTo[int64], "WITH found AS MATERIALIZED (SELECT i.id FROM item i"+w.sql()+") SELECT id FROM found ORDER BY id DESC LIMIT "+w.arg(size-len(ids)), planned(w.args)...)
	return append(ids, found...), err
}

// met counts the items of the first walk, which went down to an id, that have the words.
func (t *tx) met(ctx context.Context, down int64, words func(w *where, newest int64)) (n int, err error) {
	var w where
	words(&w, everyItem)
	w.add("i.id <= ? AND i.id > ?", down+walked, down)
	err = t.scan(ctx, "SELECT count(*) FROM item i"+w.sql(), planned(w.args), &n)
	return n, err
}
