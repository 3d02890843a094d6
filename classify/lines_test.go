package classify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func run(t *testing.T, input string) []map[string]json.RawMessage {
	t.Helper()
	var out bytes.Buffer
	if err := Verdicts(t.Context(), engine(t), strings.NewReader(input), &out); err != nil {
		t.Fatal(err)
	}
	var lines []map[string]json.RawMessage
	for line := range strings.Lines(out.String()) {
		m := map[string]json.RawMessage{}
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, m)
	}
	return lines
}

func TestVerdictsKeepTheContract(t *testing.T) {
	t.Parallel()
	lines := run(t, `{"id":"a","title":"路灯","text":"坏了"}`+"\n")
	if len(lines) != 1 {
		t.Fatalf("%d lines", len(lines))
	}
	for _, field := range []string{"id", "kind", "category", "departments", "department", "region", "place", "urgency", "group_risk", "facts", "level", "occurred", "rumour", "sentiment", "confidence", "evidence"} {
		if _, ok := lines[0][field]; !ok {
			t.Errorf("%s is missing", field)
		}
	}
	for field, want := range map[string]string{
		"id": `"a"`, "kind": "null", "region": "null", "place": "null", "department": "null", "departments": "[]", "evidence": "[]", "level": "null", "occurred": "null",
		"facts": `{"deaths":null,"missing":null,"injured":null,"serious_injured":null,"poisoned":null,"loss_yuan":null,"crowd":null,"at_risk":null}`,
	} {
		if got := string(lines[0][field]); got != want {
			t.Errorf("%s is %s, want %s", field, got, want)
		}
	}
}

func TestVerdictsAnswerBadLines(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ line, id, part string }{
		{`{bad`, "null", "JSON"},
		{`[1]`, "null", "对象"},
		{`null`, "null", "title"},
		{`{"id":7}`, "7", "title"},
		{`{"id":"x","title":5}`, `"x"`, "title"},
		{`{"id":{"a":1},"title":"路"}`, "null", "id"},
		{`{"id":"x","text":"路","at":"昨天"}`, `"x"`, "at"},
	} {
		lines := run(t, c.line+"\n"+`{"id":2,"text":"路"}`+"\n")
		if len(lines) != 2 || string(lines[0]["id"]) != c.id || !strings.Contains(string(lines[0]["error"]), c.part) || string(lines[1]["id"]) != "2" {
			t.Errorf("%s: %s", c.line, lines)
		}
	}
}

func TestVerdictsKeepOrder(t *testing.T) {
	t.Parallel()
	var input strings.Builder
	for i := range 3000 {
		fmt.Fprintf(&input, "{\"id\":%d,\"text\":%q}\n", i, strings.Repeat("积水", i%50))
		if i%7 == 0 {
			input.WriteString("\n")
		}
	}
	lines := run(t, input.String())
	if len(lines) != 3000 {
		t.Fatalf("%d lines", len(lines))
	}
	for i, l := range lines {
		if string(l["id"]) != fmt.Sprint(i) {
			t.Fatalf("line %d has id %s", i, l["id"])
		}
	}
}

func TestVerdictsPassOverALongLine(t *testing.T) {
	t.Parallel()
	long := `{"id":1,"text":"` + strings.Repeat("水", LineLimit/3) + `"}`
	fits := `{"id":2,"text":"` + strings.Repeat("水", 12<<20/3) + `"}`
	lines := run(t, long+"\n"+fits+"\n"+`{"id":3,"text":"积水"}`)
	if len(lines) != 3 || lines[0]["error"] == nil || lines[1]["error"] != nil || string(lines[2]["place"]) != `"积水"` {
		t.Errorf("%d lines, %s", len(lines), lines[0]["error"])
	}
}

func TestVerdictsAnswerBeforeTheInputEnds(t *testing.T) {
	t.Parallel()
	in, feed := io.Pipe()
	answers, out := io.Pipe()
	done := make(chan error, 1)
	go func() {
		done <- Verdicts(t.Context(), engine(t), in, out)
		out.Close()
	}()
	go func() { _, _ = feed.Write([]byte("{\"id\":1,\"text\":\"水\"}\n")) }()
	var first map[string]json.RawMessage
	if err := json.NewDecoder(answers).Decode(&first); err != nil || string(first["id"]) != "1" {
		t.Errorf("%v %v", first, err)
	}
	feed.Close()
	go func() { _, _ = io.Copy(io.Discard, answers) }()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func TestVerdictsReportWriting(t *testing.T) {
	t.Parallel()
	input := strings.Repeat("{\"id\":1,\"text\":\"水\"}\n", 20000)
	if err := Verdicts(t.Context(), engine(t), strings.NewReader(input), full{}); !errors.Is(err, errFull) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := Verdicts(ctx, engine(t), strings.NewReader(input), io.Discard); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestInstant(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"2026-03-01T08:00:00Z": "2026-03-01T08:00:00Z", "2026-03-01T08:00:00": "2026-03-01T00:00:00Z", "2026-03-01": "2026-02-28T16:00:00Z",
	} {
		if got, ok := Instant(given); !ok || got.UTC().Format("2006-01-02T15:04:05Z07:00") != want {
			t.Errorf("%s: %v %v", given, got, ok)
		}
	}
	if _, ok := Instant("昨天"); ok {
		t.Error("昨天 was taken")
	}
}

func FuzzParseLine(f *testing.F) {
	f.Add([]byte(`{"id":1,"title":"a"}`))
	f.Add([]byte(`{"id":"\ud800","text":null}`))
	for _, x := range corpus.Texts(f, 10) {
		b, err := json.Marshal(map[string]string{"id": x.Title, "title": x.Title, "text": x.Body})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, line []byte) {
		parsed := ParseLine(line)
		if !json.Valid(parsed.ID) {
			t.Fatalf("id %q isn't JSON", parsed.ID)
		}
		if parsed.Err == nil {
			var w bytes.Buffer
			if err := EncodeVerdict(&w, parsed.ID, &desk.Verdict{}); err != nil || !json.Valid(w.Bytes()) {
				t.Fatalf("%q %v", w.String(), err)
			}
		}
	})
}

func TestMeasure(t *testing.T) {
	t.Parallel()
	texts := SampleTexts(50)
	if texts[0].Title == texts[1].Title || texts[0].Body == "" {
		t.Errorf("poor samples: %+v", texts[:2])
	}
	clock := fakeClock()
	s, err := Measure(t.Context(), clock, engine(t), Bigrams{}, texts, 2)
	if err != nil || s.Cut <= 0 || s.Ratio() != 1 { // the fake clock gives both sides a second
		t.Errorf("%+v %v", s, err)
	}
}
