package desk

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// Items lists items in the actor's scope, personal data masked.
func (d *Desk) Items(ctx context.Context, who Actor, f ItemFilter) (list []Item, err error) {
	if err := d.needItems(who); err != nil {
		return nil, err
	}
	f.NoNumbers = numbersHidden(who)
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListItems(ctx, d.scope(who), f)
		return err
	})
	for i := range list {
		list[i].mask(who)
	}
	if f.NoNumbers && f.Query != "" {
		list = slices.DeleteFunc(list, func(it Item) bool { return !it.stillThere(f.Query) })
	}
	return list, err
}

// needItems lets a source's key read its own items, nothing else.
func (d *Desk) needItems(who Actor) error {
	if who.SourceID != 0 {
		return nil
	}
	return who.need(ActItemRead)
}

// CountItems counts items received since an instant.
func (d *Desk) CountItems(ctx context.Context, who Actor, f ItemFilter, since time.Time) (n int, err error) {
	if err := d.needItems(who); err != nil {
		return 0, err
	}
	f.NoNumbers = numbersHidden(who)
	err = d.Store.View(ctx, func(tx Tx) error {
		n, err = tx.CountItems(ctx, d.scope(who), f, since)
		return err
	})
	return n, err
}

// ItemFile is one item with all that its page shows.
type ItemFile struct {
	Item     Item
	Versions []ItemVersion
	Near     []Item
	Scores   []float64
	Events   []Event
	Incident *Incident
	Files    []File
	Thread   []Item  // letters that it answers and that answer it (往来), oldest first
	Replies  []Reply // to the public, every version; the newest last
}

// Item opens one item.
func (d *Desk) Item(ctx context.Context, who Actor, id int64) (f ItemFile, err error) {
	if err := d.needItems(who); err != nil {
		return f, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		scope := d.scope(who)
		if f.Item, err = tx.ItemByID(ctx, scope, id, false); err != nil {
			return err
		}
		if f.Versions, err = tx.ItemVersions(ctx, id); err != nil {
			return err
		}
		if f.Near, f.Scores, err = tx.NearOf(ctx, scope, id); err != nil {
			return err
		}
		if f.Events, err = tx.History(ctx, f.Item.subject()); err != nil {
			return err
		}
		if err := f.letters(ctx, tx, scope, who); err != nil {
			return err
		}
		if f.Item.IncidentID != 0 && who.May(ActIncidentRead) {
			in, err := tx.IncidentByID(ctx, d.wide(who), f.Item.IncidentID, false)
			if err == nil {
				f.Incident = &in
			} else if CodeOf(err) != CodeNotFound {
				return err
			}
		}
		return nil
	})
	f.Item.mask(who)
	for i := range f.Versions {
		v := &f.Versions[i]
		v.Title, v.Body, v.Extra = f.Item.maskText(who, v.Title), f.Item.maskText(who, v.Body), v.Extra.masked()
		if f.Item.hidden(who) {
			v.Extra = nil
		}
	}
	for i := range f.Near {
		f.Near[i].mask(who)
	}
	for i := range f.Thread {
		f.Thread[i].mask(who)
	}
	return f, err
}

func (it Item) subject() Subject { return it.event(System, time.Time{}, "").Subject }

// mask hides personal data: the author always, numbers of phones and identity
// cards within the text for everybody but the source that sent it.
func (it *Item) mask(who Actor) {
	if it.hidden(who) {
		it.seal()
		return
	}
	it.Author.Name, it.Author.Phone = MaskName(it.Author.Name), MaskPhone(it.Author.Phone)
	it.Title, it.Body = it.maskText(who, it.Title), it.maskText(who, it.Body)
	it.Extra = it.Extra.masked()
	if it.Verdict == nil || who.SourceID != 0 {
		return
	}
	v := *it.Verdict
	v.Place = MaskText(v.Place)
	v.Evidence = slices.Clone(v.Evidence)
	for i := range v.Evidence {
		v.Evidence[i].Text = MaskText(v.Evidence[i].Text)
	}
	it.Verdict = &v
}

func (it Item) maskText(who Actor, s string) string {
	if who.SourceID != 0 {
		return s
	}
	if it.hidden(who) {
		return ""
	}
	return MaskText(s)
}

// Revealed is an item's personal data, shown for a recorded reason.
type Revealed struct {
	Author Author
	Title  string
	Body   string
	Email  string
}

// RevealItem shows the personal data of an item. Each reveal is an event with its reason.
func (d *Desk) RevealItem(ctx context.Context, who Actor, id int64, why string) (r Revealed, err error) {
	if err := who.need(ActItemReveal); err != nil {
		return r, err
	}
	if strings.TrimSpace(why) == "" {
		return r, Invalid("why", "请写明查看个人信息的理由，将留痕")
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		it, err := tx.ItemByID(ctx, d.scope(who), id, false)
		if err != nil {
			return err
		}
		r = Revealed{Author: it.Author, Title: it.Title, Body: it.Body}
		if it.Extra != nil {
			r.Email = it.Extra.Email
		}
		return tx.Record(ctx, it.event(who, now, "item.revealed").because(why))
	})
	if err != nil {
		return Revealed{}, err
	}
	return r, nil
}

// SettleItem sets an item aside as read and needing no answer, or takes it back.
func (d *Desk) SettleItem(ctx context.Context, who Actor, id int64, settled bool, why string) (it Item, err error) {
	if err := who.need(ActItemSettle); err != nil {
		return it, err
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if it, err = tx.ItemByID(ctx, d.scope(who), id, true); err != nil {
			return err
		}
		to := ItemNew
		if settled {
			to = ItemSettled
		}
		if it.State == to {
			return nil
		}
		if it.State == ItemLinked {
			return Conflict("state", "来件已并入事件，随事件办结")
		}
		was := it.State
		it.State = to
		if err := tx.SaveItem(ctx, it); err != nil {
			return err
		}
		return tx.Record(ctx, it.event(who, now, "item.updated").with(map[string]any{"id": ident(it.ID), "status": "updated", "state": to}).change(was, to).because(why))
	})
	it.mask(who)
	return it, err
}

// SeatSource is the name and kind of the source that calls logged at the seat come from.
const SeatSource = "seat"

// SeatParser reads what LogCall keeps: the form as JSON.
type SeatParser struct{}

// Parse implements Parser.
func (SeatParser) Parse(_ Source, raw Raw, _ *time.Location) ([]Part, error) {
	var in Incoming
	if err := json.Unmarshal(raw.Bytes, &in); err != nil {
		return nil, &Error{Code: CodeInvalid, Text: "坐席记录无法读取", Cause: err}
	}
	return []Part{{Incoming: in, Bytes: raw.Bytes}}, nil
}

// LogCall keeps a call that an operator logged at the seat, as a hotline item,
// through the same door as all others. External id: the form's own key, so that
// saving twice is harmless.
func (d *Desk) LogCall(ctx context.Context, who Actor, in Incoming) (Result, error) {
	if err := who.need(ActItemLog); err != nil {
		return Result{}, err
	}
	if err := in.Check(); err != nil {
		return Result{}, err
	}
	if err := d.checkPicked(in.Picked); err != nil {
		return Result{}, err
	}
	return d.enter(ctx, SeatSource, ChannelHotline, mustJSON(in), mustJSON(seatNote{who.PersonID, who.Name, who.Via}))
}

// seatNote is who logged a call, kept with the raw: whoever finishes it, the record
// says whose it is.
type seatNote struct {
	By   int64  `json:"by"`
	Name string `json:"name"`
	Via  string `json:"via"`
}

// logged are the events of calls that are new, in the transaction that makes them.
func logged(src Source, parts []*part, now time.Time) []Event {
	if src.Kind != SeatSource && src.Kind != PasteSource && src.Kind != DutySource {
		return nil
	}
	typ := "item.logged"
	if src.Kind == PasteSource {
		typ = "item.pasted"
	}
	var events []Event
	for _, p := range parts {
		var by seatNote
		if p.res.Status != StatusCreated || json.Unmarshal(p.raw.Note, &by) != nil || by.By == 0 {
			continue
		}
		events = append(events, p.item.event(Actor{PersonID: by.By, Name: orElse(by.Name, src.Name), Via: orElse(by.Via, "session")}, now, typ).acted(p.item.happened(now)))
	}
	return events
}

// Suggest reads a text as it is being typed, storing nothing.
func (d *Desk) Suggest(ctx context.Context, who Actor, text Text) (Reading, error) {
	if err := who.need(ActItemLog); err != nil {
		return Reading{}, err
	}
	if len([]rune(text.Body))+len([]rune(text.Title)) > MaxBody {
		return Reading{}, Invalid("body", "内容不超过 %d 字", MaxBody)
	}
	return d.Classifier.Read(ctx, text)
}

// Likely are items that a text being typed may repeat, best first.
func (d *Desk) Likely(ctx context.Context, who Actor, r Reading) (list []Item, scores []float64, err error) {
	if err := who.need(ActItemLog); err != nil {
		return nil, nil, err
	}
	// A 举报 is left out of what others see as duplicates, and nothing is offered to it.
	if d.Discoverer == nil || len(r.Doc.Keys) == 0 || r.Verdict.Kind == KindReport {
		return nil, nil, nil
	}
	doc := r.Doc
	doc.At = d.Now()
	err = d.Store.View(ctx, func(tx Tx) error {
		list, scores = nil, nil // the store may run this again
		places, err := d.Discoverer.Place(ctx, tx, []TopicDoc{doc})
		if err != nil {
			return err
		}
		ids := map[int64]float64{}
		for _, n := range places[0].Near {
			ids[n.Item] = n.Score
		}
		f := ItemFilter{Topic: places[0].Topic, Page: Page{Limit: 5, Newest: true}}
		if places[0].Topic != 0 {
			if list, err = tx.ListItems(ctx, d.scope(who), f); err != nil {
				return err
			}
		}
		for _, it := range list {
			if _, ok := ids[it.ID]; !ok {
				ids[it.ID] = 0
			}
		}
		list = list[:0]
		for id, score := range ids {
			it, err := tx.ItemByID(ctx, d.scope(who), id, false)
			if CodeOf(err) == CodeNotFound {
				continue
			}
			if err != nil {
				return err
			}
			if it.Sealed || it.Verdict != nil && it.Verdict.Kind == KindReport {
				continue
			}
			it.mask(who)
			list, scores = append(list, it), append(scores, score)
		}
		return nil
	})
	order := make([]int, len(list))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(scores[b], scores[a]), cmp.Compare(list[b].ID, list[a].ID))
	})
	sorted, by := make([]Item, len(list)), make([]float64, len(list))
	for i, o := range order {
		sorted[i], by[i] = list[o], scores[o]
	}
	return sorted, by, err
}

// Caller gives a caller's earlier items, newest first, as soon as the number is in.
func (d *Desk) Caller(ctx context.Context, who Actor, phone string) (list []Item, err error) {
	if err := who.need(ActItemLog); err != nil {
		return nil, err
	}
	phone = strings.TrimSpace(phone)
	if len(phone) < 7 {
		return nil, nil
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ByPhone(ctx, d.scope(who), phone, 5)
		return err
	})
	for i := range list {
		list[i].mask(who)
	}
	return list, err
}
