package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"huiying/desk"
)

// bookTable is one sheet of a workbook.
type bookTable struct {
	f         *excelize.File
	sheet     string
	since1904 bool
}

func openBook(file []byte, sheet string) (table, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, damaged(err)
	}
	if err := weigh(z); err != nil {
		return nil, err
	}
	f, err := excelize.OpenReader(bytes.NewReader(file), excelize.Options{RawCellValue: true, UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: inMemory})
	if err != nil {
		return nil, damaged(err)
	}
	t := &bookTable{f: f, sheet: sheet}
	list := f.GetSheetList()
	if t.sheet == "" && len(list) > 0 {
		t.sheet = list[0]
	}
	if !slices.Contains(list, t.sheet) {
		return nil, errors.Join(desk.Invalid("sheet", "没有名为“%s”的工作表", t.sheet), f.Close())
	}
	if p, err := f.GetWorkbookProps(); err == nil && p.Date1904 != nil {
		t.since1904 = *p.Date1904
	}
	return t, nil
}

func damaged(err error) error {
	return &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "工作簿已损坏或不是 XLSX，无法读取；请重新另存后再导入", Cause: err}
}

func (t *bookTable) shape() shape {
	return shape{format: "xlsx", sheets: t.f.GetSheetList(), since1904: t.since1904}
}

func (t *bookTable) close() error { return t.f.Close() }

// nothing are the values of a formula that failed.
var nothing = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}

func (t *bookTable) each(yield func(n int, cells []string) bool) (err error) {
	// A workbook can be broken in ways that its reader didn't expect.
	defer func() {
		if p := recover(); p != nil {
			err = damaged(errors.New("panic in excelize"))
		}
	}()
	rows, err := t.f.Rows(t.sheet)
	if err != nil {
		return damaged(err)
	}
	defer rows.Close()
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return damaged(err)
		}
		for i, c := range cells {
			if c = strings.TrimSpace(c); slices.Contains(nothing, c) {
				c = ""
			}
			cells[i] = c
		}
		if !yield(n, cells) {
			return nil
		}
	}
	if err := rows.Error(); err != nil {
		return damaged(err)
	}
	return nil
}
