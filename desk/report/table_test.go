package report

import (
	"bytes"
	"encoding/csv"
	"errors"
	"iter"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"pgregory.net/rapid"
)

var nasty = []string{"=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", `=HYPERLINK("http://evil.example","点我")`, "'=1", "普通标题", "", "a,\"b\"\n二行", "001", "1e5"}

func rowsOf(cells ...string) iter.Seq2[[]string, error] {
	return func(yield func([]string, error) bool) {
		for _, c := range cells {
			if !yield([]string{c, "x"}, nil) {
				return
			}
		}
	}
}

// Row 31 of trust.md, the way out: a title that is a formula is none in the file.
func TestRow31NoFormulaLeaves(t *testing.T) {
	t.Parallel()
	table := Table{Name: "来件", Columns: []string{"标题", "=列"}, Rows: rowsOf(nasty...)}
	var b bytes.Buffer
	if err := table.Write(&b, CSV); err != nil {
		t.Fatal(err)
	}
	list, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(b.String(), "\ufeff"))).ReadAll()
	if err != nil || len(list) != len(nasty)+1 || list[0][1] != "'=列" {
		t.Fatalf("%q %v", list, err)
	}
	for i, row := range list[1:] {
		if row[0] != "" && strings.ContainsAny(row[0][:1], "=+-@\t\r\n") {
			t.Errorf("%q went out as %q", nasty[i], row[0])
		}
	}
	b.Reset()
	if err := table.Write(&b, XLSX); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	for i, cell := range nasty {
		at, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			t.Fatal(err)
		}
		formula, err := f.GetCellFormula("来件", at)
		if err != nil || formula != "" {
			t.Errorf("%q is the formula %q: %v", cell, formula, err)
		}
		kind, err := f.GetCellType("来件", at)
		if err != nil || kind == excelize.CellTypeFormula || kind == excelize.CellTypeNumber {
			t.Errorf("%q is of type %v: %v", cell, kind, err)
		}
		value, err := f.GetCellValue("来件", at)
		if plain := strings.ReplaceAll(cell, "\r", "\n"); err != nil || strings.ReplaceAll(value, "\r", "\n") != plain {
			t.Errorf("%q came back as %q: %v", cell, value, err)
		}
	}
	t.Logf("figure: %d nasty cells out as CSV and XLSX and read again: 0 formulas", len(nasty))
}

func TestNeutralOnlyMarks(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "cell")
		got := Neutral(s)
		if got != s && got != "'"+s {
			t.Fatalf("%q became %q", s, got)
		}
		if got != "" && slices.Contains([]rune("=+-@\t\r\n"), []rune(got)[0]) {
			t.Fatalf("%q stays a formula", got)
		}
	})
}

func TestRowsThatFail(t *testing.T) {
	t.Parallel()
	away := errors.New("away")
	rows := func(yield func([]string, error) bool) {
		if yield([]string{"a"}, nil) {
			yield(nil, away)
		}
	}
	for _, format := range []string{CSV, XLSX} {
		if err := (Table{Name: "S", Columns: []string{"c"}, Rows: rows}).Write(&bytes.Buffer{}, format); !errors.Is(err, away) {
			t.Errorf("%s: %v", format, err)
		}
	}
}

func TestLongCells(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := (Table{Name: "S", Columns: []string{"c"}, Rows: rowsOf(strings.Repeat("长😀", 20_000))}).Write(&b, XLSX); err != nil {
		t.Fatal(err)
	}
	f, err := excelize.OpenReader(&b)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if v, err := f.GetCellValue("S", "A2"); err != nil || !strings.HasSuffix(v, "（全文见系统）") {
		t.Errorf("%d letters, %v", len(v), err)
	}
}
