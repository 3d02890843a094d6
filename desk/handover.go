package desk

import (
	"context"
	"slices"
	"time"
)

const (
	// HandoverAhead is how far ahead a hand-over looks for briefings: the next two
	// shifts and the day after them.
	HandoverAhead = 48 * time.Hour
	// handoverItems bounds the count of new items: what is older has its place in the inbox.
	handoverItems = 24 * time.Hour
	handoverRows  = 1000
)

// Handover (交接班) is what stands when one shift gives the desk to the next: all
// that runs, waits or fails, with who has it.
type Handover struct {
	At        time.Time
	Clocks    []Clock    // running, overdue first, then by time left
	Ungraded  []Incident // open emergencies that nobody has graded: they show red
	Releases  []Release  // on their way, not yet published, the longest waiting first
	Briefings []Briefing // scheduled within HandoverAhead, and earlier ones of which nobody said that they were held
	Notices   []Notice   // not acknowledged, the newest first
	NewItems  int        // of the last day, looked at by nobody
	Failing   []Source   // polled in vain, without their secrets

	owners map[int64]bool // incidents that somebody with a login holds
}

// Owned says whether an incident is held by somebody who is still there: the desk
// itself, the command line and a disabled login are nobody.
func (h Handover) Owned(incident int64) bool { return h.owners[incident] }

// Orphans are the incidents that press and that nobody holds: ungraded
// emergencies, and those of whose clocks one is red or late. A shift that ends
// must not leave any.
func (h Handover) Orphans() (ids []int64) {
	for _, in := range h.Ungraded {
		if !h.Owned(in.ID) {
			ids = append(ids, in.ID)
		}
	}
	for _, c := range h.Clocks {
		if !h.Owned(c.IncidentID) && !h.At.Before(c.Red) && !slices.Contains(ids, c.IncidentID) {
			ids = append(ids, c.IncidentID)
		}
	}
	return ids
}

// Handover reads what stands, on one snapshot, so that its parts agree.
func (d *Desk) Handover(ctx context.Context, who Actor) (h Handover, err error) {
	if err := who.need(ActHandover); err != nil {
		return h, err
	}
	h = Handover{At: d.Now(), owners: map[int64]bool{}}
	err = d.Store.View(ctx, func(tx Tx) error {
		for _, read := range []func(context.Context, Tx, Scope) error{h.readIncidents, h.readReleases, h.readBriefings, h.readNotices, h.readSources} {
			if err := read(ctx, tx, d.wide(who)); err != nil {
				return err
			}
		}
		h.NewItems, err = tx.CountItems(ctx, d.scope(who), ItemFilter{State: ItemNew}, h.At.Add(-handoverItems))
		return err
	})
	if err != nil {
		return Handover{}, err
	}
	return h, nil
}

func (h *Handover) readIncidents(ctx context.Context, tx Tx, s Scope) (err error) {
	page := Page{Limit: handoverRows}
	if h.Clocks, err = tx.ListClocks(ctx, s, ClockFilter{State: ClockRunning, Page: page}); err != nil {
		return err
	}
	slices.SortStableFunc(h.Clocks, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	open, err := tx.ListIncidents(ctx, s, IncidentFilter{State: IncidentOpen, Page: page})
	if err != nil {
		return err
	}
	people, err := tx.ListPeople(ctx)
	if err != nil {
		return err
	}
	here := map[int64]bool{}
	for _, p := range people {
		here[p.ID] = p.DisabledAt == nil
	}
	for _, in := range open {
		h.owners[in.ID] = here[in.HolderID]
		if in.Level() == "" && in.Kind != KindOpinion {
			h.Ungraded = append(h.Ungraded, in)
		}
	}
	return nil
}

func (h *Handover) readReleases(ctx context.Context, tx Tx, s Scope) error {
	for _, state := range ReleaseStates {
		if state.State == ReleasePublished {
			continue
		}
		list, err := tx.ListReleases(ctx, s, ReleaseFilter{State: state.State, Page: Page{Limit: handoverRows}})
		if err != nil {
			return err
		}
		h.Releases = append(h.Releases, list...)
	}
	slices.SortStableFunc(h.Releases, func(a, b Release) int { return a.ChangedAt.Compare(b.ChangedAt) })
	return nil
}

func (h *Handover) readBriefings(ctx context.Context, tx Tx, s Scope) error {
	to := h.At.Add(HandoverAhead)
	list, err := tx.ListBriefings(ctx, s, BriefingFilter{State: BriefingScheduled, To: &to, Page: Page{Limit: handoverRows, Newest: true}})
	slices.SortStableFunc(list, func(a, b Briefing) int { return a.Starts.Compare(b.Starts) })
	h.Briefings = list
	return err
}

func (h *Handover) readNotices(ctx context.Context, tx Tx, s Scope) (err error) {
	h.Notices, err = tx.ListNotices(ctx, s, NoticeFilter{Open: true, Page: Page{Limit: handoverRows, Newest: true}})
	return err
}

// readSources names what fails; where a source lies is nobody's business here.
func (h *Handover) readSources(ctx context.Context, tx Tx, _ Scope) error {
	list, err := tx.ListSources(ctx)
	for _, s := range list {
		if s.State == "active" && s.Failures > 0 {
			h.Failing = append(h.Failing, Source{ID: s.ID, Kind: s.Kind, Channel: s.Channel, Name: s.Name, State: s.State, Failures: s.Failures, LastSuccess: s.LastSuccess})
		}
	}
	return err
}
