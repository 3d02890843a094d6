package web

import (
	"net/http"
	"time"

	"huiying/desk"
)

// suggestion is what the reading makes of one field, with the words that made it.
type suggestion struct {
	Field   string `json:"field"`
	Value   string `json:"value"`
	Text    string `json:"text"`
	Because string `json:"because,omitempty"`
}

// suggestions is the answer while somebody types: fields to take over, and what is likely the same matter.
type suggestions struct {
	Fields []suggestion `json:"fields"`
	Aside  string       `json:"aside"` // html
}

// seatSuggest reads the call as it is being typed. It stores nothing.
func (s *Server) seatSuggest(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r, "title", "body")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: LangOf(r), now: s.Desk.Now()}
	out, err := rd.suggest(r, form)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	answerJSON(w, out)
}

func (r teller) suggest(req *http.Request, form Form) (out suggestions, err error) {
	out.Fields = []suggestion{}
	var aside seatAside
	if r.desk.Classifier != nil && form.Value("title")+form.Value("body") != "" {
		read, err := r.desk.Suggest(req.Context(), r.who, desk.Text{Title: form.Value("title"), Body: form.Value("body"), At: r.now.Format(time.RFC3339)})
		if err != nil {
			return out, err
		}
		out.Fields = r.fieldsOf(&read.Verdict)
		items, scores, err := r.desk.Likely(req.Context(), r.who, read)
		if err != nil {
			return out, err
		}
		aside = r.aside(items, scores)
	}
	out.Aside, err = r.views.Part(r.lang, "seat-aside", aside)
	return out, err
}

// fieldsOf are the fields that the reading has something to say about.
func (r teller) fieldsOf(v *desk.Verdict) []suggestion {
	out := []suggestion{}
	for _, n := range fieldNames {
		value := fieldOf(v, n.Field)
		if value == "" || n.Field == desk.FieldUrgency && value == desk.UrgencyNormal {
			continue
		}
		text := r.fieldWords(n.Field, value)
		if n.Field == desk.FieldKind || n.Field == desk.FieldUrgency {
			text = r.t(text)
		}
		out = append(out, suggestion{Field: n.Field, Value: value, Text: text, Because: because(v, n.Field, text)})
	}
	return out
}

// seatCaller gives the caller's earlier items as soon as the number is in.
func (s *Server) seatCaller(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r, "phone")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: LangOf(r), now: s.Desk.Now()}
	list, err := s.Desk.Caller(r.Context(), rd.who, form.Value("phone"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	caller := seatCaller{Asked: len(form.Value("phone")) >= 7}
	for _, it := range list {
		caller.Rows = append(caller.Rows, rd.itemRow(it))
	}
	html, err := s.Views.Part(rd.lang, "seat-caller", caller)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	answerJSON(w, map[string]any{"html": html})
}
