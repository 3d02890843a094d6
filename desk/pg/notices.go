package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const noticeColumns = `n.id, n.key, n.kind, coalesce(n.incident_id, 0), coalesce(n.clock_id, 0), coalesce(n.topic_id, 0), n.stage, n.region, n.text, n.outside, n.deadline,
	n.at, n.due_at, n.ack_at, n.ack_name`

func noticeFields(n *desk.Notice) []any {
	return []any{&n.ID, &n.Key, &n.Kind, &n.IncidentID, &n.ClockID, &n.TopicID, &n.Stage, &n.Region, &n.Text, &n.Outside, &n.Deadline,
		&n.At, &n.Due, &n.AckAt, &n.AckBy}
}

func noticeRow(row pgx.CollectableRow) (n desk.Notice, err error) {
	return n, row.Scan(noticeFields(&n)...)
}

const deliveryColumns = `d.id, d.notice_id, d.channel, d.state, d.attempts, d.next_at, d.sent_at, d.last_error, d.receipt`

func deliveryFields(d *desk.Delivery) []any {
	return []any{&d.ID, &d.NoticeID, &d.Channel, &d.State, &d.Attempts, &d.NextAt, &d.SentAt, &d.LastError, &d.Receipt}
}

// NewNotice sets the ids; where the key is there already, that of the notice which is.
func (t *tx) NewNotice(ctx context.Context, n *desk.Notice) (bool, error) {
	err := t.q.QueryRow(ctx, `
		INSERT INTO notice (key, kind, incident_id, clock_id, topic_id, stage, region, text, outside, deadline, at, due_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) ON CONFLICT (key) DO NOTHING RETURNING id`,
		n.Key, n.Kind, null(n.IncidentID), null(n.ClockID), null(n.TopicID), n.Stage, n.Region, n.Text, n.Outside, n.Deadline, n.At, n.Due).Scan(&n.ID)
	if errors.Is(err, pgx.ErrNoRows) {
		return false, t.scan(ctx, `SELECT id FROM notice WHERE key = $1`, []any{n.Key}, &n.ID)
	}
	if err != nil {
		return false, translate(err)
	}
	for i := range n.Deliveries {
		d := &n.Deliveries[i]
		d.NoticeID = n.ID
		if d.State == "" {
			d.State = desk.DeliveryPending
		}
		if err := t.scan(ctx, `
			INSERT INTO delivery (notice_id, channel, state, attempts, next_at, sent_at, last_error, receipt)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8) RETURNING id`,
			[]any{n.ID, d.Channel, d.State, d.Attempts, d.NextAt, d.SentAt, d.LastError, d.Receipt}, &d.ID); err != nil {
			return false, err
		}
		t.wake(WakeDelivery)
	}
	return true, nil
}

func (t *tx) ListNotices(ctx context.Context, scope desk.Scope, f desk.NoticeFilter) ([]desk.Notice, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	if f.Open {
		w.add("n.ack_at IS NULL")
	}
	rest := w.page("n.id", f.Page)
	notices, err := all(ctx, t, noticeRow, `SELECT `+noticeColumns+` FROM notice n`+rest, w.args...)
	if err != nil {
		return nil, err
	}
	return notices, t.fillDeliveries(ctx, notices)
}

func (t *tx) NoticeByID(ctx context.Context, scope desk.Scope, id int64, lock bool) (desk.Notice, error) {
	var w where
	w.add("n.id = ?", id)
	w.scope(scope, "n.region", "", "")
	n, err := one(ctx, t, "没有找到这条提醒，或不在您的范围内", noticeRow, `SELECT `+noticeColumns+` FROM notice n`+w.sql()+locked(lock, "n"), w.args...)
	if err != nil {
		return n, err
	}
	filled := []desk.Notice{n}
	err = t.fillDeliveries(ctx, filled)
	return filled[0], err
}

func (t *tx) fillDeliveries(ctx context.Context, notices []desk.Notice) error {
	if len(notices) == 0 {
		return nil
	}
	at := make(map[int64]int, len(notices))
	ids := make([]int64, len(notices))
	for i, n := range notices {
		ids[i], at[n.ID] = n.ID, i
	}
	deliveries, err := all(ctx, t, func(row pgx.CollectableRow) (d desk.Delivery, err error) {
		return d, row.Scan(deliveryFields(&d)...)
	}, `SELECT `+deliveryColumns+` FROM delivery d WHERE d.notice_id = ANY ($1) ORDER BY d.id`, ids)
	for _, d := range deliveries {
		n := &notices[at[d.NoticeID]]
		n.Deliveries = append(n.Deliveries, d)
	}
	return err
}

// AckNotice keeps the first acknowledgement.
func (t *tx) AckNotice(ctx context.Context, id int64, who desk.Actor, at time.Time) error {
	return t.execOne(ctx, desk.NotFound("没有找到这条提醒"), `
		UPDATE notice SET ack_by = CASE WHEN ack_at IS NULL THEN $2 ELSE ack_by END,
			ack_name = CASE WHEN ack_at IS NULL THEN $3 ELSE ack_name END, ack_at = coalesce(ack_at, $4)
		WHERE id = $1`, id, null(who.PersonID), who.Name, at)
}

func (t *tx) Supersede(ctx context.Context, clock, but int64) error {
	_, err := t.exec(ctx, `
		UPDATE delivery d SET state = 'superseded' FROM notice n
		WHERE n.id = d.notice_id AND n.clock_id = $1 AND n.id <> $2 AND d.state = 'pending'`, clock, but)
	return err
}

// ClaimDeliveries first gives up what a newer notice about the same clock has made
// stale on its channel, so that yesterday's alert never follows today's.
func (t *tx) ClaimDeliveries(ctx context.Context, now, until time.Time, limit int, channels ...string) ([]desk.Delivery, error) {
	if _, err := t.exec(ctx, `
		WITH stale AS (
			SELECT d.id FROM delivery d JOIN notice n ON n.id = d.notice_id
			WHERE d.state = 'pending' AND d.next_at <= $1 AND n.clock_id IS NOT NULL AND EXISTS (
				SELECT FROM notice later JOIN delivery ld ON ld.notice_id = later.id
				WHERE later.clock_id = n.clock_id AND later.id > n.id AND ld.channel = d.channel AND ld.state IN ('pending', 'sent'))
			FOR NO KEY UPDATE OF d SKIP LOCKED)
		UPDATE delivery SET state = 'superseded' FROM stale WHERE delivery.id = stale.id`, now); err != nil {
		return nil, err
	}
	return all(ctx, t, func(row pgx.CollectableRow) (d desk.Delivery, err error) {
		d.Notice = &desk.Notice{}
		return d, row.Scan(append(deliveryFields(&d), noticeFields(d.Notice)...)...)
	}, `
		WITH due AS (
			SELECT d.id FROM delivery d JOIN notice n ON n.id = d.notice_id
			WHERE d.state = 'pending' AND d.next_at <= $1 AND ($4::text[] IS NULL OR d.channel = ANY ($4))
			ORDER BY n.deadline DESC, n.id DESC LIMIT $3 FOR NO KEY UPDATE OF d SKIP LOCKED),
		d AS (UPDATE delivery SET next_at = $2 FROM due WHERE delivery.id = due.id RETURNING delivery.*)
		SELECT `+deliveryColumns+`, `+noticeColumns+` FROM d JOIN notice n ON n.id = d.notice_id ORDER BY n.deadline DESC, n.id DESC, d.id`,
		now, until, limit, channels)
}

// SaveDelivery never unsays that something was sent: a node that slept and comes
// back with another outcome gets a CodeConflict. What was superseded while being
// tried stays so, unless it was sent after all.
func (t *tx) SaveDelivery(ctx context.Context, d desk.Delivery) error {
	t.wake(WakeDelivery)
	return t.execOne(ctx, desk.Conflict("", "这次送达已由其他节点完成"), `
		UPDATE delivery SET state = CASE WHEN state = 'superseded' AND $2 <> 'sent' THEN state ELSE $2 END,
			attempts = $3, next_at = $4, sent_at = $5, last_error = $6, receipt = $7
		WHERE id = $1 AND state <> 'sent'`, d.ID, d.State, d.Attempts, d.NextAt, d.SentAt, d.LastError, d.Receipt)
}

func (t *tx) NextDelivery(ctx context.Context, channels ...string) (time.Time, bool, error) {
	return t.next(ctx, `SELECT min(next_at) FROM delivery WHERE state = 'pending' AND ($1::text[] IS NULL OR channel = ANY ($1))`, channels)
}
