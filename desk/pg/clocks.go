package pg

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

var clockSelect = `
	SELECT c.id, c.incident_id, c.rule, c.rule_name, c.document, c.practice, c.meets, c.anchor, c.start_at, c.due_at, c.yellow_at, c.red_at,
	       c.state, c.met_at, c.met_entered, c.met_kind, c.met_id, c.met_issuer, c.why_ended, c.version,
	       n.title, ` + level + `, n.kind, n.suspected, ` + personName("p") + `, n.region
	FROM clock c JOIN incident n ON n.id = c.incident_id LEFT JOIN person p ON p.id = n.holder_id`

func clockRow(row pgx.CollectableRow) (c desk.Clock, err error) {
	err = row.Scan(&c.ID, &c.IncidentID, &c.Rule, &c.RuleName, &c.Document, &c.Practice, &c.Meets, &c.Anchor, &c.Start, &c.Due, &c.Yellow, &c.Red,
		&c.State, &c.MetAt, &c.MetEntered, &c.MetBy.Kind, &c.MetBy.ID, &c.MetIssuer, &c.WhyEnded, &c.Version,
		&c.Incident, &c.Level, &c.IncidentKind, &c.Suspected, &c.Holder, &c.Region)
	return c, err
}

const stageSelect = `SELECT id, clock_id, name, fire_at, state, fired_at FROM clock_stage`

func (t *tx) NewClock(ctx context.Context, c *desk.Clock, stages []desk.Stage) error {
	if err := t.scan(ctx, `
		INSERT INTO clock (incident_id, rule, rule_name, document, practice, meets, anchor, start_at, due_at, yellow_at, red_at, state,
			met_at, met_entered, met_kind, met_id, met_issuer, why_ended)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id, version`,
		[]any{c.IncidentID, c.Rule, c.RuleName, c.Document, c.Practice, c.Meets, c.Anchor, c.Start, c.Due, c.Yellow, c.Red, c.State,
			c.MetAt, c.MetEntered, c.MetBy.Kind, c.MetBy.ID, c.MetIssuer, c.WhyEnded},
		&c.ID, &c.Version); err != nil {
		return err
	}
	return t.addStages(ctx, c.ID, stages)
}

// addStages adds those that the clock doesn't have: a stage at an instant exists
// once, fired or not, whoever plans it.
func (t *tx) addStages(ctx context.Context, clock int64, stages []desk.Stage) error {
	if len(stages) == 0 {
		return nil
	}
	for i := range stages {
		if stages[i].ClockID == 0 {
			stages[i].ClockID = clock
		}
	}
	t.wake(WakeClock)
	c := columnsOf(stages)
	_, err := t.exec(ctx, `
		INSERT INTO clock_stage (clock_id, name, fire_at, state, fired_at)
		SELECT * FROM unnest($1::bigint[], $2::text[], $3::timestamptz[], $4::text[], $5::timestamptz[])
		ON CONFLICT (clock_id, name, fire_at) WHERE state <> 'void'
		DO UPDATE SET state = excluded.state, fired_at = excluded.fired_at WHERE clock_stage.state = 'pending' AND excluded.state <> 'pending'`,
		c.clock, c.name, c.fireAt, c.state, c.firedAt)
	return err
}

type stageColumns struct {
	id, clock   []int64
	name, state []string
	fireAt      []time.Time
	firedAt     []*time.Time
}

func columnsOf(stages []desk.Stage) (c stageColumns) {
	for _, s := range stages {
		if s.State == "" {
			s.State = "pending"
		}
		c.id, c.clock, c.name = append(c.id, s.ID), append(c.clock, s.ClockID), append(c.name, s.Name)
		c.state, c.fireAt, c.firedAt = append(c.state, s.State), append(c.fireAt, s.FireAt), append(c.firedAt, s.FiredAt)
	}
	return c
}

func (t *tx) ClocksOf(ctx context.Context, incident int64, lock bool) ([]desk.Clock, error) {
	clocks, err := all(ctx, t, clockRow, clockSelect+` WHERE c.incident_id = $1 ORDER BY c.id`+locked(lock, "c"), incident)
	if err != nil {
		return nil, err
	}
	return clocks, t.fillStages(ctx, clocks)
}

func (t *tx) ClockByID(ctx context.Context, scope desk.Scope, id int64) (desk.Clock, error) {
	var w where
	w.add("c.id = ?", id)
	w.scope(scope, "n.region", "", "")
	c, err := one(ctx, t, "没有找到这条时限，或不在您的范围内", clockRow, clockSelect+w.sql(), w.args...)
	if err != nil {
		return c, err
	}
	filled := []desk.Clock{c}
	err = t.fill(ctx, filled)
	return filled[0], err
}

func (t *tx) ListClocks(ctx context.Context, scope desk.Scope, f desk.ClockFilter) ([]desk.Clock, error) {
	var w where
	w.scope(scope, "n.region", "", "")
	equal(&w, "c.state", f.State)
	equal(&w, "c.incident_id", f.Incident)
	rest := w.page("c.id", f.Page)
	clocks, err := all(ctx, t, clockRow, clockSelect+rest, w.args...)
	if err != nil {
		return nil, err
	}
	return clocks, t.fill(ctx, clocks)
}

// fill adds stages and what stands, with one query for each, however many clocks.
func (t *tx) fill(ctx context.Context, clocks []desk.Clock) error {
	if err := t.fillStages(ctx, clocks); err != nil {
		return err
	}
	return t.fillStands(ctx, clocks)
}

func clockIDs(clocks []desk.Clock) []int64 {
	ids := make([]int64, len(clocks))
	for i, c := range clocks {
		ids[i] = c.ID
	}
	return ids
}

// fillStages adds the stages but those made void by a new plan.
func (t *tx) fillStages(ctx context.Context, clocks []desk.Clock) error {
	if len(clocks) == 0 {
		return nil
	}
	stages, err := all(ctx, t, pgx.RowToStructByName[desk.Stage],
		stageSelect+` WHERE clock_id = ANY ($1) AND state <> 'void' ORDER BY fire_at, id`, clockIDs(clocks))
	give(clocks, stages)
	return err
}

func give(clocks []desk.Clock, stages []desk.Stage) {
	at := make(map[int64]int, len(clocks))
	for i, c := range clocks {
		at[c.ID] = i
	}
	for _, s := range stages {
		c := &clocks[at[s.ClockID]]
		c.Stages = append(c.Stages, s)
	}
}

// SaveClock leaves no stage pending of a clock that doesn't run.
func (t *tx) SaveClock(ctx context.Context, c desk.Clock, stages []desk.Stage) error {
	if err := t.execOne(ctx, desk.NotFound("没有找到这条时限"), `
		UPDATE clock SET anchor = $2, start_at = $3, due_at = $4, yellow_at = $5, red_at = $6, state = $7, met_at = $8, met_entered = $9,
			met_kind = $10, met_id = $11, met_issuer = $12, why_ended = $13, version = version + 1
		WHERE id = $1`,
		c.ID, c.Anchor, c.Start, c.Due, c.Yellow, c.Red, c.State, c.MetAt, c.MetEntered, c.MetBy.Kind, c.MetBy.ID, c.MetIssuer, c.WhyEnded); err != nil {
		return err
	}
	t.wake(WakeClock)
	if stages == nil && c.State == desk.ClockRunning {
		return nil
	}
	if _, err := t.exec(ctx, `UPDATE clock_stage SET state = 'void' WHERE clock_id = $1 AND state = 'pending'`, c.ID); err != nil {
		return err
	}
	return t.addStages(ctx, c.ID, stages)
}

// ClaimDue locks clocks, not stages: all that a clock has to say at now is said
// by one node. It looks for due stages first, so that cost grows with what is due.
func (t *tx) ClaimDue(ctx context.Context, now time.Time, limit int) ([]desk.Clock, error) {
	clocks, err := all(ctx, t, clockRow, `
		WITH due AS MATERIALIZED (
			SELECT clock_id, min(fire_at) AS first FROM clock_stage WHERE state = 'pending' AND fire_at <= $1 GROUP BY clock_id)`+
		clockSelect+` JOIN due ON due.clock_id = c.id
		WHERE c.state = 'running' ORDER BY due.first, c.id LIMIT $2 FOR NO KEY UPDATE OF c SKIP LOCKED`, now, limit)
	if err != nil || len(clocks) == 0 {
		return nil, err
	}
	// A node that is stopped with these in hand must not keep them for long.
	if _, err := t.exec(ctx, `SELECT set_config('idle_in_transaction_session_timeout', '2s', true)`); err != nil {
		return nil, err
	}
	// Read after the lock: another node may have fired them between our snapshot
	// and its commit. Then the clock has nothing left to say.
	stages, err := all(ctx, t, pgx.RowToStructByName[desk.Stage],
		stageSelect+` WHERE clock_id = ANY ($1) AND state = 'pending' AND fire_at <= $2 ORDER BY fire_at, id FOR NO KEY UPDATE`, clockIDs(clocks), now)
	if err != nil {
		return nil, err
	}
	give(clocks, stages)
	return slices.DeleteFunc(clocks, func(c desk.Clock) bool { return len(c.Stages) == 0 }), nil
}

// Fired takes stages without an id as said though never planned. A stage that
// isn't pending any more is a CodeConflict: somebody else spoke for it.
func (t *tx) Fired(ctx context.Context, done, next []desk.Stage) error {
	unplanned := slices.Clone(next)
	var planned []desk.Stage
	for _, s := range done {
		if s.ID == 0 {
			unplanned = append(unplanned, s)
		} else {
			planned = append(planned, s)
		}
	}
	c := columnsOf(planned)
	n, err := t.exec(ctx, `
		UPDATE clock_stage SET state = a.state, fired_at = a.fired_at
		FROM unnest($1::bigint[], $2::text[], $3::timestamptz[]) AS a(id, state, fired_at)
		WHERE clock_stage.id = a.id AND clock_stage.state = 'pending'`, c.id, c.state, c.firedAt)
	if err != nil {
		return err
	}
	if int(n) != len(planned) {
		return desk.Conflict("", "时限节点已由其他节点处理")
	}
	return t.addStages(ctx, 0, unplanned)
}

func (t *tx) NextStage(ctx context.Context) (time.Time, bool, error) {
	return t.next(ctx, `
		SELECT s.fire_at FROM clock_stage s JOIN clock c ON c.id = s.clock_id
		WHERE s.state = 'pending' AND c.state = 'running' ORDER BY s.fire_at LIMIT 1`)
}

// next reads an instant that may not be there.
func (t *tx) next(ctx context.Context, sql string, args ...any) (time.Time, bool, error) {
	at, err := all(ctx, t, pgx.RowTo[*time.Time], sql, args...)
	if err != nil || len(at) == 0 || at[0] == nil {
		return time.Time{}, false, err
	}
	return *at[0], true, nil
}
