package pg_test

import (
	"context"
	"reflect"
	"sync"
	"testing"
	"time"

	"huiying/desk"
)

func TestRawIsKeptAndClaimedOnce(t *testing.T) {
	t.Parallel()
	s := open(t)
	src, first := source(t, s, "热线")
	kept := desk.Raw{SourceID: src.ID, ContentType: "message/rfc822", Bytes: []byte("\x00\xff原件"), Digest: []byte{9}, ReceivedAt: noon,
		Note: []byte(`{"uid": 7}`)}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.RawDone(ctx, first.ID); err != nil {
			return err
		}
		return tx.KeepRaw(ctx, &kept, noon.Add(time.Minute))
	})
	if kept.ID == 0 || kept.Attempts != 1 {
		t.Fatalf("kept %+v: who keeps it begins to parse it", kept)
	}
	claim := func(now time.Time) (raws []desk.Raw) {
		in(t, s, func(ctx context.Context, tx desk.Tx) (err error) {
			raws, err = tx.ClaimRaws(ctx, now, now.Add(time.Minute), 10)
			return err
		})
		return raws
	}
	if early := claim(noon.Add(59 * time.Second)); len(early) != 0 {
		t.Fatalf("claimed while its keeper has it: %v", early)
	}
	var mu sync.Mutex
	var got []desk.Raw
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			raws := claim(noon.Add(time.Minute))
			mu.Lock()
			defer mu.Unlock()
			got = append(got, raws...)
		})
	}
	all.Wait()
	want := kept
	want.Attempts = 2
	if len(got) != 1 || !reflect.DeepEqual(got[0], want) {
		t.Fatalf("claimed %+v, want %+v", got, want)
	}
	want.Readings = 1
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		if err := tx.RawRead(ctx, kept.ID); err != nil {
			return err
		}
		raw, done, err := tx.LockRaw(ctx, kept.ID)
		if !reflect.DeepEqual(raw, want) || done || err != nil {
			t.Errorf("locked %+v %v %v", raw, done, err)
		}
		return tx.RawDone(ctx, kept.ID)
	})
	if late := claim(noon.Add(time.Hour)); len(late) != 0 {
		t.Fatalf("claimed when done: %v", late)
	}
}

func TestQuarantineKeepsBytesAndReason(t *testing.T) {
	t.Parallel()
	s := open(t)
	src, raw := source(t, s, "热线")
	other, _ := source(t, s, "另一条")
	qs := []desk.Quarantined{
		{SourceID: src.ID, RawID: raw.ID, Part: 3, Bytes: []byte{0, 255}, Field: "title", Reason: "太长", At: noon, State: "open", ExternalID: "X"},
		{SourceID: src.ID, RawID: raw.ID, Part: 1, Reason: "读不了", At: noon},
	}
	put := func() {
		in(t, s, func(ctx context.Context, tx desk.Tx) error { _, err := tx.Quarantine(ctx, qs); return err })
	}
	put()
	first := []int64{qs[0].ID, qs[1].ID}
	qs[0].ID, qs[1].ID = 0, 0
	put() // its raw is parsed again after a crash
	if first[0] == 0 || first[0] == first[1] || qs[0].ID != first[0] || qs[1].ID != first[1] {
		t.Fatalf("ids %v, then %d %d", first, qs[0].ID, qs[1].ID)
	}
	it := insert(t, s, item(raw, "X", "改好了"))[0]
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		q := must[desk.Quarantined](t)(tx.QuarantinedByID(ctx, first[0], true))
		want := qs[0]
		want.Source = src.Name
		if !reflect.DeepEqual(q, want) {
			t.Errorf("got %+v, want %+v", q, want)
		}
		q.State, q.ItemID = "mended", it.ID
		if err := tx.SaveQuarantined(ctx, q); err != nil {
			return err
		}
		for scope, want := range map[desk.Scope]int{everywhere: 1, {SourceID: src.ID}: 1, {SourceID: other.ID}: 0, {Region: "5306", Office: "530600"}: 1, {Region: "11", Office: "530600"}: 0} {
			if open := must[[]desk.Quarantined](t)(tx.ListQuarantined(ctx, scope, "open", desk.Page{})); len(open) != want {
				t.Errorf("%+v: %v", scope, open)
			}
		}
		mended := must[[]desk.Quarantined](t)(tx.ListQuarantined(ctx, everywhere, "mended", desk.Page{}))
		if len(mended) != 1 || mended[0].ItemID != it.ID {
			t.Errorf("mended %+v", mended)
		}
		return nil
	})
}
