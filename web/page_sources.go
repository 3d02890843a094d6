package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"huiying/desk"
)

type sourcesBody struct {
	dialogs
	Rows    []SourceRow
	Failing int
	Silent  int
	Kinds   []Option
	Key     string // of the source just made: shown once
	Made    string // its name
	Hook    int64  // its number, when its calls are signed
}

// SourceRow is a source with how it fares.
type SourceRow struct {
	desk.SourceState
	ID     int64
	Light  string
	Word   string // interface text
	KindIs string // interface text
	Polled bool
	Mapped bool   // has a mapping
	Seat   bool   // the desk's own: nobody set it up
	Title  string // its name, in the reader's words where it is the desk's own
	Lag    string // how long the newest item was on its way
	Rate   string // items per hour today, and as usual
	Quiet  string // how it is quieter than its habit
}

// kindWords name the kinds of source.
var kindWords = map[string]string{"hotline": "热线推送", "mailbox": "邮箱（IMAP）", "feed": "媒体订阅（RSS/Atom）", desk.SeatSource: "坐席", desk.LetterSource: "公众信箱", desk.PasteSource: "粘贴",
	kindHook: "媒体推送（签名）", kindStream: "消息流（NATS）", kindHotlist: "热榜", desk.MirrorKind: "镜像（已有的 12345 平台）", desk.FerryKind: "摆渡（外网信箱）", desk.DutySource: "值班登记"}

// kindChannels are the channels of what they bring, and whether it is pushed to us.
var kindChannels = map[string]struct {
	channel desk.Channel
	pushed  bool
}{"hotline": {desk.ChannelHotline, true}, "mailbox": {desk.ChannelMailbox, false}, "feed": {desk.ChannelMedia, false}, kindHook: {desk.ChannelMedia, true},
	kindStream: {desk.ChannelMedia, false}, kindHotlist: {desk.ChannelMedia, false}, desk.MirrorKind: {desk.ChannelHotline, false}, desk.FerryKind: {desk.ChannelMailbox, false}}

// sourcesIndex lists the places that items come from (来源).
func (s *Server) sourcesIndex(w http.ResponseWriter, r *http.Request) {
	s.sourcesPage(w, r, http.StatusOK, sourcesBody{dialogs: opened(r)})
}

func (s *Server) sourcesPage(w http.ResponseWriter, r *http.Request, status int, body sourcesBody) {
	page, err := s.newPage(r, "来源", "sources")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	if !rd.who.May(desk.ActSourceManage) {
		s.Fail(w, r, desk.Forbidden("您的角色没有这项权限，请联系有权限的同事办理"))
		return
	}
	list, err := s.Desk.SourceStates(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	for _, x := range list {
		row := rd.sourceRow(x)
		if row.Quiet != "" {
			body.Silent++
		}
		if x.State != "paused" && x.Failures > 0 {
			body.Failing++
		}
		body.Rows = append(body.Rows, row)
	}
	slices.SortStableFunc(body.Rows, func(a, b SourceRow) int { return rankLight(b.Light) - rankLight(a.Light) })
	for _, k := range []string{"hotline", desk.MirrorKind, "mailbox", desk.FerryKind, "feed", kindHook, kindStream, kindHotlist} {
		if _, ok := s.Desk.Parsers[k]; ok {
			body.Kinds = append(body.Kinds, Option{Value: k, Text: kindWords[k]})
		}
	}
	body.begin("add", "kind", "hotline")
	body.begin("add", "settings", sampleMapping)
	body.begin("add", "mirror", sampleMirror)
	body.begin("add", "ferry", sampleFerry)
	if body.Key != "" {
		page.Live = false // a redraw would take the key away
	}
	page.Body = body
	s.render(w, r, status, "sources", page)
}

// sourceRow is a source as the page lists it: the most pressing thing about it first.
func (r teller) sourceRow(x desk.SourceState) SourceRow {
	own := x.Kind == desk.SeatSource || x.Kind == desk.PasteSource || x.Name == x.Kind
	row := SourceRow{SourceState: x, ID: x.ID, Light: LightMet, Word: "运行正常", KindIs: orWords(kindWords[x.Kind], x.Kind), Seat: own, Title: x.Name}
	if own {
		row.Title = r.t(row.KindIs)
	}
	row.Polled, row.Mapped = x.URL != "", r.desk.HasSettings(x.Kind)
	switch {
	case x.State == "paused":
		row.Light, row.Word = LightOff, "已停用"
	case x.Failures > 0:
		row.Light, row.Word = LightRed, "出错"
	case x.Silence != nil:
		row.Light, row.Word = LightRed, "静默"
	case row.Polled && x.LastSuccess == nil:
		row.Light, row.Word = LightYellow, "等待首次读取"
	}
	if q := x.Silence; q != nil && x.State != "paused" {
		row.Quiet = r.t("自 %s 起来件 %d 件，往常约 %d 件", r.dates().short(q.Since), q.Had, int(q.Expected+.5))
	}
	if lag, ok := x.Lag(); ok {
		row.Lag = r.dates().span(lag)
	}
	row.Rate = r.t("今日每小时 %s 件", perHour(x.Today))
	if x.Known {
		row.Rate += r.t("，往常 %s 件", perHour(x.Usual))
	}
	return row
}

// perHour writes a rate with as many figures as it bears.
func perHour(n float64) string {
	if n > 0 && n < 10 {
		return strconv.FormatFloat(n, 'f', 1, 64)
	}
	return strconv.FormatFloat(n, 'f', 0, 64)
}

func rankLight(light string) int {
	return slices.Index([]string{LightMet, LightYellow, LightRed}, light)
}

// sourceAdd configures a source. A key is shown on the very answer and never again.
func (s *Server) sourceAdd(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, "name", "kind", "url", "username", "settings", "mirror", "ferry")
	body := sourcesBody{dialogs: dialogs{Form: f.Form}}
	if err == nil {
		k := kindChannels[f.Value("kind")]
		src := desk.Source{Kind: f.Value("kind"), Channel: k.channel, Name: f.Value("name"), URL: f.Value("url"), Username: f.Value("username"), Password: r.PostForm.Get("password")}
		if s.Desk.HasSettings(src.Kind) {
			src.Settings = json.RawMessage(f.Value("settings"))
		}
		if own, ok := ownFields[src.Kind]; ok {
			src.Settings = json.RawMessage(f.Value(own))
		}
		if k.channel == "" {
			err = desk.Invalid("kind", "请选择来源类型")
		} else {
			src, body.Key, err = s.Desk.AddSource(r.Context(), identityOf(r.Context()).who, src, k.pushed)
			err = atOwnField(src.Kind, err)
			body.Made, body.Hook = src.Name, 0
			if src.Kind == kindHook {
				body.Hook = src.ID
			}
		}
	}
	if err != nil {
		if !body.failIn(s, r, "add", err) {
			s.Fail(w, r, err)
			return
		}
		body.Key = ""
		s.sourcesPage(w, r, body.Status(), body)
		return
	}
	if body.Key == "" {
		s.done(w, r, "/sources", "已添加来源“%s”，即将首次读取", body.Made)
		return
	}
	body.dialogs = dialogs{}
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.sourcesPage(w, r, http.StatusOK, body)
}

// sourcePause stops a source, or lets it go on.
func (s *Server) sourcePause(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	pause := f.Value("to") == "paused"
	if err := s.Desk.PauseSource(ctx, who, id, pause); err != nil {
		return outcome{}, err
	}
	if pause {
		return outcome{say: "已停用，来源不再读取或接收"}, nil
	}
	return outcome{say: "已启用"}, nil
}

func sourcesHome(int64) string { return "/sources" }

func (s *Server) sourcesAgain(w http.ResponseWriter, r *http.Request, _ int64, status int, d dialogs) {
	s.sourcesPage(w, r, status, sourcesBody{dialogs: d})
}

// anchorOf is the element of a row.
func (r SourceRow) Element() string { return fmt.Sprintf("source-%d", r.ID) }
