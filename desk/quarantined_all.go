package desk

import (
	"context"
	"errors"
)

// Replayed is what became of one share put through the door again.
type Replayed struct {
	ID      int64  // of the quarantine
	Status  string // of the first item it became; StatusQuarantined: it still can't be read
	ItemID  int64
	Reason  string // why it still can't be read
	Results int    // items it became
}

// ReplayLike puts through the door again, as they are, all that lie open in
// quarantine from the same source as this one: with the same reason, or with any.
// One that still can't be read stays and holds none of the others; the newest
// come first, 500 at most, and more says whether there were others.
func (d *Desk) ReplayLike(ctx context.Context, who Actor, id int64, anyReason bool) (done []Replayed, more bool, err error) {
	if err := who.need(ActQuarantine); err != nil {
		return nil, false, err
	}
	like := LikeReason
	if anyReason {
		like = LikeSource
	}
	ids, more, err := d.quarantinedLike(ctx, who, id, like, "open")
	if err != nil {
		return nil, false, err
	}
	for _, q := range ids {
		r := Replayed{ID: q}
		results, err := d.MendQuarantined(ctx, who, q, nil)
		switch {
		case CodeOf(err) == CodeConflict:
			continue // somebody else mended it meanwhile
		case err != nil:
			return done, more, err
		}
		for _, x := range results {
			if x.Status == StatusQuarantined {
				if r.Status == "" {
					r.Status = StatusQuarantined
				}
				var e *Error
				if errors.As(x.Err, &e) && x.Err != nil {
					r.Reason = e.Message()
				}
				continue
			}
			if r.Results++; r.ItemID == 0 {
				r.Status, r.ItemID = x.Status, x.ID
			}
		}
		done = append(done, r)
	}
	return done, more, nil
}

// Dump is the beginning of the bytes for a view of figures: at most n, with digits of
// what may be personal numbers as stars.
func (q Quarantined) Dump(n int) []byte {
	b := append([]byte(nil), q.Bytes[:min(len(q.Bytes), n)]...)
	for i := 0; i < len(b); {
		j, digits := i, 0
		for ; j < len(b) && (isDigit(b[j]) || digits > 0 && (b[j] == ' ' || b[j] == '-')); j++ {
			if isDigit(b[j]) {
				digits++
			}
		}
		if digits >= 7 {
			for k := i; k < j; k++ {
				if isDigit(b[k]) {
					b[k] = '*'
				}
			}
		}
		i = max(j, i+1)
	}
	return b
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
