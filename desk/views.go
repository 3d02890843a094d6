package desk

import (
	"context"
	"slices"
	"time"
)

// Incidents lists incidents in scope.
func (d *Desk) Incidents(ctx context.Context, who Actor, f IncidentFilter) ([]Incident, error) {
	return list(ctx, d, who, func(tx Tx, s Scope) ([]Incident, error) { return tx.ListIncidents(ctx, s, f) })
}

// Clocks lists clocks in scope.
func (d *Desk) Clocks(ctx context.Context, who Actor, f ClockFilter) ([]Clock, error) {
	return list(ctx, d, who, func(tx Tx, s Scope) ([]Clock, error) { return tx.ListClocks(ctx, s, f) })
}

// Releases lists releases in scope.
func (d *Desk) Releases(ctx context.Context, who Actor, f ReleaseFilter) ([]Release, error) {
	return list(ctx, d, who, func(tx Tx, s Scope) ([]Release, error) { return tx.ListReleases(ctx, s, f) })
}

// Briefings lists briefings in scope.
func (d *Desk) Briefings(ctx context.Context, who Actor, f BriefingFilter) ([]Briefing, error) {
	return list(ctx, d, who, func(tx Tx, s Scope) ([]Briefing, error) { return tx.ListBriefings(ctx, s, f) })
}

// list is the frame of the lists around incidents: permission, snapshot, scope.
func list[T any](ctx context.Context, d *Desk, who Actor, get func(Tx, Scope) ([]T, error)) (rows []T, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		rows, err = get(tx, d.wide(who))
		return err
	})
	return rows, err
}

// Topics lists topics in scope.
func (d *Desk) Topics(ctx context.Context, who Actor, f TopicFilter) (list []Topic, err error) {
	if err := who.need(ActItemRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListTopics(ctx, d.scope(who), f)
		return err
	})
	hidden := numbersHidden(who)
	for i := range list {
		list[i].Title = MaskText(list[i].Title)
	}
	return slices.DeleteFunc(list, func(t Topic) bool {
		return hidden && !Item{Incoming: Incoming{Title: t.Title, Body: t.Place}}.stillThere(f.Query)
	}), err
}

// Board (实时台) is every running clock, overdue first, then by time left.
func (d *Desk) Board(ctx context.Context, who Actor) ([]Clock, error) {
	clocks, err := d.Clocks(ctx, who, ClockFilter{State: ClockRunning, Page: Page{Limit: 1000}})
	slices.SortStableFunc(clocks, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	return clocks, err
}

// Ungraded lists the open emergencies that nobody has judged yet: ungraded isn't
// harmless, it shows red.
func (d *Desk) Ungraded(ctx context.Context, who Actor) ([]Incident, error) {
	all, err := d.Incidents(ctx, who, IncidentFilter{State: IncidentOpen, Page: Page{Limit: 1000, Newest: true}})
	return slices.DeleteFunc(all, func(in Incident) bool { return in.Level() != "" }), err
}

// Room (事件) is an incident with all that its page shows.
type Room struct {
	Incident     Incident
	Clocks       []Clock
	Items        []Item
	Changes      []Change
	Releases     []Release
	Briefings    []Briefing
	Publications []Publication
	Timeline     []Event
	Suggestion   Suggestion
}

// Suggestion (系统初判建议) is the level that the facts suggest.
type Suggestion struct {
	Level string
	Facts Facts
	Why   []string
	From  []Item // the items whose words were read, with their evidence
}

// Room opens an incident.
func (d *Desk) Room(ctx context.Context, who Actor, id int64) (r Room, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return r, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		s := d.wide(who)
		if r.Incident, err = tx.IncidentByID(ctx, s, id, false); err != nil {
			return err
		}
		if r.Clocks, err = tx.ListClocks(ctx, s, ClockFilter{Incident: id, Page: Page{Limit: 1000}}); err != nil {
			return err
		}
		if who.May(ActItemRead) {
			if r.Items, err = tx.ListItems(ctx, d.scope(who), ItemFilter{Incident: id, Page: Page{Limit: 200, Newest: true}}); err != nil {
				return err
			}
		}
		if r.Changes, err = tx.ListChanges(ctx, id); err != nil {
			return err
		}
		if r.Releases, err = tx.ListReleases(ctx, s, ReleaseFilter{Incident: id, Page: Page{Limit: 200}}); err != nil {
			return err
		}
		if r.Briefings, err = tx.ListBriefings(ctx, s, BriefingFilter{Incident: id, Page: Page{Limit: 200}}); err != nil {
			return err
		}
		if r.Publications, err = tx.PublicationsOf(ctx, id); err != nil {
			return err
		}
		r.Timeline, err = tx.Timeline(ctx, id)
		return err
	})
	if err != nil {
		return Room{}, err
	}
	slices.SortStableFunc(r.Clocks, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	r.Suggestion = d.suggest(r.Incident, r.Items)
	for i := range r.Items {
		r.Items[i].mask(who)
	}
	for i := range r.Suggestion.From {
		r.Suggestion.From[i].mask(who)
	}
	return r, nil
}

// suggest reads the level from what people registered and what items say. Of
// several figures the largest stands: casualties known so far are a floor.
func (d *Desk) suggest(in Incident, items []Item) Suggestion {
	s := Suggestion{Facts: in.Facts}
	for _, it := range items {
		if it.Verdict == nil || it.Verdict.Facts == (Facts{}) {
			continue
		}
		f := it.Verdict.Facts
		more := larger(s.Facts.Deaths, f.Deaths) != s.Facts.Deaths || larger(s.Facts.SeriousInjured, f.SeriousInjured) != s.Facts.SeriousInjured ||
			larger(s.Facts.Injured, f.Injured) != s.Facts.Injured || larger(s.Facts.Missing, f.Missing) != s.Facts.Missing
		s.Facts = s.Facts.atLeast(f)
		if more || len(s.From) < 3 {
			s.From = append(s.From, it)
		}
	}
	s.Level, s.Why = SuggestLevel(in.Kind, s.Facts, d.Policy.Levels)
	return s
}

// atLeast takes the larger of each figure.
func (f Facts) atLeast(g Facts) Facts {
	f.Deaths, f.Missing, f.Injured = larger(f.Deaths, g.Deaths), larger(f.Missing, g.Missing), larger(f.Injured, g.Injured)
	f.SeriousInjured, f.Poisoned, f.Crowd = larger(f.SeriousInjured, g.SeriousInjured), larger(f.Poisoned, g.Poisoned), larger(f.Crowd, g.Crowd)
	f.AtRisk = larger(f.AtRisk, g.AtRisk)
	if f.LossYuan == nil || g.LossYuan != nil && *g.LossYuan > *f.LossYuan {
		f.LossYuan = g.LossYuan
	}
	return f
}

// ReleaseFile is a release with all that its workbench shows.
type ReleaseFile struct {
	Release  Release
	Versions []Version
	Reviews  []SecrecyReview
	SignOffs []SignOff
	Incident Incident
	Clocks   []Clock
	Asked    []Topic // 公众在问: what the public asks, the largest first
}

// Release opens a release.
func (d *Desk) Release(ctx context.Context, who Actor, id int64) (f ReleaseFile, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return f, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		s := d.wide(who)
		if f.Release, err = tx.ReleaseByID(ctx, s, id, false); err != nil {
			return err
		}
		if f.Versions, err = tx.Versions(ctx, id); err != nil {
			return err
		}
		if f.Reviews, err = tx.Reviews(ctx, id); err != nil {
			return err
		}
		if f.SignOffs, err = tx.SignOffs(ctx, id); err != nil {
			return err
		}
		if f.Incident, err = tx.IncidentByID(ctx, s, f.Release.IncidentID, false); err != nil {
			return err
		}
		if f.Clocks, err = tx.ListClocks(ctx, s, ClockFilter{Incident: f.Release.IncidentID, Page: Page{Limit: 1000}}); err != nil {
			return err
		}
		if !who.May(ActItemRead) {
			return nil // the topics carry words of items
		}
		items, err := tx.ListItems(ctx, d.scope(who), ItemFilter{Incident: f.Release.IncidentID, Page: Page{Limit: 1000}})
		f.Asked = asked(items)
		return err
	})
	return f, err
}

// asked counts the items of an incident by topic.
func asked(items []Item) []Topic {
	by := map[int64]*Topic{}
	var all []*Topic
	for _, it := range items {
		if it.TopicID == 0 {
			continue
		}
		t, ok := by[it.TopicID]
		if !ok {
			t = &Topic{ID: it.TopicID, Title: MaskText(it.topicTitle())}
			by[it.TopicID] = t
			all = append(all, t)
		}
		t.Count++
	}
	slices.SortStableFunc(all, func(a, b *Topic) int { return b.Count - a.Count })
	out := make([]Topic, 0, 5)
	for _, t := range all[:min(5, len(all))] {
		out = append(out, *t)
	}
	return out
}

// Briefing opens a briefing.
func (d *Desk) Briefing(ctx context.Context, who Actor, id int64) (b Briefing, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return b, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		b, err = tx.BriefingByID(ctx, d.wide(who), id, false)
		return err
	})
	return b, err
}

// RoomsKnown are the rooms that briefings have been booked in, for filters.
func (d *Desk) RoomsKnown(ctx context.Context, who Actor) (rooms []string, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		rooms, err = tx.Rooms(ctx)
		return err
	})
	return rooms, err
}

// BookingChoices are the rooms and speakers known, for the form.
func (d *Desk) BookingChoices(ctx context.Context, who Actor) (rooms []string, speakers []Speaker, err error) {
	if err := who.need(ActBriefing); err != nil {
		return nil, nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		if rooms, err = tx.Rooms(ctx); err != nil {
			return err
		}
		speakers, err = tx.SpeakersKnown(ctx)
		return err
	})
	return rooms, speakers, err
}

// Proof gives the file that proves a publication.
func (d *Desk) Proof(ctx context.Context, who Actor, publication int64) (p Proof, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return p, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		p, err = tx.ProofOf(ctx, d.wide(who), publication)
		return err
	})
	return p, err
}

// Events lists the record, for the auditor.
func (d *Desk) Events(ctx context.Context, who Actor, f EventFilter) (list []Event, err error) {
	if err := who.need(ActRecordRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListEvents(ctx, f)
		return err
	})
	return list, err
}

// Head is the place in the feed that a page is rendered at: read before the
// page's data, so that the live line repeats rather than skips.
func (d *Desk) Head(ctx context.Context) (Cursor, time.Time, error) {
	c, err := d.Feed.Head(ctx)
	return c, d.Now(), err
}
