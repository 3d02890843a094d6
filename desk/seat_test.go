package desk_test

import (
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// Whoever finishes a call that was kept, the record says who logged it, once.
func TestACallFinishedByTheSweepIsStillItsOperators(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	operator := o.As(desk.RoleOperator)
	call := desk.Incoming{ExternalID: "form-7", Title: "小区停水"}
	if _, err := o.LogCall(t.Context(), operator, desk.Incoming{Title: "先有一通"}); err != nil {
		t.Fatal(err) // the seat's source is there
	}
	whole := o.Store
	o.Store = &dying{whole, 2} // the source, the raw; not the item
	_, err := o.LogCall(t.Context(), operator, call)
	o.Store = whole
	if desk.CodeOf(err) != desk.CodeUnavailable {
		t.Fatal(err)
	}
	if _, err := o.FinishRaws(t.Context(), o.Clock.Move(2*time.Minute)); err != nil {
		t.Fatal(err)
	}
	if res, err := o.LogCall(t.Context(), operator, call); err != nil || res.Status != desk.StatusDuplicate {
		t.Fatal(res, err)
	}
	events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: "item.logged"})
	if err != nil || len(events) != 2 {
		t.Fatalf("%d events, %v", len(events), err)
	}
	for _, e := range events {
		if e.ActorID != operator.PersonID || e.Actor != operator.Name {
			t.Errorf("%+v", e)
		}
	}
}
