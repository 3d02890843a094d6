package web

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
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
}

var quarantineWords = map[string]struct{ light, word string }{"open": {LightYellow, "待处理"}, "mended": {LightMet, "已修复"}, "dropped": {LightOff, "已搁置"}}

func (r teller) quarantineRow(q desk.Quarantined) QuarantineRow {
	w := quarantineWords[q.State]
	return QuarantineRow{Quarantined: q, Href: fmt.Sprintf("/quarantine/%d", q.ID), Light: w.light, Word: w.word, Brief: q.Excerpt(r.who, 160), Size: len(q.Bytes)}
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
	state := map[string]string{"": "open", "mended": "mended"}[q.Get("state")] // "all" is any
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
		Options: []Option{{Value: "mended", Text: "已修复"}, {Value: "all", Text: "全部状态"}}}}}
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
	body.Mark = markFault(body.Text, q.Field, q.Reason)
	from := 0
	if body.Bad > hexShown/2 { // from somewhat before the fault
		from = min((body.Bad-hexShown/4)&^15, len(q.Bytes)&^15)
	}
	body.Hex, body.HexFrom = hex.Dump(q.Dump(from + hexShown)[from:]), from
	// Text whose numbers are hidden can't be mended in place: the stars would go in for them.
	body.Mendable = body.Open && utf8.Valid(q.Bytes) && !body.Cut && body.Text == string(q.Bytes) && body.Text != ""
	body.begin("mend", "bytes", body.Text)
	page.Context, page.Back, page.Body = []string{q.Source, rd.dates().minute(q.At)}, "/quarantine", body
	s.render(w, r, status, "quarantine-one", page)
}

// quarantineMend puts mended bytes, or the same once more, through the door.
func (s *Server) quarantineMend(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	var mended []byte
	if f.Value("as") == "mended" {
		if f.Value("bytes") == "" {
			return outcome{}, desk.Invalid("bytes", "内容不能为空")
		}
		mended = []byte(f.Value("bytes"))
	}
	results, err := s.Desk.MendQuarantined(ctx, who, id, mended)
	if err != nil {
		return outcome{}, err
	}
	for _, r := range results {
		switch {
		case r.Status == desk.StatusQuarantined && r.Err != nil:
			return outcome{to: "/quarantine/" + strconv.FormatInt(r.ID, 10), say: "仍无法读取，已作为新的一件隔离：%s", args: []any{r.Err.Message()}}, nil
		case r.Status == desk.StatusQuarantined:
			return outcome{to: "/quarantine", say: "仍无法读取，已作为新的一件隔离"}, nil
		}
	}
	if len(results) == 0 {
		return outcome{to: "/quarantine", say: "已重放，其中没有来件"}, nil
	}
	to := "/quarantine"
	if who.May(desk.ActItemRead) {
		to = "/items/" + strconv.FormatInt(results[0].ID, 10)
	}
	return outcome{to: to, say: "已修复，成为来件"}, nil
}
