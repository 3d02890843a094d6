package desk

import (
	"cmp"
	"context"
	"slices"
	"time"
)

const (
	// lately is how long a release is held against items that belong to no incident
	// of it, but tell of the same matter at the same place.
	lately = 7 * 24 * time.Hour
	// heard bounds how many items of an incident and its topics are held against its releases.
	heard = 400
)

// ItemDifferences are what one item says otherwise than the office's releases.
type ItemDifferences struct {
	Item Item
	List []Difference
}

// Differences holds an item against what this office has published about its matter:
// the releases of the incident that it, or an item of its topic, belongs to, and those
// of the last days about the same matter at the same place. Only published text is
// read; who may not read releases is told nothing.
func (d *Desk) Differences(ctx context.Context, who Actor, it Item) ([]Difference, error) {
	if it.ID == 0 || it.hidden(who) || !who.May(ActIncidentRead) {
		return nil, nil
	}
	own := map[int64]bool{}
	if it.IncidentID != 0 {
		own[it.IncidentID] = true
	}
	var releases []Release
	err := d.Store.View(ctx, func(tx Tx) error {
		if it.TopicID != 0 && it.TopicSize > 1 {
			same, err := tx.ListItems(ctx, d.scope(who), ItemFilter{Topic: it.TopicID, Page: Page{Limit: 200, Newest: true}})
			if err != nil {
				return err
			}
			for _, s := range same {
				if s.IncidentID != 0 {
					own[s.IncidentID] = true
				}
			}
		}
		for id := range own {
			list, err := tx.ListReleases(ctx, d.wide(who), ReleaseFilter{State: ReleasePublished, Incident: id, Page: Page{Limit: 200, Newest: true}})
			if err != nil {
				return err
			}
			releases = append(releases, list...)
		}
		recent, err := tx.ListReleases(ctx, d.wide(who), ReleaseFilter{State: ReleasePublished, Page: Page{Limit: 50, Newest: true}})
		if err != nil {
			return err
		}
		now := d.Now()
		for _, r := range recent {
			if !own[r.IncidentID] && now.Sub(r.publishedAt()) < lately && d.sameThing(it, r) {
				releases = append(releases, r)
			}
		}
		return nil
	})
	if err != nil || len(releases) == 0 {
		return nil, err
	}
	it.mask(who)
	var list []Difference
	for _, p := range d.byIncident(ctx, releases) {
		list = append(list, differ(listenTo(it), p)...)
	}
	return list, nil
}

// sameThing says whether a release is about the matter and the place that an item tells of.
func (d *Desk) sameThing(it Item, r Release) bool {
	if it.Verdict == nil {
		return false
	}
	text := r.Current.Title + "\n" + r.Current.Body
	return sharedMatter(it.Text(), text) && sharedPlace([]string{it.Verdict.Place, it.Place}, text, d.Policy.Office.Name)
}

// RoomDifferences holds the items of an incident, and those of their topics, against
// the releases of it. The room is as Room gave it, with its items masked.
func (d *Desk) RoomDifferences(ctx context.Context, who Actor, room Room) ([]ItemDifferences, error) {
	if err := who.need(ActIncidentRead); err != nil {
		return nil, err
	}
	groups := d.byIncident(ctx, room.Releases)
	if len(groups) == 0 || !who.May(ActItemRead) {
		return nil, nil
	}
	items := slices.Clone(room.Items)
	var topics []int64
	for _, it := range items {
		if it.TopicID != 0 && it.TopicSize > 1 && !slices.Contains(topics, it.TopicID) {
			topics = append(topics, it.TopicID)
		}
	}
	err := d.Store.View(ctx, func(tx Tx) error {
		for _, topic := range topics {
			if len(items) >= heard {
				return nil
			}
			same, err := tx.ListItems(ctx, d.scope(who), ItemFilter{Topic: topic, Page: Page{Limit: 200, Newest: true}})
			if err != nil {
				return err
			}
			for _, it := range same {
				if !slices.ContainsFunc(items, func(o Item) bool { return o.ID == it.ID }) {
					it.mask(who)
					items = append(items, it)
				}
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	var out []ItemDifferences
	for _, it := range items[:min(len(items), heard)] {
		if it.hidden(who) {
			continue
		}
		var list []Difference
		for _, p := range groups {
			list = append(list, differ(listenTo(it), p)...)
		}
		if len(list) > 0 {
			out = append(out, ItemDifferences{Item: it, List: list})
		}
	}
	slices.SortStableFunc(out, func(a, b ItemDifferences) int {
		return cmp.Or(b.Item.ReceivedAt.Compare(a.Item.ReceivedAt), cmp.Compare(b.Item.ID, a.Item.ID))
	})
	return out, nil
}

// byIncident reads published releases, those of one incident together, the newest first.
func (d *Desk) byIncident(ctx context.Context, releases []Release) [][]spoken {
	groups := map[int64][]spoken{}
	var order []int64
	for _, r := range releases {
		at := r.publishedAt()
		if r.State != ReleasePublished || at.IsZero() {
			continue
		}
		if groups[r.IncidentID] == nil {
			order = append(order, r.IncidentID)
		}
		text := Text{Title: r.Current.Title, Body: r.Current.Body, At: at.Format(time.RFC3339)}
		var v *Verdict
		if d.Classifier != nil {
			// Unread, a release still says in plain words how things stand.
			if reading, err := d.Classifier.Read(ctx, text); err == nil {
				v = &reading.Verdict
			} else if d.Log != nil {
				d.Log.WarnContext(ctx, "a release couldn't be read", "release", r.ID, "err", err)
			}
		}
		groups[r.IncidentID] = append(groups[r.IncidentID], spoken{release: r, at: at, says: statements(text, v)})
	}
	slices.Sort(order)
	out := make([][]spoken, 0, len(order))
	for _, id := range order {
		slices.SortStableFunc(groups[id], func(a, b spoken) int { return b.at.Compare(a.at) })
		out = append(out, groups[id])
	}
	return out
}

// listenTo is what an item says; it must be masked already.
func listenTo(it Item) listener {
	text, at := it.Text(), it.ReceivedAt
	if it.OccurredAt != nil && it.OccurredAt.Before(at) { // a post found later than it was written
		at = *it.OccurredAt
	}
	return listener{at: at, text: text, says: statements(text, it.Verdict)}
}
