package web

import (
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"huiying/desk"
)

// inboxRows is how many items one page of the inbox shows.
const inboxRows = 50

type inboxBody struct {
	Filters  Filters
	Items    []ItemRow
	Pager    Pager
	Live     bool // the first page takes what arrives
	Filtered bool
	Empty    Empty
	Paste    bool         // may bring in what has no feed
	Export   *itemsExport // nil: not for this person, or nothing is there
}

// itemsExport is where the list can be had as a file.
type itemsExport struct {
	Query template.URL // the filters, encoded
}

// inbox lists items (来件), newest first. Its state lives in the address: filters and place.
func (s *Server) inbox(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "来件", "inbox")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	f := inboxFilter(q)
	list, pager, err := rd.itemsPage(r, f, q)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := inboxBody{Pager: pager, Live: q.Get("after") == "" && q.Get("before") == ""}
	for _, it := range list {
		body.Items = append(body.Items, rd.itemRow(it))
	}
	body.Filters = rd.inboxFilters(f)
	if body.Filters.Views, err = rd.viewsMenu(r, "items"); err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Filtered = body.Filters.Active > 0
	today, err := s.Desk.CountItems(r.Context(), rd.who, f, rd.midnight())
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Pager.Notes = []Said{Say("今日 %s", number(today))}
	if len(list) == 0 {
		body.Empty = emptyInbox(rd.who, body.Filtered)
		if err := s.offerDrill(r, &body.Empty); err != nil {
			s.Fail(w, r, err)
			return
		}
	}
	body.Paste = rd.who.May(desk.ActMediaPaste)
	if rd.who.May(desk.ActItemExport) && len(list) > 0 {
		body.Export = &itemsExport{Query: template.URL(filterQuery(q))}
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "items", page)
}

// inboxFilter reads the filters of an address.
func inboxFilter(q url.Values) desk.ItemFilter {
	return desk.ItemFilter{Channel: q.Get("channel"), Kind: q.Get("kind"), Category: q.Get("category"), Region: q.Get("region"),
		Urgency: q.Get("urgency"), State: q.Get("state"), Query: q.Get("q"), Topic: id64(q.Get("topic"))}
}

// filterQuery is the filters of an address without the place in the list.
func filterQuery(q url.Values) string {
	kept := url.Values{}
	for _, k := range []string{"state", "channel", "kind", "category", "urgency", "region", "topic", "q"} {
		if v := q.Get(k); v != "" {
			kept.Set(k, v)
		}
	}
	return kept.Encode()
}

// itemsPage reads one page in either direction. The place is the id of the row at its edge, so that what comes in
// meanwhile doesn't shift anything; n counts the rows before it, for people.
func (r teller) itemsPage(req *http.Request, f desk.ItemFilter, q url.Values) ([]desk.Item, Pager, error) {
	from := int(id64(q.Get("n")))
	before := id64(q.Get("before"))
	f.Page = desk.Page{After: id64(q.Get("after")), Limit: inboxRows + 1, Newest: true}
	if before > 0 {
		f.Page = desk.Page{After: before, Limit: inboxRows + 1}
	}
	list, err := r.desk.Items(req.Context(), r.who, f)
	if err != nil {
		return nil, Pager{}, err
	}
	more := len(list) > inboxRows
	list = list[:min(len(list), inboxRows)]
	if before > 0 {
		slices.Reverse(list)
	}
	p := Pager{From: from + 1, To: from + len(list)}
	if len(list) == 0 {
		return list, Pager{}, nil
	}
	link := func(key string, id int64, n int) string {
		to := url.Values{}
		for k, v := range q {
			if k != "after" && k != "before" && k != "n" && len(v) > 0 && v[0] != "" {
				to.Set(k, v[0])
			}
		}
		to.Set(key, strconv.FormatInt(id, 10))
		to.Set("n", strconv.Itoa(n))
		return "/items?" + to.Encode()
	}
	if more || before > 0 {
		p.Next = link("after", list[len(list)-1].ID, from+len(list))
	}
	if f.After > 0 && (before == 0 || more) {
		p.Prev = link("before", list[0].ID, max(0, from-inboxRows))
	}
	return list, p, nil
}

func id64(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// inboxFilters are the pickers.
func (r teller) inboxFilters(f desk.ItemFilter) Filters {
	out := Filters{Action: "/items", Target: "#inbox", Query: f.Query, Count: -1}
	var channels, states []Option
	for _, c := range desk.Channels {
		channels = append(channels, Option{Value: string(c), Text: c.Name()})
	}
	for _, s := range desk.ItemStates {
		states = append(states, Option{Value: s.State, Text: s.Name})
	}
	out.Filters = []Filter{
		{Name: "state", Label: "状态", Value: f.State, Options: states},
		{Name: "channel", Label: "渠道", Value: f.Channel, Options: channels},
		{Name: "kind", Label: "诉求类型", Value: f.Kind, Options: sameWords(desk.Kinds)},
		r.categoryFilter(f.Category),
		{Name: "urgency", Label: "紧急程度", Value: f.Urgency, Options: sameWords([]string{desk.UrgencyUrgent, desk.UrgencyRaised, desk.UrgencyNormal})},
		{Name: "region", Label: "属地", Value: f.Region, Text: r.regionName(f.Region), Source: "/choices/code"},
	}
	for _, one := range out.Filters {
		if one.Value != "" {
			out.Active++
		}
	}
	if f.Query != "" {
		out.Active++
	}
	if f.Topic != 0 {
		out.Active++
		out.Keep = []Hidden{{Name: "topic", Value: strconv.FormatInt(f.Topic, 10)}}
	}
	return out
}

// regionName is what a division is called; its code where nobody knows.
func (r teller) regionName(code string) string {
	if d, ok := r.desk.Directory.Region(code); ok {
		return d.Name
	}
	return code
}

// emptyInbox says what to do next.
func emptyInbox(who desk.Actor, filtered bool) Empty {
	e := Empty{Icon: "inbox", Title: "还没有来件", Text: "来电登记、来信和媒体来件到达后会立即出现在这里。"}
	if filtered {
		e = Empty{Icon: "search", Title: "没有符合条件的来件", Text: "换个说法，或去掉一个筛选条件。",
			Acts: []Act{{Label: "清除筛选", Href: "/items"}}}
		return e
	}
	if who.May(desk.ActItemLog) {
		e.Acts = append(e.Acts, Act{Label: "登记一通来电", Href: "/seat", Style: "primary"})
	}
	if who.May(desk.ActSourceManage) {
		e.Acts = append(e.Acts, Act{Label: "添加来源", Href: "/sources"})
	}
	return e
}
