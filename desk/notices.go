package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"huiying/desk/timeline"
)

// clockNotice makes the notice of a clock's stage, with a delivery through each
// channel, and makes earlier ones about the same clock stale. The event is nil
// when the notice was there already.
func (d *Desk) clockNotice(ctx context.Context, tx Tx, c Clock, rule timeline.Rule, s timeline.Stage, now time.Time) (*Event, error) {
	left := timeline.LeftText(timeline.Left(c.Due, now))
	due := c.Due
	n := Notice{
		Key:  fmt.Sprintf("clock/%d/%s/%d", c.ID, s.Name, s.FireAt.Unix()),
		Kind: "clock", IncidentID: c.IncidentID, ClockID: c.ID, Stage: s.Name, Region: c.Region, Deadline: true, At: now, Due: &due,
		Text:    fmt.Sprintf("%s · %s：%s（%s）", c.Incident, c.RuleName, left, rule.Alerts.Text(s.Name)),
		Outside: fmt.Sprintf("事件 %d 号：%s，请回值班室", c.IncidentID, left),
	}
	for _, ch := range d.Channels {
		n.Deliveries = append(n.Deliveries, Delivery{Channel: ch, State: DeliveryPending, NextAt: now})
	}
	isNew, err := tx.NewNotice(ctx, &n)
	if err != nil || !isNew {
		return nil, err
	}
	if err := tx.Supersede(ctx, c.ID, n.ID); err != nil {
		return nil, err
	}
	e := n.event(System, now, "notice.raised")
	return &e, nil
}

func (n Notice) event(who Actor, now time.Time, typ string) Event {
	e := event(who, now, typ, "notice", n.ID).with(map[string]any{"id": ident(n.ID), "kind": n.Kind, "clock": ident(n.ClockID), "topic": ident(n.TopicID), "stage": n.Stage})
	e.IncidentID, e.Region = n.IncidentID, n.Region
	return e
}

// AckNotice acknowledges a notice (签收): it stops being shown as open.
func (d *Desk) AckNotice(ctx context.Context, who Actor, id int64) (Notice, error) {
	if err := who.need(ActNoticeAck); err != nil {
		return Notice{}, err
	}
	now := d.Now()
	var n Notice
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if n, err = tx.NoticeByID(ctx, d.wide(who), id, true); err != nil || n.AckAt != nil {
			return err
		}
		if err := tx.AckNotice(ctx, id, who, now); err != nil {
			return err
		}
		n.AckAt, n.AckBy = &now, who.Name
		return tx.Record(ctx, n.event(who, now, "notice.acked"))
	})
	return n, err
}

// Notices lists what people are to be told.
func (d *Desk) Notices(ctx context.Context, who Actor, f NoticeFilter) (list []Notice, err error) {
	if err := who.need(ActIncidentRead); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListNotices(ctx, d.wide(who), f)
		return err
	})
	return list, err
}

// Message is what goes through one channel.
type Message struct {
	Text     string
	Key      string // the same message, sent again after a crash, carries the same key
	Deadline bool
}

// Sent is what became of one attempt.
type Sent struct {
	Outcome    Outcome
	Receipt    string        // the provider's own id
	RetryAfter time.Duration // for OutcomeRetry; 0: the pipeline's own back-off
	Err        error         // for the log and, without secrets, for the record
}

// Notifier carries messages to one channel. It does no retrying of its own.
type Notifier interface {
	Send(ctx context.Context, m Message) Sent
}

const (
	// DeliveryHold is how long a claimed delivery belongs to its node.
	DeliveryHold = 30 * time.Second
	// maxDeliveries: given up, loudly, after so many attempts (about two minutes).
	maxDeliveries = 6
)

// deliveryBackoff is the wait after the nth failed attempt.
func deliveryBackoff(n int) time.Duration { return min(time.Second<<min(n, 5), 30*time.Second) }

// ClaimDeliveries takes deliveries through the channels (none named: all) that
// are due, for this node to send. They are its own for 30 s of office time.
func (d *Desk) ClaimDeliveries(ctx context.Context, now time.Time, limit int, channels ...string) (list []Delivery, err error) {
	err = d.Store.InTx(ctx, func(tx Tx) error {
		list, err = tx.ClaimDeliveries(ctx, now, now.Add(d.InOffice(DeliveryHold)), limit, channels...)
		return err
	})
	return list, err
}

// NextDelivery is the instant at which the next delivery through one of the
// channels (none named: any) is due.
func (d *Desk) NextDelivery(ctx context.Context, channels ...string) (at time.Time, ok bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		at, ok, err = tx.NextDelivery(ctx, channels...)
		return err
	})
	return at, ok, err
}

// MessageFor is what a channel may carry of a notice: a number, the time left and
// 请回值班室, unless two administrators let it carry the incident's text.
func (d *Desk) MessageFor(ctx context.Context, del Delivery) (Message, error) {
	m := Message{Text: del.Notice.Outside, Key: fmt.Sprintf("%s/%s", del.Notice.Key, del.Channel), Deadline: del.Notice.Deadline}
	err := d.Store.View(ctx, func(tx Tx) error {
		s, err := alertText(ctx, tx, del.Channel, false)
		if s.on() {
			m.Text = del.Notice.Text + "，请回值班室"
		}
		return err
	})
	return m, err
}

// Delivered records the outcome of an attempt and plans the next one. A delivery
// given up becomes a notice on the desk: "nobody was told" is said loudly.
func (d *Desk) Delivered(ctx context.Context, del Delivery, s Sent) error {
	now := d.Now()
	claimed := del
	return d.Store.InTx(ctx, func(tx Tx) error {
		del := claimed // the store may run this again
		del.Attempts++
		del.LastError = ""
		if s.Err != nil {
			del.LastError = s.Err.Error()
		}
		switch {
		case s.Outcome == OutcomeSent:
			del.State, del.SentAt, del.Receipt = DeliverySent, &now, s.Receipt
		case s.Outcome == OutcomeRefuse || del.Attempts >= maxDeliveries:
			del.State = DeliveryFailed
		default:
			del.NextAt = now.Add(d.InOffice(max(s.RetryAfter, deliveryBackoff(del.Attempts))))
		}
		if err := tx.SaveDelivery(ctx, del); err != nil {
			return err
		}
		e := del.Notice.event(System, now, "delivery."+del.State).with(map[string]any{"notice": ident(del.NoticeID), "channel": del.Channel,
			"state": del.State, "attempts": del.Attempts})
		e.Subject = Subject{"delivery", fmt.Sprint(del.ID)}
		if err := tx.Record(ctx, e.because(del.LastError)); err != nil || del.State != DeliveryFailed {
			return err
		}
		n := Notice{Key: fmt.Sprintf("delivery/%d", del.ID), Kind: "delivery", IncidentID: del.Notice.IncidentID, ClockID: del.Notice.ClockID,
			Region: del.Notice.Region, At: now, Text: fmt.Sprintf("没有人通过 %s 收到提醒：%s", del.Channel, del.Notice.Text), Outside: del.Notice.Outside}
		isNew, err := tx.NewNotice(ctx, &n)
		if err != nil || !isNew {
			return err
		}
		return tx.Record(ctx, n.event(System, now, "notice.raised"))
	})
}

// AlertText says whether a channel may carry the incident's text, and who said so.
type AlertText struct {
	First    int64  `json:"first"` // the administrator who asked
	FirstBy  string `json:"first_by"`
	Second   int64  `json:"second"` // the other one, who agreed
	SecondBy string `json:"second_by"`
}

func (s AlertText) on() bool { return s.First != 0 && s.Second != 0 }

func alertText(ctx context.Context, tx Tx, channel string, lock bool) (s AlertText, err error) {
	raw, err := tx.Setting(ctx, "alert-text/"+channel, lock)
	if err != nil || raw == nil {
		return s, err
	}
	if err := json.Unmarshal(raw, &s); err != nil {
		return s, fmt.Errorf("setting alert-text/%s: %w", channel, err)
	}
	return s, nil
}

// AlertTextOf shows the switch of a channel to administrators.
func (d *Desk) AlertTextOf(ctx context.Context, who Actor, channel string) (s AlertText, err error) {
	if err := who.need(ActAlertText); err != nil {
		return s, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		s, err = alertText(ctx, tx, channel, false)
		return err
	})
	return s, err
}

// SwitchAlertText lets a channel carry the incident's text once two different
// administrators have said so (系统管理员 and 安全保密管理员), or takes it back,
// for which one is enough.
func (d *Desk) SwitchAlertText(ctx context.Context, who Actor, channel string, on bool, why string) (s AlertText, err error) {
	if err := who.need(ActAlertText); err != nil {
		return s, err
	}
	if on && why == "" {
		return s, Invalid("why", "请写明理由")
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		was, err := alertText(ctx, tx, channel, true)
		if err != nil {
			return err
		}
		s = was
		switch {
		case !on:
			s = AlertText{}
		case s.First == 0:
			s.First, s.FirstBy = who.PersonID, who.Name
		case s.First == who.PersonID || s.on():
			return Forbidden("须由另一位管理员确认")
		default:
			s.Second, s.SecondBy = who.PersonID, who.Name
		}
		if err := tx.SetSetting(ctx, "alert-text/"+channel, mustJSON(s)); err != nil {
			return err
		}
		e := event(who, now, "setting.alert-text", "setting", 0).change(was, s).because(why)
		e.Subject.ID = "alert-text/" + channel
		return tx.Record(ctx, e)
	})
	return s, err
}
