package live

import (
	"encoding/json"
	"slices"
	"strings"

	"huiying/desk"
)

// Audience is whom the same events are shown in the same form.
type Audience struct {
	Format string // the subprotocol: chooses the renderer
	Lang   string // of the frames
	View   string // what else the renderer tells apart (a page); "" is all the same
	// Actor is what is left of the person when only rights matter: roles, region,
	// department, source.
	Actor desk.Actor
	Scope desk.Scope
}

// AudienceOf is the audience of somebody in an office that lies in the region.
// What identifies the person is dropped, so that colleagues share one.
func AudienceOf(who desk.Actor, office, format, lang, view string) Audience {
	roles := slices.Clone(who.Roles)
	slices.Sort(roles)
	via := "live"
	if who.Via == desk.System.Via || who.Via == desk.Shell.Via {
		via = who.Via // which alone permits
	}
	return Audience{Format: format, Lang: lang, View: view, Scope: who.ScopeOf(office),
		Actor: desk.Actor{SourceID: who.SourceID, Name: "-", Roles: slices.Compact(roles), Region: who.Region, Department: who.Department, Via: via}}
}

// Key tells audiences apart.
func (a Audience) Key() string {
	key, err := json.Marshal(a)
	if err != nil {
		panic("live: audience that can't be JSON: " + err.Error()) // strings and numbers always can
	}
	return string(key)
}

// rule says who may see events of a kind.
type rule struct {
	act    desk.Act
	scoped bool // by region and department; else permission is enough
	source bool // a source's key sees those about what it brought
}

// rules are the kinds of event: the first word of their type.
var rules = map[string]rule{
	"item":        {desk.ActItemRead, true, true},
	"quarantine":  {desk.ActItemRead, true, true},
	"topic":       {desk.ActItemRead, true, false},
	"incident":    {desk.ActIncidentRead, true, false},
	"clock":       {desk.ActIncidentRead, true, false},
	"release":     {desk.ActIncidentRead, true, false},
	"briefing":    {desk.ActIncidentRead, true, false},
	"publication": {desk.ActIncidentRead, true, false},
	"notice":      {desk.ActIncidentRead, true, false},
	"delivery":    {desk.ActIncidentRead, true, false},
	"person":      {desk.ActPersonManage, false, false},
	"token":       {desk.ActPersonManage, false, false},
	"source":      {desk.ActSourceManage, false, false},
	"setting":     {desk.ActAlertText, false, false},
	"drill":       {desk.ActDrill, false, false},
}

// event is a sealed event as the hub keeps it: what is parsed is parsed once.
type event struct {
	desk.Sealed
	batch bool
	lines []desk.BatchLine
}

func eventOf(s desk.Sealed) (event, error) {
	e := event{Sealed: s, batch: s.Event.Subject.Kind == "batch"}
	if !e.batch {
		return e, nil
	}
	var data desk.BatchData
	err := json.Unmarshal(s.Event.Data, &data)
	e.lines = data.Items
	return e, err
}

// show gives the event as the audience may see it; ok is false where it may not.
// The auditor sees all; a kind that nobody has ruled on is for the auditor alone.
// Of a batch only the lines in scope are shown, as identity and status.
func (a Audience) show(e event) (s desk.Sealed, ok bool) {
	kind, _, _ := strings.Cut(e.Event.Type, ".")
	r, known := rules[kind]
	sees := a.Scope.Sees
	switch {
	case a.Scope.SourceID != 0:
		if !r.source || e.Event.SourceID != a.Scope.SourceID {
			return s, false
		}
		sees = func(string, string, int64) bool { return true }
	case a.Actor.May(desk.ActRecordRead), known && !r.scoped && a.Actor.May(r.act):
		sees = func(string, string, int64) bool { return true }
	case !known, !a.Actor.May(r.act):
		return s, false
	}
	if !e.batch {
		return e.Sealed, sees(e.Event.Region, e.Event.Department, e.Event.SourceID)
	}
	shown := make([]desk.BatchLine, 0, len(e.lines))
	for _, l := range e.lines {
		if sees(l.Region, l.Department, e.Event.SourceID) {
			shown = append(shown, desk.BatchLine{ID: l.ID, Status: l.Status})
		}
	}
	if len(shown) == 0 {
		return s, false
	}
	data, err := json.Marshal(desk.BatchData{Items: shown})
	if err != nil {
		panic("live: lines that can't be JSON: " + err.Error()) // strings always can
	}
	s = e.Sealed
	s.Event.Data = data
	return s, true
}
