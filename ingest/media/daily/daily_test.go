package daily

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

var (
	zone     = time.FixedZone("CST", 8*3600)
	captured = time.Date(2026, 11, 20, 9, 0, 0, 0, zone)
)

const head = `<?xml version="1.0" encoding="UTF-8"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><w:body>`

func docx(t testing.TB, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{"word/document.xml": head + body + `</w:body></w:document>`,
		"word/_rels/document.xml.rels": `<Relationships><Relationship Id="r9" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/hyperlink" Target="https://weibo.example/3"/></Relationships>`} {
		w, err := z.Create(name)
		if err == nil {
			_, err = io.WriteString(w, text)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func p(s string) string { return `<w:p><w:r><w:t>` + s + `</w:t></w:r></w:p>` }

func row(cells ...string) string {
	s := `<w:tr>`
	for _, c := range cells {
		s += `<w:tc>` + p(c) + `</w:tc>`
	}
	return s + `</w:tr>`
}

// report is a daily file as vendors write them, of our own words.
var report = `<w:p><w:pPr><w:pStyle w:val="Heading1"/></w:pPr><w:r><w:t>云泽市网络舆情监测日报</w:t></w:r></w:p>` + p("日期：2026年11月20日  来源：某监测单位") +
	`<w:p><w:pPr><w:pStyle w:val="Heading2"/></w:pPr><w:r><w:t>一、微博舆情</w:t></w:r></w:p>` +
	p("1、清水路积水没过膝盖") + p("作者：云泽小事；发布时间：2026-11-20 08:30　阅读量：1.2万　评论数：35") + p("链接：https://weibo.example/1") + p("摘要：早高峰积水严重。") + p("多辆车熄火。") +
	`<w:p><w:pPr><w:numPr/></w:pPr><w:r><w:t>东湖小区</w:t></w:r><w:del><w:r><w:t>不要</w:t></w:r></w:del><w:r><w:t>停水两天</w:t></w:r></w:p>` + `<w:p><w:hyperlink r:id="r9"><w:r><w:t>查看原文</w:t></w:r></w:hyperlink></w:p>` +
	p("二、抖音舆情") + p("标题：桥面开裂 来源：抖音 作者：路人甲") + p("时间：昨天下午 转发：很多") +
	p("三、其他") + `<w:tbl>` + row("序号", "标题", "来源", "发布时间", "链接", "阅读量") + row("1", "公交改线引发讨论", "云泽论坛", "2026-11-19 21:05", "https://bbs.example/7", "3,456") + row("2", "学校食堂", "今日头条", "", "", "") + `</w:tbl>` +
	`<w:tbl>` + row("标题", "垃圾站异味") + row("正文", "居民反映多日。") + row("来源", "知乎") + `</w:tbl>`

func TestReport(t *testing.T) {
	t.Parallel()
	list, err := Read(docx(t, report), captured, zone)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, e := range list {
		n := func(v *int64) string {
			if v == nil {
				return "-"
			}
			return fmt.Sprint(*v)
		}
		at := "-"
		if e.Published != nil {
			at = e.Published.In(zone).Format("01-02 15:04")
		}
		got = append(got, strings.Join([]string{e.Title, e.Platform, e.Author, at, e.URL, n(e.Reads), n(e.Comments), n(e.Shares), strings.ReplaceAll(e.Text, "\n", "/")}, "|"))
	}
	want := []string{
		"清水路积水没过膝盖|微博|云泽小事|11-20 08:30|https://weibo.example/1|12000|35|-|早高峰积水严重。/多辆车熄火。",
		"东湖小区停水两天|微博||-|https://weibo.example/3|-|-|-|查看原文",
		"桥面开裂|抖音|路人甲|-||-|-|-|时间：昨天下午/转发数：很多",
		"公交改线引发讨论|云泽论坛||11-19 21:05|https://bbs.example/7|3456|-|-|",
		"学校食堂|今日头条||-||-|-|-|",
		"垃圾站异味|知乎||-||-|-|-|居民反映多日。",
	}
	for i := range max(len(got), len(want)) {
		if i >= len(got) || i >= len(want) || got[i] != want[i] {
			t.Fatalf("%d entries:\n%s\nwant\n%s", len(got), strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	again, err := Read(docx(t, report), captured.Add(24*time.Hour), zone)
	if err != nil {
		t.Fatal(err)
	}
	keys := map[string]bool{}
	for i := range again {
		if keys[again[i].Key] = true; again[i].Key != list[i].Key {
			t.Errorf("%s isn't known again", again[i].Title)
		}
	}
	if len(keys) != len(list) {
		t.Errorf("%d identities of %d", len(keys), len(list))
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	list, err := Table([][]string{{"监测日报"}, {"序号", "标题", "平台", "评论数"}, {"1", "甲", "微博", "7"}, {"2", "", "", ""}, {"3", "乙", "", "x"}}, captured, zone)
	if err != nil || len(list) != 2 || list[0].Title != "甲" || *list[0].Comments != 7 || list[1].Platform != "其他" || list[1].Text != "评论数：x" {
		t.Errorf("%+v %v", list, err)
	}
	if _, err := Table([][]string{{"a", "b"}, {"1", "2"}}, captured, zone); desk.CodeOf(err) != desk.CodeInvalid {
		t.Error(err)
	}
}

func TestHostile(t *testing.T) {
	t.Parallel()
	var deep strings.Builder
	for range 3 * maxDepth {
		deep.WriteString(`<w:x>`)
	}
	lying := func() []byte {
		var b bytes.Buffer
		z := zip.NewWriter(&b)
		w, err := z.Create("word/document.xml")
		if err != nil {
			t.Fatal(err)
		}
		for range 90 {
			if _, err := w.Write(bytes.Repeat([]byte("<w:p/>"), 1<<20/6)); err != nil {
				t.Fatal(err)
			}
		}
		if err := z.Close(); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "no zip": []byte("%PDF-1.7"), "zip of nothing": []byte("PK\x05\x06" + strings.Repeat("\x00", 18)), "bomb": lying(),
		"entities": docx(t, `<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>`+p("1、&a;")), "unknown entity": docx(t, p("1、&a;")), "deep": docx(t, deep.String()),
		"paragraphs": docx(t, strings.Repeat(p("a"), maxRows+1)), "no entry": docx(t, p("云泽市日报")), "too many": docx(t, strings.Repeat(p("1、甲")+p("来源：微博"), MaxEntries+1)),
	} {
		list, err := Read(file, captured, zone)
		if desk.CodeOf(err) != desk.CodeInvalid || len(list) > 0 {
			t.Errorf("%s: %d entries, %v", name, len(list), err)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add(report)
	f.Add(p("标题：甲 来源：乙 时间：2026-11-20") + `<w:tbl>` + row("标题", "链接") + row("a", "https://x.example/") + `</w:tbl>`)
	f.Add(`<w:tbl><w:tr><w:tc><w:tbl><w:tr/></w:tbl></w:tc></w:tr></w:tbl></w:tbl></w:tr></w:del>`)
	f.Fuzz(func(t *testing.T, body string) {
		list, err := Read(docx(t, body), captured, zone)
		if err != nil && len(list) > 0 {
			t.Fatal("entries and an error")
		}
		for _, e := range list {
			if e.Title == "" && e.Text == "" || e.Key == "" || e.Platform == "" {
				t.Fatalf("%+v", e)
			}
		}
		if _, err := Read([]byte(body), captured, zone); err == nil {
			t.Fatal("no DOCX, and read")
		}
	})
}
