package sheet

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"

	"huiying/desk"
	"huiying/ingest/hotline"
)

const table1 = "云泽市热线工单导出表\n" +
	"序号,工单编号,诉求标题,诉求内容,来电时间,事发地址,来电人,联系电话,办理部门\n" +
	"1,YZ-001,滨江路路灯不亮,\"从桥头到菜市场，\n整段不亮\",2026/3/5 19:30,滨江路,李某,13900000001,城管局\n" +
	"\n" +
	"2,YZ-002,\"水压低,\"\"很低\"\"\",三楼以上没水,2026年3月6日 8时05分,云泽苑3栋,王某,13900000002,水务局\n" +
	"3,,没有编号,内容,2026-03-06,,,,\n"

var want1 = []string{
	`{"external_id":"YZ-001","title":"滨江路路灯不亮","body":"从桥头到菜市场，\n整段不亮","occurred_at":"2026-03-05 19:30:00","place":"滨江路","author":{"name":"李某","phone":"13900000001"}}`,
	`{"external_id":"YZ-002","title":"水压低,\"很低\"","body":"三楼以上没水","occurred_at":"2026-03-06 08:05:00","place":"云泽苑3栋","author":{"name":"王某","phone":"13900000002"}}`,
	`{"title":"没有编号","body":"内容\n来电时间：2026-03-06"}`,
}

func encode(t testing.TB, s, charset string) []byte {
	t.Helper()
	var b []byte
	var err error
	switch charset {
	case "UTF-8":
		b = []byte(s)
	case "UTF-8 BOM":
		b = []byte("\ufeff" + s)
	case "GB18030":
		b, err = simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(s))
	case "UTF-16LE BOM":
		b, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
	case "UTF-16BE BOM":
		b, err = unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(s))
	case "UTF-16LE":
		b, err = unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM).NewEncoder().Bytes([]byte(s))
	}
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func rows(t testing.TB, file []byte, m desk.SheetMapping, after int) (lines []string, at []int) {
	t.Helper()
	err := Reader{}.Rows("f", file, m, after, func(r desk.SheetRow) bool {
		lines, at = append(lines, string(r.Line)), append(at, r.N)
		return true
	})
	if err != nil {
		t.Fatal(err)
	}
	return lines, at
}

func TestTextOfEveryCharsetAndDelimiter(t *testing.T) {
	t.Parallel()
	for _, charset := range []string{"UTF-8", "UTF-8 BOM", "GB18030", "UTF-16LE BOM", "UTF-16BE BOM", "UTF-16LE"} {
		for _, comma := range []string{",", "\t", ";"} {
			for _, end := range []string{"\n", "\r\n", "\r"} {
				if comma != "," && end != "\n" {
					continue
				}
				text := strings.ReplaceAll(table1, "\n", end)
				want := want1
				if comma != "," {
					text = strings.ReplaceAll(text, ",", comma)
				}
				if end != "\n" || comma != "," { // also inside the quotes
					want = slices.Clone(want1)
					for i := range want {
						want[i] = strings.Replace(want[i], `水压低,`, `水压低`+strings.ReplaceAll(comma, "\t", `\u0009`), 1)
						want[i] = strings.ReplaceAll(want[i], `\n整段`, strings.NewReplacer("\r", `\u000d`, "\n", `\n`).Replace(end)+`整段`)
					}
				}
				file := encode(t, text, charset)
				look, err := Reader{}.Look("f.csv", file, nil)
				if err != nil {
					t.Fatal(charset, err)
				}
				if look.Mapping.Header != 2 || look.Comma != comma || !strings.HasPrefix(charset, look.Charset) {
					t.Errorf("%s %q: taken for %+v", charset, comma, look)
				}
				if fields := []string{"", "external_id", "title", "body", "occurred_at", "place", "author.name", "author.phone", ""}; !slices.Equal(look.Mapping.Fields, fields) {
					t.Errorf("%s: guessed %q", charset, look.Mapping.Fields)
				}
				lines, at := rows(t, file, look.Mapping, 0)
				if !slices.Equal(lines, want) || !slices.Equal(at, []int{3, 5, 6}) {
					t.Errorf("%s %q %q: rows %v\n%s\nwant\n%s", charset, comma, end, at, strings.Join(lines, "\n"), strings.Join(want, "\n"))
				}
				if again, at := rows(t, file, look.Mapping, 3); len(again) != 2 || at[0] != 5 {
					t.Errorf("behind row 3: %v", at)
				}
			}
		}
	}
}

// What stands between quotes doesn't decide what separates the cells.
func TestDelimiterOutsideOfQuotes(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"semicolons in a letter of many lines": "编号,标题,内容\n1,停水,\"三栋;停水\n四栋;停水\n五栋;停水\"\n",
		"in a column's name":                   "编号,标题,内容,\"备注 \"\"甲;乙\"\"\"\n1,停水,\"三栋;停水\n四栋;停水\",无\n",
		"a quotation that isn't one":           "编号,标题,内容\n1,停水,他说，\"没水\"\n2,停电,她说，\"没电\"\n",
	} {
		look, err := Reader{}.Look("f.csv", []byte(file), nil)
		if err != nil || look.Comma != "," {
			t.Errorf("%s: %q, %v", name, look.Comma, err)
		}
	}
}

// book makes a workbook.
func book(t testing.TB, fill func(f *excelize.File)) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	fill(f)
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func set(t testing.TB, f *excelize.File, cells map[string]any) {
	t.Helper()
	for at, v := range cells {
		if err := f.SetCellValue("Sheet1", at, v); err != nil {
			t.Fatal(err)
		}
	}
}

func TestWorkbook(t *testing.T) {
	t.Parallel()
	file := book(t, func(f *excelize.File) {
		set(t, f, map[string]any{
			"A1": "工单编号", "B1": "标题", "C1": "内容", "D1": "受理时间", "E1": "联系电话", "F1": "阅读量", "G1": "处理意见",
			"A2": "N1", "B2": "路灯不亮", "C2": "整段", "D2": time.Date(2026, 3, 5, 19, 30, 15, 0, time.UTC), "E2": int64(13900000001), "F2": "1.2万", "G2": "转城管",
			"A4": 20260305000123, "B4": "第四行", "D4": 46086, "F4": 1234,
		})
		for cell, formula := range map[string]string{"B5": `HYPERLINK("http://evil.example","点我")`, "C5": "1+1"} {
			if err := f.SetCellFormula("Sheet1", cell, formula); err != nil {
				t.Fatal(err)
			}
		}
		set(t, f, map[string]any{"A5": "N5", "B6": "公式只取存下的值"})
		if _, err := f.NewSheet("说明"); err != nil {
			t.Fatal(err)
		}
	})
	look, err := Reader{}.Look("a.xlsx", file, nil)
	if err != nil {
		t.Fatal(err)
	}
	if look.Format != "xlsx" || !slices.Equal(look.Sheets, []string{"Sheet1", "说明"}) || look.Mapping.Header != 1 || look.Mapping.Sheet != "Sheet1" {
		t.Errorf("%+v", look)
	}
	look.Mapping.Fields[6] = "body"
	lines, at := rows(t, file, look.Mapping, 0)
	want := []string{
		`{"external_id":"N1","title":"路灯不亮","body":"整段\n处理意见：转城管","occurred_at":"2026-03-05 19:30:15","author":{"phone":"13900000001"},"reach":12000}`,
		`{"external_id":"20260305000123","title":"第四行","body":"受理时间：2026-03-05","reach":1234}`,
		`{"external_id":"N5"}`,
		`{"title":"公式只取存下的值"}`,
	}
	if !slices.Equal(lines, want) || !slices.Equal(at, []int{2, 4, 5, 6}) {
		t.Errorf("%v\n%s", at, strings.Join(lines, "\n"))
	}
	if _, err := (Reader{}).Look("a.xlsx", file, &desk.SheetMapping{Sheet: "没有"}); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("a sheet that isn't there: %v", err)
	}
}

func TestWhatIsNoTableIsRefused(t *testing.T) {
	t.Parallel()
	for name, file := range map[string]string{
		"empty": "", "blank": " \n\n", "page": "<html><table><tr><td>标题</td></tr></table></html>", "old": "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1rest",
		"zip": "PK\x03\x04rest", "quote": "标题,内容\n甲,\"没有结束\n乙,丙\n",
	} {
		_, err := Reader{}.Look(name, []byte(file), nil)
		if name == "quote" {
			err = Reader{}.Rows(name, []byte(file), desk.SheetMapping{Header: 1, Fields: []string{"title", "body"}}, 0, func(desk.SheetRow) bool { return true })
		}
		if desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestGuess(t *testing.T) {
	t.Parallel()
	for names, want := range map[string]string{
		"Ticket No|Subject|Description|Created At|Address|Name|Phone": "external_id|title|body|occurred_at|place|author.name|author.phone",
		"序号|信件编号|信件标题|信件内容|来信时间|办结时间|写信人|手机号码":                        "|external_id|title|body|occurred_at||author.name|author.phone",
		"诉求编号（系统）|诉求标题*| 诉求内容 |时　间|地点|市民姓名|联系方式|原文链接|浏览量":             "external_id|title|body||place|author.name|author.phone|url|reach",
		"甲|乙|丙": "||",
		"标题|标题": "title|",
	} {
		if got := strings.Join(Guess(strings.Split(names, "|")), "|"); got != want {
			t.Errorf("%s: %s, want %s", names, got, want)
		}
	}
}

func TestInstants(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"2026-03-05 14:30": "2026-03-05 14:30:00", "2026/3/5 4:05:06": "2026-03-05 04:05:06", "2026年3月5日14时30分": "2026-03-05 14:30:00",
		"2026.3.5": "2026-03-05 day", "20260305143000": "2026-03-05 14:30:00", "20260305": "2026-03-05 day", "46086.604166667": "2026-03-05 14:30:00",
		"46086": "2026-03-05 day", "2026-03-05T14:30:00+08:00": "2026-03-05T14:30:00+08:00", "昨天下午": "昨天下午", "2026-02-30 10:00": "2026-02-30 10:00",
		"2026-3-5 25:00": "2026-3-5 25:00", "": "", "2026-03-05 14:30:00.000": "2026-03-05 14:30:00", "46086 0.604166667": "2026-03-05 14:30:00",
	} {
		got, day := instant(in, false)
		if day {
			got += " day"
		}
		if got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
	if got, _ := instant("44624.5", true); got != "2026-03-05 12:00:00" {
		t.Errorf("since 1904: %s", got)
	}
}

func TestNumbersThatWereShortened(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{"2.0260305000123E+13": "20260305000123 true", "1.23456789012345E+17": "123456789012345000 false", "1E5X": "1E5X true", "YZ-1": "YZ-1 true",
		"13900000001": "13900000001 true", "1e9": "1000000000 true"} {
		full, exact := figures(in)
		if got := fmt.Sprint(full, " ", exact); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// What can't be decoded is quarantined by the door with the field named, never
// taken in as something else.
func TestBrokenBytesAreNoMojibake(t *testing.T) {
	t.Parallel()
	gb := encode(t, "编号,标题\n1,路灯不亮\n2,", "GB18030")
	gb = append(gb, 0xff, 0xff, ',', '\n')
	m := desk.SheetMapping{Header: 1, Fields: []string{"external_id", "title"}}
	for name, file := range map[string][]byte{"GB18030": gb, "UTF-8": []byte("编号,标题\n1,路灯不亮一二三四五六\n2,坏\xff字\n")} {
		lines, _ := rows(t, file, m, 0)
		parts, err := hotline.Parser{}.Parse(desk.Source{}, desk.Raw{ContentType: hotline.TypeNDJSON, Bytes: []byte(strings.Join(lines, "\n"))}, time.UTC)
		if err != nil || len(parts) != 2 {
			t.Fatal(name, len(parts), err)
		}
		if parts[0].Err != nil || !strings.HasPrefix(parts[0].Incoming.Title, "路灯不亮") {
			t.Errorf("%s: %+v", name, parts[0])
		}
		if parts[1].Err == nil || parts[1].Err.Field != "title" {
			t.Errorf("%s: the broken row is %+v", name, parts[1])
		}
	}
}

func TestColumnLetters(t *testing.T) {
	t.Parallel()
	for i, want := range map[int]string{0: "A", 25: "Z", 26: "AA", 701: "ZZ", 702: "AAA"} {
		if got := Letters(i); got != want {
			t.Errorf("%d: %s, want %s", i, got, want)
		}
	}
}

// Without a header the columns are called as a spreadsheet calls them.
func TestNoHeader(t *testing.T) {
	t.Parallel()
	look, err := Reader{}.Look("f", []byte("a,b\nc,d\n"), &desk.SheetMapping{Header: 0})
	if err != nil || !reflect.DeepEqual(look.Mapping.Names, []string{"A", "B"}) || len(look.First) != 2 {
		t.Errorf("%+v %v", look, err)
	}
}

func TestEveryLineIsJSON(t *testing.T) {
	t.Parallel()
	l := liner{mapping: desk.SheetMapping{Fields: []string{"external_id", "title", "body", "occurred_at", "author.name", "author.phone", "reach", "url", "place"}}}
	for _, cells := range [][]string{
		{"", "", "", "", "甲"}, {"", "", "", "", "", "139"}, {"", "", "", "", "", "", "12"}, {"1E+20"}, {"", "a\x00\x01\"\\\n\t\u2028"}, {"", "", "", "2026-01-01"}, {"a", "", "", "", "b", "", "x"},
	} {
		line := l.line(cells)
		var v map[string]any
		if err := json.Unmarshal(line, &v); err != nil {
			t.Errorf("%q: %s: %v", cells, line, err)
		}
	}
}
