package desk

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
)

// The states of a suggestion to make an incident of a topic.
const (
	BurstOpen     = "open"
	BurstRaised   = "raised"   // 转为事件
	BurstAttached = "attached" // 并入已有事件
	BurstDeclined = "declined" // 不是事件, with the reason
)

// TopicBurst (突发) is a topic whose items come unusually fast, and what people made of
// the question whether it is an incident (转为事件？).
type TopicBurst struct {
	ID          int64
	TopicID     int64
	At          time.Time
	State       string
	Count       int // items of the topic then
	Hour        int // of them within the last hour
	Evidence    BurstEvidence
	NoticeID    int64
	IncidentID  int64
	DecidedAt   *time.Time
	DecidedBy   string
	DecidedByID int64
	Why         string
}

// BurstEvidence is why a topic was held to burst.
type BurstEvidence struct {
	Minutes  int            `json:"minutes"` // length of the stretch that was least likely
	Had      int            `json:"had"`
	Expected float64        `json:"expected"`
	Hour     int            `json:"hour"`     // of the last hour
	Usual    float64        `json:"usual"`    // what this hour usually brings of it
	Channels map[string]int `json:"channels"` // items by channel
	Place    string         `json:"place"`
	Items    []int64        `json:"items"` // three that stand for the others
}

// BurstTx keeps suggestions.
type BurstTx interface {
	// NewBurst sets the id; false where one about the topic is open.
	NewBurst(ctx context.Context, b *TopicBurst) (isNew bool, err error)
	SetBurstNotice(ctx context.Context, id, notice int64) error
	// Bursts gives the suggestions about topics, the newest first.
	Bursts(ctx context.Context, topics ...int64) ([]TopicBurst, error)
	// OpenBursts gives those that nobody has decided, of topics in scope.
	OpenBursts(ctx context.Context, scope Scope) ([]TopicBurst, error)
	// DecideBurst ends the open suggestion about a topic; found is false where there is none.
	DecideBurst(ctx context.Context, b TopicBurst) (notice int64, found bool, err error)
	// MoveBurst makes the open suggestion about a topic one about another.
	MoveBurst(ctx context.Context, id, topic int64) error
	// TopicTimes gives when the newest items of a topic came, and how many came since an instant.
	TopicTimes(ctx context.Context, topic int64, since, course time.Time) (times []time.Time, items int, err error)
	// TopicSpokes gives three items of a topic that stand for the others: the first of
	// the stretch, the gravest or most read, the newest.
	TopicSpokes(ctx context.Context, topic int64, since time.Time) ([]int64, error)
	// TopicIncident gives the open incident that holds most of a topic's items; 0: none does.
	TopicIncident(ctx context.Context, topic int64) (int64, error)
	// SettledBursts gives id, topic and incident of open suggestions about topics of
	// which an open incident holds most by now.
	SettledBursts(ctx context.Context) ([]TopicBurst, error)
	// OfficeHours gives the items of all sources by the hour.
	OfficeHours(ctx context.Context, from time.Time) ([]HourCount, error)
}

const (
	// burstGrown: a topic that was declined is suggested again when it has so many times
	// the items that it had then.
	burstGrown = 2
	topicSwept = "topics-swept"
	// topicRound is how often one node among all goes over the topics.
	topicRound = 3 * time.Second
)

// SweepTopics reckons the heat of topics in which something came or went, and suggests
// an incident where items come unusually fast. What has grown is titled anew and joined
// with what turns out to be the same; suggestions that were answered another way are
// closed. Any number of nodes may run it: one of them does each round.
func (d *Desk) SweepTopics(ctx context.Context, now time.Time) (more bool, err error) {
	mine := false
	err = d.Store.InTx(ctx, func(tx Tx) error {
		mine = false
		raw, err := tx.Setting(ctx, topicSwept, true)
		if err != nil {
			return err
		}
		var last time.Time
		if raw != nil {
			if err := last.UnmarshalJSON(raw); err != nil {
				return fmt.Errorf("setting %s: %w", topicSwept, err)
			}
		}
		if now.Sub(last) < d.InOffice(topicRound) && !now.Before(last) {
			return nil
		}
		mine = true
		return tx.SetSetting(ctx, topicSwept, mustJSON(now))
	})
	for again := mine; again && err == nil; {
		again, err = d.sweepTopics(ctx, now)
	}
	if !mine || err != nil {
		return false, err
	}
	if err := d.joinRaced(ctx, now); err != nil {
		return false, err
	}
	return false, d.settleBursts(ctx, now)
}

func (d *Desk) sweepTopics(ctx context.Context, now time.Time) (more bool, err error) {
	var topics []Topic
	var figures map[int64]TopicFigures
	err = d.Store.View(ctx, func(tx Tx) error {
		if topics, err = tx.StirredTopics(ctx, now.Add(-heatStale), heatBatch); err != nil || len(topics) == 0 {
			return err
		}
		figures, err = tx.TopicFigures(ctx, now, idsOf(topics)...)
		return err
	})
	if err != nil || len(topics) == 0 {
		return false, err
	}
	by := make(map[int64]TopicHeat, len(topics))
	// Titles first: a suggestion names the topic.
	grown, err := d.retitleGrown(ctx, topics, figures, now)
	if err != nil {
		return false, err
	}
	var rushed []Topic
	for _, t := range topics {
		f := figures[t.ID]
		by[t.ID] = TopicHeat{Figures: f}
		if f.Count > 0 {
			by[t.ID] = TopicHeat{HeatOf(f, now).Points, f}
		}
		if f.Day >= leastBurst {
			rushed = append(rushed, t)
		}
	}
	// Bursts first: a crash in between leaves the topics stirred, and they are looked at again.
	if err := d.findBursts(ctx, rushed, figures, now); err != nil {
		return false, err
	}
	if err := d.Store.InTx(ctx, func(tx Tx) error { return tx.SaveHeat(ctx, now, by) }); err != nil {
		return false, err
	}
	return len(topics) == heatBatch, d.joinGrown(ctx, grown, now)
}

func idsOf(topics []Topic) []int64 {
	ids := make([]int64, len(topics))
	for i, t := range topics {
		ids[i] = t.ID
	}
	return ids
}

// findBursts suggests an incident for those of the topics that burst.
func (d *Desk) findBursts(ctx context.Context, topics []Topic, figures map[int64]TopicFigures, now time.Time) error {
	if len(topics) == 0 {
		return nil
	}
	var office []HourCount
	var habit Habit
	err := d.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.CountHours(ctx, now.Add(-(HabitWeeks+judgedWeeks)*7*24*time.Hour), now); err != nil {
			return err
		}
		habits, err := tx.Habits(ctx)
		if err != nil {
			return err
		}
		habit = together(habits)
		office, err = tx.OfficeHours(ctx, now.Add(-26*time.Hour))
		return err
	})
	if err != nil {
		return err
	}
	for _, t := range topics {
		if err := d.Store.InTx(ctx, func(tx Tx) error { return d.burstOf(ctx, tx, t, figures[t.ID], office, habit, now) }); err != nil {
			return fmt.Errorf("topic %d: %w", t.ID, err)
		}
	}
	return nil
}

// together is the habit of the whole office: what its sources bring, as far as they have one.
func together(list []StoredHabit) (h Habit) {
	for _, s := range list {
		if !s.Habit.Known() {
			continue
		}
		h.Items, h.Hours = h.Items+s.Habit.Items, max(h.Hours, s.Habit.Hours)
		for day := range h.Rate {
			for of := range h.Rate[day] {
				h.Rate[day][of] += s.Habit.Rate[day][of]
				h.Seen[day][of] = max(h.Seen[day][of], s.Habit.Seen[day][of])
			}
		}
	}
	return h
}

// burstOf looks at one topic.
func (d *Desk) burstOf(ctx context.Context, tx Tx, t Topic, f TopicFigures, office []HourCount, habit Habit, now time.Time) error {
	past, err := tx.Bursts(ctx, t.ID)
	if err != nil || len(past) > 0 && !past[0].again(f.Count) {
		return err
	}
	if in, err := tx.TopicIncident(ctx, t.ID); err != nil || in != 0 {
		return err // it is one already
	}
	from := now.Add(-HabitWeeks * 7 * 24 * time.Hour)
	times, items, err := tx.TopicTimes(ctx, t.ID, now.Add(-24*time.Hour), from)
	if err != nil {
		return err
	}
	days := now.Sub(t.First).Hours() / 24
	course := Course{Days: max(0, min(days, HabitWeeks*7)), Items: items, PerDay: habit.perDay()}
	pulses := d.pulses(times, office, habit, now)
	s, found := Burst(course, pulses)
	if !found {
		return nil
	}
	b := TopicBurst{TopicID: t.ID, At: now, State: BurstOpen, Count: f.Count, Hour: f.Hour, Evidence: BurstEvidence{
		Minutes: int(s.Long.Minutes() + .5), Had: s.Had, Expected: s.Expected, Hour: f.Hour, Channels: f.Channels, Place: MaskText(t.Place)}}
	for _, p := range pulses {
		if p.Long == time.Hour {
			b.Evidence.Usual, _ = course.expect(p)
		}
	}
	if b.Evidence.Items, err = tx.TopicSpokes(ctx, t.ID, now.Add(-s.Long)); err != nil {
		return err
	}
	return d.suggestIncident(ctx, tx, t, b, now)
}

// again says whether a topic that was asked about before may be asked about again.
func (b TopicBurst) again(count int) bool {
	return b.State != BurstOpen && count >= burstGrown*b.Count
}

// suggestIncident asks, once.
func (d *Desk) suggestIncident(ctx context.Context, tx Tx, t Topic, b TopicBurst, now time.Time) error {
	isNew, err := tx.NewBurst(ctx, &b)
	if err != nil || !isNew {
		return err
	}
	n := Notice{Key: fmt.Sprintf("burst/%d", b.ID), Kind: "burst", TopicID: t.ID, Region: t.Region, At: now,
		Text:    fmt.Sprintf("话题“%s”来件骤增：%s内 %d 件，往常约 %s 件。转为事件？", MaskText(shortened(t.Title, 40)), stretchText(b.Evidence.Minutes), b.Evidence.Had, few(b.Evidence.Expected)),
		Outside: fmt.Sprintf("话题 %d 号来件骤增，请回值班室", t.ID)}
	for _, ch := range d.Channels {
		n.Deliveries = append(n.Deliveries, Delivery{Channel: ch, State: DeliveryPending, NextAt: now})
	}
	if _, err := tx.NewNotice(ctx, &n); err != nil {
		return err
	}
	if err := tx.SetBurstNotice(ctx, b.ID, n.ID); err != nil {
		return err
	}
	e := event(System, now, "topic.burst", "topic", t.ID).with(map[string]any{"id": ident(t.ID), "minutes": b.Evidence.Minutes, "had": b.Evidence.Had,
		"expected": b.Evidence.Expected, "count": b.Count})
	e.Region = t.Region
	return tx.Record(ctx, e, n.event(System, now, "notice.raised"))
}

func shortened(s string, n int) string {
	if r := []rune(strings.TrimSpace(s)); len(r) > n {
		return string(r[:n]) + "…"
	}
	return strings.TrimSpace(s)
}

// stretchText says a stretch as people do.
func stretchText(minutes int) string {
	if minutes < 60 {
		return fmt.Sprintf("%d 分钟", minutes)
	}
	return fmt.Sprintf("%d 小时", (minutes+30)/60)
}

// few is a small expectation: below ten with one digit.
func few(x float64) string {
	if x < 9.95 {
		return fmt.Sprintf("%.1f", max(x, 0.1))
	}
	return fmt.Sprintf("%.0f", x)
}

// DeclineBurst says that a topic isn't an incident, and why. It is suggested again
// only when it has grown to twice the items.
func (d *Desk) DeclineBurst(ctx context.Context, who Actor, topic int64, why string) error {
	if err := who.need(ActIncidentRaise); err != nil {
		return err
	}
	if strings.TrimSpace(why) == "" {
		return Invalid("why", "请写明为什么不是事件")
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		locked, err := d.lockTopics(ctx, tx, who, topic)
		if err != nil {
			return err
		}
		found, err := d.decideBurst(ctx, tx, who, locked[topic], BurstDeclined, 0, MaskText(why), now)
		if err == nil && !found {
			return Conflict("", "这条建议已由他人处理，请刷新")
		}
		return err
	})
}

// AttachTopic puts the items of a topic, at most a thousand of the newest, into an
// incident that is open (并入已有事件).
func (d *Desk) AttachTopic(ctx context.Context, who Actor, topic, incident int64) (Incident, error) {
	if err := who.need(ActIncidentRaise); err != nil {
		return Incident{}, err
	}
	now := d.Now()
	var in Incident
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if in, err = d.openIncident(ctx, tx, who, incident); err != nil {
			return err
		}
		list, err := tx.ListItems(ctx, d.scope(who), ItemFilter{Topic: topic, Page: Page{Limit: 1000, Newest: true}})
		if err != nil {
			return err
		}
		if len(list) == 0 {
			return NotFound("没有找到这个话题，或不在您的范围内")
		}
		ids := make([]int64, len(list))
		for i, it := range list {
			ids[i] = it.ID
		}
		items, err := d.itemsFor(ctx, tx, who, ids)
		if err != nil {
			return err
		}
		if err := d.attach(ctx, tx, who, &in, items, now); err != nil {
			return err
		}
		return d.topicRaised(ctx, tx, who, topic, in, BurstAttached, now)
	})
	return in, err
}

// topicRaised ends the suggestion about a topic of which an incident was made.
func (d *Desk) topicRaised(ctx context.Context, tx Tx, who Actor, topic int64, in Incident, state string, now time.Time) error {
	list, err := tx.LockTopics(ctx, d.scope(who), topic)
	if err != nil {
		return err
	}
	if len(list) == 1 && list[0].JoinedInto != 0 { // somebody was faster
		list, err = tx.LockTopics(ctx, d.scope(who), list[0].JoinedInto)
	}
	if err != nil || len(list) == 0 {
		return err
	}
	_, err = d.decideBurst(ctx, tx, who, list[0], state, in.ID, "", now)
	return err
}

// decideBurst ends the open suggestion about a topic, and takes its notice as seen.
func (d *Desk) decideBurst(ctx context.Context, tx Tx, who Actor, t Topic, state string, incident int64, why string, now time.Time) (bool, error) {
	notice, found, err := tx.DecideBurst(ctx, TopicBurst{TopicID: t.ID, State: state, IncidentID: incident, DecidedAt: &now, DecidedBy: who.Name, DecidedByID: who.PersonID, Why: why})
	if err != nil || !found {
		return found, err
	}
	e := event(who, now, "topic.decided", "topic", t.ID).with(map[string]any{"id": ident(t.ID), "state": state, "incident": ident(incident)}).because(why)
	e.Region, e.IncidentID = t.Region, incident
	events := []Event{e}
	if notice != 0 {
		n, err := tx.NoticeByID(ctx, Scope{}, notice, true)
		if err != nil {
			return true, err
		}
		if n.AckAt == nil {
			if err := tx.AckNotice(ctx, n.ID, who, now); err != nil {
				return true, err
			}
			events = append(events, n.event(who, now, "notice.acked"))
		}
	}
	return true, tx.Record(ctx, events...)
}

// burstsFollow takes the suggestion about a topic along to the one that it was joined into.
func (d *Desk) burstsFollow(ctx context.Context, tx Tx, who Actor, from, to int64, now time.Time) error {
	list, err := tx.Bursts(ctx, from, to)
	if err != nil {
		return err
	}
	open := func(topic int64) int {
		return slices.IndexFunc(list, func(b TopicBurst) bool { return b.TopicID == topic && b.State == BurstOpen })
	}
	i := open(from)
	switch {
	case i < 0:
		return nil
	case open(to) < 0:
		return tx.MoveBurst(ctx, list[i].ID, to)
	}
	_, err = d.decideBurst(ctx, tx, who, Topic{ID: from}, BurstDeclined, 0, "话题已并入另一个话题", now)
	return err
}
