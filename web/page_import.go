package web

import (
	"context"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"strconv"
	"strings"

	"huiying/desk"
	"huiying/desk/report"
)

type importBody struct {
	dialogs
	M       ImportRow
	Look    *desk.SheetLook // while it can still be read in another way
	Columns []ImportColumn
	Fields  []Option
	Sheets  []Option
	Check   *desk.ImportCheck
	Faults  []ImportFault
	Running bool
	Most    int // of the progress bar
	Bad     string
}

// ImportColumn is a column with the field it fills, and what stands in it.
type ImportColumn struct {
	Name, Samples string
	Field         Field
}

// ImportFault is a row that would be quarantined.
type ImportFault struct {
	desk.ImportRow
	FieldIs string // interface text
}

// leftOut is the choice for a column that fills no field.
const leftOut = "-"

// importOne shows how a table is understood, and later how far it is.
func (s *Server) importOne(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.importPage(w, r, id, http.StatusOK, importBody{})
}

func (s *Server) importAgain(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	s.importPage(w, r, id, status, importBody{dialogs: d})
}

func (s *Server) importPage(w http.ResponseWriter, r *http.Request, id int64, status int, body importBody) {
	page, err := s.newPage(r, "表格导入", "sources")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	m, err := s.Desk.Import(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	if m.State == desk.ImportReady {
		var look desk.SheetLook
		if m, look, err = s.Desk.ImportLook(r.Context(), rd.who, id); err != nil {
			s.Fail(w, r, err)
			return
		}
		body.Look = &look
		rd.importColumns(&body, look)
	}
	if body.Check != nil {
		for _, f := range body.Check.Faults {
			body.Faults = append(body.Faults, ImportFault{ImportRow: f, FieldIs: desk.SheetFieldName(f.Field)})
		}
	}
	body.M, body.Running, body.Most = importRow(m), m.State == desk.ImportRunning, max(m.Total, m.Brought(), 1)
	page.Context, page.Back, page.Body = []string{m.Source, m.FileName}, "/imports", body
	s.render(w, r, status, "import", page)
}

// importColumns makes the pickers: what was typed, else what holds.
func (r teller) importColumns(body *importBody, look desk.SheetLook) {
	for _, f := range desk.SheetFields {
		body.Fields = append(body.Fields, Option{Value: f.Field, Text: r.t(f.Name), Hint: f.Field})
	}
	body.Fields = append(body.Fields, Option{Value: leftOut, Text: r.t("不导入")})
	for _, name := range look.Sheets {
		body.Sheets = append(body.Sheets, Option{Value: name, Text: name})
	}
	for i, name := range look.Mapping.Names {
		c := ImportColumn{Name: name}
		var samples []string
		for _, row := range look.First {
			if i < len(row) && row[i] != "" && len(samples) < 3 {
				samples = append(samples, cut(row[i], 30))
			}
		}
		c.Samples = strings.Join(samples, " ｜ ")
		value := look.Mapping.Fields[i]
		if value == "" {
			value = leftOut
		}
		at := "column-" + strconv.Itoa(i)
		if typed, ok := body.Values[at]; ok {
			value = typed
		}
		c.Field = Field{Name: at, ID: "f-" + at, Type: "combo", Label: "对应字段", Value: value, Options: body.Fields, Error: body.Fault(at)}
		for _, o := range body.Fields {
			if o.Value == value {
				c.Field.Text = o.Text
			}
		}
		body.Columns = append(body.Columns, c)
	}
}

// importMap changes how the table is read.
func (s *Server) importMap(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	m, err := s.Desk.Import(r.Context(), who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	names := []string{"sheet", "header"}
	for i := range m.Mapping.Names {
		names = append(names, "column-"+strconv.Itoa(i))
	}
	f, err := s.readSent(w, r, names...)
	if err == nil {
		to := m.Mapping
		if f.Value("sheet") != "" {
			to.Sheet = f.Value("sheet")
		}
		if to.Header, err = strconv.Atoi(f.Value("header")); err != nil || to.Header < 0 || to.Header > 1000 {
			err = desk.Invalid("header", "请填写表头所在的行号，没有表头填 0")
		} else {
			to.Fields = make([]string, len(m.Mapping.Names))
			for i := range to.Fields {
				if v := f.Value("column-" + strconv.Itoa(i)); v != leftOut {
					to.Fields[i] = v
				}
			}
			_, err = s.Desk.MapImport(r.Context(), who, id, to)
		}
	}
	if err != nil {
		d := dialogs{Form: f.Form}
		if !d.failIn(s, r, "", err) {
			s.Fail(w, r, err)
			return
		}
		for i := range d.Errors { // the fields stand on the page itself
			d.Errors[i].ID = strings.Replace(d.Errors[i].ID, "f--", "f-", 1)
		}
		s.importAgain(w, r, id, d.Status(), d)
		return
	}
	s.done(w, r, importHome(id), "已改好，请再核对")
}

// importCheck is the dry run, shown on the very answer.
func (s *Server) importCheck(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	_, check, err := s.Desk.CheckImport(r.Context(), identityOf(r.Context()).who, id)
	body := importBody{Check: &check}
	if err != nil {
		body.Check = nil
		if !body.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
	}
	s.importPage(w, r, id, body.Status(), body)
}

func (s *Server) importStart(ctx context.Context, who desk.Actor, id int64, _ sentForm) (outcome, error) {
	_, err := s.Desk.StartImport(ctx, who, id)
	return outcome{say: "已开始导入，离开本页也会继续"}, err
}

func (s *Server) importDrop(ctx context.Context, who desk.Actor, id int64, _ sentForm) (outcome, error) {
	m, err := s.Desk.DropImport(ctx, who, id)
	if m.State == desk.ImportFailed {
		return outcome{say: "已停止；已导入的来件保留，可以继续导入"}, err
	}
	return outcome{to: "/imports", say: "已放弃，没有导入任何来件"}, err
}

// importResults gives what became of each row, as a file.
func (s *Server) importResults(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	if _, err := s.Desk.Import(r.Context(), who, id); err != nil {
		s.Fail(w, r, err)
		return
	}
	rows := func(yield func(desk.ImportRow, error) bool) {
		stopped := false
		err := s.Desk.ImportResults(r.Context(), who, id, func(row desk.ImportRow) error {
			if !yield(row, nil) {
				stopped = true
				return context.Canceled
			}
			return nil
		})
		if err != nil && !stopped {
			yield(desk.ImportRow{}, err)
		}
	}
	lang := LangOf(r)
	say := func(text string) string { return s.Views.Text(lang, text) }
	s.sendTable(w, r, report.ImportResults(rows, say), report.CSV, fmt.Sprintf("导入结果-%d", id))
}

// exportItems takes the inbox out as it is filtered.
func (s *Server) exportItems(w http.ResponseWriter, r *http.Request) {
	format := report.CSV
	if strings.HasSuffix(r.URL.Path, ".xlsx") {
		format = report.XLSX
	}
	_, list, err := s.Desk.ExportItems(r.Context(), identityOf(r.Context()).who, inboxFilter(r.URL.Query()), format)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	name := "来件-" + s.Desk.Now().In(s.Views.zone).Format("20060102-1504")
	s.sendTable(w, r, report.Items(iter.Seq2[desk.Item, error](list), s.Desk.Directory, s.Views.zone), format, name)
}

// sendTable hands out a table. What fails on the way cuts the connection: half a file
// must not pass for a whole one.
func (s *Server) sendTable(w http.ResponseWriter, r *http.Request, t report.Table, format, name string) {
	h := w.Header()
	h.Set("Content-Type", report.ContentType(format))
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name + "." + format}))
	h.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	h.Set("Cache-Control", "private, no-store")
	if err := t.Write(w, format); err != nil {
		s.Log.ErrorContext(r.Context(), "a table wasn't sent whole", "error", err)
		panic(http.ErrAbortHandler)
	}
}
