package desk

import (
	"context"
	"time"
)

// Debrief (讲评) is what a drill comes down to: what was due and whether it was kept, who did what, and what the
// public heard and asked meanwhile. All instants are the drill's office time.
type Debrief struct {
	Drill     Drill
	At        time.Time // the instant of the reading
	Deadlines []Clock   // withdrawn ones included, with their stages
	Acts      []Event   // what people did, as it was entered
	People    []DebriefPerson
	Paths     []DebriefPath
	Answers   DebriefAnswers
	Texts     []DebriefText
	Held      []Briefing // those that took place
	Flow      DebriefFlow
	Asked     []Topic // what most items were about, the most first
	Rumours   []DebriefRumour
	Undone    DebriefUndone
}

// DebriefPerson is how much somebody did, by kind of act.
type DebriefPerson struct {
	Name  string
	Roles []Role
	Acts  map[string]int // by type of event
	Total int
}

// DebriefPath is how an incident went from its first item to the public; an instant that is nil was never reached.
type DebriefPath struct {
	Incident  Incident
	Began     time.Time // occurred, else learned, else raised: what the public counts from
	FirstItem *time.Time
	Raised    *time.Time
	Graded    *time.Time
	Drafted   *time.Time
	Submitted *time.Time
	Reviewed  *time.Time
	Signed    *time.Time
	Published *time.Time
	Items     int
}

// DebriefAnswers is how long notices waited until somebody acknowledged them.
type DebriefAnswers struct {
	Notices []Notice
	Acked   int
	Median  time.Duration
	Longest time.Duration
}

// DebriefText is a text as the public saw it.
type DebriefText struct {
	Publication
	Incident    string
	Since       time.Duration // from what the public counts from
	Title, Body string        // of the version; empty for another body's
}

// DebriefFlow is how many items came, by stretches of time and channel.
type DebriefFlow struct {
	From  time.Time
	Step  time.Duration
	Slots []map[Channel]int
	Most  int // in one stretch
}

// RumourCues is from where a verdict's cues are worth a word; they are never a verdict on truth.
const RumourCues = .5

// DebriefRumour is a matter whose items bear cues of a rumour, and the first text that the public saw after it.
type DebriefRumour struct {
	Item  Item // the first
	Count int
	After *DebriefText // nil: nothing was published
}

// DebriefUndone is what nobody did.
type DebriefUndone struct {
	Steps    []GuideStep // whose time had come
	Ungraded []Incident
	Unlooked []Item // that nobody dealt with
	Notices  []Notice
}

// Debrief reads what a drill has come to, while it goes on or after it. Everybody who played sees all of it.
func (d *Desk) Debrief(ctx context.Context, who Actor) (out Debrief, err error) {
	if d.Playing == nil {
		return out, noDrill
	}
	if who.PersonID == 0 {
		return out, who.need(ActItemRead)
	}
	var f debriefFacts
	if err := d.Store.View(ctx, func(tx Tx) (err error) {
		f, err = d.debriefFacts(ctx, tx)
		return err
	}); err != nil {
		return out, err
	}
	out = f.reckon(d.Playing, d.Now())
	return out, nil
}

// debriefFacts is everything that a debriefing is reckoned from.
type debriefFacts struct {
	people    []Person
	events    []Event
	items     []Item
	topics    []Topic
	notices   []Notice
	briefings []Briefing
	incidents []incidentFacts
}

// incidentFacts is an incident with what belongs to it.
type incidentFacts struct {
	Incident
	clocks       []Clock
	releases     []releaseFacts
	publications []Publication
}

type releaseFacts struct {
	Release
	versions []Version
	reviews  []SecrecyReview
	signed   []SignOff
}

// debriefMost bounds what is read of one kind: far above what a drill holds.
const debriefMost = 20_000

// wholeList reads a list to its end.
func wholeList[T any](id func(T) int64, get func(Page) ([]T, error)) (all []T, err error) {
	page := Page{Limit: 1000}
	for len(all) < debriefMost {
		rows, err := get(page)
		if err != nil {
			return nil, err
		}
		all = append(all, rows...)
		if len(rows) < page.Limit {
			break
		}
		page.After = id(rows[len(rows)-1])
	}
	return all, nil
}

func (d *Desk) debriefFacts(ctx context.Context, tx Tx) (f debriefFacts, err error) {
	scope := d.scope(System)
	if f.people, err = tx.ListPeople(ctx); err != nil {
		return f, err
	}
	if f.events, err = wholeList(func(e Event) int64 { return e.ID }, func(p Page) ([]Event, error) { return tx.ListEvents(ctx, EventFilter{Page: p}) }); err != nil {
		return f, err
	}
	if f.items, err = wholeList(func(it Item) int64 { return it.ID }, func(p Page) ([]Item, error) { return tx.ListItems(ctx, scope, ItemFilter{Page: p}) }); err != nil {
		return f, err
	}
	if f.topics, err = wholeList(func(t Topic) int64 { return t.ID }, func(p Page) ([]Topic, error) { return tx.ListTopics(ctx, scope, TopicFilter{Page: p}) }); err != nil {
		return f, err
	}
	if f.notices, err = wholeList(func(n Notice) int64 { return n.ID }, func(p Page) ([]Notice, error) { return tx.ListNotices(ctx, scope, NoticeFilter{Page: p}) }); err != nil {
		return f, err
	}
	if f.briefings, err = wholeList(func(b Briefing) int64 { return b.ID }, func(p Page) ([]Briefing, error) { return tx.ListBriefings(ctx, scope, BriefingFilter{Page: p}) }); err != nil {
		return f, err
	}
	incidents, err := wholeList(func(in Incident) int64 { return in.ID }, func(p Page) ([]Incident, error) { return tx.ListIncidents(ctx, scope, IncidentFilter{Page: p}) })
	for _, in := range incidents {
		one, err := d.incidentFacts(ctx, tx, scope, in)
		if err != nil {
			return f, err
		}
		f.incidents = append(f.incidents, one)
	}
	return f, err
}

func (d *Desk) incidentFacts(ctx context.Context, tx Tx, scope Scope, in Incident) (f incidentFacts, err error) {
	f.Incident = in
	if f.clocks, err = tx.ClocksOf(ctx, in.ID, false); err != nil {
		return f, err
	}
	if f.publications, err = tx.PublicationsOf(ctx, in.ID); err != nil {
		return f, err
	}
	list, err := tx.ListReleases(ctx, scope, ReleaseFilter{Incident: in.ID, Page: Page{Limit: 1000}})
	if err != nil {
		return f, err
	}
	for _, r := range list {
		one := releaseFacts{Release: r}
		if one.versions, err = tx.Versions(ctx, r.ID); err != nil {
			return f, err
		}
		if one.reviews, err = tx.Reviews(ctx, r.ID); err != nil {
			return f, err
		}
		if one.signed, err = tx.SignOffs(ctx, r.ID); err != nil {
			return f, err
		}
		f.releases = append(f.releases, one)
	}
	return f, nil
}
