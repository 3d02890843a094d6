package web

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"huiying/desk"
	"huiying/desk/live"
)

// redraw is one change of a page: see static/README.md.
type redraw struct {
	Target string `json:"target"`
	Swap   string `json:"swap"` // "morph" or "remove"
	List   string `json:"list,omitempty"`
	HTML   string `json:"html,omitempty"`
}

// pageFrame is a message to the desk's own pages. It carries no time: it is drawn once and may be
// read later, by somebody who comes back; ticks tell the time.
type pageFrame struct {
	Cursor  string       `json:"cursor"`
	Type    string       `json:"type"`
	Subject desk.Subject `json:"subject"`
	HTML    []redraw     `json:"html,omitempty"`
}

// HTML draws what events change on the desk's pages, once for each audience and language, for the hub.
// What it draws is what stands when it draws, at least as new as the events. The first frame of several carries all
// changes, so that a line cut between them repeats rather than skips.
func HTML(d *desk.Desk, v *Views) live.Renderer {
	return func(ctx context.Context, a live.Audience, events []desk.Sealed) ([]*live.Message, error) {
		r := teller{desk: d, views: v, who: a.Actor, lang: a.Lang, now: d.Now()}
		changes, err := r.changesOf(ctx, events)
		if err != nil {
			return nil, err
		}
		messages := make([]*live.Message, len(events))
		for i, e := range events {
			f := pageFrame{Cursor: e.Cursor.String(), Type: e.Event.Type, Subject: e.Event.Subject}
			if i == 0 {
				f.HTML = changes
			}
			body, err := json.Marshal(f)
			if err != nil {
				return nil, fmt.Errorf("frame of event %d: %w", e.Event.ID, err)
			}
			messages[i] = &live.Message{Cursor: e.Cursor, Body: body}
		}
		return messages, nil
	}
}

// mostRows bounds the rows of one frame: lists on pages keep fewer.
const mostRows = 200

// touched is what a run of events is about.
type touched struct {
	items     []int64
	gone      []int64 // clocks that no longer run
	incidents map[int64]bool
	kinds     map[string]bool // first words of their types
}

func touchedBy(events []desk.Sealed) touched {
	t := touched{incidents: map[int64]bool{}, kinds: map[string]bool{}}
	for _, s := range events {
		e := s.Event
		kind, _, _ := strings.Cut(e.Type, ".")
		t.kinds[kind] = true
		if e.IncidentID != 0 {
			t.incidents[e.IncidentID] = true
		}
		id, _ := strconv.ParseInt(e.Subject.ID, 10, 64)
		switch {
		case e.Subject.Kind == "item":
			t.items = append(t.items, id)
		case e.Subject.Kind == "batch":
			t.items = append(t.items, batchItems(e.Data)...)
		case e.Type == "incident.attached" || kind == "topic":
			t.items = append(t.items, attached(e.Data)...)
		case e.Type == "clock.met" || e.Type == "clock.withdrawn":
			t.gone = append(t.gone, id)
		}
	}
	slices.Sort(t.items)
	t.items = slices.Compact(t.items)
	t.items = t.items[max(0, len(t.items)-mostRows):]
	return t
}

// batchItems are the items of a batch; its quarantined parts aren't any.
func batchItems(raw json.RawMessage) []int64 {
	var data desk.BatchData
	if json.Unmarshal(raw, &data) != nil {
		return nil
	}
	var ids []int64
	for _, l := range data.Items {
		if id, err := strconv.ParseInt(l.ID, 10, 64); err == nil && l.Status != desk.StatusQuarantined {
			ids = append(ids, id)
		}
	}
	return ids
}

func attached(raw json.RawMessage) []int64 {
	var data struct {
		Items []string `json:"items"`
	}
	if json.Unmarshal(raw, &data) != nil {
		return nil
	}
	var ids []int64
	for _, text := range data.Items {
		if id, err := strconv.ParseInt(text, 10, 64); err == nil {
			ids = append(ids, id)
		}
	}
	return ids
}

// changesOf draws everything that the events touch, each thing once.
func (r teller) changesOf(ctx context.Context, events []desk.Sealed) ([]redraw, error) {
	t := touchedBy(events)
	var all []redraw
	for _, draw := range []func(context.Context, touched) ([]redraw, error){r.itemChanges, r.clockChanges, r.noticeChanges, r.badgeChanges} {
		changes, err := draw(ctx, t)
		if err != nil {
			return nil, err
		}
		all = append(all, changes...)
	}
	return all, nil
}

// part draws one change.
func (r teller) part(name, target, list string, data any) (redraw, error) {
	html, err := r.views.Part(r.lang, name, data)
	return redraw{Target: target, Swap: "morph", List: list, HTML: html}, err
}

// itemChanges draws the rows of items, the oldest first, since each goes in on top.
func (r teller) itemChanges(ctx context.Context, t touched) (all []redraw, err error) {
	if len(t.items) == 0 || !r.who.May(desk.ActItemRead) {
		return nil, nil
	}
	items, err := r.desk.Items(ctx, r.who, desk.ItemFilter{IDs: t.items, Page: desk.Page{Limit: len(t.items)}})
	if err != nil {
		return nil, err
	}
	for _, it := range items {
		row := r.itemRow(it)
		c, err := r.part("item-row", row.ID, "items", row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	today, err := r.itemsToday(ctx)
	if err != nil {
		return nil, err
	}
	c, err := r.part("items-today", "items-today", "", today)
	return append(all, c), err
}

// clockChanges draws the running clocks of the incidents touched, and takes away those that ended.
func (r teller) clockChanges(ctx context.Context, t touched) (all []redraw, err error) {
	if !r.who.May(desk.ActIncidentRead) || !t.kinds["clock"] && !t.kinds["incident"] && !t.kinds["release"] && !t.kinds["briefing"] && !t.kinds["publication"] {
		return nil, nil
	}
	board, err := r.desk.Board(ctx, r.who)
	if err != nil {
		return nil, err
	}
	for _, id := range t.gone {
		if !slices.ContainsFunc(board, func(c desk.Clock) bool { return c.ID == id }) {
			all = append(all, redraw{Target: fmt.Sprintf("clock-%d", id), Swap: "remove"})
		}
	}
	for _, clock := range board {
		if !t.incidents[clock.IncidentID] {
			continue
		}
		row := r.clockRow(clock)
		c, err := r.part("clock-row", row.ID, "clocks", row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	c, err := r.part("desk-counts", "desk-counts", "", countClocks(board, r.now))
	return append(all, c), err
}

// noticeChanges draws what stands above the desk, and the rows of the notices' page.
func (r teller) noticeChanges(ctx context.Context, t touched) (all []redraw, err error) {
	if !r.who.May(desk.ActIncidentRead) || !t.kinds["notice"] && !t.kinds["delivery"] && !t.kinds["incident"] {
		return nil, nil
	}
	alerts, err := r.loadAlerts(ctx)
	if err != nil {
		return nil, err
	}
	c, err := r.part("desk-alerts", "desk-alerts", "", alerts)
	if err != nil {
		return nil, err
	}
	all = append(all, c)
	if !t.kinds["notice"] && !t.kinds["delivery"] {
		return all, nil
	}
	list, err := r.desk.Notices(ctx, r.who, desk.NoticeFilter{Page: desk.Page{Limit: noticeRows, Newest: true}})
	if err != nil {
		return nil, err
	}
	for _, n := range slices.Backward(list) {
		row := r.noticeRow(n)
		c, err := r.part("notice-row", row.ID, "notices", row)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// badgeChanges draws the badges of the rail that the events may have changed.
func (r teller) badgeChanges(ctx context.Context, t touched) (all []redraw, err error) {
	for _, line := range navTable {
		var count func(context.Context) (int, error)
		switch {
		case line.Key == "inbox" && (len(t.items) > 0 || t.kinds["item"]):
			count = r.newItems
		case line.Key == "releases" && (t.kinds["release"] || t.kinds["publication"]):
			count = r.myReleases
		case line.Key == "notices" && t.kinds["notice"]:
			count = r.openNotices
		}
		if count == nil || !slices.ContainsFunc(line.acts, r.who.May) {
			continue
		}
		n := line.NavItem
		if n.Badge, err = count(ctx); err != nil {
			return nil, err
		}
		c, err := r.part("nav-badge", "badge-"+n.Key, "", n)
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}
