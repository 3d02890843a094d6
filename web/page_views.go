package web

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"huiying/desk"
)

// ViewsMenu is the menu of saved filters (常用筛选) beside a filter bar.
type ViewsMenu struct {
	Page    string // key of desk.ViewPages
	Present string // the filters as they stand, canonical; "" for none
	Mine    []ViewLine
	Shared  []ViewLine
	Name    string // of the saved view that the present filters are
	Path    string
}

// ViewLine is one saved view as the menu lists it.
type ViewLine struct {
	desk.SavedView
	Href    string
	Current bool
	Own     bool
	Remove  bool // the reader may remove it
}

// viewsMenu reads the saved views of a page for whoever looks at it.
func (r teller) viewsMenu(req *http.Request, page string) (*ViewsMenu, error) {
	if r.who.PersonID == 0 {
		return nil, nil
	}
	list, err := r.desk.SavedViews(req.Context(), r.who, page)
	if err != nil {
		return nil, err
	}
	m := &ViewsMenu{Page: page, Path: "/" + page}
	i := slices.IndexFunc(desk.ViewPages, func(p desk.ViewPage) bool { return p.Key == page })
	if present, err := desk.ViewPages[i].Canonical(req.URL.RawQuery); err == nil { // what can't be kept isn't offered to be
		m.Present = present
	}
	for _, v := range list {
		line := ViewLine{SavedView: v, Href: m.Path + "?" + v.Query, Current: v.Query == m.Present, Own: v.OwnerID == r.who.PersonID, Remove: v.MayRemove(r.who)}
		if line.Current && m.Name == "" {
			m.Name = v.Name
		}
		if line.Own {
			m.Mine = append(m.Mine, line)
		} else {
			m.Shared = append(m.Shared, line)
		}
	}
	return m, nil
}

// Beside is what the answer to a filter changes besides the list, as htmx takes it.
func (f Filters) Beside() string {
	var all []string
	if f.Views != nil {
		all = append(all, "#views:outerMorph")
	}
	for _, sel := range f.Also {
		all = append(all, sel+":outerMorph")
	}
	return strings.Join(all, ",")
}

// routesViews is the table of what is done to saved views. Who may is said by the list that they belong to.
func (s *Server) routesViews() []route {
	return []route{
		{method: http.MethodPost, path: "/views", handler: s.viewSave},
		{method: http.MethodPost, path: "/views/{id}/share", handler: s.viewShare},
		{method: http.MethodPost, path: "/views/{id}/remove", handler: s.viewRemove},
		{method: http.MethodPost, path: "/views/{id}/restore", handler: s.viewRestore},
	}
}

// viewSave keeps the present filters under a name.
func (s *Server) viewSave(w http.ResponseWriter, r *http.Request) {
	f, err := readForm(r, "page", "name", "query", "shared")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	v, err := s.Desk.SaveView(r.Context(), identityOf(r.Context()).who,
		desk.SavedView{Page: f.Value("page"), Name: f.Value("name"), Query: f.Value("query"), Shared: f.Value("shared") == "1"})
	if err != nil {
		s.viewRefused(w, r, err)
		return
	}
	s.done(w, r, "/"+v.Page+"?"+v.Query, "已存为常用筛选“%s”", v.Name)
}

// viewRefused says on the list itself why nothing was kept.
func (s *Server) viewRefused(w http.ResponseWriter, r *http.Request, err error) {
	var f Form
	if !f.fail(s, r, err) {
		s.Fail(w, r, err)
		return
	}
	s.say(r, Toast{Kind: "bad", Text: f.Errors[0].Text})
	s.goTo(w, r, back(r))
}

func (s *Server) viewShare(w http.ResponseWriter, r *http.Request) {
	s.viewAct(w, r, func(who desk.Actor, id int64) (desk.SavedView, Toast, error) {
		on := r.PostFormValue("to") == "on"
		v, err := s.Desk.ShareView(r.Context(), who, id, on)
		if !on {
			return v, Toast{Text: "“%s”已收回，只有您看得到"}, err
		}
		return v, Toast{Text: "“%s”已共享给同事"}, err
	})
}

func (s *Server) viewRemove(w http.ResponseWriter, r *http.Request) {
	s.viewAct(w, r, func(who desk.Actor, id int64) (desk.SavedView, Toast, error) {
		v, err := s.Desk.RemoveView(r.Context(), who, id)
		return v, Toast{Text: "已删除“%s”", Undo: fmt.Sprintf("/views/%d/restore", id)}, err
	})
}

func (s *Server) viewRestore(w http.ResponseWriter, r *http.Request) {
	s.viewAct(w, r, func(who desk.Actor, id int64) (desk.SavedView, Toast, error) {
		v, err := s.Desk.RestoreView(r.Context(), who, id)
		return v, Toast{Text: "已恢复“%s”"}, err
	})
}

// viewAct is the frame of what is done to one view: back to the list that the person came from, with a word on it.
func (s *Server) viewAct(w http.ResponseWriter, r *http.Request, act func(who desk.Actor, id int64) (desk.SavedView, Toast, error)) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	v, t, err := act(identityOf(r.Context()).who, id)
	if err != nil {
		s.viewRefused(w, r, err)
		return
	}
	t.Kind, t.Text = "ok", s.Views.Text(LangOf(r), t.Text, v.Name)
	s.say(r, t)
	to := back(r)
	if u, err := url.Parse(to); err != nil || !strings.HasPrefix(u.Path, "/"+v.Page) {
		to = "/" + v.Page
	}
	s.goTo(w, r, to)
}
