package web

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// newPage begins a page for the person who asks: the frame, the rail with what waits, and the place in
// the feed, which is read before anything that the page shows, so that the live line repeats rather than
// skips. nav is the key of the rail's entry that the page belongs to; "" for none.
func (s *Server) newPage(r *http.Request, title, nav string) (*Page, error) {
	cursor, now, err := s.Desk.Head(r.Context())
	if err != nil {
		return nil, err
	}
	who := identityOf(r.Context()).who
	p := &Page{Title: title, Now: now, Cursor: cursor.String(), Lang: LangOf(r), Theme: ThemeOf(r)}
	if who.PersonID == 0 {
		p.Bare = true
		s.mark(p)
		return p, nil
	}
	p.Live, p.Toasts = true, s.said(r)
	p.User = s.user(p.Lang, who)
	p.Context = []string{s.Desk.Policy.Office.Name, p.User.Role + " " + who.Name}
	waiting, err := teller{desk: s.Desk, views: s.Views, who: who, lang: p.Lang, now: now}.waiting(r.Context())
	if err != nil {
		return nil, err
	}
	p.Nav = s.rail(navFor(who, nav, waiting))
	return p, s.stage(r, p)
}

// user is the person as pages show them.
func (s *Server) user(lang string, who desk.Actor) User {
	return User{ID: strconv.FormatInt(who.PersonID, 10), Name: who.Name, Role: s.roleWords(lang, who)}
}

// roleWords are the person's roles in words: 值班员、新闻发布员.
func (s *Server) roleWords(lang string, who desk.Actor) string {
	words := make([]string, len(who.Roles))
	for i, r := range who.Roles {
		words[i] = s.Views.Text(lang, r.Name())
	}
	if lang == LangEnglish {
		return strings.Join(words, ", ")
	}
	return strings.Join(words, "、")
}

// navTable is the rail: one line a page, shown to whom any of its acts is permitted.
var navTable = []struct {
	NavItem
	acts []desk.Act
}{
	{NavItem{Key: "desk", Label: "实时台", Href: "/", Icon: "desk", Press: "g d"}, []desk.Act{desk.ActIncidentRead}},
	{NavItem{Key: "inbox", Label: "来件", Href: "/items", Icon: "inbox", Press: "g i"}, []desk.Act{desk.ActItemRead}},
	{NavItem{Key: "seat", Label: "坐席", Href: "/seat", Icon: "seat", Press: "g s"}, []desk.Act{desk.ActItemLog}},
	{NavItem{Key: "duty", Label: "来电来文", Href: "/duty/new", Icon: "phone", Press: "g z"}, []desk.Act{desk.ActDutyLog}},
	{NavItem{Key: "incidents", Label: "事件", Href: "/incidents", Icon: "incident", Press: "g e"}, []desk.Act{desk.ActIncidentRead}},
	{NavItem{Key: "releases", Label: "发布", Href: "/releases", Icon: "release", Press: "g r"}, []desk.Act{desk.ActIncidentRead}},
	{NavItem{Key: "briefings", Label: "发布会", Href: "/briefings", Icon: "briefing", Press: "g b"}, []desk.Act{desk.ActIncidentRead}},
	{NavItem{Key: "topics", Label: "话题", Href: "/topics", Icon: "topic", Press: "g t"}, []desk.Act{desk.ActItemRead}},
	{NavItem{Key: "search", Label: "检索", Href: "/search", Icon: "search", Press: "g f"}, []desk.Act{desk.ActItemRead}},
	{NavItem{Key: "notices", Label: "提醒", Href: "/notices", Icon: "bell", Press: "g n", Urgent: true}, []desk.Act{desk.ActIncidentRead}},
	{NavItem{Key: "handover", Label: "交接", Href: "/handover", Icon: "roster", Press: "g h"}, []desk.Act{desk.ActHandover}},
	{NavItem{Key: "quarantine", Label: "隔离", Href: "/quarantine", Icon: "alert", Press: "g q"}, []desk.Act{desk.ActQuarantine}},
	{NavItem{Key: "sources", Label: "来源", Href: "/sources", Icon: "source", Press: "g o"}, []desk.Act{desk.ActSourceManage}},
	{NavItem{Key: "models", Label: "模型", Href: "/models", Icon: "policy", Press: "g x"}, []desk.Act{desk.ActModelManage}},
	{NavItem{Key: "categories", Label: "领域", Href: "/categories", Icon: "ledger", Press: "g c"}, []desk.Act{desk.ActCategoryManage}},
	{NavItem{Key: "people", Label: "人员", Href: "/people", Icon: "people", Press: "g p"}, []desk.Act{desk.ActPersonManage}},
	{NavItem{Key: "alerts", Label: "外发", Href: "/alerts", Icon: "link", Press: "g a"}, []desk.Act{desk.ActAlertText}},
	{NavItem{Key: "drills", Label: "演练", Href: "/drills", Icon: "drill", Press: "g y"}, []desk.Act{desk.ActDrill}},
	{NavItem{Key: "record", Label: "留痕", Href: "/record", Icon: "record", Press: "g l"}, []desk.Act{desk.ActRecordRead}},
}

// navFor is the rail of one person.
func navFor(who desk.Actor, current string, waiting map[string]int) []NavItem {
	var nav []NavItem
	for _, line := range navTable {
		for _, act := range line.acts {
			if who.May(act) {
				n := line.NavItem
				n.Current, n.Badge = n.Key == current, waiting[n.Key]
				nav = append(nav, n)
				break
			}
		}
	}
	return nav
}

// home is where somebody begins: the desk, the seat of those who answer the telephone, or the first page that is theirs.
func home(who desk.Actor) string {
	if who.May(desk.ActItemLog) && !who.May(desk.ActIncidentRead) {
		return "/seat"
	}
	if nav := navFor(who, "", nil); len(nav) > 0 {
		return nav[0].Href
	}
	return "/login"
}

// waitingSince bounds the count of items that nobody has looked at: what is older has its place in the
// inbox, and a badge that counts it for ever says nothing.
const waitingSince = 24 * time.Hour

// waiting counts what the person's badges show.
func (r teller) waiting(ctx context.Context) (n map[string]int, err error) {
	n = map[string]int{}
	for key, count := range map[string]func(context.Context) (int, error){"inbox": r.newItems, "releases": r.myReleases, "notices": r.openNotices} {
		if n[key], err = count(ctx); err != nil {
			return nil, err
		}
	}
	return n, nil
}

// newItems counts the items of the last day that nobody dealt with.
func (r teller) newItems(ctx context.Context) (int, error) {
	if !r.who.May(desk.ActItemRead) {
		return 0, nil
	}
	return r.desk.CountItems(ctx, r.who, desk.ItemFilter{State: desk.ItemNew}, r.now.Add(-waitingSince))
}

// myReleases counts the releases that wait for an act of this person's.
func (r teller) myReleases(ctx context.Context) (n int, err error) {
	if !r.who.May(desk.ActIncidentRead) {
		return 0, nil
	}
	for _, state := range []string{desk.ReleaseBlocked, desk.ReleaseReview, desk.ReleaseSign, desk.ReleaseSigned} {
		if !r.who.May(nextOfRelease[state].may) {
			continue
		}
		list, err := r.desk.Releases(ctx, r.who, desk.ReleaseFilter{State: state, Page: desk.Page{Limit: 1000}})
		if err != nil {
			return 0, err
		}
		n += len(list)
	}
	return n, nil
}

// openNotices counts the notices not yet acknowledged.
func (r teller) openNotices(ctx context.Context) (int, error) {
	if !r.who.May(desk.ActIncidentRead) {
		return 0, nil
	}
	open, err := r.desk.Notices(ctx, r.who, desk.NoticeFilter{Open: true, Page: desk.Page{Limit: 1000}})
	return len(open), err
}

// render writes a whole page; a view that fails is our fault and says so.
func (s *Server) render(w http.ResponseWriter, r *http.Request, status int, view string, p *Page) {
	body, err := s.Views.execute(p.Lang, view, "layout", p)
	if err == nil {
		err = writeZipped(w, r, status, body)
	}
	if err != nil {
		s.Fail(w, r, err)
	}
}
