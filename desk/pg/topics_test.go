package pg_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
)

// doc makes the item one of the topic, found under the keys.
func doc(it desk.Item, topic int64, keys ...int64) desk.Item {
	it.TopicID = topic
	it.Doc = desk.TopicDoc{Item: it.ID, Topic: topic, At: it.ReceivedAt, Title: it.Title, Region: "530601", Place: "翠湖路", Keys: keys, Payload: []byte{1, 2}}
	return it
}

func newTopic(t testing.TB, s *pg.Store, title string) desk.Topic {
	t.Helper()
	topic := desk.Topic{Title: title, Place: "翠湖路", Region: "530601", First: noon, Last: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewTopics(ctx, []*desk.Topic{&topic}) })
	return topic
}

func TestCandidatesShareMostKeysFirst(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	topic := newTopic(t, s, "积水")
	var items []desk.Item
	for i := range 5 {
		items = append(items, item(raw, fmt.Sprint(i), "积水"))
	}
	items = insert(t, s, items...)
	items[0] = doc(items[0], topic.ID, 1, 2, 3)
	items[1] = doc(items[1], topic.ID, 1, -9)
	items[2] = doc(items[2], topic.ID, 1, 2, 2, math.MinInt64)
	items[3] = doc(items[3], topic.ID, 1)
	items[4] = doc(items[4], topic.ID)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.PutDocs(ctx, items); err != nil {
			return err
		}
		found := must[[][]desk.TopicDoc](t)(tx.Candidates(ctx, []desk.TopicDoc{{Keys: []int64{1, 2, 3, 1}}, {Keys: []int64{777}}, {}, {Item: items[2].ID, Keys: []int64{math.MinInt64, 2}}}, 3))
		var got [][]int64
		for _, docs := range found {
			var ids []int64
			for _, d := range docs {
				ids = append(ids, d.Item)
			}
			got = append(got, ids)
		}
		want := [][]int64{{items[0].ID, items[2].ID, items[3].ID}, nil, nil, {items[0].ID}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if !reflect.DeepEqual(found[0][0], items[0].Doc) {
			t.Errorf("doc %+v, want %+v", found[0][0], items[0].Doc)
		}
		return nil
	})
}

func TestTopicsCountWhatStandsInThem(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	a, b := newTopic(t, s, "积水"), newTopic(t, s, "噪声")
	one, two := item(raw, "1", "积水"), item(raw, "2", "积水")
	two.ReceivedAt = noon.Add(24 * time.Hour)
	items := insert(t, s, one, two)
	one, two = doc(items[0], a.ID, 1), doc(items[1], a.ID, 1)
	two.Near = []desk.Near{{Item: 0, Index: 0, Score: 0.75}}
	put := func(items ...desk.Item) {
		in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.PutDocs(ctx, items) })
	}
	topic := func(id int64) (got desk.Topic) {
		in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			got, err = tx.TopicByID(ctx, everywhere, id)
			return err
		})
		return got
	}
	put(one)
	if got := topic(a.ID); got.Count != 1 {
		t.Fatalf("after one: %+v", got)
	}
	put(one, two)
	got := topic(a.ID)
	want := desk.Topic{ID: a.ID, Title: "积水", Place: "翠湖路", Region: "530601", Count: 2, First: noon, Last: two.ReceivedAt, Heat: got.Heat, Items: []int64{one.ID, two.ID}}
	if !reflect.DeepEqual(got, want) {
		t.Fatalf("after two: %+v, want %+v", got, want)
	}
	two = doc(two, b.ID, 5)
	two.Near = nil
	put(two) // its new text is about something else
	if was, is := topic(a.ID), topic(b.ID); was.Count != 1 || is.Count != 1 || !slices.Equal(is.Items, []int64{two.ID}) {
		t.Fatalf("moved: %+v, %+v", was, is)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		found := must[[][]desk.TopicDoc](t)(tx.Candidates(ctx, []desk.TopicDoc{{Keys: []int64{1}}}, 9))
		if len(found[0]) != 1 || found[0][0].Item != one.ID {
			t.Errorf("found under the old key: %+v", found)
		}
		if it := must[desk.Item](t)(tx.ItemByID(ctx, everywhere, two.ID, false)); it.TopicID != b.ID || it.TopicSize != 1 {
			t.Errorf("item %d %d", it.TopicID, it.TopicSize)
		}
		if list := must[[]desk.Topic](t)(tx.ListTopics(ctx, desk.Scope{Region: "530602"}, desk.TopicFilter{})); len(list) != 0 {
			t.Errorf("out of scope: %v", list)
		}
		if list := must[[]desk.Topic](t)(tx.ListTopics(ctx, desk.Scope{Region: "5306"}, desk.TopicFilter{})); len(list) != 2 || list[0].Items != nil {
			t.Errorf("list: %v", list)
		}
		_, err := tx.TopicByID(ctx, desk.Scope{Region: "11"}, a.ID)
		wantCode(t, err, desk.CodeNotFound)
		return nil
	})
}

func TestNearGoesBothWays(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	topic := newTopic(t, s, "积水")
	items := insert(t, s, item(raw, "1", "一"), item(raw, "2", "二"), item(raw, "3", "三"))
	for i := range items {
		items[i] = doc(items[i], topic.ID, 1)
	}
	items[1].Near = []desk.Near{{Item: items[0].ID, Index: -1, Score: 0.5}}
	items[2].Near = []desk.Near{{Item: 0, Index: 1, Score: 0.9}, {Item: 0, Index: 2, Score: 1}}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.PutDocs(ctx, items); err != nil {
			return err
		}
		near, scores, err := tx.NearOf(ctx, everywhere, items[1].ID)
		if len(near) != 2 || near[0].ID != items[2].ID || near[1].ID != items[0].ID || math.Abs(scores[0]-0.9) > 1e-6 || math.Abs(scores[1]-0.5) > 1e-6 {
			t.Errorf("near %v %v", near, scores)
		}
		if out, _, err := tx.NearOf(ctx, desk.Scope{Region: "11"}, items[1].ID); len(out) != 0 || err != nil {
			t.Errorf("out of scope: %v %v", out, err)
		}
		return err
	})
}

// TestFloodsAboutTheSameMattersDontDeadlock has batches that touch the same
// topics in opposite orders.
func TestFloodsAboutTheSameMattersDontDeadlock(t *testing.T) {
	t.Parallel()
	s := open(t)
	_, raw := source(t, s, "热线")
	a, b := newTopic(t, s, "积水"), newTopic(t, s, "噪声")
	const writers, rounds = 4, 10
	var all sync.WaitGroup
	var runs atomic.Int64
	errs := make([]error, writers)
	for w := range writers {
		all.Go(func() {
			for n := range rounds {
				errs[w] = errors.Join(errs[w], s.InTx(t.Context(), func(tx desk.Tx) error {
					runs.Add(1)
					items := []desk.Item{item(raw, fmt.Sprint(w, "a", n), "一"), item(raw, fmt.Sprint(w, "b", n), "二")}
					if _, err := tx.InsertItems(t.Context(), items); err != nil {
						return err
					}
					order := []int64{a.ID, b.ID}
					if w%2 == 1 {
						slices.Reverse(order)
					}
					return tx.PutDocs(t.Context(), []desk.Item{doc(items[0], order[0], 1), doc(items[1], order[1], 2)})
				}))
			}
		})
	}
	all.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if n := runs.Load(); n != writers*rounds {
		t.Errorf("%d runs for %d acts: some were repeated", n, writers*rounds)
	}
	if n := count(t, s, `SELECT sum(count) FROM topic`); n != 2*writers*rounds {
		t.Fatalf("%d counted, want %d", n, 2*writers*rounds)
	}
}
