package daily

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/ingest"
)

// MaxEntries bounds the mentions of one file.
const MaxEntries = desk.MaxDailyEntries

// names are what vendors call the fields.
var names = []struct {
	field string
	words []string
}{
	{"title", []string{"标题", "题目", "文章标题", "新闻标题"}},
	{"platform", []string{"来源", "平台", "媒体", "网站", "渠道", "来源平台", "媒体名称", "信息来源", "发布平台"}},
	{"author", []string{"作者", "发布者", "博主", "账号", "发布人", "用户", "作者昵称", "发布账号"}},
	{"time", []string{"时间", "发布时间", "日期", "发表时间", "发布日期"}},
	{"url", []string{"链接", "网址", "原文链接", "地址", "原文", "链接地址", "url"}},
	{"text", []string{"正文", "摘要", "内容", "主要内容", "内容摘要", "文章摘要", "概述"}},
	{"reads", []string{"阅读量", "阅读数", "阅读", "浏览量", "点击量", "播放量"}},
	{"comments", []string{"评论量", "评论数", "评论", "跟帖数"}},
	{"shares", []string{"转发量", "转发数", "转发", "分享数", "转载量"}},
}

func fieldOf(name string) string {
	name = strings.ToLower(strings.Trim(name, " \t\n*:："))
	for _, n := range names {
		if slices.Contains(n.words, name) {
			return n.field
		}
	}
	return ""
}

var (
	label      = regexp.MustCompile(`(?i)(^|[\s\p{Z}；;|，,（(【])(` + allNames() + `)[】]?[\s\p{Z}]*[:：]`)
	ownTitle   = regexp.MustCompile(`(?:日报|周报|月报|专报|简报|快报|报告)$`)
	ordinal    = regexp.MustCompile(`^\s*(?:\d{1,3}[.、．)）]|[（(](?:\d{1,3}|[一二三四五六七八九十]{1,3})[)）]|[一二三四五六七八九十]{1,3}、|【\d{1,3}】)\s*`)
	webAddress = regexp.MustCompile(`https?://[^\s<>"，。；、）)】]+`)
)

func allNames() string {
	var all []string
	for _, n := range names {
		all = append(all, n.words...)
	}
	slices.SortFunc(all, func(a, b string) int { return len(b) - len(a) }) // the longer first
	return strings.Join(all, "|")
}

// Read takes a DOCX file apart. captured is when its figures were seen.
func Read(file []byte, captured time.Time, zone *time.Location) ([]desk.Paste, error) {
	list, err := blocks(file)
	if err != nil {
		return nil, err
	}
	t := taker{captured: captured, zone: zone}
	for _, b := range list {
		if b.cells != nil {
			t.row(b)
		} else {
			t.paragraph(b)
		}
	}
	t.close()
	return t.result()
}

// Table takes the rows of a table apart: the first that names columns is the header.
func Table(rows [][]string, captured time.Time, zone *time.Location) ([]desk.Paste, error) {
	t := taker{captured: captured, zone: zone}
	for _, cells := range rows {
		t.row(block{cells: cells, table: 1})
	}
	t.close()
	return t.result()
}

// taker collects fields until an entry is whole.
type taker struct {
	captured time.Time
	zone     *time.Location
	list     []desk.Paste
	more     bool
	section  string            // platform that the heading above names
	now      map[string]string // nil: none is open
	told     bool              // the open one has more than a title
	table    int
	columns  []string // of the table, by their fields; nil: not known
}

func (t *taker) result() ([]desk.Paste, error) {
	if t.more {
		return nil, desk.Invalid("file", "超过 %d 条，请分成几个文件", MaxEntries)
	}
	if len(t.list) == 0 {
		return nil, desk.Invalid("file", "没有认出任何一条：每条要有标题，以及来源、时间、链接或正文")
	}
	return t.list, nil
}

func (t *taker) paragraph(b block) {
	text := b.text
	rest := ordinal.ReplaceAllString(text, "")
	found := label.FindAllStringSubmatchIndex(rest, -1)
	if b.numbered || b.heading || rest != text {
		t.close()
		if ownTitle.MatchString(rest) { // the file's own title
			return
		}
		t.open()
		if len(found) == 0 {
			t.now["title"] = rest
			t.link(b)
			return
		}
	}
	if len(found) == 0 {
		switch u := webAddress.FindString(text); {
		case t.now == nil:
		case u != "" && len(u) == len(text):
			t.set("url", u)
		default:
			t.set("text", text)
		}
		t.link(b)
		return
	}
	if before := strings.TrimSpace(rest[:found[0][0]]); before != "" {
		if t.now != nil && t.now["title"] == "" {
			t.now["title"] = before
		} else if t.now != nil {
			t.set("text", before)
		}
	}
	for i, at := range found {
		to := len(rest)
		if i+1 < len(found) {
			to = found[i+1][0]
		}
		field, value := fieldOf(rest[at[4]:at[5]]), strings.Trim(rest[at[1]:to], " \u3000\u00a0\t\n；;|，,（(【】)）")
		if field == "title" && t.now != nil && (t.now["title"] != "" || t.told) {
			t.close()
		}
		if t.now == nil {
			if field != "title" {
				continue // of the whole report: its date, its maker
			}
			t.open()
		}
		t.set(field, value)
	}
	t.link(b)
}

func (t *taker) open() { t.now, t.told = map[string]string{}, false }

func (t *taker) set(field, value string) {
	if value == "" || field == "" {
		return
	}
	switch have := t.now[field]; {
	case have == "":
		t.now[field] = value
	case field == "text":
		t.now[field] = have + "\n" + value
	}
	if field != "title" {
		t.told = true
	}
}

func (t *taker) link(b block) {
	if t.now != nil && t.now["url"] == "" && strings.HasPrefix(b.link, "http") {
		t.set("url", b.link)
	}
}

// row reads a row of a table: its header, two cells of a name and a value, or an entry.
func (t *taker) row(b block) {
	if b.table != t.table {
		t.close()
		t.table, t.columns = b.table, nil
	}
	fields, known := make([]string, len(b.cells)), 0
	for i, c := range b.cells {
		if fields[i] = fieldOf(c); fields[i] != "" && !slices.Contains(fields[:i], fields[i]) {
			known++
		} else {
			fields[i] = ""
		}
	}
	switch {
	case known >= 2:
		t.close()
		t.columns = fields
	case t.columns != nil:
		t.close()
		t.open()
		for i, c := range b.cells {
			if i < len(t.columns) {
				t.set(t.columns[i], strings.TrimSpace(c))
			}
		}
		t.close()
	case len(b.cells) == 2 && fields[0] != "":
		if fields[0] == "title" || t.now == nil {
			t.close()
			t.open()
		}
		t.set(fields[0], strings.TrimSpace(b.cells[1]))
	}
}

// close ends the open entry. One that is a title alone is a heading.
func (t *taker) close() {
	f := t.now
	t.now = nil
	if f == nil || f["title"] == "" && f["text"] == "" {
		return
	}
	if !t.told {
		t.section = ""
		for _, p := range desk.Platforms {
			if strings.Contains(f["title"], p) {
				t.section = p
			}
		}
		return
	}
	if len(t.list) >= MaxEntries {
		t.more = true
		return
	}
	t.list = append(t.list, t.paste(f))
}

// paste makes an entry of its fields. What can't be read as a time or a figure stays as words.
func (t *taker) paste(f map[string]string) desk.Paste {
	p := desk.Paste{Platform: ingest.Line(f["platform"]), Title: cut(ingest.Line(f["title"]), desk.MaxTitle), Text: f["text"], Author: cut(ingest.Line(f["author"]), desk.MaxAuthor), Captured: t.captured}
	if p.Platform == "" {
		p.Platform = t.section
	}
	if p.Platform = cut(p.Platform, desk.MaxExtra); p.Platform == "" {
		p.Platform = "其他"
	}
	keep := func(name, value string) {
		p.Text = strings.TrimSpace(p.Text + "\n" + name + "：" + value)
	}
	if u := webAddress.FindString(f["url"]); u != "" && ingest.CheckURL(u) == nil && utf8.RuneCountInString(u) <= desk.MaxURL {
		p.URL = u
	} else if f["url"] != "" {
		keep("链接", f["url"])
	}
	one := func(v string) map[string]any { return map[string]any{"v": v} }
	if s := f["time"]; s != "" {
		at, bad := ingest.MappedTime(one(s), "time", "/v", t.zone)
		if p.Published = at; bad != nil || at != nil && at.After(t.captured) {
			p.Published = nil
			keep("时间", s)
		}
	}
	for _, c := range []struct {
		field, name string
		to          **int64
	}{{"reads", "阅读量", &p.Reads}, {"comments", "评论数", &p.Comments}, {"shares", "转发数", &p.Shares}} {
		if s := f[c.field]; s != "" {
			n, bad := ingest.MappedCount(one(s), c.field, "/v")
			if *c.to = n; bad != nil {
				*c.to = nil
				keep(c.name, s)
			}
		}
	}
	p.Text = cut(p.Text, desk.MaxBody)
	// The same mention of another day is the same item.
	id := p.URL
	if id == "" {
		id = p.Platform + "\n" + p.Title + "\n" + f["time"]
		if p.Title == "" {
			id += "\n" + p.Text
		}
	}
	sum := sha256.Sum256([]byte(id))
	p.Key = "daily-" + hex.EncodeToString(sum[:16])
	return p
}

func cut(s string, most int) string {
	s = strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", "")
	if r := []rune(s); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return s
}
