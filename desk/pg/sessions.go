package pg

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// Sessions keeps browser sessions, in the shape that scs expects of a store with
// contexts. Sessions end by real time, not by office time.
type Sessions struct {
	store *Store
	now   func() time.Time
}

// Sessions is the store's sessions; now is real time.
func (s *Store) Sessions(now func() time.Time) *Sessions { return &Sessions{s, now} }

// FindCtx gives the data of a session that hasn't ended.
func (s *Sessions) FindCtx(ctx context.Context, token string) (data []byte, found bool, err error) {
	err = s.store.pool.QueryRow(ctx, `SELECT data FROM sessions WHERE token = $1 AND expiry > $2`, token, s.now()).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) || desk.CodeOf(translate(err)) == desk.CodeInvalid { // a token no session can have
		return nil, false, nil
	}
	return data, err == nil, translate(err)
}

// CommitCtx stores a session.
func (s *Sessions) CommitCtx(ctx context.Context, token string, data []byte, expiry time.Time) error {
	_, err := s.store.pool.Exec(ctx, `
		INSERT INTO sessions (token, data, expiry) VALUES ($1, $2, $3)
		ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry`, token, data, expiry)
	return translate(err)
}

// DeleteCtx ends a session; one that isn't there is no error.
func (s *Sessions) DeleteCtx(ctx context.Context, token string) error {
	_, err := s.store.pool.Exec(ctx, `DELETE FROM sessions WHERE token = $1`, token)
	return translate(err)
}

// DeleteEnded removes sessions that have ended, and gives how many.
func (s *Sessions) DeleteEnded(ctx context.Context) (int64, error) {
	tag, err := s.store.pool.Exec(ctx, `DELETE FROM sessions WHERE expiry <= $1`, s.now())
	return tag.RowsAffected(), translate(err)
}

// errNoContext answers the methods that scs has for stores without contexts and
// never calls on one with.
var errNoContext = errors.New("pg: sessions need a context")

// Find is never called by scs.
func (s *Sessions) Find(string) ([]byte, bool, error) { return nil, false, errNoContext }

// Commit is never called by scs.
func (s *Sessions) Commit(string, []byte, time.Time) error { return errNoContext }

// Delete is never called by scs.
func (s *Sessions) Delete(string) error { return errNoContext }
