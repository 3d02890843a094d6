package desk_test

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// matters reads texts without knowing anything: every pair of letters is a key, and
// alike is what shares pairs. It stands for the classifier and for discovery.
type matters struct{}

func pairs(s string) map[string]bool {
	r, set := []rune(strings.Join(strings.Fields(s), "")), map[string]bool{}
	for i := 0; i+2 <= len(r); i++ {
		set[string(r[i:i+2])] = true
	}
	return set
}

func (matters) Read(_ context.Context, text desk.Text) (desk.Reading, error) {
	doc := desk.TopicDoc{Title: text.Title, Payload: []byte(text.Title), Place: "临水路"}
	for p := range pairs(text.Title) {
		h := fnv.New64a()
		_, _ = h.Write([]byte(p))
		doc.Keys = append(doc.Keys, int64(h.Sum64()))
	}
	v := desk.Verdict{Kind: desk.KindComplaint, Urgency: desk.UrgencyNormal, Place: "临水路", Confidence: map[string]float64{}}
	if strings.Contains(text.Body, "3人受伤") {
		n := 3
		v.Facts.Injured, v.Urgency = &n, desk.UrgencyUrgent
	}
	return desk.Reading{Verdict: v, Tokens: strings.Fields(text.Title), Doc: doc}, nil
}

func likeness(a, b string) float64 {
	x, y := pairs(a), pairs(b)
	shared := 0
	for p := range x {
		if y[p] {
			shared++
		}
	}
	return float64(shared) / float64(max(1, len(x)+len(y)-shared))
}

func (matters) Place(ctx context.Context, index desk.TopicIndex, docs []desk.TopicDoc) ([]desk.Placement, error) {
	known, err := index.Candidates(ctx, docs, 30)
	if err != nil {
		return nil, err
	}
	out := make([]desk.Placement, len(docs))
	for i, d := range docs {
		p := desk.Placement{With: -1, Score: 1}
		best := 0.0
		for _, k := range known[i] {
			s := likeness(string(d.Payload), string(k.Payload))
			if s >= 0.3 {
				p.Near = append(p.Near, desk.Near{Item: k.Item, Index: -1, Score: s})
			}
			if s >= 0.2 && s > best {
				best, p.Topic = s, k.Topic
			}
		}
		for j := range i {
			s := likeness(string(d.Payload), string(docs[j].Payload))
			if s >= 0.3 {
				p.Near = append(p.Near, desk.Near{Index: j, Score: s})
			}
			if s >= 0.2 && s > best {
				best, p.Topic, p.With = s, out[j].Topic, j
				if out[j].Topic == 0 && out[j].With >= 0 {
					p.With = out[j].With
				}
			}
		}
		if p.Topic != 0 {
			p.With = -1
		}
		slices.SortStableFunc(p.Near, func(a, b desk.Near) int { return int(1000 * (b.Score - a.Score)) })
		out[i] = p
	}
	return out, nil
}

// Title is the one that is most like the others.
func (matters) Title(texts []desk.Text) (title string) {
	best := -1.0
	for _, a := range texts {
		sum := 0.0
		for _, b := range texts {
			sum += likeness(a.Title, b.Title)
		}
		if sum > best {
			best, title = sum, a.Title
		}
	}
	return title
}

// Same asks that every text of each be a little like one of the other: less than Place
// asks, so that there are topics that turn out to be one.
func (matters) Same(a, b []desk.TopicDoc) bool {
	least := 1.0
	for _, two := range [][2][]desk.TopicDoc{{a, b}, {b, a}} {
		for _, x := range two[0] {
			best := 0.0
			for _, y := range two[1] {
				best = max(best, likeness(string(x.Payload), string(y.Payload)))
			}
			least = min(least, best)
		}
	}
	return least >= 0.08 && len(a) > 0 && len(b) > 0
}

func discovering(t *testing.T) *desktest.Office {
	o := desktest.New(t)
	o.Classifier, o.Discoverer = matters{}, matters{}
	return o
}

// told pushes items with these titles and gives their ids and topics.
func told(t *testing.T, o *desktest.Office, titles ...string) (ids, topics []int64) {
	t.Helper()
	n := o.Clock.Now().UnixNano()
	var in []desk.Incoming
	for i, title := range titles {
		in = append(in, desk.Incoming{ExternalID: fmt.Sprintf("%d-%d-%s", n, i, title), Title: title})
	}
	for _, r := range o.Push(in...) {
		ids = append(ids, r.ID)
		topics = append(topics, topicOf(t, o, r.ID))
	}
	return ids, topics
}

func topicOf(t *testing.T, o *desktest.Office, item int64) int64 {
	t.Helper()
	f, err := o.Item(t.Context(), desk.System, item)
	if err != nil {
		t.Fatal(err)
	}
	return f.Item.TopicID
}

func topicFile(t *testing.T, o *desktest.Office, id int64) desk.TopicFile {
	t.Helper()
	f, err := o.OpenTopic(t.Context(), o.As(desk.RoleDuty), id)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

const (
	pipe  = "临水路水管爆裂积水严重"
	pipe2 = "临水路水管爆裂积水很严重"
	noise = "城南工地夜间施工噪音扰民"
)

func TestJoiningHoldsForGood(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids, topics := told(t, o, pipe, noise, noise+"严重")
	a, b := topics[0], topics[1]
	if a == b || topics[2] != b {
		t.Fatalf("topics %v", topics)
	}
	act, err := o.JoinTopics(t.Context(), duty, b, a, "是一件事，电话 13987654471")
	if err != nil {
		t.Fatal(err)
	}
	f := topicFile(t, o, b)
	if f.Topic.ID != a || f.Topic.Count != 3 || len(f.Items) != 3 || f.Heat.Points <= 0 || len(f.Acts) != 1 || f.Acts[0].FromTitle != noise {
		t.Fatalf("the old address leads to %+v", f)
	}
	// What the machine would put into the topic that is gone goes where it leads.
	_, later := told(t, o, noise+"至凌晨")
	if later[0] != a {
		t.Errorf("a new item went to %d, want %d", later[0], a)
	}
	list, err := o.Topics(t.Context(), duty, desk.TopicFilter{ByHeat: true})
	if err != nil || len(list) != 1 || list[0].ID != a || list[0].Count != 4 || list[0].Heat <= 0 {
		t.Fatalf("list %+v, %v", list, err)
	}
	events := eventsOf(t, o, "topic.joined")
	if len(events) != 1 || events[0].Subject.ID != fmt.Sprint(a) || !strings.Contains(events[0].Why, "139****4471") || string(events[0].Before) != fmt.Sprintf(`{"topic":"%d"}`, b) {
		t.Errorf("events %+v", events)
	}
	if _, err := o.JoinTopics(t.Context(), duty, a, b, ""); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("joining into one that is gone: %v", err)
	}
	// Taken back: its items return, what came in meanwhile stays.
	if _, err := o.UndoTopicAct(t.Context(), duty, act.ID); err != nil {
		t.Fatal(err)
	}
	if f := topicFile(t, o, b); f.Topic.ID != b || f.Topic.Count != 2 || topicOf(t, o, ids[1]) != b {
		t.Errorf("after taking back: %+v", f.Topic)
	}
	if f := topicFile(t, o, a); f.Topic.Count != 2 || f.Acts[0].UndoneBy != duty.Name {
		t.Errorf("the other: %+v %+v", f.Topic, f.Acts)
	}
	if _, err := o.UndoTopicAct(t.Context(), duty, act.ID); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("taken back twice: %v", err)
	}
}

func TestSplittingHoldsForGood(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids, topics := told(t, o, pipe, pipe2, "临水路水管爆裂两天没人修", "临水路水管爆裂两天无人修理")
	a := topics[0]
	if topics[3] != a {
		t.Fatalf("topics %v", topics)
	}
	if _, err := o.SplitTopic(t.Context(), duty, a, ids, "", ""); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("all of it split off: %v", err)
	}
	act, err := o.SplitTopic(t.Context(), duty, a, ids[2:], "无人抢修", "说的是抢修")
	if err != nil {
		t.Fatal(err)
	}
	b := act.To
	f := topicFile(t, o, b)
	if f.Topic.Title != "无人抢修" || f.Topic.Count != 2 || f.Topic.Place != "临水路" || len(f.Other) != 1 || f.Other[0].ID != a || len(f.Alike) != 0 {
		t.Fatalf("split off: %+v, apart from %+v, alike %+v", f.Topic, f.Other, f.Alike)
	}
	if f := topicFile(t, o, a); f.Topic.Count != 2 {
		t.Errorf("left: %+v", f.Topic)
	}
	_, more := told(t, o, "临水路水管爆裂两天还无人修理", pipe+"！")
	if more[0] != b || more[1] != a {
		t.Errorf("new ones went to %v, want %d and %d", more, b, a)
	}
	// A new version of a split-off item stays where the person put it.
	if res := o.Push(desk.Incoming{ExternalID: externalOf(t, o, ids[2]), Title: pipe}); res[0].Status != desk.StatusUpdated || topicOf(t, o, ids[2]) != b {
		t.Errorf("a new version: %+v in %d", res, topicOf(t, o, ids[2]))
	}
	if _, err := o.UndoTopicAct(t.Context(), duty, act.ID); err != nil {
		t.Fatal(err)
	}
	if f := topicFile(t, o, b); f.Topic.ID != a || f.Topic.Count != 6 || len(f.Other) != 0 {
		t.Errorf("after taking back: %+v apart from %v", f.Topic, f.Other)
	}
}

func TestNearDuplicatesFollowAMovedItem(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids, topics := told(t, o, pipe, pipe2, noise)
	act, err := o.MoveItems(t.Context(), duty, topics[0], topics[2], ids[1:2], "")
	if err != nil || act.Kind != desk.TopicMoved {
		t.Fatal(act, err)
	}
	_, more := told(t, o, pipe2+"了")
	if more[0] != topics[2] {
		t.Errorf("a near-duplicate of the moved item went to %d, want %d", more[0], topics[2])
	}
	// Two in one batch: the second is a duplicate of the first, which followed.
	_, both := told(t, o, pipe2+"啊", pipe2+"啊啊")
	if both[0] != topics[2] || both[1] != topics[2] {
		t.Errorf("the batch went to %v", both)
	}
	// The last item of a topic: its address leads on.
	if act, err = o.MoveItems(t.Context(), duty, topics[0], topics[2], ids[:1], ""); err != nil || act.Kind != desk.TopicJoined {
		t.Fatal(act, err)
	}
	if f := topicFile(t, o, topics[0]); f.Topic.ID != topics[2] {
		t.Errorf("leads to %d", f.Topic.ID)
	}
	if _, err := o.MoveItems(t.Context(), duty, topics[2], topics[0], ids[2:], ""); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("into one that is gone: %v", err)
	}
}

func TestWhoMayArrangeTopics(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	ids, topics := told(t, o, pipe, noise)
	for _, r := range desk.RoleNames {
		_, err := o.MoveItems(t.Context(), o.As(r.Role), topics[0], topics[0], ids[:1], "")
		if may := r.Role == desk.RoleDuty || r.Role == desk.RoleShiftLead || r.Role == desk.RoleDispatcher; !may {
			_, err = o.JoinTopics(t.Context(), o.As(r.Role), topics[0], topics[1], "")
			if desk.CodeOf(err) != desk.CodeForbidden {
				t.Errorf("%s: %v", r.Role, err)
			}
		} else if desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%s: %v", r.Role, err)
		}
	}
	away := desk.Actor{Name: "外地", PersonID: 1, Roles: []desk.Role{desk.RoleDuty}, Region: "1101", Via: "session"}
	if _, err := o.JoinTopics(t.Context(), away, topics[0], topics[1], ""); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("from another region: %v", err)
	}
	if _, err := o.SplitTopic(t.Context(), o.As(desk.RoleDuty), topics[0], ids[1:], "", ""); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("an item of another topic: %v", err)
	}
}

// Who logs a call says which item it repeats.
func TestSameMatterAsAnotherItem(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	operator := o.As(desk.RoleOperator)
	ids, topics := told(t, o, pipe)
	log := func(key, title string) int64 {
		res, err := o.LogCall(t.Context(), operator, desk.Incoming{ExternalID: "seat-" + key, Title: title})
		if err != nil {
			t.Fatal(err)
		}
		return res.ID
	}
	call := log("AAAAAAAAAAAAAAAAAAAA", "家里没水了")
	if topicOf(t, o, call) == topics[0] {
		t.Fatal("the machine knew")
	}
	for range 2 {
		if err := o.SameMatter(t.Context(), operator, call, ids[0]); err != nil {
			t.Fatal(err)
		}
	}
	if topicOf(t, o, call) != topics[0] {
		t.Error("it went elsewhere")
	}
	late := log("BBBBBBBBBBBBBBBBBBBB", "也没水")
	o.Clock.Move(time.Hour)
	if err := o.SameMatter(t.Context(), operator, late, ids[0]); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an hour later: %v", err)
	}
	if err := o.SameMatter(t.Context(), o.As(desk.RoleDuty), late, ids[0]); err != nil {
		t.Error(err)
	}
	if err := o.SameMatter(t.Context(), o.As(desk.RoleLeader), late, ids[0]); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("a leader: %v", err)
	}
}

// People arrange topics while items pour in: whatever the order, every item stands in
// one topic that stands for itself, and topics count what stands in them.
func TestArrangingWhileItemsPourIn(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids, topics := told(t, o, pipe, noise)
	var all sync.WaitGroup
	for w := range 3 {
		all.Go(func() {
			for i := range 8 {
				o.Push(desk.Incoming{ExternalID: fmt.Sprintf("w%d-%d-a", w, i), Title: pipe + strings.Repeat("啊", i)},
					desk.Incoming{ExternalID: fmt.Sprintf("w%d-%d-b", w, i), Title: noise + strings.Repeat("啊", i)})
			}
		})
	}
	all.Go(func() {
		for range 4 {
			act, err := o.JoinTopics(t.Context(), duty, topics[1], topics[0], "")
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := o.UndoTopicAct(t.Context(), duty, act.ID); err != nil {
				t.Error(err)
			}
		}
		if _, err := o.JoinTopics(t.Context(), duty, topics[1], topics[0], ""); err != nil {
			t.Error(err)
		}
	})
	all.Go(func() {
		for range 6 {
			if _, err := o.SweepTopics(t.Context(), o.Clock.Move(time.Minute)); err != nil {
				t.Error(err)
			}
		}
	})
	all.Wait()
	f := topicFile(t, o, topics[1])
	if f.Topic.ID != topics[0] || f.Topic.Count != 2+3*8*2 || topicOf(t, o, ids[1]) != topics[0] {
		t.Errorf("%+v", f.Topic)
	}
	var wrong int
	if err := o.PG.Pool().QueryRow(t.Context(), `
		SELECT count(*) FROM topic tp WHERE count <> (SELECT count(*) FROM item WHERE topic_id = tp.id) OR count <> (SELECT count(*) FROM topic_doc WHERE topic_id = tp.id)
			OR joined_into IS NOT NULL AND count <> 0`).Scan(&wrong); err != nil || wrong != 0 {
		t.Errorf("%d topics count wrong: %v", wrong, err)
	}
}

// eventsOf gives the record of a type.
func eventsOf(t *testing.T, o *desktest.Office, typ string) []desk.Event {
	t.Helper()
	list, err := o.Events(t.Context(), desk.System, desk.EventFilter{Type: typ, Page: desk.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func externalOf(t *testing.T, o *desktest.Office, item int64) string {
	t.Helper()
	f, err := o.Item(t.Context(), desk.System, item)
	if err != nil {
		t.Fatal(err)
	}
	return f.Item.ExternalID
}
