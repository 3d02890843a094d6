package desk

import (
	"strconv"
	"time"
)

// BatchLine is one item in the event of a batch, with the scope that decides who
// gets to see the line.
type BatchLine struct {
	ID         string `json:"id"`
	Status     string `json:"status"`
	Region     string `json:"region,omitempty"`
	Department string `json:"department,omitempty"`
}

// BatchData is the data of the event of a batch.
type BatchData struct {
	Items []BatchLine `json:"items"`
}

// intakeEvent is the one event of a commit of items: about the item when it is
// one, else about the batch. Duplicates, also in quarantine, change nothing and
// aren't in it.
func intakeEvent(src Source, parts []*part, now time.Time) (Event, bool) {
	who := Actor{SourceID: src.ID, Name: src.Name, Via: "key"}
	lines := make([]BatchLine, 0, len(parts))
	var only *part
	for _, p := range parts {
		if p.res.Status == StatusDuplicate || p.again {
			continue
		}
		only = p
		lines = append(lines, BatchLine{ID: strconv.FormatInt(p.res.ID, 10), Status: p.res.Status, Region: p.item.Region(),
			Department: p.item.Verdict.Department()})
	}
	var e Event
	switch len(lines) {
	case 0:
		return Event{}, false
	case 1:
		kind := "item"
		if only.res.Status == StatusQuarantined {
			kind = "quarantine"
		}
		e = event(who, now, "item."+only.res.Status, kind, only.res.ID)
		e.Region, e.Department = lines[0].Region, lines[0].Department
		e = e.with(map[string]any{"id": lines[0].ID, "status": only.res.Status})
	default:
		e = event(who, now, "item.created", "batch", only.raw.ID).with(BatchData{Items: lines})
	}
	e.SourceID = src.ID
	return e, true
}
