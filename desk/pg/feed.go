package pg

import (
	"context"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// Feed reads the sealed record.
type Feed struct{ store *Store }

var _ desk.Feed = Feed{}

// Feed is the store's feed.
func (s *Store) Feed() Feed { return Feed{s} }

const headSelect = `SELECT epoch, seq FROM feed_head`

// Head is the last place there is.
func (f Feed) Head(ctx context.Context) (c desk.Cursor, err error) {
	conn, err := f.store.acquire(ctx)
	if err != nil {
		return c, err
	}
	defer conn.Release()
	return c, translate(conn.QueryRow(ctx, headSelect).Scan(&c.Epoch, &c.Seq))
}

// After reads the head before the rows, in one round trip: rows behind a head
// that was seen are all there.
func (f Feed) After(ctx context.Context, c desk.Cursor, limit int) ([]desk.Sealed, error) {
	conn, err := f.store.acquire(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Release()
	var batch pgx.Batch
	batch.Queue(headSelect)
	batch.Queue(`SELECT f.seq, `+eventColumns+` FROM feed f JOIN event e ON e.id = f.event_id WHERE f.seq > $1 ORDER BY f.seq LIMIT $2`, c.Seq, limit)
	answers := conn.SendBatch(ctx, &batch)
	sealed, err := after(answers, c)
	if closed := answers.Close(); err == nil {
		err = translate(closed)
	}
	return sealed, err
}

func after(answers pgx.BatchResults, c desk.Cursor) ([]desk.Sealed, error) {
	var head desk.Cursor
	if err := answers.QueryRow().Scan(&head.Epoch, &head.Seq); err != nil {
		return nil, translate(err)
	}
	if c.Epoch != head.Epoch || c.Seq > head.Seq {
		return nil, desk.Conflict("after", "游标不属于现在的记录（数据库可能恢复过），请去掉 after 重新连接")
	}
	rows, err := answers.Query()
	if err != nil {
		return nil, translate(err)
	}
	sealed, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (s desk.Sealed, err error) {
		s.Cursor.Epoch = head.Epoch
		return s, row.Scan(append([]any{&s.Cursor.Seq}, eventFields(&s.Event)...)...)
	})
	return sealed, translate(err)
}
