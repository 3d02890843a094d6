package stream

import (
	"encoding/json"
	"testing"

	"huiying/desk"
	"huiying/ingest/ingesttest"
	"huiying/ingest/media"
)

func rawOf(messages ...[]byte) desk.Raw {
	n := note{Stream: streamName}
	var all []byte
	for i, m := range messages {
		n.At = append(n.At, [2]uint64{uint64(i + 1), uint64(len(m))})
		all = append(all, m...)
	}
	return desk.Raw{ContentType: "application/json", Bytes: all, Note: mustJSON(n)}
}

func TestSuiteMessages(t *testing.T) {
	ingesttest.Parsers(t, kind(), desk.Source{URL: "nats://embedded/mentions", Settings: json.RawMessage(media.DefaultMapping)}, func(msgs ...ingesttest.Message) desk.Raw {
		var list [][]byte
		for _, m := range msgs {
			list = append(list, mention(m))
		}
		return rawOf(list...)
	})
}

func TestSuiteServer(t *testing.T) {
	ingesttest.Pollers(t, kind(), func(t testing.TB, password string) (ingesttest.Outside, desk.Source) {
		b := startBroker(t, password)
		return b, b.source()
	})
}

func FuzzParse(f *testing.F) {
	good := rawOf(mention(ingesttest.Messages(1, 1)[0]), []byte(`[{"title":"a"},{"title":"b"}]`), []byte("\xff"))
	f.Add(good.Bytes, []byte(good.Note))
	f.Add([]byte(`{"title":"a"}{"title":"b"}`), []byte(`{"at":[[1,13],[2,13]]}`))
	f.Add([]byte(`{"title":"a"}`), []byte(`{"at":[[1,18446744073709551615],[2,1]]}`))
	f.Add([]byte(`null`), []byte(`{"at":[[1,0],[2,0]]}`))
	f.Fuzz(func(t *testing.T, b, n []byte) {
		if why := ingesttest.Unsound(mapped{}, desk.Raw{Bytes: b, Note: n}); why != "" {
			t.Error(why)
		}
	})
}
