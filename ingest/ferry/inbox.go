package ferry

import (
	"context"
	"crypto/ed25519"
	"errors"
	"io/fs"
	"maps"
	"slices"
	"time"

	"huiying/desk"
)

// Position is how far the streams of the other side have come, and when what is
// missing was asked for last.
type Position struct {
	Applied map[string]int64     `json:"applied,omitempty"`
	Last    map[string]string    `json:"last,omitempty"` // digests of the files with those numbers
	Asked   map[string]time.Time `json:"asked,omitempty"`
}

func (p Position) clone() Position {
	return Position{maps.Clone(p.Applied), maps.Clone(p.Last), maps.Clone(p.Asked)}
}

// past is the position once a batch is applied.
func (p Position) past(a Arrived) Position {
	next := p.clone()
	if next.Applied == nil {
		next.Applied = map[string]int64{}
	}
	if next.Last == nil {
		next.Last = map[string]string{}
	}
	next.Applied[a.Batch.Stream], next.Last[a.Batch.Stream] = a.Batch.Seq, a.Digest
	return next
}

const (
	// settle is how long a file that isn't whole may still be on its way.
	settle = 2 * time.Minute
	// askAgain is when what is missing is asked for again.
	askAgain = 5 * time.Minute
	// maxStreams bounds the streams of one sender: each is a sequence that was begun anew.
	maxStreams = 100
	// roundBatches bounds the batches that one round applies.
	roundBatches = 50
	// maxMissing bounds the numbers that one receipt asks for.
	maxMissing = 100
)

// Inbox reads what the other side has sent.
type Inbox struct {
	Folder Folder
	Key    ed25519.PublicKey // of the other side
	Real   func() time.Time  // for the age of files
}

// Arrived is a batch that stands in the inbox.
type Arrived struct {
	Name   string
	Batch  Batch
	Digest string
}

// Refusal is a file that can't be what it should, with its bytes.
type Refusal struct {
	Name  string
	Bytes []byte
	Why   *desk.Error
}

// Look reads every batch that is there whole. Those that can't be are refusals; those
// that may still be on their way are left alone.
func (in Inbox) Look(ctx context.Context) (arrived []Arrived, refused []Refusal, err error) {
	err = in.each(ctx, suffixBatch, func(name string, b []byte) error {
		batch, err := OpenBatch(b, in.Key)
		if err == nil {
			arrived = append(arrived, Arrived{name, batch, Digest(b)})
		}
		return err
	}, &refused)
	slices.SortStableFunc(arrived, func(a, b Arrived) int { return int(a.Batch.Seq - b.Batch.Seq) })
	return arrived, refused, err
}

// Receipts reads the receipts that are there and takes them away; handle is told each
// before that, and may be told one twice.
func (in Inbox) Receipts(ctx context.Context, handle func(Receipt) error) (refused []Refusal, err error) {
	err = in.each(ctx, suffixReceipt, func(name string, b []byte) error {
		r, err := OpenReceipt(b, in.Key)
		if err != nil {
			return err
		}
		if err := handle(r); err != nil {
			return &stop{err}
		}
		if err := in.Folder.Remove(name); err != nil {
			return &stop{err}
		}
		return nil
	}, &refused)
	return refused, err
}

// stop is an error that isn't the file's.
type stop struct{ error }

func (s *stop) Unwrap() error { return s.error }

func (in Inbox) each(ctx context.Context, suffix string, open func(name string, b []byte) error, refused *[]Refusal) error {
	files, err := in.Folder.List(suffix)
	if err != nil {
		return err
	}
	for _, f := range files {
		if err := ctx.Err(); err != nil {
			return err
		}
		b, err := in.Folder.Read(f.Name, MaxFile)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return err
		}
		err = open(f.Name, b)
		var other *stop
		var why *desk.Error
		switch {
		case err == nil:
		case errors.As(err, &other):
			return other.error
		case errors.Is(err, ErrShort):
			if in.Real().Sub(f.Mod) > settle {
				*refused = append(*refused, Refusal{f.Name, b[:min(len(b), MaxFile)], desk.Invalid("", "文件不完整：%d 字节之后中断", len(b))})
			}
		case errors.As(err, &why):
			*refused = append(*refused, Refusal{f.Name, b[:min(len(b), MaxFile)], why})
		default:
			return err
		}
	}
	return nil
}

// Plan is what to do about what has arrived.
type Plan struct {
	Apply []Arrived // in order, each stream without gaps
	Known []Arrived // seen before: taken away, and confirmed again
	Next  Position  // once all of Apply are applied
	// Receipts are those to write then.
	Receipts []Receipt
}

// Plan puts what has arrived in order: what is next in its stream is applied, what
// was applied is known, what lies beyond a gap waits for it.
func (p Position) Plan(arrived []Arrived, now time.Time) (plan Plan) {
	plan.Next = p.clone()
	beyond, again := map[string][]int64{}, map[string]bool{}
	for _, a := range arrived {
		s := a.Batch.Stream
		at, known := plan.Next.Applied[s]
		switch {
		case !known && len(plan.Next.Applied) >= maxStreams:
		case a.Batch.Seq <= at, a.Batch.Seq == at+1 && a.Batch.Prev != plan.Next.Last[s]:
			// The latter follows upon another file than the one that was applied: its sender was
			// set back, and learns it from the receipt.
			plan.Known = append(plan.Known, a)
			again[s] = true
		case a.Batch.Seq == at+1 && len(plan.Apply) < roundBatches:
			plan.Apply = append(plan.Apply, a)
			plan.Next, again[s] = plan.Next.past(a), true
		default:
			beyond[s] = append(beyond[s], a.Batch.Seq)
		}
	}
	for s, have := range beyond {
		missing := gaps(plan.Next.Applied[s], have)
		if len(missing) == 0 {
			continue // only too many at once
		}
		if again[s] || now.Sub(plan.Next.Asked[s]) >= askAgain {
			asked := maps.Clone(plan.Next.Asked)
			if asked == nil {
				asked = map[string]time.Time{}
			}
			asked[s] = now
			plan.Next.Asked = asked
			plan.Receipts = append(plan.Receipts, Receipt{Stream: s, Applied: plan.Next.Applied[s], Last: plan.Next.Last[s], Missing: missing, At: now})
			delete(again, s)
		}
	}
	for s := range again {
		if len(beyond[s]) == 0 {
			delete(plan.Next.Asked, s)
		}
		plan.Receipts = append(plan.Receipts, Receipt{Stream: s, Applied: plan.Next.Applied[s], Last: plan.Next.Last[s], Missing: []int64{}, At: now})
	}
	slices.SortFunc(plan.Receipts, func(a, b Receipt) int { return slices.Compare([]byte(a.Stream), []byte(b.Stream)) })
	return plan
}

// gaps are the numbers between what was applied and the last of those that wait.
func gaps(applied int64, have []int64) (missing []int64) {
	last := slices.Max(have)
	for n := applied + 1; n < last && len(missing) < maxMissing; n++ {
		if !slices.Contains(have, n) {
			missing = append(missing, n)
		}
	}
	return missing
}
