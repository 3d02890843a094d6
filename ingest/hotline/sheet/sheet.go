package sheet

import (
	"bytes"
	"slices"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

const (
	maxColumns = 200 // beyond, columns are left out
	headRows   = 20  // in which the header is looked for
	firstRows  = 8   // that a look shows below it
	lookCell   = 200 // characters of a cell in a look
)

// Reader implements desk.Sheets.
type Reader struct{}

// table is an open file: each gives its rows in order, from 1, the empty ones too
// or not, until yield says false. Cells are trimmed and only good until the next row.
type table interface {
	each(yield func(n int, cells []string) bool) error
	shape() shape
	close() error
}

// shape is what is known of a table beside its rows.
type shape struct {
	format, charset, comma string
	sheets                 []string
	since1904              bool
	decoded                bool // its text was decoded: U+FFFD stands where that failed
}

// open takes a file for what its bytes say that it is.
func open(file []byte, sheet string) (table, error) {
	head := bytes.TrimLeft(file[:min(len(file), 512)], "\xef\xbb\xbf \t\r\n")
	switch {
	case bytes.HasPrefix(file, []byte("PK\x03\x04")):
		return openBook(file, sheet)
	case bytes.HasPrefix(file, []byte("\xd0\xcf\x11\xe0")):
		return nil, desk.Invalid("file", "这是旧版或加密的 Excel 文件，请在 Excel 或 WPS 中另存为 XLSX（不设密码）或 CSV 后再导入")
	case len(head) > 0 && head[0] == '<':
		return nil, desk.Invalid("file", "这是网页，不是表格；请在 Excel 或 WPS 中打开后另存为 XLSX 再导入")
	case len(bytes.TrimSpace(file)) == 0:
		return nil, desk.Invalid("file", "文件是空的")
	case sheet != "":
		return nil, desk.Invalid("sheet", "没有名为“%s”的工作表", sheet)
	}
	return openText(file), nil
}

// Look implements desk.Sheets.
func (Reader) Look(_ string, file []byte, given *desk.SheetMapping) (look desk.SheetLook, err error) {
	want := desk.SheetMapping{Header: -1} // find it
	if given != nil {
		want = *given
	}
	t, err := open(file, want.Sheet)
	if err != nil {
		return look, err
	}
	defer t.close()
	s := t.shape()
	look = desk.SheetLook{Format: s.format, Charset: s.charset, Comma: s.comma, Sheets: s.sheets}

	rows := headRows + firstRows
	if want.Header > 0 {
		rows += want.Header
	}
	var head [][]string
	var at []int
	err = t.each(func(n int, cells []string) bool {
		if !blank(cells) {
			head, at = append(head, cut(cells)), append(at, n)
		}
		return n < rows
	})
	if err != nil && len(head) == 0 {
		return look, err
	}
	if len(head) == 0 {
		return look, desk.Invalid("file", "表格里没有内容")
	}
	m := want
	if m.Header < 0 {
		m.Header = findHeader(head, at)
	}
	below := 0
	width := 0
	for i, n := range at {
		if n == m.Header {
			m.Names = head[i]
		}
		if n <= m.Header {
			below = i + 1
		}
		width = max(width, len(head[i]))
	}
	width = min(width, maxColumns)
	names := slices.Clone(m.Names)
	for i := len(names); i < width; i++ {
		names = append(names, "")
	}
	for i, name := range names {
		if name == "" {
			names[i] = Letters(i)
		}
	}
	m.Names = names[:min(len(names), maxColumns)]
	if m.Fields == nil {
		m.Fields = Guess(m.Names)
	}
	if m.Sheet == "" && len(s.sheets) > 0 {
		m.Sheet = s.sheets[0]
	}
	look.Mapping = m
	for i := below; i < len(head) && len(look.First) < firstRows; i++ {
		row := make([]string, len(m.Names))
		copy(row, head[i])
		look.First, look.At = append(look.First, row), append(look.At, at[i])
	}
	return look, nil
}

// Rows implements desk.Sheets.
func (Reader) Rows(_ string, file []byte, m desk.SheetMapping, after int, yield func(desk.SheetRow) bool) error {
	t, err := open(file, m.Sheet)
	if err != nil {
		return err
	}
	defer t.close()
	l := liner{mapping: m, shape: t.shape()}
	return t.each(func(n int, cells []string) bool {
		if n <= m.Header || n <= after {
			return true
		}
		line := l.line(cells)
		return line == nil || yield(desk.SheetRow{N: n, Line: line})
	})
}

func blank(cells []string) bool {
	for _, c := range cells {
		if c != "" {
			return false
		}
	}
	return true
}

// cut keeps what a look shows.
func cut(cells []string) []string {
	out := make([]string, min(len(cells), maxColumns))
	for i := range out {
		c := cells[i]
		if !utf8.ValidString(c) {
			c = strings.ToValidUTF8(c, "\uFFFD")
		}
		if r := []rune(c); len(r) > lookCell {
			c = string(r[:lookCell]) + "…"
		}
		out[i] = c
	}
	return out
}

// Letters is what a spreadsheet calls a column: A, B, …, Z, AA.
func Letters(i int) string {
	s := ""
	for i++; i > 0; i = (i - 1) / 26 {
		s = string(rune('A'+(i-1)%26)) + s
	}
	return s
}

// Cells gives the rows of a table that carry something, for those who know what they mean.
func (Reader) Cells(file []byte, yield func(n int, cells []string) bool) error {
	t, err := open(file, "")
	if err != nil {
		return err
	}
	defer t.close()
	return t.each(func(n int, cells []string) bool {
		return blank(cells) || yield(n, cells)
	})
}
