package desk

import (
	"context"
	"errors"
	"time"
)

const (
	// MaxDaily bounds a vendor's daily file that comes over a page, in bytes.
	MaxDaily = 32 << 20
	// MaxDailyEntries bounds the mentions of one file.
	MaxDailyEntries = 2000
)

// DailyReader takes a monitoring vendor's daily file (监测日报) apart. Its figures were seen at
// captured; times without a zone are zone's. Errors are the file's fault and say so.
type DailyReader interface {
	ReadDaily(name string, file []byte, captured time.Time, zone *time.Location) ([]Paste, error)
}

// DailyEntry is one mention of a daily file as it would be taken in.
type DailyEntry struct {
	Paste
	Known bool   // it is there already
	Same  int    // the entry above, from 1, that has its identity; 0: none
	Err   *Error // why it can't be taken in
}

// LookDaily takes a daily file apart and says how its entries stand. Nothing is kept.
func (d *Desk) LookDaily(ctx context.Context, who Actor, name string, file []byte) ([]DailyEntry, error) {
	if err := who.need(ActMediaPaste); err != nil {
		return nil, err
	}
	if d.Daily == nil {
		return nil, NotFound("没有开通监测日报导入")
	}
	if len(file) == 0 {
		return nil, Invalid("file", "文件是空的")
	}
	if len(file) > MaxDaily {
		return nil, Invalid("file", "文件不超过 %d MB", MaxDaily>>20)
	}
	list, err := d.Daily.ReadDaily(name, file, d.Now().UTC().Truncate(time.Second), d.Policy.Office.Location)
	if err != nil {
		return nil, err
	}
	return d.CheckDaily(ctx, who, list)
}

// CheckDaily says how entries stand that were taken apart before.
func (d *Desk) CheckDaily(ctx context.Context, who Actor, list []Paste) ([]DailyEntry, error) {
	if err := who.need(ActMediaPaste); err != nil {
		return nil, err
	}
	now, out, first := d.Now(), make([]DailyEntry, len(list)), map[string]int{}
	var ids []string
	for i, p := range list {
		out[i] = DailyEntry{Paste: p, Same: first[p.Key]}
		if _, err := p.incoming(now); err != nil && !errors.As(err, &out[i].Err) {
			return nil, err
		}
		if out[i].Same == 0 {
			first[p.Key] = i + 1
			ids = append(ids, p.externalID())
		}
	}
	err := d.Store.View(ctx, func(tx Tx) error {
		src, err := tx.SourceByName(ctx, PasteSource)
		if CodeOf(err) == CodeNotFound {
			return nil // nobody has pasted yet
		}
		if err != nil {
			return err
		}
		have, err := tx.KnownItems(ctx, src.ID, ids)
		for i := range out {
			out[i].Known = have[out[i].externalID()]
		}
		return err
	})
	return out, err
}

// DailyTaken is what became of an entry.
type DailyTaken struct {
	Result
	Refused *Error // why it wasn't taken in
}

// TakeDaily takes entries in, each as if it were pasted and harmless when repeated; one that
// is refused doesn't harm the others. It ends after the entry at which most of real time
// have gone by: the answer is as long as what was tried, and the caller comes again with
// the rest. An error means that those before it are in: to repeat the same is harmless.
func (d *Desk) TakeDaily(ctx context.Context, who Actor, list []Paste, most time.Duration) ([]DailyTaken, error) {
	if err := who.need(ActMediaPaste); err != nil {
		return nil, err
	}
	if len(list) > MaxDailyEntries {
		return nil, Invalid("file", "超过 %d 条，请分成几个文件", MaxDailyEntries)
	}
	began := d.Real()
	list, err := d.asSeen(ctx, list)
	if err != nil {
		return nil, err
	}
	var out []DailyTaken
	for _, p := range list {
		if len(out) > 0 && d.Real().Sub(began) >= most {
			break
		}
		res, err := d.PasteMedia(ctx, who, p)
		taken := DailyTaken{Result: res}
		if err != nil && (CodeOf(err) != CodeInvalid || !errors.As(err, &taken.Refused)) {
			return out, err
		}
		out = append(out, taken)
	}
	return out, nil
}

// asSeen gives entries whose words and figures are there already the instant at which those
// were seen: the same file of another hour says nothing new.
func (d *Desk) asSeen(ctx context.Context, list []Paste) ([]Paste, error) {
	src, err := d.ownSource(ctx, PasteSource, ChannelMedia)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(list))
	for i, p := range list {
		ids[i] = p.externalID()
	}
	var have map[string]Item
	err = d.Store.InTx(ctx, func(tx Tx) (err error) {
		have, err = tx.LockItems(ctx, src.ID, ids)
		return err
	})
	if err != nil {
		return nil, err
	}
	now, out := d.Now(), make([]Paste, len(list))
	for i, p := range list {
		out[i] = p
		old, ok := have[ids[i]]
		if !ok || old.Extra == nil || old.Extra.Captured == nil {
			continue
		}
		p.Captured = *old.Extra.Captured
		if in, err := p.incoming(now); err == nil && string(in.Digest()) == string(old.Digest) {
			out[i] = p
		}
	}
	return out, nil
}

// externalID is the identity of what was pasted under a key; "" for none.
func (p Paste) externalID() string {
	if p.Key == "" {
		return ""
	}
	return "paste:" + p.Key
}
