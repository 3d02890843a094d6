package web

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huiying/desk"
)

// plainSheets reads plain CSV; what real tables need is ingest/hotline/sheet's.
type plainSheets struct{}

func (plainSheets) table(file []byte) ([][]string, error) {
	r := csv.NewReader(bytes.NewReader(file))
	r.FieldsPerRecord = -1
	rows, err := r.ReadAll()
	if err != nil || len(rows) == 0 {
		return nil, desk.Invalid("file", "表格里没有内容")
	}
	return rows, nil
}

func (p plainSheets) Look(_ string, file []byte, m *desk.SheetMapping) (look desk.SheetLook, err error) {
	rows, err := p.table(file)
	if err != nil {
		return look, err
	}
	look = desk.SheetLook{Format: "csv", Charset: "UTF-8", Comma: ",", Mapping: desk.SheetMapping{Header: 1, Names: rows[0]}, First: rows[1:]}
	if m != nil {
		look.Mapping = *m
	}
	if look.Mapping.Fields == nil {
		look.Mapping.Fields = make([]string, len(rows[0]))
		for i, name := range rows[0] {
			for _, f := range desk.SheetFields {
				if f.Name == name {
					look.Mapping.Fields[i] = f.Field
				}
			}
		}
		look.Mapping.Names = rows[0]
	}
	return look, nil
}

func (p plainSheets) Rows(_ string, file []byte, m desk.SheetMapping, after int, yield func(desk.SheetRow) bool) error {
	rows, err := p.table(file)
	if err != nil {
		return err
	}
	for i, row := range rows {
		if i+1 <= m.Header || i+1 <= after {
			continue
		}
		var in desk.Incoming
		for c, cell := range row {
			switch m.Fields[c] {
			case "external_id":
				in.ExternalID = cell
			case "title":
				in.Title = cell
			case "author.phone":
				in.Author.Phone = cell
			}
		}
		line, err := json.Marshal(in)
		if err != nil {
			return err
		}
		if !yield(desk.SheetRow{N: i + 1, Line: line}) {
			return nil
		}
	}
	return nil
}

// plainLines parses both what desktest pushes and the lines above.
type plainLines struct{}

func (plainLines) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) (parts []desk.Part, err error) {
	if raw.ContentType != desk.LinesType {
		var all []desk.Incoming
		err = json.Unmarshal(raw.Bytes, &all)
		for _, in := range all {
			parts = append(parts, desk.Part{Incoming: in})
		}
		return parts, err
	}
	for line := range bytes.Lines(raw.Bytes) {
		var in desk.Incoming
		if err := json.Unmarshal(line, &in); err != nil {
			return nil, err
		}
		parts = append(parts, desk.Part{Incoming: in, Bytes: line})
	}
	return parts, nil
}

func withSheets(n *evening) {
	n.Sheets, n.Parsers[desk.KindHotline] = plainSheets{}, plainLines{}
}

const sheetSample = "编号,标题,电话,备注\nA1,路灯不亮,13912344471,甲\nA2,=1+1,,乙\nA3,,,丙\n"

// TestImportByForms walks the whole way without scripts: upload, columns, trial, start, results.
func TestImportByForms(t *testing.T) {
	t.Parallel()
	n := newNight(t, withSheets)
	sys := n.visitor(n.person(desk.RoleSysadmin, "sys", "何志远"), "sys")
	duty := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	source := fmt.Sprint(n.Source.ID)
	duty.get("/imports").want(t, 403)
	sys.get("/sources").want(t, 200, `href="/imports"`)
	sys.get("/imports").want(t, 200, "还没有导入过表格", "12345", "不超过 50 MB")
	sys.upload("/imports", "a.csv", nil, "source", source).want(t, 422, "文件是空的", `href="#f-file"`)
	sys.upload("/imports", "a.csv", []byte(sheetSample), "source", "999").want(t, 422, "请选择来源", `href="#f-source"`)
	duty.upload("/imports", "a.csv", []byte(sheetSample), "source", source).want(t, 403)
	sys.upload("/imports", `..\..\"导出".csv`, []byte(sheetSample), "source", source).to(t, "/imports/1")
	sys.get("/imports/1").want(t, 200, "导出.csv", "待确认", "表头在第 1 行", "路灯不亮", "139****4471", "不导入", "试读全部").lacks(t, "13912344471")
	sys.post("/imports/1/map", typed("header", "x")).want(t, 422, "没有表头填 0", `href="#f-header"`)
	columns := []string{"header", "1", "column-0", "external_id", "column-1", "title", "column-2", "author.phone", "column-3"}
	sys.post("/imports/1/map", typed(append(columns, "title")...)).want(t, 422, "已有另一列对应“标题”", `href="#f-column-3"`)
	sys.post("/imports/1/map", typed(append(columns, "-")...)).to(t, "/imports/1")
	sys.post("/imports/1/check", "").want(t, 200, "试读 3 行：可导入 2 行，会隔离 1 行", "标题和内容至少要有一项")
	if list := must(n.Items(t.Context(), desk.System, desk.ItemFilter{})); len(list) != 0 {
		t.Fatalf("a trial brought %d items in", len(list))
	}
	sys.post("/imports/1/start", "").to(t, "/imports/1")
	sys.get("/imports/1").want(t, 200, "导入中", `hx-trigger="every 1s"`, "<progress", "停止导入")
	sys.post("/imports/1/start", "").want(t, 409, "已经开始或结束")
	for more := true; more; {
		var err error
		if more, err = n.RunImports(t.Context(), n.now()); err != nil {
			t.Fatal(err)
		}
	}
	sys.get("/imports/1").want(t, 200, "已完成", "新建 2", "隔离 1", "/imports/1/results").lacks(t, "every 1s")
	got := sys.get("/imports/1/results").want(t, 200, "2,已导入,1,,,", "4,已隔离,,1,内容,标题和内容至少要有一项")
	if !strings.HasPrefix(got.header.Get("Content-Disposition"), "attachment") || got.header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%v", got.header)
	}
	english := *sys
	english.head = map[string]string{"Cookie": "huiying_lang=en"}
	english.get("/imports/1/results").want(t, 200, "Row,Results,Item numbers,Quarantine number,Field,Reason", "2,Taken in,1,,,", "4,Quarantined,,1,What,Title or text is needed")
	english.get("/sources").want(t, 200, "Healthy").lacks(t, ">On time<") // which is a deadline's word
	duty.get("/imports/1/results").want(t, 403)
	sys.get("/imports").want(t, 200, "导出.csv", "已完成")
	sys.get("/imports/99").want(t, 404)
	sys.upload("/imports", "b.csv", []byte(sheetSample), "source", source).to(t, "/imports/2")
	sys.post("/imports/2/drop", "").to(t, "/imports")
	sys.get("/imports/2").want(t, 200, "已放弃")
}

// TestExportOfTheInbox: what is shown goes out, masked, with no formula, and is on the record.
func TestExportOfTheInbox(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	duty := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	seat := n.visitor(n.person(desk.RoleOperator, "op", "王坐席"), "op")
	duty.get("/items").want(t, 200).lacks(t, "导出 CSV")
	n.Push(desk.Incoming{ExternalID: "1", Title: `=HYPERLINK("http://evil.example","点我")`, Body: "电话 13912344471", Author: desk.Author{Name: "李建国", Phone: "13912344471"}},
		desk.Incoming{ExternalID: "2", Title: "路灯不亮", Body: "-1"}, desk.Incoming{ExternalID: "3", Title: "水压低"})
	duty.get("/items?q=路灯").want(t, 200, "/items.csv?q=%E8%B7%AF%E7%81%AF", "/items.xlsx?q=")
	seat.get("/items").want(t, 200).lacks(t, "导出 CSV")
	seat.get("/items.csv").want(t, 403)
	all := duty.get("/items.csv").want(t, 200, "水压低", `'=HYPERLINK`, "'-1").lacks(t, "13912344471").lacks(t, "李建国")
	rows := must(csv.NewReader(strings.NewReader(strings.TrimPrefix(all.body, "\ufeff"))).ReadAll())
	if len(rows) != 4 || len(rows[0]) != 18 {
		t.Errorf("%q", rows)
	}
	one := duty.get("/items.xlsx?q=路灯").want(t, 200)
	f, err := excelize.OpenReader(strings.NewReader(one.body))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if rows, err := f.GetRows("来件"); err != nil || len(rows) != 2 || rows[1][4] != "路灯不亮" {
		t.Errorf("%q %v", rows, err)
	}
	var told []string
	for _, e := range must(n.Events(t.Context(), desk.System, desk.EventFilter{Type: "item.exported"})) {
		told = append(told, e.Actor+" "+string(e.Data))
	}
	if len(told) != 2 || !slices.ContainsFunc(told, func(s string) bool { return strings.Contains(s, `周敏`) && strings.Contains(s, `"count":3`) }) {
		t.Errorf("on the record: %q", told)
	}
	if got := duty.get("/items.csv"); got.header.Get("Content-Type") != "text/csv; charset=utf-8" || got.status != http.StatusOK {
		t.Errorf("%v", got.header)
	}
}

// TestPushIsDescribed: every field that a sender writes has its limit and an example in the API's description.
func TestPushIsDescribed(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	var doc struct {
		Paths map[string]map[string]struct {
			Parameters []struct{ Name string }
			Responses  map[string]struct{ Headers map[string]any }
		}
		Components struct {
			Schemas map[string]struct {
				Properties map[string]struct {
					Type      any
					MaxLength *int
					Maximum   *float64
					Examples  []any
				}
			}
		}
	}
	if err := json.Unmarshal([]byte(x.ask(get, "/openapi.json", "").body), &doc); err != nil {
		t.Fatal(err)
	}
	for _, schema := range []string{"PushItem", "Caller"} {
		fields := doc.Components.Schemas[schema].Properties
		if len(fields) == 0 {
			t.Errorf("%s has no fields", schema)
		}
		for name, f := range fields {
			if name == "author" {
				continue
			}
			if f.MaxLength == nil && f.Maximum == nil || len(f.Examples) == 0 {
				t.Errorf("%s.%s: limit %v %v, examples %v", schema, name, f.MaxLength, f.Maximum, f.Examples)
			}
		}
	}
	op := doc.Paths["/api/v1/items"]["post"]
	if op.Responses["429"].Headers["Retry-After"] == nil || !slices.ContainsFunc(op.Parameters, func(p struct{ Name string }) bool { return p.Name == "Idempotency-Key" }) {
		t.Errorf("%+v", op)
	}
}
