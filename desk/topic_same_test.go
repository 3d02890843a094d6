package desk_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/pg"
)

// Two who say the same thing by other words: too little in common to be put together
// one by one, enough for two topics to be one.
const (
	bang   = "化工园一声巨响窗户震碎"
	bang2  = "化工园一声巨响玻璃震碎了"
	blaze  = "恒升厂里火光冲天化工园"
	blaze2 = "恒升厂里火光冲天烧着了化工园"
)

// meeting lets so many placements go on only when all of them have looked: what none
// of them has seen comes in the same instant.
type meeting struct {
	matters
	all sync.WaitGroup
}

func (m *meeting) Place(ctx context.Context, index desk.TopicIndex, docs []desk.TopicDoc) ([]desk.Placement, error) {
	places, err := m.matters.Place(ctx, index, docs)
	m.all.Done()
	m.all.Wait()
	return places, err
}

// nodes are desks with connections of their own on one database.
func nodes(t *testing.T, o *desktest.Office, n int) []*desk.Desk {
	t.Helper()
	var list []*desk.Desk
	for range n {
		store, err := pg.Open(t.Context(), o.URL, pg.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(store.Close)
		d := *o.Desk
		d.Store, d.Log = store, slog.New(slog.DiscardHandler)
		list = append(list, &d)
	}
	return list
}

// sweptBy has all of them sweep at once, each in a round of its own.
func sweptBy(t *testing.T, o *desktest.Office, list []*desk.Desk) {
	t.Helper()
	var all sync.WaitGroup
	for _, d := range list {
		now := o.Clock.Move(15 * time.Second)
		all.Go(func() {
			if _, err := d.SweepTopics(t.Context(), now); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

// Two letters about the same matter, received by two nodes in the same instant, open
// two topics; three nodes join them, once.
func TestTwoThatCameInTheSameInstantAreJoinedOnce(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	told(t, o, noise)
	list := nodes(t, o, 3)
	swept(t, o)
	meet := &meeting{}
	meet.all.Add(2)
	var both sync.WaitGroup
	ids := make([]int64, 2)
	for i, title := range []string{pipe, pipe2} {
		d := *list[i]
		d.Discoverer = meet
		both.Go(func() {
			raw := desk.Raw{ContentType: "application/json", Bytes: fmt.Appendf(nil, `[{"ExternalID":"same-%d","Title":%q}]`, i, title)}
			res, err := d.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{raw}})
			if err != nil || len(res) != 1 {
				t.Error(res, err)
				return
			}
			ids[i] = res[0].ID
		})
	}
	both.Wait()
	if t.Failed() {
		return
	}
	a, b := topicOf(t, o, ids[0]), topicOf(t, o, ids[1])
	if a == b {
		t.Fatal("they saw each other")
	}
	for range 4 {
		sweptBy(t, o, list)
	}
	stays := topicOf(t, o, ids[0])
	if topicOf(t, o, ids[1]) != stays || stays != min(a, b) {
		t.Fatalf("topics %d and %d: the items stand in %d and %d", a, b, stays, topicOf(t, o, ids[1]))
	}
	events := eventsOf(t, o, "topic.joined")
	if len(events) != 1 || events[0].Actor != desk.System.Name || events[0].Why == "" {
		t.Fatalf("events %+v", events)
	}
	f := topicFile(t, o, max(a, b))
	if f.Topic.ID != stays || f.Topic.Count != 2 || len(f.Acts) != 1 || f.Acts[0].By != desk.System.Name || f.Heat.Points <= 0 {
		t.Errorf("the file %+v", f)
	}
	// The machine has placed them, nobody else: a person may move them, and so may it.
	var pinned int
	if err := o.PG.Pool().QueryRow(t.Context(), `SELECT count(*) FROM topic_doc WHERE pinned`).Scan(&pinned); err != nil || pinned != 0 {
		t.Errorf("%d pinned: %v", pinned, err)
	}
}

// A person takes the machine's joining back: it never does it again, however much comes.
func TestWhatAPersonTookApartStaysApart(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	_, topics := told(t, o, bang, blaze)
	if topics[0] == topics[1] {
		t.Fatal("one topic from the beginning")
	}
	swept(t, o)
	_, more := told(t, o, bang2, blaze2)
	if !slices.Equal(more, topics) {
		t.Fatalf("topics %v, then %v", topics, more)
	}
	swept(t, o)
	f := topicFile(t, o, topics[1])
	if f.Topic.ID != topics[0] || f.Topic.Count != 4 || len(f.Acts) != 1 || !f.Acts[0].Undoable(o.Now()) {
		t.Fatalf("joined: %+v", f.Topic)
	}
	if _, err := o.UndoTopicAct(t.Context(), duty, f.Acts[0].ID); err != nil {
		t.Fatal(err)
	}
	told(t, o, bang+"！", blaze+"！", bang2+"！", blaze2+"！")
	for range 5 {
		swept(t, o)
	}
	if a, b := topicFile(t, o, topics[0]), topicFile(t, o, topics[1]); a.Topic.Count != 4 || b.Topic.Count != 4 || len(b.Other) != 1 {
		t.Errorf("%+v and %+v", a.Topic, b.Topic)
	}
	if n := len(eventsOf(t, o, "topic.joined")); n != 1 {
		t.Errorf("joined %d times", n)
	}
}

// What people do to topics holds against the machine, whatever comes and however
// often it looks: an item that a person placed stays, what was taken apart stays apart.
func TestTheMachineHonoursWhatPeopleDid(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			o := discovering(t)
			duty := o.As(desk.RoleDuty)
			r := rand.New(rand.NewPCG(seed, 7))
			words := []string{bang, bang2, blaze, blaze2, pipe, pipe2, noise}
			var ids []int64
			placed := map[int64]int64{} // item → topic, by a person
			apart := map[[2]int64]bool{}
			of := func(item int64) int64 { return topicOf(t, o, item) }
			split := func(a, b int64) { // two items that a person has taken apart
				if a != b {
					apart[[2]int64{min(a, b), max(a, b)}] = true
				}
			}
			for range 40 {
				switch what := r.IntN(8); {
				case what < 4 || len(ids) < 4:
					more, _ := told(t, o, words[r.IntN(len(words))]+fmt.Sprint(r.IntN(100)))
					ids = append(ids, more...)
				case what == 4:
					x, y := ids[r.IntN(len(ids))], ids[r.IntN(len(ids))]
					from, to := of(x), of(y)
					if _, err := o.MoveItems(t.Context(), duty, from, to, []int64{x}, ""); err == nil {
						placed[x] = y
						for pair := range apart {
							if pair[0] == x || pair[1] == x {
								delete(apart, pair) // it stands elsewhere now, by a person's will
							}
						}
					}
				case what == 5:
					x := ids[r.IntN(len(ids))]
					f := topicFile(t, o, of(x))
					if _, err := o.SplitTopic(t.Context(), duty, f.Topic.ID, []int64{x}, "", ""); err == nil {
						delete(placed, x)
						for _, it := range f.Items {
							split(x, it.ID)
						}
					}
				default:
					swept(t, o)
				}
			}
			for range 3 {
				swept(t, o)
			}
			for x, y := range placed {
				if _, again := placed[y]; !again && of(x) != of(y) && !apart[[2]int64{min(x, y), max(x, y)}] {
					// y may have been split off later, by a person too.
					if f := topicFile(t, o, of(x)); !slices.ContainsFunc(f.Acts, func(a desk.TopicAct) bool { return a.By == duty.Name }) {
						t.Errorf("item %d was put to %d by hand and stands elsewhere", x, y)
					}
				}
			}
			for _, e := range eventsOf(t, o, "topic.joined") {
				if e.Actor != desk.System.Name {
					continue
				}
				if n := count(t, o, `SELECT count(*) FROM topic_act c WHERE c.by_name = $1 AND EXISTS (
					SELECT FROM topic_act p WHERE p.by_name <> $1 AND p.undone_at IS NULL AND p.id < c.id AND p.items && c.items)`, desk.System.Name); n != 0 {
					t.Errorf("the machine moved %d times what a person had placed", n)
				}
			}
			if n := count(t, o, `SELECT count(*) FROM topic_apart a JOIN topic l ON l.id = a.low_id JOIN topic h ON h.id = a.high_id WHERE l.joined_into = h.id OR h.joined_into = l.id`); n != 0 {
				t.Errorf("%d pairs that were taken apart are one", n)
			}
			if n := count(t, o, `SELECT count(*) FROM topic tp WHERE count <> (SELECT count(*) FROM topic_doc WHERE topic_id = tp.id) OR joined_into IS NOT NULL AND count <> 0`); n != 0 {
				t.Errorf("%d topics count wrong", n)
			}
		})
	}
}

func count(t *testing.T, o *desktest.Office, sql string, args ...any) (n int) {
	t.Helper()
	if err := o.PG.Pool().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// Two incidents are two matters, and what is old is left alone.
func TestTheMachineLeavesTopicsApart(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids, topics := told(t, o, bang, blaze)
	swept(t, o)
	for i, title := range []string{"爆炸", "火灾"} {
		if _, err := o.RaiseIncident(t.Context(), duty, desk.Raise{Title: title, Kind: desk.IncidentKinds[0], Items: ids[i : i+1]}); err != nil {
			t.Fatal(err)
		}
	}
	told(t, o, bang2, blaze2)
	swept(t, o)
	if n := len(eventsOf(t, o, "topic.joined")); n != 0 {
		t.Error("two incidents' topics were joined")
	}
	// A topic in which nothing came for days.
	_, old := told(t, o, pipe)
	o.Clock.Move(72 * time.Hour)
	swept(t, o)
	if f := topicFile(t, o, old[0]); f.Topic.ID != old[0] || topics[0] == topics[1] {
		t.Errorf("%+v", f.Topic)
	}
}
