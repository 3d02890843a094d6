package ferry

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io/fs"
	"log/slog"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"huiying/desk"
)

// OuterOptions of an outer node.
type OuterOptions struct {
	Dir     Folder // its own: letters until they are inside, how they stand, what was published
	In, Out Folder // what the gateway brings and takes
	Key     ed25519.PrivateKey
	Peer    ed25519.PublicKey // of the office
	Real    func() time.Time
	Log     *slog.Logger
}

// Outer is an outer node without any connection to the office's database: a spool of
// letters on its disk, and the ferry to the office.
type Outer struct {
	OuterOptions
	letters, codes, batches, publications, notices Folder
	unlock                                         func()

	mu      sync.Mutex
	state   state
	pending map[string]bool     // forms of letters that aren't in a batch yet
	sent    map[int64]time.Time // when a batch was put into the outbox last, by this process
	sends   int
}

// state is what the node knows of both sequences.
type state struct {
	Stream string    `json:"stream"`
	Made   int64     `json:"made"`
	Acked  int64     `json:"acked"`
	Last   string    `json:"last"`  // digest of the last batch made
	Heard  time.Time `json:"heard"` // instant of the newest receipt
	At     Position  `json:"at"`
	Secret []byte    `json:"secret"` // of the letter box
}

// spooled is a letter on the disk. Once it is inside, Incoming is gone: nothing of what
// somebody wrote stays outside longer than it must.
type spooled struct {
	Code      []byte               `json:"code"`
	Attempt   int                  `json:"attempt"`
	CreatedAt time.Time            `json:"created_at"`
	Incoming  *desk.Incoming       `json:"incoming,omitempty"`
	State     desk.FerryLetterBody `json:"state"`
}

const (
	stateFile = "state.json"
	// maxState bounds the files that the node has written itself.
	maxState = 8 << 20
	// packMost bounds the letters of a batch, and packBytes what they hold.
	packMost, packBytes = 200, 16 << 20
	// sendAgain is when a batch that nobody has confirmed goes into the outbox again.
	sendAgain = 10 * time.Minute
)

// OpenOuter opens the node's folder, alone: a second process is refused at once by ctx.
func OpenOuter(ctx context.Context, opt OuterOptions) (o *Outer, err error) {
	o = &Outer{OuterOptions: opt, pending: map[string]bool{}, sent: map[int64]time.Time{}}
	for _, sub := range []struct {
		to   *Folder
		name string
	}{{&o.letters, "letters"}, {&o.codes, "codes"}, {&o.batches, "batches"}, {&o.publications, "publications"}, {&o.notices, "notices"}} {
		if *sub.to, err = opt.Dir.Sub(sub.name); err != nil {
			return nil, err
		}
	}
	if o.unlock, err = opt.Dir.Lock(ctx); err != nil {
		return nil, err
	}
	if err := o.load(); err != nil {
		o.unlock()
		return nil, err
	}
	return o, nil
}

// Close lets another process have the folder.
func (o *Outer) Close() { o.unlock() }

// load finds what there is: a process may have died anywhere.
func (o *Outer) load() error {
	if err := readJSON(o.Dir, stateFile, &o.state); errors.Is(err, fs.ErrNotExist) {
		o.state = state{Stream: rand.Text(), Secret: make([]byte, 32)}
		rand.Read(o.state.Secret) //nolint:errcheck // it never fails; it would end the program
		if err := o.save(); err != nil {
			return err
		}
	} else if err != nil {
		return err
	}
	files, err := o.letters.list(".json")
	if err != nil {
		return err
	}
	for _, name := range files {
		l, err := o.letter(strings.TrimSuffix(name, ".json"))
		if err != nil {
			return err
		}
		if l.Incoming != nil {
			o.pending[strings.TrimSuffix(name, ".json")] = true
		}
	}
	made, err := o.made()
	if err != nil {
		return err
	}
	for _, seq := range made { // what was packed before the process died is packed
		b, err := o.batch(seq)
		if err != nil {
			return err
		}
		for _, e := range b.Entries {
			delete(o.pending, e.ID)
		}
		if seq > o.state.Made {
			file, err := o.batches.Read(ownBatch(seq), MaxFile)
			if err != nil {
				return err
			}
			o.state.Made, o.state.Last = seq, Digest(file)
		}
	}
	return o.confirm(o.state.Acked)
}

func (o *Outer) save() error { return putJSON(o.Dir, stateFile, o.state) }

// made are the numbers of the batches that aren't confirmed, in order.
func (o *Outer) made() (list []int64, err error) {
	names, err := o.batches.list(suffixBatch)
	if err != nil {
		return nil, err
	}
	for _, n := range names {
		seq, err := seqOf(n)
		if err != nil {
			return nil, err
		}
		list = append(list, seq)
	}
	slices.Sort(list)
	return list, nil
}

func (o *Outer) batch(seq int64) (Batch, error) {
	b, err := o.batches.Read(ownBatch(seq), MaxFile)
	if err != nil {
		return Batch{}, err
	}
	return OpenBatch(b, o.Key.Public().(ed25519.PublicKey))
}

// RunOnce does a round of the ferry: what came is taken, what is new is packed, what is
// to go is put into the outbox. It is the same after a crash anywhere in it.
func (o *Outer) RunOnce(ctx context.Context) error {
	if err := o.receipts(ctx); err != nil {
		return err
	}
	if err := o.take(ctx); err != nil {
		return err
	}
	for {
		more, err := o.pack()
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	return o.send(ctx)
}

// receipts reads what the office has confirmed.
func (o *Outer) receipts(ctx context.Context) error {
	refused, err := Inbox{Folder: o.In, Key: o.Peer, Real: o.Real}.Receipts(ctx, func(r Receipt) error {
		o.mu.Lock()
		defer o.mu.Unlock()
		if r.Stream != o.state.Stream {
			return nil // of a sequence that isn't ours any more
		}
		if back, err := o.setBack(r); err != nil || back {
			if err == nil {
				o.Log.Warn("a receipt fits nothing that was sent: this node's folder or the office's database was set back; the sequence begins anew", "applied", r.Applied, "made", o.state.Made, "confirmed", o.state.Acked)
				err = o.anew()
			}
			return err
		}
		if r.At.After(o.state.Heard) {
			o.state.Heard = r.At
		}
		for _, seq := range r.Missing {
			delete(o.sent, seq)
		}
		if r.Applied <= o.state.Acked {
			return nil
		}
		o.state.Acked = r.Applied
		if err := o.save(); err != nil {
			return err
		}
		return o.confirm(r.Applied)
	})
	if err != nil {
		return err
	}
	return o.aside(refused)
}

// setBack says that one of the sides was restored from an older copy: the office has
// more than was made here, or another file under the number; or it has, in the newest
// receipt there is, less than it once confirmed.
func (o *Outer) setBack(r Receipt) (bool, error) {
	if r.Applied > o.state.Made || r.Applied < o.state.Acked && r.At.After(o.state.Heard) {
		return true, nil
	}
	file, err := o.batches.Read(ownBatch(r.Applied), MaxFile)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && Digest(file) != r.Last, err
}

// anew begins another sequence with all letters that aren't known to be inside.
func (o *Outer) anew() error {
	made, err := o.made()
	if err != nil {
		return err
	}
	next := state{Stream: rand.Text(), At: o.state.At, Secret: o.state.Secret}
	for _, seq := range made {
		b, err := o.batch(seq)
		if err != nil {
			return err
		}
		for _, e := range b.Entries {
			o.pending[e.ID] = true
		}
		if err := o.batches.Remove(ownBatch(seq)); err != nil {
			return err
		}
	}
	o.state = next
	clear(o.sent)
	return o.save()
}

// confirm lets go of what is inside: first the words, then the batch that tells which.
func (o *Outer) confirm(acked int64) error {
	made, err := o.made()
	if err != nil {
		return err
	}
	for _, seq := range made {
		if seq > acked {
			continue
		}
		b, err := o.batch(seq)
		if err != nil {
			return err
		}
		for _, e := range b.Entries {
			l, err := o.letter(e.ID)
			if errors.Is(err, fs.ErrNotExist) || err == nil && l.Incoming == nil {
				continue
			}
			if err != nil {
				return err
			}
			l.Incoming = nil
			if err := putJSON(o.letters, e.ID+".json", l); err != nil {
				return err
			}
		}
		if err := o.batches.Remove(ownBatch(seq)); err != nil {
			return err
		}
		delete(o.sent, seq)
	}
	return nil
}

func (o *Outer) aside(refused []Refusal) error {
	for _, r := range refused {
		o.Log.Warn("a file was refused", "file", r.Name, "why", r.Why)
		if err := o.In.Quarantine(r.Name, r.Bytes, r.Why.Message()); err != nil {
			return err
		}
	}
	return nil
}

// take applies what the office has sent.
func (o *Outer) take(ctx context.Context) error {
	arrived, refused, err := Inbox{Folder: o.In, Key: o.Peer, Real: o.Real}.Look(ctx)
	if err != nil {
		return err
	}
	if err := o.aside(refused); err != nil {
		return err
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	plan := o.state.At.Plan(arrived, o.Real())
	for _, a := range plan.Apply {
		for _, e := range a.Batch.Entries {
			if err := o.apply(a.Batch, e); err != nil {
				return err
			}
		}
		o.state.At = o.state.At.past(a)
		if err := o.save(); err != nil {
			return err
		}
	}
	if !maps.Equal(plan.Next.Asked, o.state.At.Asked) {
		o.state.At.Asked = plan.Next.Asked
		if err := o.save(); err != nil {
			return err
		}
	}
	for _, a := range append(plan.Apply, plan.Known...) {
		if err := o.In.Remove(a.Name); err != nil {
			return err
		}
	}
	for _, r := range plan.Receipts {
		b, err := r.Seal(o.Key)
		if err != nil {
			return err
		}
		if err := o.Out.Put(receiptName(r), b); err != nil {
			return err
		}
	}
	return nil
}

// apply does what an entry says; done twice it is the same. What this version doesn't
// know, or can't read, is logged and passed over: it mustn't hold up what follows.
func (o *Outer) apply(b Batch, e Entry) error {
	var err error
	switch e.Kind {
	case desk.FerryLetter:
		var body desk.FerryLetterBody
		if err = json.Unmarshal(e.Body, &body); err != nil {
			break
		}
		form := formOf(e.ID)
		l, missing := o.letter(form)
		if errors.Is(missing, fs.ErrNotExist) {
			o.Log.Warn("a letter is answered that isn't here", "letter", form)
			return nil
		}
		if missing != nil {
			return missing
		}
		l.State = body
		return putJSON(o.letters, form+".json", l)
	case desk.FerryPublication:
		var body desk.FerryPublicationBody
		if err = json.Unmarshal(e.Body, &body); err == nil {
			return o.publications.Put(fileOf(e.ID), e.Body)
		}
	case desk.FerryNotice:
		var body desk.FerryNoticeBody
		if err = json.Unmarshal(e.Body, &body); err == nil {
			return o.notices.Put(fileOf(e.ID), e.Body)
		}
	default:
		err = errors.New("unknown kind")
	}
	o.Log.Warn("an entry of a batch was passed over", "stream", b.Stream, "seq", b.Seq, "kind", e.Kind, "error", err)
	return nil
}

// pack puts letters that wait into one batch. Its file is the commit: what stands in it
// is packed, whatever becomes of the process.
func (o *Outer) pack() (more bool, err error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.pending) == 0 {
		return false, nil
	}
	b := Batch{Stream: o.state.Stream, Seq: o.state.Made + 1, Prev: o.state.Last, MadeAt: o.Real().UTC()}
	size := 0
	for _, form := range slices.Sorted(maps.Keys(o.pending)) {
		l, err := o.letter(form)
		if err != nil {
			return false, err
		}
		if l.Incoming == nil {
			delete(o.pending, form)
			continue
		}
		body, err := json.Marshal(l.Incoming)
		if err != nil {
			return false, err
		}
		b.Entries = append(b.Entries, Entry{Kind: desk.FerryLetter, ID: form, Body: body})
		if size += len(body); size > packBytes || len(b.Entries) == packMost {
			more = true
			break
		}
	}
	if len(b.Entries) == 0 {
		return false, nil
	}
	file, err := b.Seal(o.Key)
	if err != nil {
		return false, err
	}
	if err := o.batches.Put(ownBatch(b.Seq), file); err != nil {
		return false, err
	}
	o.state.Made, o.state.Last = b.Seq, Digest(file)
	for _, e := range b.Entries {
		delete(o.pending, e.ID)
	}
	return more, o.save()
}

// send puts into the outbox what isn't confirmed: new batches, those asked for, and
// those that nobody has confirmed for long.
func (o *Outer) send(ctx context.Context) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	made, err := o.made()
	if err != nil {
		return err
	}
	now := o.Real()
	for _, seq := range made {
		if at, ok := o.sent[seq]; ok && now.Sub(at) < sendAgain {
			continue
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		file, err := o.batches.Read(ownBatch(seq), MaxFile)
		if err != nil {
			return err
		}
		o.sends++
		if err := o.Out.Put(batchName(file, seq, int(now.UnixMilli())+o.sends), file); err != nil {
			return err
		}
		o.sent[seq] = now
	}
	return nil
}

// fileOf is the file that something known by an id stands in.
func fileOf(id string) string {
	sum := sha256.Sum256([]byte(id))
	return hex.EncodeToString(sum[:16]) + ".json"
}
