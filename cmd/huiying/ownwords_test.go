package main

import (
	"log/slog"
	"os"
	"path/filepath"
	"testing"
	"time"

	"huiying/classify"
	"huiying/desk"
)

func TestOwnWordsWithoutARestart(t *testing.T) {
	t.Parallel()
	policy, err := desk.DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	reader, _, err := newClassifier(policy)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "policy.json")
	o := &ownWords{file: policyFlag{Path: path}, reader: reader, log: slog.New(slog.DiscardHandler)}
	for _, step := range []struct{ file, want string }{
		{`{}`, "住建局"},
		{`{"reading": {"words": ["泽惠码"], "duties": [{"department": "数据局", "words": ["泽惠码"]}]}}`, "数据局"},
		{`{"reading": {"duties": [{"department": ""}]}}`, "数据局"}, // wrong: what stood goes on
		{`{"reading": {"duties": [{"department": "信息中心", "words": ["泽惠码"]}]}}`, "信息中心"},
		{`{}`, "住建局"},
	} {
		if err := os.WriteFile(path, []byte(step.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := o.RunOnce(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		r, err := reader.Read(t.Context(), desk.Text{Title: "小区物业不认泽惠码", Body: "业主办电梯卡被物业拒绝。"})
		if err != nil || r.Verdict.Department() != step.want {
			t.Errorf("%s: %+v, %v; want %s", step.file, r.Verdict.Departments, err, step.want)
		}
	}

	// Its categories too, until people change the tree on its page.
	for _, step := range []struct{ file, set, want string }{
		{`{"reading": {"categories": [{"name": "物业管理", "parent": "城乡建设", "words": ["泽惠码"]}]}}`, "", "城乡建设/物业管理"},
		{`{"reading": {"categories": [{"name": "便民卡", "parent": "城乡建设", "words": ["泽惠码"]}, {"name": "便民卡", "parent": "城乡建设"}]}}`, "", "城乡建设/物业管理"}, // wrong
		{`{}`, "", "城乡建设"},
		{`{"reading": {"categories": [{"name": "物业管理", "parent": "城乡建设", "words": ["泽惠码"]}]}}`, "一卡通", "城乡建设/一卡通"},
	} {
		if err := os.WriteFile(path, []byte(step.file), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := o.RunOnce(t.Context(), time.Time{}); err != nil {
			t.Fatal(err)
		}
		if step.set != "" {
			tree, err := desk.NewCategoryTree([]desk.CategoryNode{{Name: step.set, Parent: "城乡建设", Words: []string{"泽惠码"}}})
			if err != nil {
				t.Fatal(err)
			}
			reader.tree.Use(&tree)
		}
		if _, err := reader.regrow(); err != nil {
			t.Fatal(err)
		}
		r, err := reader.Read(t.Context(), desk.Text{Title: "小区物业不认泽惠码", Body: "业主办电梯卡被物业拒绝。"})
		if err != nil || r.Verdict.Category != step.want {
			t.Errorf("%s, set %s: %s, %v; want %s", step.file, step.set, r.Verdict.Category, err, step.want)
		}
	}
	if changed, err := reader.regrow(); changed || err != nil {
		t.Errorf("nothing has changed: %v %v", changed, err)
	}
	v := desk.Verdict{Category: "城乡建设/物业管理"} // as a head that learnt it before it left the tree says
	if reader.adjust(&classify.Document{}, &v); v.Category != "城乡建设" {
		t.Errorf("a learnt category that has left the tree: %s", v.Category)
	}
}
