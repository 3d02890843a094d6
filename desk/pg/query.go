package pg

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// tx is desk.Tx over one transaction.
type tx struct {
	q     pgx.Tx
	wakes map[string]bool // topics to wake after the commit
}

var _ desk.Tx = (*tx)(nil)

// wake notes that loops on these topics have something to do once it is committed.
func (t *tx) wake(topics ...string) {
	for _, topic := range topics {
		t.wakes[topic] = true
	}
}

// Try is a savepoint around fn.
func (t *tx) Try(ctx context.Context, fn func() error) error {
	outer := t.q
	inner, err := outer.Begin(ctx)
	if err != nil {
		return translate(err)
	}
	t.q = inner
	defer func() { t.q = outer }()
	if err := fn(); err != nil {
		return errors.Join(translate(err), translate(inner.Rollback(ctx)))
	}
	return translate(inner.Commit(ctx))
}

// exec runs a statement and gives the rows affected.
func (t *tx) exec(ctx context.Context, sql string, args ...any) (int64, error) {
	tag, err := t.q.Exec(ctx, sql, args...)
	return tag.RowsAffected(), translate(err)
}

// execOne is exec for a statement that must hit exactly one row.
func (t *tx) execOne(ctx context.Context, missing error, sql string, args ...any) error {
	n, err := t.exec(ctx, sql, args...)
	if err == nil && n != 1 {
		return missing
	}
	return err
}

// scan reads one row of a statement that always gives one.
func (t *tx) scan(ctx context.Context, sql string, args []any, into ...any) error {
	return translate(t.q.QueryRow(ctx, sql, args...).Scan(into...))
}

// all collects the rows of a query.
func all[T any](ctx context.Context, t *tx, row pgx.RowToFunc[T], sql string, args ...any) ([]T, error) {
	rows, err := t.q.Query(ctx, sql, args...)
	if err != nil {
		return nil, translate(err)
	}
	list, err := pgx.CollectRows(rows, row)
	return list, translate(err)
}

// one collects the only row of a query; missing says what isn't there.
func one[T any](ctx context.Context, t *tx, missing string, row pgx.RowToFunc[T], sql string, args ...any) (T, error) {
	var zero T
	rows, err := t.q.Query(ctx, sql, args...)
	if err != nil {
		return zero, translate(err)
	}
	v, err := pgx.CollectExactlyOneRow(rows, row)
	if errors.Is(err, pgx.ErrNoRows) {
		return zero, desk.NotFound(missing)
	}
	if err != nil {
		return zero, translate(err)
	}
	return v, nil
}

// where builds the one WHERE of a list from conditions joined by AND. In a
// condition each ? stands for the next of its values.
type where struct {
	conds []string
	args  []any
}

// arg adds a value and gives its placeholder.
func (w *where) arg(v any) string {
	w.args = append(w.args, v)
	return fmt.Sprintf("$%d", len(w.args))
}

func (w *where) add(cond string, values ...any) {
	var b strings.Builder
	for _, v := range values {
		before, after, _ := strings.Cut(cond, "?")
		b.WriteString(before + w.arg(v))
		cond = after
	}
	w.conds = append(w.conds, b.String()+cond)
}

// equal adds column = value unless the value is empty, which chooses all.
func equal[T comparable](w *where, column string, value T) {
	if value != *new(T) {
		w.add(column+" = ?", value)
	}
}

// scope keeps to what s.Sees. The arguments are SQL expressions; "" says that
// records of this kind have none, as in Sees.
func (w *where) scope(s desk.Scope, region, department, source string) {
	if s.SourceID != 0 {
		if source == "" {
			w.add("false")
			return
		}
		w.add(source+" = ?", s.SourceID)
		return
	}
	if s.Region != "" {
		unplaced := strings.HasPrefix(s.Office, s.Region) // a record without a region lies where the office does
		switch {
		case region == "" && !unplaced:
			w.add("false")
		case region != "" && unplaced:
			w.add("(coalesce("+region+", '') = '' OR starts_with("+region+", ?))", s.Region)
		case region != "":
			w.add("starts_with("+region+", ?)", s.Region)
		}
	}
	if s.Department != "" {
		if department == "" {
			w.add("false")
			return
		}
		w.add(department+" = ?", s.Department)
	}
}

// sql is the WHERE clause.
func (w *where) sql() string {
	if len(w.conds) == 0 {
		return ""
	}
	return " WHERE " + strings.Join(w.conds, " AND ")
}

// page adds the stretch of the list and gives the whole rest of the statement.
func (w *where) page(id string, p desk.Page) string {
	order := " ORDER BY " + id
	switch {
	case p.Newest && p.After > 0:
		w.add(id+" < ?", p.After)
	case !p.Newest && p.After > 0:
		w.add(id+" > ?", p.After)
	}
	if p.Newest {
		order += " DESC"
	}
	return w.sql() + order + " LIMIT " + w.arg(p.Size())
}

// locked ends a statement with a row lock if asked. It doesn't collide with the
// key share locks that foreign keys take.
func locked(lock bool, table string) string {
	if lock {
		return " FOR NO KEY UPDATE OF " + table
	}
	return ""
}

// null is SQL's NULL for the zero value, which in the domain says "none".
func null[T comparable](v T) *T {
	if v == *new(T) {
		return nil
	}
	return &v
}

// moved is the conflict of an optimistic lock.
func moved() error {
	return desk.Conflict("version", "这条记录刚被他人修改，请刷新后重试")
}
