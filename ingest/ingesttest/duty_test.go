package ingesttest

import (
	"encoding/json"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/ingest"
)

// TestDutyRoom: what is written down in the duty room passes what every source passes.
func TestDutyRoom(t *testing.T) {
	Parsers(t, ingest.Kind{Name: desk.DutySource, Channel: desk.ChannelDuty, Parser: desk.DutyParser{}}, desk.Source{Name: "值班室"}, func(msgs ...Message) desk.Raw {
		b, err := json.Marshal(desk.Incoming{ExternalID: msgs[0].ID, Title: msgs[0].Title, Body: msgs[0].Body,
			Extra: &desk.Extra{Duty: &desk.Duty{Form: desk.DutyReport, Unit: "清水区政府办", At: desktest.Start}}})
		if err != nil {
			panic(err)
		}
		return desk.Raw{ContentType: "application/json", Bytes: b}
	})
}
