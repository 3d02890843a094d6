package web

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"huiying/desk"
)

// found is one line of the palette: where it leads, under which heading.
type found struct {
	Kind string `json:"kind"`
	Text string `json:"text"`
	Hint string `json:"hint,omitempty"`
	Href string `json:"href"`
}

const (
	paletteEach  = 6   // lines of one heading
	paletteDepth = 500 // incidents, releases and people looked through
	paletteItems = 200 // newest items looked through by sound
	paletteQuery = 100 // runes of what is typed that count
)

// palette answers what is typed into the palette: incidents, items, releases, briefings and people, by letters or by
// pinyin. Pages and acts are found by the browser itself.
func (s *Server) palette(w http.ResponseWriter, r *http.Request) {
	query := strings.TrimSpace(r.URL.Query().Get("q"))
	if runes := []rune(query); len(runes) > paletteQuery {
		query = string(runes[:paletteQuery])
	}
	rd := teller{desk: s.Desk, views: s.Views, who: identityOf(r.Context()).who, lang: LangOf(r), now: s.Desk.Now()}
	lines := []found{}
	if query != "" {
		for _, look := range []func(context.Context, string) ([]found, error){rd.findIncidents, rd.findItems, rd.findReleases, rd.findBriefings, rd.findPeople} {
			more, err := look(r.Context(), query)
			if err != nil {
				s.Fail(w, r, err)
				return
			}
			lines = append(lines, more...)
		}
	}
	answerJSON(w, map[string]any{"items": lines})
}

// answerJSON answers a script of our own pages.
func answerJSON(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	_ = json.NewEncoder(w).Encode(v) // who asked may be gone
}

func (r teller) findIncidents(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActIncidentRead) {
		return nil, nil
	}
	list, err := r.desk.Incidents(ctx, r.who, desk.IncidentFilter{Page: desk.Page{Limit: paletteDepth, Newest: true}})
	for _, in := range list {
		if len(out) < paletteEach && soundsLike(in.Title, query) {
			level := in.Level()
			if level == "" {
				level = desk.LevelUngraded
			}
			out = append(out, found{r.t("事件"), in.Title, r.t(level), fmt.Sprintf("/incidents/%d", in.ID)})
		}
	}
	return out, err
}

// findItems asks the index, and for what is typed as sounds the newest items.
func (r teller) findItems(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActItemRead) {
		return nil, nil
	}
	list, err := r.desk.Items(ctx, r.who, desk.ItemFilter{Query: query, Page: desk.Page{Limit: paletteEach, Newest: true}})
	if err != nil {
		return nil, err
	}
	if len(list) == 0 && ascii(query) {
		if list, err = r.desk.Items(ctx, r.who, desk.ItemFilter{Page: desk.Page{Limit: paletteItems, Newest: true}}); err != nil {
			return nil, err
		}
	}
	for _, it := range list {
		text := it.Title
		if text == "" {
			text = strings.Join(strings.Fields(it.Body), " ")
		}
		if len(out) < paletteEach && (!ascii(query) || soundsLike(cut(text, 60), query) || len(list) <= paletteEach) {
			out = append(out, found{r.t("来件"), cut(text, 40), r.t(it.Channel.Name()) + " " + r.dates().moment(it.ReceivedAt, r.now), fmt.Sprintf("/items/%d", it.ID)})
		}
	}
	return out, nil
}

func (r teller) findReleases(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActIncidentRead) {
		return nil, nil
	}
	list, err := r.desk.Releases(ctx, r.who, desk.ReleaseFilter{Page: desk.Page{Limit: paletteDepth, Newest: true}})
	for _, f := range list {
		title := f.Current.Title
		if title == "" {
			title = f.Incident
		}
		if len(out) < paletteEach && soundsLike(title, query) {
			out = append(out, found{r.t("发布"), title, r.t(releaseState(f.State)), fmt.Sprintf("/releases/%d", f.ID)})
		}
	}
	return out, err
}

func (r teller) findBriefings(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActIncidentRead) {
		return nil, nil
	}
	list, err := r.desk.Briefings(ctx, r.who, desk.BriefingFilter{Page: desk.Page{Limit: paletteDepth, Newest: true}})
	for _, b := range list {
		if len(out) < paletteEach && soundsLike(b.Title, query) {
			out = append(out, found{r.t("发布会"), b.Title, r.dates().short(b.Starts) + " " + b.Room, fmt.Sprintf("/briefings/%d", b.ID)})
		}
	}
	return out, err
}

func (r teller) findPeople(ctx context.Context, query string) (out []found, err error) {
	if !r.who.May(desk.ActPersonManage) {
		return nil, nil
	}
	list, err := r.desk.People(ctx, r.who)
	for _, p := range list {
		name := desk.ActorOf(p, "").Name
		if len(out) < paletteEach && (soundsLike(name, query) || strings.Contains(p.Name, query)) {
			out = append(out, found{r.t("人员"), name, r.t(p.Roles[0].Name()), fmt.Sprintf("/people/%d", p.ID)})
		}
	}
	return out, err
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}
