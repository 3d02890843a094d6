package pg

import (
	"context"
	"time"
)

// Overdue counts running clocks past their due time, for those who watch over the desk.
func (s *Store) Overdue(now func() time.Time) func(context.Context) (int, error) {
	return func(ctx context.Context) (n int, err error) {
		err = s.pool.QueryRow(ctx, `SELECT count(*) FROM clock WHERE state = 'running' AND due_at < $1`, now()).Scan(&n)
		return n, translate(err)
	}
}

// FeedLag is the age of the oldest event that isn't sealed yet; nothing when all are.
func (s *Store) FeedLag(now func() time.Time) func(context.Context) (time.Duration, error) {
	return func(ctx context.Context) (time.Duration, error) {
		var oldest *time.Time
		err := s.pool.QueryRow(ctx, `SELECT min(e.at) FROM event_pending p JOIN event e ON e.id = p.event_id`).Scan(&oldest)
		if err != nil || oldest == nil {
			return 0, translate(err)
		}
		return max(now().Sub(*oldest), 0), nil
	}
}
