package desk

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"time"
)

// ImportCheck is what a dry run finds: nothing is kept of it but the number of rows.
type ImportCheck struct {
	Rows   int // that carry something
	Good   int
	Known  int // of the good ones: the source has brought an item of this number already
	Same   int // of the good ones: an earlier row of the file has this number
	Bad    int
	Faults []ImportRow // the first few of the bad
}

// shownFaults bounds how many bad rows a dry run names.
const shownFaults = 50

// CheckImport is the dry run: every row is read as it would be, and nothing comes in.
func (d *Desk) CheckImport(ctx context.Context, who Actor, id int64) (m Import, c ImportCheck, err error) {
	if m, err = d.importFile(ctx, who, id, true); err == nil {
		err = m.fileGone()
	}
	if err != nil {
		return m, c, err
	}
	if c, err = d.CheckSheet(ctx, m.SourceID, m.FileName, m.File, m.Mapping); err != nil {
		return m, c, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if m, err = tx.ImportByID(ctx, id, true, false); err != nil || m.State != ImportReady {
			return err
		}
		m.Total = c.Rows
		return tx.SaveImport(ctx, m, nil)
	})
	return m, c, err
}

// CheckSheet is the dry run of a file.
func (d *Desk) CheckSheet(ctx context.Context, source int64, name string, file []byte, mapping SheetMapping) (c ImportCheck, err error) {
	if err := mapping.Check(); err != nil {
		return c, err
	}
	seen := map[string]bool{}
	var ids []string
	known := func() error {
		var have map[string]bool
		err := d.Store.View(ctx, func(tx Tx) (err error) {
			have, err = tx.KnownItems(ctx, source, ids)
			return err
		})
		c.Known += len(have)
		ids = ids[:0]
		return err
	}
	var failed error
	src := Source{ID: source, Kind: KindHotline}
	err = d.Sheets.Rows(name, file, mapping, 0, func(r SheetRow) bool {
		c.Rows++
		for _, p := range d.parse(src, Raw{ContentType: LinesType, Bytes: r.Line}) {
			bad := p.Err
			if bad == nil {
				bad = p.Incoming.Check()
			}
			if bad != nil {
				if c.Bad++; len(c.Faults) < shownFaults {
					c.Faults = append(c.Faults, ImportRow{Row: r.N, Status: StatusQuarantined, Field: bad.Field, Reason: bad.Message()})
				}
				continue
			}
			c.Good++
			id := p.Incoming.Identity()
			if seen[id] {
				c.Same++
				continue
			}
			seen[id] = true
			ids = append(ids, id)
		}
		if len(ids) >= 2*importBatch {
			failed = known()
		}
		if failed == nil {
			failed = ctx.Err()
		}
		return failed == nil
	})
	if err = errors.Join(err, failed); err == nil {
		err = known()
	}
	return c, err
}

// LinesType is the content type of raws that hold lines of the push API.
const LinesType = "application/x-ndjson"

// StartImport lets an import run, or go on after it stopped: rows that are in
// already are passed over, and identity makes a repeat harmless.
func (d *Desk) StartImport(ctx context.Context, who Actor, id int64) (m Import, err error) {
	return d.changeImport(ctx, who, id, "import.started", true, func(m *Import, now time.Time) error {
		if m.State != ImportReady && m.State != ImportFailed {
			return Conflict("", "这次导入已经开始或结束")
		}
		if err := errors.Join(m.fileGone(), m.Mapping.Check()); err != nil {
			return err
		}
		m.State, m.Failure, m.Failures, m.EndedAt = ImportRunning, "", 0, nil
		if m.StartedAt == nil {
			m.StartedAt = &now
		}
		return nil
	})
}

// DropImport puts a file away that wasn't begun, or stops one that runs: what has come in stays.
func (d *Desk) DropImport(ctx context.Context, who Actor, id int64) (m Import, err error) {
	return d.changeImport(ctx, who, id, "import.dropped", false, func(m *Import, now time.Time) error {
		switch m.State {
		case ImportReady:
			m.State, m.EndedAt = ImportDropped, &now
		case ImportRunning:
			m.State, m.EndedAt, m.Failure, m.Lease = ImportFailed, &now, "由人停止", ""
		default:
			return Conflict("", "这次导入已经结束")
		}
		return nil
	})
}

func (d *Desk) changeImport(ctx context.Context, who Actor, id int64, typ string, due bool, change func(*Import, time.Time) error) (m Import, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return m, err
	}
	now := d.Now()
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if m, err = tx.ImportByID(ctx, id, true, false); err != nil {
			return err
		}
		was := m.brief()
		if err := change(&m, now); err != nil {
			return err
		}
		var at *time.Time
		if due {
			at = &now
		}
		if err := tx.SaveImport(ctx, m, at); err != nil {
			return err
		}
		e := event(who, now, typ, "import", m.ID).change(was, m.brief())
		e.SourceID = m.SourceID
		return tx.Record(ctx, e)
	})
	return m, err
}

// NextImport is the instant at which an import may be taken up.
func (d *Desk) NextImport(ctx context.Context) (at time.Time, ok bool, err error) {
	err = d.Store.View(ctx, func(tx Tx) error {
		at, ok, err = tx.NextImport(ctx)
		return err
	})
	return at, ok, err
}

// RunImports takes up one import that is due and brings in a stretch of it, under a
// lease: the node may die, and another goes on behind the last row that counted.
func (d *Desk) RunImports(ctx context.Context, now time.Time) (more bool, err error) {
	if d.Sheets == nil {
		return false, nil
	}
	var m Import
	var ok bool
	var forgotten int
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if m, ok, err = tx.ClaimImport(ctx, now, now.Add(d.InOffice(importLease)), rand.Text()); err != nil || ok {
			return err
		}
		forgotten, err = tx.ForgetFiles(ctx, now.AddDate(0, 0, -d.Policy.Imports.KeepDays))
		return err
	})
	if forgotten > 0 && err == nil {
		d.Log.Info("uploaded files are gone, their time was up", "files", forgotten)
	}
	if err != nil || !ok {
		return false, err
	}
	ended, err := d.importTurn(ctx, m)
	if CodeOf(err) == CodeConflict && errors.Is(err, errLost) {
		return true, nil // somebody stopped it, or another node has it
	}
	if err != nil && ctx.Err() != nil {
		return false, err // the lease ends by itself; what counted, counts
	}
	return true, d.importPause(ctx, m, ended, err)
}

var errLost = Conflict("", "导入已由其他节点接手或被停止")

// importTurn brings in some batches. ended: the file is at its end.
func (d *Desk) importTurn(ctx context.Context, m Import) (ended bool, err error) {
	var src Source
	if err := d.Store.View(ctx, func(tx Tx) (err error) {
		src, err = d.importable(ctx, tx, m.SourceID)
		return err
	}); err != nil {
		return false, err
	}
	turns := 0
	err = d.SheetBatches(m.FileName, m.File, m.Digest, m.Mapping, m.LastRow, func(rows []int, raw Raw) (bool, error) {
		results, err := d.Receive(ctx, src, Batch{Raws: []Raw{raw}})
		if err != nil {
			return false, err
		}
		if err := d.importKeep(ctx, m, rows, results); err != nil {
			return false, err
		}
		turns++
		return turns < importTurn, nil
	})
	return err == nil && turns < importTurn, err
}

// SheetBatches cuts the rows of a file behind a number into raws of the push API,
// each of some hundred lines, and hands them over with the numbers of their rows.
func (d *Desk) SheetBatches(name string, file, digest []byte, m SheetMapping, after int, take func(rows []int, raw Raw) (more bool, err error)) error {
	var rows []int
	var lines bytes.Buffer
	var failed error
	flush := func() bool {
		if len(rows) == 0 {
			return true
		}
		note := map[string]any{"file": name, "digest": digest, "rows": []int{rows[0], rows[len(rows)-1]}}
		raw := Raw{ContentType: LinesType, Bytes: bytes.Clone(lines.Bytes()), Note: json.RawMessage(mustJSON(note))}
		more, err := take(rows, raw)
		rows = nil
		lines.Reset()
		failed = err
		return more && err == nil
	}
	stopped := false
	err := d.Sheets.Rows(name, file, m, after, func(r SheetRow) bool {
		if len(rows) > 0 && (len(rows) >= importBatch || lines.Len()+len(r.Line) > importBatchBytes) {
			if !flush() {
				stopped = true
				return false
			}
		}
		rows = append(rows, r.N)
		lines.Write(r.Line)
		lines.WriteByte('\n')
		return true
	})
	if err == nil && failed == nil && !stopped {
		flush()
	}
	return errors.Join(err, failed)
}

// ImportRows pairs rows with what became of them. Results are in the order of the rows.
func ImportRows(rows []int, results []Result) ([]ImportRow, error) {
	if len(rows) != len(results) {
		return nil, &Error{Code: CodeInternal, Text: "导入结果与行数不符"}
	}
	out := make([]ImportRow, len(rows))
	for i, r := range results {
		out[i] = ImportRow{Row: rows[i], Status: r.Status, Ref: r.ID}
		if r.Err != nil {
			out[i].Field, out[i].Reason = r.Err.Field, r.Err.Message()
		}
	}
	return out, nil
}

// importKeep counts a batch, and prolongs the lease.
func (d *Desk) importKeep(ctx context.Context, m Import, rows []int, results []Result) error {
	list, err := ImportRows(rows, results)
	if err != nil {
		return err
	}
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		held, err := tx.ImportByID(ctx, m.ID, true, false)
		if err != nil {
			return err
		}
		if held.Lease != m.Lease || held.State != ImportRunning {
			return errLost
		}
		isNew, err := tx.KeepImportRows(ctx, m.ID, list)
		if err != nil {
			return err
		}
		for i, r := range list {
			if !isNew[i] {
				continue
			}
			switch r.Status {
			case StatusCreated:
				held.Created++
			case StatusDuplicate:
				held.Duplicate++
			case StatusUpdated:
				held.Updated++
			case StatusQuarantined:
				held.Quarantined++
			}
		}
		held.LastRow, held.Failures = max(held.LastRow, rows[len(rows)-1]), 0
		due := now.Add(d.InOffice(importLease))
		return tx.SaveImport(ctx, held, &due)
	})
}

// importPause gives the lease back: to go on at once, later after a failure, or never.
func (d *Desk) importPause(ctx context.Context, m Import, ended bool, failure error) error {
	now := d.Now()
	return d.Store.InTx(ctx, func(tx Tx) error {
		held, err := tx.ImportByID(ctx, m.ID, true, false)
		if err != nil {
			return err
		}
		if held.Lease != m.Lease || held.State != ImportRunning {
			return nil
		}
		held.Lease = ""
		due := now
		typ := ""
		switch {
		case failure != nil:
			var e *Error
			reason := "系统内部错误，请重试"
			if errors.As(failure, &e) && e.Code != CodeInternal {
				reason = e.Message()
			}
			d.Log.Error("an import failed", "import", m.ID, "after_row", held.LastRow, "error", failure)
			held.Failures++
			due = now.Add(d.InOffice(time.Duration(held.Failures*held.Failures) * time.Second))
			if code := CodeOf(failure); code == CodeInvalid || code == CodeForbidden || held.Failures >= importTries {
				held.State, held.Failure, held.EndedAt, typ = ImportFailed, reason, &now, "import.failed"
			}
		case ended:
			held.State, held.EndedAt, typ = ImportDone, &now, "import.done"
			held.Total = held.Brought()
		}
		if err := tx.SaveImport(ctx, held, &due); err != nil || typ == "" {
			return err
		}
		e := event(System, now, typ, "import", m.ID).with(held.brief())
		e.SourceID = m.SourceID
		return tx.Record(ctx, e)
	})
}

// ImportResults gives the rows of an import with their fate, in order, a stretch at
// a time.
func (d *Desk) ImportResults(ctx context.Context, who Actor, id int64, each func(ImportRow) error) error {
	if err := who.need(ActSourceManage); err != nil {
		return err
	}
	const stretch = 5000
	for after := 0; ; {
		var list []ImportRow
		err := d.Store.View(ctx, func(tx Tx) (err error) {
			list, err = tx.ListImportRows(ctx, id, after, stretch)
			return err
		})
		if err != nil {
			return err
		}
		for _, r := range list {
			if err := each(r); err != nil {
				return err
			}
			after = r.Row
		}
		if len(list) < stretch {
			return nil
		}
	}
}
