package web

import (
	"crypto/rand"
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type dutyBody struct {
	Form
	Kind      string // one of desk.DutyForms
	Draft     string // key of the browser's draft: each form has its own
	Tabs      []DutyTab
	Key       string // identity of the form: saving twice is harmless
	Heading   string
	Call      bool
	Recorder  string
	Told      []Told
	Urgencies []Option
	Aside     seatAside // what is likely the same matter, filled while somebody writes
	Caller    seatCaller
}

// dutyName is what a form is called on pages.
func dutyName(form string) string {
	if form == desk.DutyCall {
		return "电话记录单"
	}
	return form
}

// DutyTab is one of the forms.
type DutyTab struct {
	Name, Href, Press string
	Current           bool
}

// Told is a body that the caller may have told already.
type Told struct {
	Name string
	On   bool
}

// dutyFields are what the form sends; who has been told comes beside them.
var dutyFields = []string{"key", "same", "sort", "unit", "name", "post", "phone", "told-other", "number", "title", "body", "urgency", "at", "limit"}

// dutySlugs name the forms in addresses and drafts.
var dutySlugs = []string{"call", "document", "report", "order", "net"}

// dutyNew is the form of what reached the duty room (来电来文), empty and ready.
func (s *Server) dutyNew(w http.ResponseWriter, r *http.Request) {
	kind := desk.DutyCall
	if i := slices.Index(dutySlugs, r.URL.Query().Get("form")); i >= 0 {
		kind = desk.DutyForms[i]
	}
	body := dutyBody{Kind: kind, Key: rand.Text()}
	now := s.Desk.Now()
	body.Form = Form{Values: map[string]string{"at": s.fieldTime(&now), "urgency": desk.UrgencyNormal}}
	s.dutyPage(w, r, http.StatusOK, body, nil)
}

func (s *Server) dutyPage(w http.ResponseWriter, r *http.Request, status int, body dutyBody, told []string) {
	page, err := s.newPage(r, "来电来文", "duty")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	for i, name := range desk.DutyForms {
		body.Tabs = append(body.Tabs, DutyTab{Name: dutyName(name), Href: "/duty/new?form=" + dutySlugs[i], Press: "Alt+" + string(rune('1'+i)), Current: name == body.Kind})
		if name == body.Kind {
			body.Draft = "duty-" + dutySlugs[i]
		}
	}
	body.Heading = dutyName(body.Kind)
	body.Call, body.Recorder = body.Kind == desk.DutyCall, rd.who.Name
	for _, name := range desk.DutyTold {
		body.Told = append(body.Told, Told{Name: name, On: slices.Contains(told, name)})
	}
	body.Urgencies = rd.options(desk.Urgencies)
	page.Context = []string{page.User.Role + " " + page.User.Name}
	page.Back = "/items?channel=duty"
	page.Body = body
	s.render(w, r, status, "duty-new", page)
}

// dutySave keeps what was written down as an item, and opens it: it is acted on at once.
func (s *Server) dutySave(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r, dutyFields...)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	key := ownKey(form.Value("key"))
	kind := form.Value("sort")
	told := r.PostForm["told"]
	in := desk.Incoming{ExternalID: "duty-" + key, Title: form.Value("title"), Body: form.Value("body"),
		Author: desk.Author{Name: strings.TrimSpace(form.Value("name")), Phone: strings.TrimSpace(form.Value("phone"))}}
	if u := form.Value("urgency"); u != "" && u != desk.UrgencyNormal {
		in.Picked = map[string]string{desk.FieldUrgency: u}
	}
	duty := desk.Duty{Form: kind, Unit: form.Value("unit"), Post: form.Value("post"), Number: form.Value("number"),
		Told: append(slices.Clone(told), splitNames(form.Value("told-other"))...)}
	in.Extra = &desk.Extra{Duty: &duty}
	if duty.At, err = s.actedAt(form, "at"); err == nil {
		duty.Limit, err = s.instant(form, "limit")
	}
	var res desk.Result
	if err == nil {
		res, err = s.Desk.LogDuty(r.Context(), identityOf(r.Context()).who, in)
	}
	if err != nil {
		err = renamed(renamed(err, "author.name", "name"), "author.phone", "phone")
		if !form.fail(s, r, err) {
			s.Fail(w, r, err)
			return
		}
		if !slices.Contains(desk.DutyForms, kind) {
			kind = desk.DutyCall
		}
		s.dutyPage(w, r, form.Status(), dutyBody{Form: form, Kind: kind, Key: key}, told)
		return
	}
	to := "/items/" + id(res.ID)
	if res.Status == desk.StatusDuplicate {
		s.done(w, r, to, "这一件已经登记过（第 %d 号）", res.ID)
		return
	}
	if same := id64(form.Value("same")); same != 0 {
		s.sameMatter(w, r, res.ID, same, to)
		return
	}
	s.done(w, r, to, "已登记第 %d 号来件", res.ID)
}

// splitNames takes names apart as people write them in a line.
func splitNames(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return strings.ContainsRune("、，,;；", r) })
}
