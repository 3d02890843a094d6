package pg_test

import (
	"context"
	"reflect"
	"testing"
	"time"

	"github.com/alexedwards/scs/v2"

	"huiying/desk"
	"huiying/desk/pg"
)

func TestPersonRoundTrip(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := person(t, s, "王")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if got := must[desk.Person](t)(tx.PersonByName(ctx, "王", true)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		until := noon.Add(time.Minute)
		want.FailedLogins, want.LockedUntil, want.Region, want.Department, want.Roles = 5, &until, "5306", "住建局", []desk.Role{desk.RoleLeader}
		if err := tx.SavePerson(ctx, want); err != nil {
			return err
		}
		if got := must[desk.Person](t)(tx.PersonByID(ctx, want.ID, false)); !reflect.DeepEqual(got, want) {
			t.Errorf("got %+v, want %+v", got, want)
		}
		if list := must[[]desk.Person](t)(tx.ListPeople(ctx)); len(list) != 1 {
			t.Errorf("people %v", list)
		}
		return nil
	})
}

func TestTokenSaysWhoseItIs(t *testing.T) {
	t.Parallel()
	s := open(t)
	p := person(t, s, "王")
	src, _ := source(t, s, "热线")
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.NewToken(ctx, []byte{1}, p.ID, 0, noon); err != nil {
			return err
		}
		if err := tx.NewToken(ctx, []byte{2}, 0, src.ID, noon); err != nil {
			return err
		}
		for digest, want := range map[byte][2]int64{1: {p.ID, 0}, 2: {0, src.ID}} {
			if person, source, err := tx.ByToken(ctx, []byte{digest}); person != want[0] || source != want[1] || err != nil {
				t.Errorf("%d: %d %d %v", digest, person, source, err)
			}
		}
		_, _, err := tx.ByToken(ctx, []byte{3})
		wantCode(t, err, desk.CodeNotFound)
		return nil
	})
}

func TestSourceIsPolledByOneNodeAtATime(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := desk.Source{Kind: "feed", Channel: desk.ChannelMedia, Name: "晚报", URL: "https://example.invalid/rss", Username: "u", Password: "p", NextPollAt: noon, CreatedAt: noon}
	in(t, s, func(ctx context.Context, tx desk.Tx) error { return tx.NewSource(ctx, &want) })
	source(t, s, "热线") // another kind
	kinds := []string{"feed", "mailbox"}
	claim := func(now time.Time, lease string) (src desk.Source, ok bool) {
		in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			src, ok, err = tx.ClaimSource(ctx, kinds, now, now.Add(time.Minute), lease)
			return err
		})
		return src, ok
	}
	if _, ok := claim(noon.Add(-1*time.Second), "a"); ok {
		t.Fatal("claimed before it is due")
	}
	got, ok := claim(noon, "a")
	want.Lease = "a"
	if !ok || !reflect.DeepEqual(got, want) {
		t.Fatalf("claimed %+v, want %+v", got, want)
	}
	if _, ok := claim(noon.Add(59*time.Second), "b"); ok {
		t.Fatal("claimed while leased")
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if at, ok, err := tx.NextPoll(ctx, kinds); !ok || !at.Equal(noon.Add(time.Minute)) {
			t.Errorf("next %v %v %v", at, ok, err)
		}
		return tx.MoveCursor(ctx, want.ID, "a", []byte(`{"etag": "1"}`))
	})
	if got, ok = claim(noon.Add(time.Minute), "b"); !ok || string(got.Cursor) != `{"etag": "1"}` {
		t.Fatalf("the lease is over: %+v %v", got, ok)
	}
	for name, act := range map[string]func(ctx context.Context, tx desk.Tx) error{
		"cursor": func(ctx context.Context, tx desk.Tx) error { return tx.MoveCursor(ctx, want.ID, "a", []byte(`{}`)) },
		"polled": func(ctx context.Context, tx desk.Tx) error { return tx.Polled(ctx, want) },
		"lease": func(ctx context.Context, tx desk.Tx) error {
			return tx.RenewLease(ctx, want.ID, "a", noon.Add(time.Hour))
		},
	} {
		if err := s.InTx(t.Context(), func(tx desk.Tx) error { return act(t.Context(), tx) }); desk.CodeOf(err) != desk.CodeConflict {
			t.Errorf("%s by a node that slept: %v", name, err)
		}
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		return tx.RenewLease(ctx, want.ID, "b", noon.Add(5*time.Minute))
	})
	if _, ok := claim(noon.Add(299*time.Second), "c"); ok {
		t.Fatal("claimed while its lease was renewed")
	}
	got.NextPollAt, got.LastError, got.LastErrorAt, got.Failures = noon.Add(time.Hour), "超时", &noon, 3
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.Polled(ctx, got); err != nil {
			return err
		}
		got.Lease = ""
		if is := must[desk.Source](t)(tx.SourceByName(ctx, "晚报")); !reflect.DeepEqual(is, got) {
			t.Errorf("is %+v, want %+v", is, got)
		}
		return tx.SetSourceState(ctx, want.ID, "paused")
	})
	if _, ok := claim(noon.Add(2*time.Hour), "c"); ok {
		t.Error("claimed while paused")
	}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if at, ok, err := tx.NextPoll(ctx, kinds); ok || err != nil {
			t.Errorf("next of a paused source: %v %v", at, err)
		}
		if list := must[[]desk.Source](t)(tx.ListSources(ctx)); len(list) != 2 {
			t.Errorf("sources %v", list)
		}
		return nil
	})
}

// TestSettingIsLockedBeforeItIsThere has two administrators add to the same list.
func TestSettingIsLockedBeforeItIsThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	errs := make(chan error, 8)
	for range cap(errs) {
		go func() {
			errs <- s.InTx(t.Context(), func(tx desk.Tx) error {
				v, err := tx.Setting(t.Context(), "list", true)
				if err != nil {
					return err
				}
				if v == nil {
					v = []byte(`[]`)
				}
				more := append(v[:len(v)-1:len(v)-1], []byte(`,1]`)...)
				if len(v) == 2 {
					more = []byte(`[1]`)
				}
				return tx.SetSetting(t.Context(), "list", more)
			})
		}()
	}
	for range cap(errs) {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	if n := count(t, s, `SELECT jsonb_array_length(value) FROM setting WHERE key = 'list'`); n != cap(errs) {
		t.Errorf("%d entries, want %d", n, cap(errs))
	}
}

var _ scs.CtxStore = (*pg.Sessions)(nil)

func TestSessionsEndByRealTime(t *testing.T) {
	t.Parallel()
	s := open(t)
	now := noon
	sessions := s.Sessions(func() time.Time { return now })
	ctx := t.Context()
	find := func(token, want string) {
		t.Helper()
		data, found, err := sessions.FindCtx(ctx, token)
		if err != nil || found != (want != "") || string(data) != want {
			t.Errorf("%q: %q %v %v", token, data, found, err)
		}
	}
	for _, data := range []string{"one", "two"} {
		if err := sessions.CommitCtx(ctx, "t", []byte(data), noon.Add(time.Hour)); err != nil {
			t.Fatal(err)
		}
		find("t", data)
	}
	find("unknown", "")
	find("made\x00up", "")
	if err := sessions.DeleteCtx(ctx, "unknown"); err != nil {
		t.Error(err)
	}
	now = noon.Add(time.Hour)
	find("t", "")
	if n, err := sessions.DeleteEnded(ctx); n != 1 || err != nil {
		t.Errorf("%d ended: %v", n, err)
	}
	if err := sessions.CommitCtx(ctx, "t", []byte("x"), now.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	if err := sessions.DeleteCtx(ctx, "t"); err != nil {
		t.Error(err)
	}
	find("t", "")
}
