package mailbox

import (
	"context"
	"errors"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
	"huiying/ingest"
)

// alwaysCompare is how many messages a folder may hold to be compared at each poll
// also on a server that lists them one by one.
const alwaysCompare = 5_000

// reconcile looks for messages at or below the bookmark that were never taken: what
// a server numbered late, put back from a backup, or listed and didn't give. They are
// fetched again; that a letter was taken already is known by its identity, not here.
func (p *Poller) reconcile(ctx context.Context, c *imapclient.Client, at mark, count uint32, moved bool, keep func(context.Context, []desk.Raw, mark) error) error {
	if at.UID == 0 || count == 0 || !moved && count > alwaysCompare && !c.Caps().Has(imap.CapESearch) {
		return nil
	}
	var below imap.UIDSet
	below.AddRange(1, imap.UID(at.UID))
	var opts *imap.SearchOptions
	if c.Caps().Has(imap.CapESearch) {
		opts = &imap.SearchOptions{ReturnAll: true} // in spans
	}
	found, err := c.UIDSearch(&imap.SearchCriteria{UID: []imap.UIDSet{below}}, opts).Wait()
	var no *imap.Error
	switch {
	case errors.As(err, &no):
		return nil // a server that can't search; letters are taken as they come
	case err != nil:
		return ingest.Failed(err, "核对邮件编号时连接中断")
	}
	taken := at.taken()
	var missing imap.UIDSet
	n := 0
	for _, uid := range found.AllUIDs() {
		if u := uint32(uid); u > 0 && u <= at.UID && !taken.has(u) && n < batchMails {
			missing.AddNum(uid)
			n++
		}
	}
	if n == 0 {
		return nil
	}
	mails, err := sizes(c, missing)
	if err != nil {
		return err
	}
	for len(mails) > 0 {
		n := batch(mails)
		if err := p.takeMissing(ctx, c, mails[:n], &at, keep); err != nil {
			return err
		}
		mails = mails[n:]
	}
	return nil
}

// takeMissing fetches messages that were passed over. What the server still can't
// give goes on record as such.
func (p *Poller) takeMissing(ctx context.Context, c *imapclient.Client, mails []mail, at *mark, keep func(context.Context, []desk.Raw, mark) error) error {
	got, err := fetch(c, at.UIDValidity, at.sent, mails)
	var no *imap.Error
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if err != nil && !errors.As(err, &no) {
		return ingest.Failed(err, "读取邮件时连接中断，稍后从断点继续")
	}
	if err != nil && len(mails) > 1 {
		for i := range mails {
			if err := p.takeMissing(ctx, c, mails[i:i+1], at, keep); err != nil {
				return err
			}
		}
		return nil
	}
	raws := make([]desk.Raw, 0, len(mails))
	taken := at.taken()
	for _, m := range mails {
		raw, ok := got[m.uid]
		if !ok {
			raw = rawOf(note{UIDValidity: at.UIDValidity, UID: m.uid, Refused: true}, nil)
		}
		raws = append(raws, raw)
		taken = taken.with(m.uid, m.uid)
	}
	at.Taken = taken.String()
	return keep(ctx, raws, *at)
}
