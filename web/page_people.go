package web

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"huiying/desk"
)

type peopleBody struct {
	dialogs
	Rows      []PersonRow
	RolesFor  map[string][]RoleChoice // by dialog
	Made      string
	Generated string // password of the person just made: shown once
	Edit      *PersonRow
}

// PersonRow is somebody with a login.
type PersonRow struct {
	desk.Person
	Roles  []string // interface texts
	Light  string
	Word   string // interface text
	Scope  []string
	Own    bool
	Active bool
}

// RoleChoice is one box of the form.
type RoleChoice struct {
	desk.Role
	Name string // interface text
	On   bool
}

// peopleIndex lists people (人员).
func (s *Server) peopleIndex(w http.ResponseWriter, r *http.Request) {
	s.peoplePage(w, r, http.StatusOK, peopleBody{dialogs: opened(r)}, id64(r.URL.Query().Get("person")))
}

func (s *Server) peoplePage(w http.ResponseWriter, r *http.Request, status int, body peopleBody, edit int64) {
	page, err := s.newPage(r, "人员", "people")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	list, err := s.Desk.People(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	real := s.Desk.Real()
	for _, p := range list {
		row := PersonRow{Person: p, Light: LightMet, Word: "在用", Own: p.ID == rd.who.PersonID, Active: p.DisabledAt == nil}
		for _, x := range p.Roles {
			row.Roles = append(row.Roles, x.Name())
		}
		row.Scope = nonEmpty(p.Region, p.Department)
		switch {
		case p.DisabledAt != nil:
			row.Light, row.Word = LightOff, "已停用"
		case p.LockedUntil != nil && p.LockedUntil.After(real):
			row.Light, row.Word = LightRed, "已锁定"
		}
		if p.ID == edit {
			one := row
			body.Edit = &one
			body.begin("edit", "display", p.DisplayName)
			body.begin("edit", "region", p.Region)
			body.begin("edit", "department", p.Department)
		}
		body.Rows = append(body.Rows, row)
	}
	slices.SortStableFunc(body.Rows, func(a, b PersonRow) int {
		if a.Active != b.Active {
			if a.Active {
				return -1
			}
			return 1
		}
		return 0
	})
	body.RolesFor = map[string][]RoleChoice{}
	for _, dialog := range []string{"add", "edit"} {
		var on []string
		switch {
		case body.Dialog == dialog && body.Values != nil:
			on = strings.Fields(body.Values["role"])
		case dialog == "edit" && body.Edit != nil:
			for _, x := range body.Edit.Person.Roles {
				on = append(on, string(x))
			}
		}
		for _, n := range desk.RoleNames {
			body.RolesFor[dialog] = append(body.RolesFor[dialog], RoleChoice{n.Role, n.Name, slices.Contains(on, string(n.Role))})
		}
	}
	if body.Generated != "" {
		page.Live = false // a redraw would take the password away
	}
	page.Body = body
	s.render(w, r, status, "people", page)
}

// rolesOf reads the boxes that were ticked, and keeps them with what was typed.
func rolesOf(r *http.Request, f *Form) []desk.Role {
	var roles []desk.Role
	for _, v := range r.PostForm["role"] {
		roles = append(roles, desk.Role(v))
	}
	f.Values["role"] = strings.Join(r.PostForm["role"], " ")
	return roles
}

// personAdd makes a login. A generated password is shown on the very answer and never again.
func (s *Server) personAdd(w http.ResponseWriter, r *http.Request) {
	f, err := s.readSent(w, r, "name", "display", "region", "department")
	body := peopleBody{dialogs: dialogs{Form: f.Form}}
	if err == nil {
		p := desk.Person{Name: strings.TrimSpace(f.Value("name")), DisplayName: f.Value("display"), Roles: rolesOf(r, &body.Form), Region: f.Value("region"), Department: f.Value("department")}
		p, body.Generated, err = s.Desk.AddPerson(r.Context(), identityOf(r.Context()).who, p, "")
		body.Made = p.Name
	}
	if err != nil {
		if !body.failIn(s, r, "add", err) {
			s.Fail(w, r, err)
			return
		}
		s.peoplePage(w, r, body.Status(), body, 0)
		return
	}
	body.dialogs = dialogs{}
	w.Header().Set("Referrer-Policy", "no-referrer")
	s.peoplePage(w, r, http.StatusOK, body, 0)
}

// personSet changes roles and scope, disables, enables or unlocks.
func (s *Server) personSet(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	f, err := s.readSent(w, r, "display", "region", "department", "do")
	body := peopleBody{dialogs: dialogs{Form: f.Form}}
	said := "已保存"
	if err == nil {
		said, err = s.setPerson(r, &body.Form, id)
	}
	if err != nil {
		if !body.failIn(s, r, "edit", err) {
			s.Fail(w, r, err)
			return
		}
		s.peoplePage(w, r, body.Status(), body, id)
		return
	}
	s.done(w, r, "/people", said)
}

func (s *Server) setPerson(r *http.Request, f *Form, id int64) (said string, err error) {
	who := identityOf(r.Context()).who
	p, err := s.personNow(r.Context(), who, id)
	if err != nil {
		return "", err
	}
	switch f.Value("do") {
	case "disable":
		now := s.Desk.Now()
		p.DisabledAt, said = &now, "已停用，其登录随即失效"
	case "enable":
		p.DisabledAt, said = nil, "已启用"
	default:
		p.DisplayName, p.Region, p.Department = f.Value("display"), f.Value("region"), f.Value("department")
		p.Roles, said = rolesOf(r, f), "已保存"
	}
	_, err = s.Desk.SetPerson(r.Context(), who, p)
	return said, err
}

func (s *Server) personNow(ctx context.Context, who desk.Actor, id int64) (desk.Person, error) {
	list, err := s.Desk.People(ctx, who)
	if err != nil {
		return desk.Person{}, err
	}
	i := slices.IndexFunc(list, func(p desk.Person) bool { return p.ID == id })
	if i < 0 {
		return desk.Person{}, desk.NotFound("没有这个人")
	}
	return list[i], nil
}
