package hotline

import (
	"encoding/json"
	"maps"
	"slices"
	"testing"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
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
	for _, x := range corpus.Texts(f, 10) {
		m := ingesttest.Message{ID: x.Title, Title: x.Title, Body: x.Body}
		f.Add(false, rawJSON(m).Bytes)
		f.Add(true, rawLines(m).Bytes)
	}
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

// FuzzScan holds the walker to the standard library: the same members with the
// same bytes, in objects and arrays.
func FuzzScan(f *testing.F) {
	for _, s := range []string{`{"a":1,"b":"x","c":[1,{"d":"]"}],"e":{"f":"\\""},"g":null}`, `{}`, `[]`, ` [1, "a,]" ,{"b":[]},[[]] ] `, `{"\u0061":true , "b" : -1e5 }`, `{"a":1,"a":2}`} {
		f.Add([]byte(s))
	}
	for _, x := range corpus.Texts(f, 10) {
		f.Add(rawJSON(ingesttest.Message{ID: x.Title, Title: x.Title, Body: x.Body}).Bytes)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		b = trimSpace(b)
		if !json.Valid(b) || !utf8.Valid(b) {
			return
		}
		switch b[0] {
		case '{':
			var want map[string]json.RawMessage
			if err := json.Unmarshal(b, &want); err != nil {
				return // nested beyond what the library decodes
			}
			got := map[string]json.RawMessage{}
			for name, v := range members(b) {
				got[name] = v
			}
			if !maps.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
				t.Errorf("%q: %q, want %q", b, got, want)
			}
		case '[':
			var want []json.RawMessage
			if err := json.Unmarshal(b, &want); err != nil {
				return
			}
			if got := elements(b); !slices.EqualFunc(got, want, func(a, b json.RawMessage) bool { return string(a) == string(b) }) {
				t.Errorf("%q: %q, want %q", b, got, want)
			}
		}
	})
}
