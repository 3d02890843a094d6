package web

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// maxSheetBody leaves room for the form around a file.
const maxSheetBody = desk.MaxSheet + 1<<20

// routesImports are the pages on which tables are brought in.
func (s *Server) routesImports() []route {
	need := acts(desk.ActSourceManage)
	at := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, fields, importHome, s.importAgain, act)
	}
	return []route{
		{method: get, path: "/imports", acts: need, handler: s.imports},
		{method: post, path: "/imports", acts: need, limit: maxSheetBody, handler: s.importUpload},
		{method: get, path: "/imports/{id}", acts: need, handler: s.importOne},
		{method: post, path: "/imports/{id}/map", acts: need, handler: s.importMap},
		{method: post, path: "/imports/{id}/check", acts: need, handler: s.importCheck},
		{method: post, path: "/imports/{id}/start", acts: need, handler: at("", s.importStart)},
		{method: post, path: "/imports/{id}/drop", acts: need, handler: at("", s.importDrop)},
		{method: get, path: "/imports/{id}/results", acts: need, handler: s.importResults},
		{method: get, path: "/items.csv", acts: acts(desk.ActItemExport), handler: s.exportItems},
		{method: get, path: "/items.xlsx", acts: acts(desk.ActItemExport), handler: s.exportItems},
	}
}

func importHome(id int64) string { return fmt.Sprintf("/imports/%d", id) }

// importWords are the states of an import.
var importWords = map[string]struct{ light, word string }{desk.ImportReady: {LightYellow, "待确认"}, desk.ImportRunning: {LightYellow, "导入中"}, desk.ImportDone: {LightMet, "已完成"},
	desk.ImportFailed: {LightRed, "已停止"}, desk.ImportDropped: {LightOff, "已放弃"}}

// ImportRow is an import in the list, and on its page.
type ImportRow struct {
	desk.Import
	Href        string
	Light, Word string // interface text
	Kilobytes   int
}

func importRow(m desk.Import) ImportRow {
	w := importWords[m.State]
	return ImportRow{Import: m, Href: importHome(m.ID), Light: w.light, Word: w.word, Kilobytes: (m.Size + 1023) >> 10}
}

type importsBody struct {
	Form
	Rows    []ImportRow
	Pager   Pager
	Sources []Option
	Most    int // MiB
}

// imports lists what was brought in from tables, and takes another (表格导入).
func (s *Server) imports(w http.ResponseWriter, r *http.Request) {
	s.importsPage(w, r, http.StatusOK, Form{Values: map[string]string{"source": r.URL.Query().Get("source")}})
}

func (s *Server) importsPage(w http.ResponseWriter, r *http.Request, status int, f Form) {
	page, err := s.newPage(r, "表格导入", "sources")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	q := r.URL.Query()
	list, err := s.Desk.Imports(r.Context(), rd.who, 0, desk.Page{After: id64(q.Get("after")), Limit: listRows + 1, Newest: true})
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	sources, err := s.Desk.Sources(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := importsBody{Form: f, Most: desk.MaxSheet >> 20}
	list, body.Pager = pageOf("/imports", q, list, func(m desk.Import) int64 { return m.ID })
	for _, m := range list {
		body.Rows = append(body.Rows, importRow(m))
	}
	for _, x := range sources {
		if x.Kind == desk.KindHotline && x.State == "active" {
			body.Sources = append(body.Sources, Option{Value: strconv.FormatInt(x.ID, 10), Text: x.Name})
		}
	}
	if body.Value("source") == "" && len(body.Sources) > 0 {
		body.Values["source"] = body.Sources[0].Value
	}
	page.Back, page.Body = "/sources", body
	s.render(w, r, status, "imports", page)
}

// importUpload takes a file and shows how it is understood.
func (s *Server) importUpload(w http.ResponseWriter, r *http.Request) {
	f, name, file, err := readSheet(r)
	var m desk.Import
	if err == nil {
		m, err = s.Desk.NewImport(r.Context(), identityOf(r.Context()).who, id64(f.Value("source")), name, file)
	}
	if desk.CodeOf(err) == desk.CodeNotFound {
		err = desk.Invalid("source", "请选择来源")
	}
	if err != nil {
		if !f.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		s.importsPage(w, r, f.Status(), f)
		return
	}
	s.done(w, r, importHome(m.ID), "已收下文件，请核对各列")
}

// readSheet reads the form with the table.
func readSheet(r *http.Request) (f Form, name string, file []byte, err error) {
	f = Form{Values: map[string]string{}, Faults: map[string]string{}}
	if err := r.ParseMultipartForm(1 << 20); err != nil {
		var big *http.MaxBytesError
		if errors.As(err, &big) {
			return f, "", nil, desk.Invalid("file", "文件不超过 %d MB；更大的请在服务器上用 huiying import 导入", desk.MaxSheet>>20)
		}
		return f, "", nil, &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文件没有收全，请重新选择", Cause: err}
	}
	defer func() { _ = r.MultipartForm.RemoveAll() }() // what is left in the temporary folder goes with it
	if f, err = readForm(r, "source"); err != nil {
		return f, "", nil, err
	}
	if len(r.MultipartForm.File["file"]) == 0 {
		return f, "", nil, desk.Invalid("file", "请选择一个 CSV 或 XLSX 文件")
	}
	h := r.MultipartForm.File["file"][0]
	in, err := h.Open()
	if err != nil {
		return f, "", nil, &desk.Error{Code: desk.CodeInternal, Cause: err}
	}
	defer in.Close()
	if file, err = io.ReadAll(io.LimitReader(in, desk.MaxSheet+1)); err != nil {
		return f, "", nil, &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文件没有收全，请重新选择", Cause: err}
	}
	return f, sheetName(h.Filename), file, nil
}

// sheetName keeps the last part of a name, without what could lead elsewhere.
func sheetName(name string) string {
	name = path.Base(strings.ReplaceAll(strings.ToValidUTF8(name, ""), `\`, "/"))
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`"*/:<>?\|`, r) || r == 0x7f || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069 {
			return -1
		}
		return r
	}, name)
	if name = strings.Trim(name, " ."); name == "" {
		name = "table"
	}
	if n := utf8.RuneCountInString(name); n > 120 {
		name = string([]rune(name)[n-120:])
	}
	return name
}
