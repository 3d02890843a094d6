package web

import (
	"context"
	"net/http"
	"strings"

	"huiying/desk"
)

// dialogs is a page with several forms on it, each in a dialog of its own: which one stands open, what was typed in
// it, and what is wrong about it. Fields of different dialogs may share a name; their element ids never do.
type dialogs struct {
	Form
	Dialog   string            // the one that is open: after an error, or asked for by ?do=
	Defaults map[string]string // by dialog and field, "judge.level": what a form begins with
}

// opened reads which dialog the address asks for.
func opened(r *http.Request) dialogs { return dialogs{Dialog: r.URL.Query().Get("do")} }

// Opens says whether a dialog stands open when the page comes.
func (d dialogs) Opens(dialog string) bool { return d.Dialog == dialog }

// Wrong is the error summary of a dialog.
func (d dialogs) Wrong(dialog string) []FieldError {
	if d.Dialog != dialog {
		return nil
	}
	return d.Errors
}

// Typed is what stands in a field: what was typed, else what it begins with.
func (d dialogs) Typed(dialog, name string) string {
	if d.Dialog == dialog {
		if v, ok := d.Values[name]; ok {
			return v
		}
	}
	return d.Defaults[dialog+"."+name]
}

// Box is what the frame of a dialog needs.
type Box struct {
	ID, Title, Action, Class string
	Open, File               bool
	Errors                   []FieldError
}

// Box makes the frame of a dialog; the words are "file" for one that takes a file, or classes.
func (d dialogs) Box(dialog, title, action string, words ...string) Box {
	b := Box{ID: dialog, Title: title, Action: action, Open: d.Opens(dialog), Errors: d.Wrong(dialog)}
	for _, w := range words {
		if w == "file" {
			b.File = true
		} else {
			b.Class = w
		}
	}
	return b
}

// Field makes a field of a dialog, with its value and error; the pairs are those of the function field.
func (d dialogs) Field(dialog, name string, pairs ...any) (Field, error) {
	fault := ""
	if d.Dialog == dialog {
		fault = d.Faults[name]
	}
	return newField(append([]any{"name", name, "id", "f-" + dialog + "-" + name, "value", d.Typed(dialog, name), "error", fault}, pairs...)...)
}

// offer says which dialogs the page has: a refusal of one that it no longer offers, because the record has moved on,
// stands on the page itself.
func (d *dialogs) offer(has func(dialog string) bool) {
	if d.Dialog != "" && !has(d.Dialog) {
		d.Dialog = ""
	}
}

// begin sets what a field begins with.
func (d *dialogs) begin(dialog, name, value string) {
	if d.Defaults == nil {
		d.Defaults = map[string]string{}
	}
	d.Defaults[dialog+"."+name] = value
}

// failIn is Form.fail for a form in a dialog.
func (d *dialogs) failIn(s *Server, r *http.Request, dialog string, err error) bool {
	if !d.fail(s, r, err) {
		return false
	}
	d.Dialog = dialog
	for i := range d.Errors {
		if name, ok := strings.CutPrefix(d.Errors[i].ID, "f-"); ok {
			d.Errors[i].ID = "f-" + dialog + "-" + name
		}
	}
	return true
}

// pageAct is what a form on a record's page does. It answers with a word for the next page and where that is; "" is
// the record's own.
type pageAct func(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error)

// outcome is how an act ended: an interface text with its values, and the page to go to.
type outcome struct {
	to   string
	say  string
	args []any
}

// act is the frame of every form on a record's page: it reads the form, acts, and leads on; a refusal that is the
// form's own comes back on the page, with what was typed.
func (s *Server) act(dialog string, fields []string, home func(id int64) string, again func(http.ResponseWriter, *http.Request, int64, int, dialogs), act pageAct) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		id, err := pathID(r, "id")
		if err != nil {
			s.Fail(w, r, err)
			return
		}
		f, err := s.readSent(w, r, fields...)
		d := dialogs{Form: f.Form}
		var end outcome
		if err == nil {
			end, err = act(r.Context(), identityOf(r.Context()).who, id, f)
		}
		if err != nil {
			if !d.failIn(s, r, dialog, err) {
				s.Fail(w, r, err)
				return
			}
			status := d.Status()
			if desk.CodeOf(err) == desk.CodeConflict {
				status = http.StatusConflict
			}
			again(w, r, id, status, d)
			return
		}
		if end.to == "" {
			end.to = home(id)
		}
		s.done(w, r, end.to, end.say, end.args...)
	}
}
