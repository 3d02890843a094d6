package desk

import (
	"bytes"
	"context"
	"errors"
	"time"
	"unicode/utf8"
)

const (
	// onceKept is how long a key answers again what it answered.
	onceKept = 24 * time.Hour
	// MaxKey bounds an Idempotency-Key, in characters.
	MaxKey = 200
)

// Once (推送幂等) is one push under a key that its sender chose.
type Once struct {
	RawID  int64
	Digest []byte
	// Answer is what the sender was told; nil: not finished yet.
	Answer []Result
	Done   bool
}

// PushTx keeps what senders were answered under their keys.
type PushTx interface {
	// KeepOnce stores key and raw, and forgets what is older than before. When the
	// key is there already, it gives what stands there instead.
	KeepOnce(ctx context.Context, source int64, key string, raw Raw, before time.Time) (prior Once, isNew bool, err error)
	// OnceOf gives what stands under a key, unless it is older than before.
	OnceOf(ctx context.Context, source int64, key string, before time.Time) (o Once, ok bool, err error)
	// LockOnce gives what stands under a key, however old, locked.
	LockOnce(ctx context.Context, source int64, key string) (o Once, ok bool, err error)
	// AnswerOnce stores what the sender is told.
	AnswerOnce(ctx context.Context, source int64, key string, answer []Result) error
	// KeyOfRaw gives the key under which a raw was pushed; "" for none.
	KeyOfRaw(ctx context.Context, raw int64) (string, error)
}

// CheckKey refuses what can't be a key.
func CheckKey(key string) error {
	if n := utf8.RuneCountInString(key); n > MaxKey || !utf8.ValidString(key) {
		return Invalid("Idempotency-Key", "不超过 %d 个字符", MaxKey)
	}
	for _, r := range key {
		if r < ' ' || r == 0x7f {
			return Invalid("Idempotency-Key", "不能含有控制字符")
		}
	}
	return nil
}

// receiveOnce is Receive under a key. The key is taken in the first commit, with the
// bytes. Who comes with the same key and bytes before there is an answer finishes
// the same raw; the second commit lets one of them through, and the others hear
// what that one was told.
func (d *Desk) receiveOnce(ctx context.Context, src Source, b Batch, now time.Time) ([]Result, error) {
	if err := CheckKey(b.Key); err != nil {
		return nil, err
	}
	if len(b.Raws) != 1 || b.Cursor != nil {
		return nil, Invalid("Idempotency-Key", "一个键只对应一次推送")
	}
	raw := &b.Raws[0]
	raw.SourceID, raw.ReceivedAt, raw.Digest = src.ID, now, sha(raw.Bytes)
	var prior Once
	var again bool
	before := now.Add(-onceKept)
	err := d.Store.InTx(ctx, func(tx Tx) (err error) {
		if prior, again, err = tx.OnceOf(ctx, src.ID, b.Key, before); err != nil {
			return err
		}
		if !again {
			if prior, again, err = d.takeKey(ctx, tx, src, b.Key, raw, now, before); err != nil || !again {
				return err
			}
		}
		if !bytes.Equal(prior.Digest, raw.Digest) {
			return Invalid("Idempotency-Key", "这个键已用于另一份内容；请为新的内容换一个键")
		}
		if prior.Done {
			return nil
		}
		*raw, _, err = tx.LockRaw(ctx, prior.RawID)
		return err
	})
	switch {
	case err != nil:
		return nil, err
	case again && prior.Done:
		return prior.Answer, nil
	}
	return d.finish(ctx, src, b.Raws, b.Key, now)
}

// errTaken undoes a raw that was kept before its key was found to be taken.
var errTaken = Conflict("", "这次推送已经收到")

// takeKey keeps raw and key, unless somebody else was quicker with the key.
func (d *Desk) takeKey(ctx context.Context, tx Tx, src Source, key string, raw *Raw, now, before time.Time) (prior Once, taken bool, err error) {
	kept := *raw
	err = tx.Try(ctx, func() error {
		if err := tx.KeepRaw(ctx, &kept, now.Add(d.InOffice(claimRaw))); err != nil {
			return err
		}
		var isNew bool
		if prior, isNew, err = tx.KeepOnce(ctx, src.ID, key, kept, before); err == nil && !isNew {
			return errTaken
		}
		return err
	})
	if errors.Is(err, errTaken) {
		return prior, true, nil
	}
	if err == nil {
		*raw = kept
	}
	return Once{}, false, err
}

// keepOnce is the second commit around keep. Under a key that has its answer
// already nothing is kept, and done says so.
func (d *Desk) keepOnce(ctx context.Context, src Source, key string, last bool, answer func() []Result, keep func(Tx) error) (told []Result, done bool, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		told, done = nil, false
		if key == "" {
			return keep(tx)
		}
		o, ok, err := tx.LockOnce(ctx, src.ID, key)
		if err != nil {
			return err
		}
		if ok && o.Done {
			told, done = o.Answer, true
			return nil
		}
		if err := keep(tx); err != nil || !last || !ok {
			return err
		}
		return tx.AnswerOnce(ctx, src.ID, key, answer())
	})
	return told, done, err
}
