package mirror

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

func rawTickets(msgs ...ingesttest.Message) desk.Raw {
	list := make([]ticket, len(msgs))
	for i, m := range msgs {
		list[i] = ticket{No: m.ID, Title: m.Title, Content: m.Body, Status: "20", Update: "2026-11-20 09:00:00"}
	}
	b, err := json.Marshal(map[string]any{"data": map[string]any{"list": list}})
	if err != nil {
		panic(err)
	}
	return desk.Raw{ContentType: "application/json", Bytes: b}
}

// mapped reads with a mapping of its own where the suite's source has none.
type mapped struct{ Parser }

func (m mapped) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	src.Settings = json.RawMessage(testMapping)
	return m.Parser.Parse(src, raw, zone)
}

func TestSuiteTickets(t *testing.T) {
	k := mirrorKind()
	k.Parser = mapped{}
	ingesttest.Parsers(t, k, desk.Source{URL: "http://platform.example.com/tickets"}, rawTickets)
}

func TestSuitePlatform(t *testing.T) {
	ingesttest.Pollers(t, mirrorKind(), func(t testing.TB, password string) (ingesttest.Outside, desk.Source) {
		p := startPlatform(t, password)
		return p, p.source()
	})
}

func TestReadMapping(t *testing.T) {
	t.Parallel()
	with := func(more string) string { return `{"external_id":"/id","title":"/t",` + more + `}` }
	for in, says := range map[string]string{
		testMapping: "", `{"external_id":"/id","text":"/t"}`: "", with(`"push":{"url":"https://p.example.com/x"}`): "", with(`"reply_text":"/r"`): "",
		``: "请填写", `{"external_id":"/id"}`: "title 或 text", `{"title":"/t"}`: "external_id", with(`"body":"/b"`): "“body”", with(`"replies":"/r"`): "reply_text",
		with(`"reply_by":"/r"`): "reply_text", with(`"states":{"1":"待受理"}`): "还须写明 state", with(`"state":"/s","states":{"1":"转办"}`): "“转办”无法识别",
		with(`"request":{"since":"s"}`): "changed", with(`"request":{"form":"s"}`): "request 中没有“form”", with(`"request":[]`): "“request”应为一个 JSON 对象", with(`"request":{"page_size":"9"}`): "整数", with(`"request":{"since":"a b"},"changed":"/c"`): "参数名",
		with(`"request":{"page_size":5000}`): "1 到 1000", with(`"request":{"next":"next"}`): "以 / 开头", with(`"request":{"next":"/n"}`): "request.page", with(`"request":{"header":"X Y"}`): "请求头",
		with(`"request":{"overlap":-1}`): "overlap", with(`"request":{"from":"2026"}`): "request.since", with(`"request":{"first_page":7}`): "first_page",
		with(`"push":{"url":"ftp://x"}`): "push.url", with(`"push":{"url":"http://u:p@x/"}`): "用户名", with(`"push":{"header":"X-Key"}`): "push.url", with(`"push":{"uri":"x"}`): "push 中没有",
		with(`"limit":"due"`): "“limit”须以 / 开头", with(`"state":7`): "应为文字", "{\n\n\"title\":,\n}": "第 3 行",
	} {
		_, err := ReadMapping(json.RawMessage(in))
		var e *desk.Error
		switch {
		case says == "" && err != nil:
			t.Errorf("%s: %v", in, err)
		case says != "" && (!errors.As(err, &e) || e.Field != "settings" || !strings.Contains(e.Message(), says)):
			t.Errorf("%.120s: %v, want %s", in, err, says)
		}
	}
}

// TestTicketAsItStands: state, limit and replies stand on the item and change with the
// platform's, a version each; what is 保密 there is 保密 here.
func TestTicketAsItStands(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, mirrorKind(), p.source())
	one := ticket{No: "YZ-1", Title: "清水路积水", Content: "<p>路口积水，<br>行人绕行。</p>", Status: "10", Deadline: "2026-11-22 18:00:00"}
	p.put(one)
	p.put(ticket{No: "YZ-2", Title: "举报", Content: "请保密。", Status: "挂起待查", Secret: 1})
	d.Poll()
	items := d.Items()
	it := items["YZ-1"]
	if it.Extra == nil || it.Extra.Mirror == nil || it.Body != "路口积水，\n行人绕行。" {
		t.Fatalf("%+v", it)
	}
	m := it.Extra.Mirror
	if m.State != desk.MirrorPending || m.StateName() != "待受理" || it.Limit() == nil || !it.Limit().Equal(time.Date(2026, 11, 22, 10, 0, 0, 0, time.UTC)) || len(m.Replies) != 0 {
		t.Errorf("%+v limit %v", m, it.Limit())
	}
	if s := items["YZ-2"]; !s.Sealed || s.Extra.Mirror.State != "" || s.Extra.Mirror.StateName() != "挂起待查" {
		t.Errorf("%+v", s)
	}
	one.Status, one.Replies = "30", []said{{"已疏通，请放心。联系电话 13900001234。", "2026-11-21 10:00:00", "市城管局"}, {"", "", ""}}
	p.put(one)
	d.Poll()
	it = d.Items()["YZ-1"]
	if m = it.Extra.Mirror; it.Version != 2 || m.State != desk.MirrorClosed || !m.Done() || len(m.Replies) != 1 || m.Replies[0].By != "市城管局" || m.Replies[0].At == nil {
		t.Errorf("version %d %+v", it.Version, m)
	}
	if strings.Contains(m.Replies[0].Text, "13900001234") {
		t.Errorf("a number in a reply is shown: %q", m.Replies[0].Text)
	}
	f, err := d.Item(t.Context(), desk.System, it.ID)
	if err != nil || len(f.Versions) != 1 || f.Versions[0].Extra == nil || f.Versions[0].Extra.Mirror.State != desk.MirrorPending {
		t.Errorf("earlier versions: %+v %v", f.Versions, err)
	}
}

// TestTicketsAtFault: one ticket that can't be mapped doesn't harm the others, and says which place is at fault.
func TestTicketsAtFault(t *testing.T) {
	t.Parallel()
	zone := time.FixedZone("", 8*3600)
	src := desk.Source{Settings: json.RawMessage(testMapping)}
	parse := func(one string) desk.Part {
		t.Helper()
		parts, err := Parser{}.Parse(src, desk.Raw{Bytes: []byte(`{"data":{"list":[` + one + `]}}`)}, zone)
		if err != nil || len(parts) != 1 {
			t.Fatalf("%s: %d parts, %v", one, len(parts), err)
		}
		return parts[0]
	}
	for one, field := range map[string]string{
		`{"order_no":7,"title":"a"}`: "", `{"title":"a"}`: "external_id", `{"order_no":"1"}`: "text", `{"order_no":"1","title":["a"]}`: "title", `"a"`: "items",
		`{"order_no":"1","title":"a","deadline":"soon"}`: "limit", `{"order_no":"1","title":"a","replies":"x"}`: "replies", `{"order_no":"1","title":"a","secret":{}}`: "sealed",
		`{"order_no":"1","title":"a","replies":[{"content":"x","time":"later"}]}`: "reply_time", `{"order_no":"1","title":"a","deadline":"1490-01-01 10:00:00"}`: "limit",
	} {
		p := parse(one)
		if got := ""; p.Err != nil && p.Err.Field != field || p.Err == nil && field != got {
			t.Errorf("%s: %+v, want %q", one, p.Err, field)
		}
		if len(p.Bytes) == 0 {
			t.Errorf("%s: without its share", one)
		}
	}
	if parts, err := (Parser{}).Parse(src, desk.Raw{Bytes: []byte(`{"data":{"list":null}}`)}, zone); err != nil || len(parts) != 0 {
		t.Errorf("nothing changed: %v %v", parts, err)
	}
	if _, err := (Parser{}).Parse(src, desk.Raw{Bytes: []byte(`{"data":[]}`)}, zone); err == nil {
		t.Error("a page without the list is taken")
	}
}

// TestQuietPlatform: when nothing changes nothing is kept, and the platform is asked conditionally.
func TestQuietPlatform(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, mirrorKind(), p.source())
	p.Put(t, ingesttest.Messages(1, 8)...) // more than two pages, all within the overlap
	for range 6 {
		d.Poll()
	}
	if n := len(d.Items()); n != 8 {
		t.Fatalf("%d items", n)
	}
	before, raws := d.State().Cursor, rawCount(t, d)
	for range 3 {
		d.Poll()
	}
	if after := d.State().Cursor; string(after) != string(before) || rawCount(t, d) != raws {
		t.Errorf("a quiet platform moved the bookmark or left bytes: %d → %d\n%s\n%s", raws, rawCount(t, d), before, after)
	}
}

func rawCount(t *testing.T, d *ingesttest.Door) (n int) {
	t.Helper()
	if err := d.PG.Pool().QueryRow(t.Context(), `SELECT count(*) FROM raw`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

// TestMistypedFuture: one ticket that says it changed in fifty years doesn't hide what comes after it.
func TestMistypedFuture(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, mirrorKind(), p.source())
	p.set(func() { p.tickets["F"] = ticket{No: "F", Title: "远期", Content: "x", Update: "2076-01-01 00:00:00"} })
	p.Put(t, ingesttest.Messages(1, 1)...)
	d.Poll()
	p.Put(t, ingesttest.Messages(2, 2)...)
	d.Poll()
	if n := len(d.Items()); n != 4 {
		t.Errorf("%d items of 4", n)
	}
}

// TestRedirectKeepsTheSecret: a platform that points elsewhere doesn't get the secret carried there.
func TestRedirectKeepsTheSecret(t *testing.T) {
	t.Parallel()
	other := startPlatform(t, "")
	p := startPlatform(t, "")
	src := p.source()
	src.Password = "s3cret"
	src.Settings = json.RawMessage(strings.Replace(testMapping, `"request":{`, `"request":{"header":"X-Api-Key",`, 1))
	p.before = nil
	p.Config.Handler = redirect(other.URL)
	d := ingesttest.Open(t, mirrorKind(), src)
	d.Poll()
	if st := d.State(); !strings.Contains(st.LastError, "转向") || len(other.asked) != 0 {
		t.Errorf("%q, the other was asked %v", st.LastError, other.asked)
	}
}

// TestNothingIsPassedOver: whatever the order of the list, and whatever changes between
// two pages, in the end each ticket stands here as it stands there, and none twice.
func TestNothingIsPassedOver(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "")
	d := ingesttest.Open(t, mirrorKind(), p.source())
	round := 0
	rapid.Check(t, func(r *rapid.T) {
		round++
		p.set(func() {
			order := rapid.IntRange(0, 1).Draw(r, "order")
			p.newest = order == 1
		})
		change := func() {
			for range rapid.IntRange(0, 3).Draw(r, "changes") {
				no := fmt.Sprintf("r-%d", rapid.IntRange(1, 12).Draw(r, "ticket"))
				p.put(ticket{No: no, Title: no, Content: fmt.Sprintf("第 %d 轮，%d", round, rapid.IntRange(0, 1000).Draw(r, "content")), Status: "20"})
			}
			if rapid.Bool().Draw(r, "pause") { // otherwise several tickets share what is a second there
				p.set(func() { p.now = p.now.Add(7 * time.Minute) })
			}
		}
		p.set(func() { p.before = change })
		for range rapid.IntRange(1, 3).Draw(r, "polls") {
			d.Poll()
		}
		p.set(func() { p.before = nil })
		d.Poll()
		d.Poll()
		items := d.Items()
		p.mu.Lock()
		defer p.mu.Unlock()
		if len(items) != len(p.tickets) {
			r.Fatalf("%d items of %d tickets", len(items), len(p.tickets))
		}
		for no, want := range p.tickets {
			if got := items[no]; got.Body != want.Content {
				r.Fatalf("%s is %q here and %q there", no, got.Body, want.Content)
			}
		}
	})
}

// TestTrial: a trial shows what tickets would become and leaves nothing.
func TestTrial(t *testing.T) {
	t.Parallel()
	p := startPlatform(t, "pw")
	src := p.source()
	src.Password = "pw"
	d := ingesttest.Open(t, mirrorKind(), src)
	d.Fetchers = ingest.Fetchers([]ingest.Kind{d.Kind})
	p.Put(t, ingesttest.Messages(1, 2)...)
	tried, err := d.TrySource(t.Context(), desk.System, d.Source.ID)
	if err != nil || len(tried.Items) != 2 || tried.Items[0].Item.Extra.Mirror.State != desk.MirrorWorking {
		t.Fatalf("%+v %v", tried, err)
	}
	if len(d.Items()) != 0 || string(d.State().Cursor) != "{}" {
		t.Errorf("a trial left something: %s", d.State().Cursor)
	}
}

func FuzzTickets(f *testing.F) {
	f.Add(rawTickets(ingesttest.Messages(1, 2)...).Bytes)
	f.Add([]byte(`{"data":{"list":[{"order_no":1,"title":"a","replies":[{"content":"b","time":1700000000}],"secret":"是"}]}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		if why := ingesttest.Unsound(mapped{}, desk.Raw{Bytes: b}); why != "" {
			t.Fatal(why)
		}
		m, err := ReadMapping(json.RawMessage(testMapping))
		if err != nil {
			t.Fatal(err)
		}
		if tickets, doc, err := m.tickets(b); err == nil {
			at := cursor{Since: "2026-11-20 09:00:00", High: "2026-11-20 09:00:00"}
			next, _ := m.after(at, doc, tickets, time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC))
			if later(at.High, next.High) {
				t.Fatalf("the bookmark moved back: %+v", next)
			}
			if _, err := m.address("http://p.example.com/?a=b", next); err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzMapping(f *testing.F) {
	f.Add([]byte(testMapping))
	f.Add([]byte(`{"external_id":"/a","text":"/b","request":{"overlap":1e3}}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := ReadMapping(b)
		if err != nil {
			var e *desk.Error
			if !errors.As(err, &e) || e.Message() == "" {
				t.Fatalf("refused without words: %v", err)
			}
			return
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := ReadMapping(again); err != nil {
			t.Fatalf("what was read can't be read again: %v\n%s", err, again)
		}
	})
}
