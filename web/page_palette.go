package web

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"huiying/desk"
)

// found is one line of the palette: where it leads, under which heading.
type found struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
	Href string `json:"href"`
}

const (
	paletteEach  = 6   // lines of one heading
	paletteQuery = 100 // runes of what is typed that count
)

// byNumber is a record asked for by its number: 38, #38, 第 38 号, 来件38.
var byNumber = regexp.MustCompile(`^(?:#|来件|第)?\s*(\d{1,12})\s*号?$`)

// palette answers what is typed into the palette: acts, incidents, items, topics, releases, briefings and people, by
// letters or by pinyin, an item or incident also by its number; nothing that the person may not open.
// Pages and what can be done on the present one are found by the browser itself.
func (s *Server) palette(w http.ResponseWriter, r *http.Request) {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	if runes := []rune(query); len(runes) > paletteQuery {
		query = string(runes[:paletteQuery])
	}
	rd := teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: LangOf(r), now: s.Desk.Now()}
	lines := rd.findActs(query)
	if query != "" {
		looks := []func(context.Context, string) ([]found, error){rd.findNumbered, rd.findTitles("incident"), rd.findItems, rd.findTitles("topic"),
			rd.findTitles("release"), rd.findTitles("briefing"), rd.findPeople}
		// Side by side: each is a look at the database, and somebody waits who is still typing.
		more, errs := make([][]found, len(looks)), make([]error, len(looks))
		var all sync.WaitGroup
		for i, look := range looks {
			all.Go(func() { more[i], errs[i] = look(r.Context(), query) })
		}
		all.Wait()
		if err := errors.Join(errs...); err != nil {
			s.Fail(w, r, err)
			return
		}
		lines = slices.Concat(append([][]found{lines}, more...)...)
		if rd.who.May(desk.ActItemRead) {
			lines = append(lines, found{Kind: rd.t("检索"), Text: rd.t("检索“%s”", query), Href: "/search?q=" + url.QueryEscape(query)})
		}
	}
	answerJSON(w, map[string]any{"items": append([]found{}, lines...)})
}

// answerJSON answers a script of our own pages.
func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // who asked may be gone
}

// actTable is what can be begun from anywhere.
var actTable = []struct {
	label, href string
	act         desk.Act
}{
	{"新建事件", "/incidents/new", desk.ActIncidentRaise}, {"登记一通来电", "/seat", desk.ActItemLog}, {"登记电话记录单", "/duty/new", desk.ActDutyLog},
	{"登记来文", "/duty/new?form=document", desk.ActDutyLog}, {"登记上级交办", "/duty/new?form=order", desk.ActDutyLog}, {"粘贴媒体内容", "/media/paste", desk.ActMediaPaste}, {"排发布会", "/briefings/new", desk.ActBriefing},
	{"查看待处理来件", "/items?state=new", desk.ActItemRead}, {"大屏", "/wall", desk.ActIncidentRead},
	{"添加来源", "/sources?do=add", desk.ActSourceManage}, {"新增人员", "/people?do=add", desk.ActPersonManage},
}

// findActs are the acts that the person may begin, found by their words in the person's language, and by the Chinese ones.
func (r teller) findActs(query string) (out []found) {
	like := lookedFor(query)
	for _, a := range actTable {
		text := r.t(a.label)
		if _, ok := like(text + " " + a.label); ok && r.who.May(a.act) {
			out = append(out, found{Kind: r.t("动作"), Text: text, Href: a.href})
		}
	}
	return out
}

// findNumbered finds an item and an incident by number.
func (r teller) findNumbered(ctx context.Context, query string) (out []found, err error) {
	m := byNumber.FindStringSubmatch(query)
	if m == nil {
		return nil, nil
	}
	id, err := strconv.ParseInt(m[1], 10, 64)
	if err != nil {
		return nil, nil // no record has such a number
	}
	if r.who.May(desk.ActItemRead) {
		list, err := r.desk.Items(ctx, r.who, desk.ItemFilter{IDs: []int64{id}})
		if err != nil {
			return nil, err
		}
		for _, it := range list {
			out = append(out, r.foundItem(it))
		}
	}
	if r.who.May(desk.ActIncidentRead) {
		list, err := r.desk.Incidents(ctx, r.who, desk.IncidentFilter{Page: desk.Page{After: id - 1, Limit: 1}})
		if err != nil {
			return nil, err
		}
		if len(list) == 1 && list[0].ID == id {
			out = append(out, found{r.t("事件"), list[0].Title, r.t("第 %d 号", id), incidentHome(id)})
		}
	}
	return out, nil
}

var titleWords = map[string]struct{ kind, path string }{"incident": {"事件", "/incidents/%d"}, "topic": {"话题", "/topics/%d"},
	"item": {"来件", "/items/%d"}, "release": {"发布", "/releases/%d"}, "briefing": {"发布会", "/briefings/%d"}}

// findTitles looks through the titles of a kind.
func (r teller) findTitles(kind string) func(context.Context, string) ([]found, error) {
	return func(ctx context.Context, query string) (out []found, err error) {
		list, err := r.desk.Find(ctx, r.who, kind, paletteEach, lookedFor(query))
		for _, t := range list {
			out = append(out, found{r.t(titleWords[kind].kind), cut(t.Title, 40), r.titleHint(t), fmt.Sprintf(titleWords[kind].path, t.ID)})
		}
		return out, err
	}
}

// titleHint is what tells records of the same name apart.
func (r teller) titleHint(t desk.Title) string {
	switch t.Kind {
	case "incident":
		return r.t(orWords(t.Note, desk.LevelUngraded))
	case "release":
		return r.t(releaseState(t.Note))
	case "briefing":
		return r.dates().short(t.At) + " " + t.Note
	case "topic":
		n, _ := strconv.Atoi(t.Note) // a count, as the store wrote it
		return r.t("%d 件", n)
	}
	return r.itemHint(t.ID, desk.Channel(t.Note).Name(), r.dates().moment(t.At, r.now))
}

func (r teller) itemHint(id int64, channel, at string) string {
	return fmt.Sprintf("#%d %s %s", id, r.t(channel), at)
}

func (r teller) foundItem(it desk.Item) found {
	text := it.Title
	if text == "" {
		text = strings.Join(strings.Fields(it.Body), " ")
	}
	return found{r.t("来件"), cut(text, 40), r.itemHint(it.ID, it.Channel.Name(), r.dates().moment(it.ReceivedAt, r.now)), fmt.Sprintf("/items/%d", it.ID)}
}

// findItems looks through titles, and for words through the index of what stands in the text.
func (r teller) findItems(ctx context.Context, query string) ([]found, error) {
	if !r.who.May(desk.ActItemRead) {
		return nil, nil
	}
	out, err := r.findTitles("item")(ctx, query)
	if err != nil || len(out) == paletteEach || ascii(query) && !byNumber.MatchString(query) { // sounds stand in no index
		return out, err
	}
	list, err := r.desk.Items(ctx, r.who, desk.ItemFilter{Query: query, ByWords: !byNumber.MatchString(query), Page: desk.Page{Limit: paletteEach, Newest: true}})
	for _, it := range list {
		line := r.foundItem(it)
		known := false
		for _, o := range out {
			known = known || o.Href == line.Href
		}
		if !known && len(out) < paletteEach {
			out = append(out, line)
		}
	}
	return out, err
}

// findPeople finds logins, for whoever manages them: what is known of a colleague isn't looked up by everybody.
func (r teller) findPeople(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActPersonManage) {
		return nil, nil
	}
	like := lookedFor(query)
	list, err := r.desk.People(ctx, r.who)
	for _, p := range list {
		name := desk.ActorOf(p, "").Name
		if _, ok := like(name + " " + p.Name); ok && len(out) < paletteEach {
			href := fmt.Sprintf("/people?do=edit&person=%d", p.ID)
			if p.ID == r.who.PersonID {
				href = fmt.Sprintf("/people#person-%d", p.ID)
			}
			out = append(out, found{r.t("人员"), name, r.t(p.Roles[0].Name()), href})
		}
	}
	return out, err
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
