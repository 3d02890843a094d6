package desk

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"
)

// Lesson is a text of which people have said what it is: a correction, an item that
// was dealt with as the desk had read it, or a line of a labelled file.
type Lesson struct {
	Ref    string // where it comes from, for people: 来件 17, 文件 a.csv 第 3 行
	Item   int64  // 0: not an item
	Text   Text
	Fields map[string]string // FieldKind, FieldCategory, FieldDepartment: what is right
	Not    []string          `json:",omitempty"` // departments that it isn't for: they sent it back (退单)
	Stand  bool              // nobody set it: it was let stand
}

// Copy gives a verdict that can be changed without the original.
func (v Verdict) Copy() Verdict {
	v.Departments, v.Evidence, v.Refused = slices.Clone(v.Departments), slices.Clone(v.Evidence), slices.Clone(v.Refused)
	v.Confidence, v.Reasons = maps.Clone(v.Confidence), maps.Clone(v.Reasons)
	return v
}

// LearntModel (学习模型) is what was learnt from corrections, numbered. Number 0 is what
// the program ships, with nothing learnt.
type LearntModel struct {
	ID      int64
	Name    string
	MadeAt  time.Time
	MadeBy  string
	Digest  []byte // SHA-256 of Weights
	Weights []byte // nil in lists
	Report  ModelReport
}

// ModelReport compares a learnt model, on texts held out, with the one in use when it
// was made. Beside field values and numbers it holds no word of a text.
type ModelReport struct {
	Against   int64         `json:"against"`    // number of the model then in use
	AgainstAt int           `json:"against_at"` // lessons that the model then in use had learnt from: it does too well on those
	Set       int           `json:"set"`        // texts in which people set a field
	Stood     int           `json:"stood"`      // texts that people dealt with as they were read
	Fields    []FieldReport `json:"fields"`
}

// FieldReport is the comparison for one field.
type FieldReport struct {
	Field        string        `json:"field"`
	Set          Agreement     `json:"set"`              // with what people set
	Stood        Agreement     `json:"stood"`            // with what people let stand
	Refused      Agreement     `json:"refused,omitzero"` // texts that departments sent back, and how many are sent there still
	Classes      []ClassReport `json:"classes"`
	Changed      []ModelChange `json:"changed"` // the first of those that change
	ChangedCount int           `json:"changed_count"`
}

// Agreement counts how often each model says what people say.
type Agreement struct {
	Size   int `json:"size"`
	Before int `json:"before"`
	After  int `json:"after"`
}

// ClassReport is the comparison for one value.
type ClassReport struct {
	Name       string `json:"name"`
	Size       int    `json:"size"` // texts that are of it
	SaidBefore int    `json:"said_before"`
	HitBefore  int    `json:"hit_before"`
	SaidAfter  int    `json:"said_after"`
	HitAfter   int    `json:"hit_after"`
}

// F1Before is the harmonic mean of precision and recall of the model then in use.
func (c ClassReport) F1Before() float64 { return f1(c.HitBefore, c.SaidBefore, c.Size) }

// F1After is that of the new one.
func (c ClassReport) F1After() float64 { return f1(c.HitAfter, c.SaidAfter, c.Size) }

func f1(hit, said, size int) float64 { return 2 * float64(hit) / float64(max(said+size, 1)) }

// ModelChange is a text of which the new model says something else.
type ModelChange struct {
	Ref    string `json:"ref"`
	Item   int64  `json:"item"`
	Want   string `json:"want"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// ModelTx keeps learnt models, and reads what they learn from.
type ModelTx interface {
	NewModel(ctx context.Context, m *LearntModel) error // sets the id
	// ModelByID gives a model with its weights.
	ModelByID(ctx context.Context, id int64) (LearntModel, error)
	// ListModels gives them without weights, the newest first.
	ListModels(ctx context.Context) ([]LearntModel, error)
	// Corrected gives items behind an id of which people have set a field, with what
	// stands now; DealtWith those that people have dealt with and left as they were.
	Corrected(ctx context.Context, after int64, limit int) ([]Item, error)
	DealtWith(ctx context.Context, limit int) ([]Item, error)
}

// FieldNames are the fields that corrections teach, in words.
var FieldNames = map[string]string{FieldKind: "诉求类型", FieldCategory: "领域", FieldNode: "下级领域", FieldDepartment: "责任单位"}

// FieldNode is the category in full, for models: FieldCategory is its class to them.
const FieldNode = "node"

// MaxModel is how large a learnt model may be, in bytes.
const MaxModel = 8 << 20

const (
	settingModel = "model"
	lessonsPage  = 1000
	maxLessons   = 50_000
	maxStood     = 5_000
)

// modelSetting is which model speaks.
type modelSetting struct {
	Number int64 `json:"number"`
}

// Lessons gives what people have said of items: all corrections, and of what they
// dealt with otherwise the newest. A 举报 teaches nothing: nobody is to meet its words
// again.
func (d *Desk) Lessons(ctx context.Context, who Actor) (list []Lesson, err error) {
	if err := who.need(ActModelManage); err != nil {
		return nil, err
	}
	for after := int64(0); len(list) < maxLessons; {
		var items []Item
		err := d.Store.View(ctx, func(tx Tx) error {
			items, err = tx.Corrected(ctx, after, lessonsPage)
			return err
		})
		if err != nil {
			return nil, err
		}
		for _, it := range items {
			list = it.teach(list, it.Corrected, false)
			after = it.ID
		}
		if len(items) < lessonsPage {
			break
		}
	}
	var items []Item
	err = d.Store.View(ctx, func(tx Tx) error {
		items, err = tx.DealtWith(ctx, maxStood)
		return err
	})
	for _, it := range items {
		list = it.teach(list, []string{FieldKind, FieldCategory, FieldDepartment}, true)
	}
	for _, l := range list { // what has left the tree teaches what is left of it above
		if path, ok := l.Fields[FieldCategory]; ok {
			l.Fields[FieldCategory] = d.Categories().Nearest(path)
		}
	}
	return list, err
}

// teach adds what the item teaches about the fields.
func (it Item) teach(list []Lesson, fields []string, stand bool) []Lesson {
	if it.Verdict == nil || it.Verdict.Kind == KindReport || it.Sealed {
		return list
	}
	l := Lesson{Ref: "来件 " + ident(it.ID), Item: it.ID, Text: Text{Title: it.Title, Body: it.Body}, Fields: map[string]string{}, Stand: stand}
	for _, f := range []string{FieldKind, FieldCategory, FieldDepartment} {
		if v := it.Verdict.field(f); v != "" && slices.Contains(fields, f) {
			l.Fields[f] = v
		}
	}
	if slices.Contains(fields, FieldRefused) {
		l.Not = slices.DeleteFunc(slices.Clone(it.Verdict.Refused), func(name string) bool { return name == it.Verdict.Department() })
	}
	if len(l.Fields)+len(l.Not) == 0 {
		return list
	}
	return append(list, l)
}

// KeepModel stores a learnt model as a candidate: it doesn't speak until somebody
// switches to it. The same weights are kept once.
func (d *Desk) KeepModel(ctx context.Context, who Actor, name string, weights []byte, report ModelReport) (m LearntModel, isNew bool, err error) {
	if err := who.need(ActModelManage); err != nil {
		return m, false, err
	}
	if len(weights) == 0 || len(weights) > MaxModel {
		return m, false, Invalid("model", "模型文件应在 8 MiB 以内")
	}
	sum := sha256.Sum256(weights)
	m = LearntModel{Name: name, MadeAt: d.Now(), MadeBy: who.Name, Digest: sum[:], Weights: weights, Report: report}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		list, err := tx.ListModels(ctx)
		if err != nil {
			return err
		}
		for _, old := range list {
			if slices.Equal(old.Digest, m.Digest) {
				m = old
				return nil
			}
		}
		isNew = true
		if err := tx.NewModel(ctx, &m); err != nil {
			return err
		}
		return tx.Record(ctx, event(who, m.MadeAt, "model.made", "model", m.ID).with(m.brief()))
	})
	return m, isNew, err
}

func (m LearntModel) brief() map[string]any {
	return map[string]any{"number": ident(m.ID), "name": m.Name, "digest": hex.EncodeToString(m.Digest), "set": m.Report.Set, "stood": m.Report.Stood}
}

// Models lists the learnt models, the newest first, and the number of the one in use.
func (d *Desk) Models(ctx context.Context, who Actor) (list []LearntModel, inUse int64, err error) {
	if err := who.need(ActModelManage); err != nil {
		return nil, 0, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		if list, err = tx.ListModels(ctx); err != nil {
			return err
		}
		inUse, err = modelInUse(ctx, tx, false)
		return err
	})
	return list, inUse, err
}

// UseModel switches to a learnt model, or with 0 back to what the program ships. The
// one before stays.
func (d *Desk) UseModel(ctx context.Context, who Actor, number int64, why string) error {
	if err := who.need(ActModelManage); err != nil {
		return err
	}
	if len([]rune(why)) > 200 {
		return Invalid("why", "理由不超过 200 字")
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		was, err := modelInUse(ctx, tx, true)
		if err != nil || was == number {
			return err
		}
		if number != 0 {
			if _, err := tx.ModelByID(ctx, number); err != nil {
				return err
			}
		}
		if err := tx.SetSetting(ctx, settingModel, mustJSON(modelSetting{number})); err != nil {
			return err
		}
		change := func(n int64) map[string]any { return map[string]any{"number": n} }
		return tx.Record(ctx, event(who, now, "model.used", "model", number).change(change(was), change(number)).because(strings.TrimSpace(why)))
	})
}

// Model gives one learnt model, without its weights.
func (d *Desk) Model(ctx context.Context, who Actor, number int64) (m LearntModel, err error) {
	if err := who.need(ActModelManage); err != nil {
		return m, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		m, err = tx.ModelByID(ctx, number)
		return err
	})
	m.Weights = nil
	return m, err
}

func modelInUse(ctx context.Context, tx Tx, lock bool) (int64, error) {
	raw, err := tx.Setting(ctx, settingModel, lock)
	if err != nil || raw == nil {
		return 0, err
	}
	var s modelSetting
	if err := json.Unmarshal(raw, &s); err != nil {
		return 0, &Error{Code: CodeInternal, Text: "模型设置无法读取", Cause: err}
	}
	return s.Number, nil
}

// ModelUnless gives the model in use if it isn't the one with that number: what a node
// asks every few seconds. Changed is false where nothing is to be done; a number of 0
// is what the program ships.
func (d *Desk) ModelUnless(ctx context.Context, number int64) (m LearntModel, changed bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		now, err := modelInUse(ctx, tx, false)
		if err != nil || now == number {
			return err
		}
		changed = true
		if now != 0 {
			m, err = tx.ModelByID(ctx, now)
		}
		return err
	})
	if err == nil && m.ID != 0 {
		if sum := sha256.Sum256(m.Weights); !slices.Equal(sum[:], m.Digest) {
			return m, false, &Error{Code: CodeInternal, Text: "模型文件已损坏", Cause: errors.New("the digest of the stored weights differs")}
		}
	}
	return m, changed && err == nil, err
}
