package pg_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"huiying/desk"
)

func itemsOf(docs []desk.TopicDoc) (ids []int64) {
	for _, d := range docs {
		ids = append(ids, d.Item)
	}
	return ids
}

func TestFirstAndNewestOfATopic(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	a, b := newTopic(t, s, "积水"), newTopic(t, s, "噪声")
	var list []desk.Item
	for i := range 6 {
		it := item(raw, fmt.Sprint(i), fmt.Sprint("积水", i))
		it.Title, it.Body = fmt.Sprint("积水", i), "路上积水很深"
		list = append(list, it)
	}
	list[5].Sealed = true
	list = insert(t, s, list...)
	for i := range list {
		topic := a.ID
		if i == 2 {
			topic = b.ID
		}
		list[i] = doc(list[i], topic, int64(i))
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.PutDocs(ctx, list); err != nil {
			return err
		}
		if err := tx.PutLetters(ctx, list); err != nil {
			return err
		}
		docs := must[map[int64][]desk.TopicDoc](t)(tx.DocsOfTopics(ctx, 3, a.ID, b.ID, 999))
		if want := []int64{list[0].ID, list[4].ID, list[5].ID}; len(docs) != 2 || !slices.Equal(itemsOf(docs[a.ID]), want) || !slices.Equal(itemsOf(docs[b.ID]), []int64{list[2].ID}) {
			t.Errorf("docs %v and %v, want %v", itemsOf(docs[a.ID]), itemsOf(docs[b.ID]), want)
		}
		texts := must[[]desk.Text](t)(tx.TopicTexts(ctx, a.ID, 3, 4))
		if len(texts) != 3 || texts[0].Title != "积水0" || texts[0].Body != "路上积水" || texts[1].Title != "积水3" || texts[2].Title != "积水4" {
			t.Errorf("texts %+v", texts)
		}
		if newest := must[int64](t)(tx.NewestTopic(ctx)); newest != b.ID {
			t.Errorf("newest %d", newest)
		}
		since := list[0].ReceivedAt.Add(-time.Second)
		if got := must[[]desk.TopicDoc](t)(tx.OpenedTopics(ctx, 0, b.ID, 9, since, 10)); !slices.Equal(itemsOf(got), []int64{list[0].ID, list[2].ID}) {
			t.Errorf("opened by %v", itemsOf(got))
		}
		for name, got := range map[string][]desk.TopicDoc{
			"above": must[[]desk.TopicDoc](t)(tx.OpenedTopics(ctx, b.ID, 99, 9, since, 10)), "small": must[[]desk.TopicDoc](t)(tx.OpenedTopics(ctx, 0, a.ID, 3, since, 10)),
			"young": must[[]desk.TopicDoc](t)(tx.OpenedTopics(ctx, 0, b.ID, 9, since.Add(time.Hour), 10)),
		} {
			if len(got) != 0 {
				t.Errorf("%s: %v", name, itemsOf(got))
			}
		}
		if err := tx.SetTopicTitle(ctx, a.ID, "临水路积水", true); err != nil {
			return err
		}
		if got := must[desk.Topic](t)(tx.TopicByID(ctx, everywhere, a.ID)); got.Title != "临水路积水" || !got.Named {
			t.Errorf("%+v", got)
		}
		wantCode(t, tx.SetTopicTitle(ctx, 999, "没有", false), desk.CodeNotFound)
		return nil
	})
}

// What people have arranged is seen under the address where it stands today.
func TestArranged(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	var topics []int64
	var list []desk.Item
	for i := range 4 {
		list = append(list, item(raw, fmt.Sprint(i), "积水"))
		topics = append(topics, newTopic(t, s, fmt.Sprint("话题", i)).ID)
	}
	list = insert(t, s, list...)
	for i := range list {
		list[i] = doc(list[i], topics[i], 1)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.PutDocs(ctx, list) })
	check := func(what string, a, b int, want ...bool) {
		t.Helper()
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			for _, other := range []bool{false, true} {
				x, y := topics[a], topics[b]
				if other {
					x, y = y, x
				}
				pinnedA, pinnedB, apart, err := tx.Arranged(ctx, x, y)
				if err != nil {
					return err
				}
				if other {
					pinnedA, pinnedB = pinnedB, pinnedA
				}
				if pinnedA != want[0] || pinnedB != want[1] || apart != want[2] {
					t.Errorf("%s: %v %v %v, want %v", what, pinnedA, pinnedB, apart, want)
				}
			}
			return nil
		})
	}
	act := func(kind string, from, to int, items ...int64) (a desk.TopicAct) {
		in(t, s, func(ctx context.Context, tx desk.Tx) error {
			a = desk.TopicAct{Kind: kind, From: topics[from], To: topics[to], Items: items, At: noon, By: "李"}
			if _, _, err := tx.MoveDocs(ctx, a.From, a.To, items); err != nil {
				return err
			}
			if kind == desk.TopicJoined {
				if err := tx.LeadTopic(ctx, a.From, a.To); err != nil {
					return err
				}
			}
			return tx.NewTopicAct(ctx, &a)
		})
		return a
	}
	check("nothing done", 0, 1, false, false, false)
	act(desk.TopicMoved, 0, 1, list[0].ID)
	check("an item moved by hand", 0, 1, false, true, true)
	check("not to this one", 0, 2, false, false, false)
	act(desk.TopicJoined, 1, 2, list[0].ID, list[1].ID)
	check("and on, under another address", 0, 2, false, true, true)
	check("nothing to do with it", 2, 3, true, false, false)
	// Joined and taken back.
	joined := act(desk.TopicJoined, 3, 0, list[3].ID)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.LeadTopic(ctx, joined.From, 0); err != nil {
			return err
		}
		if _, _, err := tx.MoveDocs(ctx, joined.To, joined.From, joined.Items); err != nil {
			return err
		}
		if err := tx.Unpin(ctx, joined.Items); err != nil {
			return err
		}
		return tx.UndoTopicAct(ctx, joined.ID, "李", noon)
	})
	check("joined once and taken back", 0, 3, false, false, true)
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetApart(ctx, topics[2], topics[3], true, noon) })
	check("declared apart", 2, 3, true, false, true)
}
