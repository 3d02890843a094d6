package sheet

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
	"huiying/ingest/hotline"
)

// FuzzFile: whatever the bytes, a look and the rows end, rows come in order, and
// every line is one that the door can judge.
func FuzzFile(f *testing.F) {
	for _, charset := range []string{"UTF-8", "UTF-8 BOM", "GB18030", "UTF-16LE BOM"} {
		f.Add(encode(f, table1, charset))
	}
	f.Add([]byte("sep=;\r\n标题;内容\r\n甲;乙"))
	f.Add([]byte("\"a\"\"b\",c\n\"d"))
	f.Add(book(f, func(x *excelize.File) {
		set(f, x, map[string]any{"A1": "标题", "B1": "时间", "A2": "路灯", "B2": 46086.5})
	}))
	for _, x := range corpus.Texts(f, 10) {
		f.Add(encode(f, "编号,标题,内容\r\n1,\""+x.Title+"\",\""+x.Body+"\"\r\n", "GB18030"))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		look, err := Reader{}.Look("f", b, nil)
		if err != nil {
			if desk.CodeOf(err) != desk.CodeInvalid {
				t.Fatal(err)
			}
			return
		}
		m := look.Mapping
		for i := range m.Fields {
			if m.Fields[i] == "" && i%2 == 0 {
				m.Fields[i] = "body"
			}
		}
		last := 0
		err = Reader{}.Rows("f", b, m, 0, func(r desk.SheetRow) bool {
			if r.N <= last || r.N <= m.Header {
				t.Errorf("row %d after %d", r.N, last)
			}
			last = r.N
			if bytes.IndexByte(r.Line, '\n') >= 0 || utf8.Valid(r.Line) && !json.Valid(r.Line) {
				t.Errorf("row %d isn't a line: %q", r.N, r.Line)
			}
			parts, err := hotline.Parser{}.Parse(desk.Source{}, desk.Raw{ContentType: hotline.TypeNDJSON, Bytes: r.Line}, time.UTC)
			if err != nil || len(parts) != 1 {
				t.Errorf("row %d is %d parts: %v", r.N, len(parts), err)
			}
			return true
		})
		if err != nil && desk.CodeOf(err) != desk.CodeInvalid {
			t.Error(err)
		}
	})
}

// FuzzRecords holds the reader of rows to the standard library's, where that is strict.
func FuzzRecords(f *testing.F) {
	f.Add("a,b\n\"c\"\"d\",\"e\nf\"\n")
	f.Add("a\r\nb,\r\n")
	for _, x := range corpus.Texts(f, 10) {
		f.Add("标题,内容\n\"" + x.Title + "\",\"" + x.Body + "\"\n")
	}
	f.Fuzz(func(t *testing.T, s string) {
		if !utf8.ValidString(s) || strings.ContainsAny(s, "\r\ufeff\x00") {
			return
		}
		strict := csv.NewReader(strings.NewReader(s))
		strict.FieldsPerRecord = -1
		want, err := strict.ReadAll()
		if err != nil {
			return
		}
		ours := &records{r: bufio.NewReader(strings.NewReader(s)), comma: ','}
		for i := 0; ; {
			got, err := ours.next()
			if errors.Is(err, io.EOF) {
				if i != len(want) {
					t.Errorf("%q: %d rows of %d", s, i, len(want))
				}
				return
			}
			if err != nil {
				t.Fatalf("%q: %v", s, err)
			}
			if len(got) == 1 && got[0] == "" && (i >= len(want) || len(want[i]) != 1 || strings.TrimSpace(want[i][0]) != "") {
				continue // the library leaves empty lines out
			}
			if i >= len(want) || len(got) != len(want[i]) {
				t.Fatalf("%q: row %d is %q of %q", s, i, got, want)
			}
			for j := range got {
				if got[j] != strings.TrimSpace(want[i][j]) {
					t.Errorf("%q: %q, want %q", s, got[j], want[i][j])
				}
			}
			i++
		}
	})
}
