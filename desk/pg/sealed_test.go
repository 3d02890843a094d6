package pg_test

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/migrations"
)

// TestMigrationSealsWhatWasThere: what lay in quarantine before the mark was kept counts
// as sealed where its source may bring such, or its bytes speak of 举报.
func TestMigrationSealsWhatWasThere(t *testing.T) {
	t.Parallel()
	s := open(t)
	want := map[string]bool{}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, x := range []struct {
			name, kind, settings, share, raw string
			sealed                           bool
		}{
			{"热线", "hotline", "", "路灯", "路灯", false}, {"热线举报", "hotline", "", "举报", "x", true}, {"整份举报", "hotline", "", "", "我要举报", true}, {"只在别份", "hotline", "", "路灯", "我要举报", false},
			{"镜像", "mirror", `{"sealed":"/secret"}`, "路灯", "x", true}, {"不标保密的镜像", "mirror", `{"title":"/t"}`, "路灯", "x", false}, {"信箱", "letters", "", "", "路灯", true}, {"摆渡", "ferry", "", "", "路灯", true},
		} {
			src := desk.Source{Kind: x.kind, Channel: desk.ChannelHotline, Name: x.name, NextPollAt: noon, CreatedAt: noon}
			if x.settings != "" {
				src.Settings = json.RawMessage(x.settings)
			}
			if err := tx.NewSource(ctx, &src); err != nil {
				return err
			}
			raw := desk.Raw{SourceID: src.ID, ContentType: "text/plain", Bytes: []byte(x.raw), Digest: []byte(x.name), ReceivedAt: noon}
			if err := tx.KeepRaw(ctx, &raw, noon); err != nil {
				return err
			}
			q := desk.Quarantined{SourceID: src.ID, RawID: raw.ID, Reason: "读不了", At: noon, State: "open"}
			if x.share != "" {
				q.Bytes = []byte(x.share)
			}
			if _, err := tx.Quarantine(ctx, []desk.Quarantined{q}); err != nil {
				return err
			}
			want[x.name] = x.sealed
		}
		return nil
	})
	b, err := migrations.FS.ReadFile("0022_quarantine_sealed.sql")
	if err != nil {
		t.Fatal(err)
	}
	_, update, ok := strings.Cut(string(b), "UPDATE quarantine")
	if !ok {
		t.Fatal("the migration marks nothing")
	}
	if _, err := s.Pool().Exec(t.Context(), "UPDATE quarantine"+update); err != nil {
		t.Fatal(err)
	}
	got := map[string]bool{}
	in(t, s, func(ctx context.Context, tx desk.Tx) error {
		for _, q := range must[[]desk.Quarantined](t)(tx.ListQuarantined(ctx, everywhere, "", desk.Page{})) {
			got[q.Source] = q.Sealed
		}
		return nil
	})
	if !maps.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}
