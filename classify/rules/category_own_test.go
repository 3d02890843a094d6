package rules

import (
	"slices"
	"strings"
	"testing"

	"huiying/desk"
)

// officeTree is an office that has divided two classes and knows a word for a third.
func officeTree(t *testing.T) desk.CategoryTree {
	t.Helper()
	tree, err := desk.NewCategoryTree([]desk.CategoryNode{
		{Name: "物业管理", Parent: "城乡建设", Words: []string{"物业费", "保洁"}},
		{Name: "停车收费", Parent: "城乡建设/物业管理", Words: []string{"停车费", "月租"}},
		{Name: "电梯", Parent: "城乡建设/物业管理"},
		{Name: "园林", Parent: "城乡建设", Words: []string{"行道树", "月租"}},
		{Name: "噪声", Parent: "环境保护", Words: []string{"广场舞"}},
		{Name: "民政", Words: []string{"泽惠卡"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestOwnCategories(t *testing.T) {
	t.Parallel()
	set := categorySet(officeTree(t))
	// The same words told of the class itself: how sure the class is.
	flat, err := desk.NewCategoryTree([]desk.CategoryNode{{Name: "城乡建设", Words: []string{"物业费", "保洁", "停车费", "月租", "行道树"}}, {Name: "环境保护", Words: []string{"广场舞"}}})
	if err != nil {
		t.Fatal(err)
	}
	class := categorySet(flat)
	for _, c := range []struct {
		title, body, model string
		sure               float64
		want, because      string
	}{
		{"小区物业费上涨", "", "城乡建设", 0.9, "城乡建设/物业管理", "物业费"},
		{"小区停车费上涨", "物业费也涨了", "城乡建设", 0.9, "城乡建设/物业管理/停车收费", "停车费"}, // the deepest that speaks
		{"小区停车费上涨", "", "", 0, "城乡建设/物业管理/停车收费", "停车费"},
		{"地下车库月租", "行道树也被砍了，行道树没人管", "城乡建设", 0.9, "城乡建设/园林", "行道树"}, // of two the one for which more is said
		{"小区漏水", "", "城乡建设", 0.9, "城乡建设", ""},                       // nothing of the office's: the class
		{"广场舞太吵", "", "教育文体", 0.6, "环境保护/噪声", "广场舞"},                // an own word speaks for its class too
		{"小区漏水", "楼下广场舞", "城乡建设", 0.95, "城乡建设", ""},                 // but a light one doesn't outweigh a sure class
		{"怎么领泽惠卡", "", "", 0, "民政", "泽惠卡"},
		{"你好", "", "", 0, "", ""},
	} {
		v := desk.Verdict{Category: c.model, Confidence: map[string]float64{"category": c.sure}}
		set.Apply(desk.Text{Title: c.title, Body: c.body}, &v)
		if v.Category != c.want || v.Confidence["category"] > 1 || v.Category != c.model && v.Category != "" && v.Confidence["category"] <= 0 {
			t.Errorf("%s %s: %s at %.2f, want %s", c.title, c.body, v.Category, v.Confidence["category"], c.want)
		}
		above := desk.Verdict{Category: c.model, Confidence: map[string]float64{"category": c.sure}}
		class.Apply(desk.Text{Title: c.title, Body: c.body}, &above)
		if desk.CategoryLevel(c.want) > 1 && v.Confidence["category"] >= above.Confidence["category"] {
			t.Errorf("%s: the node is as sure as its class: %.2f, %.2f", c.title, v.Confidence["category"], above.Confidence["category"])
		}
		told := ""
		for _, e := range v.Evidence {
			source := c.body
			if e.In == "title" {
				source = c.title
			}
			if e.Field != "category" || source[e.Start:e.End] != e.Text {
				t.Errorf("%s: evidence %+v", c.title, e)
			}
			told += e.Text + " "
		}
		if c.because != "" && !strings.Contains(told, c.because) {
			t.Errorf("%s: because of %q, want %s", c.title, told, c.because)
		}
	}
}

// TestOwnCategoriesBesideTheRest: the sets that follow go by the class, the duty list by
// the class or the node; all sets in one pass say what each says alone.
func TestOwnCategoriesBesideTheRest(t *testing.T) {
	t.Parallel()
	sets, err := Table(Options{Categories: officeTree(t), Duties: []desk.Charge{
		{Department: "物业科", Words: []string{"小区"}, Categories: []string{"城乡建设/物业管理"}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	read := Together(sets)
	for title, want := range map[string]string{"小区停车费上涨": "物业科", "小区行道树枯死": "住建局", "小区漏水": "住建局", "广场舞太吵": "生态环境局"} {
		v := desk.Verdict{Confidence: map[string]float64{}}
		read(desk.Text{Title: title}, &v)
		named := slices.ContainsFunc(v.Departments, func(d desk.ScoredName) bool { return d.Name == want })
		if !named || want == "物业科" && v.Department() != want {
			t.Errorf("%s (%s): %+v, want %s", title, v.Category, v.Departments, want)
		}
	}
}
