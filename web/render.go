package web

import (
	"bytes"
	"errors"
	"fmt"
	"html/template"
	"io"
	"io/fs"
	"maps"
	"net/http"
	"path"
	"slices"
	"sort"
	"strings"
	"text/template/parse"
	"time"
)

// Views renders the pages. Every view is parsed and escaped when it is made, in every language,
// so that a broken one stops the program at its start and not a person at night.
type Views struct {
	zone      *time.Location
	static    *Static
	catalogue Catalogue
	scripts   Catalogue                                // the scripts' texts
	sets      map[string]map[string]*template.Template // language → view → templates
}

// partsView is the set that holds the shared parts alone, for fragments.
const partsView = ""

// NewViews parses the embedded views. Instants are shown in zone.
func NewViews(zone *time.Location, static *Static) (*Views, error) {
	catalogue, err := loadCatalogue("views/en.json")
	if err != nil {
		return nil, err
	}
	scripts, err := loadCatalogue("views/en-js.json")
	if err != nil {
		return nil, err
	}
	v := &Views{zone: zone, static: static, catalogue: catalogue, scripts: scripts, sets: map[string]map[string]*template.Template{}}
	for _, lang := range Langs {
		set, err := v.parse(lang)
		if err != nil {
			return nil, err
		}
		v.sets[lang] = set
	}
	return v, v.check()
}

// parse reads parts/*.html once and gives each page those that it uses, so that every page
// may define "main" and blocks of its own without touching another's. A page with all the parts would be
// ten times as large, and there are dozens.
func (v *Views) parse(lang string) (map[string]*template.Template, error) {
	base, err := template.New("parts").Funcs(v.funcs(lang)).ParseFS(viewFiles, "views/parts/*.html")
	if err != nil {
		return nil, err
	}
	parts := trees(base)
	set := map[string]*template.Template{partsView: base}
	err = fs.WalkDir(viewFiles, "views", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".html" || path.Dir(name) == "views/parts" {
			return err
		}
		body, err := viewFiles.ReadFile(name)
		if err != nil {
			return err
		}
		own, err := template.New(path.Base(name)).Funcs(v.funcs(lang)).Parse(string(body))
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		page, err := assemble(template.New(path.Base(name)).Funcs(v.funcs(lang)), trees(own), parts)
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		v.mark(lang, page)
		set[strings.TrimSuffix(strings.TrimPrefix(name, "views/"), ".html")] = page
		return nil
	})
	v.mark(lang, base) // the pages have copies
	return set, err
}

// trees are the templates of a set by name.
func trees(set *template.Template) map[string]*parse.Tree {
	by := map[string]*parse.Tree{}
	for _, t := range set.Templates() {
		by[t.Name()] = t.Tree
	}
	return by
}

// frames are the parts that stand around a page: for the office, and for everybody.
var frames = []string{"layout", "public"}

// assemble adds a page's own templates to an empty set, and the frames, and the parts that any of them uses.
func assemble(page *template.Template, own, parts map[string]*parse.Tree) (*template.Template, error) {
	names := append(slices.Sorted(maps.Keys(own)), frames...)
	for i := 0; i < len(names); i++ {
		if i > 0 && slices.Contains(names[:i], names[i]) {
			continue
		}
		tree, ok := own[names[i]]
		if !ok {
			if tree, ok = parts[names[i]]; !ok {
				return nil, fmt.Errorf("no template %q", names[i])
			}
		}
		if _, err := page.AddParseTree(names[i], tree.Copy()); err != nil {
			return nil, err
		}
		names = append(names, used(tree.Root)...)
	}
	return page, nil
}

// used are the names of the templates that a node calls.
func used(node parse.Node) (names []string) {
	switch n := node.(type) {
	case *parse.ListNode:
		if n != nil {
			for _, c := range n.Nodes {
				names = append(names, used(c)...)
			}
		}
	case *parse.IfNode:
		names = append(used(n.List), used(n.ElseList)...)
	case *parse.RangeNode:
		names = append(used(n.List), used(n.ElseList)...)
	case *parse.WithNode:
		names = append(used(n.List), used(n.ElseList)...)
	case *parse.TemplateNode:
		names = []string{n.Name}
	}
	return names
}

// mark lets every template of a set mark what isn't in its language.
func (v *Views) mark(lang string, set *template.Template) {
	if lang == LangChinese {
		return
	}
	for _, t := range set.Templates() {
		markForeign(t.Tree)
	}
}

// check escapes every template. html/template does so at the first use; with no data the run itself
// fails soon after, which says nothing, but an *template.Error is a fault of the view.
func (v *Views) check() error {
	for _, set := range v.sets {
		for view, page := range set {
			for _, t := range page.Templates() {
				var broken *template.Error
				if err := t.Execute(io.Discard, nil); errors.As(err, &broken) {
					return fmt.Errorf("view %q: %w", view, broken)
				}
			}
		}
	}
	return nil
}

// Names of the pages' views, sorted.
func (v *Views) Names() []string {
	var names []string
	for name := range v.sets[LangChinese] {
		if name != partsView {
			names = append(names, name)
		}
	}
	sort.Strings(names)
	return names
}

// Text gives an interface text in the language.
func (v *Views) Text(lang, text string, args ...any) string {
	return v.catalogue.Text(lang, text, args...)
}

// Render writes a whole page. Nothing is written before the page is complete, so that an error
// (the view's fault, for the log) can still become an answer.
func (v *Views) Render(w http.ResponseWriter, status int, view string, p *Page) error {
	body, err := v.execute(p.Lang, view, "layout", p)
	if err != nil {
		return err
	}
	return write(w, status, body)
}

// Fragment writes one block of a view, for an htmx request.
func (v *Views) Fragment(w http.ResponseWriter, status int, lang, view, block string, data any) error {
	body, err := v.execute(lang, view, block, data)
	if err != nil {
		return err
	}
	return write(w, status, body)
}

// Part renders one shared part to a string, for the live feed.
func (v *Views) Part(lang, name string, data any) (string, error) {
	body, err := v.execute(lang, partsView, name, data)
	return string(body), err
}

func (v *Views) execute(lang, view, block string, data any) ([]byte, error) {
	set, ok := v.sets[lang]
	if !ok {
		set = v.sets[LangChinese]
	}
	page, ok := set[view]
	if !ok {
		return nil, fmt.Errorf("no view named %q", view)
	}
	var out bytes.Buffer
	if err := page.ExecuteTemplate(&out, block, data); err != nil {
		return nil, fmt.Errorf("view %q, %s: %w", view, block, err)
	}
	return out.Bytes(), nil
}

// write sends a page that must never be kept: it holds what one person may see at one instant,
// and its countdowns start from the instant at which it was made.
func write(w http.ResponseWriter, status int, body []byte) error {
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("Content-Length", fmt.Sprint(len(body)))
	w.WriteHeader(status)
	_, err := w.Write(body)
	return err
}
