package mailbox

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/desk"
	"huiying/ingest"
)

const (
	// MaxMail is the largest message that is taken, in bytes; of larger ones the beginning is kept.
	MaxMail = 25 << 20
	// tooBigKeep is how much of those is kept: the header and what comes first.
	tooBigKeep = 256 << 10
	batchMails = 50
	batchBytes = 8 << 20
	// maxTries is how often the server may fail over one message before it is passed over, on the record.
	maxTries = 3
)

// Poller polls IMAP folders.
type Poller struct {
	Guard *ingest.Guard
	Roots *x509.CertPool // nil: the machine's
}

// mark is the bookmark in one folder: everything up to UID, in the folder as UIDValidity names it.
type mark struct {
	UIDValidity uint32 `json:"uidvalidity"`
	UID         uint32 `json:"uid"`
	Stuck       uint32 `json:"stuck,omitempty"` // the message that the server failed over last
	Tries       int    `json:"tries,omitempty"` // how often in a row
	Taken       string `json:"taken,omitempty"` // the numbers up to UID that were really taken; "" is all
	sent        bool   // the folder is where the account keeps what it sent; found out by each poll
}

// taken are the numbers at or below the bookmark that were taken.
func (m mark) taken() uids {
	if m.Taken == "" && m.UID > 0 {
		return uids{{1, m.UID}}
	}
	return parseUIDs(m.Taken)
}

// cursor is the source's bookmark: that of its one folder, or of each of several.
type cursor struct {
	mark
	TLS     string          `json:"tls,omitempty"` // what secured the last session
	Folders map[string]mark `json:"folders,omitempty"`
}

// TrialCursor implements ingest.Trial: nothing has been read, and the line must be
// secured as it was. A bookmark that can't be read is left for Poll to refuse.
func (p *Poller) TrialCursor(b json.RawMessage) json.RawMessage {
	var at cursor
	if len(b) == 0 || json.Unmarshal(b, &at) != nil {
		return b
	}
	return cursor{TLS: at.TLS}.json()
}

// of is the bookmark in a folder.
func (c cursor) of(to place, folder string) mark {
	if to.single() {
		return c.mark
	}
	return c.Folders[folder]
}

// set moves the bookmark in a folder.
func (c *cursor) set(to place, folder string, m mark) {
	if to.single() {
		c.mark = m
		return
	}
	if c.Folders == nil {
		c.Folders = map[string]mark{}
	}
	c.Folders[folder] = m
}

func (c cursor) json() json.RawMessage {
	b, err := json.Marshal(c)
	if err != nil {
		panic("mailbox: a cursor of numbers and text can't be JSON: " + err.Error())
	}
	return b
}

// mail is one message that the folder lists.
type mail struct {
	uid  uint32
	size int64
}

// Poll takes every message behind the bookmark, oldest first.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	to, err := parseURL(src.URL)
	if err != nil {
		return err
	}
	var at cursor
	if len(src.Cursor) > 0 {
		if err := json.Unmarshal(src.Cursor, &at); err != nil {
			return fmt.Errorf("the mailbox's bookmark: %w", err)
		}
	}
	c, tls, err := p.open(ctx, src, to, at.TLS, nil)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	defer c.Close()
	folders, err := foldersOf(c, to)
	if err != nil {
		return errors.Join(ctx.Err(), err)
	}
	changed := at.TLS != tls
	at.TLS = tls
	var failed error
	for _, folder := range folders {
		save := func(ctx context.Context, raws []desk.Raw, m mark) error {
			at.set(to, folder.name, m)
			changed = false
			return keep(ctx, raws, at.json())
		}
		err := p.take(ctx, c, folder, at.of(to, folder.name), save)
		switch {
		case ctx.Err() != nil && err != nil:
			return ctx.Err()
		case errors.Is(err, errFolder) && !to.single():
			failed = err // the others go on
		case err != nil:
			return err
		}
	}
	if changed && failed == nil {
		return keep(ctx, nil, at.json())
	}
	return failed
}

// errFolder marks the failure of one folder.
var errFolder = errors.New("mailbox: the folder can't be opened")

// take selects a folder and keeps what is new in it.
func (p *Poller) take(ctx context.Context, c *imapclient.Client, folder box, at mark, keep func(context.Context, []desk.Raw, mark) error) error {
	state, err := c.Select(folder.name, &imap.SelectOptions{ReadOnly: true}).Wait()
	var no *imap.Error
	switch {
	case errors.As(err, &no):
		return ingest.Failed(errors.Join(errFolder, err), "打不开邮箱文件夹“%s”，请检查其名称", folder.name)
	case err != nil:
		return ingest.Failed(err, "打开邮箱文件夹时连接中断")
	}
	rebuilt := at.UIDValidity != state.UIDValidity || state.UIDNext != 0 && uint32(state.UIDNext) <= at.UID
	if rebuilt {
		at = mark{UIDValidity: state.UIDValidity}
	}
	at.sent = folder.sent
	moved := false
	save := func(ctx context.Context, raws []desk.Raw, m mark) error {
		at, moved = m, true
		return keep(ctx, raws, m)
	}
	var mails []mail
	if state.NumMessages > 0 {
		if mails, err = list(c, at.UID); err != nil {
			return err
		}
	}
	if len(mails) > 0 {
		if err := p.fetchAll(ctx, c, mails, at, save); err != nil {
			return err
		}
	} else if rebuilt {
		if err := save(ctx, nil, at); err != nil {
			return err
		}
	}
	return p.reconcile(ctx, c, at, state.NumMessages, moved, keep)
}

// list asks for number and size of what is behind uid, in order.
func list(c *imapclient.Client, uid uint32) ([]mail, error) {
	var set imap.UIDSet
	set.AddRange(imap.UID(uid+1), 0) // 0 is "*"
	mails, err := sizes(c, set)
	// n:* always gives the last message, however small its number.
	return slices.DeleteFunc(mails, func(m mail) bool { return m.uid <= uid }), err
}

// sizes asks for number and size of messages, in order.
func sizes(c *imapclient.Client, set imap.UIDSet) ([]mail, error) {
	cmd := c.Fetch(set, &imap.FetchOptions{UID: true, RFC822Size: true})
	var mails []mail
	for msg := cmd.Next(); msg != nil; msg = cmd.Next() {
		m := mail{}
		for item := msg.Next(); item != nil; item = msg.Next() {
			switch item := item.(type) {
			case imapclient.FetchItemDataUID:
				m.uid = uint32(item.UID)
			case imapclient.FetchItemDataRFC822Size:
				m.size = item.Size
			}
		}
		if m.uid > 0 {
			mails = append(mails, m)
		}
	}
	if err := cmd.Close(); err != nil {
		return nil, ingest.Failed(err, "列出邮件时连接中断")
	}
	slices.SortFunc(mails, func(a, b mail) int { return int(int64(a.uid) - int64(b.uid)) })
	return slices.CompactFunc(mails, func(a, b mail) bool { return a.uid == b.uid }), nil
}

// fetchAll fetches in batches, each kept with its bookmark before the next. A
// message over which the server fails is tried again by itself, here and in later
// polls, and after maxTries recorded as one that can't be had.
func (p *Poller) fetchAll(ctx context.Context, c *imapclient.Client, mails []mail, at mark, keep func(context.Context, []desk.Raw, mark) error) error {
	for len(mails) > 0 {
		if mails[0].uid == at.Stuck && at.Tries >= maxTries {
			raw := rawOf(note{UIDValidity: at.UIDValidity, UID: at.Stuck, Refused: true}, nil)
			at.Taken = at.taken().with(at.Stuck, at.Stuck).String()
			at.UID, at.Stuck, at.Tries = at.Stuck, 0, 0
			if err := keep(ctx, []desk.Raw{raw}, at); err != nil {
				return err
			}
			mails = mails[1:]
			continue
		}
		n := batch(mails)
		if at.Stuck != 0 {
			n = 1
		}
		got, fetchErr := fetch(c, at.UIDValidity, at.sent, mails[:n])
		if ctx.Err() != nil {
			return ctx.Err()
		}
		raws, last := inOrder(mails[:n], got, fetchErr != nil)
		if fetchErr == nil {
			last = mails[n-1].uid
		}
		taken := at.taken()
		for _, m := range mails {
			if _, ok := got[m.uid]; ok && m.uid <= last {
				taken = taken.with(m.uid, m.uid)
			}
		}
		if last > 0 {
			at.UID, at.Taken = last, taken.String()
		}
		for len(mails) > 0 && mails[0].uid <= at.UID {
			mails = mails[1:]
		}
		switch {
		case fetchErr == nil || len(mails) == 0:
			at.Stuck, at.Tries = 0, 0
		case at.Stuck == mails[0].uid:
			at.Tries++
		default:
			at.Stuck, at.Tries = mails[0].uid, 1
		}
		if err := keep(ctx, raws, at); err != nil {
			return err
		}
		var no *imap.Error
		if fetchErr != nil && !errors.As(fetchErr, &no) {
			return ingest.Failed(fetchErr, "读取邮件时连接中断，稍后从断点继续")
		}
	}
	return nil
}

// batch is how many of the next messages are fetched at once.
func batch(mails []mail) int {
	var size int64
	for i, m := range mails {
		if size += min(m.size, MaxMail); i > 0 && (size > batchBytes || i >= batchMails) {
			return i
		}
	}
	return len(mails)
}

// inOrder gives the raws in the order of their numbers, up to the first gap when
// the fetch broke off: behind it the bookmark may not move. A gap without an error
// is a message that somebody removed meanwhile.
func inOrder(mails []mail, got map[uint32]desk.Raw, broken bool) (raws []desk.Raw, last uint32) {
	for _, m := range mails {
		raw, ok := got[m.uid]
		if !ok && broken {
			return raws, last
		}
		if ok {
			raws = append(raws, raw)
		}
		last = m.uid
	}
	return raws, last
}
