package pg

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

const drillColumns = `d.id, d.scenario, d.title, d.speed, d.state, d.begins, d.length, d.ahead, d.began_at, d.stopped_at, d.address, d.password,
	d.failure, d.by_id, d.by_name, d.purger, d.created_at`

func drillRow(row pgx.CollectableRow) (d desk.Drill, err error) {
	var length, ahead int64
	var by *int64
	var purger *json.RawMessage
	err = row.Scan(&d.ID, &d.Scenario, &d.Title, &d.Speed, &d.State, &d.Begins, &length, &ahead, &d.BeganAt, &d.StoppedAt, &d.Address, &d.Password,
		&d.Failure, &by, &d.By.Name, &purger, &d.CreatedAt)
	if err != nil {
		return d, err
	}
	d.Length, d.Ahead = time.Duration(length), time.Duration(ahead)
	if by != nil {
		d.By.ID = *by
	}
	if purger != nil {
		err = json.Unmarshal(*purger, &d.Purger)
	}
	return d, err
}

func (t *tx) NewDrill(ctx context.Context, d *desk.Drill) error {
	t.wake(WakeDrill)
	return t.scan(ctx, `
		INSERT INTO drill (scenario, title, speed, state, begins, length, password, by_id, by_name, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) RETURNING id`,
		[]any{d.Scenario, d.Title, d.Speed, d.State, d.Begins, int64(d.Length), d.Password, null(d.By.ID), d.By.Name, d.CreatedAt}, &d.ID)
}

func (t *tx) DrillByID(ctx context.Context, id int64, lock bool) (desk.Drill, error) {
	return one(ctx, t, "没有这场演练，可能已经清除", drillRow, `SELECT `+drillColumns+` FROM drill d WHERE d.id = $1`+locked(lock, "d"), id)
}

func (t *tx) ListDrills(ctx context.Context) ([]desk.Drill, error) {
	return all(ctx, t, drillRow, `SELECT `+drillColumns+` FROM drill d ORDER BY d.id`)
}

func (t *tx) SaveDrill(ctx context.Context, d desk.Drill) error {
	t.wake(WakeDrill)
	var purger any
	if d.Purger != nil {
		purger = d.Purger
	}
	return t.execOne(ctx, desk.NotFound("没有这场演练，可能已经清除"), `
		UPDATE drill SET state = $2, ahead = $3, began_at = $4, stopped_at = $5, address = $6, failure = $7, purger = $8 WHERE id = $1`,
		d.ID, d.State, int64(d.Ahead), d.BeganAt, d.StoppedAt, d.Address, d.Failure, purger)
}

func (t *tx) ClaimDrills(ctx context.Context, node string, now, until time.Time) ([]desk.Drill, error) {
	return all(ctx, t, drillRow, `
		WITH mine AS (
			SELECT id FROM drill WHERE node = $1 OR held_until IS NULL OR held_until <= $2 ORDER BY id FOR NO KEY UPDATE SKIP LOCKED),
		d AS (UPDATE drill SET node = $1, held_until = $3 FROM mine WHERE drill.id = mine.id RETURNING drill.*)
		SELECT `+drillColumns+` FROM d ORDER BY d.id`, node, now, until)
}

func (t *tx) RemoveDrill(ctx context.Context, id int64) error {
	t.wake(WakeDrill)
	var schema string
	if err := t.scan(ctx, `SELECT current_schema()`, nil, &schema); err != nil {
		return err
	}
	if _, err := t.exec(ctx, `DROP SCHEMA IF EXISTS `+pgx.Identifier{desk.DrillSchema(schema, id)}.Sanitize()+` CASCADE`); err != nil {
		return err
	}
	return t.execOne(ctx, desk.NotFound("没有这场演练，可能已经清除"), `DELETE FROM drill WHERE id = $1`, id)
}
