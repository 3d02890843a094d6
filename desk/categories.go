package desk

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

const settingCategories = "categories"

// categorySetting is the tree as people set it on its page.
type categorySetting struct {
	Version int64          `json:"version"`
	Nodes   []CategoryNode `json:"nodes"`
}

// CategoriesSet is what stands of the tree: who reads it, and whether people have
// changed it on its page, from when on the policy file's has no say.
type CategoriesSet struct {
	Tree    CategoryTree
	Version int64 // 0: nobody has changed it
}

// CategoryChange adds a category or says something else of it. Name and place of one
// that is there stay: items bear them.
type CategoryChange struct {
	CategoryNode
	New     bool
	Version int64 // of the tree that the person saw
	Why     string
}

// Categories is the tree in use.
func (d *Desk) Categories() CategoryTree {
	if d.Tree != nil {
		return d.Tree.Tree()
	}
	return d.Policy.Reading.Tree()
}

// ListCategories gives the tree in use to those who read items.
func (d *Desk) ListCategories(who Actor) (CategoryTree, error) {
	if err := who.need(ActItemRead); err != nil {
		return CategoryTree{}, err
	}
	return d.Categories(), nil
}

// CategoriesNow gives the tree as it stands in the database, for those who change it.
func (d *Desk) CategoriesNow(ctx context.Context, who Actor) (set CategoriesSet, err error) {
	if err := who.need(ActCategoryManage); err != nil {
		return set, err
	}
	return d.FollowCategories(ctx)
}

// FollowCategories takes up what people have set, at this node: what a node does every
// few seconds.
func (d *Desk) FollowCategories(ctx context.Context) (set CategoriesSet, err error) {
	if d.Playing != nil { // a drill goes by the office's tree
		return CategoriesSet{Tree: d.Categories()}, nil
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		set, err = d.categories(ctx, tx, false)
		return err
	})
	if err == nil {
		d.useCategories(set)
	}
	return set, err
}

func (d *Desk) useCategories(set CategoriesSet) {
	switch {
	case d.Tree == nil:
	case set.Version == 0:
		d.Tree.Use(nil)
	default:
		d.Tree.Use(&set.Tree)
	}
}

func (d *Desk) categories(ctx context.Context, tx Tx, lock bool) (CategoriesSet, error) {
	raw, err := tx.Setting(ctx, settingCategories, lock)
	if err != nil {
		return CategoriesSet{}, err
	}
	if raw == nil {
		set := CategoriesSet{Tree: d.Policy.Reading.Tree()}
		if d.Tree != nil {
			set.Tree = d.Tree.File()
		}
		return set, nil
	}
	var s categorySetting
	if err := json.Unmarshal(raw, &s); err != nil {
		return CategoriesSet{}, &Error{Code: CodeInternal, Text: "领域设置无法读取", Cause: err}
	}
	tree, err := NewCategoryTree(s.Nodes)
	if err != nil {
		return CategoriesSet{}, &Error{Code: CodeInternal, Text: "领域设置无法读取", Cause: err}
	}
	return CategoriesSet{Tree: tree, Version: s.Version}, nil
}

// SaveCategory adds a category below another, or changes what pages call one and which
// words speak for it. Nodes read by it within seconds; items keep what they have.
func (d *Desk) SaveCategory(ctx context.Context, who Actor, in CategoryChange) (CategoryNode, error) {
	n := in.CategoryNode
	n.Name, n.Display = strings.TrimSpace(n.Name), strings.TrimSpace(n.Display)
	if n.Display == n.Name {
		n.Display = ""
	}
	n.Words = slices.Clone(n.Words)
	slices.Sort(n.Words)
	n.Words = slices.Compact(n.Words)
	return n, d.changeCategories(ctx, who, in.Version, n, in.Why, func(own []CategoryNode) ([]CategoryNode, string, error) {
		i := slices.IndexFunc(own, func(is CategoryNode) bool { return is.Path() == n.Path() })
		switch {
		case in.New && (i >= 0 || n.Parent == ""):
			return nil, "", Invalid("name", "“%s”已经有了，同一上级之下不能重名", n.Name)
		case in.New:
			return append(own, n), "category.added", nil
		case i >= 0:
			own[i] = n
			return own, "category.changed", nil
		case n.Parent == "" && slices.Contains(Categories, n.Name): // one of the fifteen, of which nothing was said yet
			return append(own, n), "category.changed", nil
		}
		return nil, "", NotFound("没有这个领域，可能刚被同事删除")
	})
}

// DropCategory takes a category without others below it out of the tree. Items that
// bear it keep it, and lists of what is above still find them.
func (d *Desk) DropCategory(ctx context.Context, who Actor, path string, version int64, why string) error {
	gone := CategoryNode{Name: path[strings.LastIndex(path, categorySlash)+1:], Parent: CategoryParent(path)}
	return d.changeCategories(ctx, who, version, gone, why, func(own []CategoryNode) ([]CategoryNode, string, error) {
		i := slices.IndexFunc(own, func(is CategoryNode) bool { return is.Path() == path })
		switch {
		case gone.Parent == "":
			return nil, "", Invalid("path", "十五个一级领域不能删除，只能改显示名和用语")
		case i < 0:
			return nil, "", NotFound("没有这个领域，可能刚被同事删除")
		case slices.ContainsFunc(own, func(is CategoryNode) bool { return is.Parent == path }):
			return nil, "", Conflict("path", "请先删除它的下级领域")
		}
		return slices.Delete(own, i, i+1), "category.removed", nil
	})
}

// changeCategories changes the tree by one line, in one transaction with its proof.
func (d *Desk) changeCategories(ctx context.Context, who Actor, version int64, line CategoryNode, why string, change func([]CategoryNode) ([]CategoryNode, string, error)) error {
	if err := who.need(ActCategoryManage); err != nil {
		return err
	}
	if d.Playing != nil {
		return Forbidden("演练沿用本单位的领域，请在正式系统中修改")
	}
	if len([]rune(why)) > 200 {
		return Invalid("why", "理由不超过 200 字")
	}
	now := d.Now()
	var after CategoriesSet
	err := d.Store.InTx(ctx, func(tx Tx) error {
		set, err := d.categories(ctx, tx, true)
		if err != nil {
			return err
		}
		if set.Version != version {
			return Conflict("version", "领域刚被同事改过，请核对后再保存")
		}
		was, _ := set.Tree.Node(line.Path())
		own, typ, err := change(set.Tree.Own())
		if err != nil {
			return err
		}
		if after.Tree, err = NewCategoryTree(own); err != nil {
			return ofLine(err)
		}
		after.Version = set.Version + 1
		if err := tx.SetSetting(ctx, settingCategories, mustJSON(categorySetting{after.Version, own})); err != nil {
			return err
		}
		is, there := after.Tree.Node(line.Path())
		e := event(who, now, typ, "category", 0).because(strings.TrimSpace(why))
		e.Subject.ID = line.Path()
		switch {
		case typ == "category.added":
			e = e.change(nil, said(is))
		case !there:
			e = e.change(said(was), nil)
		default:
			e = e.change(said(was), said(is))
		}
		return tx.Record(ctx, e.with(map[string]any{"path": line.Path(), "version": strconv.FormatInt(after.Version, 10)}))
	})
	if err == nil {
		d.useCategories(after)
	}
	return err
}

// said is what the record keeps of a category.
func said(n CategoryNode) map[string]any {
	return map[string]any{"display": n.Shown(), "words": strings.Join(n.Words, " ")}
}

// ofLine leaves the line's number out of an error's field: on the page there is one line.
func ofLine(err error) error {
	if e, ok := err.(*Error); ok {
		short := *e
		_, short.Field, _ = strings.Cut(e.Field, "].")
		return &short
	}
	return err
}

// category is the path of what somebody chose as a category; what stands already is
// no choice, and may have left the tree.
func (d *Desk) category(chosen, stands string) (string, *Error) {
	chosen = strings.TrimSpace(chosen)
	if chosen == "" || chosen == stands {
		return chosen, nil
	}
	if path, ok := d.Categories().Find(chosen); ok {
		return path, nil
	}
	return "", Invalid(FieldCategory, "没有“%s”这一项，请从列表中选择", chosen)
}

// checkPicked refuses choices for a new item's verdict that nobody offers, and names
// categories by their paths and regions by their names.
func (d *Desk) checkPicked(picked map[string]string) error {
	var probe Verdict
	for f, value := range picked {
		value, fault := d.offered(f, value, nil)
		if fault != nil {
			return fault
		}
		picked[f] = value
		if err := probe.setField(f, value); err != nil {
			return err
		}
	}
	return nil
}
