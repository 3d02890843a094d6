package desk_test

import (
	"slices"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestCategoriesAreEdited: the office grows its tree on the page, with proof; a person
// chooses any node; lists and searches take what lies below with it; what left the tree
// stays readable on its items, and can't be chosen again.
func TestCategoriesAreEdited(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = sameReader{}
	ctx, lead, duty := t.Context(), o.As(desk.RoleShiftLead), o.As(desk.RoleDuty)
	ids := o.Push(desk.Incoming{ExternalID: "1", Title: "物业费涨价"}, desk.Incoming{ExternalID: "2", Title: "停车费涨价"}, desk.Incoming{ExternalID: "3", Title: "楼顶漏水"})
	version := int64(0)
	save := func(isNew bool, n desk.CategoryNode) {
		t.Helper()
		if _, err := o.SaveCategory(ctx, lead, desk.CategoryChange{CategoryNode: n, New: isNew, Version: version, Why: "按职责细分"}); err != nil {
			t.Fatal(err)
		}
		version++
	}
	save(true, desk.CategoryNode{Name: "物业管理", Parent: "城乡建设", Words: []string{"物业费", "物业费"}})
	save(true, desk.CategoryNode{Name: "停车收费", Parent: "城乡建设/物业管理", Words: []string{"停车费"}})
	save(false, desk.CategoryNode{Name: "城乡建设", Display: "城建", Words: []string{"充电桩"}})
	save(false, desk.CategoryNode{Name: "物业管理", Parent: "城乡建设", Display: "物业服务", Words: []string{"物业费", "保洁"}})
	if shown := o.Categories().Shown("城乡建设/物业管理/停车收费"); shown != "城建 › 物业服务 › 停车收费" {
		t.Errorf("the tree in use: %s", shown)
	}
	set, err := o.CategoriesNow(ctx, o.As(desk.RoleSysadmin))
	if err != nil || set.Version != 4 || len(set.Tree.Own()) != 3 {
		t.Errorf("%+v, %v", set, err)
	}
	other := desk.Desk{Store: o.Store, Policy: o.Policy, Now: o.Now, Tree: &desk.LiveCategories{}} // another node
	if _, err := other.FollowCategories(ctx); err != nil || other.Categories().Shown("城乡建设") != "城建" {
		t.Errorf("another node: %v", err)
	}

	correct := func(n int, said string) error {
		_, err := o.CorrectItem(ctx, duty, desk.Correction{Item: ids[n].ID, Fields: map[string]string{desk.FieldCategory: said}})
		return err
	}
	for n, said := range []string{"物业服务", "城乡建设/物业管理/停车收费"} { // by a name that only one bears, and by path
		if err := correct(n, said); err != nil {
			t.Fatal(err)
		}
	}
	if err := correct(2, "城乡建设/园林"); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("a category that nobody added is chosen: %v", err)
	}
	found := func(path string) string {
		t.Helper()
		list, err := o.Items(ctx, duty, desk.ItemFilter{Category: path})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, it := range list {
			got = append(got, it.ExternalID)
		}
		slices.Sort(got)
		return strings.Join(got, " ")
	}
	for path, want := range map[string]string{"城乡建设": "1 2 3", "城乡建设/物业管理": "1 2", "城乡建设/物业管理/停车收费": "2", "城乡": "", "民政": ""} {
		if got := found(path); got != want {
			t.Errorf("%s lists %q, want %q", path, got, want)
		}
	}
	if s, errs := o.ReadSearch("领域:物业服务"); len(errs) > 0 || s.Category != "城乡建设/物业管理" {
		t.Errorf("searched by its name: %+v %v", s, errs)
	}

	if err := o.DropCategory(ctx, lead, "城乡建设/物业管理", version, ""); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("one with another below it is dropped: %v", err)
	}
	if err := o.DropCategory(ctx, lead, "城乡建设/物业管理/停车收费", version, "并回上级"); err != nil {
		t.Fatal(err)
	}
	version++
	if got := found("城乡建设/物业管理"); got != "1 2" {
		t.Errorf("after one left the tree its parent lists %q", got)
	}
	f, err := o.Item(ctx, duty, ids[1].ID)
	if err != nil || f.Item.Verdict.Category != "城乡建设/物业管理/停车收费" || o.Categories().Shown(f.Item.Verdict.Category) != "城建 › 物业服务 › 停车收费" {
		t.Errorf("what left the tree: %+v, %v", f.Item.Verdict, err)
	}
	if err := correct(1, "城乡建设/物业管理/停车收费"); err != nil { // what stands is no choice
		t.Errorf("left as it stands: %v", err)
	}
	if err := correct(2, "城乡建设/物业管理/停车收费"); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("what left the tree is chosen: %v", err)
	}
	if _, err := o.LogCall(ctx, o.As(desk.RoleOperator), desk.Incoming{ExternalID: "seat-a", Body: "电梯", Picked: map[string]string{desk.FieldCategory: "城乡建设/电梯"}}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("the seat chooses what isn't there: %v", err)
	}

	for name, c := range map[string]struct {
		who  desk.Actor
		in   desk.CategoryChange
		want desk.Code
	}{
		"the duty officer":       {duty, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "园林", Parent: "城乡建设"}, New: true, Version: version}, desk.CodeForbidden},
		"on an old tree":         {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "园林", Parent: "城乡建设"}, New: true, Version: 1}, desk.CodeConflict},
		"twice":                  {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "物业管理", Parent: "城乡建设"}, New: true, Version: version}, desk.CodeInvalid},
		"a sixteenth":            {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "园林"}, New: true, Version: version}, desk.CodeInvalid},
		"below nothing":          {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "园林", Parent: "城乡建设/绿化"}, New: true, Version: version}, desk.CodeInvalid},
		"a word of one letter":   {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "民政", Words: []string{"老"}}, Version: version}, desk.CodeInvalid},
		"what was never there":   {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "园林", Parent: "城乡建设"}, Version: version}, desk.CodeNotFound},
		"with a long reason":     {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "民政"}, Version: version, Why: strings.Repeat("长", 201)}, desk.CodeInvalid},
		"dropped as one of many": {lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "停车收费", Parent: "城乡建设/物业管理"}, Version: version}, desk.CodeNotFound},
	} {
		if _, err := o.SaveCategory(ctx, c.who, c.in); desk.CodeOf(err) != c.want {
			t.Errorf("%s: %v, want %s", name, err, c.want)
		}
	}
	if err := o.DropCategory(ctx, lead, "民政", version, ""); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("one of the fifteen is dropped: %v", err)
	}
	events, err := o.Events(ctx, o.As(desk.RoleAuditor), desk.EventFilter{Page: desk.Page{Limit: 1000}})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, e := range events {
		if strings.HasPrefix(e.Type, "category.") {
			told = append(told, e.Type+" "+e.Subject.ID+" "+e.Actor+" "+e.Why)
		}
	}
	want := []string{"category.added 城乡建设/物业管理 shift-lead 按职责细分", "category.added 城乡建设/物业管理/停车收费 shift-lead 按职责细分", "category.changed 城乡建设 shift-lead 按职责细分",
		"category.changed 城乡建设/物业管理 shift-lead 按职责细分", "category.removed 城乡建设/物业管理/停车收费 shift-lead 并回上级"}
	if !slices.Equal(told, want) {
		t.Errorf("on the record:\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}

// TestTheFilesCategories: as long as nobody has changed the tree on its page, the policy
// file's holds; the first change is made to it, and keeps it.
func TestTheFilesCategories(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	ctx, lead := t.Context(), o.As(desk.RoleShiftLead)
	file := func(names ...string) {
		t.Helper()
		var own []desk.CategoryNode
		for _, n := range names {
			own = append(own, desk.CategoryNode{Name: n, Parent: "民政"})
		}
		tree, err := desk.NewCategoryTree(own)
		if err != nil {
			t.Fatal(err)
		}
		o.Tree.UseFile(tree)
		if _, err := o.FollowCategories(ctx); err != nil {
			t.Fatal(err)
		}
	}
	has := func(name string, want bool) {
		t.Helper()
		if _, ok := o.Categories().Find(name); ok != want {
			t.Errorf("%s in the tree: %v", name, ok)
		}
	}
	file("低保")
	has("低保", true)
	file("养老")
	has("低保", false)
	if _, err := o.SaveCategory(ctx, lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "殡葬", Parent: "民政"}, New: true}); err != nil {
		t.Fatal(err)
	}
	file("低保")
	has("低保", false)
	has("养老", true)
	has("殡葬", true)

	drill := *o.Desk // goes by the office's tree, and leaves it alone
	drill.Playing = &desk.Playing{}
	set, err := drill.CategoriesNow(ctx, lead)
	if _, ok := set.Tree.Find("殡葬"); err != nil || !ok {
		t.Errorf("in a drill: %+v, %v", set, err)
	}
	if _, err := drill.SaveCategory(ctx, lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "救灾", Parent: "民政"}, New: true, Version: 1}); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("changed in a drill: %v", err)
	}
	if _, err := o.ListCategories(desk.Actor{}); desk.CodeOf(err) == "" {
		t.Error("nobody at all reads the tree")
	}
}
