package main

import (
	"bytes"
	"context"
	"embed"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"mime"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"huiying/desk"
)

// The sample is an evening in a city that doesn't exist, in our own words.
//
//go:embed sample/*.json
var sampleFiles embed.FS

// ago is how long before now something came.
type ago struct{ time.Duration }

func (a *ago) UnmarshalJSON(b []byte) (err error) {
	a.Duration, err = time.ParseDuration(strings.Trim(string(b), `"`))
	return err
}

func readSample[T any](name string) (list []T, err error) {
	b, err := sampleFiles.ReadFile("sample/" + name)
	if err != nil {
		return nil, err
	}
	return list, json.Unmarshal(b, &list)
}

// playSample lets the sample in by the real doors – push, a mail server, a feed,
// the latter two served for it on this machine – and does what the office has
// done so far. The two sources are paused afterwards: their servers end with it.
func playSample(ctx context.Context, up running, log *slog.Logger) error {
	now := up.desk.Now()
	if err := pushCalls(ctx, up, now); err != nil {
		return fmt.Errorf("sample calls: %w", err)
	}
	mail, stopMail, err := serveLetters(now)
	if err != nil {
		return fmt.Errorf("sample letters: %w", err)
	}
	defer stopMail()
	feed, stopFeed, err := serveNews(now)
	if err != nil {
		return fmt.Errorf("sample news: %w", err)
	}
	defer stopFeed()
	var polled []int64
	for _, s := range []desk.Source{
		{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: "市长信箱（示例）", URL: mail, Username: "letters", Password: "letters"},
		{Kind: "feed", Channel: desk.ChannelMedia, Name: "云泽晚报（示例）", URL: feed},
	} {
		s, _, err := up.desk.AddSource(ctx, desk.Shell, s, false)
		if err != nil {
			return err
		}
		polled = append(polled, s.ID)
	}
	if err := arrived(ctx, up.desk, map[desk.Channel]int{desk.ChannelHotline: 18, desk.ChannelMailbox: 4, desk.ChannelMedia: 5}); err != nil {
		return err
	}
	for _, id := range polled {
		if err := up.desk.PauseSource(ctx, desk.Shell, id, true); err != nil {
			return err
		}
	}
	if err := workSample(ctx, up.desk, now); err != nil {
		return fmt.Errorf("sample incident: %w", err)
	}
	log.Info("the sample is in", "address", up.address)
	return nil
}

// arrived waits until each channel has brought its items.
func arrived(ctx context.Context, d *desk.Desk, want map[desk.Channel]int) error {
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for ch, n := range want {
		for {
			have, err := d.CountItems(ctx, desk.Shell, desk.ItemFilter{Channel: string(ch)}, time.Time{})
			if err != nil {
				return err
			}
			if have >= n {
				break
			}
			select {
			case <-ctx.Done():
				return fmt.Errorf("%s: %d of %d items came: %w", ch, have, n, ctx.Err())
			case <-tick.C:
			}
		}
	}
	return nil
}

// pushCalls sends the calls as a hotline platform would.
func pushCalls(ctx context.Context, up running, now time.Time) error {
	_, key, err := up.desk.AddSource(ctx, desk.Shell, desk.Source{Kind: "hotline", Channel: desk.ChannelHotline, Name: "12345 热线（示例）"}, true)
	if err != nil {
		return err
	}
	calls, err := readSample[map[string]any]("calls.json")
	if err != nil {
		return err
	}
	for _, c := range calls {
		d, err := time.ParseDuration(fmt.Sprint(c["ago"]))
		if err != nil {
			return err
		}
		delete(c, "ago")
		c["occurred_at"] = now.Add(-d).Format(time.RFC3339)
	}
	body, err := json.Marshal(calls)
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, up.address+"/api/v1/items", bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Content-Type", "application/json")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusCreated {
		return fmt.Errorf("push: %s", res.Status)
	}
	return nil
}

// serveLetters is a mail server on this machine that holds the letters.
func serveLetters(now time.Time) (url string, stop func(), err error) {
	letters, err := readSample[struct {
		Ago                 ago
		From, Subject, Body string
	}]("letters.json")
	if err != nil {
		return "", nil, err
	}
	user := imapmemserver.NewUser("letters", "letters")
	if err := user.Create("INBOX", nil); err != nil {
		return "", nil, err
	}
	for i, l := range letters {
		at := now.Add(-l.Ago.Duration)
		mail := fmt.Sprintf("From: %s <letter%d@yunze.example>\r\nTo: shizhang@yunze.example\r\nSubject: %s\r\nDate: %s\r\nMessage-ID: <sample-%d@yunze.example>\r\n"+
			"MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n%s\r\n",
			mime.BEncoding.Encode("utf-8", l.From), i, mime.BEncoding.Encode("utf-8", l.Subject), at.Format(time.RFC1123Z), i, strings.ReplaceAll(l.Body, "\n", "\r\n"))
		if _, err := user.Append("INBOX", literal{strings.NewReader(mail)}, &imap.AppendOptions{Time: at}); err != nil {
			return "", nil, err
		}
	}
	server := imapmemserver.New()
	server.AddUser(user)
	imapServer := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return server.NewSession(), nil, nil
		},
		Caps: imap.CapSet{imap.CapIMAP4rev1: {}}, InsecureAuth: true,
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	done := make(chan struct{})
	go func() { defer close(done); _ = imapServer.Serve(l) }() // ends when closed
	return "imap://" + l.Addr().String() + "/INBOX", func() { _ = imapServer.Close(); <-done }, nil
}

// literal is a message as the mail server takes it.
type literal struct{ *strings.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// serveNews is a feed on this machine.
func serveNews(now time.Time) (url string, stop func(), err error) {
	news, err := readSample[struct {
		Ago               ago
		GUID, Title, Text string
	}]("news.json")
	if err != nil {
		return "", nil, err
	}
	type entry struct {
		Title string `xml:"title"`
		Link  string `xml:"link"`
		GUID  string `xml:"guid"`
		Date  string `xml:"pubDate"`
		Text  string `xml:"description"`
	}
	type rss struct {
		XMLName xml.Name `xml:"rss"`
		Version string   `xml:"version,attr"`
		Title   string   `xml:"channel>title"`
		Link    string   `xml:"channel>link"`
		Entries []entry  `xml:"channel>item"`
	}
	doc := rss{Version: "2.0", Title: "云泽晚报", Link: "https://wanbao.yunze.example/"}
	for _, n := range news {
		doc.Entries = append(doc.Entries, entry{n.Title, "https://wanbao.yunze.example/" + n.GUID, n.GUID, now.Add(-n.Ago.Duration).Format(time.RFC1123Z), n.Text})
	}
	body, err := xml.Marshal(doc)
	if err != nil {
		return "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	server := &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		_, _ = w.Write(body) // a reader that left
	})}
	done := make(chan struct{})
	go func() { defer close(done); _ = server.Serve(l) }() // ends when closed
	return "http://" + l.Addr().String() + "/feed.xml", func() { _ = server.Close(); <-done }, nil
}

// workSample does what the office has done in this evening.
func workSample(ctx context.Context, d *desk.Desk, now time.Time) error {
	as, err := actors(ctx, d)
	if err != nil {
		return err
	}
	about := func(external ...string) (ids []int64, err error) {
		for _, id := range external {
			items, err := d.Items(ctx, as["duty"], desk.ItemFilter{ExternalID: id})
			if err != nil {
				return nil, err
			}
			for _, it := range items {
				ids = append(ids, it.ID)
			}
		}
		return ids, nil
	}
	blast, err := about("YZ-0001", "YZ-0002", "YZ-0003", "YZ-0004", "YZ-0005", "YZ-0006", "sample-0@yunze.example", "yz-news-1", "yz-news-2", "yz-news-3")
	if err != nil {
		return err
	}
	occurred, learned := now.Add(-3*time.Hour-28*time.Minute), now.Add(-3*time.Hour-24*time.Minute)
	in, err := d.RaiseIncident(ctx, as["duty"], desk.Raise{Title: "云泽化工园区爆炸事故", Kind: "事故灾难", Place: "化工园区环园北路18号",
		Items: blast, Occurred: &occurred, Learned: &learned, Received: &learned,
		Grade: &desk.Grade{Level: desk.LevelMajor, Suspected: true, NeedsResponse: true, At: now.Add(-3 * time.Hour)}})
	if err != nil {
		return err
	}
	dead, hurt, missing := 12, 37, 0
	if _, err := d.NoteFacts(ctx, as["duty"], in.ID, desk.Facts{Deaths: &dead, Injured: &hurt, Missing: &missing}, "应急局 赵刚 22:31 核实"); err != nil {
		return err
	}
	zone := d.Policy.Office.Location
	body := fmt.Sprintf("%s，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至%s，事故造成12人死亡、37人受伤，伤者均已送医救治。现场明火已扑灭。\n\n"+
		"事故发生后，市委、市政府主要负责同志赶赴现场指挥处置，启动突发事件应急响应，组织周边群众1260人转移安置。生态环境部门在下风向设置6个监测点，监测结果将及时公布。\n\n"+
		"事故原因正在调查。环园北路实行交通管制，请市民绕行。救助咨询电话：12345（24小时）。下一次情况通报将于%s前发布。",
		occurred.In(zone).Format("1月2日15时04分"), now.In(zone).Format("15时"), now.Add(4*time.Hour).In(zone).Format("1月2日15时"))
	r, err := d.DraftRelease(ctx, as["press"], in.ID, desk.ReleaseFirst, "关于云泽化工园区爆炸事故的情况通报（一）", body)
	if err != nil {
		return err
	}
	if _, err := d.SubmitRelease(ctx, as["press"], r.ID, r.Current.N); err != nil {
		return err
	}
	if _, err := d.ReviewRelease(ctx, as["secrecy"], r.ID, r.Current.N, desk.ReviewPass, "不涉及国家秘密、工作秘密和个人信息", nil); err != nil {
		return err
	}
	morning := time.Date(now.In(zone).Year(), now.In(zone).Month(), now.In(zone).Day(), 10, 0, 0, 0, zone)
	for morning.Before(now.Add(6 * time.Hour)) {
		morning = morning.Add(4 * time.Hour)
	}
	_, err = d.ScheduleBriefing(ctx, as["press"], desk.Briefing{IncidentID: in.ID, Title: "云泽化工园区爆炸事故新闻发布会", Room: "新闻发布厅", Starts: morning,
		Ends: morning.Add(time.Hour), Host: "陈露", Speakers: []desk.Speaker{{Name: "李建平", Title: "副市长"}, {Name: "赵刚", Title: "应急管理局局长"}}, Agency: "市政府新闻办", Contact: "陈露 0000-12345"})
	if err != nil {
		return err
	}
	canteen, err := about("YZ-0010", "sample-2@yunze.example", "yz-news-4")
	if err != nil {
		return err
	}
	seen := now.Add(-97 * time.Minute)
	_, err = d.RaiseIncident(ctx, as["duty"], desk.Raise{Title: "第三中学食堂“发臭鸡腿”网传视频", Kind: desk.KindOpinion, Place: "市第三中学", Items: canteen,
		Learned: &seen, Received: &seen, Grade: &desk.Grade{Level: desk.LevelMinor, NeedsResponse: true, At: now.Add(-80 * time.Minute)}})
	return err
}

// actors are the people made for the trial, by login name.
func actors(ctx context.Context, d *desk.Desk) (map[string]desk.Actor, error) {
	people, err := d.People(ctx, desk.Shell)
	as := map[string]desk.Actor{}
	for _, p := range people {
		as[p.Name] = desk.ActorOf(p, "session")
	}
	return as, err
}
