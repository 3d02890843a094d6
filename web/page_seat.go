package web

import (
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"huiying/desk"
)

type seatBody struct {
	Form
	Key     string // identity of the call: saving twice is harmless
	Saved   bool   // a call was just saved: the draft of it is done with
	Choices map[string][]Option
	Aside   seatAside
	Caller  seatCaller
}

// seatFields are what the form sends.
var seatFields = []string{"key", "same", "phone", "caller", "body", "title", "place", "occurred_at", "kind", "kind-text", "category", "category-text",
	"urgency", "urgency-text", "department", "department-text", "region", "region-text"}

// seat is the operator's form (坐席), empty and ready for the next call.
func (s *Server) seat(w http.ResponseWriter, r *http.Request) {
	s.seatPage(w, r, http.StatusOK, seatBody{Key: rand.Text(), Saved: r.URL.Query().Has("saved")})
}

func (s *Server) seatPage(w http.ResponseWriter, r *http.Request, status int, body seatBody) {
	page, err := s.newPage(r, "坐席", "seat")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	today, err := s.Desk.CountItems(r.Context(), rd.who, desk.ItemFilter{Channel: string(desk.ChannelHotline)}, rd.midnight())
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	page.Context = []string{page.User.Role + " " + page.User.Name, rd.t("今日热线 %s 件", number(today))}
	body.Choices = rd.verdictChoices()
	page.Body = body
	s.render(w, r, status, "seat", page)
}

// seatSave keeps the call as a hotline item and goes on to the next one.
func (s *Server) seatSave(w http.ResponseWriter, r *http.Request) {
	form, err := readForm(r, seatFields...)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	key := ownKey(form.Value("key"))
	in := desk.Incoming{ExternalID: "seat-" + key, Title: strings.TrimSpace(form.Value("title")), Body: form.Value("body"), Place: form.Value("place"),
		Author: desk.Author{Name: form.Value("caller"), Phone: form.Value("phone")}, Picked: map[string]string{}}
	for _, field := range []string{desk.FieldKind, desk.FieldCategory, desk.FieldUrgency, desk.FieldDepartment, desk.FieldRegion} {
		if v := picked(form, field); v != "" {
			in.Picked[field] = v
		}
	}
	if in.Place != "" {
		in.Picked[desk.FieldPlace] = in.Place
	}
	in.OccurredAt, err = s.instant(form, "occurred_at")
	var res desk.Result
	if err == nil {
		res, err = s.Desk.LogCall(r.Context(), identityOf(r.Context()).who, in)
	}
	if err != nil {
		if form.fail(s, r, seatField(err)) {
			for _, field := range []string{"kind", "category", "urgency", "department", "region"} {
				form.Values[field] = picked(form, field)
			}
			s.seatPage(w, r, form.Status(), seatBody{Form: form, Key: key})
			return
		}
		s.Fail(w, r, err)
		return
	}
	if res.Status == desk.StatusDuplicate {
		s.done(w, r, "/seat?saved", "这通来电已经登记过（第 %d 号）", res.ID)
		return
	}
	if same := id64(form.Value("same")); same != 0 {
		s.sameMatter(w, r, res.ID, same, "/seat?saved")
		return
	}
	s.done(w, r, "/seat?saved", "已登记第 %d 号来件，请接下一通", res.ID)
}

// sameMatter puts what was just logged to the item that it repeats; where that fails it is logged all the same.
func (s *Server) sameMatter(w http.ResponseWriter, r *http.Request, item, as int64, to string) {
	if err := s.Desk.SameMatter(r.Context(), identityOf(r.Context()).who, item, as); err != nil {
		s.Log.Warn("an item could not be put to the one it repeats", "item", item, "as", as, "error", err)
		s.done(w, r, to, "已登记第 %d 号来件，但没能并到第 %d 号，请在话题中移动", item, as)
		return
	}
	s.done(w, r, to, "已登记第 %d 号来件，与第 %d 号并为同一话题", item, as)
}

// ownKey is the key that a form brought back, or a new one where that can't be one of ours.
func ownKey(key string) string {
	if len(key) >= 16 && len(key) <= 40 && strings.Trim(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567") == "" {
		return key
	}
	return rand.Text()
}

// seatField names a refused field as the form does.
func seatField(err error) error {
	var e *desk.Error
	if !errors.As(err, &e) {
		return err
	}
	names := map[string]string{"author.name": "caller", "author.phone": "phone"}
	if to, ok := names[e.Field]; ok {
		c := *e
		c.Field = to
		return &c
	}
	return err
}

// seatAside is what stands beside the form while it is being written.
type seatAside struct {
	Near  []NearRow
	Topic *seatTopic
	Asked bool // whether anything was looked up
}

// seatTopic is a matter that the call seems to be about.
type seatTopic struct {
	Title    string
	Count    int
	Href     string
	Incident string // address of the incident it is part of; "" for none
}

// seatCaller is the caller's earlier items.
type seatCaller struct {
	Asked bool
	Rows  []ItemRow
}

// aside reads what is likely the same matter.
func (r teller) aside(items []desk.Item, scores []float64) seatAside {
	a := seatAside{Asked: true}
	for i, it := range items {
		a.Near = append(a.Near, NearRow{ItemRow: r.itemRow(it), Score: int(scores[i]*100 + .5), Blank: true, Same: id64text(it.ID), First: i == 0})
		if a.Topic == nil && it.TopicID != 0 && it.TopicSize > 1 {
			a.Topic = &seatTopic{Title: it.Title, Count: it.TopicSize, Href: fmt.Sprintf("/topics/%d", it.TopicID)}
			if a.Topic.Title == "" {
				a.Topic.Title = cut(it.Body, 30)
			}
			if it.IncidentID != 0 && r.who.May(desk.ActIncidentRead) {
				a.Topic.Incident = fmt.Sprintf("/incidents/%d", it.IncidentID)
			}
		}
	}
	return a
}
