package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"sync/atomic"
	"time"

	"huiying/classify"
	"huiying/classify/model"
	"huiying/desk"
)

// follower keeps a node's reader at the learnt model and the categories that the office
// uses.
type follower struct {
	desk   *desk.Desk
	reader *classifier
	number atomic.Int64
	log    *slog.Logger
}

// RunOnce looks whether somebody has switched, or changed the tree of categories. A
// model that can't be read leaves the one that speaks in place: intake goes on.
func (f *follower) RunOnce(ctx context.Context, _ time.Time) (bool, error) {
	set, err := f.desk.FollowCategories(ctx)
	if err != nil {
		return false, err
	}
	switch changed, err := f.reader.regrow(); {
	case err != nil:
		return false, err
	case changed:
		f.log.Info("categories taken up", "version", set.Version, "categories", len(set.Tree.Own()))
	}
	m, changed, err := f.desk.ModelUnless(ctx, f.number.Load())
	if err != nil || !changed {
		return false, err
	}
	var heads *model.Heads
	if m.ID != 0 {
		if heads, err = model.ReadHeads(m.Weights); err != nil {
			return false, fmt.Errorf("learnt model %d: %w", m.ID, err)
		}
	}
	f.reader.model.Use(heads)
	f.number.Store(m.ID)
	f.log.Info("model in use", "number", m.ID, "name", m.Name)
	return false, nil
}

type trainCmd struct {
	databaseFlags
	File []string `type:"existingfile" placeholder:"FILE" help:"Labelled texts beside the corrections: .csv with columns title, body and kind, category (or label), department; or .jsonl with these keys. Repeat for several."`
	Out  string   `type:"path" help:"Also write the model to this file."`
}

// Run learns from corrections and labelled files, and keeps what was learnt as a
// candidate. Nothing speaks until somebody switches: huiying model use, or the page.
func (c trainCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	reader, _, err := newClassifier(policy)
	if err != nil {
		return err
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		d.Tree = reader.tree
		if _, err := d.FollowCategories(ctx); err != nil {
			return err
		}
		if _, err := reader.regrow(); err != nil {
			return err
		}
		plain, err := d.Lessons(ctx, desk.Shell)
		if err != nil {
			return err
		}
		for _, path := range c.File {
			more, err := classify.Labelled(path, d.Categories())
			if err != nil {
				return err
			}
			plain = append(plain, more...)
		}
		return c.learn(ctx, std, d, reader, plain)
	})
}

func (c trainCmd) learn(ctx context.Context, std streams, d *desk.Desk, reader *classifier, plain []desk.Lesson) error {
	lessons := make([]model.Lesson, len(plain))
	for i, l := range plain {
		reading, err := reader.Read(ctx, l.Text)
		if err != nil {
			return err
		}
		lessons[i] = model.Lesson{Lesson: l, Doc: reader.Prepare(l.Text), Base: reading.Verdict}
	}
	current, _, err := d.ModelUnless(ctx, 0)
	if err != nil {
		return err
	}
	var inUse *model.Heads
	if current.ID != 0 {
		if inUse, err = model.ReadHeads(current.Weights); err != nil {
			return err
		}
	}
	heads, report, err := model.Learn(ctx, lessonsName(plain), lessons, inUse)
	if errors.Is(err, model.ErrTooFew) {
		return desk.Invalid("train", "可学的更正太少：至少要有 %d 处更正，其中某一项至少有两种取值。现有更正来件 %d 件", model.LeastSet, report.Set)
	}
	if err != nil {
		return err
	}
	report.Against, report.AgainstAt = current.ID, current.Report.Set+current.Report.Stood
	weights, err := heads.Bytes()
	if err != nil {
		return err
	}
	if c.Out != "" {
		if err := os.WriteFile(c.Out, weights, 0o600); err != nil {
			return err
		}
	}
	m, isNew, err := d.KeepModel(ctx, desk.Shell, heads.Name(), weights, report)
	if err != nil {
		return err
	}
	if !isNew {
		_, err := fmt.Fprintf(std.out, "与第 %d 号模型相同，没有新的可学\n", m.ID)
		return err
	}
	return printModel(std, m)
}

// lessonsName tells learnings apart in verdicts: by what was learnt from, so that the
// same lessons give the same model to the last byte.
func lessonsName(plain []desk.Lesson) string {
	h := sha256.New()
	e := json.NewEncoder(h)
	for _, l := range plain {
		_ = e.Encode(l) // a hash never fails to write, and a lesson is plain data
	}
	return "learnt-" + hex.EncodeToString(h.Sum(nil)[:4])
}

// printModel prints the comparison that the page shows.
func printModel(std streams, m desk.LearntModel) error {
	r := m.Report
	text := fmt.Sprintf("第 %d 号模型 %s：更正 %d 件，照办 %d 件；与第 %d 号比较（学习时未见过的来件）\n", m.ID, m.Name, r.Set, r.Stood, r.Against)
	if r.AgainstAt > 0 {
		text += fmt.Sprintf("注意：现用的第 %d 号学过其中至多 %d 件，它的成绩偏高\n", r.Against, r.AgainstAt)
	}
	for _, f := range r.Fields {
		text += fmt.Sprintf("\n%s：更正过的 %d 件，说对 %d → %d；照办的 %d 件，不变 %d → %d；改口 %d 件\n", desk.FieldNames[f.Field], f.Set.Size, f.Set.Before, f.Set.After, f.Stood.Size, f.Stood.Before, f.Stood.After, f.ChangedCount)
		if f.Refused.Size > 0 {
			text += fmt.Sprintf("退单 %d 件，仍会派给退单单位 %d → %d\n", f.Refused.Size, f.Refused.Before, f.Refused.After)
		}
		text += "| 取值 | 件数 | F1 前 | F1 后 |\n|---|---|---|---|\n"
		for _, class := range f.Classes {
			text += fmt.Sprintf("| %s | %d | %.3f | %.3f |\n", class.Name, class.Size, class.F1Before(), class.F1After())
		}
		for _, change := range f.Changed[:min(len(f.Changed), 20)] {
			text += fmt.Sprintf("%s：应为 %s，%s → %s\n", change.Ref, change.Want, change.Before, change.After)
		}
	}
	_, err := fmt.Fprint(std.out, text)
	return err
}

type modelCmd struct {
	List modelListCmd `cmd:"" help:"Learnt models, the newest first; * is in use."`
	Show modelShowCmd `cmd:"" help:"How a model compared with the one in use when it was made."`
	Use  modelUseCmd  `cmd:"" help:"Switch to a model; 0 is what the program ships. Nodes follow within seconds."`
}

type modelListCmd struct{ databaseFlags }

func (c modelListCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		list, inUse, err := d.Models(ctx, desk.Shell)
		if err != nil {
			return err
		}
		for _, m := range append(list, desk.LearntModel{}) {
			mark := " "
			if m.ID == inUse {
				mark = "*"
			}
			line := fmt.Sprintf("%s 0\t随程序发布\n", mark)
			if m.ID != 0 {
				line = fmt.Sprintf("%s %d\t%s\t%s\t%s\t%x\n", mark, m.ID, m.Name, m.MadeAt.In(d.Policy.Office.Location).Format(time.DateTime), m.MadeBy, m.Digest[:8])
			}
			if _, err := fmt.Fprint(std.out, line); err != nil {
				return err
			}
		}
		return nil
	})
}

type modelShowCmd struct {
	databaseFlags
	Number int64 `arg:"" help:"Number of the model."`
}

func (c modelShowCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		m, err := d.Model(ctx, desk.Shell, c.Number)
		if err != nil {
			return err
		}
		return printModel(std, m)
	})
}

type modelUseCmd struct {
	databaseFlags
	Number int64  `arg:"" help:"Number of the model; 0: what the program ships."`
	Why    string `help:"Reason, for the record."`
}

func (c modelUseCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		if err := d.UseModel(ctx, desk.Shell, c.Number, c.Why); err != nil {
			return err
		}
		log.Info("model in use", "number", c.Number)
		return nil
	})
}
