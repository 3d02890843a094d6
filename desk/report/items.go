package report

import (
	"iter"
	"strconv"
	"time"

	"huiying/desk"
)

// itemColumns are the columns of the inbox as a table.
var itemColumns = []string{"来件编号", "来源编号", "渠道", "来源", "标题", "内容", "发生时间", "收到时间", "地点", "诉求类型", "领域", "责任单位", "属地", "紧急程度", "状态", "姓名", "电话", "链接"}

// Items is the inbox as a table. The items are masked already.
func Items(list iter.Seq2[desk.Item, error], directory desk.Directory, zone *time.Location) Table {
	at := func(t *time.Time) string {
		if t == nil {
			return ""
		}
		return t.In(zone).Format("2006-01-02 15:04:05")
	}
	state := map[string]string{}
	for _, s := range desk.ItemStates {
		state[s.State] = s.Name
	}
	return Table{Name: "来件", Columns: itemColumns, Rows: func(yield func([]string, error) bool) {
		for it, err := range list {
			if err != nil {
				yield(nil, err)
				return
			}
			var v desk.Verdict
			if it.Verdict != nil {
				v = *it.Verdict
			}
			region := it.Region()
			if d, ok := directory.Region(region); ok {
				region = d.Name
			}
			row := []string{strconv.FormatInt(it.ID, 10), it.ExternalID, it.Channel.Name(), it.Source, it.Title, it.Body, at(it.OccurredAt), at(&it.ReceivedAt), it.Place,
				v.Kind, v.Category, it.Verdict.Department(), region, v.Urgency, state[it.State], it.Author.Name, it.Author.Phone, it.URL}
			if !yield(row, nil) {
				return
			}
		}
	}}
}

// ImportResults is what became of the rows of a table that was imported; say gives the
// desk's words as they are read, nil leaves them in Chinese. Of the reasons those
// that hold a value of the row stay in Chinese.
func ImportResults(list iter.Seq2[desk.ImportRow, error], say func(string) string) Table {
	if say == nil {
		say = func(s string) string { return s }
	}
	words := map[string]string{desk.StatusCreated: "已导入", desk.StatusDuplicate: "已有，未变", desk.StatusUpdated: "已更新", desk.StatusQuarantined: "已隔离"}
	columns := []string{"行", "结果", "来件编号", "隔离编号", "字段", "原因"}
	for i, c := range columns {
		columns[i] = say(c)
	}
	return Table{Name: "导入结果", Columns: columns, Rows: func(yield func([]string, error) bool) {
		for r, err := range list {
			if err != nil {
				yield(nil, err)
				return
			}
			item, held := strconv.FormatInt(r.Ref, 10), ""
			if r.Status == desk.StatusQuarantined {
				item, held = "", item
			}
			if r.Ref == 0 {
				item, held = "", ""
			}
			if !yield([]string{strconv.Itoa(r.Row), say(words[r.Status]), item, held, say(desk.SheetFieldName(r.Field)), say(r.Reason)}, nil) {
				return
			}
		}
	}}
}
