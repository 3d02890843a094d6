package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"huiying/ingest/ingesttest"
)

// message is one of the evaluation data.
type message struct {
	id, title, body string
	at              time.Time
}

// realMessages reads the messages of hot-topics and the reports of emergency.
func realMessages(t *testing.T) []message {
	t.Helper()
	folder := os.Getenv("HUIYING_EVALDATA")
	if folder == "" {
		if os.Getenv("CI") == "true" {
			t.Fatal("HUIYING_EVALDATA names no evaluation data")
		}
		t.Skip("HUIYING_EVALDATA names no evaluation data: real text was not tried")
	}
	f, err := os.Open(filepath.Join(folder, "hot-topics", "messages.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []message
	zone := time.FixedZone("", 8*3600)
	for _, r := range rows[1:] {
		at, err := time.ParseInLocation("2006-01-02T15:04:05", r[3], zone)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, message{"m-" + r[0], r[2], r[4], at})
	}
	g, err := os.Open(filepath.Join(folder, "emergency", "dev.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	defer g.Close()
	lines := bufio.NewScanner(g)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var e struct {
			Idx         int
			Title, Text string
		}
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			t.Fatal(err)
		}
		list = append(list, message{fmt.Sprint("e-", e.Idx), e.Title, e.Text, time.Date(2015, 1, 1, 12, 0, 0, 0, zone)})
	}
	return list
}

// Real text goes in through all three doors and comes out as it went in. In full
// with HUIYING_ENDURE=1; HUIYING_KEEP=address:folder leaves the desk running there
// to be looked at.
func TestRealTextThroughThreeDoors(t *testing.T) {
	t.Parallel()
	all := realMessages(t)
	part := all
	if os.Getenv("HUIYING_ENDURE") == "" {
		part = nil
		for i := 0; i < len(all); i += 40 {
			part = append(part, all[i])
		}
	}
	mail := ingesttest.StartDovecot(t)
	feed, polled := realFeed(t, part)
	p := newProgram(t, "--allow-net", "127.0.0.0/8")
	p.start()
	duty := p.person("duty")
	key := caller{p, p.must("", "source", "add", "hotline", "--name", "热线")}
	for _, m := range part {
		mail.Deliver(t, letter(m))
	}
	p.must(mail.Password+"\n", "source", "add", "mailbox", "--name", "信箱", "--url", mail.URL, "--user", mail.User, "--password-stdin")
	p.must("", "source", "add", "feed", "--name", "新闻", "--url", feed)
	push(t, key, part)
	p.await("all letters", func() bool { return count(duty, "mailbox") >= len(part) })
	p.await("all news", func() bool { return polled() && count(duty, "media") >= len(part) })

	want := map[string]message{}
	for _, m := range part {
		want[m.id] = m
	}
	unread := 0
	for _, channel := range []string{"hotline", "mailbox", "media"} {
		seen := map[string]bool{}
		for _, it := range duty.list("/api/v1/items?limit=1000&channel=" + channel) {
			id := strings.TrimSuffix(strings.TrimPrefix(fmt.Sprint(it["external_id"]), "<"), "@real.example>")
			id = strings.TrimSuffix(id, "@real.example")
			m, ok := want[id]
			if !ok || seen[id] {
				t.Errorf("%s: %v came from nowhere, or twice", channel, it["external_id"])
				continue
			}
			seen[id] = true
			if squeeze(fmt.Sprint(it["title"])) != squeeze(m.title) && !strings.Contains(fmt.Sprint(it["title"]), "*") {
				t.Errorf("%s %s: title %q, want %q", channel, id, it["title"], m.title)
			}
			if it["verdict"] == nil {
				unread++
			}
		}
		if len(seen) != len(part) {
			t.Errorf("%s: %d of %d messages are there", channel, len(seen), len(part))
		}
	}
	if q := key.list("/api/v1/quarantine"); len(q) > 0 {
		t.Errorf("%d in quarantine, the first for %v", len(q), q[0]["reason"])
	}
	if unread > 0 {
		t.Errorf("%d without a verdict", unread)
	}
	t.Logf("figure: %d messages through each of three doors, none lost, none twice, none in quarantine", len(part))
	if ready := os.Getenv("HUIYING_KEEP"); ready != "" {
		if err := os.WriteFile(ready, []byte(p.url+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		for deadline := time.Now().Add(time.Hour); time.Now().Before(deadline); {
			if _, err := os.Stat(ready); err != nil {
				return
			}
			<-time.After(time.Second)
		}
	}
}

func squeeze(s string) string { return strings.Join(strings.Fields(s), "") }

func count(c caller, channel string) int {
	return len(c.list("/api/v1/items?limit=1000&channel=" + channel))
}

// push sends everything as one stream.
func push(t *testing.T, key caller, list []message) {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	for _, m := range list {
		if err := enc.Encode(map[string]any{"external_id": m.id, "title": m.title, "body": m.body, "occurred_at": m.at.Format(time.RFC3339)}); err != nil {
			t.Fatal(err)
		}
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, key.p.url+"/api/v1/items", &b)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key.key)
	req.Header.Set("Content-Type", "application/x-ndjson")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answers := bufio.NewScanner(res.Body)
	n := 0
	for answers.Scan() {
		var r struct{ Status string }
		if err := json.Unmarshal(answers.Bytes(), &r); err != nil || r.Status != "created" {
			t.Errorf("line %d: %s", n, answers.Bytes())
		}
		n++
	}
	if n != len(list) || answers.Err() != nil {
		t.Errorf("%d answers for %d lines: %v", n, len(list), answers.Err())
	}
}

// letter is a message as a mail program sends it.
func letter(m message) []byte {
	word := func(s string) string { return "=?utf-8?B?" + base64.StdEncoding.EncodeToString([]byte(s)) + "?=" }
	var subject []string
	for r := []rune(m.title); len(r) > 0; {
		n := min(len(r), 12)
		subject, r = append(subject, word(string(r[:n]))), r[n:]
	}
	body := base64.StdEncoding.EncodeToString([]byte(m.body))
	var lines strings.Builder
	for len(body) > 76 {
		lines.WriteString(body[:76] + "\r\n")
		body = body[76:]
	}
	lines.WriteString(body + "\r\n")
	return fmt.Appendf(nil, "From: %s <someone@real.example>\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <%s@real.example>\r\nMIME-Version: 1.0\r\n"+
		"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n%s",
		word("市民"), strings.Join(subject, "\r\n "), m.at.Format(time.RFC1123Z), m.id, lines.String())
}

// realFeed serves the messages as a feed does: the next few hundred at each poll.
func realFeed(t *testing.T, list []message) (url string, done func() bool) {
	t.Helper()
	type entry struct {
		Title string `xml:"title"`
		GUID  string `xml:"guid"`
		Date  string `xml:"pubDate"`
		Text  string `xml:"description"`
	}
	type rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Title   string   `xml:"channel>title"`
		Entries []entry  `xml:"channel>item"`
	}
	const each = 400
	var next atomic.Int64
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		from := min(int(next.Load()), max(len(list)-1, 0))
		doc := rss{Version: "2.0", Title: "新闻"}
		for _, m := range list[from:min(from+each, len(list))] {
			var text bytes.Buffer
			if err := xml.EscapeText(&text, []byte(m.body)); err != nil {
				http.Error(w, err.Error(), http.StatusInternalServerError)
				return
			}
			doc.Entries = append(doc.Entries, entry{m.title, m.id, m.at.Format(time.RFC1123Z), text.String()})
		}
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		if err := xml.NewEncoder(w).Encode(doc); err == nil {
			next.Store(int64(from + each))
		}
	}))
	t.Cleanup(s.Close)
	return s.URL, func() bool { return int(next.Load()) >= len(list) }
}
