// Package report writes what leaves the desk as a file: tables for spreadsheets.
// What a table carries was written by strangers, and a spreadsheet is a program
// that runs what begins with an equals sign; nothing written here is a formula.
package report

import (
	"bufio"
	"encoding/csv"
	"io"
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// The formats of a table.
const (
	CSV  = "csv"
	XLSX = "xlsx"
)

// maxCell is how many UTF-16 units a cell of a workbook holds.
const maxCell = 32_767

// Table is a table on its way out. Rows end at the first error, which becomes the
// writer's.
type Table struct {
	Name    string // of the sheet
	Columns []string
	Rows    iter.Seq2[[]string, error]
}

// Neutral makes a cell that a spreadsheet would take for a formula into text: the
// mark before it is what spreadsheets themselves write for that.
func Neutral(cell string) string {
	if cell == "" {
		return cell
	}
	switch r, _ := utf8.DecodeRuneInString(cell); r {
	case '=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠':
		return "'" + cell
	}
	return cell
}

// ContentType is that of a format.
func ContentType(format string) string {
	if format == XLSX {
		return "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
	}
	return "text/csv; charset=utf-8"
}

// Write writes the table in a format.
func (t Table) Write(w io.Writer, format string) error {
	if format == XLSX {
		return t.xlsx(w)
	}
	return t.csv(w)
}

// csv writes UTF-8 with its mark, without which Excel takes it for the machine's own charset.
func (t Table) csv(w io.Writer) error {
	b := bufio.NewWriterSize(w, 32<<10)
	if _, err := b.WriteString("\ufeff"); err != nil {
		return err
	}
	c := csv.NewWriter(b)
	c.UseCRLF = true
	put := func(cells []string) error {
		row := make([]string, len(cells))
		for i, cell := range cells {
			row[i] = Neutral(strings.ReplaceAll(cell, "\r\n", "\n"))
		}
		return c.Write(row)
	}
	if err := put(t.Columns); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := put(row); err != nil {
			return err
		}
	}
	c.Flush()
	if err := c.Error(); err != nil {
		return err
	}
	return b.Flush()
}

// xlsx writes cells of the type text: whatever they begin with, they are never a
// formula, and stay as they were written.
func (t Table) xlsx(w io.Writer) (err error) {
	f := excelize.NewFile()
	defer func() {
		if closed := f.Close(); err == nil {
			err = closed
		}
	}()
	if err := f.SetSheetName("Sheet1", t.Name); err != nil {
		return err
	}
	s, err := f.NewStreamWriter(t.Name)
	if err != nil {
		return err
	}
	text, err := f.NewStyle(&excelize.Style{NumFmt: 49}) // "@": text stays text when somebody edits it
	if err != nil {
		return err
	}
	n := 0
	put := func(cells []string) error {
		n++
		row := make([]any, len(cells))
		for i, cell := range cells {
			row[i] = excelize.Cell{StyleID: text, Value: fit(cell)}
		}
		at, err := excelize.CoordinatesToCellName(1, n)
		if err != nil {
			return err
		}
		return s.SetRow(at, row)
	}
	if err := put(t.Columns); err != nil {
		return err
	}
	for row, err := range t.Rows {
		if err != nil {
			return err
		}
		if err := put(row); err != nil {
			return err
		}
	}
	if err := s.Flush(); err != nil {
		return err
	}
	return f.Write(w)
}

// fit cuts what a cell can't hold, and says so.
func fit(s string) string {
	const more = "……（全文见系统）"
	units := 0
	for i, r := range s {
		if units++; r >= 0x10000 {
			units++
		}
		if units > maxCell-2*len(more) {
			return s[:i] + more
		}
	}
	return s
}
