package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// The kinds of a TopicAct.
const (
	TopicJoined = "join"  // a whole topic into another
	TopicSplit  = "split" // chosen items into a new one
	TopicMoved  = "move"  // chosen items into one that exists
)

// TopicAct is what a person, or the machine, did to topics, with what is needed to take
// it back.
type TopicAct struct {
	ID       int64
	Kind     string
	From, To int64
	Items    []int64 // those that moved
	Pinned   []int64 // those of them that a person had placed before
	Apart    bool    // the two were declared apart before
	At       time.Time
	ByID     int64
	By       string
	Why      string
	UndoneAt *time.Time
	UndoneBy string
	// FromTitle and ToTitle are what the two are called; filled when listed.
	FromTitle, ToTitle string
}

// TopicActTx keeps what people do to topics. The machine respects it: PutDocs
// leaves pinned items where they are, and goes to where a joined topic leads.
type TopicActTx interface {
	// LockTopics locks topics and gives them in order of id; those that aren't in
	// scope are left out.
	LockTopics(ctx context.Context, scope Scope, ids ...int64) ([]Topic, error)
	// MoveDocs moves items from a topic to another and pins them; no items: all of it.
	// It gives those that moved, and those of them that were pinned before.
	MoveDocs(ctx context.Context, from, to int64, items []int64) (moved, pinned []int64, err error)
	// Unpin lets the machine move items again.
	Unpin(ctx context.Context, items []int64) error
	// LeadTopic makes the address of a topic lead to another; 0: to itself again. What
	// leads to it so far leads there at once.
	LeadTopic(ctx context.Context, from, to int64) error
	// SetApart declares two topics apart, or no longer.
	SetApart(ctx context.Context, a, b int64, apart bool, at time.Time) error
	// ApartOf gives the topics from which each of these is apart.
	ApartOf(ctx context.Context, topics []int64) (map[int64][]int64, error)
	// Placed says in which topics items stand, and which of them people have placed.
	Placed(ctx context.Context, items []int64) (map[int64]PlacedItem, error)
	// Recount counts topics anew from what stands in them.
	Recount(ctx context.Context, topics ...int64) error
	NewTopicAct(ctx context.Context, a *TopicAct) error
	TopicActByID(ctx context.Context, id int64, lock bool) (TopicAct, error)
	// TopicActs gives what was done to or from topics, the newest first.
	TopicActs(ctx context.Context, limit int, topics ...int64) ([]TopicAct, error)
	UndoTopicAct(ctx context.Context, id int64, by string, at time.Time) error
}

// PlacedItem is where an item stands.
type PlacedItem struct {
	Topic  int64
	Pinned bool // a person has placed it: the machine never moves it
}

// ByMachine says whether no person did it.
func (a TopicAct) ByMachine() bool { return a.ByID == 0 && a.By == System.Name }

// mostArranged bounds the items that one act moves: it is one transaction.
const mostArranged = 50_000

// JoinTopics puts all items of a topic into another (并入). The address of the first
// leads to the other from then on, and what the machine would put into it goes there.
func (d *Desk) JoinTopics(ctx context.Context, who Actor, from, into int64, why string) (TopicAct, error) {
	if err := who.need(ActTopicArrange); err != nil {
		return TopicAct{}, err
	}
	if from == into {
		return TopicAct{}, Invalid("into", "请选择另一个话题")
	}
	return d.arrange(ctx, who, TopicAct{Kind: TopicJoined, From: from, To: into, Why: why}, nil)
}

// MoveItems puts chosen items of a topic into another. Where none is left it is a
// joining.
func (d *Desk) MoveItems(ctx context.Context, who Actor, from, to int64, items []int64, why string) (TopicAct, error) {
	if err := who.need(ActTopicArrange); err != nil {
		return TopicAct{}, err
	}
	switch {
	case len(items) == 0:
		return TopicAct{}, Invalid("items", "请先勾选要移动的来件")
	case from == to:
		return TopicAct{}, Invalid("into", "请选择另一个话题")
	}
	return d.arrange(ctx, who, TopicAct{Kind: TopicMoved, From: from, To: to, Items: items, Why: why}, nil)
}

// SplitTopic puts chosen items of a topic into a new one (拆分), and declares the two
// apart: the machine never puts them together again. A title that is given stays;
// without one the new topic is called by its items' words.
func (d *Desk) SplitTopic(ctx context.Context, who Actor, from int64, items []int64, title, why string) (TopicAct, error) {
	if err := who.need(ActTopicArrange); err != nil {
		return TopicAct{}, err
	}
	if len(items) == 0 {
		return TopicAct{}, Invalid("items", "请先勾选要拆出的来件")
	}
	title = strings.TrimSpace(title)
	if len([]rune(title)) > MaxTitle {
		return TopicAct{}, Invalid("title", "名称不超过 %d 字", MaxTitle)
	}
	return d.arrange(ctx, who, TopicAct{Kind: TopicSplit, From: from, Items: items, Why: why}, &Topic{Title: title})
}

// justLogged is how long whoever logged an item may still say what it is the same as.
const justLogged = 10 * time.Minute

// SameMatter says that an item that was just logged is about the same matter as another
// (并到这一件): it goes to that one's topic, and stays there.
func (d *Desk) SameMatter(ctx context.Context, who Actor, item, as int64) error {
	if err := who.need(ActItemLog); err != nil {
		return err
	}
	var it, other Item
	err := d.Store.View(ctx, func(tx Tx) (err error) {
		if it, err = tx.ItemByID(ctx, d.scope(who), item, false); err != nil {
			return err
		}
		other, err = tx.ItemByID(ctx, d.scope(who), as, false)
		return err
	})
	switch {
	case err != nil:
		return err
	case d.Now().Sub(it.ReceivedAt) > justLogged && !who.May(ActTopicArrange):
		return Forbidden("您的角色没有这项权限，请联系有权限的同事办理")
	case it.TopicID == 0 || other.TopicID == 0:
		return Conflict("", "那一件还没有研判，请稍后在话题中移动")
	case it.TopicID == other.TopicID:
		return nil
	}
	_, err = d.arrange(ctx, who, TopicAct{Kind: TopicMoved, From: it.TopicID, To: other.TopicID, Items: []int64{item}}, nil)
	return err
}

// arrange moves items between two topics and records it. fresh is the topic that a
// splitting opens.
func (d *Desk) arrange(ctx context.Context, who Actor, told TopicAct, fresh *Topic) (a TopicAct, err error) {
	now := d.Now()
	told.At, told.ByID, told.By = now, who.PersonID, who.Name
	told.Items = slices.Compact(slices.Sorted(slices.Values(told.Items)))
	err = d.Store.InTx(ctx, func(tx Tx) error {
		a = told // the store may run this again
		ids := []int64{a.From}
		if fresh == nil {
			ids = append(ids, a.To)
		}
		locked, err := d.lockTopics(ctx, tx, who, ids...)
		if err != nil {
			return err
		}
		from := locked[a.From]
		if a.Kind == TopicJoined && from.Count > mostArranged || len(a.Items) > mostArranged {
			return Invalid("", "一次最多移动 %d 件", mostArranged)
		}
		if err := d.chosen(ctx, tx, who, a); err != nil {
			return err
		}
		if fresh != nil {
			if len(a.Items) >= from.Count {
				return Invalid("items", "至少要留下一件；整个话题要换地方，请用“并入”")
			}
			to := *fresh
			if err := to.openFrom(ctx, tx, d.scope(who), a.Items); err != nil {
				return err
			}
			if err := tx.NewTopics(ctx, []*Topic{&to}); err != nil {
				return err
			}
			if fresh.Title != "" {
				if err := tx.SetTopicTitle(ctx, to.ID, to.Title, true); err != nil {
					return err
				}
			}
			a.To, locked[to.ID] = to.ID, to
		}
		return d.carry(ctx, tx, who, &a, from, locked[a.To], now)
	})
	return a, err
}

// carry does what was decided, in a transaction that holds both topics.
func (d *Desk) carry(ctx context.Context, tx Tx, who Actor, a *TopicAct, from, to Topic, now time.Time) error {
	apart, err := tx.ApartOf(ctx, []int64{a.From})
	if err != nil {
		return err
	}
	a.Apart = slices.Contains(apart[a.From], a.To)
	moved, pinned, err := tx.MoveDocs(ctx, a.From, a.To, a.Items)
	if err != nil {
		return err
	}
	if len(moved) < len(a.Items) {
		return Conflict("items", "其中有的来件刚被移走，请刷新后重试")
	}
	if a.Items, a.Pinned = moved, pinned; a.Kind == TopicMoved && len(moved) >= from.Count {
		a.Kind = TopicJoined
	}
	if a.Kind == TopicJoined {
		if err := tx.LeadTopic(ctx, a.From, a.To); err != nil {
			return err
		}
		if err := d.burstsFollow(ctx, tx, who, a.From, a.To, now); err != nil {
			return err
		}
	}
	if split := a.Kind == TopicSplit; split != a.Apart && a.Kind != TopicMoved {
		if err := tx.SetApart(ctx, a.From, a.To, split, now); err != nil {
			return err
		}
	}
	if err := tx.Recount(ctx, a.From, a.To); err != nil {
		return err
	}
	if err := d.reckon(ctx, tx, now, a.From, a.To); err != nil {
		return err
	}
	if err := d.retitle(ctx, tx, now, a.From, a.To); err != nil {
		return err
	}
	if err := tx.NewTopicAct(ctx, a); err != nil {
		return err
	}
	return tx.Record(ctx, a.event(who, now, "topic."+map[string]string{TopicJoined: "joined", TopicSplit: "split", TopicMoved: "moved"}[a.Kind], to.region(from)))
}

// region is where the topic lies, or the other where nobody knows.
func (t Topic) region(other Topic) string {
	if t.Region != "" {
		return t.Region
	}
	return other.Region
}

// event is the record of the act: which items stood where, and where they stand now.
func (a TopicAct) event(who Actor, now time.Time, typ, region string) Event {
	items := a.Items[:min(len(a.Items), 1000)]
	e := event(who, now, typ, "topic", a.To).with(map[string]any{"id": ident(a.To), "from": ident(a.From), "act": ident(a.ID), "count": len(a.Items), "items": idents(items)}).
		change(map[string]string{"topic": ident(a.From)}, map[string]string{"topic": ident(a.To)}).because(a.Why)
	e.Region = region
	return e
}

// lockTopics locks topics that the actor may see and that haven't been joined elsewhere.
func (d *Desk) lockTopics(ctx context.Context, tx Tx, who Actor, ids ...int64) (map[int64]Topic, error) {
	list, err := tx.LockTopics(ctx, d.scope(who), ids...)
	if err != nil {
		return nil, err
	}
	by := map[int64]Topic{}
	for _, t := range list {
		if t.JoinedInto != 0 {
			return nil, Conflict("into", "这个话题刚被并入另一个话题，请刷新后重试")
		}
		by[t.ID] = t
	}
	for _, id := range ids {
		if _, ok := by[id]; !ok {
			return nil, NotFound("没有找到这个话题，或不在您的范围内")
		}
	}
	return by, nil
}

// chosen checks that the items stand in the topic and that the actor may see them.
func (d *Desk) chosen(ctx context.Context, tx Tx, who Actor, a TopicAct) error {
	for part := range slices.Chunk(a.Items, 1000) {
		seen, err := tx.ListItems(ctx, d.scope(who), ItemFilter{Topic: a.From, IDs: part, Page: Page{Limit: len(part)}})
		if err != nil {
			return err
		}
		if len(seen) < len(part) {
			return Conflict("items", "其中有的来件不在这个话题里，或不在您的范围内，请刷新后重试")
		}
	}
	return nil
}

// openFrom gives a new topic title, place and region of its oldest item.
func (t *Topic) openFrom(ctx context.Context, tx Tx, scope Scope, items []int64) error {
	it, err := tx.ItemByID(ctx, scope, slices.Min(items), false)
	if err != nil {
		return err
	}
	if t.Title == "" {
		t.Title = it.topicTitle()
	}
	if it.Verdict != nil {
		t.Place = it.Verdict.Place
	}
	t.Region, t.First, t.Last = it.Region(), it.ReceivedAt, it.ReceivedAt // counted right afterwards
	return nil
}

// topicUndoFor is how long an act on topics can be taken back.
const topicUndoFor = 24 * time.Hour

// Undoable says whether the act can still be taken back, as far as time goes.
func (a TopicAct) Undoable(now time.Time) bool {
	return a.UndoneAt == nil && now.Sub(a.At) < topicUndoFor
}

// UndoTopicAct takes back what was done to topics last: items go back to where they
// were, and the machine may move again what it might before. What came in meanwhile
// stays, but for a splitting, whose new topic ends. It gives where the items are now.
func (d *Desk) UndoTopicAct(ctx context.Context, who Actor, id int64) (a TopicAct, err error) {
	if err := who.need(ActTopicArrange); err != nil {
		return a, err
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		seen, err := tx.TopicActByID(ctx, id, false)
		if err != nil {
			return err
		}
		locked, err := tx.LockTopics(ctx, d.scope(who), seen.From, seen.To)
		if err != nil {
			return err
		}
		if len(locked) < 2 {
			return NotFound("没有找到这个话题，或不在您的范围内")
		}
		if a, err = tx.TopicActByID(ctx, id, true); err != nil {
			return err
		}
		later, err := tx.TopicActs(ctx, 10, a.From, a.To)
		if err != nil {
			return err
		}
		switch {
		case a.UndoneAt != nil:
			return Conflict("", "这一步已经撤销过了")
		case !a.Undoable(now):
			return Conflict("", "超过 24 小时，不能撤销；可以再移动或拆分")
		case slices.ContainsFunc(later, func(b TopicAct) bool { return b.ID > a.ID && b.UndoneAt == nil }):
			return Conflict("", "这两个话题后来又有改动，请先撤销后来的那一步")
		}
		return d.carryBack(ctx, tx, who, a, locked, now)
	})
	return a, err
}

func (d *Desk) carryBack(ctx context.Context, tx Tx, who Actor, a TopicAct, locked []Topic, now time.Time) error {
	back := a.Items
	if a.Kind == TopicSplit {
		back = nil // all: the topic wasn't there before
	}
	if a.Kind == TopicJoined {
		if err := tx.LeadTopic(ctx, a.From, 0); err != nil {
			return err
		}
	}
	moved, _, err := tx.MoveDocs(ctx, a.To, a.From, back)
	if err != nil {
		return err
	}
	pinned := make(map[int64]bool, len(a.Pinned))
	for _, id := range a.Pinned {
		pinned[id] = true
	}
	loose := slices.DeleteFunc(slices.Clone(moved), func(id int64) bool { return pinned[id] })
	if err := tx.Unpin(ctx, loose); err != nil {
		return err
	}
	if a.Kind != TopicMoved {
		// What the machine joined and a person took back stays apart for good.
		if err := tx.SetApart(ctx, a.From, a.To, a.Apart || a.ByMachine(), now); err != nil {
			return err
		}
	}
	if a.Kind == TopicSplit {
		if err := tx.LeadTopic(ctx, a.To, a.From); err != nil {
			return err
		}
		if err := d.burstsFollow(ctx, tx, who, a.To, a.From, now); err != nil {
			return err
		}
	}
	if err := tx.Recount(ctx, a.From, a.To); err != nil {
		return err
	}
	if err := d.reckon(ctx, tx, now, a.From, a.To); err != nil {
		return err
	}
	if err := d.retitle(ctx, tx, now, a.From, a.To); err != nil {
		return err
	}
	if err := tx.UndoTopicAct(ctx, a.ID, who.Name, now); err != nil {
		return err
	}
	a.From, a.To, a.Items, a.Why = a.To, a.From, moved, ""
	return tx.Record(ctx, a.event(who, now, "topic.undone", locked[0].region(locked[1])))
}
