package desk

import (
	"context"
	"encoding/json"
	"time"
)

// ServiceRequest is an item as the program that brought it follows it: whether it
// is over, and when something last happened to it.
type ServiceRequest struct {
	Item
	Closed    bool // set aside as needing nothing more, or part of an incident that is closed
	UpdatedAt time.Time
}

// ServiceRequestFilter chooses requests; empty fields choose all.
type ServiceRequestFilter struct {
	IDs        []int64
	Categories []string
	From, To   *time.Time // of receipt, both included
	Closed     *bool
	Limit      int // 1–1,000; 0 is 1,000
}

// ServiceRequestTx reads items as their sources follow them.
type ServiceRequestTx interface {
	// ServiceRequests gives a source's own items, newest first.
	ServiceRequests(ctx context.Context, source int64, f ServiceRequestFilter) ([]ServiceRequest, error)
}

// ServiceRequests gives the items that came through a source, newest first. What a
// program reads it may show to anybody: numbers in the words are hidden, who wrote
// them is left out.
func (d *Desk) ServiceRequests(ctx context.Context, src Source, f ServiceRequestFilter) (list []ServiceRequest, err error) {
	if src.ID == 0 {
		return nil, nil
	}
	if f.Limit <= 0 || f.Limit > 1000 {
		f.Limit = 1000
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ServiceRequests(ctx, src.ID, f)
		return err
	})
	for i := range list {
		it := &list[i].Item
		it.mask(System)
		it.Author = Author{}
		it.Place = MaskText(it.Place)
		if it.Extra != nil {
			it.Extra.Email = ""
		}
	}
	return list, err
}

// RawOf gives whose a raw is and what was noted with it, to tell whether it is kept.
func (d *Desk) RawOf(ctx context.Context, id int64) (src Source, note json.RawMessage, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		raw, _, err := tx.LockRaw(ctx, id)
		if err != nil {
			return err
		}
		note = raw.Note
		src, err = tx.SourceByID(ctx, raw.SourceID)
		return err
	})
	return src, note, err
}

// ItemOfSource is the number of a source's item by its external id; 0 when there is none yet.
func (d *Desk) ItemOfSource(ctx context.Context, src Source, externalID string) (id int64, err error) {
	who := Actor{SourceID: src.ID, Name: src.Name, Via: "key"}
	list, err := d.Items(ctx, who, ItemFilter{ExternalID: externalID, Page: Page{Limit: 1}})
	if err != nil || len(list) == 0 {
		return 0, err
	}
	return list[0].ID, nil
}
