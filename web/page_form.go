package web

import (
	"errors"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"huiying/desk"
)

// Form is what somebody typed, with what is wrong about it: it comes back as it was.
type Form struct {
	Values map[string]string
	Faults map[string]string // by field, in the reader's words
	Errors []FieldError      // the summary, in the order in which faults were found
}

// readForm takes the named fields of a sent form, trimmed at the end only: what people type is theirs.
func readForm(r *http.Request, names ...string) (Form, error) {
	f := Form{Values: map[string]string{}, Faults: map[string]string{}}
	if err := r.ParseForm(); err != nil {
		return f, &desk.Error{Code: desk.CodeInvalid, Text: "表单无法读取，请刷新页面后重试", Cause: err}
	}
	for _, name := range names {
		f.Values[name] = strings.TrimRight(r.PostForm.Get(name), " \t\r\n")
	}
	return f, nil
}

// Value and Fault are what a view gives to a field.
func (f Form) Value(name string) string { return f.Values[name] }

// Fault is what is wrong with a field; "" for nothing.
func (f Form) Fault(name string) string { return f.Faults[name] }

// fail puts a refusal beside its field and in the summary. It says false for what isn't the form's fault, which
// then goes to Server.Fail.
func (f *Form) fail(s *Server, r *http.Request, err error) bool {
	var e *desk.Error
	if !errors.As(err, &e) || e.Code != desk.CodeInvalid && e.Code != desk.CodeConflict && e.Code != desk.CodeTooMany {
		return false
	}
	text := s.Views.Text(LangOf(r), e.Text, e.Args...)
	if f.Faults == nil {
		f.Faults = map[string]string{}
	}
	line := FieldError{Text: text}
	if e.Field != "" {
		name := strings.ReplaceAll(e.Field, ".", "-")
		f.Faults[name] = text
		line.ID = "f-" + name
	}
	f.Errors = append(f.Errors, line)
	return true
}

// Status is that of the page that shows the form again.
func (f Form) Status() int {
	if len(f.Errors) > 0 {
		return http.StatusUnprocessableEntity
	}
	return http.StatusOK
}

// formTime is how a datetime-local field writes an instant.
const formTime = "2006-01-02T15:04"

// instant reads a field of type datetime-local in the office's zone; empty is nil.
func (s *Server) instant(f Form, name string) (*time.Time, error) {
	v := strings.TrimSpace(f.Values[name])
	if v == "" {
		return nil, nil
	}
	for _, layout := range []string{formTime, "2006-01-02T15:04:05", "2006-01-02 15:04"} {
		if t, err := time.ParseInLocation(layout, v, s.Desk.Policy.Office.Location); err == nil {
			t = t.UTC()
			return &t, nil
		}
	}
	return nil, desk.Invalid(name, "时间无法识别，请写成 2026-11-21 20:13 的样子")
}

// actedAt is an actual time that defaults to now.
func (s *Server) actedAt(f Form, name string) (time.Time, error) {
	t, err := s.instant(f, name)
	if err != nil {
		return time.Time{}, err
	}
	if t == nil {
		return s.Desk.Now(), nil
	}
	return *t, nil
}

// fieldTime fills a datetime-local field.
func (s *Server) fieldTime(t *time.Time) string {
	if t == nil {
		return ""
	}
	return t.In(s.Desk.Policy.Office.Location).Format(formTime)
}

// number reads a whole figure; empty is nil.
func number64(f Form, name string) (*int64, error) {
	v := strings.TrimSpace(f.Values[name])
	if v == "" {
		return nil, nil
	}
	n, err := strconv.ParseInt(v, 10, 64)
	if err != nil {
		return nil, desk.Invalid(name, "请填写整数")
	}
	return &n, nil
}

// pathID reads the number of the record in the address.
func pathID(r *http.Request, name string) (int64, error) {
	n, err := strconv.ParseInt(chi.URLParam(r, name), 10, 64)
	if err != nil || n <= 0 {
		return 0, desk.NotFound("没有这条记录")
	}
	return n, nil
}
