package sheet

import (
	"strings"

	"golang.org/x/text/width"
)

// words are what columns are called, the surest first. A word counts whole, or as
// the end of a name (诉求标题), the longer the better.
var words = []struct {
	field string
	words []string
}{
	{"external_id", []string{"工单编号", "工单号", "受理编号", "受理单号", "业务编号", "业务流水号", "诉求编号", "案件编号", "信件编号", "事件编号", "来件编号", "流水号", "单号", "编号", "external_id", "externalid",
		"ticket no", "ticket number", "ticket id", "case id", "case no", "case number", "request id", "id", "no.", "number"}},
	{"title", []string{"工单标题", "诉求标题", "信件标题", "事项标题", "标题", "主题", "题目", "事项名称", "诉求名称", "title", "subject", "headline", "summary"}},
	{"body", []string{"诉求内容", "工单内容", "来电内容", "信件内容", "反映内容", "主要内容", "问题描述", "诉求描述", "详细描述", "事项描述", "具体内容", "正文", "内容", "描述", "详情", "body", "content", "description", "details", "text", "message"}},
	{"occurred_at", []string{"来电时间", "受理时间", "诉求时间", "反映时间", "发生时间", "登记时间", "来信时间", "创建时间", "提交时间", "接收时间", "发布时间", "时间", "日期", "occurred_at", "occurred at", "created_at", "created at", "opened",
		"datetime", "timestamp", "date", "time"}},
	{"place", []string{"事发地址", "事发地点", "诉求地址", "发生地点", "发生地址", "问题地址", "详细地址", "地点", "地址", "位置", "place", "address", "location"}},
	{"author.name", []string{"来电人姓名", "诉求人姓名", "联系人姓名", "市民姓名", "来电人", "诉求人", "反映人", "写信人", "联系人", "投诉人", "举报人", "姓名", "author.name", "author", "caller", "name"}},
	{"author.phone", []string{"联系电话", "来电号码", "来电电话", "联系方式", "手机号码", "手机号", "电话号码", "电话", "手机", "号码", "author.phone", "phone", "mobile", "telephone", "tel"}},
	{"url", []string{"原文链接", "链接", "网址", "地址链接", "url", "link"}},
	{"reach", []string{"阅读量", "阅读数", "浏览量", "播放量", "点击量", "reach", "reads", "views"}},
}

// plain is a column's name as it is compared: half-width, small, without what stands
// in brackets, without marks.
func plain(name string) string {
	name = strings.ToLower(width.Fold.String(name))
	if i := strings.IndexByte(name, '('); i > 0 {
		name = name[:i]
	}
	return strings.Join(strings.Fields(strings.Trim(name, " *:#\t\r\n")), " ")
}

// Guess gives each column the field that its name speaks of, each field once.
func Guess(names []string) []string {
	fields := make([]string, len(names))
	for _, w := range words {
		best, at := 0, -1
		for i, name := range names {
			if fields[i] != "" {
				continue
			}
			if s := likeness(plain(name), w.words); s > best {
				best, at = s, i
			}
		}
		if at >= 0 {
			fields[at] = w.field
		}
	}
	return fields
}

// likeness of a name to a list of words; 0 for none.
func likeness(name string, words []string) int {
	best := 0
	for i, w := range words {
		switch {
		case name == "":
		case name == w:
			best = max(best, 1000-i)
		case w[0] >= 0x80 && len(w) >= 6 && strings.HasSuffix(name, w) && !strings.HasSuffix(name, "截止"+w) && !strings.HasSuffix(name, "办结"+w):
			best = max(best, 500-i)
		}
	}
	return best
}

// findHeader gives the number of the row that names the columns: that of which the
// most names are known, else the first that isn't a mere title of the table.
func findHeader(rows [][]string, at []int) int {
	best, header := 1, 0
	for i, row := range rows {
		if i >= headRows {
			break
		}
		known := 0
		for _, f := range Guess(row) {
			if f != "" {
				known++
			}
		}
		if known > best {
			best, header = known, at[i]
		}
	}
	if header > 0 {
		return header
	}
	for i, row := range rows {
		filled := 0
		for _, c := range row {
			if c != "" {
				filled++
			}
		}
		if filled > 1 {
			return at[i]
		}
	}
	return at[0]
}
