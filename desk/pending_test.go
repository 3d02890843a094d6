package desk_test

import (
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// Texts that can't be read don't keep the others from being read, however many.
func TestTextsThatCannotBeReadStarveNobody(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	var batch []desk.Incoming
	for i := range 250 {
		batch = append(batch, desk.Incoming{Title: fmt.Sprint("读不了的来件", i)})
	}
	last := o.Push(append(batch, desk.Incoming{Title: "读得了"})...)[250].ID
	o.Classifier = &reader{}
	if _, err := o.ClassifyPending(t.Context(), o.Now()); err != nil {
		t.Fatal(err)
	}
	f, err := o.Item(t.Context(), o.As(desk.RoleDuty), last)
	if err != nil || f.Item.Verdict == nil || f.Item.Verdict.Kind != desk.KindComplaint {
		t.Errorf("%+v, %v", f.Item.Verdict, err)
	}
}

// What a person set while the machine was away holds, and the machine still reads
// the rest: at the seat, by correction, and across a new version.
func TestChoicesHoldWhileTheMachineIsAway(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	machine := &reader{}
	o.Classifier = machine
	operator, duty := o.As(desk.RoleOperator), o.As(desk.RoleDuty)
	machine.down.Store(true)
	call := desk.Incoming{ExternalID: "form-1", Title: "来电", Picked: map[string]string{desk.FieldKind: desk.KindHelp, desk.FieldCategory: "民政"}}
	atSeat, err := o.LogCall(t.Context(), operator, call)
	if err != nil {
		t.Fatal(err)
	}
	pushed := o.Push(desk.Incoming{ExternalID: "p", Title: "推送"})[0]
	if _, err := o.CorrectItem(t.Context(), duty, desk.Correction{Item: pushed.ID, Fields: map[string]string{desk.FieldKind: desk.KindPraise}}); err != nil {
		t.Fatal(err)
	}
	o.Push(desk.Incoming{ExternalID: "p", Title: "推送", Body: "补充"})
	want := func(when string, id int64, kind, urgency string, version int) {
		t.Helper()
		f, err := o.Item(t.Context(), duty, id)
		if err != nil || f.Item.Verdict == nil || f.Item.Verdict.Kind != kind || f.Item.Verdict.Urgency != urgency || f.Item.Version != version {
			t.Errorf("%s: %+v v%d, %v", when, f.Item.Verdict, f.Item.Version, err)
		}
	}
	want("seat, unread", atSeat.ID, desk.KindHelp, "", 1)
	want("pushed, unread", pushed.ID, desk.KindPraise, "", 2)
	machine.down.Store(false)
	if _, err := o.ClassifyPending(t.Context(), o.Now()); err != nil {
		t.Fatal(err)
	}
	want("seat, read", atSeat.ID, desk.KindHelp, desk.UrgencyNormal, 1)
	want("pushed, read", pushed.ID, desk.KindPraise, desk.UrgencyNormal, 2)
	// Saved again with another choice, the new choice holds.
	call.Picked = map[string]string{desk.FieldKind: desk.KindReport}
	if res, err := o.LogCall(t.Context(), operator, call); err != nil || res.Status != desk.StatusUpdated {
		t.Fatal(res, err)
	}
	want("seat, saved again", atSeat.ID, desk.KindReport, desk.UrgencyNormal, 2)
}

// Two nodes that read the same items say so once.
func TestPendingItemsAreReadOnce(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Push(desk.Incoming{Title: "来件"})
	o.Classifier = &reader{}
	errs := make(chan error, 4)
	for range 4 {
		go func() { _, err := o.ClassifyPending(t.Context(), o.Now()); errs <- err }()
	}
	for range 4 {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: "item.updated"})
	if err != nil || len(events) != 1 {
		t.Errorf("%d events, %v", len(events), err)
	}
}

// Of a correction the record keeps that the place changed, not where somebody lives,
// and what comes back is masked.
func TestACorrectionKeepsThePlaceOffTheRecord(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = &reader{}
	id := o.Push(desk.Incoming{Title: "来件", Author: desk.Author{Name: "李小明", Phone: "13900001111"}})[0].ID
	it, err := o.CorrectItem(t.Context(), o.As(desk.RoleDuty), desk.Correction{Item: id, Fields: map[string]string{desk.FieldPlace: "幸福小区3栋501"}})
	if err != nil || it.Author.Name != "李**" || it.Author.Phone != "139****1111" {
		t.Fatalf("%+v, %v", it.Author, err)
	}
	events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: "item.corrected"})
	if err != nil || len(events) != 1 {
		t.Fatal(events, err)
	}
	if e := events[0]; string(e.Before) != `{"place":"（地点）"}` || string(e.After) != `{"place":"（地点）"}` {
		t.Errorf("on the record: %s %s", e.Before, e.After)
	}
}

// A number that somebody types into a reason isn't on the record for ever.
func TestReasonsOnTheRecordCarryNoNumbers(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	id := o.Push(desk.Incoming{Title: "来件"})[0].ID
	if _, err := o.RevealItem(t.Context(), o.As(desk.RoleDuty), id, "回拨 13900001111 核实"); err != nil {
		t.Fatal(err)
	}
	events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: "item.revealed"})
	if err != nil || len(events) != 1 || events[0].Why != "回拨 139****1111 核实" {
		t.Errorf("%+v, %v", events, err)
	}
}
