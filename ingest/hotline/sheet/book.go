package sheet

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"runtime"
	"slices"
	"strconv"
	"strings"

	"huiying/desk"
)

// bookTable is one sheet of a workbook. It is read in a stream: neither the sheet nor
// its table of strings is ever held whole. (Libraries keep a copy of the file, and more.)
type bookTable struct {
	parts     map[string]*zip.File
	sheets    []string
	size      int // of the file, in bytes
	part      *zip.File
	since1904 bool
	shared    *sharedStrings // once a cell refers to it
	stringsAt string         // part of the table of strings
}

func openBook(file []byte, sheet string) (table, error) {
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, damaged(err)
	}
	if err := weigh(z); err != nil {
		return nil, err
	}
	t := &bookTable{size: len(file), parts: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		t.parts[partName(f.Name)] = f
	}
	book := "xl/workbook.xml"
	if root, err := t.relations("_rels/.rels", ""); err == nil {
		for _, r := range root {
			if strings.HasSuffix(r.kind, "/officeDocument") {
				book = r.target
			}
		}
	}
	dir, base := path.Split(book)
	links, err := t.relations(dir+"_rels/"+base+".rels", dir)
	if err != nil {
		return nil, err
	}
	where, err := t.workbook(book, links)
	if err != nil {
		return nil, err
	}
	if sheet == "" && len(t.sheets) > 0 {
		sheet = t.sheets[0]
	}
	i := slices.Index(t.sheets, sheet)
	if i < 0 {
		return nil, desk.Invalid("sheet", "没有名为“%s”的工作表", sheet)
	}
	if t.part = t.parts[partName(where[i])]; t.part == nil {
		return nil, damaged(errors.New("sheet without a part"))
	}
	for _, r := range links {
		if strings.HasSuffix(r.kind, "/sharedStrings") {
			t.stringsAt = r.target
		}
	}
	// Under other names than the usual ones they haven't been weighed as rows.
	for _, p := range []*zip.File{t.part, t.parts[partName(t.stringsAt)]} {
		if p != nil && !isRows(p.Name) {
			if err := weighPart(p); err != nil {
				return nil, err
			}
		}
	}
	return t, nil
}

// partName is a part's name as names are compared.
func partName(s string) string {
	return strings.ToLower(strings.TrimPrefix(strings.ReplaceAll(s, `\`, "/"), "/"))
}

func damaged(err error) error {
	return &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "工作簿已损坏或不是 XLSX，无法读取；请重新另存后再导入", Cause: err}
}

// relation is a link from one part to another.
type relation struct{ id, kind, target string }

func (t *bookTable) relations(name, dir string) (list []relation, err error) {
	err = t.elements(name, func(e xml.StartElement) {
		if e.Name.Local != "Relationship" {
			return
		}
		target := attribute(e, "Target")
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		list = append(list, relation{attribute(e, "Id"), attribute(e, "Type"), strings.TrimPrefix(path.Clean(target), "/")})
	})
	return list, err
}

// workbook reads the names of the sheets, and gives their parts.
func (t *bookTable) workbook(name string, links []relation) (where []string, err error) {
	err = t.elements(name, func(e xml.StartElement) {
		switch e.Name.Local {
		case "workbookPr":
			v := attribute(e, "date1904")
			t.since1904 = v == "1" || v == "true"
		case "sheet":
			target := ""
			for _, r := range links {
				if r.id == attribute(e, "id") {
					target = r.target
				}
			}
			t.sheets, where = append(t.sheets, attribute(e, "name")), append(where, target)
		}
	})
	return where, err
}

// elements gives the elements of a small part.
func (t *bookTable) elements(name string, each func(xml.StartElement)) error {
	part := t.parts[partName(name)]
	if part == nil {
		return damaged(errors.New("no " + name))
	}
	r, err := part.Open()
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	d := xml.NewDecoder(r)
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		if e, ok := token.(xml.StartElement); ok {
			each(e)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func (t *bookTable) shape() shape {
	return shape{format: "xlsx", sheets: t.sheets, since1904: t.since1904}
}

func (t *bookTable) close() error {
	if t.shared == nil {
		return nil
	}
	return t.shared.close()
}

// nothing are the values of a formula that failed.
var nothing = []string{"#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!"}

// lastRow is the last that a spreadsheet has.
const lastRow = 1 << 20

func (t *bookTable) each(yield func(n int, cells []string) bool) error {
	r, err := t.part.Open()
	if err != nil {
		return damaged(err)
	}
	defer r.Close()
	var in io.Reader = r
	if t.size > heavy {
		in = &collecting{Reader: r}
	}
	d := xml.NewDecoder(in)
	var cells []string
	var c cell
	var text strings.Builder
	n, column := 0, -1
	for {
		token, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return damaged(err)
		}
		switch e := token.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "row":
				next := n + 1
				if s := attribute(e, "r"); s != "" {
					if at, err := strconv.Atoi(s); err != nil || at > lastRow {
						return damaged(errors.New("row number"))
					} else if at > n {
						next = at
					}
				}
				n, column, cells = next, -1, cells[:0]
			case "c":
				c = cell{kind: attribute(e, "t"), open: true}
				column++
				if s := attribute(e, "r"); s != "" {
					if column, err = columnOf(s); err != nil {
						return err
					}
				}
				text.Reset()
			case "v", "t":
				c.takes = c.open && !c.phonetic
			case "rPh":
				c.phonetic = true
			}
		case xml.CharData:
			if c.takes && column < maxColumns {
				text.Write(e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "v", "t":
				c.takes = false
			case "rPh":
				c.phonetic = false
			case "c":
				if c.open = false; column >= maxColumns {
					continue
				}
				for len(cells) <= column {
					cells = append(cells, "")
				}
				if cells[column], err = t.value(c.kind, text.String()); err != nil {
					return err
				}
			case "row":
				if !yield(n, cells) {
					return nil
				}
			}
		}
	}
}

// heavy is the size of a file, in bytes, beside which the collector would let garbage
// grow too far: it waits until there is as much of it as of what is in use.
const heavy = 8 << 20

// litter is how many bytes are read until that is done: each leaves ten behind.
const litter = 1 << 20

// collecting has garbage collected each so many bytes that are read.
type collecting struct {
	io.Reader
	n int
}

func (c *collecting) Read(b []byte) (int, error) {
	n, err := c.Reader.Read(b)
	if c.n += n; c.n > litter {
		c.n = 0
		runtime.GC()
	}
	return n, err
}

// cell is the one being read.
type cell struct {
	kind                  string
	open, takes, phonetic bool
}

// value is what a cell says: of a formula what it came to, of numbers all figures.
func (t *bookTable) value(kind, v string) (string, error) {
	if v = strings.TrimSpace(v); kind == "s" && v != "" {
		i, err := strconv.Atoi(v)
		if err != nil {
			return "", damaged(err)
		}
		if t.shared == nil {
			if t.shared, err = readStrings(t.parts[partName(t.stringsAt)]); err != nil {
				return "", err
			}
		}
		if v, err = t.shared.at(i); err != nil {
			return "", err
		}
		v = strings.TrimSpace(v)
	}
	if slices.Contains(nothing, v) {
		return "", nil
	}
	return v, nil
}

// columnOf reads the column of A1, BC7: from 0.
func columnOf(s string) (int, error) {
	n := 0
	for i := range len(s) {
		c := s[i] &^ 0x20
		if c < 'A' || c > 'Z' {
			break
		}
		if n = n*26 + int(c-'A') + 1; n > maxCells {
			return 0, damaged(errors.New("column " + s))
		}
	}
	if n == 0 {
		return 0, damaged(errors.New("cell without a column"))
	}
	return n - 1, nil
}
