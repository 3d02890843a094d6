package mirror

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/ingest/ingesttest"
)

// mirrored is an office with a mirrored platform that is told of ours.
type mirrored struct {
	*ingesttest.Door
	*testing.T
	platform *platform
	sealer   *pg.Sealer
}

func mirroring(t *testing.T, tickets ...ticket) *mirrored {
	t.Helper()
	p := startPlatform(t, "s3cret")
	src := p.withPush()
	src.Password = "s3cret"
	d := ingesttest.Open(t, mirrorKind(), src)
	d.Feed = d.PG.Feed()
	m := &mirrored{Door: d, T: t, platform: p, sealer: pg.NewSealer(d.PG, pg.SealerOptions{Now: d.Now, Real: time.Now})}
	for _, one := range tickets {
		p.put(one)
	}
	d.Poll()
	return m
}

func (m *mirrored) pusher() *Pusher { return &Pusher{Desk: m.Desk, Guard: guard()} }

func (m *mirrored) must(err error) {
	m.Helper()
	if err != nil {
		m.Fatal(err)
	}
}

// push seals what was done and tells the platform until there is nothing more to tell.
func (m *mirrored) push() {
	m.Helper()
	m.seal()
	for more := true; more; {
		var err error
		if more, err = m.pusher().RunOnce(m.Context(), m.Now()); err != nil {
			m.Fatal(err)
		}
	}
}

func (m *mirrored) seal() {
	m.Helper()
	_, err := m.sealer.RunOnce(m.Context(), m.Now())
	m.must(err)
}

func (m *mirrored) item(no string) desk.Item {
	m.Helper()
	it, ok := m.Items()[no]
	if !ok {
		m.Fatalf("no item %s", no)
	}
	return it
}

// raise makes an incident of tickets.
func (m *mirrored) raise(title string, nos ...string) desk.Incident {
	m.Helper()
	var ids []int64
	for _, no := range nos {
		ids = append(ids, m.item(no).ID)
	}
	deaths := 3
	in, err := m.RaiseIncident(m.Context(), m.As(desk.RoleDuty), desk.Raise{Title: title, Kind: "事故灾难", Summary: "内部研判：责任在某单位", Items: ids,
		Grade: &desk.Grade{Level: desk.LevelMajor, At: m.Now()}})
	m.must(err)
	_, err = m.NoteFacts(m.Context(), m.As(desk.RoleDuty), in.ID, desk.Facts{Deaths: &deaths}, "现场指挥部")
	m.must(err)
	return in
}

// publish brings a text through the whole chain.
func (m *mirrored) publish(in desk.Incident, body string) {
	m.Helper()
	ctx := m.Context()
	r, err := m.DraftRelease(ctx, m.As(desk.RolePress), in.ID, desk.ReleaseFirst, "情况通报", body)
	m.must(err)
	m.push() // a draft is nobody's business
	r, err = m.SubmitRelease(ctx, m.As(desk.RolePress), r.ID, r.Current.N)
	m.must(err)
	r, err = m.ReviewRelease(ctx, m.As(desk.RoleSecrecy), r.ID, r.Current.N, desk.ReviewPass, "不涉密", nil)
	m.must(err)
	r, err = m.SignRelease(ctx, m.As(desk.RoleLeader), r.ID, r.Current.N, true, "", nil)
	m.must(err)
	_, err = m.PublishRelease(ctx, m.As(desk.RolePress), r.ID, r.Current.N, desk.Publish{Channel: "门户网站", Proof: desk.Proof{Address: "https://yunze.example/t/1"}})
	m.must(err)
}

func tickets(nos ...string) (list []ticket) {
	for _, no := range nos {
		list = append(list, ticket{No: no, Title: "清水路积水 " + no, Content: "积水半米，请处理。", Status: "20"})
	}
	return list
}

// TestPushBack: the platform is told topic, incident and published lines of its ticket,
// each change once, and nothing else of ours.
func TestPushBack(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A", "B", "C")...)
	m.push()
	if len(m.platform.calls) != 0 {
		t.Fatalf("there was nothing to tell: %+v", m.platform.calls)
	}
	in := m.raise("清水路积水，联系人 13900001234", "A")
	m.push()
	told := m.platform.told("A")
	if len(told) != 1 || told[0].Incident == nil || told[0].Incident.Level != "" || strings.Contains(told[0].Incident.Title, "13900001234") || len(told[0].Lines) != 0 {
		t.Fatalf("after the incident: %+v", told)
	}
	if in, err := m.ConfirmIncident(t.Context(), m.As(desk.RoleDuty), in.ID, desk.Grade{Level: desk.LevelExtreme, Document: "云应急〔2026〕1号", Body: "市政府", At: m.Now()}, "核定"); err != nil {
		t.Fatalf("%+v %v", in, err)
	}
	m.publish(in, "积水已排除，道路恢复通行。")
	m.push()
	told = m.platform.told("A")
	last := told[len(told)-1]
	want := desk.MirrorLine{Title: "情况通报", Text: "积水已排除，道路恢复通行。", Address: "https://yunze.example/t/1", Channel: "门户网站", PublishedAt: m.Now().UTC()}
	if last.Incident.Level != desk.LevelExtreme || len(last.Lines) != 1 || !reflect.DeepEqual(last.Lines[0], want) {
		t.Fatalf("after the release: %+v", last)
	}
	calls := len(m.platform.calls)
	if _, err := m.SettleItem(t.Context(), m.As(desk.RoleDuty), m.item("B").ID, true, ""); err != nil {
		t.Fatal(err)
	}
	m.platform.put(ticket{No: "A", Title: "清水路积水 A", Content: "积水半米，请处理。", Status: "30"})
	m.Poll()
	m.push()
	m.push()
	if len(m.platform.calls) != calls {
		t.Errorf("told again without a change: %+v", m.platform.calls[calls:])
	}
	all, err := json.Marshal(m.platform.calls)
	m.must(err)
	for _, secret := range []string{"13900001234", "内部研判", "deaths", `"` + desk.LevelMajor + `"`, "现场指挥部", "请处理"} {
		if strings.Contains(string(all), secret) {
			t.Errorf("%q left the house: %s", secret, all)
		}
	}
	if _, err := m.AttachItems(t.Context(), m.As(desk.RoleDuty), in.ID, []int64{m.item("C").ID}); err != nil {
		t.Fatal(err)
	}
	m.push()
	if told := m.platform.told("C"); len(told) != 1 || len(told[0].Lines) != 1 {
		t.Errorf("a ticket attached later: %+v", told)
	}
	if st, err := m.MirrorStandingOf(t.Context(), desk.System, m.Source.ID); err != nil || st.Told != 2 || st.Waiting != 0 || st.LastSuccess == nil {
		t.Errorf("%+v %v", st, err)
	}
}

// TestTopicIsTold: a ticket's topic goes back, with numbers in its title hidden, and goes again when people join topics.
func TestTopicIsTold(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A")...)
	var first, second int64
	m.must(m.Store.InTx(t.Context(), func(tx desk.Tx) error {
		list := []*desk.Topic{{Title: "清水路积水 13900001234", First: m.Now(), Last: m.Now()}, {Title: "全城积水", First: m.Now(), Last: m.Now()}}
		err := tx.NewTopics(t.Context(), list)
		first, second = list[0].ID, list[1].ID
		return err
	}))
	put := func(topic int64) {
		_, err := m.PG.Pool().Exec(t.Context(), `UPDATE item SET topic_id = $1 WHERE id = $2`, topic, m.item("A").ID)
		m.must(err)
	}
	put(first)
	m.push() // the first look takes all that is there
	if told := m.platform.told("A"); len(told) != 1 || told[0].Topic == nil || told[0].Topic.Title != "清水路积水 139****1234" || told[0].Incident != nil {
		t.Fatalf("%+v", told)
	}
	put(second)
	m.must(m.Store.InTx(t.Context(), func(tx desk.Tx) error {
		e := desk.Event{At: m.Now(), ActedAt: m.Now(), Type: "topic.joined", Subject: desk.Subject{Kind: "topic", ID: id(second)}}
		e.Data, _ = json.Marshal(map[string]any{"from": id(first), "items": []string{id(m.item("A").ID)}})
		return tx.Record(t.Context(), e)
	}))
	m.push()
	if told := m.platform.told("A"); len(told) != 2 || told[1].Topic.Title != "全城积水" || told[1].Version <= told[0].Version {
		t.Errorf("%+v", told)
	}
}

// TestSealedIsNotTold: of a ticket that is 保密 nothing of ours leaves.
func TestSealedIsNotTold(t *testing.T) {
	t.Parallel()
	m := mirroring(t, ticket{No: "S", Title: "举报", Content: "请保密", Secret: 1})
	m.raise("保密事项", "S")
	m.push()
	if len(m.platform.calls) != 0 {
		t.Errorf("%+v", m.platform.calls)
	}
}

// TestPlatformFails: an outage is waited out, longer each time, without giving anything
// up; then each ticket is told once. What is asked for is granted.
func TestPlatformFails(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A", "B", "C")...)
	m.raise("积水", "A", "B", "C")
	m.platform.set(func() { m.platform.pushed = http.StatusServiceUnavailable })
	for range 4 {
		m.push()
		m.Clock.Move(20 * time.Minute)
	}
	if n := len(m.platform.calls); n < 2 || n > 8 {
		t.Errorf("%d calls during the outage", n)
	}
	st, err := m.MirrorStandingOf(t.Context(), desk.System, m.Source.ID)
	if err != nil || st.Failures == 0 || st.Waiting != 3 || !strings.Contains(st.LastError, "503") || strings.Contains(st.LastError, "127.0.0.1") {
		t.Errorf("%+v %v", st, err)
	}
	m.push()
	calls := len(m.platform.calls)
	m.push()
	if len(m.platform.calls) != calls {
		t.Error("a platform that just failed isn't left alone")
	}
	m.platform.set(func() { m.platform.pushed = 0 })
	m.Clock.Move(time.Hour)
	m.push()
	for _, no := range []string{"A", "B", "C"} {
		if told := m.platform.told(no); len(told) != 1 {
			t.Errorf("%s: %+v", no, told)
		}
	}
	if st, err := m.MirrorStandingOf(t.Context(), desk.System, m.Source.ID); err != nil || st.Failures != 0 || st.Waiting != 0 {
		t.Errorf("%+v %v", st, err)
	}
	events, err := m.Events(t.Context(), m.As(desk.RoleAuditor), desk.EventFilter{Page: desk.Page{Limit: 1000}})
	m.must(err)
	count := map[string]int{}
	for _, e := range events {
		count[e.Type]++
	}
	if count["mirror.failing"] != 1 || count["mirror.recovered"] != 1 || count["item.told"] != 3 {
		t.Errorf("on the record: %v", count)
	}
}

// TestRefusedAlone: a content that the platform refuses holds nobody else up, and is tried again hours later.
func TestRefusedAlone(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A", "B")...)
	m.raise("积水", "A", "B")
	m.platform.set(func() { m.platform.pushed = http.StatusUnprocessableEntity })
	m.push()
	if n := len(m.platform.calls); n != 2 {
		t.Errorf("%d calls", n)
	}
	st, err := m.MirrorStandingOf(t.Context(), desk.System, m.Source.ID)
	if err != nil || st.Refused != 2 || st.Failures != 0 {
		t.Errorf("%+v %v", st, err)
	}
	m.platform.set(func() { m.platform.pushed = 0 })
	m.Clock.Move(7 * time.Hour)
	m.push()
	if len(m.platform.taken) != 2 || m.platform.calls[0].Key != m.platform.calls[2].Key && m.platform.calls[0].Key != m.platform.calls[3].Key {
		t.Errorf("%+v", m.platform.calls)
	}
}

// TestAnswerDropped: the platform took it and the answer was lost; the same goes again under the same key.
func TestAnswerDropped(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A")...)
	m.raise("积水", "A")
	m.platform.set(func() { m.platform.dropped = true })
	m.push()
	m.platform.set(func() { m.platform.dropped = false })
	m.Clock.Move(time.Hour)
	m.push()
	if len(m.platform.calls) < 2 || len(m.platform.taken) != 1 {
		t.Errorf("%d calls, taken %+v", len(m.platform.calls), m.platform.taken)
	}
}

// TestChangedDuringTheCall: what changes while a ticket is being told is told as well.
func TestChangedDuringTheCall(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A")...)
	in := m.raise("积水", "A")
	m.seal()
	var once sync.Once
	m.platform.set(func() {
		m.platform.before = func() {
			once.Do(func() {
				m.publish2(in)
			})
		}
	})
	m.push()
	m.platform.set(func() { m.platform.before = nil })
	m.push()
	told := m.platform.told("A")
	if len(told) != 2 || len(told[0].Lines) != 0 || len(told[1].Lines) != 1 {
		t.Errorf("%+v", told)
	}
}

// publish2 publishes without pushing in between, and has it followed at once.
func (m *mirrored) publish2(in desk.Incident) {
	ctx := m.Context()
	r, err := m.DraftRelease(ctx, m.As(desk.RolePress), in.ID, desk.ReleaseFirst, "情况通报", "已恢复。")
	m.must(err)
	r, err = m.SubmitRelease(ctx, m.As(desk.RolePress), r.ID, r.Current.N)
	m.must(err)
	r, err = m.ReviewRelease(ctx, m.As(desk.RoleSecrecy), r.ID, r.Current.N, desk.ReviewPass, "不涉密", nil)
	m.must(err)
	r, err = m.SignRelease(ctx, m.As(desk.RoleLeader), r.ID, r.Current.N, true, "", nil)
	m.must(err)
	_, err = m.PublishRelease(ctx, m.As(desk.RolePress), r.ID, r.Current.N, desk.Publish{Channel: "门户网站", Proof: desk.Proof{Address: "https://yunze.example/t/2"}})
	m.must(err)
	m.seal()
	_, err = m.FollowMirrors(ctx, m.Now(), []int64{m.Source.ID})
	m.must(err)
}

// TestNodesAtOnce: four nodes tell each ticket once.
func TestNodesAtOnce(t *testing.T) {
	t.Parallel()
	var nos []string
	for _, r := range "ABCDEFGHIJKLMNOPQRSTUVWXYZ" {
		nos = append(nos, string(r))
	}
	m := mirroring(t, tickets(nos...)...)
	m.Poll() // pages of three: more than one poll takes
	m.raise("积水", nos...)
	m.seal()
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			for more := true; more; {
				var err error
				if more, err = m.pusher().RunOnce(t.Context(), m.Now()); err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	m.push()
	if len(m.platform.calls) != len(nos) || len(m.platform.taken) != len(nos) {
		t.Errorf("%d calls for %d tickets", len(m.platform.calls), len(nos))
	}
}

// TestKilledAnywhere: nodes die after the claim, or between the call and its record; the
// platform fails and loses answers. In the end it knows the last of every ticket, a key
// always meant one content, and no content went out under two keys.
func TestKilledAnywhere(t *testing.T) {
	t.Parallel()
	m := mirroring(t, tickets("A", "B", "C", "D")...)
	incidents := []desk.Incident{m.raise("积水一", "A"), m.raise("积水二", "B")}
	mapping, err := ReadMapping(m.Source.Settings)
	m.must(err)
	rapid.Check(t, func(r *rapid.T) {
		for range rapid.IntRange(1, 6).Draw(r, "acts") {
			switch rapid.SampledFrom([]string{"attach", "publish", "push", "die before", "die after", "fail", "drop", "time"}).Draw(r, "act") {
			case "attach":
				no := rapid.SampledFrom([]string{"A", "B", "C", "D"}).Draw(r, "ticket")
				in := rapid.SampledFrom(incidents).Draw(r, "incident")
				_, err := m.AttachItems(t.Context(), m.As(desk.RoleDuty), in.ID, []int64{m.item(no).ID})
				m.must(err)
			case "publish":
				m.publish2(rapid.SampledFrom(incidents).Draw(r, "incident"))
			case "push":
				m.push()
			case "die before":
				m.seal()
				_, _, err := m.ClaimMirrorCalls(t.Context(), m.Now(), []int64{m.Source.ID}, 4)
				m.must(err)
			case "die after":
				m.seal()
				calls, _, err := m.ClaimMirrorCalls(t.Context(), m.Now(), []int64{m.Source.ID}, 4)
				m.must(err)
				for _, c := range calls {
					m.pusher().call(t.Context(), mapping, c)
				}
			case "fail":
				m.platform.set(func() { m.platform.pushed = http.StatusBadGateway })
				m.push()
			case "drop":
				m.platform.set(func() { m.platform.dropped = true })
				m.push()
			case "time":
				m.Clock.Move(time.Duration(rapid.IntRange(1, 90).Draw(r, "minutes")) * time.Minute)
			}
			m.platform.set(func() { m.platform.pushed, m.platform.dropped = 0, false })
		}
		m.Clock.Move(24 * time.Hour)
		m.push()
		m.Clock.Move(24 * time.Hour)
		m.push()
		m.check(r)
	})
}

// check compares what the platform knows with what is.
func (m *mirrored) check(r *rapid.T) {
	for _, no := range []string{"A", "B", "C", "D"} {
		it := m.item(no)
		told := m.platform.told(no)
		if it.IncidentID == 0 {
			if len(told) != 0 {
				r.Fatalf("%s: told of nothing: %+v", no, told)
			}
			continue
		}
		lines := 0
		m.must(m.Store.View(m.Context(), func(tx desk.Tx) error {
			pubs, err := tx.PublicationsOf(m.Context(), it.IncidentID)
			lines = len(pubs)
			return err
		}))
		if len(told) == 0 {
			r.Fatalf("%s was never told", no)
		}
		last := told[len(told)-1]
		if last.Incident.Number != id(it.IncidentID) || len(last.Lines) != lines {
			r.Fatalf("%s: the platform knows %+v; it is incident %d with %d lines", no, last, it.IncidentID, lines)
		}
		for i := 1; i < len(told); i++ {
			a, b := told[i-1], told[i]
			if a.Version == b.Version {
				r.Fatalf("%s: version %d twice", no, a.Version)
			}
			if b.Version = a.Version; reflect.DeepEqual(a, b) {
				r.Fatalf("%s: the same went out under two keys: %+v", no, told)
			}
		}
	}
	meant := map[string]desk.MirrorContent{}
	for _, c := range m.platform.calls {
		if was, ok := meant[c.Key]; ok && !reflect.DeepEqual(was, c.Content) {
			r.Fatalf("key %s meant two contents", c.Key)
		}
		meant[c.Key] = c.Content
	}
}
