package desk

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// The states of an import.
const (
	ImportReady   = "ready"   // looked at, not begun
	ImportRunning = "running" // a node brings it in, or will
	ImportDone    = "done"
	ImportFailed  = "failed"  // stopped; the reason is kept, and it can be gone on with
	ImportDropped = "dropped" // put away unread
)

const (
	// MaxSheet bounds a file that is uploaded, in bytes.
	MaxSheet = 50 << 20
	// importBatch is how many rows are brought in and counted at once.
	importBatch = 500
	// importBatchBytes bounds the same in bytes.
	importBatchBytes = 1 << 20
	// importLease is how long a node may be silent before another takes its import up.
	importLease = time.Minute
	// importTurn is how many batches one round of the loop does.
	importTurn = 100
	// importTries is how often in a row an import may fail before it stops.
	importTries = 5
)

// SheetMapping says how a table is read: which row names the columns, and which
// field each column fills. The zero value means: guess.
type SheetMapping struct {
	Sheet string `json:"sheet,omitempty"` // of a workbook; "" is the first
	// Header is the row that names the columns, counted from 1; 0: there is none.
	Header int `json:"header"`
	// Fields are the columns' fields from the left, "" for a column that is left out.
	Fields []string `json:"fields"`
	// Names are the columns' names, as the header has them.
	Names []string `json:"names"`
}

// SheetFields are the fields that a column may fill, with their Chinese names.
var SheetFields = []struct{ Field, Name string }{
	{"external_id", "编号"}, {"title", "标题"}, {"body", "内容"}, {"occurred_at", "时间"}, {"place", "地点"},
	{"author.name", "姓名"}, {"author.phone", "电话"}, {"url", "链接"}, {"reach", "阅读量"},
}

// Check refuses a mapping that nothing can come of.
func (m SheetMapping) Check() error {
	text := false
	for i, f := range m.Fields {
		if f == "" {
			continue
		}
		known := slices.ContainsFunc(SheetFields, func(x struct{ Field, Name string }) bool { return x.Field == f })
		if !known {
			return Invalid("column-"+strconv.Itoa(i), "没有“%s”这个字段", f)
		}
		text = text || f == "title" || f == "body"
		// Several columns may make the text or the time; of the rest one column each.
		if f != "body" && f != "occurred_at" && slices.Index(m.Fields, f) != i {
			return Invalid("column-"+strconv.Itoa(i), "已有另一列对应“%s”", SheetFieldName(f))
		}
	}
	if !text {
		return Invalid("mapping", "请至少指定标题列或内容列")
	}
	return nil
}

// SheetFieldName is the Chinese name of a field.
func SheetFieldName(field string) string {
	for _, f := range SheetFields {
		if f.Field == field {
			return f.Name
		}
	}
	return field
}

// SheetLook is what a table looks like: how it is taken, and its first rows.
type SheetLook struct {
	Format  string // "csv" or "xlsx"
	Charset string // of text: "UTF-8", "GB18030", …
	Comma   string // of text
	Sheets  []string
	Mapping SheetMapping
	First   [][]string // a few rows below the header
	At      []int      // their numbers in the file
}

// SheetRow is a row as the push API would have it.
type SheetRow struct {
	N    int    // in the file, from 1
	Line []byte // a line of NDJSON
}

// Sheets reads tables (CSV, XLSX). Errors are the file's fault and say so.
type Sheets interface {
	// Look gives a table's shape with a mapping: the given one, or what it guesses where m is nil.
	Look(name string, file []byte, m *SheetMapping) (SheetLook, error)
	// Rows gives the rows behind a number that carry something, in order, until yield
	// says false.
	Rows(name string, file []byte, m SheetMapping, after int, yield func(SheetRow) bool) error
}

// Import (表格导入) is a file that is brought in row by row.
type Import struct {
	ID          int64
	SourceID    int64
	Source      string // name
	PersonID    int64
	Person      string // name
	FileName    string
	File        []byte // only where it is asked for
	Size        int
	Digest      []byte
	Mapping     SheetMapping
	State       string
	Total       int
	LastRow     int
	Created     int
	Duplicate   int
	Updated     int
	Quarantined int
	Failure     string
	Failures    int
	CreatedAt   time.Time
	StartedAt   *time.Time
	EndedAt     *time.Time
	Lease       string
	Gone        bool // its file was kept for as long as the policy says, and isn't any more
}

// Brought is how many rows have found their fate.
func (m Import) Brought() int { return m.Created + m.Duplicate + m.Updated + m.Quarantined }

// ImportRow is what became of one row.
type ImportRow struct {
	Row    int
	Status string
	Ref    int64 // of the item, or of the quarantine
	Field  string
	Reason string
}

// ImportTx keeps imports.
type ImportTx interface {
	NewImport(ctx context.Context, m *Import) error
	ImportByID(ctx context.Context, id int64, lock, file bool) (Import, error)
	ListImports(ctx context.Context, source int64, page Page) ([]Import, error) // without files
	// SaveImport stores mapping, state, counts and instants; due is when a node may take it up.
	SaveImport(ctx context.Context, m Import, due *time.Time) error
	// ClaimImport takes one that runs and is due, with its file.
	ClaimImport(ctx context.Context, now, until time.Time, lease string) (m Import, ok bool, err error)
	NextImport(ctx context.Context) (time.Time, bool, error)
	// ForgetFiles drops the bytes of those that ended, or were left lying, before an instant.
	ForgetFiles(ctx context.Context, before time.Time) (n int, err error)
	// KeepImportRows stores the fate of rows; isNew says which weren't known.
	KeepImportRows(ctx context.Context, id int64, rows []ImportRow) (isNew []bool, err error)
	ListImportRows(ctx context.Context, id int64, after, limit int) ([]ImportRow, error)
	// KnownItems says which of these external ids a source has brought already.
	KnownItems(ctx context.Context, source int64, externalIDs []string) (map[string]bool, error)
}

// NewImport takes a file for a source and guesses how it is to be read. Nothing is
// brought in yet.
func (d *Desk) NewImport(ctx context.Context, who Actor, source int64, name string, file []byte) (m Import, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return m, err
	}
	if name = strings.TrimSpace(name); name == "" || !utf8.ValidString(name) || utf8.RuneCountInString(name) > 200 {
		return m, Invalid("file", "请选择一个 CSV 或 XLSX 文件")
	}
	if len(file) == 0 {
		return m, Invalid("file", "文件是空的")
	}
	if len(file) > MaxSheet {
		return m, Invalid("file", "文件不超过 %d MB；更大的请在服务器上用 huiying import 导入", MaxSheet>>20)
	}
	if d.Sheets == nil {
		return m, NotFound("没有开通表格导入")
	}
	look, err := d.Sheets.Look(name, file, nil)
	if err != nil {
		return m, err
	}
	now := d.Now()
	m = Import{SourceID: source, PersonID: who.PersonID, FileName: name, File: file, Size: len(file), Digest: sha(file), Mapping: look.Mapping, State: ImportReady, CreatedAt: now}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		s, err := d.importable(ctx, tx, source)
		if err != nil {
			return err
		}
		m.Source = s.Name
		if err := tx.NewImport(ctx, &m); err != nil {
			return err
		}
		e := event(who, now, "import.added", "import", m.ID).with(m.brief())
		e.SourceID = source
		return tx.Record(ctx, e)
	})
	m.File = nil
	return m, err
}

// importable gives a source whose items may come in a table: one that is pushed to.
func (d *Desk) importable(ctx context.Context, tx Tx, id int64) (Source, error) {
	s, err := tx.SourceByID(ctx, id)
	if err == nil && s.Kind != KindHotline {
		return s, Invalid("source", "只有热线推送类来源可以导入表格")
	}
	return s, err
}

// KindHotline is the kind of sources whose raws are lines of the push API.
const KindHotline = "hotline"

func (m Import) brief() map[string]any {
	return map[string]any{"id": ident(m.ID), "file": MaskText(m.FileName), "bytes": m.Size, "state": m.State, "created": m.Created, "duplicate": m.Duplicate,
		"updated": m.Updated, "quarantined": m.Quarantined}
}

// Imports lists a source's imports; 0 is every source.
func (d *Desk) Imports(ctx context.Context, who Actor, source int64, page Page) (list []Import, err error) {
	if err := who.need(ActSourceManage); err != nil {
		return nil, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		list, err = tx.ListImports(ctx, source, page)
		return err
	})
	return list, err
}

// Import opens one, without its file.
func (d *Desk) Import(ctx context.Context, who Actor, id int64) (m Import, err error) {
	return d.importFile(ctx, who, id, false)
}

// importFile opens one; with its file only where tables can be read.
func (d *Desk) importFile(ctx context.Context, who Actor, id int64, file bool) (m Import, err error) {
	if file && d.Sheets == nil {
		return m, NotFound("没有开通表格导入")
	}
	if err := who.need(ActSourceManage); err != nil {
		return m, err
	}
	err = d.Store.View(ctx, func(tx Tx) error {
		m, err = tx.ImportByID(ctx, id, false, file)
		return err
	})
	return m, err
}

// fileGone is the refusal of what needs a file that isn't kept any more.
func (m Import) fileGone() error {
	if m.Gone {
		return Conflict("", "上传的文件已过保存期限，不再保存；需要时请重新上传")
	}
	return nil
}

// ImportLook opens one with the look of its file: personal numbers hidden.
func (d *Desk) ImportLook(ctx context.Context, who Actor, id int64) (m Import, look SheetLook, err error) {
	if m, err = d.importFile(ctx, who, id, true); err != nil {
		return m, look, err
	}
	if m.Gone { // there is nothing to look at; what came of it is known
		look.Mapping = m.Mapping
		return m, look, nil
	}
	look, err = d.Sheets.Look(m.FileName, m.File, &m.Mapping)
	m.File = nil
	for _, row := range look.First {
		for i, cell := range row {
			row[i] = MaskText(cell)
			if i < len(look.Mapping.Fields) && cell != "" {
				switch look.Mapping.Fields[i] {
				case "author.name":
					row[i] = MaskName(cell)
				case "author.phone":
					row[i] = MaskPhone(cell)
				}
			}
		}
	}
	return m, look, err
}

// MapImport changes how a file is read, as long as it wasn't begun. Another sheet
// or another header is looked at anew: its columns are guessed.
func (d *Desk) MapImport(ctx context.Context, who Actor, id int64, to SheetMapping) (m Import, err error) {
	if m, err = d.importFile(ctx, who, id, true); err == nil {
		err = m.fileGone()
	}
	if err != nil {
		return m, err
	}
	anew := to.Sheet != m.Mapping.Sheet || to.Header != m.Mapping.Header
	if anew {
		to.Fields, to.Names = nil, nil
	} else if err := to.Check(); err != nil {
		return m, err
	}
	look, err := d.Sheets.Look(m.FileName, m.File, &to)
	if err != nil {
		return m, err
	}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		if m, err = tx.ImportByID(ctx, id, true, false); err != nil {
			return err
		}
		if m.State != ImportReady {
			return Conflict("", "导入已经开始，不能再改")
		}
		m.Mapping = look.Mapping
		return tx.SaveImport(ctx, m, nil)
	})
	return m, err
}
