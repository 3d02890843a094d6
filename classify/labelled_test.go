package classify

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

	"huiying/desk"
)

func labelTree(t testing.TB) desk.CategoryTree {
	t.Helper()
	tree, err := desk.NewCategoryTree([]desk.CategoryNode{{Name: "物业管理", Parent: "城乡建设"}, {Name: "其他", Parent: "城乡建设"}, {Name: "其他", Parent: "民政"}})
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestLabelled(t *testing.T) {
	t.Parallel()
	tree := labelTree(t)
	for name, c := range map[string]struct {
		file, text string
		want       []desk.Lesson // by Ref, Text and Fields
	}{
		"a table": {"a.csv", "title,body,kind,category,department\n路灯不亮,三天了,投诉,城乡建设,城管局\n\"多行\n标题\",,,物业管理,\n尾,,咨询,,\n", []desk.Lesson{
			{Ref: "文件 a.csv 第 2 行", Text: desk.Text{Title: "路灯不亮", Body: "三天了"}, Fields: map[string]string{"kind": "投诉", "category": "城乡建设", "department": "城管局"}},
			{Ref: "文件 a.csv 第 3 行", Text: desk.Text{Title: "多行\n标题"}, Fields: map[string]string{"category": "城乡建设/物业管理"}},
			{Ref: "文件 a.csv 第 5 行", Text: desk.Text{Title: "尾"}, Fields: map[string]string{"kind": "咨询"}},
		}},
		"other names, a mark and blanks": {"B.CSV", "\ufeffTitle , detail,label\n甲, 乙 , 民政 \n", []desk.Lesson{
			{Ref: "文件 B.CSV 第 2 行", Text: desk.Text{Title: "甲", Body: " 乙 "}, Fields: map[string]string{"category": "民政"}},
		}},
		"objects": {"c.jsonl", "\ufeff{\"title\":\"甲\",\"kind\":\"投诉\",\"n\":3}\n\n{\"text\":\"乙\",\"category\":\"城乡建设/其他\"}", []desk.Lesson{
			{Ref: "文件 c.jsonl 第 1 行", Text: desk.Text{Title: "甲"}, Fields: map[string]string{"kind": "投诉"}},
			{Ref: "文件 c.jsonl 第 3 行", Text: desk.Text{Body: "乙"}, Fields: map[string]string{"category": "城乡建设/其他"}},
		}},
		"nothing":        {"d.csv", "", nil},
		"a header alone": {"d.csv", "title,kind\n", nil},
	} {
		got, err := readLabelled(c.file, strings.NewReader(c.text), tree)
		if err != nil || len(got) != len(c.want) {
			t.Errorf("%s: %+v, %v", name, got, err)
			continue
		}
		for i, l := range got {
			w := c.want[i]
			if l.Ref != w.Ref || l.Text != w.Text || len(l.Fields) != len(w.Fields) || l.Stand || l.Item != 0 {
				t.Errorf("%s: %+v, want %+v", name, l, w)
			}
			for f, v := range w.Fields {
				if l.Fields[f] != v {
					t.Errorf("%s: %s is %q, want %q", name, f, l.Fields[f], v)
				}
			}
		}
	}
}

// TestLabelledRefuses: a file that is wrong in one line teaches nothing, and says which.
func TestLabelledRefuses(t *testing.T) {
	t.Parallel()
	tree := labelTree(t)
	for name, c := range map[string]struct{ file, text, says string }{
		"another sort":         {"a.xlsx", "PK", "a.xlsx 应为 .csv 或 .jsonl"},
		"no text":              {"a.csv", "title,kind\n路灯,投诉\n  ,投诉\n", "第 3 行 没有标题和正文"},
		"no label":             {"a.csv", "title,kind\n路灯, \n", "第 2 行 没有标注"},
		"another kind":         {"a.csv", "title,kind\n\n路灯,牢骚\n", "第 3 行 的诉求类型“牢骚”"},
		"another category":     {"a.csv", "title,category\n路灯,天文\n", "第 2 行 的领域“天文”"},
		"one of two of a name": {"a.csv", "title,category\n路灯,其他\n", "第 2 行 的领域“其他”"},
		"an open quote":        {"a.csv", "title,kind\n路灯,投诉\n\"没有关上,投诉\n又一行,投诉\n", "第 3 行的引号不配对"},
		"not UTF-8":            {"a.csv", "title,kind\n\xc2\xb7\xb5\xc6,投诉\n", "第 2 行 不是 UTF-8"},
		"broken JSON":          {"a.jsonl", "{\"title\":\"甲\",\"kind\":\"投诉\"}\n{\"title\":", "第 2 行不是有效的 JSON"},
		"a list":               {"a.jsonl", "[1]", "第 1 行不是有效的 JSON"},
		"nothing":              {"a.jsonl", "null", "第 1 行 没有标题和正文"},
		"JSON not in UTF-8":    {"a.ndjson", "{\"title\":\"\xb5\xc6\",\"kind\":\"投诉\"}", "第 1 行 不是 UTF-8"},
		"an endless line":      {"a.jsonl", "{\"title\":\"甲\",\"kind\":\"投诉\"}\n\"" + strings.Repeat("长", maxLabelledLine/3), "第 2 行超过 4 MiB"},
		"too many":             {"a.csv", "title,kind\n" + strings.Repeat("甲,投诉\n", maxLabelled+1), "超过 100000 行"},
	} {
		list, err := readLabelled(c.file, strings.NewReader(c.text), tree)
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != desk.CodeInvalid || e.Field != "file" || !strings.Contains(e.Message(), c.says) || list != nil {
			t.Errorf("%s: %d lessons, %.200v; want %q", name, len(list), err, c.says)
		}
	}
	for _, file := range []string{"a.csv", "a.jsonl"} { // a disk that fails isn't the file's fault
		torn := io.MultiReader(strings.NewReader("title,kind\n"), iotest.ErrReader(io.ErrUnexpectedEOF))
		if file == "a.jsonl" {
			torn = iotest.ErrReader(io.ErrUnexpectedEOF)
		}
		if _, err := readLabelled(file, torn, tree); !errors.Is(err, io.ErrUnexpectedEOF) || desk.CodeOf(err) == desk.CodeInvalid {
			t.Errorf("%s: %v", file, err)
		}
	}
}

func TestLabelledFromTheDisk(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "甲.csv")
	if _, err := Labelled(path, desk.CategoryTree{}); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("what isn't there: %v", err)
	}
	if err := os.WriteFile(path, []byte("title,category\n路灯,城乡建设\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if list, err := Labelled(path, desk.CategoryTree{}); err != nil || len(list) != 1 || list[0].Ref != "文件 甲.csv 第 2 行" {
		t.Errorf("%+v, %v", list, err)
	}
}

// FuzzLabelled: whatever stands in a file, it teaches whole lessons or nothing, the same
// each time.
func FuzzLabelled(f *testing.F) {
	f.Add("title,body,kind,category,department\n路灯,\"a\nb\",投诉,物业管理,城管局\n", false)
	f.Add("\ufefftitle,label\n甲,民政\n\"", false)
	f.Add("{\"title\":\"甲\",\"kind\":\"投诉\"}\n\n{\"text\":\"乙\",\"label\":\"城乡建设\"}", true)
	f.Add("{\"title\":1}\nnull", true)
	tree := labelTree(f)
	f.Fuzz(func(t *testing.T, text string, objects bool) {
		name := "a.csv"
		if objects {
			name = "a.jsonl"
		}
		list, err := readLabelled(name, strings.NewReader(text), tree)
		if err != nil {
			if list != nil || desk.CodeOf(err) != desk.CodeInvalid {
				t.Fatalf("%d lessons, %v", len(list), err)
			}
			return
		}
		again, err := readLabelled(name, iotest.OneByteReader(strings.NewReader(text)), tree)
		if err != nil || len(again) != len(list) {
			t.Fatalf("read by bytes: %d lessons, %v; before %d", len(again), err, len(list))
		}
		seen := map[string]bool{}
		for i, l := range list {
			if strings.TrimSpace(l.Text.Title+l.Text.Body) == "" || len(l.Fields) == 0 || seen[l.Ref] || again[i].Text != l.Text || !utf8.ValidString(l.Text.Title+l.Text.Body) {
				t.Fatalf("%+v", l)
			}
			seen[l.Ref] = true
			if k := l.Fields[desk.FieldKind]; k != "" && !slices.Contains(desk.Kinds, k) {
				t.Fatalf("kind %q", k)
			}
			if c := l.Fields[desk.FieldCategory]; c != "" && tree.Nearest(c) != c {
				t.Fatalf("category %q", c)
			}
		}
	})
}
