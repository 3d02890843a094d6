package web

import (
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// plainDaily reads documents whose paragraphs are "title|platform|author|link|reads"; what
// vendors write is ingest/media/daily's.
type plainDaily struct{}

func (plainDaily) ReadDaily(_ string, file []byte, captured time.Time, _ *time.Location) (list []desk.Paste, err error) {
	bad := &desk.Error{Code: desk.CodeInvalid, Field: "file", Text: "文档已损坏、不是 DOCX 或超出可读取的范围，请用 Word 或 WPS 另存为 DOCX 后再试"}
	z, err := zip.NewReader(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		return nil, bad
	}
	part, err := z.Open("word/document.xml")
	if err != nil {
		return nil, bad
	}
	defer part.Close()
	var doc struct {
		Body struct {
			P []struct {
				R []struct {
					T string `xml:"t"`
				} `xml:"r"`
			} `xml:"p"`
		} `xml:"body"`
	}
	if err := xml.NewDecoder(part).Decode(&doc); err != nil {
		return nil, bad
	}
	for _, p := range doc.Body.P {
		f := append(strings.Split(p.R[0].T, "|"), "", "", "", "", "")
		e := desk.Paste{Title: f[0], Platform: f[1], Author: f[2], URL: f[3], Captured: captured}
		if n := int64(len(f[4])); n > 0 {
			e.Reads = &n
		}
		sum := sha256.Sum256([]byte(f[0] + f[3]))
		e.Key = "daily-" + hex.EncodeToString(sum[:16])
		list = append(list, e)
	}
	return list, nil
}

// dailyFile makes a document of paragraphs.
func dailyFile(t testing.TB, paragraphs ...string) []byte {
	t.Helper()
	var b, body bytes.Buffer
	for _, p := range paragraphs {
		body.WriteString(`<w:p><w:r><w:t>`)
		if err := xml.EscapeText(&body, []byte(p)); err != nil {
			t.Fatal(err)
		}
		body.WriteString(`</w:t></w:r></w:p>`)
	}
	z := zip.NewWriter(&b)
	_, err := io.WriteString(must(z.Create("word/document.xml")), `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`+body.String()+`</w:body></w:document>`)
	if err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

var (
	dailyEntries = regexp.MustCompile(`name="entry" value="([^"]*)"`)
	dailyTicks   = regexp.MustCompile(`name="take" value="(\d+)" checked`)
)

// asShown is the form of a preview as a browser sends it, untouched.
func asShown(p page) url.Values {
	form := url.Values{}
	for _, m := range dailyEntries.FindAllStringSubmatch(p.body, -1) {
		form.Add("entry", html.UnescapeString(m[1]))
	}
	for _, m := range dailyTicks.FindAllStringSubmatch(p.body, -1) {
		form.Add("take", m[1])
	}
	return form
}

func withDaily(n *evening) { n.Daily = plainDaily{} }

// TestDailyByForms walks the whole way without scripts: a vendor's document is shown, taken in without what was unticked,
// and the same file and the same form again make nothing new.
func TestDailyByForms(t *testing.T) {
	t.Parallel()
	n := newNight(t, withDaily)
	v := n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan")
	file := dailyFile(t, "清水路积水<script>alert(1)</script>|微博|云泽小事|https://weibo.example/1|1234567", "不要的|微博|||", "桥面开裂|抖音|路人甲||", "坏链接|微博||javascript:alert(2)|", "桥面开裂|抖音|||")
	v.get("/media/paste").want(t, 200, "导入监测日报", `action="/media/daily"`, `enctype="multipart/form-data"`, "不超过 32 MB")
	var shown page
	n.at(time.Hour, func() { shown = v.upload("/media/daily", "日报.docx", file) }) // an hour ago
	shown.want(t, 200, "日报.docx", "拆出 5 条", "清水路积水&lt;script&gt;", "云泽小事", `href="https://weibo.example/1"`, "阅读 7", "链接：链接须以 http", "同第 3 条")
	shown.lacks(t, "<script>alert(1)", `href="javascript:`, "已有")
	if list := must(n.Items(t.Context(), desk.System, desk.ItemFilter{})); len(list) != 0 {
		t.Fatalf("a preview brought %d items in", len(list))
	}
	form := asShown(shown)
	if got := form["take"]; !slices.Equal(got, []string{"1", "2", "3"}) || len(form["entry"]) != 5 {
		t.Fatalf("ticked %q of %d", got, len(form["entry"]))
	}
	none := url.Values{"entry": form["entry"]}
	if kept := asShown(v.post("/media/daily/take", none.Encode()).want(t, 422, "请至少勾选一条", "拆出 5 条")); len(kept["entry"]) != 5 || len(kept["take"]) != 0 {
		t.Errorf("%d entries, ticked %q", len(kept["entry"]), kept["take"])
	}
	form["take"] = []string{"1", "3", "4"}
	v.post("/media/daily/take", form.Encode()).want(t, 200, "导入结果", "新建 2", "没有导入 1", "链接须以 http", `href="/items/1"`, `href="/items/2"`)
	v.get("/items/1").want(t, 200, "清水路积水", "微博", "https://weibo.example/1")
	v.get("/items/2").want(t, 200, "桥面开裂", "抖音")
	v.post("/media/daily/take", form.Encode()).want(t, 200, "已有 2", `href="/items/1"`, `href="/items/2"`).lacks(t, "新建")
	again := v.upload("/media/daily", "日报.docx", file).want(t, 200, "已有")
	v.post("/media/daily/take", asShown(again).Encode()).want(t, 200, "已有 2", "新建 1").lacks(t, "更新")
	list := must(n.Items(t.Context(), desk.System, desk.ItemFilter{}))
	if len(list) != 3 || slices.ContainsFunc(list, func(it desk.Item) bool { return it.Version != 1 || it.Channel != desk.ChannelMedia }) {
		t.Errorf("%d items: %+v", len(list), list)
	}
	grown := dailyFile(t, "清水路积水<script>alert(1)</script>|微博|云泽小事|https://weibo.example/1|12345678")
	v.post("/media/daily/take", asShown(v.upload("/media/daily", "日报.docx", grown)).Encode()).want(t, 200, "更新 1", `href="/items/1"`)
}

// TestDailyRefused: what can't be read is said at the field and keeps nothing, what the form carries is held against the
// same checks, and who may not paste may do none of it.
func TestDailyRefused(t *testing.T) {
	t.Parallel()
	n := newNight(t, withDaily)
	v := n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan")
	o := n.visitor(n.person(desk.RoleOperator, "zhaoli", "赵丽"), "zhaoli")
	good := dailyFile(t, "甲|微博||https://weibo.example/1|")
	for name, file := range map[string][]byte{"empty": nil, "no zip": []byte("%PDF-1.7"), "cut": good[:len(good)/2], "zip of nothing": []byte("PK\x05\x06" + strings.Repeat("\x00", 18))} {
		if got := v.upload("/media/daily", "日报.docx", file).want(t, 422, `href="#f-daily"`, `id="f-daily-error"`); strings.Contains(got.body, `name="entry"`) {
			t.Errorf("%s was shown", name)
		}
	}
	v.post("/media/daily", "").want(t, 422, `href="#f-daily"`)
	form := asShown(v.upload("/media/daily", "日报.docx", good).want(t, 200, "拆出 1 条"))
	entry := form.Get("entry")
	for name, bad := range map[string]url.Values{
		"nothing": {}, "no JSON": {"entry": {"{"}, "take": {"1"}}, "a key of another kind": {"entry": {strings.Replace(entry, "daily-", "other-", 1)}, "take": {"1"}},
		"one that isn't there": {"entry": {entry}, "take": {"2"}}, "no number": {"entry": {entry}, "take": {"x"}},
		"too many": {"entry": slices.Repeat([]string{entry}, desk.MaxDailyEntries+1), "take": {"1"}},
	} {
		if got := v.post("/media/daily/take", bad.Encode()); got.status != 422 {
			t.Errorf("%s: %d", name, got.status)
		}
	}
	late := strings.Replace(entry, `"captured":"2`, `"captured":"3`, 1)
	v.post("/media/daily/take", url.Values{"entry": {late}, "take": {"1"}}.Encode()).want(t, 200, "没有导入 1", "采集时间：采集时间不能晚于现在")
	o.upload("/media/daily", "日报.docx", good).want(t, 403)
	o.post("/media/daily/take", form.Encode()).want(t, 403)
	if list := must(n.Items(t.Context(), desk.System, desk.ItemFilter{})); len(list) != 0 {
		t.Errorf("%d items came in", len(list))
	}
	if q := must(n.Quarantine(t.Context(), desk.System, "", desk.Page{Limit: 10})); len(q) != 0 {
		t.Errorf("%d in quarantine", len(q))
	}
}

// TestDailyMany: as many entries as a file may have go through the form at once.
func TestDailyMany(t *testing.T) {
	t.Parallel()
	n := newNight(t, withDaily)
	v := n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan")
	var lines []string
	for i := range desk.MaxDailyEntries {
		lines = append(lines, fmt.Sprintf("第 %d 条%s|微博|||", i, strings.Repeat("积水", 100)))
	}
	form := asShown(v.upload("/media/daily", "日报.docx", dailyFile(t, lines...)).want(t, 200, fmt.Sprintf("拆出 %d 条", desk.MaxDailyEntries)))
	form["take"] = form["take"][len(form["take"])-1:]
	v.post("/media/daily/take", form.Encode()).want(t, 200, "新建 1", "第 1999 条")
}
