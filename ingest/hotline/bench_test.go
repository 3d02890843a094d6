package hotline

import (
	"bytes"
	"io"
	"net/http"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest/ingesttest"
)

// BenchmarkParse is the door's own share of the work: bytes to parts.
func BenchmarkParse(b *testing.B) {
	raw := rawLines(ingesttest.Messages(1, 500)...)
	zone := shanghai(b)
	b.SetBytes(int64(len(raw.Bytes)))
	for b.Loop() {
		parts, err := Parser{}.Parse(desk.Source{}, raw, zone)
		if err != nil || len(parts) != 500 {
			b.Fatal(len(parts), err)
		}
	}
}

// BenchmarkStream is NDJSON over HTTP to committed rows, without classification.
func BenchmarkStream(b *testing.B) {
	_, s := server(b, nil)
	from := 1
	const n = 20_000
	b.ReportMetric(0, "ns/op")
	for b.Loop() {
		body := rawLines(ingesttest.Messages(from, n)...).Bytes
		from += n
		began := time.Now()
		res, err := http.DefaultClient.Do(request(b, s.URL, TypeNDJSON, bytes.NewReader(body)))
		if err != nil {
			b.Fatal(err)
		}
		answer, err := io.ReadAll(res.Body)
		res.Body.Close()
		if err != nil || bytes.Count(answer, []byte(`"created"`)) != n {
			b.Fatalf("%d %v", bytes.Count(answer, []byte(`"created"`)), err)
		}
		b.ReportMetric(n/time.Since(began).Seconds(), "items/s")
	}
}
