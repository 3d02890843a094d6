package ingest_test

import (
	"context"
	"encoding/json"
	"testing"

	"huiying/desk"
	"huiying/ingest"
)

// demanding is a poller whose bookmark holds a demand.
type demanding struct{ pollFunc }

func (demanding) TrialCursor(b json.RawMessage) json.RawMessage {
	return append([]byte("demand of "), b...)
}

// TestTrialBookmark: a trial begins at the beginning; of the bookmark only what the
// poller says is asked of its server stays.
func TestTrialBookmark(t *testing.T) {
	t.Parallel()
	var got string
	poll := pollFunc(func(_ context.Context, src desk.Source, _ ingest.Keep) error {
		got = string(src.Cursor)
		return nil
	})
	for want, p := range map[string]ingest.Poller{"": poll, `demand of {"at":7}`: demanding{poll}} {
		got = "nothing polled"
		fetch := ingest.Fetchers([]ingest.Kind{{Name: "test", Poller: p}})["test"]
		if _, err := fetch(t.Context(), desk.Source{Cursor: json.RawMessage(`{"at":7}`)}); err != nil || got != want {
			t.Errorf("bookmark %q, want %q: %v", got, want, err)
		}
	}
}
