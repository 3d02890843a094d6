package desk_test

import (
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

func TestQuarantinedByIDGivesTheBytes(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	whole := `{"title": no quotes, 13912344471}`
	if _, err := o.Receive(t.Context(), o.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(whole)}}}); err != nil {
		t.Fatal(err)
	}
	q, err := o.QuarantinedByID(t.Context(), o.As(desk.RoleDuty), 1)
	if err != nil || string(q.Bytes) != whole || q.State != "open" {
		t.Errorf("%q, %v", q.Bytes, err)
	}
	if got := q.Excerpt(o.As(desk.RoleDuty), 100); got == whole || len(got) != len(whole) {
		t.Errorf("the number shows: %s", got)
	}
	if _, err := o.QuarantinedByID(t.Context(), o.As(desk.RolePress), 1); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("as the press officer: %v", err)
	}
	if _, err := o.QuarantinedByID(t.Context(), o.As(desk.RoleDuty), 9); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("one that isn't there: %v", err)
	}
}
