package desk_test

import (
	"fmt"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestFind: records of every kind are found by their titles by those who may read them, and by nobody else.
func TestFind(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx := t.Context()
	o.Push(desk.Incoming{ExternalID: "1", Title: "路灯坏了，联系 13912344471"}, desk.Incoming{ExternalID: "2", Body: "没有标题的路灯"})
	in := raise(t, o, desk.LevelMajor)
	if _, err := o.DraftRelease(ctx, o.As(desk.RolePress), in.ID, desk.ReleaseFirst, "关于路灯的通报", "正文"); err != nil {
		t.Fatal(err)
	}
	find := func(role desk.Role, kind, word string) []desk.Title {
		t.Helper()
		list, err := o.Find(ctx, o.As(role), kind, 5, func(title string) (int, bool) {
			at := strings.Index(title, word)
			return min(at, 1), at >= 0
		})
		if err != nil {
			t.Fatal(err)
		}
		return list
	}
	// The title that begins with the word stands before the one that only holds it, though that is newer.
	if list := find(desk.RoleOperator, "item", "路灯"); len(list) != 2 || list[0].Title != "路灯坏了，联系 139****4471" || list[1].Title != "没有标题的路灯" {
		t.Errorf("items: %+v", list)
	}
	if list := find(desk.RoleDuty, "item", "1234"); len(list) != 0 {
		t.Errorf("found by a hidden number: %+v", list)
	}
	if list := find(desk.RoleLeader, "release", "路灯"); len(list) != 1 || list[0].Note != desk.ReleaseDraft {
		t.Errorf("releases: %+v", list)
	}
	if list := find(desk.RoleLeader, "incident", in.Title); len(list) != 1 || list[0].ID != in.ID || list[0].Note != desk.LevelMajor {
		t.Errorf("incidents: %+v", list)
	}
	for kind, role := range map[string]desk.Role{"incident": desk.RoleOperator, "release": desk.RoleOperator, "briefing": desk.RoleOperator, "item": desk.RoleAuditor, "topic": desk.RoleSecrecy, "person": desk.RoleSecadmin} {
		if list := find(role, kind, ""); len(list) != 0 {
			t.Errorf("%s found by %s: %+v", kind, role, list)
		}
	}
	away := o.As(desk.RoleDuty)
	away.Region = "9999"
	if list, err := o.Find(ctx, away, "incident", 5, func(string) (int, bool) { return 0, true }); err != nil || len(list) != 0 {
		t.Errorf("from another region: %+v, %v", list, err)
	}
}

// TestHiddenNumbersAreNotSearched: who may not see a caller's number can't find by it either, whole or in part; who may, can.
func TestHiddenNumbersAreNotSearched(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Push(desk.Incoming{ExternalID: "20261120001", Title: "路灯坏了", Body: "请回电13912344471，3栋1402室，热线12345没人接"})
	for _, c := range []struct {
		query          string
		operator, duty int
	}{
		{"13912344471", 0, 1}, {"1234447", 0, 1}, {"1234", 1, 1}, {"2344", 0, 1}, {"路灯 2344", 0, 1}, {"1402", 1, 1}, {"12345", 1, 1}, {"路灯", 1, 1}, {"20261120001", 1, 1}, {"139-1234", 0, 0},
	} {
		for role, want := range map[desk.Role]int{desk.RoleOperator: c.operator, desk.RoleDuty: c.duty} {
			list, err := o.Items(t.Context(), o.As(role), desk.ItemFilter{Query: c.query})
			if err != nil || len(list) != want {
				t.Errorf("%s finds %d by %s, %v; want %d", role, len(list), c.query, err, want)
			}
		}
	}
}

// TestFindLooksDeep: what is looked for may lie thousands of records back, and the look ends.
func TestFindLooksDeep(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	for from := 0; from < 2_500; from += 500 {
		items := make([]desk.Incoming, 500)
		for i := range items {
			items[i] = desk.Incoming{ExternalID: fmt.Sprint(from + i), Title: fmt.Sprintf("第 %d 件", from+i)}
		}
		o.Push(items...)
	}
	looked := 0
	list, err := o.Find(t.Context(), o.As(desk.RoleOperator), "item", 3, func(title string) (int, bool) { looked++; return 0, title == "第 7 件" })
	if err != nil || len(list) != 1 || looked != 2_501 { // the one that is found is looked at again, its numbers hidden
		t.Errorf("%+v after %d, %v", list, looked, err)
	}
}
