package hotline

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	z, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return z
}

func at(s string) *time.Time {
	t, err := time.Parse(time.RFC3339, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func TestFields(t *testing.T) {
	t.Parallel()
	n := func(v int64) *int64 { return &v }
	for _, c := range []struct {
		name, in string
		want     desk.Incoming
		field    string // of the refusal
		refused  bool
	}{
		{name: "all", in: `{"external_id":"YZ-1","title":"路灯不亮","body":"三天了","occurred_at":"2026-03-05T14:30:00+08:00","place":"清水路","url":"https://example.com/1","author":{"name":"张三","phone":"13900000000"},"reach":120}`,
			want: desk.Incoming{ExternalID: "YZ-1", Title: "路灯不亮", Body: "三天了", OccurredAt: at("2026-03-05T14:30:00+08:00"), Place: "清水路", URL: "https://example.com/1",
				Author: desk.Author{Name: "张三", Phone: "13900000000"}, Reach: n(120)}},
		{name: "nulls are absent", in: `{"external_id":null,"title":"a","author":null,"occurred_at":null,"reach":null}`, want: desk.Incoming{Title: "a"}},
		{name: "unknown fields are let pass", in: `{"title":"a","district":{"x":[1]},"score":1.5}`, want: desk.Incoming{Title: "a"}},
		{name: "zone-less is the office's", in: `{"title":"a","occurred_at":"2026-03-05T14:30:00"}`, want: desk.Incoming{Title: "a", OccurredAt: at("2026-03-05T14:30:00+08:00")}},
		{name: "with a blank", in: `{"title":"a","occurred_at":"2026-03-05 14:30"}`, want: desk.Incoming{Title: "a", OccurredAt: at("2026-03-05T14:30:00+08:00")}},
		{name: "UTC", in: `{"title":"a","occurred_at":"2026-03-05T06:30:00Z"}`, want: desk.Incoming{Title: "a", OccurredAt: at("2026-03-05T06:30:00Z")}},
		{name: "whole float", in: `{"title":"a","reach":1.2e3}`, want: desk.Incoming{Title: "a", Reach: n(1200)}},
		{name: "surrogate pair", in: `{"title":"\ud83d\ude00好"}`, want: desk.Incoming{Title: "😀好"}},
		{name: "escaped backslash before u", in: `{"title":"C:\\ud800"}`, want: desk.Incoming{Title: `C:\ud800`}},

		{name: "id as number", in: `{"external_id":7,"title":"a"}`, refused: true, field: "external_id"},
		{name: "title as list", in: `{"title":["a"]}`, refused: true, field: "title"},
		{name: "body as object", in: `{"body":{}}`, refused: true, field: "body"},
		{name: "author as text", in: `{"title":"a","author":"张三"}`, refused: true, field: "author"},
		{name: "phone as number", in: `{"title":"a","author":{"phone":13900000000}}`, refused: true, field: "author.phone"},
		{name: "a word for a time", in: `{"title":"a","occurred_at":"昨天"}`, refused: true, field: "occurred_at"},
		{name: "a date is no instant", in: `{"title":"a","occurred_at":"2026-03-05"}`, refused: true, field: "occurred_at"},
		{name: "a number for a time", in: `{"title":"a","occurred_at":1772692200}`, refused: true, field: "occurred_at"},
		{name: "31 February", in: `{"title":"a","occurred_at":"2026-02-31T10:00:00"}`, refused: true, field: "occurred_at"},
		{name: "half a reader", in: `{"title":"a","reach":1.5}`, refused: true, field: "reach"},
		{name: "reach as text", in: `{"title":"a","reach":"12"}`, refused: true, field: "reach"},
		{name: "reach without end", in: `{"title":"a","reach":1e400}`, refused: true, field: "reach"},
		{name: "half a surrogate", in: `{"title":"a\ud83d b"}`, refused: true, field: "title"},
		{name: "the second half alone", in: `{"body":"\ude00"}`, refused: true, field: "body"},
		{name: "not UTF-8", in: "{\"title\":\"a\",\"body\":\"\xc2\xb7\xb5\xc6\"}", refused: true, field: "body"},
		{name: "not UTF-8 inside author", in: "{\"title\":\"a\",\"author\":{\"name\":\"\xd5\xc5\"}}", refused: true, field: "author.name"},
		{name: "a list", in: `[{"title":"a"}]`, refused: true},
		{name: "a word", in: `"a"`, refused: true},
		{name: "null", in: `null`, refused: true},
		{name: "cut off", in: `{"title":"a`, refused: true},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			p := parsePart([]byte(c.in), shanghai(t))
			if c.refused {
				if p.Err == nil || p.Err.Field != c.field || string(p.Bytes) != c.in || p.Err.Message() == "" {
					t.Errorf("got %+v, %v; want a refusal of %q with the bytes", p.Incoming, p.Err, c.field)
				}
				return
			}
			if p.Err != nil {
				t.Fatal(p.Err)
			}
			got, want := mustJSON(t, p.Incoming), mustJSON(t, c.want)
			if string(p.Incoming.Digest()) != string(c.want.Digest()) || p.Incoming.ExternalID != c.want.ExternalID {
				t.Errorf("got %s\nwant %s", got, want)
			}
		})
	}
}

func mustJSON(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOneBadLineNeverSinksTheOthers(t *testing.T) {
	t.Parallel()
	raw := desk.Raw{ContentType: TypeNDJSON, Bytes: []byte("\uFEFF{\"title\":\"甲\"}\r\n\n  \n{bad\n{\"title\":7}\n{\"title\":\"\x00\"}\n{\"title\":\"乙\"}")}
	parts, err := Parser{}.Parse(desk.Source{}, raw, shanghai(t))
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, p := range parts {
		if p.Err != nil {
			got = append(got, "!"+p.Err.Field)
		} else {
			got = append(got, p.Incoming.Title)
		}
	}
	if s := strings.Join(got, " "); s != "甲 ! !title ! 乙" {
		t.Errorf("got %q", s)
	}
}

func TestWholeDocuments(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int{
		`{"title":"a"}`: 1, `[]`: 0, `[{"title":"a"},5,null,"x",{"body":"b"}]`: 5, " \n[ {\"title\":\"a\"} ]\n": 1, "\uFEFF{\"title\":\"a\"}": 1,
		"": -1, "x": -1, `"a"`: -1, `5`: -1, `[{"title":"a"}`: -1, `{"title":"a"} {"title":"b"}`: -1, "{\"title\":\"\x01\"}": -1,
	} {
		parts, err := Parser{}.Parse(desk.Source{}, desk.Raw{ContentType: TypeJSON, Bytes: []byte(in)}, shanghai(t))
		if want < 0 {
			if desk.CodeOf(err) != desk.CodeInvalid {
				t.Errorf("%q: %d parts, %v; want it to be unreadable", in, len(parts), err)
			}
			continue
		}
		if err != nil || len(parts) != want {
			t.Errorf("%q: %d parts, %v; want %d", in, len(parts), err, want)
		}
	}
}
