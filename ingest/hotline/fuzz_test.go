package hotline

import (
	"testing"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

func FuzzParse(f *testing.F) {
	for _, m := range ingesttest.Messages(1, 2) {
		f.Add(false, rawJSON(m).Bytes)
		f.Add(true, rawLines(m).Bytes)
	}
	for _, r := range ingesttest.Hostile(rawLines(ingesttest.Messages(1, 1)...)) {
		if len(r.Bytes) < 1<<16 {
			f.Add(true, r.Bytes)
		}
	}
	f.Add(true, []byte(`{"title":"\ud83d\ude00","author":{"name":"a","phone":null},"reach":1e3,"occurred_at":"2026-03-05 14:30"}`))
	f.Fuzz(func(t *testing.T, lines bool, b []byte) {
		raw := desk.Raw{ContentType: TypeJSON, Bytes: b}
		if lines {
			raw.ContentType = TypeNDJSON
		}
		if why := ingesttest.Unsound(Parser{}, raw); why != "" {
			t.Error(why)
		}
	})
}
