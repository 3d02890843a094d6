package desk

import "context"

// QuarantinedByID opens one share of a raw that couldn't become an item, for the
// person who is to mend it. Where the share is the whole raw, its bytes are the
// raw's, none for those from whom it is Hidden. They may hold personal data: what is shown
// of them goes through Excerpt.
func (d *Desk) QuarantinedByID(ctx context.Context, who Actor, id int64) (q Quarantined, err error) {
	if err := who.need(ActQuarantine); err != nil {
		return q, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error { // the raw can only be read under its lock
		if q, err = d.quarantined(ctx, tx, who, id); err != nil || q.Bytes != nil {
			return err
		}
		raw, _, err := tx.LockRaw(ctx, q.RawID)
		q.Bytes = raw.Bytes
		return err
	})
	q.hide(who)
	return q, err
}
