package web

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"huiying/desk"
)

// itemCorrect overrules the machine's suggestion. Only what the person changed is sent on; a field that somebody
// else changed meanwhile comes back with both versions.
func (s *Server) itemCorrect(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	names := []string{"why"}
	for _, n := range fieldNames {
		names = append(names, n.Field, n.Field+"-text", "was-"+n.Field)
	}
	form, err := readForm(r, names...)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	f, err := s.Desk.Item(r.Context(), who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	change := desk.Correction{Item: id, Fields: map[string]string{}, Why: form.Value("why")}
	body := itemBody{Dialog: "correct"}
	for _, n := range fieldNames {
		mine, was, is := picked(form, n.Field), form.Value("was-"+n.Field), fieldOf(f.Item.Verdict, n.Field)
		form.Values[n.Field] = mine
		switch {
		case mine == was || mine == is:
		case is != was:
			body.Conflicts = append(body.Conflicts, Conflict{Name: n.Name, Theirs: fieldText(n.Field, is), Mine: fieldText(n.Field, mine)})
		default:
			change.Fields[n.Field] = mine
		}
	}
	if len(body.Conflicts) > 0 {
		body.Form = form
		s.itemPage(w, r, id, http.StatusConflict, body)
		return
	}
	if _, err := s.Desk.CorrectItem(r.Context(), who, change); err != nil {
		if form.fail(s, r, err) {
			body.Form = form
			s.itemPage(w, r, id, form.Status(), body)
			return
		}
		s.Fail(w, r, err)
		return
	}
	s.done(w, r, fmt.Sprintf("/items/%d", id), "已更正，今后不会被系统覆盖")
}

// picked is what a combobox says: the option taken, or, without scripts and for free text, the words in the field.
func picked(f Form, name string) string {
	value, text := strings.TrimSpace(f.Values[name]), strings.TrimSpace(f.Values[name+"-text"])
	if value == "" {
		return text
	}
	return value
}

// changes tells a correction: 诉求类型 咨询 → 求助.
func (r teller) changes(e desk.Event) []Phrase {
	var before, after map[string]string
	if json.Unmarshal(e.Before, &before) != nil || json.Unmarshal(e.After, &after) != nil {
		return nil
	}
	var out []Phrase
	for _, n := range fieldNames {
		to, ok := after[n.Field]
		if !ok {
			continue
		}
		from := r.fieldWords(n.Field, before[n.Field])
		if from == "" {
			from = r.t("未知")
		}
		if len(out) > 0 {
			out = append(out, Phrase{Text: "；"})
		}
		out = append(out, Phrase{Text: r.t(n.Name) + "：" + from + " → "}, Phrase{Text: cmp.Or(r.fieldWords(n.Field, to), r.t("未知")), Mark: "strong"})
	}
	return out
}

// unquote reads a JSON string.
func unquote(raw json.RawMessage, to *string) bool { return json.Unmarshal(raw, to) == nil }
