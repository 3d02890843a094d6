package sheet

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// repeated gives a pattern again and again, without holding it.
type repeated struct {
	pattern string
	left    int64
	at      int
}

func (r *repeated) Read(b []byte) (int, error) {
	if r.left <= 0 {
		return 0, io.EOF
	}
	n := 0
	for n < len(b) && r.left > 0 {
		c := copy(b[n:], r.pattern[r.at:])
		c = int(min(int64(c), r.left))
		n, r.left, r.at = n+c, r.left-int64(c), (r.at+c)%len(r.pattern)
	}
	return n, nil
}

// bomb is a workbook whose only sheet, or table of strings, is head, pattern up to
// size, tail.
func bomb(t testing.TB, part, head, pattern, tail string, size int64, method uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	add := func(name string, r io.Reader) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: method})
		if err == nil {
			_, err = io.Copy(w, r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	const ns = `xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"`
	add("[Content_Types].xml", strings.NewReader(`<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`))
	add("_rels/.rels", strings.NewReader(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`))
	add("xl/workbook.xml", strings.NewReader(`<workbook `+ns+` xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="S" sheetId="1" r:id="r1"/></sheets></workbook>`))
	add("xl/_rels/workbook.xml.rels", strings.NewReader(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`))
	if part != "xl/worksheets/sheet1.xml" {
		add("xl/worksheets/sheet1.xml", strings.NewReader(`<worksheet `+ns+`><sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData></worksheet>`))
	}
	add(part, io.MultiReader(strings.NewReader(strings.ReplaceAll(head, "NS", ns)), &repeated{pattern: pattern, left: size / int64(len(pattern)) * int64(len(pattern))}, strings.NewReader(tail)))
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// Row 31 of trust.md: whatever a workbook unpacks to, reading it takes no more than
// 64 MiB. Most are refused; what is let through is read.
func TestRow31SheetBombs(t *testing.T) { // alone: it measures memory
	const sheet, table = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml"
	const open, end = `<worksheet NS><sheetData>`, `</sheetData></worksheet>`
	// Incompressible enough to pass a look at the ratio alone.
	var noise strings.Builder
	for i := range 4000 {
		fmt.Fprintf(&noise, `<row><c t="inlineStr"><is><t>%x</t></is></c></row>`, uint64(i+1)*0x9E3779B97F4A7C15)
	}
	bombs, most, stored := 0, uint64(0), int64(12<<20)
	if os.Getenv("HUIYING_ENDURE") == "1" {
		stored = 45 << 20 // nearly what may be uploaded
	}
	for _, c := range []struct {
		name, part, head, pattern, tail string
		size                            int64
		refused                         bool
	}{
		{"zeros", sheet, "", "\x00", "", 100 << 20, true},
		{"one cell", sheet, open + `<row><c t="inlineStr"><is><t>`, "啊", `</t></is></c></row>` + end, 90 << 20, true},
		{"a tag", sheet, open + `<row `, `a="b" `, `/>` + end, 50 << 20, true},
		{"nesting", sheet, open, `<a>`, end, 50 << 20, true},
		{"a row of cells", sheet, open + `<row>`, `<c/>`, `</row>` + end, 50 << 20, true},
		{"rich text", sheet, open + `<row><c t="inlineStr"><is>`, `<r><t>a</t></r>`, `</is></c></row>` + end, 50 << 20, true},
		{"a comment", sheet, open + `<!--`, `<> `, `-->` + end, 50 << 20, true},
		{"entities", sheet, `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">]>` + open, `<row><c><v>&a;</v></c></row>`, end, 1 << 20, true},
		{"an instruction", sheet, open + `<?x `, `> `, `?>` + end, 50 << 20, true},
		{"strings", table, `<sst NS>`, `<si><t>a</t></si>`, `</sst>`, 100 << 20, true},
		{"one string", table, `<sst NS><si>`, `<r><t>a</t></r>`, `</si></sst>`, 50 << 20, true},
		{"a picture", "xl/media/image1.png", "", "\x89PNG", "", 30 << 20, true},
		{"many rows", sheet, open, noise.String(), end, 7 << 20, false},
		{"rows and rows", sheet, open, noise.String(), end, stored, false},
	} {
		bombs++
		// Stored as it is, a part doesn't betray itself by how much it shrinks.
		for method, size := range map[uint16]int64{zip.Deflate: c.size, zip.Store: min(c.size, stored)} {
			file := bomb(t, c.part, c.head, c.pattern, c.tail, size, method)
			top, stop := peak()
			n := 0
			_, err := Reader{}.Look(c.name, file, nil)
			if err == nil {
				err = Reader{}.Rows(c.name, file, desk.SheetMapping{Fields: []string{"title"}}, 0, func(desk.SheetRow) bool { n++; return true })
			}
			stop()
			grown := top() >> 20
			most = max(most, grown)
			var e *desk.Error
			why := ""
			if errors.As(err, &e) && e.Cause != nil {
				why = e.Cause.Error()
			}
			t.Logf("%-16s %9d bytes, %3d MiB unpacked: +%d MiB, %d rows, %s", c.name, len(file), size>>20, grown, n, why)
			if c.refused && (desk.CodeOf(err) != desk.CodeInvalid || n > 0) {
				t.Errorf("%s: %d rows, %v", c.name, n, err)
			}
			if !c.refused && (err != nil || n < 100_000) {
				t.Errorf("%s: %d rows, %v", c.name, n, err)
			}
			if grown > 64 {
				t.Errorf("%s: +%d MiB", c.name, grown)
			}
		}
	}
	t.Logf("figure: %d kinds of workbook, packed and stored: at most +%d MiB", bombs, most)
}

// peak watches how much the heap grows.
func peak() (top func() uint64, stop func()) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	base, most := m.HeapInuse, m.HeapInuse
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-quit:
				return
			case <-tick.C:
				var m runtime.MemStats
				runtime.ReadMemStats(&m)
				most = max(most, m.HeapInuse)
			}
		}
	}()
	return func() uint64 { return most - base }, func() { close(quit); <-done }
}
