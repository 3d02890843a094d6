package pg_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg"
	"huiying/desk/pg/pgtest"
)

// noon is the office time of these tests.
var noon = time.Date(2026, 3, 2, 4, 0, 0, 0, time.UTC)

// everywhere sees all.
var everywhere = desk.Scope{}

// open gives a store on an empty database.
func open(t testing.TB) *pg.Store {
	t.Helper()
	return openURL(t, pgtest.New(t))
}

func openURL(t testing.TB, url string) *pg.Store {
	t.Helper()
	s, err := pg.Open(t.Context(), url, pg.Options{MaxConns: 12})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// in runs fn in a transaction that must succeed.
func in(t testing.TB, s *pg.Store, fn func(ctx context.Context, tx desk.Tx) error) {
	t.Helper()
	if err := s.InTx(t.Context(), func(tx desk.Tx) error { return fn(t.Context(), tx) }); err != nil {
		t.Fatal(err)
	}
}

// must gives the value of a call that may not fail.
func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCode fails unless err has the code.
func wantCode(t testing.TB, err error, code desk.Code) {
	t.Helper()
	if got := desk.CodeOf(err); got != code {
		t.Fatalf("code %q, want %q: %v", got, code, err)
	}
}

// person makes somebody with a login.
func person(t testing.TB, s *pg.Store, name string) desk.Person {
	t.Helper()
	p := desk.Person{Name: name, DisplayName: "值班" + name, PasswordHash: "x", Roles: []desk.Role{desk.RoleDuty, desk.RolePress}, CreatedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewPerson(ctx, &p) })
	return p
}

// count runs a query that gives a number.
func count(t testing.TB, s *pg.Store, sql string, args ...any) (n int) {
	t.Helper()
	if err := s.Pool().QueryRow(t.Context(), sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestInTxCommitsAllOrNothing(t *testing.T) {
	t.Parallel()
	s := open(t)
	mine := errors.New("mine")
	err := s.InTx(t.Context(), func(tx desk.Tx) error {
		if err := tx.SetSetting(t.Context(), "a", []byte(`1`)); err != nil {
			return err
		}
		return mine
	})
	if !errors.Is(err, mine) {
		t.Fatalf("the use case's own error: %v", err)
	}
	func() {
		defer func() { recover() }()
		_ = s.InTx(t.Context(), func(tx desk.Tx) error {
			_ = tx.SetSetting(t.Context(), "a", []byte(`1`))
			panic("in the middle")
		})
	}()
	if n := count(t, s, `SELECT count(*) FROM setting`); n != 0 {
		t.Fatalf("%d settings after rollbacks", n)
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "a", []byte(`{"b":1}`)) })
	if n := count(t, s, `SELECT count(*) FROM setting`); n != 1 {
		t.Fatalf("%d settings after commit", n)
	}
	if n := s.Pool().Stat().AcquiredConns(); n != 0 {
		t.Fatalf("%d connections not given back", n)
	}
}

func TestCancelledCallerLosesNeitherRollbackNorConnection(t *testing.T) {
	t.Parallel()
	s := open(t)
	total := s.Pool().Stat().NewConnsCount()
	for range 20 {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.InTx(ctx, func(tx desk.Tx) error {
			if err := tx.SetSetting(ctx, "a", []byte(`1`)); err != nil {
				return err
			}
			cancel()
			return nil
		})
		wantCode(t, err, desk.CodeUnavailable)
		if !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
	}
	if n := count(t, s, `SELECT count(*) FROM setting`); n != 0 {
		t.Fatal("a cancelled act was committed")
	}
	if n := s.Pool().Stat().NewConnsCount() - total; n > 2 {
		t.Fatalf("20 cancelled acts cost %d connections", n)
	}
}

func TestViewIsOneSnapshotAndReadOnly(t *testing.T) {
	t.Parallel()
	s := open(t)
	err := s.View(t.Context(), func(tx desk.Tx) error {
		if v, err := tx.Setting(t.Context(), "a", false); err != nil || v != nil {
			return fmt.Errorf("before: %s, %w", v, err)
		}
		in(t, s, func(ctx context.Context, other desk.Tx) error { return other.SetSetting(ctx, "a", []byte(`1`)) })
		if v, err := tx.Setting(t.Context(), "a", false); err != nil || v != nil {
			return fmt.Errorf("seen in the middle of a view: %s, %w", v, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.View(t.Context(), func(tx desk.Tx) error { return tx.SetSetting(t.Context(), "b", []byte(`1`)) }); err == nil {
		t.Fatal("a view wrote")
	}
}

func TestDeadlockIsRepeated(t *testing.T) {
	t.Parallel()
	s := open(t)
	a, b := person(t, s, "a"), person(t, s, "b")
	var meet, done sync.WaitGroup
	meet.Add(2)
	var once [2]sync.Once
	errs := make([]error, 2)
	for i, order := range [][2]int64{{a.ID, b.ID}, {b.ID, a.ID}} {
		done.Go(func() {
			errs[i] = s.InTx(t.Context(), func(tx desk.Tx) error {
				if _, err := tx.PersonByID(t.Context(), order[0], true); err != nil {
					return err
				}
				once[i].Do(func() { meet.Done(); meet.Wait() })
				_, err := tx.PersonByID(t.Context(), order[1], true)
				return err
			})
		})
	}
	done.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
}

func TestRefusalsOfTheDatabase(t *testing.T) {
	t.Parallel()
	s := open(t)
	person(t, s, "a")
	try := func(fn func(ctx context.Context, tx desk.Tx) error) error {
		return s.InTx(t.Context(), func(tx desk.Tx) error { return fn(t.Context(), tx) })
	}
	again := try(func(ctx context.Context, tx desk.Tx) error {
		return tx.NewPerson(ctx, &desk.Person{Name: "a", PasswordHash: "x", Roles: []desk.Role{desk.RoleDuty}, CreatedAt: noon})
	})
	wantCode(t, again, desk.CodeConflict)
	var e *desk.Error
	if errors.As(again, &e); e.Field != "name" || e.Text != "这个用户名已经有人使用" {
		t.Errorf("%q %q", e.Field, e.Text)
	}
	wantCode(t, try(func(ctx context.Context, tx desk.Tx) error {
		return tx.NewPerson(ctx, &desk.Person{Name: "two hats", PasswordHash: "x", Roles: []desk.Role{desk.RoleSysadmin, desk.RoleAuditor}, CreatedAt: noon})
	}), desk.CodeConflict)
	wantCode(t, try(func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "nul\x00", []byte(`1`)) }), desk.CodeInvalid)
	wantCode(t, try(func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "bad \xff", []byte(`1`)) }), desk.CodeInvalid)
	wantCode(t, try(func(ctx context.Context, tx desk.Tx) error { return tx.RawDone(ctx, 404) }), desk.CodeNotFound)
	wantCode(t, try(func(ctx context.Context, tx desk.Tx) error {
		_, err := tx.PersonByName(ctx, "nobody", true)
		return err
	}), desk.CodeNotFound)
}

func TestLostDatabaseIsUnavailable(t *testing.T) {
	t.Parallel()
	url := pgtest.New(t)
	s := openURL(t, url)
	other := openURL(t, url)
	err := s.InTx(t.Context(), func(tx desk.Tx) error {
		if _, err := tx.PersonByName(t.Context(), "x", false); desk.CodeOf(err) != desk.CodeNotFound {
			return err
		}
		if _, err := other.Pool().Exec(t.Context(), `
			SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()`); err != nil {
			t.Fatal(err)
		}
		return tx.SetSetting(t.Context(), "a", []byte(`1`))
	})
	wantCode(t, err, desk.CodeUnavailable)
	var e *desk.Error
	if errors.As(err, &e); e.RetryAfter == 0 {
		t.Error("no word on when to come back")
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.SetSetting(ctx, "a", []byte(`2`)) }) // it recovers by itself
}

func TestFullPoolIsUnavailableNotForEver(t *testing.T) {
	t.Parallel()
	s, err := pg.Open(t.Context(), pgtest.New(t), pg.Options{MaxConns: 1})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		short, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
		defer cancel()
		wantCode(t, s.View(short, func(desk.Tx) error { return nil }), desk.CodeUnavailable)
		return nil
	})
}
