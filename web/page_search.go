package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"huiying/desk"
)

// searchRows is how many items one page of a search shows.
const searchRows = listRows

type searchBody struct {
	Filters   Filters
	Asked     bool
	Faults    []string // what of the typed fields can't be understood
	Items     []FoundRow
	Like      string // the item that results resemble; "" for none
	LikeHref  string
	Count     string // in the reader's words
	Topics    []TopicRow
	Incidents []FoundLine
	Releases  []FoundLine
	Pager     Pager
}

// FoundRow is an item that was found, with the words looked for marked in it.
type FoundRow struct {
	ItemRow
	Near string // how near it is to another, in words
	Like string // address of what resembles it
}

// FoundLine is an incident or a release that was found.
type FoundLine struct {
	Href  string
	Text  []Phrase
	Level string
	Notes []string
}

// searchParams are the filters of the address, by the fields of the typed syntax.
var searchParams = []string{"channel", "kind", "category", "urgency", "state", "department", "region", "number", "from", "to", "like"}

// search finds by words, phrases and fields (检索). What is typed and what the pickers say hold together; where both
// name a field the picker holds.
func (s *Server) search(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "检索", "search")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	body := searchBody{Filters: rd.searchFilters(q)}
	what, errs := s.searchOf(q)
	for _, e := range errs {
		body.Faults = append(body.Faults, rd.t(e.Text, e.Args...))
	}
	if body.Filters.Views, err = rd.viewsMenu(r, "search"); err != nil {
		s.Fail(w, r, err)
		return
	}
	if body.Asked = !what.Empty(); body.Asked {
		what.Page = desk.Page{After: id64(q.Get("after")), Limit: searchRows + 1, Newest: true}
		f, err := s.Desk.Search(r.Context(), rd.who, what)
		if code := desk.CodeOf(err); code == desk.CodeForbidden || code == desk.CodeNotFound {
			body.Faults = append(body.Faults, rd.t(err.(*desk.Error).Text))
			f = desk.Found{}
		} else if err != nil {
			s.Fail(w, r, err)
			return
		}
		rd.found(&body, what, f, q)
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "search", page)
}

// searchOf reads a search from an address.
func (s *Server) searchOf(q url.Values) (desk.Search, []*desk.Error) {
	typed := q.Get("q")
	for _, name := range searchParams {
		if v := strings.TrimSpace(q.Get(name)); v != "" {
			typed += " " + name + `:"` + strings.ReplaceAll(v, `"`, "") + `"`
		}
	}
	return s.Desk.ReadSearch(typed)
}

func (r teller) searchFilters(q url.Values) Filters {
	out := r.inboxFilters(desk.ItemFilter{Query: q.Get("q"), Channel: q.Get("channel"), Kind: q.Get("kind"), Category: q.Get("category"), Urgency: q.Get("urgency"),
		State: q.Get("state"), Region: q.Get("region")})
	out.Action, out.Target = "/search", "#found"
	out.Filters = append(out.Filters, Filter{Name: "department", Label: "责任单位", Value: q.Get("department"), Text: q.Get("department"), Source: "/choices/department"},
		Filter{Name: "from", Label: "起始日期", Value: q.Get("from"), Date: true}, Filter{Name: "to", Label: "截止日期", Value: q.Get("to"), Date: true})
	for _, name := range []string{"department", "from", "to"} {
		if q.Get(name) != "" {
			out.Active++
		}
	}
	for _, name := range []string{"like", "number"} {
		if v := q.Get(name); v != "" {
			out.Active++
			out.Keep = append(out.Keep, Hidden{Name: name, Value: v})
		}
	}
	return out
}

// found puts what was found on the page.
func (r teller) found(body *searchBody, s desk.Search, f desk.Found, q url.Values) {
	words := append(slices.Clone(s.Words), s.Phrases...)
	items := f.Items
	if s.Like != 0 {
		body.Like, body.LikeHref = strconv.FormatInt(s.Like, 10), fmt.Sprintf("/items/%d", s.Like)
	} else {
		items, body.Pager = pageOf("/search", q, items, func(it desk.Item) int64 { return it.ID })
	}
	for i, it := range items {
		row := FoundRow{ItemRow: r.itemRow(it), Like: fmt.Sprintf("/search?like=%d", it.ID)}
		if len(words) > 0 {
			row.ItemRow = markFound(row.ItemRow, it, words)
		}
		if s.Like != 0 {
			row.Near = r.nearness(f.Scores[i])
		}
		body.Items = append(body.Items, row)
	}
	switch {
	case f.Count >= desk.MostCounted:
		body.Count = r.t("来件 %s 件以上", number(desk.MostCounted))
	case f.Count >= 0:
		body.Count = r.t("来件 %s 件", number(f.Count))
	}
	for _, t := range f.Topics {
		body.Topics = append(body.Topics, TopicRow{t, topicHome(t.ID), r.heatLine(t, r.now), false})
	}
	for _, in := range f.Incidents {
		level := in.Level()
		if level == "" {
			level = desk.LevelUngraded
		}
		body.Incidents = append(body.Incidents, FoundLine{Href: incidentHome(in.ID), Text: Highlight(in.Title, foundIn(in.Title, words)), Level: level,
			Notes: nonEmpty(in.Place, r.t("%d 件来件", in.Items), r.dates().short(in.RaisedAt))})
	}
	for _, rel := range f.Releases {
		body.Releases = append(body.Releases, FoundLine{Href: releaseHome(rel.ID), Text: Highlight(rel.Current.Title, foundIn(rel.Current.Title, words)),
			Notes: nonEmpty(r.t(releaseState(rel.State)), rel.Incident, r.dates().short(rel.ChangedAt))})
	}
}

// nearness says in words how much two items resemble each other.
func (r teller) nearness(score float64) string {
	return r.t(NearRow{Score: int(score*100 + .5)}.Word())
}

// markFound marks the words looked for instead of those that decided the verdict.
func markFound(row ItemRow, it desk.Item, words []string) ItemRow {
	inTitle, inBody := foundIn(it.Title, words), foundIn(it.Body, words)
	if strings.TrimSpace(it.Title) == "" {
		row.Text = excerpt(it.Body, inBody, rowText)
		return row
	}
	row.Text = Highlight(it.Title, inTitle)
	if strings.TrimSpace(it.Body) != "" {
		row.Tail = excerpt(it.Body, inBody, rowMore)
	}
	return row
}

// foundIn are the places of words in a text, in order and free of overlap; of a Chinese word that doesn't stand in
// it as a whole, the places of its parts.
func foundIn(text string, words []string) (spans []Span) {
	lower := []rune(strings.ToLower(text))
	if len(lower) != len([]rune(text)) {
		return nil // letters that grow by being made small
	}
	var all []Span
	mark := func(word string) (found bool) {
		w := []rune(strings.ToLower(word))
		for at := 0; len(w) > 0 && at+len(w) <= len(lower); at++ {
			if slices.Equal(lower[at:at+len(w)], w) {
				all, found = append(all, Span{Start: at, End: at + len(w)}), true
				at += len(w) - 1
			}
		}
		return found
	}
	for _, word := range words {
		if r := []rune(word); !mark(word) && len(r) > 2 && r[0] >= 0x80 {
			for at := 0; at+2 <= len(r); at++ {
				mark(string(r[at : at+2]))
			}
		}
	}
	slices.SortFunc(all, func(a, b Span) int {
		if a.Start != b.Start {
			return a.Start - b.Start
		}
		return b.End - a.End
	})
	for _, s := range all {
		if n := len(spans); n > 0 && s.Start <= spans[n-1].End {
			spans[n-1].End = max(spans[n-1].End, s.End)
			continue
		}
		spans = append(spans, s)
	}
	return spans
}

// None is what the page says when nothing was found.
func (searchBody) None() Empty {
	return Empty{Icon: "search", Title: "没有找到", Text: "换个说法，去掉一个条件，或把词写短一些。", Acts: []Act{{Label: "清除筛选", Href: "/search"}}}
}

// searchExamples are what may be typed, each with what it finds.
var searchExamples = []struct{ Typed, Says string }{
	{"停水 临水路", "两个词都出现，顺序不限"}, {"“水管爆裂”", "引号里的字连着出现"}, {"领域:交通运输 渠道:热线 类型:投诉", "按领域、渠道、诉求类型"},
	{"责任单位:住建局 属地:河口区", "按责任单位；属地连同下级"}, {"日期:11-01..11-20", "某日，或某日到某日；也可写 今天、昨天、7天"}, {"号码:13900004471", "来件人电话或来源编号，须有查看个人信息的权限"}, {"相似:38", "与第 38 号来件相近的来件"},
}

// Examples are shown before anything is looked for.
func (searchBody) Examples() []struct{ Typed, Says string } { return searchExamples }

// Address is where an example leads.
func (searchBody) Address(typed string) string { return "/search?q=" + url.QueryEscape(typed) }
