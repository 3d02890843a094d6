package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/gorilla/websocket"
	"github.com/jackc/pgx/v5"

	"huiying/ingest/ingesttest"
)

// phone is Slack as the program sees it: a server on this machine that records.
type phone struct {
	*httptest.Server
	mu    sync.Mutex
	texts []string
	down  atomic.Bool
	tries atomic.Int64
}

func newPhone(t *testing.T) *phone {
	p := &phone{}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.tries.Add(1)
		if p.down.Load() {
			http.Error(w, "down", http.StatusInternalServerError)
			return
		}
		text := r.FormValue("text")
		p.mu.Lock()
		p.texts = append(p.texts, text)
		n := len(p.texts)
		p.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprintf(w, `{"ok":true,"channel":"C1","ts":"1700000000.%06d"}`, n)
	}))
	t.Cleanup(p.Close)
	return p
}

// rang gives the messages that hold all the words.
func (p *phone) rang(words ...string) (list []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
next:
	for _, text := range p.texts {
		for _, w := range words {
			if !strings.Contains(text, w) {
				continue next
			}
		}
		list = append(list, text)
	}
	return list
}

// The whole desk, once: items in by three doors, two incidents, one that keeps
// both deadlines and one that misses them, the program killed in the middle.
func TestStory(t *testing.T) {
	t.Parallel()
	slack := newPhone(t)
	mail := ingesttest.StartDovecot(t)
	feed := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml")
		fmt.Fprint(w, `<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"><channel><title>云泽晚报</title><link>https://wanbao.yunze.example/</link>
<item><title>化工园区爆炸已致12人遇难、37人受伤</title><link>https://wanbao.yunze.example/1</link><guid>news-1</guid><description>现场明火已扑灭。</description></item></channel></rss>`)
	}))
	t.Cleanup(feed.Close)
	p := newProgram(t, "--allow-net", "127.0.0.0/8", "--slack-token", "xoxb-story", "--slack-channel", "C1", "--slack-api-url", slack.URL+"/")
	p.start()
	began := time.Now()

	duty, press, secrecy, leader := p.person("duty"), p.person("press"), p.person("secrecy"), p.person("leader")
	key := caller{p, p.must("", "source", "add", "hotline", "--name", "12345")}
	p.must(mail.Password+"\n", "source", "add", "mailbox", "--name", "市长信箱", "--url", mail.URL, "--user", mail.User, "--password-stdin")
	p.must("", "source", "add", "feed", "--name", "云泽晚报", "--url", feed.URL)

	first := listen(t, p, duty.key)

	// In: by three doors.
	pushed := key.ok(http.MethodPost, "/api/v1/items", []map[string]any{
		{"external_id": "T-1", "title": "化工园区方向一声巨响", "body": "恒升化工车间炸了，火很大，三四个人受伤，快叫救护车", "author": map[string]string{"name": "何建国", "phone": "13900004471"}},
		{"external_id": "T-2", "title": "爆炸后空气刺鼻", "body": "小区里一股刺鼻的味道，孩子一直咳嗽，有没有毒？"},
		{"external_id": "T-3"},
	})
	var ids []string
	for i, r := range pushed["results"].([]any) {
		r := r.(map[string]any)
		if want := []string{"created", "created", "quarantined"}[i]; r["status"] != want {
			t.Errorf("pushed item %d: %v, want %s", i, r, want)
		}
		if r["status"] == "created" {
			ids = append(ids, r["id"].(string))
		}
	}
	mail.Deliver(t, []byte("From: =?utf-8?B?5r2Y5aWz5aOr?= <pan@yunze.example>\r\nSubject: =?gb2312?B?sazVqLrz0KHH+LTMsce1xMb4zrY=?=\r\nMessage-ID: <l1@yunze.example>\r\n"+
		"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\r\n请告诉我们要不要撤离。\r\n"))
	p.await("the letter", func() bool { return len(duty.list("/api/v1/items?channel=mailbox")) == 1 })
	p.await("the news", func() bool { return len(duty.list("/api/v1/items?channel=media")) == 1 })
	if letter := duty.list("/api/v1/items?channel=mailbox")[0]; letter["title"] != "爆炸后小区刺鼻的气味" {
		t.Errorf("letter: %v", letter["title"])
	}
	for _, it := range duty.list("/api/v1/items?channel=hotline") {
		if it["external_id"] == "T-1" {
			v := it["verdict"].(map[string]any)
			if v["kind"] == nil || v["category"] == nil || v["urgency"] == nil || len(v["evidence"].([]any)) == 0 {
				t.Errorf("verdict: %v", v)
			}
			if strings.Contains(fmt.Sprint(it["author"]), "13900004471") {
				t.Errorf("the caller's number shows: %v", it["author"])
			}
		}
	}

	first.await("item.created")

	// Two incidents of the same hour: the first is kept, the second is missed.
	raise := func(title string, items []string) string {
		at := time.Now().Format(time.RFC3339)
		in := duty.ok(http.MethodPost, "/api/v1/incidents", map[string]any{"title": title, "kind": "事故灾难", "occurred": at, "items": items,
			"grade": map[string]any{"level": "重大", "suspected": true}})
		return in["id"].(string)
	}
	kept, missed := raise("云泽化工园区爆炸事故", ids), raise("云泽大桥坍塌事故", nil)
	clock := func(incident, rule string) map[string]any {
		t.Helper()
		for _, c := range duty.ok(http.MethodGet, "/api/v1/incidents/"+incident, nil)["clocks"].([]any) {
			if c := c.(map[string]any); c["rule"] == rule {
				return c
			}
		}
		t.Fatalf("incident %s has no %s clock", incident, rule)
		return nil
	}
	for rule, span := range map[string]time.Duration{"release": 5 * time.Hour, "briefing": 24 * time.Hour} {
		c := clock(kept, rule)
		start, due := instant(t, c["start"]), instant(t, c["due"])
		if due.Sub(start) != span || c["anchor"] != "occurred" || c["document"] == "" {
			t.Errorf("%s: %v", rule, c)
		}
	}

	// Half of the five hours are over: the phone rings, with no text of the matter.
	p.move(2*time.Hour + 31*time.Minute)
	p.await("the alert at half time", func() bool { return len(slack.rang("号", "请回值班室")) >= 2 })
	if leaked := slack.rang("爆炸"); len(leaked) > 0 {
		t.Errorf("outside the office: %q", leaked)
	}

	// The release: drafted, reviewed by another, signed, published, proven.
	r := press.ok(http.MethodPost, "/api/v1/releases", map[string]any{"incident": kept, "kind": "first", "title": "情况通报（一）", "body": "今日，云泽化工园区发生爆炸。"})
	at := "/api/v1/releases/" + r["id"].(string)
	press.ok(http.MethodPost, at+"/submit", map[string]any{"version": 1})
	if status, _ := press.do(http.MethodPost, at+"/review", map[string]any{"version": 1, "conclusion": "可以公开", "basis": "x"}); status != http.StatusForbidden {
		t.Errorf("the author's own office reviewed: %d", status)
	}
	secrecy.ok(http.MethodPost, at+"/review", map[string]any{"version": 1, "conclusion": "可以公开", "basis": "不涉密"})
	leader.ok(http.MethodPost, at+"/sign", map[string]any{"version": 1})

	// Killed in the middle of everything, with no time to say goodbye.
	p.stop(syscall.SIGKILL)
	p.move(4*time.Hour + 31*time.Minute)
	p.start()
	live := listen(t, p, duty.key)
	if n := len(duty.list("/api/v1/items")); n != 4 {
		t.Errorf("%d items after the kill, want 4", n)
	}
	if res := key.ok(http.MethodPost, "/api/v1/items", map[string]any{"external_id": "T-2", "title": "爆炸后空气刺鼻", "body": "小区里一股刺鼻的味道，孩子一直咳嗽，有没有毒？"}); res["results"].([]any)[0].(map[string]any)["status"] != "duplicate" {
		t.Errorf("redelivered after the kill: %v", res)
	}
	p.await("the alerts that came due meanwhile", func() bool { return len(slack.rang("还剩 2", "分")) >= 2 })
	press.ok(http.MethodPost, at+"/publish", map[string]any{"version": 1, "channel": "门户网站", "address": "https://yunze.example/t/1"})
	if c := clock(kept, "release"); c["state"] != "met" || c["late"] != false {
		t.Errorf("the 5 h clock: %v", c)
	}
	live.await("clock.met")

	// The second one's deadline passes; Slack is away for a while and nothing waits for it.
	slack.down.Store(true)
	p.move(5*time.Hour + 1*time.Minute)
	p.await("an overdue notice on the desk", func() bool {
		for _, n := range duty.list("/api/v1/notices") {
			if n["incident"] == missed && n["stage"] == "due" {
				return true
			}
		}
		return false
	})
	p.await("Slack tried in vain", func() bool { return slack.tries.Load() > int64(len(slack.rang(""))) })
	slack.down.Store(false)
	p.move(5*time.Hour + 31*time.Minute)
	p.await("the overdue alert", func() bool { return len(slack.rang("事件 "+missed+" 号", "超时")) > 0 })
	if c := clock(missed, "release"); c["state"] != "running" {
		t.Errorf("the missed clock: %v", c)
	}

	// The briefing: a clash is refused and names the other; held with proof.
	starts := began.Add(20 * time.Hour)
	briefing := map[string]any{"incident": kept, "title": "爆炸事故发布会", "room": "新闻发布厅", "starts": starts.Format(time.RFC3339), "ends": starts.Add(time.Hour).Format(time.RFC3339),
		"host": "陈露", "speakers": []map[string]string{{"name": "李建平", "title": "副市长"}}}
	b := press.ok(http.MethodPost, "/api/v1/briefings", briefing)
	briefing["title"], briefing["host"], briefing["speakers"], briefing["incident"] = "大桥事故发布会", "王芳", []map[string]string{{"name": "赵刚", "title": "局长"}}, missed
	if status, got := press.do(http.MethodPost, "/api/v1/briefings", briefing); status != http.StatusConflict || !strings.Contains(fmt.Sprint(got["detail"]), "爆炸事故发布会") {
		t.Errorf("the clash: %d %v", status, got)
	}
	p.move(21 * time.Hour)
	p.await("the clock to move", func() bool {
		status, _ := press.do(http.MethodPost, "/api/v1/briefings/"+b["id"].(string)+"/hold", map[string]any{"spoke": "李建平", "address": "https://yunze.example/live", "at": began.Add(20*time.Hour + 5*time.Minute).Format(time.RFC3339)})
		return status/100 == 2
	})
	if c := clock(kept, "briefing"); c["state"] != "met" || c["late"] != false {
		t.Errorf("the 24 h clock: %v", c)
	}
	p.move(25 * time.Hour)
	p.await("the second briefing missed", func() bool {
		return len(slack.rang("事件 "+missed+" 号", "超时 1小时")) > 0 || len(slack.rang("事件 "+missed+" 号", "超时")) > 3
	})

	// The record is whole, and says so when it isn't.
	p.must("", "audit", "verify")
	edit(t, p, `UPDATE event SET why = 'it was never so' WHERE id = (SELECT min(id) FROM event WHERE type = 'release.signed')`)
	if _, code := p.run("", "audit", "verify", "--data", p.data); code != 1 {
		t.Errorf("audit verify exited %d after a row was edited by hand", code)
	}
	p.stop(syscall.SIGTERM)
}

func instant(t *testing.T, v any) time.Time {
	t.Helper()
	at, err := time.Parse(time.RFC3339, fmt.Sprint(v))
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// edit changes a row as somebody with the database's own rights would.
func edit(t *testing.T, p *program, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), p.databaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(t.Context())
	for _, s := range []string{"SET search_path = huiying", "ALTER TABLE event DISABLE TRIGGER ALL", sql, "ALTER TABLE event ENABLE TRIGGER ALL"} {
		if _, err := conn.Exec(t.Context(), s); err != nil {
			t.Fatal(err)
		}
	}
}

// heard is what a program hears on the live line.
type heard struct {
	t     *testing.T
	mu    sync.Mutex
	types map[string]int
	ended chan struct{}
}

func listen(t *testing.T, p *program, key string) *heard {
	t.Helper()
	d := websocket.Dialer{Subprotocols: []string{"huiying.v1.json"}, HandshakeTimeout: 10 * time.Second}
	conn, res, err := d.Dial(strings.Replace(p.url, "http", "ws", 1)+"/live", http.Header{"Authorization": {"Bearer " + key}})
	if err != nil {
		t.Fatalf("live: %v %v", err, res)
	}
	h := &heard{t: t, types: map[string]int{}, ended: make(chan struct{})}
	go func() {
		defer close(h.ended)
		for {
			_, b, err := conn.ReadMessage()
			if err != nil {
				return
			}
			var m struct{ Type string }
			if json.Unmarshal(b, &m) == nil {
				h.mu.Lock()
				h.types[m.Type]++
				h.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-h.ended })
	return h
}

func (h *heard) await(typ string) {
	h.t.Helper()
	(&program{t: h.t}).await("live "+typ, func() bool {
		h.mu.Lock()
		defer h.mu.Unlock()
		return h.types[typ] > 0
	})
}
