package hotline

import (
	"encoding/json"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

var kind = ingest.Kind{Name: "hotline", Channel: desk.ChannelHotline, Parser: Parser{}}

func rawJSON(msgs ...ingesttest.Message) desk.Raw {
	list := make([]map[string]any, len(msgs))
	for i, m := range msgs {
		list[i] = map[string]any{"external_id": m.ID, "title": m.Title, "body": m.Body}
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return desk.Raw{ContentType: TypeJSON, Bytes: b}
}

func rawLines(msgs ...ingesttest.Message) desk.Raw {
	var b []byte
	for _, m := range msgs {
		line, err := json.Marshal(map[string]any{"external_id": m.ID, "title": m.Title, "body": m.Body})
		if err != nil {
			panic(err)
		}
		b = append(append(b, line...), '\n')
	}
	return desk.Raw{ContentType: TypeNDJSON, Bytes: b}
}

func TestSuiteJSON(t *testing.T) {
	ingesttest.Parsers(t, kind, desk.Source{}, rawJSON)
}

func TestSuiteLines(t *testing.T) {
	ingesttest.Parsers(t, kind, desk.Source{}, rawLines)
}

// titled names an item by its place: the suite counts by titles, and the standard has none.
type titled struct{ Parser }

func (p titled) Parse(src desk.Source, raw desk.Raw, zone *time.Location) ([]desk.Part, error) {
	parts, err := p.Parser.Parse(src, raw, zone)
	for i := range parts {
		if in := &parts[i].Incoming; parts[i].Err == nil {
			in.Title = in.Place
		}
	}
	return parts, err
}

// A form holds one request; its body alone may change under the number it was given.
func TestSuiteForm(t *testing.T) {
	formKind := kind
	formKind.Parser = titled{}
	ingesttest.Parsers(t, formKind, desk.Source{}, rawForm)
}
