package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const sourceColumns = `s.id, s.kind, s.channel, s.name, s.url, s.username, s.password, s.state, s.cursor, s.lease, s.next_poll_at, s.last_success,
	s.last_error, s.last_error_at, s.failures, s.created_at, s.settings`

func (t *tx) NewSource(ctx context.Context, s *desk.Source) error {
	if s.State == "" {
		s.State = "active"
	}
	if s.Cursor == nil {
		s.Cursor = json.RawMessage(`{}`)
	}
	if len(s.Settings) == 0 {
		s.Settings = json.RawMessage(`{}`)
	}
	t.wake(WakeSource)
	return t.scan(ctx, `
		INSERT INTO source (kind, channel, name, url, username, password, state, cursor, next_poll_at, created_at, settings)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) RETURNING id`,
		[]any{s.Kind, s.Channel, s.Name, s.URL, s.Username, s.Password, s.State, s.Cursor, s.NextPollAt, s.CreatedAt, s.Settings}, &s.ID)
}

func (t *tx) SourceByName(ctx context.Context, name string) (desk.Source, error) {
	return one(ctx, t, "没有这个来源", pgx.RowToStructByName[desk.Source], `SELECT `+sourceColumns+` FROM source s WHERE s.name = $1`, name)
}

func (t *tx) SourceByID(ctx context.Context, id int64) (desk.Source, error) {
	return one(ctx, t, "没有这个来源", pgx.RowToStructByName[desk.Source], `SELECT `+sourceColumns+` FROM source s WHERE s.id = $1`, id)
}

func (t *tx) ListSources(ctx context.Context) ([]desk.Source, error) {
	return all(ctx, t, pgx.RowToStructByName[desk.Source], `SELECT `+sourceColumns+` FROM source s ORDER BY s.id`)
}

func (t *tx) SetSourceState(ctx context.Context, id int64, state string) error {
	t.wake(WakeSource)
	return t.execOne(ctx, desk.NotFound("没有这个来源"), `UPDATE source SET state = $2 WHERE id = $1`, id, state)
}

func (t *tx) MoveSource(ctx context.Context, s desk.Source, at time.Time) error {
	t.wake(WakeSource)
	return t.execOne(ctx, desk.NotFound("没有这个来源"), `
		UPDATE source SET url = $2, username = $3, password = $4, next_poll_at = $5, failures = 0 WHERE id = $1`, s.ID, s.URL, s.Username, s.Password, at)
}

// ClaimSource passes over sources that another node holds by a lease that isn't over.
func (t *tx) ClaimSource(ctx context.Context, kinds []string, now, until time.Time, lease string) (desk.Source, bool, error) {
	found, err := all(ctx, t, pgx.RowToStructByName[desk.Source], `
		WITH due AS (
			SELECT id FROM source
			WHERE state = 'active' AND kind = ANY ($1) AND next_poll_at <= $2 AND (leased_until IS NULL OR leased_until <= $2)
			ORDER BY next_poll_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED),
		s AS (UPDATE source SET lease = $4, leased_until = $3 FROM due WHERE source.id = due.id RETURNING source.*)
		SELECT `+sourceColumns+` FROM s`, kinds, now, until, lease)
	if err != nil || len(found) == 0 {
		return desk.Source{}, false, err
	}
	return found[0], true, nil
}

func leaseLost() error {
	return desk.Conflict("", "这个来源已由其他节点接手")
}

func (t *tx) RenewLease(ctx context.Context, id int64, lease string, until time.Time) error {
	return t.execOne(ctx, leaseLost(), `UPDATE source SET leased_until = $3 WHERE id = $1 AND lease = $2`, id, lease, until)
}

func (t *tx) MoveCursor(ctx context.Context, id int64, lease string, cursor json.RawMessage) error {
	return t.execOne(ctx, leaseLost(), `UPDATE source SET cursor = $3 WHERE id = $1 AND lease = $2`, id, lease, cursor)
}

// Polled is refused with CodeConflict when the lease has gone to another node.
func (t *tx) Polled(ctx context.Context, s desk.Source) error {
	t.wake(WakeSource)
	return t.execOne(ctx, leaseLost(), `
		UPDATE source SET lease = '', leased_until = NULL, next_poll_at = $3, last_success = $4, last_error = $5, last_error_at = $6, failures = $7
		WHERE id = $1 AND lease = $2`,
		s.ID, s.Lease, s.NextPollAt, s.LastSuccess, s.LastError, s.LastErrorAt, s.Failures)
}

// NextPoll counts a source that is leased from the end of its lease.
func (t *tx) NextPoll(ctx context.Context, kinds []string) (time.Time, bool, error) {
	return t.next(ctx, `
		SELECT min(greatest(next_poll_at, leased_until)) FROM source WHERE state = 'active' AND kind = ANY ($1)`, kinds)
}

// settings -----------------------------------------------------------------------

func (t *tx) Setting(ctx context.Context, key string, lock bool) (json.RawMessage, error) {
	sql := `SELECT value FROM setting WHERE key = $1`
	if lock { // a setting that isn't there yet can be locked as well
		if _, err := t.exec(ctx, `SELECT pg_advisory_xact_lock(hashtextextended(current_schema() || ' setting ' || $1, 0))`, key); err != nil {
			return nil, err
		}
	}
	found, err := all(ctx, t, pgx.RowTo[json.RawMessage], sql, key)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

func (t *tx) SetSetting(ctx context.Context, key string, value json.RawMessage) error {
	_, err := t.exec(ctx, `INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value`, key, value)
	return err
}
