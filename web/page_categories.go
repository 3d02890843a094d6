package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"huiying/desk"
)

type categoriesBody struct {
	dialogs
	Rows    []CategoryRow
	Own     int // lines that the office has added
	Version int64
	Of      *CategoryRow // the one that a dialog is about
}

// CategoryRow is a line of the tree of categories.
type CategoryRow struct {
	desk.CategoryNode
	Path  string
	Text  string // as pages call it, in the reader's language
	Plain string // its name, where pages call it otherwise
	Level int    // 1 to 3
	Below bool   // others lie below it
}

// Deeper says whether a category may be put below it.
func (c CategoryRow) Deeper() bool { return c.Level < desk.CategoryDepth }

// Leaf says whether it may be taken out.
func (c CategoryRow) Leaf() bool { return c.Level > 1 && !c.Below }

// categories shows the tree of categories, with the words that speak for each (领域).
func (s *Server) categories(w http.ResponseWriter, r *http.Request) {
	s.categoriesPage(w, r, http.StatusOK, categoriesBody{dialogs: opened(r)}, r.URL.Query().Get("path"))
}

func (s *Server) categoriesPage(w http.ResponseWriter, r *http.Request, status int, body categoriesBody, of string) {
	page, err := s.newPage(r, "领域", "categories")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	set, err := s.Desk.CategoriesNow(r.Context(), rd.who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Version = set.Version
	nodes := set.Tree.Nodes()
	for _, n := range nodes {
		row := CategoryRow{CategoryNode: n, Path: n.Path(), Text: rd.categoryName(n), Level: desk.CategoryLevel(n.Path()),
			Below: slices.ContainsFunc(nodes, func(other desk.CategoryNode) bool { return other.Parent == n.Path() })}
		if n.Display != "" {
			row.Plain = n.Name
		}
		if row.Level > 1 {
			body.Own++
		}
		body.Rows = append(body.Rows, row)
	}
	if i := slices.IndexFunc(body.Rows, func(c CategoryRow) bool { return c.Path == of }); i >= 0 {
		body.Of = &body.Rows[i]
		body.begin("edit", "display", body.Of.Display)
		body.begin("edit", "words", strings.Join(body.Of.Words, " "))
	}
	body.offer(func(dialog string) bool {
		return body.Of != nil && (dialog == "edit" || dialog == "add" && body.Of.Deeper() || dialog == "drop" && body.Of.Leaf())
	})
	page.Body = body
	s.render(w, r, status, "categories", page)
}

// categoryAct is the frame of the forms on the page.
func (s *Server) categoryAct(dialog, said string, act func(r *http.Request, f Form, in desk.CategoryChange) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		f, err := s.readSent(w, r, "path", "version", "name", "display", "words", "why")
		body := categoriesBody{dialogs: dialogs{Form: f.Form}}
		if err == nil {
			in := desk.CategoryChange{Why: f.Value("why"), CategoryNode: desk.CategoryNode{Display: f.Value("display"), Words: wordsOf(f.Value("words"))}}
			in.Version, err = strconv.ParseInt(f.Value("version"), 10, 64)
			if err != nil {
				err = desk.Invalid("version", "表单无法读取，请刷新页面后重试")
			} else {
				err = act(r, f.Form, in)
			}
		}
		if err != nil {
			if !body.failIn(s, r, dialog, err) {
				s.Fail(w, r, err)
				return
			}
			status := body.Status()
			if desk.CodeOf(err) == desk.CodeConflict {
				status = http.StatusConflict
			}
			s.categoriesPage(w, r, status, body, f.Value("path"))
			return
		}
		s.done(w, r, "/categories", said)
	}
}

// categoryAdd puts a category below another.
func (s *Server) categoryAdd(r *http.Request, f Form, in desk.CategoryChange) error {
	in.New, in.Parent, in.Name = true, f.Value("path"), f.Value("name")
	_, err := s.Desk.SaveCategory(r.Context(), identityOf(r.Context()).who, in)
	return err
}

// categoryEdit changes what pages call a category, and its words.
func (s *Server) categoryEdit(r *http.Request, f Form, in desk.CategoryChange) error {
	path := f.Value("path")
	in.Parent = desk.CategoryParent(path)
	in.Name = strings.TrimPrefix(strings.TrimPrefix(path, in.Parent), "/")
	_, err := s.Desk.SaveCategory(r.Context(), identityOf(r.Context()).who, in)
	return err
}

// categoryDrop takes a category out of the tree.
func (s *Server) categoryDrop(r *http.Request, f Form, in desk.CategoryChange) error {
	return s.Desk.DropCategory(r.Context(), identityOf(r.Context()).who, f.Value("path"), in.Version, in.Why)
}

// wordsOf reads words with blanks, commas or line ends between them.
func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune("、，,；;", r) })
}

// categoryName is what pages call a category by itself: an office's own name as it is,
// one of the fifteen in the reader's language.
func (r teller) categoryName(n desk.CategoryNode) string {
	if n.Parent == "" && n.Display == "" {
		return r.t(n.Name)
	}
	return n.Shown()
}

// category is what pages call a path, from its class down.
func (r teller) category(path string) string {
	tree, class := r.desk.Categories(), desk.CategoryClass(path)
	shown := tree.Shown(path)
	if n, _ := tree.Node(class); n.Display == "" { // the class by its own name
		return r.t(class) + strings.TrimPrefix(shown, class)
	}
	return shown
}

// categoryOptions are the categories to pick from, findable by their own names and sounds.
func (r teller) categoryOptions() []Option {
	var out []Option
	for _, n := range r.desk.Categories().Nodes() {
		path := n.Path()
		text, keys := r.category(path), pinyinKeys(n.Shown())
		if n.Parent != "" { // by its own name, or from the class down
			keys += " " + pinyinKeys(text)
		}
		out = append(out, Option{Value: path, Text: text, Keys: keys})
	}
	return out
}

// categoryFilter is the picker of lists; what has left the tree can still be looked for.
func (r teller) categoryFilter(value string) Filter {
	f := Filter{Name: "category", Label: "领域", Value: value, Options: r.categoryOptions()}
	if value != "" && !slices.ContainsFunc(f.Options, func(o Option) bool { return o.Value == value }) {
		f.Options = append(f.Options, Option{Value: value, Text: r.category(value)})
	}
	return f
}
