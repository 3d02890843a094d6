package desk

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"time"
)

// commit is the second one.
func (d *Desk) commit(ctx context.Context, src Source, in prepared, key string, now time.Time) ([]Result, error) {
	raws, parts, gone := in.raws, in.parts, in.gone
	answer := func() []Result {
		results := make([]Result, len(parts))
		for i, p := range parts {
			results[i] = p.res
		}
		return results
	}
	// The last chunk marks the raws done; a crash before that repeats the earlier
	// chunks, as duplicates.
	for at := 0; at < len(parts) || at == 0; at += commitSize {
		chunk := parts[at:min(at+commitSize, len(parts))]
		last := at+len(chunk) == len(parts)
		keep := func(tx Tx) error {
			if err := d.keep(ctx, tx, src, chunk, raws, last, now); err != nil || !last {
				return err
			}
			if err := d.offLists(ctx, tx, src, parts, now); err != nil {
				return err
			}
			return d.takenAway(ctx, tx, src, gone, now)
		}
		told, done, err := d.keepOnce(ctx, src, key, last, answer, keep)
		for try := 1; try < maxRaces && errors.Is(err, ErrRaced); try++ {
			told, done, err = d.keepOnce(ctx, src, key, last, answer, keep)
		}
		if err != nil || done {
			return told, err
		}
	}
	return answer(), nil
}

// keep is what the second commit holds.
func (d *Desk) keep(ctx context.Context, tx Tx, src Source, parts []*part, raws []Raw, last bool, now time.Time) error {
	var items, bad []*part
	for _, p := range parts {
		if p.err != nil {
			bad = append(bad, p)
		} else {
			items = append(items, p)
		}
	}
	if err := d.keepItems(ctx, tx, src, items); err != nil {
		return err
	}
	if err := d.onLists(ctx, tx, src, items); err != nil {
		return err
	}
	if err := d.keepBad(ctx, tx, src, bad, now); err != nil {
		return err
	}
	if e, ok := intakeEvent(src, parts, now); ok {
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	if err := tx.Record(ctx, logged(src, parts, now)...); err != nil {
		return err
	}
	if last {
		for _, r := range raws {
			if err := tx.RawDone(ctx, r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepItems inserts what is new; what is known is a duplicate, or a new version.
func (d *Desk) keepItems(ctx context.Context, tx Tx, src Source, parts []*part) error {
	known, err := d.keepNew(ctx, tx, src, parts)
	if err != nil || len(known) == 0 {
		return err
	}
	return d.keepKnown(ctx, tx, src, known)
}

// keepNew inserts what is new with its topics, and gives the rest.
func (d *Desk) keepNew(ctx context.Context, tx Tx, src Source, parts []*part) (known []*part, err error) {
	first := map[string]int{}
	var fresh []Item
	var at []*part
	for _, p := range parts {
		if _, seen := first[p.item.ExternalID]; seen {
			known = append(known, p)
			continue
		}
		first[p.item.ExternalID] = len(fresh)
		fresh, at = append(fresh, p.item), append(at, p)
	}
	if err := tx.ReserveItems(ctx, src.ID, fresh); err != nil {
		return nil, err
	}
	var created []Item
	for i, p := range at {
		p.item.ID = fresh[i].ID
		if p.item.ID == 0 {
			known = append(known, p)
			continue
		}
		p.res.ID, p.res.Status = fresh[i].ID, StatusCreated
		created = append(created, fresh[i])
	}
	// Topics first: an item goes in with its topic. To set it afterwards would write
	// the item, and every index of it, twice.
	placed, err := d.place(ctx, tx, created)
	if err != nil {
		return nil, err
	}
	isNew, err := tx.InsertItems(ctx, created)
	if err != nil {
		return nil, err
	}
	if slices.Contains(isNew, false) {
		return nil, ErrRaced // and the topics don't hold: once more, now that the other is done
	}
	if err := tx.PutDocs(ctx, placed); err != nil {
		return nil, err
	}
	return known, tx.PutLetters(ctx, created)
}

// keepKnown tells duplicates from new versions, in the order in which they came.
func (d *Desk) keepKnown(ctx context.Context, tx Tx, src Source, known []*part) error {
	slices.SortFunc(known, func(a, b *part) int { return a.res.Index - b.res.Index })
	ids := make([]string, 0, len(known))
	for _, p := range known {
		ids = append(ids, p.item.ExternalID)
	}
	have, err := tx.LockItems(ctx, src.ID, ids)
	if err != nil {
		return err
	}
	late := map[int64]Item{} // known without a topic: nobody had read what came first
	for _, p := range known {
		old, ok := have[p.item.ExternalID]
		if !ok {
			return ErrRaced
		}
		p.res.ID = old.ID
		if old.RemovedAt != nil && p.item.ReceivedAt.After(*old.RemovedAt) {
			if err := tx.PutBack(ctx, old.ID); err != nil {
				return err
			}
		}
		// A raw that was left over and is finished late never takes the place of what
		// came after it.
		if slices.Equal(old.Digest, p.item.Digest) || p.item.RawID < old.RawID {
			p.res.Status = StatusDuplicate
			continue
		}
		p.res.Status = StatusUpdated
		p.item.renew(old)
		if err := keepCount(ctx, tx, old, p.item); err != nil {
			return err
		}
		if err := tx.ReplaceItem(ctx, p.item, p.item.ReceivedAt); err != nil {
			return err
		}
		if err := tx.PutLetters(ctx, []Item{p.item}); err != nil {
			return err
		}
		have[p.item.ExternalID] = p.item
		if p.item.TopicID == 0 {
			late[p.item.ID] = p.item
		}
	}
	unplaced := slices.SortedFunc(maps.Values(late), func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	placed, err := d.place(ctx, tx, unplaced)
	if err != nil {
		return err
	}
	return tx.PutDocs(ctx, placed)
}

// ErrRaced undoes a commit that found an item new which another has stored meanwhile.
var ErrRaced = Conflict("external_id", "同一编号的来件正在处理，请重试")

// takenAway marks items whose originals are gone, those that aren't marked yet.
func (d *Desk) takenAway(ctx context.Context, tx Tx, src Source, gone []Removal, now time.Time) error {
	for _, g := range gone {
		it, found, err := tx.TakeAway(ctx, src.ID, g, now)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		e := it.event(Actor{SourceID: src.ID, Name: src.Name, Via: "key"}, now, "item.removed").with(map[string]any{"id": ident(it.ID), "status": "removed"}).because(g.Why)
		e.SourceID = src.ID
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// renew makes the incoming content the next version of the item that is there;
// what people did to it stays.
func (it *Item) renew(old Item) {
	it.ID, it.Version, it.State = old.ID, old.Version+1, old.State
	it.TopicID, it.IncidentID = old.TopicID, old.IncidentID
	it.keepChoices(old)
}

// keepChoices takes over what people have set in the verdict of an earlier reading,
// but what was chosen with this very content.
func (it *Item) keepChoices(old Item) {
	for _, f := range old.Corrected {
		if _, again := it.Picked[f]; again {
			continue
		}
		if it.Verdict == nil {
			it.Verdict = &Verdict{Confidence: map[string]float64{}}
		}
		it.Verdict.copyField(f, old.Verdict)
		if !slices.Contains(it.Corrected, f) {
			it.Corrected = append(it.Corrected, f)
		}
	}
	slices.Sort(it.Corrected)
}

func (d *Desk) keepBad(ctx context.Context, tx Tx, src Source, parts []*part, now time.Time) error {
	if len(parts) == 0 {
		return nil
	}
	qs := make([]Quarantined, len(parts))
	for i, p := range parts {
		qs[i] = Quarantined{SourceID: src.ID, RawID: p.raw.ID, Part: p.n, Bytes: p.data, Field: p.err.Field, Reason: p.err.Message(), At: now, State: "open"}
		qs[i].Sealed = p.sealed || tellsReport(p.data) || p.data == nil && tellsReport(p.raw.Bytes)
	}
	isNew, err := tx.Quarantine(ctx, qs)
	if err != nil {
		return err
	}
	for i, p := range parts {
		p.again = !isNew[i]
		p.res.ID, p.res.Status, p.res.Err = qs[i].ID, StatusQuarantined, p.err
	}
	return nil
}
