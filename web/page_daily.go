package web

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

const (
	// maxDailyBody leaves room for the form around a file.
	maxDailyBody = desk.MaxDaily + 1<<20
	// maxDailyWords bounds the entries of a file as the form carries them, in bytes;
	// a byte takes three at most on the way.
	maxDailyWords = 6 << 20
	maxTakeBody   = 3*maxDailyWords + 1<<20
	// takeIn is how long one request takes entries in; the rest waits for the next press.
	takeIn = 10 * time.Second
)

// dailyWire is an entry between the two steps. It passes the same checks as what is pasted.
type dailyWire struct {
	Key       string     `json:"key"`
	Platform  string     `json:"platform"`
	URL       string     `json:"url,omitempty"`
	Title     string     `json:"title,omitempty"`
	Text      string     `json:"text,omitempty"`
	Author    string     `json:"author,omitempty"`
	Reads     *int64     `json:"reads,omitempty"`
	Comments  *int64     `json:"comments,omitempty"`
	Shares    *int64     `json:"shares,omitempty"`
	Captured  time.Time  `json:"captured"`
	Published *time.Time `json:"published,omitempty"`
}

func (d dailyWire) paste() desk.Paste {
	return desk.Paste{Key: d.Key, Platform: d.Platform, URL: d.URL, Title: d.Title, Text: d.Text, Author: d.Author, Reads: d.Reads, Comments: d.Comments, Shares: d.Shares, Captured: d.Captured, Published: d.Published}
}

func wireOf(p desk.Paste) dailyWire {
	return dailyWire{Key: p.Key, Platform: p.Platform, URL: p.URL, Title: p.Title, Text: p.Text, Author: p.Author, Reads: p.Reads, Comments: p.Comments, Shares: p.Shares, Captured: p.Captured, Published: p.Published}
}

// DailyRow is an entry to be ticked, or what became of it.
type DailyRow struct {
	desk.DailyEntry
	N           int    // from 1
	Wire        string // JSON of a dailyWire
	Ticked      bool
	Name, Brief string
	Figures     string // that are known, in the reader's words
	Wrong       string // in the reader's words
	// Once it was tried:
	Light, Word string // interface text
	Href        string
}

type dailyBody struct {
	Form
	Rows  []DailyRow // to be ticked
	Done  []DailyRow // tried
	Count map[string]int
	Left  bool // Rows are what there was no time for
}

// wrongNames are the fields of an entry, for what is said about them.
var wrongNames = map[string]string{"platform": "平台", "url": "链接", "title": "标题", "text": "文字", "author": "发布者", "reads": "阅读", "comments": "评论", "shares": "转发", "published": "发布时间", "captured": "采集时间"}

// wrong says what is wrong with an entry, the field first.
func (r teller) wrong(e *desk.Error) string {
	if e == nil {
		return ""
	}
	text := r.t(e.Text, e.Args...)
	if name, ok := wrongNames[e.Field]; ok {
		return r.t("%s：%s", r.t(name), text)
	}
	return text
}

func (r teller) dailyRow(i int, e desk.DailyEntry) (DailyRow, error) {
	b, err := json.Marshal(wireOf(e.Paste))
	if err != nil {
		return DailyRow{}, err
	}
	row := DailyRow{DailyEntry: e, N: i + 1, Wire: string(b), Ticked: e.Err == nil && e.Same == 0, Name: e.Title, Brief: cut(e.Text, 120), Wrong: r.wrong(e.Err)}
	if row.Name == "" {
		row.Name, row.Brief = row.Brief, ""
	}
	var figures []string
	for _, f := range []struct {
		words string
		n     *int64
	}{{"阅读 %s", e.Reads}, {"评论 %s", e.Comments}, {"转发 %s", e.Shares}} {
		if f.n != nil {
			figures = append(figures, r.t(f.words, number(int(*f.n))))
		}
	}
	row.Figures = strings.Join(figures, " · ")
	return row, nil
}

// dailyLook takes a vendor's daily file apart and shows its entries. Nothing is kept.
func (s *Server) dailyLook(w http.ResponseWriter, r *http.Request) {
	name, file, err := readDaily(r)
	var list []desk.DailyEntry
	if err == nil {
		list, err = s.Desk.LookDaily(r.Context(), identityOf(r.Context()).who, name, file)
	}
	if err != nil {
		s.dailyRefused(w, r, err)
		return
	}
	s.dailyPage(w, r, http.StatusOK, name, list, nil, dailyBody{})
}

// dailyRefused says beside the file's field what is wrong with it.
func (s *Server) dailyRefused(w http.ResponseWriter, r *http.Request, err error) {
	var body pasteBody
	if !body.fail(s, r, renamed(err, "file", "daily")) {
		s.Fail(w, r, err)
		return
	}
	s.pastePage(w, r, body.Status(), body)
}

// dailyPage shows entries to be ticked; ticked is nil for all that can be.
func (s *Server) dailyPage(w http.ResponseWriter, r *http.Request, status int, name string, list []desk.DailyEntry, ticked []int, body dailyBody) {
	page, err := s.newPage(r, "导入监测日报", "inbox")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd, size := s.teller(r, page), 0
	for i, e := range list {
		row, err := rd.dailyRow(i, e)
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		if ticked != nil {
			row.Ticked = slices.Contains(ticked, row.N)
		}
		if size += len(row.Wire); size > maxDailyWords {
			s.dailyRefused(w, r, desk.Invalid("daily", "拆出的文字超过 %d MB，请分成几个文件", maxDailyWords>>20))
			return
		}
		body.Rows = append(body.Rows, row)
	}
	if name != "" {
		page.Context = []string{name}
	}
	page.Live = false // a redraw would take the entries away
	page.Back, page.Body = "/media/paste", body
	s.render(w, r, status, "daily", page)
}

// readDaily reads the form with the file.
func readDaily(r *http.Request) (name string, file []byte, err error) {
	lost := func(err error) error {
		return &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文件没有收全，请重新选择", Cause: err}
	}
	var big *http.MaxBytesError
	switch err := r.ParseMultipartForm(1 << 20); {
	case errors.As(err, &big):
		return "", nil, desk.Invalid("file", "文件不超过 %d MB", desk.MaxDaily>>20)
	case err != nil:
		return "", nil, lost(err)
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // what is left in the temporary folder goes with it
	if len(r.MultipartForm.File["file"]) == 0 {
		return "", nil, desk.Invalid("file", "请选择一个 DOCX、XLSX 或 CSV 文件")
	}
	h := r.MultipartForm.File["file"][0]
	in, err := h.Open()
	if err != nil {
		return "", nil, &desk.Error{Code: desk.CodeInternal, Cause: err}
	}
	defer in.Close()
	if file, err = io.ReadAll(io.LimitReader(in, desk.MaxDaily+1)); err != nil {
		return "", nil, lost(err)
	}
	return sheetName(h.Filename), file, nil
}

// dailyKey is what names an entry: nothing that was pasted by hand can be meant.
var dailyKey = regexp.MustCompile(`^daily-[0-9a-f]{32}$`)

// sentDaily reads the entries that the form carried, and which were ticked, from 1.
func sentDaily(r *http.Request) (list []desk.Paste, ticked []int, err error) {
	bad := func(err error) error {
		return &desk.Error{Code: desk.CodeInvalid, Field: "daily", Text: "条目无法读取，请重新上传文件", Cause: err}
	}
	if err := r.ParseForm(); err != nil {
		return nil, nil, bad(err)
	}
	sent := r.PostForm["entry"]
	if len(sent) == 0 || len(sent) > desk.MaxDailyEntries {
		return nil, nil, bad(fmt.Errorf("%d entries", len(sent)))
	}
	for _, s := range sent {
		var e dailyWire
		if err := json.Unmarshal([]byte(s), &e); err != nil || !dailyKey.MatchString(e.Key) {
			return nil, nil, bad(errors.Join(err, fmt.Errorf("an entry %.80q", s)))
		}
		list = append(list, e.paste())
	}
	ticked = []int{}
	for _, s := range r.PostForm["take"] {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > len(list) {
			return nil, nil, bad(fmt.Errorf("ticked: %.20q", s))
		}
		if !slices.Contains(ticked, n) {
			ticked = append(ticked, n)
		}
	}
	return list, ticked, nil
}

// dailyTake takes the ticked entries in and shows what became of each. What there is no
// time for stands below, to be taken with another press.
func (s *Server) dailyTake(w http.ResponseWriter, r *http.Request) {
	who := identityOf(r.Context()).who
	list, ticked, err := sentDaily(r)
	if err != nil {
		s.dailyRefused(w, r, err)
		return
	}
	var body dailyBody
	if len(ticked) == 0 {
		entries, err := s.Desk.CheckDaily(r.Context(), who, list)
		if err != nil || !body.fail(s, r, desk.Invalid("", "请至少勾选一条")) {
			s.Fail(w, r, err)
			return
		}
		s.dailyPage(w, r, body.Status(), "", entries, ticked, body)
		return
	}
	var wanted []desk.Paste
	for _, n := range ticked {
		wanted = append(wanted, list[n-1])
	}
	done, err := s.Desk.TakeDaily(r.Context(), who, wanted, takeIn)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := teller{desk: s.Desk, views: s.Views, who: who, lang: LangOf(r), now: s.Desk.Now()}
	body.Count = map[string]int{}
	for i, t := range done {
		row, err := rd.dailyRow(ticked[i]-1, desk.DailyEntry{Paste: wanted[i]})
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		row.tell(rd, t)
		body.Count[row.Word]++
		body.Done = append(body.Done, row)
	}
	rest, err := s.Desk.CheckDaily(r.Context(), who, wanted[len(done):])
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Left = len(rest) > 0
	s.dailyPage(w, r, http.StatusOK, "", rest, nil, body)
}

// tell says what became of an entry.
func (row *DailyRow) tell(r teller, t desk.DailyTaken) {
	if t.Refused != nil {
		row.Light, row.Word, row.Wrong = LightRed, "没有导入", r.wrong(t.Refused)
		return
	}
	row.Href = "/items/" + strconv.FormatInt(t.ID, 10)
	switch t.Status {
	case desk.StatusDuplicate:
		row.Light, row.Word = LightOff, "已有"
	case desk.StatusUpdated:
		row.Light, row.Word = LightMet, "已更新"
	default:
		row.Light, row.Word = LightMet, "已导入"
	}
}

// Tally is how many entries ended how, in words.
func (b dailyBody) Tally() []Said {
	var all []Said
	for _, c := range []struct{ word, text string }{{"已导入", "新建 %d"}, {"已更新", "更新 %d"}, {"已有", "已有 %d"}, {"没有导入", "没有导入 %d"}} {
		if n := b.Count[c.word]; n > 0 {
			all = append(all, Said{Text: c.text, Args: []any{n}})
		}
	}
	return all
}
