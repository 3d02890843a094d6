package desk

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func tree(t *testing.T, own ...CategoryNode) CategoryTree {
	t.Helper()
	tree, err := NewCategoryTree(own)
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestCategoryTree(t *testing.T) {
	t.Parallel()
	c := tree(t, CategoryNode{Name: "停车收费", Parent: "城乡建设/物业管理", Words: []string{"停车费"}}, CategoryNode{Name: "物业管理", Parent: "城乡建设", Display: "物业"},
		CategoryNode{Name: "城乡建设", Display: "城建"}, CategoryNode{Name: "其他", Parent: "城乡建设"}, CategoryNode{Name: "其他", Parent: "民政"})
	var paths []string
	for _, n := range c.Nodes() {
		if n.Parent != "" || n.Display != "" {
			paths = append(paths, n.Path())
		}
	}
	if got, want := strings.Join(paths, " "), "城乡建设 城乡建设/物业管理 城乡建设/物业管理/停车收费 城乡建设/其他 民政/其他"; got != want {
		t.Errorf("in the order %s, want %s", got, want)
	}
	for _, line := range [][3]string{ // said, found, shown
		{"城乡建设/物业管理/停车收费", "城乡建设/物业管理/停车收费", "城建 › 物业 › 停车收费"}, {"物业", "城乡建设/物业管理", "城建 › 物业"}, {"停车收费", "城乡建设/物业管理/停车收费", "城建 › 物业 › 停车收费"},
		{"城建", "城乡建设", "城建"}, {"城建 › 物业", "城乡建设/物业管理", "城建 › 物业"}, {"民政", "民政", "民政"}, {"其他", "", ""}, {"天文", "", ""}, {"", "", ""},
	} {
		path, ok := c.Find(line[0])
		if path != line[1] || ok != (line[1] != "") || c.Shown(path) != line[2] {
			t.Errorf("%s is found as %q, shown as %q", line[0], path, c.Shown(path))
		}
	}
	// One that is gone keeps its name, and lists of what is above find it.
	if gone := "城乡建设/物业管理/电梯"; c.Shown(gone) != "城建 › 物业 › 电梯" || c.Nearest(gone) != "城乡建设/物业管理" || c.Nearest("环境保护/噪声/夜间") != "环境保护" || !categoryShaped(gone) {
		t.Errorf("%s is shown as %s, nearest %s", gone, c.Shown(gone), c.Nearest(gone))
	}
	if none := (CategoryTree{}); len(none.Nodes()) != 15 || none.Nearest("民政/低保") != "民政" || none.Nearest("天文") != "" || none.Shown("民政") != "民政" {
		t.Errorf("the fifteen alone: %+v", none.Nodes())
	}
	for path, above := range map[string]string{"城乡建设/物业管理": "城乡建设", "城乡建设": "城乡建设"} {
		if !CategoryUnder(path, above) || CategoryUnder("城乡", above) || CategoryUnder("城乡建设厅", above) || CategoryUnder(above, "城乡建设/物业") {
			t.Errorf("%s under %s", path, above)
		}
	}
}

func TestCategoriesOfThePolicyFile(t *testing.T) {
	t.Parallel()
	p, err := ParsePolicy([]byte(`{"reading": {"categories": [{"name": "物业管理", "parent": "城乡建设", "words": ["物业费"]}, {"name": "民政", "display": "民政救助"}], "duties": [{"department": "住建局", "words": ["物业费"], "categories": ["城乡建设/物业管理"]}]}}`))
	if err != nil || p.Reading.Tree().Shown("民政/低保") != "民政救助 › 低保" || p.Reading.Tree().Nearest("城乡建设/物业管理") != "城乡建设/物业管理" {
		t.Fatalf("%+v, %v", p.Reading, err)
	}
	many := `{"name": "甲乙", "parent": "民政"}`
	for n := range MaxCategories {
		many += `, {"name": "第` + strings.Repeat("甲", n%10+1) + strings.Repeat("乙", n/10%10+1) + `", "parent": "民政"}`
	}
	for file, field := range map[string]string{
		`[{"name": "物业管理", "parent": "城建"}]`:                                       "reading.categories[0].parent",
		`[{"name": "民政"}, {"name": "物业管理"}]`:                                       "reading.categories[1].parent",
		`[{"name": "物业管理", "parent": "城乡建设"}, {"name": "物业管理", "parent": "城乡建设"}]`: "reading.categories[1].name",
		`[{"name": "甲乙", "parent": "民政/丙丁/戊己"}]`:                                   "reading.categories[0].parent",
		`[{"name": "物业/收费", "parent": "城乡建设"}]`:                                    "reading.categories[0].name",
		`[{"name": "字", "parent": "城乡建设"}]`:                                        "reading.categories[0].name",
		`[{"name": "", "parent": "城乡建设"}]`:                                         "reading.categories[0].name",
		`[{"name": "物业管理", "parent": "城乡建设", "words": ["费"]}]`:                     "reading.categories[0].words",
		`[{"name": "物业管理", "parent": "城乡建设", "display": "物 业"}]`:                   "reading.categories[0].display",
		`[{"name": "物业管理", "parent": "城乡建设", "title": "物业"}]`:                      "reading.categories[0].title",
		`[` + many + `]`: "reading.categories",
		`{}`:             "reading.categories",
	} {
		_, err := ParsePolicy([]byte(`{"reading": {"categories": ` + file + `}}`))
		var e *Error
		if !errors.As(err, &e) || e.Field != field || e.Code != CodeInvalid || strings.Contains(e.Message(), "%!") {
			t.Errorf("%.80s: %v, want the field %s", file, err, field)
		}
	}
}

// TestCategoryTreeHolds: whatever an office writes, a tree that is taken has each line
// once, below what it names, no deeper than three, and finds every path.
func TestCategoryTreeHolds(t *testing.T) {
	t.Parallel()
	name := rapid.SampledFrom([]string{"物业", "停车", "收费", "其他", "民政", "城乡建设", "一", "", "a/b"})
	parent := rapid.SampledFrom([]string{"", "城乡建设", "民政", "城乡建设/物业", "城乡建设/物业/停车", "民政/其他", "天文"})
	rapid.Check(t, func(t *rapid.T) {
		own := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) CategoryNode {
			return CategoryNode{Name: name.Draw(t, "name"), Parent: parent.Draw(t, "parent")}
		}), 0, 6).Draw(t, "own")
		c, err := NewCategoryTree(own)
		if err != nil {
			if CodeOf(err) != CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		seen := map[string]bool{"": true}
		for _, n := range c.Nodes() {
			path := n.Path()
			if seen[path] || !seen[n.Parent] || CategoryLevel(path) > CategoryDepth || !categoryShaped(path) || c.Nearest(path) != path {
				t.Fatalf("%s in %+v", path, c.Nodes())
			}
			seen[path] = true
		}
		for _, n := range own {
			if !slices.ContainsFunc(c.Nodes(), func(is CategoryNode) bool { return is.Path() == n.Path() }) {
				t.Fatalf("%s is lost", n.Path())
			}
		}
	})
}
