package desk

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// SavedView (常用筛选) is a list's filters under a name: somebody's own, or shared with
// everybody who may open the list.
type SavedView struct {
	ID        int64
	OwnerID   int64
	Owner     string // name, as it is now
	Name      string
	Page      string // key of ViewPages
	Query     string // canonical, without "?": known parameters that aren't empty, in order of their names
	Shared    bool
	CreatedAt time.Time
	RemovedAt *time.Time // it can be brought back for a while
	RemovedBy int64
}

const (
	maxViewName  = 40  // runes
	maxViewValue = 200 // runes of one filter
	maxViews     = 50  // of one person on one page
	viewsKept    = 24 * time.Hour
)

// ViewPage is a list whose filters can be saved: what is needed to open it, and
// the parameters of its address that are filters. Its place in a long list isn't.
type ViewPage struct {
	Key    string
	Act    Act
	Params []string
}

// ViewPages are the lists with filters.
var ViewPages = []ViewPage{
	{"items", ActItemRead, []string{"state", "channel", "kind", "category", "urgency", "region", "topic", "q"}},
	{"incidents", ActIncidentRead, []string{"state", "level", "q"}},
	{"releases", ActIncidentRead, []string{"state"}},
	{"briefings", ActIncidentRead, []string{"state", "room"}},
	{"topics", ActItemRead, []string{"order", "region", "q"}},
	{"search", ActItemRead, []string{"category", "channel", "department", "from", "kind", "like", "number", "region", "state", "to", "urgency", "q"}},
	{"notices", ActIncidentRead, []string{"state"}},
	{"quarantine", ActQuarantine, []string{"state"}},
	{"record", ActRecordRead, []string{"type", "q"}},
}

// viewPage finds the list and checks that the actor may open it.
func viewPage(who Actor, key string) (ViewPage, error) {
	i := slices.IndexFunc(ViewPages, func(p ViewPage) bool { return p.Key == key })
	if i < 0 {
		return ViewPage{}, NotFound("没有这个列表")
	}
	if err := who.need(ViewPages[i].Act); err != nil {
		return ViewPage{}, err
	}
	if who.PersonID == 0 {
		return ViewPage{}, Forbidden("常用筛选属于个人，请登录后再用")
	}
	return ViewPages[i], nil
}

// Canonical keeps of a query what the list knows: filters that are set, each once,
// in order of their names. Values that can't be a filter's are refused.
func (p ViewPage) Canonical(query string) (string, error) {
	given, err := url.ParseQuery(strings.TrimPrefix(query, "?"))
	if err != nil {
		return "", Invalid("query", "筛选条件无法识别，请重新筛选后再保存")
	}
	kept := url.Values{}
	for _, name := range p.Params {
		v := strings.TrimSpace(given.Get(name))
		if v == "" {
			continue
		}
		if !utf8.ValidString(v) || utf8.RuneCountInString(v) > maxViewValue || strings.IndexFunc(v, unicode.IsControl) >= 0 {
			return "", Invalid("query", "筛选条件无法识别，请重新筛选后再保存")
		}
		if MaskText(v) != v {
			return "", Invalid("query", "查找文字里有个人号码，不能保存")
		}
		kept.Set(name, v)
	}
	return kept.Encode(), nil
}

// SavedViews lists the actor's own views of a list and those shared with everybody,
// own ones first, each in order of their names.
func (d *Desk) SavedViews(ctx context.Context, who Actor, page string) (list []SavedView, err error) {
	if _, err := viewPage(who, page); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListViews(ctx, who.PersonID, page)
		return err
	})
	slices.SortStableFunc(list, func(a, b SavedView) int {
		if mine := a.OwnerID == who.PersonID; mine != (b.OwnerID == who.PersonID) {
			return map[bool]int{true: -1, false: 1}[mine]
		}
		return cmp.Compare(a.Name, b.Name)
	})
	return list, err
}

// SaveView keeps filters under a name. Under a name that the actor has on that list
// already, it takes the place of what stood there.
func (d *Desk) SaveView(ctx context.Context, who Actor, v SavedView) (SavedView, error) {
	page, err := viewPage(who, v.Page)
	if err != nil {
		return v, err
	}
	v.Name = strings.Join(strings.Fields(v.Name), " ")
	switch n := utf8.RuneCountInString(v.Name); {
	case v.Name == "":
		return v, Invalid("name", "请给这组筛选起个名字")
	case n > maxViewName:
		return v, Invalid("name", "名称不超过 %d 字", maxViewName)
	case !utf8.ValidString(v.Name) || strings.IndexFunc(v.Name, unicode.IsControl) >= 0:
		return v, Invalid("name", "名称里有无法识别的字符")
	case MaskText(v.Name) != v.Name:
		return v, Invalid("name", "名称里不要写个人号码")
	}
	if v.Query, err = page.Canonical(v.Query); err != nil {
		return v, err
	}
	if v.Query == "" {
		return v, Invalid("query", "还没有筛选，先选一个条件再保存")
	}
	now := d.Now()
	v.OwnerID, v.Owner, v.CreatedAt = who.PersonID, who.Name, now
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if err := tx.PurgeViews(ctx, now.Add(-viewsKept)); err != nil {
			return err
		}
		list, err := tx.ListViews(ctx, who.PersonID, v.Page)
		if err != nil {
			return err
		}
		own := 0
		var was *SavedView
		for i := range list {
			if list[i].OwnerID != who.PersonID {
				continue
			}
			if own++; list[i].Name == v.Name {
				was = &list[i]
			}
		}
		if was != nil {
			v.ID, v.CreatedAt = was.ID, was.CreatedAt
			if err := tx.SaveView(ctx, v); err != nil {
				return err
			}
			return tx.Record(ctx, event(who, now, "view.saved", "view", v.ID).change(was.brief(), v.brief()))
		}
		if own >= maxViews {
			return Invalid("name", "这个列表已有 %d 组常用筛选，请先删去不用的", maxViews)
		}
		if err := tx.NewView(ctx, &v); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, now, "view.saved", "view", v.ID).change(nil, v.brief()))
	})
	return v, err
}

// ShareView shares one's own view with everybody who may open its list, or takes it back.
func (d *Desk) ShareView(ctx context.Context, who Actor, id int64, shared bool) (SavedView, error) {
	return d.changeView(ctx, who, id, "view.shared", func(v *SavedView, now time.Time) error {
		if v.OwnerID != who.PersonID {
			return Forbidden("只有保存的人可以共享或收回")
		}
		if v.RemovedAt != nil {
			return NotFound("没有这组常用筛选，可能已被删除")
		}
		v.Shared = shared
		return nil
	})
}

// RemoveView removes a view: its owner's act, and for shared ones also that of whoever
// leads the shift. For a day it can be brought back.
func (d *Desk) RemoveView(ctx context.Context, who Actor, id int64) (SavedView, error) {
	return d.changeView(ctx, who, id, "view.removed", func(v *SavedView, now time.Time) error {
		if v.RemovedAt != nil {
			return NotFound("没有这组常用筛选，可能已被删除")
		}
		if !v.MayRemove(who) {
			return Forbidden("共享的常用筛选由保存的人、班长或值班员删除")
		}
		v.RemovedAt, v.RemovedBy = &now, who.PersonID
		return nil
	})
}

// RestoreView brings back a view that the actor has removed.
func (d *Desk) RestoreView(ctx context.Context, who Actor, id int64) (SavedView, error) {
	return d.changeView(ctx, who, id, "view.restored", func(v *SavedView, now time.Time) error {
		if v.RemovedAt == nil {
			return nil
		}
		if v.RemovedBy != who.PersonID && v.OwnerID != who.PersonID {
			return NotFound("没有这组常用筛选，可能已被删除")
		}
		v.RemovedAt, v.RemovedBy = nil, 0
		return nil
	})
}

// MayRemove says whether somebody who sees the view may remove it.
func (v SavedView) MayRemove(who Actor) bool {
	return v.OwnerID == who.PersonID || v.Shared && (who.Has(RoleShiftLead) || who.Has(RoleDuty))
}

// changeView is the frame of what is done to a view. One that isn't shared doesn't
// exist for others.
func (d *Desk) changeView(ctx context.Context, who Actor, id int64, typ string, change func(*SavedView, time.Time) error) (v SavedView, err error) {
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if v, err = tx.ViewByID(ctx, id, true); err != nil {
			return err
		}
		if v.OwnerID != who.PersonID && !v.Shared {
			return NotFound("没有这组常用筛选，可能已被删除")
		}
		if _, err := viewPage(who, v.Page); err != nil {
			return err
		}
		was := v
		if err := change(&v, now); err != nil {
			return err
		}
		if v.same(was) {
			return nil
		}
		if err := tx.SaveView(ctx, v); err != nil {
			if CodeOf(err) == CodeConflict {
				return Conflict("name", "已有同名的常用筛选")
			}
			return err
		}
		return tx.Record(ctx, event(who, now, typ, "view", v.ID).change(was.brief(), v.brief()))
	})
	return v, err
}

func (v SavedView) same(w SavedView) bool {
	return v.Shared == w.Shared && (v.RemovedAt == nil) == (w.RemovedAt == nil)
}

// brief is what the record keeps of it. Its words hold no number of a person: those are refused.
func (v SavedView) brief() map[string]any {
	return map[string]any{"name": v.Name, "page": v.Page, "query": v.Query, "shared": v.Shared, "removed": v.RemovedAt != nil}
}
