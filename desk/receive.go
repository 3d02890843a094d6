package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

// The statuses of a received item.
const (
	StatusCreated     = "created"
	StatusDuplicate   = "duplicate"
	StatusUpdated     = "updated" // changed content under a known id, kept as a version
	StatusQuarantined = "quarantined"
)

// Batch is what a source brings at once: raws, and the bookmark that covers them.
type Batch struct {
	Raws   []Raw           // ContentType, Bytes and Note are set
	Cursor json.RawMessage // nil: doesn't move
	Lease  string          // of the poll; guards the cursor
	// Key is the sender's own name for one push of one raw ("": none). The same key
	// with the same bytes gives the same results again for a day, with other bytes an
	// error.
	Key string
}

// Result is what became of one part of a batch.
type Result struct {
	Index  int   // position among all parts of the batch
	ID     int64 // of the item, or of the quarantine
	Status string
	Err    *Error // why it is in quarantine
}

const (
	// claimRaw is how long a raw belongs to who received it before the sweep takes it up.
	claimRaw = time.Minute
	// maxAttempts: a raw whose parsing was begun this often without an end goes to quarantine whole.
	maxAttempts = 3
	// readBudget bounds the classification of a batch; what isn't read by then is stored without a verdict.
	readBudget = 10 * time.Second
	// maxRaces is how often a commit is begun that meets others with the same identities.
	maxRaces = 8
	// commitSize bounds the items of one commit.
	commitSize = 1000
)

// Receive is the door that every item passes. First commit: the bytes, and the
// source's bookmark with them. Then parse, classify, and a second commit with
// items, topics and the event. It returns when that one is durable, and only then
// may the sender be told. An error means that nothing may be acknowledged: the
// sender repeats the same, which is harmless.
func (d *Desk) Receive(ctx context.Context, src Source, b Batch) ([]Result, error) {
	if src.State == "paused" {
		return nil, Forbidden("来源“%s”已停用，请联系系统管理员", src.Name)
	}
	if b.Key != "" {
		return d.receiveOnce(ctx, src, b, d.Now())
	}
	finish, err := d.Begin(ctx, src, b)
	if err != nil {
		return nil, err
	}
	return finish(ctx)
}

// Finish makes the second commit of what was begun, and says what became of it.
type Finish func(ctx context.Context) ([]Result, error)

// Begin is the first half of Receive: the bytes are kept, parsed and read. A source
// that brings much begins one batch while the one before is being finished; batches
// must be finished in the order in which they were begun. What is begun and never
// finished is taken up by FinishRaws, like all raws between the two commits. Batches
// under a key go through Receive.
func (d *Desk) Begin(ctx context.Context, src Source, b Batch) (Finish, error) {
	if src.State == "paused" {
		return nil, Forbidden("来源“%s”已停用，请联系系统管理员", src.Name)
	}
	now := d.Now()
	err := d.Store.InTx(ctx, func(tx Tx) error {
		for i := range b.Raws {
			r := &b.Raws[i]
			r.SourceID, r.ReceivedAt, r.Digest = src.ID, now, sha(r.Bytes)
			if err := tx.KeepRaw(ctx, r, now.Add(d.InOffice(claimRaw))); err != nil {
				return err
			}
		}
		if b.Cursor != nil {
			return tx.MoveCursor(ctx, src.ID, b.Lease, b.Cursor)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	in := d.prepare(ctx, src, b.Raws)
	return func(ctx context.Context) ([]Result, error) { return d.commit(ctx, src, in, "", now) }, nil
}

// FinishRaws takes up raws that were kept but never finished: the node died
// between the two commits, or the database was away for the second. It reports
// whether there may be more.
func (d *Desk) FinishRaws(ctx context.Context, now time.Time) (more bool, err error) {
	const limit = 20
	var failed error
	for range limit {
		// One at a time: a claim counts as an attempt, and one that brings the node
		// down must not use up the attempts of others.
		id, err := d.finishNext(ctx, now)
		switch {
		case id == 0:
			return false, errors.Join(failed, err)
		case CodeOf(err) == CodeUnavailable:
			return false, errors.Join(failed, err) // it wasn't the raw's fault
		case err != nil:
			failed = errors.Join(failed, fmt.Errorf("raw %d: %w", id, err))
		}
	}
	return true, failed
}

// finishNext finishes one raw; 0 when none is left.
func (d *Desk) finishNext(ctx context.Context, now time.Time) (id int64, err error) {
	var raws []Raw
	var src Source
	var key string
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if raws, err = tx.ClaimRaws(ctx, now, now.Add(d.InOffice(claimRaw)), 1); err != nil || len(raws) == 0 {
			return err
		}
		if key, err = tx.KeyOfRaw(ctx, raws[0].ID); err != nil {
			return err
		}
		src, err = tx.SourceByID(ctx, raws[0].SourceID)
		return err
	})
	if err != nil || len(raws) == 0 {
		return 0, err
	}
	_, err = d.finish(ctx, src, raws, key, now)
	return raws[0].ID, err
}

// part is one share of a raw on its way to an item.
type part struct {
	raw  *Raw
	n    int // position in the raw
	item Item
	err  *Error
	data []byte // share of the raw
	res  Result
	seen *Sighting
	// again: the same is in quarantine already.
	again bool
}

// finish is what follows the first commit. key is the sender's name for the raw, if
// it gave one: the answer is kept with the second commit.
func (d *Desk) finish(ctx context.Context, src Source, raws []Raw, key string, now time.Time) ([]Result, error) {
	return d.commit(ctx, src, d.prepare(ctx, src, raws), key, now)
}

// prepared is what raws hold, parsed and read.
type prepared struct {
	raws  []Raw
	parts []*part
	gone  []Removal
}

// prepare does what needs no transaction.
func (d *Desk) prepare(ctx context.Context, src Source, raws []Raw) prepared {
	var parts []*part
	var gone []Removal
	for i := range raws {
		for n, p := range d.parse(src, raws[i]) {
			if p.Removed != nil {
				gone = append(gone, *p.Removed)
				continue
			}
			pt := &part{raw: &raws[i], n: n, err: p.Err, data: p.Bytes, seen: p.Seen}
			if pt.err == nil {
				pt.err = p.Incoming.Check()
			}
			if pt.err == nil {
				pt.item = Item{SourceID: src.ID, Source: src.Name, Channel: src.Channel, Incoming: p.Incoming, ReceivedAt: raws[i].ReceivedAt,
					State: ItemNew, Version: 1, Unread: true, RawID: raws[i].ID, RawPart: n, Digest: p.Incoming.Digest()}
				pt.item.ExternalID = p.Incoming.Identity()
				if p.Incoming.Machine() {
					pt.item.State = ItemSettled
				}
			}
			pt.res.Index = len(parts)
			parts = append(parts, pt)
		}
	}
	d.read(ctx, parts)
	for _, p := range parts {
		if p.item.Unread {
			p.item.choose() // what the person at the seat has set holds without the machine
		}
	}
	return prepared{raws, parts, gone}
}

// commit is the second one.
func (d *Desk) commit(ctx context.Context, src Source, in prepared, key string, now time.Time) ([]Result, error) {
	raws, parts, gone := in.raws, in.parts, in.gone
	answer := func() []Result {
		results := make([]Result, len(parts))
		for i, p := range parts {
			results[i] = p.res
		}
		return results
	}
	// The last chunk marks the raws done; a crash before that repeats the earlier
	// chunks, as duplicates.
	for at := 0; at < len(parts) || at == 0; at += commitSize {
		chunk := parts[at:min(at+commitSize, len(parts))]
		last := at+len(chunk) == len(parts)
		keep := func(tx Tx) error {
			if err := d.keep(ctx, tx, src, chunk, raws, last, now); err != nil || !last {
				return err
			}
			if err := d.offLists(ctx, tx, src, parts, now); err != nil {
				return err
			}
			return d.takenAway(ctx, tx, src, gone, now)
		}
		told, done, err := d.keepOnce(ctx, src, key, last, answer, keep)
		for try := 1; try < maxRaces && errors.Is(err, errRaced); try++ {
			told, done, err = d.keepOnce(ctx, src, key, last, answer, keep)
		}
		if err != nil || done {
			return told, err
		}
	}
	return answer(), nil
}

// parse never lets one raw harm the others: what can't be read, or brings the
// parser down, becomes a part with the reason.
func (d *Desk) parse(src Source, raw Raw) (parts []Part) {
	if raw.Attempts > maxAttempts {
		return []Part{{Err: Invalid("", "已尝试处理 %d 次均未完成，转人工查看", maxAttempts)}}
	}
	parser, ok := d.Parsers[src.Kind]
	if !ok {
		return []Part{{Err: Invalid("", "没有能读取“%s”来源的程序", src.Kind)}}
	}
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("a raw brought its parser down", "source", src.Name, "raw", raw.ID, "panic", fmt.Sprint(p))
			parts = []Part{{Err: Invalid("", "内容无法读取，原件已保留，转人工查看")}}
		}
	}()
	parts, err := parser.Parse(src, raw, d.Policy.Office.Location)
	if err != nil {
		var e *Error
		if !errors.As(err, &e) {
			e = &Error{Code: CodeInvalid, Text: "内容无法读取，原件已保留，转人工查看", Cause: err}
		}
		return []Part{{Err: e}}
	}
	return parts
}

// read classifies what can be, in parallel and within the budget. A text that
// can't be read is stored without a verdict and read later.
func (d *Desk) read(ctx context.Context, parts []*part) {
	if d.Classifier == nil {
		return
	}
	ctx, stop := context.WithTimeout(ctx, readBudget)
	defer stop()
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(max(d.Workers, 1), len(parts)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(parts) || ctx.Err() != nil {
					return
				}
				if parts[i].err == nil {
					d.readOne(ctx, &parts[i].item)
				}
			}
		})
	}
	wg.Wait()
}

func (d *Desk) readOne(ctx context.Context, it *Item) bool {
	defer func() {
		if p := recover(); p != nil {
			d.Log.Error("classification failed", "source", it.Source, "external_id", it.ExternalID, "panic", fmt.Sprint(p))
		}
	}()
	r, err := d.Classifier.Read(ctx, it.Text())
	if err != nil {
		d.Log.Error("classification failed", "source", it.Source, "external_id", it.ExternalID, "error", err)
		return false
	}
	v := r.Verdict
	it.Verdict, it.Tokens, it.Doc, it.Unread = &v, r.Tokens, r.Doc, false
	it.Doc.At, it.Doc.Title = it.ReceivedAt, it.Title
	if it.OccurredAt != nil {
		it.Doc.At = *it.OccurredAt
	}
	it.quiet()
	it.pick()
	return true
}

// keep is what the second commit holds.
func (d *Desk) keep(ctx context.Context, tx Tx, src Source, parts []*part, raws []Raw, last bool, now time.Time) error {
	var items, bad []*part
	for _, p := range parts {
		if p.err != nil {
			bad = append(bad, p)
		} else {
			items = append(items, p)
		}
	}
	if err := d.keepItems(ctx, tx, src, items); err != nil {
		return err
	}
	if err := d.onLists(ctx, tx, src, items); err != nil {
		return err
	}
	if err := d.keepBad(ctx, tx, src, bad, now); err != nil {
		return err
	}
	if e, ok := intakeEvent(src, parts, now); ok {
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	if err := tx.Record(ctx, logged(src, parts, now)...); err != nil {
		return err
	}
	if last {
		for _, r := range raws {
			if err := tx.RawDone(ctx, r.ID); err != nil {
				return err
			}
		}
	}
	return nil
}

// keepItems inserts what is new; what is known is a duplicate, or a new version.
func (d *Desk) keepItems(ctx context.Context, tx Tx, src Source, parts []*part) error {
	first := map[string]int{}
	var fresh []Item
	var at []*part
	var known []*part
	for _, p := range parts {
		if _, seen := first[p.item.ExternalID]; seen {
			known = append(known, p)
			continue
		}
		first[p.item.ExternalID] = len(fresh)
		fresh, at = append(fresh, p.item), append(at, p)
	}
	if err := tx.ReserveItems(ctx, src.ID, fresh); err != nil {
		return err
	}
	var created []Item
	for i, p := range at {
		if fresh[i].ID == 0 {
			known = append(known, p)
			continue
		}
		p.res.ID, p.res.Status = fresh[i].ID, StatusCreated
		created = append(created, fresh[i])
	}
	// Topics first: an item goes in with its topic. To set it afterwards would write
	// the item, and every index of it, twice.
	placed, err := d.place(ctx, tx, created)
	if err != nil {
		return err
	}
	isNew, err := tx.InsertItems(ctx, created)
	if err != nil {
		return err
	}
	if slices.Contains(isNew, false) {
		return errRaced // and the topics don't hold: once more, now that the other is done
	}
	if err := tx.PutDocs(ctx, placed); err != nil {
		return err
	}
	if err := tx.PutLetters(ctx, created); err != nil {
		return err
	}
	for i, p := range at {
		p.item.ID = fresh[i].ID
	}
	if len(known) == 0 {
		return nil
	}
	slices.SortFunc(known, func(a, b *part) int { return a.res.Index - b.res.Index })
	ids := make([]string, 0, len(known))
	for _, p := range known {
		ids = append(ids, p.item.ExternalID)
	}
	have, err := tx.LockItems(ctx, src.ID, ids)
	if err != nil {
		return err
	}
	late := map[int64]Item{} // known without a topic: nobody had read what came first
	for _, p := range known {
		old, ok := have[p.item.ExternalID]
		if !ok {
			return errRaced
		}
		p.res.ID = old.ID
		if old.RemovedAt != nil && p.item.ReceivedAt.After(*old.RemovedAt) {
			if err := tx.PutBack(ctx, old.ID); err != nil {
				return err
			}
		}
		// A raw that was left over and is finished late never takes the place of what
		// came after it.
		if slices.Equal(old.Digest, p.item.Digest) || p.item.RawID < old.RawID {
			p.res.Status = StatusDuplicate
			continue
		}
		p.res.Status = StatusUpdated
		p.item.renew(old)
		if err := tx.ReplaceItem(ctx, p.item, p.item.ReceivedAt); err != nil {
			return err
		}
		if err := tx.PutLetters(ctx, []Item{p.item}); err != nil {
			return err
		}
		have[p.item.ExternalID] = p.item
		if p.item.TopicID == 0 {
			late[p.item.ID] = p.item
		}
	}
	unplaced := slices.SortedFunc(maps.Values(late), func(a, b Item) int { return cmp.Compare(a.ID, b.ID) })
	placed, err = d.place(ctx, tx, unplaced)
	if err != nil {
		return err
	}
	return tx.PutDocs(ctx, placed)
}

// errRaced undoes a commit that found an item new which another has stored meanwhile.
var errRaced = Conflict("external_id", "同一编号的来件正在处理，请重试")

// takenAway marks items whose originals are gone, those that aren't marked yet.
func (d *Desk) takenAway(ctx context.Context, tx Tx, src Source, gone []Removal, now time.Time) error {
	for _, g := range gone {
		it, found, err := tx.TakeAway(ctx, src.ID, g, now)
		if err != nil {
			return err
		}
		if !found {
			continue
		}
		e := it.event(Actor{SourceID: src.ID, Name: src.Name, Via: "key"}, now, "item.removed").with(map[string]any{"id": ident(it.ID), "status": "removed"}).because(g.Why)
		e.SourceID = src.ID
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// renew makes the incoming content the next version of the item that is there;
// what people did to it stays.
func (it *Item) renew(old Item) {
	it.ID, it.Version, it.State = old.ID, old.Version+1, old.State
	it.TopicID, it.IncidentID = old.TopicID, old.IncidentID
	it.keepChoices(old)
}

// keepChoices takes over what people have set in the verdict of an earlier reading,
// but what was chosen with this very content.
func (it *Item) keepChoices(old Item) {
	for _, f := range old.Corrected {
		if _, again := it.Picked[f]; again {
			continue
		}
		if it.Verdict == nil {
			it.Verdict = &Verdict{Confidence: map[string]float64{}}
		}
		it.Verdict.copyField(f, old.Verdict)
		if !slices.Contains(it.Corrected, f) {
			it.Corrected = append(it.Corrected, f)
		}
	}
	slices.Sort(it.Corrected)
}

// place finds the topics of new items, sets them, and gives those that PutDocs has
// to store.
func (d *Desk) place(ctx context.Context, tx Tx, items []Item) ([]Item, error) {
	var read []Item
	var of []int // position among items
	for i, it := range items {
		if !it.Unread && len(it.Doc.Keys) > 0 {
			it.Doc.Item = it.ID
			read, of = append(read, it), append(of, i)
		}
	}
	if d.Discoverer == nil || len(read) == 0 {
		return nil, nil
	}
	docs := make([]TopicDoc, len(read))
	for i := range read {
		docs[i] = read[i].Doc
	}
	places, err := d.Discoverer.Place(ctx, tx, docs)
	if err != nil {
		return nil, fmt.Errorf("topics: %w", err)
	}
	if err := honour(ctx, tx, places); err != nil {
		return nil, err
	}
	opened := make([]*Topic, len(read)) // by position of the item that opens it
	var fresh []*Topic
	for i, p := range places {
		if p.Topic == 0 && (p.With < 0 || p.With >= i) {
			it := read[i]
			opened[i] = &Topic{Title: it.topicTitle(), Place: it.Doc.Place, Region: it.Region(), First: it.Doc.At, Last: it.Doc.At}
			opened[i].Heat = HeatOf(firstFigures(it, it.ReceivedAt), it.ReceivedAt).Points
			fresh = append(fresh, opened[i])
		}
	}
	if err := tx.NewTopics(ctx, fresh); err != nil {
		return nil, err
	}
	for i, p := range places {
		it := &read[i]
		switch {
		case opened[i] != nil:
			it.TopicID = opened[i].ID
		case p.Topic != 0:
			it.TopicID = p.Topic
		default:
			it.TopicID = read[p.With].TopicID
		}
		it.Doc.Topic = it.TopicID
		for _, n := range p.Near {
			if n.Item == 0 && n.Index >= 0 && n.Index < len(read) {
				n.Item = read[n.Index].ID
			}
			if n.Item != 0 && n.Item != it.ID {
				it.Near = append(it.Near, n)
			}
		}
	}
	for i := range read {
		items[of[i]].TopicID = read[i].TopicID
	}
	return read, nil
}

// topicTitle is the title of a topic that the item opens.
func (it Item) topicTitle() string {
	if it.Title != "" {
		return it.Title
	}
	if r := []rune(it.Body); len(r) > 40 {
		return string(r[:40]) + "…"
	}
	return it.Body
}

func (d *Desk) keepBad(ctx context.Context, tx Tx, src Source, parts []*part, now time.Time) error {
	if len(parts) == 0 {
		return nil
	}
	qs := make([]Quarantined, len(parts))
	for i, p := range parts {
		qs[i] = Quarantined{SourceID: src.ID, RawID: p.raw.ID, Part: p.n, Bytes: p.data, Field: p.err.Field, Reason: p.err.Message(), At: now, State: "open"}
	}
	isNew, err := tx.Quarantine(ctx, qs)
	if err != nil {
		return err
	}
	for i, p := range parts {
		p.again = !isNew[i]
		p.res.ID, p.res.Status, p.res.Err = qs[i].ID, StatusQuarantined, p.err
	}
	return nil
}

// BatchLine is one item in the event of a batch, with the scope that decides who
// gets to see the line.
type BatchLine struct {
	ID         string `json:"id"`
	Status     string `json:"status"`
	Region     string `json:"region,omitempty"`
	Department string `json:"department,omitempty"`
}

// BatchData is the data of the event of a batch.
type BatchData struct {
	Items []BatchLine `json:"items"`
}

// intakeEvent is the one event of a commit of items: about the item when it is
// one, else about the batch. Duplicates, also in quarantine, change nothing and
// aren't in it.
func intakeEvent(src Source, parts []*part, now time.Time) (Event, bool) {
	who := Actor{SourceID: src.ID, Name: src.Name, Via: "key"}
	lines := make([]BatchLine, 0, len(parts))
	var only *part
	for _, p := range parts {
		if p.res.Status == StatusDuplicate || p.again {
			continue
		}
		only = p
		lines = append(lines, BatchLine{ID: strconv.FormatInt(p.res.ID, 10), Status: p.res.Status, Region: p.item.Region(),
			Department: p.item.Verdict.Department()})
	}
	var e Event
	switch len(lines) {
	case 0:
		return Event{}, false
	case 1:
		kind := "item"
		if only.res.Status == StatusQuarantined {
			kind = "quarantine"
		}
		e = event(who, now, "item."+only.res.Status, kind, only.res.ID)
		e.Region, e.Department = lines[0].Region, lines[0].Department
		e = e.with(map[string]any{"id": lines[0].ID, "status": only.res.Status})
	default:
		e = event(who, now, "item.created", "batch", only.raw.ID).with(BatchData{Items: lines})
	}
	e.SourceID = src.ID
	return e, true
}
