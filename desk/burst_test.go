package desk_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// flood pushes n items about one matter, a minute apart.
func flood(t *testing.T, o *desktest.Office, title string, n int) (ids []int64) {
	t.Helper()
	for i := range n {
		at := o.Clock.Move(time.Minute)
		res := o.Push(desk.Incoming{ExternalID: fmt.Sprintf("%s-%d", title, at.UnixNano()), Title: title + strings.Repeat("急", i%3)})
		ids = append(ids, res[0].ID)
	}
	return ids
}

func swept(t *testing.T, o *desktest.Office) {
	t.Helper()
	if _, err := o.SweepTopics(t.Context(), o.Clock.Move(10*time.Second)); err != nil {
		t.Fatal(err)
	}
}

func openNotices(t *testing.T, o *desktest.Office) (list []desk.Notice) {
	t.Helper()
	list, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{Open: true})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

func TestBurstAsksOnce(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	o.Channels = []string{"slack"}
	duty := o.As(desk.RoleDuty)
	told(t, o, noise, "老城路灯不亮")
	swept(t, o)
	if list := openNotices(t, o); len(list) != 0 {
		t.Fatalf("ordinary items: %+v", list)
	}
	ids := flood(t, o, pipe, 12)
	topic := topicOf(t, o, ids[0])
	var nodes sync.WaitGroup
	now := o.Clock.Move(time.Minute)
	for range 4 {
		nodes.Go(func() {
			if _, err := o.SweepTopics(t.Context(), now); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	swept(t, o)
	list := openNotices(t, o)
	if len(list) != 1 || list[0].Kind != "burst" || list[0].TopicID != topic || len(list[0].Deliveries) != 1 || strings.Contains(list[0].Outside, "水管") || !strings.Contains(list[0].Text, pipe) {
		t.Fatalf("notices %+v", list)
	}
	f := topicFile(t, o, topic)
	if len(f.Bursts) != 1 {
		t.Fatalf("bursts %+v", f.Bursts)
	}
	b := f.Bursts[0]
	if e := b.Evidence; b.State != desk.BurstOpen || b.Count != 12 || e.Hour != 12 || e.Usual <= 0 || e.Usual > 3 || len(e.Items) != 3 || e.Items[0] != ids[0] || e.Channels["hotline"] != 12 || e.Place != "临水路" {
		t.Errorf("evidence %+v", b)
	}
	if err := o.DeclineBurst(t.Context(), duty, topic, " "); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := o.DeclineBurst(t.Context(), o.As(desk.RoleOperator), topic, "抢修已到场"); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an operator: %v", err)
	}
	if err := o.DeclineBurst(t.Context(), duty, topic, "抢修已到场"); err != nil {
		t.Fatal(err)
	}
	if err := o.DeclineBurst(t.Context(), duty, topic, "抢修已到场"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("declined twice: %v", err)
	}
	flood(t, o, pipe, 8) // 20: not twice as many yet
	swept(t, o)
	if list := openNotices(t, o); len(list) != 0 {
		t.Fatalf("asked again: %+v", list)
	}
	flood(t, o, pipe, 6)
	swept(t, o)
	if list := openNotices(t, o); len(list) != 1 {
		t.Fatalf("twice as many: %+v", list)
	}
	if asked := eventsOf(t, o, "topic.burst"); len(asked) != 2 {
		t.Errorf("%d events", len(asked))
	}
}

func TestBurstBecomesAnIncident(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids := flood(t, o, pipe, 12)
	topic := topicOf(t, o, ids[0])
	swept(t, o)
	if len(openNotices(t, o)) != 1 {
		t.Fatal("not asked")
	}
	in, err := o.RaiseIncident(t.Context(), duty, desk.Raise{Title: "临水路水管爆裂", Kind: desk.KindOpinion, Items: ids, Topic: topic})
	if err != nil {
		t.Fatal(err)
	}
	f := topicFile(t, o, topic)
	if b := f.Bursts[0]; b.State != desk.BurstRaised || b.IncidentID != in.ID || b.DecidedBy != duty.Name {
		t.Errorf("%+v", b)
	}
	if list := openNotices(t, o); len(list) != 0 {
		t.Errorf("still asked: %+v", list)
	}
	flood(t, o, pipe, 4)
	swept(t, o)
	if list := openNotices(t, o); len(list) != 0 {
		t.Errorf("asked about what is an incident: %+v", list)
	}
}

func TestBurstJoinsAnIncidentThatIsThere(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	in, err := o.RaiseIncident(t.Context(), duty, desk.Raise{Title: "老城停水", Kind: desk.KindOpinion})
	if err != nil {
		t.Fatal(err)
	}
	ids := flood(t, o, pipe, 12)
	_, other := told(t, o, noise)
	topic := topicOf(t, o, ids[0])
	swept(t, o)
	// The question goes along when the topic is joined into another.
	if _, err := o.JoinTopics(t.Context(), duty, topic, other[0], ""); err != nil {
		t.Fatal(err)
	}
	if list := openNotices(t, o); len(list) != 1 || list[0].TopicID != other[0] {
		t.Fatalf("notices %+v", list)
	}
	if in, err = o.AttachTopic(t.Context(), duty, other[0], in.ID); err != nil || in.Items != 13 {
		t.Fatal(in, err)
	}
	if b := topicFile(t, o, topic).Bursts[0]; b.State != desk.BurstAttached || b.IncidentID != in.ID {
		t.Errorf("%+v", b)
	}
	if list := openNotices(t, o); len(list) != 0 {
		t.Errorf("still asked: %+v", list)
	}
}

// An old table that is brought in at once is no burst.
func TestOldItemsAreNoBurst(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	var in []desk.Incoming
	for i := range 30 {
		at := o.Clock.Now().AddDate(0, 0, -10-i)
		in = append(in, desk.Incoming{ExternalID: fmt.Sprint(i), Title: pipe, Body: fmt.Sprint(i), OccurredAt: &at})
	}
	o.Push(in...)
	swept(t, o)
	if list := openNotices(t, o); len(list) != 0 {
		t.Errorf("asked: %+v", list)
	}
}

// The question whether a topic is an incident closes when an incident holds most of
// it, however the items got there.
func TestBurstIsSettledByAnIncident(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	duty := o.As(desk.RoleDuty)
	ids := flood(t, o, pipe, 12)
	topic := topicOf(t, o, ids[0])
	swept(t, o)
	if len(openNotices(t, o)) != 1 {
		t.Fatal("no suggestion")
	}
	in, err := o.RaiseIncident(t.Context(), duty, desk.Raise{Title: "爆管", Kind: desk.IncidentKinds[0], Items: ids[:3]})
	if err != nil {
		t.Fatal(err)
	}
	swept(t, o)
	if b := topicFile(t, o, topic).Bursts[0]; b.State != desk.BurstOpen {
		t.Fatalf("of three items of twelve: %+v", b)
	}
	if _, err := o.AttachItems(t.Context(), duty, in.ID, ids[3:7]); err != nil {
		t.Fatal(err)
	}
	now := o.Clock.Move(time.Minute)
	var nodes sync.WaitGroup
	for i := range 3 {
		nodes.Go(func() {
			if _, err := o.SweepTopics(t.Context(), now.Add(time.Duration(i)*4*time.Second)); err != nil {
				t.Error(err)
			}
		})
	}
	nodes.Wait()
	b := topicFile(t, o, topic).Bursts[0]
	if b.State != desk.BurstAttached || b.IncidentID != in.ID || b.DecidedBy != desk.System.Name || len(openNotices(t, o)) != 0 {
		t.Errorf("%+v", b)
	}
	decided := eventsOf(t, o, "topic.decided")
	if len(decided) != 1 || decided[0].Actor != desk.System.Name || decided[0].IncidentID != in.ID {
		t.Errorf("events %+v", decided)
	}
	if err := o.DeclineBurst(t.Context(), duty, topic, "已成事件"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("declined afterwards: %v", err)
	}
}
