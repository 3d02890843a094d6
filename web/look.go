package web

import (
	"log/slog"
	"net/http"
	"strings"
	"time"
)

// Look serves the design system on one page, /look, and three screens drawn with it, /look/desk, /look/release and
// /look/seat, from invented data. For development only: cmd mounts it when asked.
// ?theme=light|dark and ?lang=en override the browser's choice.
func (v *Views) Look(now func() time.Time) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name := strings.Trim(strings.TrimPrefix(r.URL.Path, "/look"), "/")
		view := "look/all"
		if name != "" {
			view = "look/" + name
		}
		body, ok := lookBodies(now())[view]
		if !ok {
			http.NotFound(w, r)
			return
		}
		p := lookPage(now(), view)
		p.Body = body
		p.Theme, p.Lang = ThemeOf(r), LangOf(r)
		if theme := r.URL.Query().Get("theme"); theme != "" {
			p.Theme = theme
		}
		if lang := r.URL.Query().Get("lang"); lang != "" {
			p.Lang = lang
		}
		p.Live = r.URL.Query().Has("live")
		if err := v.Render(w, http.StatusOK, view, p); err != nil {
			slog.ErrorContext(r.Context(), "look", "view", view, "err", err)
			http.Error(w, "look: "+err.Error(), http.StatusInternalServerError)
		}
	})
}

// lookPage is the frame of the sample screens.
func lookPage(now time.Time, view string) *Page {
	p := &Page{
		Title: "组件", Now: now, Cursor: "1.1", Lang: LangChinese,
		User:  User{ID: "7", Name: "周敏", Role: "值班员"},
		Drill: &Drill{Name: "化工园区爆炸", Speed: "36 倍速"},
		Nav: []NavItem{
			{Key: "desk", Label: "实时台", Href: "/look/desk", Icon: "desk", Press: "g d"},
			{Key: "inbox", Label: "来件", Href: "/look", Icon: "inbox", Badge: 37, Press: "g i"},
			{Key: "seat", Label: "坐席", Href: "/look/seat", Icon: "seat", Press: "g s"},
			{Key: "topics", Label: "话题", Href: "/look", Icon: "topic"},
			{Key: "tickets", Label: "工单", Href: "/look", Icon: "ticket"},
			{Key: "releases", Label: "发布", Href: "/look/release", Icon: "release", Badge: 2, Urgent: true, Press: "g r"},
			{Key: "briefings", Label: "发布会", Href: "/look", Icon: "briefing"},
			{Key: "roster", Label: "值班", Href: "/look", Icon: "roster"},
			{Key: "ledger", Label: "台账", Href: "/look", Icon: "ledger"},
		},
	}
	current := map[string]string{"look/desk": "desk", "look/release": "releases", "look/seat": "seat"}[view]
	for i := range p.Nav {
		p.Nav[i].Current = p.Nav[i].Key == current
		if p.Nav[i].Current {
			p.Title = p.Nav[i].Label
		}
	}
	switch view {
	case "look/desk":
		p.Context = []string{"云泽市人民政府办公室", "值班员 周敏（20:00–08:00 班）"}
	case "look/release":
		p.Context = []string{"云泽化工园区爆炸事故", "首次发布", "第 4 稿"}
	case "look/seat":
		p.Context = []string{"话务员 孙晓", "今日 64 通", "平均 3 分 12 秒"}
	}
	return p
}
