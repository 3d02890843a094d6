package web

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type recordBody struct {
	Filters Filters
	Rows    []RecordRow
	Pager   Pager
	Actor   string
}

// RecordRow is one event as the auditor reads it.
type RecordRow struct {
	desk.Event
	Word    string // what was done, in the reader's words
	Acted   string // to the second
	Entered string
	Subject string
	Change  string // before → after, as recorded
	IsLate  bool
	ViaIs   string // interface text
}

var viaWords = map[string]string{"session": "页面", "token": "令牌", "key": "来源密钥", "cli": "命令行", "system": "系统"}

var subjectWords = map[string]string{"item": "来件", "batch": "批次", "incident": "事件", "clock": "时限", "release": "文稿", "briefing": "发布会", "publication": "发布",
	"notice": "提醒", "delivery": "送达", "person": "人员", "source": "来源", "quarantine": "隔离", "change": "变更", "setting": "设置", "view": "常用筛选"}

// record is the record of every act (留痕), for the auditor, the newest first.
func (s *Server) record(w http.ResponseWriter, r *http.Request) {
	page, err := s.newPage(r, "留痕", "record")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	list, err := s.Desk.Events(r.Context(), rd.who, desk.EventFilter{Type: q.Get("type"), Actor: q.Get("q"), Page: desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true}})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := recordBody{Actor: q.Get("q")}
	list, body.Pager = pageOf("/record", q, list, func(e desk.Event) int64 { return e.ID })
	for _, e := range list {
		body.Rows = append(body.Rows, rd.recordRow(e))
	}
	var types []Option
	for t, w := range eventWords {
		types = append(types, Option{Value: t, Text: rd.t(w), Keys: pinyinKeys(w)})
	}
	slices.SortFunc(types, func(a, b Option) int { return strings.Compare(a.Value, b.Value) })
	body.Filters = Filters{Action: "/record", Target: "#record", Query: q.Get("q"), Count: -1, Filters: []Filter{{Name: "type", Label: "全部事项", Value: q.Get("type"), Options: types}}}
	if q.Get("q") != "" || q.Get("type") != "" {
		body.Filters.Active = 1
	}
	if body.Filters.Views, err = rd.viewsMenu(r, "record"); err != nil {
		s.Fail(w, r, err)
		return
	}
	page.Body = body
	s.render(w, r, http.StatusOK, "record", page)
}

func (r teller) recordRow(e desk.Event) RecordRow {
	row := RecordRow{Event: e, Word: r.eventWord(e), IsLate: e.Late(), ViaIs: orWords(viaWords[e.Via], e.Via)}
	row.Subject = r.t(orWords(subjectWords[e.Subject.Kind], e.Subject.Kind)) + " " + e.Subject.ID
	d := r.dates()
	row.Acted, row.Entered = d.dayOfYear(e.ActedAt)+" "+d.hms(e.ActedAt), d.dayOfYear(e.At)+" "+d.hms(e.At)
	if before, after := short(e.Before), short(e.After); before != "" || after != "" {
		row.Change = orWords(before, "–") + " → " + orWords(after, "–")
	}
	return row
}

// short is recorded JSON as one line, what is empty left out and numbers of people hidden, since some of it was typed.
func short(raw json.RawMessage) string {
	var fields map[string]any
	if len(raw) == 0 || string(raw) == "null" {
		return ""
	}
	line := strings.Trim(string(raw), `"`)
	if json.Unmarshal(raw, &fields) == nil {
		var words []string
		for k, v := range fields {
			if v == nil || v == "" {
				continue
			}
			if list, ok := v.([]any); ok {
				v = strings.Trim(fmt.Sprint(list), "[]")
			}
			words = append(words, fmt.Sprintf("%s %v", k, v))
		}
		slices.Sort(words)
		line = strings.Join(words, " · ")
	}
	return cut(desk.MaskText(line), 160)
}

// Element is the row's element.
func (r RecordRow) Element() string { return fmt.Sprintf("event-%d", r.ID) }
