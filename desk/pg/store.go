package pg

import (
	"context"
	"crypto/rand"
	"errors"
	"log/slog"
	random "math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"huiying/desk"
)

const (
	// defaultConns is the pool's size: use cases are short, and a private cluster
	// has 200 connections for everything.
	defaultConns = 24
	// acquireWait is how long an act waits for a free connection before it is told
	// to come back: longer than any use case, shorter than people's patience.
	acquireWait = 5 * time.Second
	connectWait = 5 * time.Second
	// endWait bounds COMMIT and ROLLBACK, which don't end with the caller's context.
	endWait = 10 * time.Second
	// tries is how often an act that lost to another (deadlock, serialization) runs.
	tries = 4
)

// Options of Open. The zero value will do.
type Options struct {
	Schema   string       // "": DefaultSchema
	MaxConns int          // 0: 24
	Name     string       // application_name, for the administrator's pg_stat_activity; "": huiying
	Log      *slog.Logger // nil: silent
}

// Store is the desk's memory in PostgreSQL. It is safe for concurrent use.
type Store struct {
	pool         *pgxpool.Pool
	schema       string
	log          *slog.Logger
	wakes        *wakes
	node         string // of this process, to know its own NOTIFY by
	listenConfig *pgx.ConnConfig
}

var _ desk.Store = (*Store)(nil)

// Open connects to a database that Migrate has prepared, and asks it once
// whether it is there. The error is a *desk.Error.
func Open(ctx context.Context, url string, opt Options) (*Store, error) {
	if opt.Schema == "" {
		opt.Schema = DefaultSchema
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	if opt.MaxConns == 0 {
		opt.MaxConns = defaultConns
	}
	config, err := PoolConfig(url, opt.Schema)
	if err != nil {
		return nil, err
	}
	listening := config.ConnConfig.Copy() // waits for hours: none of the limits of statements
	listening.ConnectTimeout = connectWait
	settle(config, opt)
	pool, err := pgxpool.NewWithConfig(ctx, config)
	if err != nil {
		return nil, translate(err)
	}
	s := &Store{pool: pool, schema: opt.Schema, log: opt.Log, wakes: newWakes(), node: rand.Text(), listenConfig: listening}
	if err := s.Ping(ctx); err != nil {
		pool.Close()
		return nil, err
	}
	return s, nil
}

// settle gives every connection its limits. A node that sleeps in the middle of
// a transaction (SIGSTOP, a suspended machine) must not hold locks for long, and
// no statement runs for ever.
func settle(config *pgxpool.Config, opt Options) {
	config.MaxConns = int32(opt.MaxConns)
	config.MinIdleConns = 1
	config.MaxConnIdleTime = 5 * time.Minute
	config.PingTimeout = 2 * time.Second
	c := config.ConnConfig
	if opt.Name != "" {
		c.RuntimeParams["application_name"] = opt.Name
	}
	c.RuntimeParams["statement_timeout"] = "30s"
	c.RuntimeParams["lock_timeout"] = "10s"
	c.RuntimeParams["idle_in_transaction_session_timeout"] = "10s"
	c.ConnectTimeout = connectWait
	c.DialFunc = patient(c.DialFunc, answerWait)
	// A cancelled request asks the server to stop and keeps the connection.
	c.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: 2 * time.Second}
	}
	config.AfterConnect = func(_ context.Context, conn *pgx.Conn) error {
		conn.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID, Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		return nil
	}
}

// Close waits for connections in use and closes the pool.
func (s *Store) Close() { s.pool.Close() }

// Pool is for libraries that bring their own SQL (River), confined to the schema
// like everything else.
func (s *Store) Pool() *pgxpool.Pool { return s.pool }

// Ping asks the database whether it answers.
func (s *Store) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, acquireWait)
	defer cancel()
	return translate(s.pool.Ping(ctx))
}

// Version gives the schema's migration and the one that this program needs.
func (s *Store) Version(ctx context.Context) (have, want int64, err error) {
	have, want, err = MigrationVersion(ctx, s.pool)
	return have, want, translate(err)
}

// InTx runs fn in one transaction, read committed. What fn does must be
// repeatable: when the act loses to another (a deadlock), it runs again, up to
// four times. A commit whose outcome isn't known is CodeUnavailable: the caller
// repeats the act with the same identity.
func (s *Store) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	return s.run(ctx, pgx.TxOptions{IsoLevel: pgx.ReadCommitted}, func(t *tx) error { return fn(t) })
}

// View runs fn on one snapshot, read only.
func (s *Store) View(ctx context.Context, fn func(desk.Tx) error) error {
	return s.run(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(t *tx) error { return fn(t) })
}

func (s *Store) run(ctx context.Context, opt pgx.TxOptions, fn func(*tx) error) error {
	for try := 1; ; try++ {
		err := s.once(ctx, opt, fn)
		if err == nil || try == tries || !repeatable(err) {
			return err
		}
		s.log.Debug("transaction repeated", "try", try, "error", err)
		wait := time.NewTimer(time.Duration(try) * time.Duration(5+random.IntN(20)) * time.Millisecond)
		select {
		case <-ctx.Done():
			wait.Stop()
			return err
		case <-wait.C:
		}
	}
}

func (s *Store) once(ctx context.Context, opt pgx.TxOptions, fn func(*tx) error) (err error) {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	begun, err := begin(ctx, conn, opt)
	if err != nil {
		if conn.Conn().IsClosed() && ctx.Err() == nil {
			// The database was restarted under the pool. Nothing was done yet, and the
			// other idle connections are dead too.
			s.pool.Reset()
			err = notBegun{err}
		}
		return translate(err)
	}
	t := &tx{q: begun, wakes: map[string]bool{}}
	ended := false
	defer func() { // also when fn panics
		if !ended {
			s.rollback(ctx, begun)
		}
	}()
	if err := fn(t); err != nil {
		return translate(err)
	}
	if err := ctx.Err(); err != nil {
		return translate(err)
	}
	ended = true
	if err := s.commit(ctx, begun); err != nil {
		return err
	}
	s.wakes.committed(t.wakes)
	return nil
}

func begin(ctx context.Context, conn *pgxpool.Conn, opt pgx.TxOptions) (pgx.Tx, error) {
	ctx, cancel := context.WithTimeout(ctx, beginWait)
	defer cancel()
	return conn.BeginTx(ctx, opt)
}

func (s *Store) acquire(ctx context.Context) (*pgxpool.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, acquireWait)
	defer cancel()
	conn, err := s.pool.Acquire(ctx)
	return conn, translate(err)
}

// commit doesn't end with ctx: a caller who leaves while COMMIT is on its way
// would make the outcome unknown.
func (s *Store) commit(ctx context.Context, t pgx.Tx) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWait)
	defer cancel()
	err := t.Commit(ctx)
	var answer *pgconn.PgError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, pgx.ErrTxCommitRollback), errors.As(err, &answer) && answer.Severity == "ERROR":
		return translate(err)
	}
	s.log.Warn("the outcome of a commit is unknown", "error", err)
	return desk.Unavailable(err, retrySoon)
}

func (s *Store) rollback(ctx context.Context, t pgx.Tx) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), endWait)
	defer cancel()
	// Where rolling back fails the connection is closed, which rolls back too.
	if err := t.Rollback(ctx); err != nil && !errors.Is(err, pgx.ErrTxClosed) {
		s.log.Debug("rollback", "error", err)
	}
}
