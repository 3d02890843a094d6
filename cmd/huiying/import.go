package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"huiying/desk"
	"huiying/desk/report"
	"huiying/ingest/hotline"
	"huiying/ingest/hotline/sheet"
)

type importCmd struct {
	databaseFlags
	File    string            `arg:"" type:"existingfile" help:"NDJSON, one item a line, as for POST /api/v1/items (- is stdin); or a table, .csv, .tsv, .txt or .xlsx."`
	Source  string            `required:"" help:"Name of the source that the items belong to."`
	Map     map[string]string `mapsep:"," help:"Of a table: COLUMN=FIELD, by the column's name or letter, over what is guessed; - leaves it out. Repeat for several."`
	Sheet   string            `help:"Of a workbook: the sheet. Default: the first."`
	Header  int               `default:"-1" help:"Of a table: the row that names the columns; 0: none does. Default: found."`
	After   int               `help:"Of a table: go on behind this row."`
	DryRun  bool              `help:"Of a table: read every row, bring nothing in."`
	Results string            `type:"path" help:"Of a table: write what became of each row to this CSV file."`
}

func (c importCmd) Run(ctx context.Context, std streams, log *slog.Logger) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	if c.isTable() {
		return c.table(ctx, std, log, policy)
	}
	if c.DryRun || c.Results != "" || len(c.Map) > 0 {
		return errors.New("--dry-run, --results and --map are for tables")
	}
	in := std.in
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	return c.into(ctx, log, policy, func(d *desk.Desk, src desk.Source) error {
		return c.lines(ctx, log, d, src, in)
	})
}

func (c importCmd) isTable() bool {
	return slices.Contains([]string{".csv", ".tsv", ".txt", ".xlsx", ".xlsm"}, strings.ToLower(filepath.Ext(c.File)))
}

// into opens the desk with its classifier, and the source.
func (c importCmd) into(ctx context.Context, log *slog.Logger, policy desk.Policy, fn func(*desk.Desk, desk.Source) error) error {
	engine, discoverer, err := newClassifier(policy)
	if err != nil {
		return err
	}
	return c.withDesk(ctx, log, func(d *desk.Desk) error {
		d.Classifier, d.Discoverer, d.Tree = engine, discoverer, engine.tree
		if _, err := (&follower{desk: d, reader: engine, log: log}).RunOnce(ctx, d.Now()); err != nil {
			return err
		}
		src, err := d.SourceNamed(ctx, c.Source)
		if err != nil {
			return err
		}
		return fn(d, src)
	})
}

func (c importCmd) lines(ctx context.Context, log *slog.Logger, d *desk.Desk, src desk.Source, in io.Reader) error {
	count := map[string]int{}
	err := hotline.Lines(ctx, d.Begin, src, in, func(results []desk.Result) error {
		for _, r := range results {
			count[r.Status]++
			if r.Err != nil {
				log.Warn("quarantined", "line", r.Index+1, "quarantine", r.ID, "field", r.Err.Field, "why", r.Err.Message())
			}
		}
		return nil
	})
	c.imported(log, count)
	return err
}

func (c importCmd) imported(log *slog.Logger, count map[string]int) {
	log.Info("imported", "source", c.Source, "created", count[desk.StatusCreated], "duplicate", count[desk.StatusDuplicate],
		"updated", count[desk.StatusUpdated], "quarantined", count[desk.StatusQuarantined])
}

// table brings in a CSV or XLSX file. It may be repeated, whole or behind a row: what
// is in already is a duplicate.
func (c importCmd) table(ctx context.Context, std streams, log *slog.Logger, policy desk.Policy) error {
	file, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	mapping, err := c.mapping(std, file)
	if err != nil {
		return err
	}
	if c.DryRun {
		return c.withDesk(ctx, log, func(d *desk.Desk) error {
			src, err := d.SourceNamed(ctx, c.Source)
			if err != nil {
				return err
			}
			check, err := d.CheckSheet(ctx, src.ID, c.File, file, mapping)
			if err != nil {
				return err
			}
			for _, f := range check.Faults {
				fmt.Fprintf(std.out, "%d\t%s\t%s\n", f.Row, f.Field, f.Reason)
			}
			log.Info("dry run", "rows", check.Rows, "good", check.Good, "known", check.Known, "twice", check.Same, "bad", check.Bad)
			return nil
		})
	}
	return c.into(ctx, log, policy, func(d *desk.Desk, src desk.Source) error {
		if src.Kind != desk.KindHotline {
			return desk.Invalid("source", "只有热线推送类来源可以导入表格")
		}
		results := func(yield func(desk.ImportRow, error) bool) { c.bringIn(ctx, log, d, src, file, mapping, yield) }
		if c.Results == "" {
			return drain(results)
		}
		out, err := os.OpenFile(c.Results, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
		if err != nil {
			return err
		}
		return errors.Join(report.ImportResults(results, nil).Write(out, report.CSV), out.Close())
	})
}

func drain(rows iter.Seq2[desk.ImportRow, error]) error {
	for _, err := range rows {
		if err != nil {
			return err
		}
	}
	return nil
}

// bringIn puts the rows through the door and tells the fate of each.
func (c importCmd) bringIn(ctx context.Context, log *slog.Logger, d *desk.Desk, src desk.Source, file []byte, mapping desk.SheetMapping, yield func(desk.ImportRow, error) bool) {
	count := map[string]int{}
	last := c.After
	stopped := errors.New("nobody reads the results")
	err := d.SheetBatches(filepath.Base(c.File), file, nil, mapping, c.After, func(rows []int, raw desk.Raw) (bool, error) {
		results, err := d.Receive(ctx, src, desk.Batch{Raws: []desk.Raw{raw}})
		if err != nil {
			return false, err
		}
		list, err := desk.ImportRows(rows, results)
		if err != nil {
			return false, err
		}
		for _, r := range list {
			if count[r.Status]++; !yield(r, nil) {
				return false, stopped
			}
		}
		if last = rows[len(rows)-1]; last/10_000 != rows[0]/10_000 {
			log.Info("importing", "row", last, "created", count[desk.StatusCreated])
		}
		return true, nil
	})
	c.imported(log, count)
	if err != nil && !errors.Is(err, stopped) {
		log.Error("the import stopped; repeat it, or go on with --after", "after", last)
		yield(desk.ImportRow{}, err)
	}
}

// mapping is what is guessed, with what was told over it; it is shown.
func (c importCmd) mapping(std streams, file []byte) (m desk.SheetMapping, err error) {
	r := sheet.Reader{}
	var given *desk.SheetMapping
	if c.Header >= 0 || c.Sheet != "" {
		given = &desk.SheetMapping{Sheet: c.Sheet, Header: c.Header}
	}
	look, err := r.Look(c.File, file, given)
	if err != nil {
		return m, err
	}
	m = look.Mapping
	for column, field := range c.Map {
		i := slices.Index(m.Names, column)
		if i < 0 {
			for n := range m.Names {
				if sheet.Letters(n) == strings.ToUpper(column) {
					i = n
				}
			}
		}
		if i < 0 {
			return m, fmt.Errorf("--map %s: the table has no such column; it has %s", column, strings.Join(m.Names, ", "))
		}
		if field == "-" {
			field = ""
		}
		for n := range m.Fields { // the one told takes the place of the one guessed
			if m.Fields[n] == field && field != "body" && field != "occurred_at" {
				m.Fields[n] = ""
			}
		}
		m.Fields[i] = field
	}
	fmt.Fprintf(std.err, "%s %s, header in row %d\n", look.Format, look.Charset, m.Header)
	for i, name := range m.Names {
		field := m.Fields[i]
		if field == "" {
			field = "-"
		}
		fmt.Fprintf(std.err, "  %-3s %s = %s\n", sheet.Letters(i), name, field)
	}
	return m, m.Check()
}
