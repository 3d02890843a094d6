package web

import (
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// What is shown of the bytes of one share.
const (
	quarantineShown = 64 << 10
	hexShown        = 2 << 10 // as figures
)

type quarantineBody struct {
	Filters Filters
	Rows    []QuarantineRow
	Pager   Pager
	Again   []ReplayedRow // what was put through the door again just now
	Items   int           // of those, what became items
	More    bool
}

// ReplayedRow is what became of one share that was put through the door again.
type ReplayedRow struct {
	desk.Replayed
	Href  string
	Light string
	Word  string // interface text
}

// QuarantineRow is a share of a raw that couldn't become an item.
type QuarantineRow struct {
	desk.Quarantined
	Href  string
	Light string
	Word  string // interface text
	Brief string // its beginning, with numbers hidden; "" when it isn't text
	Size  int
	// Secret says that it is 保密 or 举报, or may be, and nothing for the reader's eyes.
	Secret bool
}

var quarantineWords = map[string]struct{ light, word string }{"open": {LightYellow, "待处理"}, "mended": {LightMet, "已修复"}, "dropped": {LightOff, "已搁置"}}

func (r teller) quarantineRow(q desk.Quarantined) QuarantineRow {
	w := quarantineWords[q.State]
	return QuarantineRow{Quarantined: q, Href: fmt.Sprintf("/quarantine/%d", q.ID), Light: w.light, Word: w.word, Brief: q.Excerpt(r.who, 160), Size: len(q.Bytes), Secret: q.Hidden(r.who)}
}

// quarantine lists what came in and couldn't be read (隔离).
func (s *Server) quarantine(w http.ResponseWriter, r *http.Request) {
	s.quarantineList(w, r, quarantineBody{})
}

func (s *Server) quarantineList(w http.ResponseWriter, r *http.Request, body quarantineBody) {
	page, err := s.newPage(r, "隔离", "quarantine")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	state := map[string]string{"": "open", "mended": "mended", "dropped": "dropped"}[q.Get("state")] // "all" is any
	list, err := s.Desk.Quarantine(r.Context(), rd.who, state, desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	list, body.Pager = pageOf("/quarantine", q, list, func(x desk.Quarantined) int64 { return x.ID })
	for _, x := range list {
		body.Rows = append(body.Rows, rd.quarantineRow(x))
	}
	body.Filters = Filters{Action: "/quarantine", Target: "#quarantine", NoQuery: true, Count: -1, Filters: []Filter{{Name: "state", Label: "待处理", Value: q.Get("state"),
		Options: []Option{{Value: "mended", Text: "已修复"}, {Value: "dropped", Text: "已搁置"}, {Value: "all", Text: "全部状态"}}}}}
	if body.Filters.Views, err = rd.viewsMenu(r, "quarantine"); err != nil {
		s.Fail(w, r, err)
		return
	}
	page.Live = page.Live && body.Again == nil
	page.Body = body
	s.render(w, r, http.StatusOK, "quarantine", page)
}

// quarantineAll puts all of the same source, or also of the same reason, through the
// door again, and shows what became of each.
func (s *Server) quarantineAll(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f, err := s.readSent(w, r, "like")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	done, more, err := s.Desk.ReplayLike(r.Context(), who, id, f.Value("like") == "source")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := quarantineBody{More: more, Again: []ReplayedRow{}}
	for _, x := range done {
		row := ReplayedRow{Replayed: x, Href: fmt.Sprintf("/quarantine/%d", x.ID), Light: LightMet, Word: "成为来件"}
		switch {
		case x.Status == desk.StatusQuarantined:
			row.Light, row.Word = LightYellow, "仍无法读取"
		case x.ItemID == 0:
			row.Light, row.Word = LightOff, "其中没有来件"
		default:
			body.Items++
			if who.May(desk.ActItemRead) {
				row.Href = fmt.Sprintf("/items/%d", x.ItemID)
			}
		}
		body.Again = append(body.Again, row)
	}
	s.quarantineList(w, r, body)
}

type quarantineOneBody struct {
	dialogs
	Row  QuarantineRow
	Text string // the bytes as text, numbers hidden
	Mark Marked // the same, with the place at fault
	Hex  string // and as figures
	Bad  int    // byte at which it stops being UTF-8; -1: nowhere
	// HexFrom is the byte that the figures begin with.
	HexFrom int
	Cut     bool
	Open    bool
	// Mendable says that the text can be mended on the page: it is text and shown whole.
	Mendable bool
	Numbers  bool   // it can't be because numbers are hidden in it
	Revealed bool   // nothing is hidden: the reader has given a reason
	Who      string // the roles that may see it as it is
	May      map[string]bool
	Likes    []Option
}

// quarantineOne shows the bytes safely, and mends.
func (s *Server) quarantineOne(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.quarantinePage(w, r, id, http.StatusOK, opened(r))
}

func (s *Server) quarantinePage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	s.quarantineShow(w, r, id, status, d, nil)
}

// quarantineShow shows one; shown is what a reveal has given.
func (s *Server) quarantineShow(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs, shown *desk.Quarantined) {
	page, err := s.newPage(r, "隔离", "quarantine")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q, err := s.Desk.QuarantinedByID(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := quarantineOneBody{dialogs: d, Row: rd.quarantineRow(q), Open: q.State == "open", Cut: len(q.Bytes) > quarantineShown}
	body.Text, body.Bad = q.Excerpt(rd.who, quarantineShown), badByte(q.Bytes)
	from := 0
	if body.Bad > hexShown/2 { // from somewhat before the fault
		from = min((body.Bad-hexShown/4)&^15, len(q.Bytes)&^15)
	}
	body.Hex, body.HexFrom = hex.Dump(q.Dump(from + hexShown)[from:]), from
	text := utf8.Valid(q.Bytes) && !body.Cut && len(q.Bytes) > 0
	if body.Revealed = shown != nil; body.Revealed && text {
		body.Text = string(q.Bytes)
	}
	body.Mark = markFault(body.Text, q.Field, q.Reason)
	// Text whose numbers are hidden can't be mended in place: the stars would go in for
	// them. What somebody typed and was refused comes back.
	body.Numbers = text && body.Text != string(q.Bytes)
	body.Mendable = body.Open && (text && !body.Numbers || d.Dialog == "mend" && d.Value("bytes") != "")
	body.begin("mend", "bytes", body.Text)
	sees := rd.who.May(desk.ActQuarantineSee)
	body.May = map[string]bool{"reveal": body.Open && body.Numbers && sees, "file": sees, "upload": body.Open && !body.Row.Secret, "drop": body.Open, "reopen": q.State == "dropped"}
	body.offer(func(dialog string) bool { return dialog == "mend" || body.May[dialog] })
	body.Likes = []Option{{Value: "", Text: "只这一件"}, {Value: string(desk.LikeReason), Text: "同一来源、同一原因的全部"}, {Value: string(desk.LikeSource), Text: "同一来源的全部"}}
	var names []string
	for _, role := range desk.RolesWith(desk.ActQuarantineSee) {
		names = append(names, rd.t(role.Name()))
	}
	body.Who = strings.Join(names, rd.t("、"))
	page.Context, page.Back, page.Body = []string{q.Source, rd.dates().minute(q.At)}, "/quarantine", body
	s.render(w, r, status, "quarantine-one", page)
}
