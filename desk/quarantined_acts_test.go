package desk_test

import (
	"encoding/json"
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestRevealQuarantined: who may mend and may see personal data sees it as it is, for a
// reason that stands on the record, which holds nothing of the words.
func TestRevealQuarantined(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	duty := o.As(desk.RoleDuty)
	id := bring(t, o, `{"坏": 13912344471`)
	for _, role := range []desk.Role{desk.RoleSysadmin, desk.RoleDispatcher} {
		if q, err := o.RevealQuarantined(t.Context(), o.As(role), id, false, "修复"); desk.CodeOf(err) != desk.CodeForbidden || q.Bytes != nil {
			t.Errorf("as %s: %+v, %v", role, q, err)
		}
	}
	if _, err := o.RevealQuarantined(t.Context(), duty, id, false, " "); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	if _, err := o.RevealQuarantined(t.Context(), duty, 99, false, "修复"); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("one that isn't there: %v", err)
	}
	for file, typ := range map[bool]string{false: "quarantine.revealed", true: "quarantine.file"} {
		q, err := o.RevealQuarantined(t.Context(), duty, id, file, "回拨 13900001111 核实")
		if err != nil || string(q.Bytes) != `{"坏": 13912344471` {
			t.Fatalf("%+v, %v", q, err)
		}
		events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: typ})
		if err != nil || len(events) != 1 {
			t.Fatalf("%+v, %v", events, err)
		}
		if e := events[0]; e.Why != "回拨 139****1111 核实" || e.Actor != duty.Name || e.SourceID != o.Source.ID || e.Subject != (desk.Subject{Kind: "quarantine", ID: fmt.Sprint(id)}) ||
			string(mustCompact(t, e.Data)) != fmt.Sprintf(`{"id":"%d"}`, id) {
			t.Errorf("%+v", e)
		}
	}
}

func mustCompact(t *testing.T, b json.RawMessage) []byte {
	t.Helper()
	var v any
	if err := json.Unmarshal(b, &v); err != nil {
		t.Fatal(err)
	}
	out, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestDropQuarantined: what is nothing to mend is set aside for a reason, one or all like
// it, and taken up again; the same bytes brought once more don't wake it.
func TestDropQuarantined(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	admin, states := o.As(desk.RoleSysadmin), func() (open, dropped int) {
		for state, n := range map[string]*int{"open": &open, "dropped": &dropped} {
			list, err := o.Quarantine(t.Context(), o.As(desk.RoleSysadmin), state, desk.Page{})
			if err != nil {
				t.Fatal(err)
			}
			*n = len(list)
		}
		return open, dropped
	}
	a, _, other := bring(t, o, `{"甲`), bring(t, o, `{"乙`), bring(t, o, `[{"Title":""}]`)
	if _, _, err := o.DropQuarantined(t.Context(), admin, a, desk.LikeNone, " "); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("without a reason: %v", err)
	}
	for _, role := range []desk.Role{desk.RolePress, desk.RoleDispatcher} {
		_, _, err := o.DropQuarantined(t.Context(), o.As(role), a, desk.LikeNone, "空")
		_, _, back := o.ReopenQuarantined(t.Context(), o.As(role), a, desk.LikeNone, "")
		if desk.CodeOf(err) != desk.CodeForbidden || desk.CodeOf(back) != desk.CodeForbidden {
			t.Errorf("as %s: %v, %v", role, err, back)
		}
	}
	if _, _, err := o.DropQuarantined(t.Context(), admin, 99, desk.LikeSource, "空"); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("one that isn't there: %v", err)
	}
	if n, more, err := o.DropQuarantined(t.Context(), admin, a, desk.LikeNone, "空内容"); n != 1 || more || err != nil {
		t.Fatalf("%d %v %v", n, more, err)
	}
	if open, dropped := states(); open != 2 || dropped != 1 {
		t.Errorf("%d open, %d dropped", open, dropped)
	}
	if _, _, err := o.DropQuarantined(t.Context(), admin, a, desk.LikeNone, "空"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("twice: %v", err)
	}
	if _, err := o.MendQuarantined(t.Context(), admin, a, nil); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("mended while set aside: %v", err)
	}
	if again := bring(t, o, `{"甲`); again != a {
		t.Errorf("there as %d beside %d", again, a)
	}
	if _, dropped := states(); dropped != 1 {
		t.Error("the same once more woke it")
	}
	if n, _, err := o.DropQuarantined(t.Context(), admin, other, desk.LikeSource, "空内容"); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if n, _, err := o.ReopenQuarantined(t.Context(), admin, a, desk.LikeReason, "来源已说明"); n != 2 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	if open, dropped := states(); open != 2 || dropped != 1 {
		t.Errorf("%d open, %d dropped", open, dropped)
	}
	for typ, want := range map[string]int{"quarantine.dropped": 3, "quarantine.reopened": 2} {
		events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{Type: typ})
		if err != nil || len(events) != want {
			t.Fatalf("%s: %d, %v", typ, len(events), err)
		}
		if e := events[0]; e.Why == "" || len(e.Before) == 0 || e.SourceID != o.Source.ID {
			t.Errorf("%+v", e)
		}
	}
	if _, err := desk.ParseLike("all"); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("%v", err)
	}
}
