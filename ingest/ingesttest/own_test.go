package ingesttest

import (
	"encoding/json"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/ingest"
)

// asJSON is a raw as the desk's own pages write it.
func asJSON(v any) desk.Raw {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	return desk.Raw{ContentType: "application/json", Bytes: b}
}

// TestSeat: what an operator types passes what every source passes.
func TestSeat(t *testing.T) {
	Parsers(t, ingest.Kind{Name: desk.SeatSource, Channel: desk.ChannelHotline, Parser: desk.SeatParser{}}, desk.Source{Name: "坐席"}, func(msgs ...Message) desk.Raw {
		return asJSON(desk.Incoming{ExternalID: msgs[0].ID, Title: msgs[0].Title, Body: msgs[0].Body, Author: desk.Author{Phone: "13900000000"}, Picked: map[string]string{desk.FieldKind: desk.KindHelp}})
	})
}

// TestLetters: so do the letters of the public box.
func TestLetters(t *testing.T) {
	Parsers(t, ingest.Kind{Name: desk.LetterSource, Channel: desk.ChannelMailbox, Parser: desk.LetterParser{}}, desk.Source{Name: "信箱"}, func(msgs ...Message) desk.Raw {
		return asJSON(desk.Incoming{ExternalID: msgs[0].ID, Title: msgs[0].Title, Body: msgs[0].Body, Sealed: true})
	})
}

// TestOwnWords: what can't be read is called by what it is.
func TestOwnWords(t *testing.T) {
	t.Parallel()
	for word, p := range map[string]desk.Parser{"坐席记录": desk.SeatParser{}, "来信": desk.LetterParser{}, "粘贴": desk.PasteParser{}} {
		if _, err := p.Parse(desk.Source{}, desk.Raw{Bytes: []byte("{")}, nil); err == nil || !strings.HasPrefix(err.Error(), word) {
			t.Errorf("%s: %v", word, err)
		}
	}
}

// TestPaste: and what is pasted from a platform, its screenshot with it.
func TestPaste(t *testing.T) {
	Parsers(t, ingest.Kind{Name: desk.PasteSource, Channel: desk.ChannelMedia, Parser: desk.PasteParser{}}, desk.Source{Name: "粘贴"}, func(msgs ...Message) desk.Raw {
		seen, reads := desktest.Start, int64(1200)
		return asJSON(map[string]any{"shot": []byte("\x89PNG\r\n\x1a\n"), "incoming": desk.Incoming{ExternalID: "paste:" + msgs[0].ID, Title: msgs[0].Title, Body: msgs[0].Body,
			URL: "https://weibo.example/1", Reach: &reads, Extra: &desk.Extra{Platform: "微博", Captured: &seen, Shot: &desk.Shot{Name: "a.png", Type: "image/png", Size: 8}}}})
	})
}
