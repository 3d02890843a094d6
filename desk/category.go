package desk

import (
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"unicode/utf8"
)

// CategoryNode is a line of the office's tree of categories (领域): a category that it
// has put below one of the fifteen, or what it says of one of the fifteen itself.
type CategoryNode struct {
	Name    string   `json:"name"`
	Parent  string   `json:"parent,omitempty"`  // path of the one above; "": the name is one of the fifteen
	Display string   `json:"display,omitempty"` // what pages call it; "": its name
	Words   []string `json:"words,omitempty"`   // of two letters or more, that speak for it
}

// Path names the category for good: 城乡建设/物业管理/停车收费. Items keep it, so that a
// category that was taken out of the tree can still be read.
func (n CategoryNode) Path() string {
	if n.Parent == "" {
		return n.Name
	}
	return n.Parent + categorySlash + n.Name
}

// Shown is what pages call it.
func (n CategoryNode) Shown() string {
	if n.Display != "" {
		return n.Display
	}
	return n.Name
}

// What a tree may hold: the reader looks for every word in every text.
const (
	CategoryDepth    = 3 // with the fifteen
	MaxCategories    = 500
	maxCategoryWords = 200
	maxCategoryName  = 20
	categorySlash    = "/"
)

// CategoryClass is the first-level class of a path: one of the fifteen.
func CategoryClass(path string) string {
	class, _, _ := strings.Cut(path, categorySlash)
	return class
}

// CategoryParent is the path of the category above; "" above the fifteen.
func CategoryParent(path string) string {
	return path[:max(strings.LastIndex(path, categorySlash), 0)]
}

// CategoryLevel is 1 for the fifteen, 2 and 3 for what lies below.
func CategoryLevel(path string) int {
	if path == "" {
		return 0
	}
	return strings.Count(path, categorySlash) + 1
}

// CategoryUnder says whether a category is the other or lies below it.
func CategoryUnder(path, above string) bool {
	return path == above || strings.HasPrefix(path, above) && strings.HasPrefix(path[len(above):], categorySlash)
}

// CategoryTree is the fifteen classes with what the office has put below them and
// says of them. It is never changed; the zero value is the fifteen alone.
type CategoryTree struct {
	nodes []CategoryNode // a category before those below it, otherwise in the office's order
	at    map[string]int // by path
	own   []CategoryNode // as the office gave them
}

// NewCategoryTree checks the office's lines, in any order, and puts them below the
// fifteen. The errors' fields are those of the line: [3].parent.
func NewCategoryTree(own []CategoryNode) (CategoryTree, error) {
	if len(own) > MaxCategories {
		return CategoryTree{}, Invalid("", "领域最多 %d 个", MaxCategories)
	}
	lines := map[string]int{} // by path
	for i, n := range own {
		if err := n.check(); err != nil {
			err.Field = "[" + strconv.Itoa(i) + "]." + err.Field
			return CategoryTree{}, err
		}
		if _, twice := lines[n.Path()]; twice {
			return CategoryTree{}, Invalid("["+strconv.Itoa(i)+"].name", "“%s”写了两次，同一上级之下不能重名", n.Path())
		}
		lines[n.Path()] = i
	}
	for i, n := range own {
		if _, ok := lines[n.Parent]; !ok && n.Parent != "" && !slices.Contains(Categories, n.Parent) {
			return CategoryTree{}, Invalid("["+strconv.Itoa(i)+"].parent", "没有“%s”这个上级领域，应写完整路径，如 城乡建设/物业管理", n.Parent)
		}
	}
	t := CategoryTree{at: map[string]int{}, own: slices.Clone(own)}
	var add func(n CategoryNode)
	add = func(n CategoryNode) {
		path := n.Path()
		t.at[path] = len(t.nodes)
		t.nodes = append(t.nodes, n)
		for _, below := range own {
			if below.Parent == path {
				add(below)
			}
		}
	}
	for _, class := range Categories {
		n := CategoryNode{Name: class}
		if i, said := lines[class]; said {
			n = own[i]
		}
		add(n)
	}
	return t, nil
}

// check looks at a line by itself.
func (n CategoryNode) check() *Error {
	switch size := utf8.RuneCountInString(n.Name); {
	case n.Name == "":
		return Invalid("name", "应写明领域名称")
	case n.Parent == "" && !slices.Contains(Categories, n.Name):
		return Invalid("parent", "“%s”不是十五个一级领域之一，应写明它的上级领域", n.Name)
	case n.Parent != "" && (size < 2 || size > maxCategoryName || !plainName(n.Name)):
		return Invalid("name", "“%s”应为 2 至 20 个字，不含空格和“/”", n.Name)
	case CategoryLevel(n.Parent) >= CategoryDepth:
		return Invalid("parent", "“%s”已是第 %d 级，领域最多 %d 级", n.Parent, CategoryLevel(n.Parent), CategoryDepth)
	}
	if size := utf8.RuneCountInString(n.Display); n.Display != "" && (size < 2 || size > maxCategoryName || !plainName(n.Display)) {
		return Invalid("display", "“%s”应为 2 至 20 个字，不含空格和“/”", n.Display)
	}
	if len(n.Words) > maxCategoryWords {
		return Invalid("words", "最多 %d 个词", maxCategoryWords)
	}
	for _, w := range n.Words {
		if !ownWord(w) {
			return Invalid("words", "“%s”应为 2 至 30 个字，中间没有空格", w)
		}
	}
	return nil
}

func plainName(s string) bool {
	return utf8.ValidString(s) && !hasBlank(s) && !strings.Contains(s, categorySlash)
}

// all are the lines of the tree; of the zero value the fifteen.
func (t CategoryTree) all() []CategoryNode {
	if t.nodes != nil {
		return t.nodes
	}
	list := make([]CategoryNode, len(Categories))
	for i, c := range Categories {
		list[i] = CategoryNode{Name: c}
	}
	return list
}

// Nodes lists the categories, each before those below it.
func (t CategoryTree) Nodes() []CategoryNode { return slices.Clone(t.all()) }

// Own are the office's lines as it gave them.
func (t CategoryTree) Own() []CategoryNode { return slices.Clone(t.own) }

// Node gives the category of a path.
func (t CategoryTree) Node(path string) (CategoryNode, bool) {
	if i, ok := t.at[path]; ok {
		return t.nodes[i], true
	}
	return CategoryNode{Name: path}, t.nodes == nil && slices.Contains(Categories, path)
}

// Nearest is the path itself or, where it isn't in the tree any more, what is left of
// it above.
func (t CategoryTree) Nearest(path string) string {
	for path != "" {
		if _, ok := t.Node(path); ok {
			return path
		}
		path = CategoryParent(path)
	}
	return ""
}

// Find gives the path of a category as people name it: by path, as pages show it,
// or by a name or a display name that only one of them bears.
func (t CategoryTree) Find(said string) (path string, ok bool) {
	if _, ok := t.Node(said); ok {
		return said, true
	}
	for _, n := range t.all() {
		if n.Name != said && n.Display != said && t.Shown(n.Path()) != said {
			continue
		}
		if path != "" {
			return "", false
		}
		path = n.Path()
	}
	return path, path != ""
}

// Shown is what pages call a path, from the class down. What isn't in the tree any
// more is called by its own names.
func (t CategoryTree) Shown(path string) string {
	var names []string
	for part := path; part != ""; part = CategoryParent(part) {
		n, ok := t.Node(part)
		if !ok {
			n = CategoryNode{Name: part[strings.LastIndex(part, categorySlash)+1:]}
		}
		names = append(names, n.Shown())
	}
	slices.Reverse(names)
	return strings.Join(names, " › ")
}

// categoryShaped says whether a category could be one: it is, or it was once.
func categoryShaped(path string) bool {
	parts := strings.Split(path, categorySlash)
	return slices.Contains(Categories, parts[0]) && len(parts) <= CategoryDepth &&
		!slices.ContainsFunc(parts[1:], func(s string) bool {
			return s == "" || utf8.RuneCountInString(s) > maxCategoryName || !plainName(s)
		})
}

// LiveCategories is the tree in use at a node: what people set on the page, or, as long
// as nobody did, what the policy file says. It is safe for concurrent use.
type LiveCategories struct {
	file, set atomic.Pointer[CategoryTree]
}

// Tree is the one in use.
func (l *LiveCategories) Tree() CategoryTree {
	if t := l.set.Load(); t != nil {
		return *t
	}
	return l.File()
}

// File is the policy file's.
func (l *LiveCategories) File() CategoryTree {
	if t := l.file.Load(); t != nil {
		return *t
	}
	return CategoryTree{}
}

// UseFile takes up the policy file's tree.
func (l *LiveCategories) UseFile(t CategoryTree) { l.file.Store(&t) }

// Use takes up what people set; nil: nobody did.
func (l *LiveCategories) Use(t *CategoryTree) { l.set.Store(t) }
