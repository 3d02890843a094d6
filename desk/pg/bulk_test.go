package pg_test

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
)

// many are items of every shape, enough to be copied.
func many(raw desk.Raw, prefix string) []desk.Item {
	items := make([]desk.Item, 40)
	for i := range items {
		it := item(raw, fmt.Sprint(prefix, i), "井盖'翻'起\\，%_水深\t\n"+strings.Repeat("积水", i*40))
		it.Tokens = []string{"水深", "井盖", "水深", fmt.Sprint("词", i), `引'号\`, "", "坏\xff", "空\x00", strings.Repeat("长", 200), strings.Repeat("长", 201)}
		switch i % 4 {
		case 1:
			reach, at := int64(i), noon.Add(-3600e9)
			it.Reach, it.OccurredAt, it.Corrected, it.URL = &reach, &at, []string{"kind", "region"}, "https://example.invalid/1"
		case 2:
			lat := 24.5
			it.Extra = &desk.Extra{Lat: &lat}
			it.Tokens = []string{}
		case 3:
			it.Verdict, it.Unread, it.Tokens, it.State = nil, true, nil, ""
		}
		items[i] = it
	}
	return items
}

// What is copied reads as what is inserted.
func TestManyItemsAreStoredLikeOne(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	copied, single := many(raw, "A-"), many(raw, "B-")
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.ReserveItems(ctx, raw.SourceID, copied) })
	copied = insert(t, s, copied...)
	for i := range single {
		single[i] = insert(t, s, single[i])[0]
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for i := range copied {
			a := must[desk.Item](t)(tx.ItemByID(ctx, everywhere, copied[i].ID, false))
			b := must[desk.Item](t)(tx.ItemByID(ctx, everywhere, single[i].ID, false))
			a.ID, a.ExternalID = b.ID, b.ExternalID
			if !reflect.DeepEqual(a, b) {
				t.Errorf("copied   %+v\ninserted %+v", a, b)
			}
		}
		return nil
	})
	if n := count(t, s, `SELECT count(*) FROM item a JOIN item b ON b.external_id = replace(a.external_id, 'A-', 'B-') WHERE a.external_id LIKE 'A-%'
		AND a.tokens IS NOT DISTINCT FROM b.tokens AND a.verdict::text IS NOT DISTINCT FROM b.verdict::text AND a.corrected = b.corrected AND a.unread = b.unread`); n != len(copied) {
		t.Errorf("%d of %d alike in what isn't read back", n, len(copied))
	}
	if n := count(t, s, `SELECT count(*) FROM item WHERE tokens @@ '''井盖'' & ''词4'''`); n != 2 {
		t.Errorf("%d found by their words", n)
	}
}

// Who had ids reserved and finds one identity taken begins anew.
func TestManyItemsOfWhichOneIsTaken(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	items := many(raw, "A-")
	err := s.InTx(t.Context(), func(tx desk.Tx) error {
		if err := tx.ReserveItems(t.Context(), raw.SourceID, items); err != nil {
			return err
		}
		insert(t, s, item(raw, "A-7", "更快"))
		_, err := tx.InsertItems(t.Context(), items)
		return err
	})
	if !errors.Is(err, desk.ErrRaced) {
		t.Fatal(err)
	}
	if n := count(t, s, `SELECT count(*) FROM item`); n != 1 {
		t.Errorf("%d items", n)
	}
}

// Documents asked for together find what each finds alone.
func TestCandidatesOfManyAreThoseOfEach(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	topic := newTopic(t, s, "积水")
	var items []desk.Item
	for i := range 60 {
		items = append(items, item(raw, fmt.Sprint(i), "积水"))
	}
	items = insert(t, s, items...)
	for i := range items {
		items[i] = doc(items[i], topic.ID, int64(i%3), int64(i%7)+10, int64(i/4)+100, -int64(i)-1)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.PutDocs(ctx, items) })
	rapid.Check(t, func(r *rapid.T) {
		key := rapid.OneOf(rapid.Int64Range(-3, 20), rapid.Int64Range(100, 110), rapid.Int64())
		probes := make([]desk.TopicDoc, rapid.IntRange(2, 5).Draw(r, "probes"))
		for i := range probes {
			probes[i].Keys = rapid.SliceOfN(key, 0, 6).Draw(r, "keys")
			probes[i].Item = rapid.SampledFrom([]int64{0, items[0].ID, items[21].ID}).Draw(r, "self")
		}
		limit := rapid.IntRange(1, 6).Draw(r, "limit")
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			together := must[[][]desk.TopicDoc](t)(tx.Candidates(ctx, probes, limit))
			for i := range probes {
				alone := must[[][]desk.TopicDoc](t)(tx.Candidates(ctx, probes[i:i+1], limit))
				if len(together[i])+len(alone[0]) > 0 && !reflect.DeepEqual(together[i], alone[0]) {
					r.Errorf("together %v, alone %v", together[i], alone[0])
				}
			}
			return nil
		})
	})
}
