package desk_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
)

func names(list []desk.SavedView) []string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = v.Name
	}
	return out
}

func TestSavedViews(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx := t.Context()
	lead, press, duty, operator := o.As(desk.RoleShiftLead), o.As(desk.RolePress), o.As(desk.RoleDuty), o.As(desk.RoleOperator)
	save := func(who desk.Actor, name, query string, shared bool) desk.SavedView {
		t.Helper()
		v, err := o.SaveView(ctx, who, desk.SavedView{Name: name, Page: "items", Query: query, Shared: shared})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	seen := func(who desk.Actor, want ...string) {
		t.Helper()
		list, err := o.SavedViews(ctx, who, "items")
		if err != nil || !slices.Equal(names(list), want) {
			t.Errorf("%s sees %v, %v; want %v", who.Name, names(list), err, want)
		}
	}
	water := save(press, "  停水 求助 ", "?kind=求助&q=停水&after=77&state=&evil=1", false)
	if want := "kind=%E6%B1%82%E5%8A%A9&q=%E5%81%9C%E6%B0%B4"; water.Query != want || water.Name != "停水 求助" {
		t.Errorf("kept as %q %q, want %q", water.Name, water.Query, want)
	}
	urgent := save(press, "紧急", "urgency=紧急", true)
	seen(press, "停水 求助", "紧急")
	seen(operator, "紧急")

	// Saved again under its name, it is the same view with other filters.
	if again := save(press, "停水 求助", "state=new", false); again.ID != water.ID {
		t.Errorf("a second view %d beside %d", again.ID, water.ID)
	}
	for name, c := range map[string]struct {
		act  func() error
		code desk.Code
	}{
		"an operator shares another's":     {func() error { _, err := o.ShareView(ctx, operator, urgent.ID, false); return err }, desk.CodeForbidden},
		"an operator removes a shared":     {func() error { _, err := o.RemoveView(ctx, operator, urgent.ID); return err }, desk.CodeForbidden},
		"the shift lead removes a private": {func() error { _, err := o.RemoveView(ctx, lead, water.ID); return err }, desk.CodeNotFound},
		"somebody without the page":        {func() error { _, err := o.SavedViews(ctx, o.As(desk.RoleSysadmin), "items"); return err }, desk.CodeForbidden},
		"no such page":                     {func() error { _, err := o.SavedViews(ctx, duty, "people"); return err }, desk.CodeNotFound},
		"no name": {func() error {
			_, err := o.SaveView(ctx, duty, desk.SavedView{Name: " ", Page: "items", Query: "q=a"})
			return err
		}, desk.CodeInvalid},
		"a long name": {func() error {
			_, err := o.SaveView(ctx, duty, desk.SavedView{Name: strings.Repeat("长", 41), Page: "items", Query: "q=a"})
			return err
		}, desk.CodeInvalid},
		"no filter": {func() error {
			_, err := o.SaveView(ctx, duty, desk.SavedView{Name: "空", Page: "items", Query: "after=3&x=1"})
			return err
		}, desk.CodeInvalid},
		"a phone number searched for": {func() error {
			_, err := o.SaveView(ctx, duty, desk.SavedView{Name: "号", Page: "items", Query: "q=13912344471"})
			return err
		}, desk.CodeInvalid},
		"a phone number as a name": {func() error {
			_, err := o.SaveView(ctx, duty, desk.SavedView{Name: "13912344471", Page: "items", Query: "q=a"})
			return err
		}, desk.CodeInvalid},
		"a source's key": {func() error {
			_, err := o.SaveView(ctx, desk.System, desk.SavedView{Name: "机", Page: "items", Query: "q=a"})
			return err
		}, desk.CodeForbidden},
	} {
		if err := c.act(); desk.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want %s", name, err, c.code)
		}
	}

	// The duty officer clears away a shared one, and takes that back; a day later it is gone for good.
	remove := func() {
		t.Helper()
		if _, err := o.RemoveView(ctx, duty, urgent.ID); err != nil {
			t.Fatal(err)
		}
	}
	remove()
	seen(operator)
	if _, err := o.RestoreView(ctx, operator, urgent.ID); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("somebody else brought it back: %v", err)
	}
	if _, err := o.RestoreView(ctx, duty, urgent.ID); err != nil {
		t.Fatal(err)
	}
	seen(operator, "紧急")
	remove()
	o.Clock.Move(25 * time.Hour)
	save(operator, "自己的", "state=new", false)
	if _, err := o.RestoreView(ctx, duty, urgent.ID); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("after a day: %v", err)
	}

	// Everything done is on the record, once each.
	list, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Page: desk.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	count := map[string]int{}
	for _, e := range list {
		if e.Subject.Kind == "view" {
			count[e.Type]++
		}
	}
	if count["view.saved"] != 4 || count["view.removed"] != 2 || count["view.restored"] != 1 || count["view.shared"] != 0 {
		t.Errorf("on the record: %v", count)
	}
}

// TestSavedViewsAreFew: nobody fills the table.
func TestSavedViewsAreFew(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	var err error
	for i := 0; i < 51 && err == nil; i++ {
		_, err = o.SaveView(t.Context(), o.As(desk.RoleDuty), desk.SavedView{Name: strings.Repeat("甲", i%40+1) + strings.Repeat("乙", i/40), Page: "releases", Query: "state=sign"})
		if i == 50 && desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("the 51st: %v", err)
		} else if i < 50 && err != nil {
			t.Fatalf("%d: %v", i, err)
		}
	}
}

// TestCanonicalQueries: whatever stands in an address, what is kept is known parameters alone, and keeping it again changes nothing.
func TestCanonicalQueries(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		page := rapid.SampledFrom(desk.ViewPages).Draw(t, "page")
		key := rapid.OneOf(rapid.SampledFrom(append(slices.Clone(page.Params), "after", "n", "x")), rapid.StringN(0, 5, -1))
		var b strings.Builder
		for range rapid.IntRange(0, 6).Draw(t, "n") {
			b.WriteString("&" + key.Draw(t, "key") + "=" + rapid.StringN(0, 20, -1).Draw(t, "value"))
		}
		kept, err := page.Canonical(b.String())
		if err != nil {
			if desk.CodeOf(err) != desk.CodeInvalid || kept != "" {
				t.Fatalf("%q: %q, %v", b.String(), kept, err)
			}
			return
		}
		if again, err := page.Canonical(kept); err != nil || again != kept {
			t.Fatalf("%q kept as %q, kept again as %q, %v", b.String(), kept, again, err)
		}
		for pair := range strings.SplitSeq(kept, "&") {
			if name, _, _ := strings.Cut(pair, "="); kept != "" && !slices.Contains(page.Params, name) {
				t.Fatalf("%q keeps %q", b.String(), kept)
			}
		}
	})
}
