package pg

import (
	"context"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// notifyPause gathers wake-ups for other nodes: at most a hundred NOTIFYs a second.
	notifyPause = 10 * time.Millisecond
	// listenCheck is how long a silent connection is believed.
	listenCheck = 5 * time.Second
	// relisten is the longest pause between attempts to listen again.
	relisten = 3 * time.Second
)

// Run keeps nodes awake for each other until ctx is done: it listens for what
// others committed and tells them what this one did. Without it everything works,
// only slower.
func (s *Store) Run(ctx context.Context) error {
	var both sync.WaitGroup
	both.Go(func() { s.listen(ctx) })
	both.Go(func() { s.tell(ctx) })
	both.Wait()
	return nil
}

func (s *Store) channel(topic string) string { return s.schema + "_" + topic }

// listen reconnects until ctx is done. What was missed meanwhile is made up for by
// waking everything.
func (s *Store) listen(ctx context.Context) {
	pause := 50 * time.Millisecond
	for ctx.Err() == nil {
		began, err := s.listenOnce(ctx)
		if ctx.Err() != nil {
			return
		}
		if began {
			pause = 50 * time.Millisecond
		}
		s.log.Warn("wake-ups from other nodes are interrupted; polling goes on", "error", err, "again_in", pause.String())
		again := time.NewTimer(pause)
		select {
		case <-ctx.Done():
		case <-again.C:
		}
		again.Stop()
		pause = min(2*pause, relisten)
	}
}

func (s *Store) listenOnce(ctx context.Context) (began bool, err error) {
	conn, err := pgx.ConnectConfig(ctx, s.listenConfig.Copy())
	if err != nil {
		return false, err
	}
	defer func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
		defer cancel()
		// The connection is of no use to anybody else; an error changes nothing.
		_ = conn.Close(ctx)
	}()
	for _, topic := range topics {
		if _, err := conn.Exec(ctx, "LISTEN "+pgx.Identifier{s.channel(topic)}.Sanitize()); err != nil {
			return false, err
		}
	}
	s.wakes.heard(topics...)
	for {
		n, err := s.hear(ctx, conn)
		if err != nil {
			return true, err
		}
		if n != "" {
			s.wakes.heard(n)
		}
	}
}

// hear waits for one notification and gives its topic; "" for none of another
// node's. A silent connection is asked whether it is still there: a cut line says
// nothing by itself.
func (s *Store) hear(ctx context.Context, conn *pgx.Conn) (string, error) {
	wait, cancel := context.WithTimeout(ctx, listenCheck)
	defer cancel()
	n, err := conn.WaitForNotification(wait)
	switch {
	case err == nil && n.Payload == s.node:
		return "", nil // our own; woken already
	case err == nil:
		return strings.TrimPrefix(n.Channel, s.schema+"_"), nil
	case ctx.Err() != nil || wait.Err() == nil || conn.IsClosed():
		return "", err
	}
	check, stop := context.WithTimeout(ctx, listenCheck/2)
	defer stop()
	return "", conn.Ping(check)
}

// tell sends NOTIFY for what was committed here. What can't be sent is dropped:
// the others poll.
func (s *Store) tell(ctx context.Context) {
	pause := time.NewTimer(0)
	defer pause.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-pause.C:
		}
		select {
		case <-ctx.Done():
			return
		case <-s.wakes.send:
		}
		if err := s.notify(ctx, s.wakes.take()); err != nil && ctx.Err() == nil {
			s.log.Debug("other nodes could not be woken", "error", err)
		}
		pause.Reset(notifyPause)
	}
}

// notify needs no durable commit: it changes nothing.
func (s *Store) notify(ctx context.Context, topics []string) error {
	conn, err := s.acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	var batch pgx.Batch
	batch.Queue(`SELECT set_config('synchronous_commit', 'off', true)`)
	for _, topic := range topics {
		batch.Queue(`SELECT pg_notify($1, $2)`, s.channel(topic), s.node)
	}
	return conn.SendBatch(ctx, &batch).Close()
}
