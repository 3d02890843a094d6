package desk

import (
	"context"
	"strings"
	"time"
)

// What wrote a letter when no person did, as Item.Auto says it; "" is a letter.
const (
	AutoReply  = "reply"  // 自动回复: an answering machine
	AutoBounce = "bounce" // 退信: a mail server that could not deliver
	AutoOwn    = "own"    // 本单位发出: a copy of what the office itself sent
	AutoBulk   = "bulk"   // 群发: to many at once; read like any letter all the same
)

// Autos gives each its Chinese name.
var Autos = []struct{ Auto, Name string }{{AutoReply, "自动回复"}, {AutoBounce, "退信"}, {AutoOwn, "本单位发出"}, {AutoBulk, "群发邮件"}}

func autoName(auto string) string {
	for _, a := range Autos {
		if a.Auto == auto {
			return a.Name
		}
	}
	return ""
}

// Limits of what one letter brings besides its words.
const (
	MaxFiles    = 50       // attachments kept; more stay in the original alone
	MaxFileSize = 20 << 20 // bytes of one
	MaxFileName = 200      // runes
	MaxRefs     = 30       // messages that one letter says it answers
)

// File (附件) is one attachment of an item.
type File struct {
	N       int    `json:"-"`    // place in the item, from 1
	Name    string `json:"name"` // fit to be shown: no control or direction characters, no path
	Kind    string `json:"kind"` // media type as the bytes say, never as the name does
	Size    int64  `json:"size"`
	Digest  []byte `json:"digest,omitempty"`  // SHA-256
	Refused string `json:"refused,omitempty"` // why its bytes aren't kept beside the original
	Bytes   []byte `json:"-"`                 // by FileOf only, and on the way in
}

// Machine says that a machine wrote it and that nobody waits for an answer.
func (in Incoming) Machine() bool { return in.Auto != "" && in.Auto != AutoBulk }

// ownCopies sets aside the copies of our own answers: what names our address as its
// sender and answers a letter that this source has. That address alone proves nothing:
// forms on websites write it, and so does whoever wants his letter to be read by nobody.
func (d *Desk) ownCopies(ctx context.Context, src Source, parts []*part) {
	var ours []*part
	others := map[string]bool{}
	for _, p := range parts {
		switch {
		case p.err != nil:
		case p.item.FromUs && !p.item.Machine():
			ours = append(ours, p)
		default:
			others[p.item.ExternalID] = true
		}
	}
	if len(ours) == 0 {
		return
	}
	err := d.Store.View(ctx, func(tx Tx) error {
		for _, p := range ours {
			answers, err := answersOne(ctx, tx, src.ID, p.item, others)
			if err != nil {
				return err
			}
			if answers {
				p.item.Auto, p.item.State = AutoOwn, ItemSettled
			}
		}
		return nil
	})
	if err != nil { // they stay letters, for people to set aside
		d.Log.Error("copies of our own letters can't be told from others", "source", src.Name, "error", err)
	}
}

// answersOne says that an item answers one that the source has or that comes with it.
func answersOne(ctx context.Context, tx Tx, source int64, it Item, with map[string]bool) (bool, error) {
	for _, ref := range it.Refs {
		if with[ref] {
			return true, nil
		}
		_, err := tx.ItemByExternalID(ctx, source, ref)
		if CodeOf(err) == CodeNotFound {
			continue
		}
		return err == nil, err
	}
	return false, nil
}

// quiet takes out of a reading what would make work of an item that needs none, or
// show a sealed one in the company of others.
func (it *Item) quiet() {
	if it.Machine() {
		it.Verdict, it.Doc = &Verdict{Confidence: map[string]float64{}}, TopicDoc{}
	}
	if it.Sealed {
		it.Tokens, it.Doc = nil, TopicDoc{}
	}
}

// MailTx keeps what letters bring besides their words, and the letter box.
type MailTx interface {
	// PutLetters stores the references and files of items, each with its id and version.
	PutLetters(ctx context.Context, items []Item) error
	// FilesOf gives the files of an item's version, without bytes.
	FilesOf(ctx context.Context, item int64, version int) ([]File, error)
	// FileOf gives one of them with its bytes.
	FileOf(ctx context.Context, item int64, version, n int) (File, error)
	// ThreadOf gives the items that this one answers and those that answer it, oldest first.
	ThreadOf(ctx context.Context, scope Scope, it Item) ([]Item, error)
	// NewLetter keeps the digests of form and code unless one of them is there already.
	NewLetter(ctx context.Context, l Letter) (isNew bool, err error)
	LetterByForm(ctx context.Context, form []byte) (Letter, error)
	LetterByCode(ctx context.Context, code []byte) (Letter, error)
	// ItemByExternalID gives an item of a source whatever the scope.
	ItemByExternalID(ctx context.Context, source int64, externalID string) (Item, error)
	NewReply(ctx context.Context, r Reply) error
	// RepliesOf gives all versions, the newest last.
	RepliesOf(ctx context.Context, item int64) ([]Reply, error)
}

// DownloadFile gives an attachment for a recorded reason: what is in it isn't masked.
func (d *Desk) DownloadFile(ctx context.Context, who Actor, item int64, n int, why string) (f File, err error) {
	if err := who.need(ActItemReveal); err != nil {
		return f, err
	}
	if strings.TrimSpace(why) == "" {
		return f, Invalid("why", "请写明下载附件的理由，将留痕")
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		it, err := tx.ItemByID(ctx, d.scope(who), item, false)
		if err != nil {
			return err
		}
		if f, err = tx.FileOf(ctx, it.ID, it.Version, n); err != nil {
			return err
		}
		if f.Refused != "" {
			return Conflict("n", "这个附件没有单独保存，请在原件中查看")
		}
		e := it.event(who, now, "item.file").because(why).with(map[string]any{"id": ident(it.ID), "file": f.N, "digest": hexOf(f.Digest)})
		return tx.Record(ctx, e)
	})
	if err != nil {
		return File{}, err
	}
	return f, nil
}

// Hasten has a source polled now: something outside says that there is news. It
// says false when the source is being polled at this moment.
func (d *Desk) Hasten(ctx context.Context, source int64) (done bool, err error) {
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		done, err = tx.Hasten(ctx, source, now)
		return err
	})
	return done, err
}

// SourcesOf gives the active sources of a kind with what is needed to reach them,
// for the parts of the program that listen there.
func (d *Desk) SourcesOf(ctx context.Context, kind string) (list []Source, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		all, err := tx.ListSources(ctx)
		list = list[:0]
		for _, s := range all {
			if s.Kind == kind && s.State == "active" {
				list = append(list, s)
			}
		}
		return err
	})
	return list, err
}

// Reply (公开答复) is what the office answers to a letter in public; each change is a version.
type Reply struct {
	ItemID   int64
	Version  int
	Body     string
	PersonID int64
	Person   string
	At       time.Time
}

// letters adds what letters have beside their words.
func (f *ItemFile) letters(ctx context.Context, tx Tx, scope Scope, who Actor) (err error) {
	if f.Item.hidden(who) {
		return nil
	}
	if f.Files, err = tx.FilesOf(ctx, f.Item.ID, f.Item.Version); err != nil {
		return err
	}
	if f.Replies, err = tx.RepliesOf(ctx, f.Item.ID); err != nil || f.Item.Channel != ChannelMailbox {
		return err
	}
	f.Thread, err = tx.ThreadOf(ctx, scope, f.Item)
	return err
}
