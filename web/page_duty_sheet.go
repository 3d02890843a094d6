package web

import (
	"fmt"
	"net/http"
	"strings"

	"huiying/desk"
)

type dutySheetBody struct {
	Form
	ID       int64
	Name     string // of the sheet
	Office   string
	Number   string
	Rows     []SheetRow
	Hands    []string // who signs it
	Revealed bool
	Reveal   bool   // may ask for what is hidden
	Dialog   string // the one that is open
}

// SheetRow is a row of an official sheet, in Chinese whatever the language of the page: one cell, or two.
type SheetRow struct {
	Class string // "tall", "blank"
	Cells []SheetCell
}

// SheetCell is a named cell.
type SheetCell struct {
	Name  string
	Lines []string
}

// dutySheet is the sheet of a call or document as it is printed and filed (电话记录单), personal data hidden.
func (s *Server) dutySheet(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.dutySheetPage(w, r, id, http.StatusOK, dutySheetBody{Dialog: r.URL.Query().Get("do")}, nil)
}

// dutySheetReveal is the same with personal data.
func (s *Server) dutySheetReveal(w http.ResponseWriter, r *http.Request) {
	s.reveal(w, r, func(id int64, form Form, shown *desk.Revealed) {
		body := dutySheetBody{Form: form}
		if shown == nil {
			body.Dialog = "reveal"
		}
		s.dutySheetPage(w, r, id, form.Status(), body, shown)
	})
}

func (s *Server) dutySheetPage(w http.ResponseWriter, r *http.Request, id int64, status int, body dutySheetBody, shown *desk.Revealed) {
	page, err := s.newPage(r, "电话记录单", "inbox")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.Item(r.Context(), rd.who, id)
	if err == nil && (f.Item.Extra == nil || f.Item.Extra.Duty == nil) {
		err = desk.NotFound("这一件不是来电来文")
	}
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	it := f.Item
	if shown != nil {
		it.Author, it.Title, it.Body = shown.Author, shown.Title, shown.Body
	}
	body.ID, body.Office, body.Number = id, s.Desk.Policy.Office.Name, fmt.Sprintf("编号：%d", id)
	body.Hands = []string{"记录人：" + it.Extra.Duty.Recorder, "审核：　　　　　　　　"}
	body.Name, body.Rows = sheetRows(it, dates{zone: s.Desk.Policy.Office.Location, lang: LangChinese})
	body.Revealed, body.Reveal = shown != nil, rd.who.May(desk.ActItemReveal) && shown == nil
	page.Title = body.Name
	page.Live = page.Live && shown == nil // a redraw would hide again what was asked for
	page.Back = fmt.Sprintf("/items/%d", id)
	page.Body = body
	s.render(w, r, status, "duty-sheet", page)
}

// sheetRows are the rows of a sheet as the office files it, with room for what is written by hand.
func sheetRows(it desk.Item, d dates) (name string, rows []SheetRow) {
	duty := *it.Extra.Duty
	cell := func(name string, lines ...string) SheetCell { return SheetCell{name, lines} }
	row := func(class string, cells ...SheetCell) { rows = append(rows, SheetRow{class, cells}) }
	urgency := desk.UrgencyNormal
	if it.Verdict != nil && it.Verdict.Urgency != "" {
		urgency = it.Verdict.Urgency
	}
	words := "内容摘要"
	if name = "来文登记单"; duty.Form == desk.DutyCall {
		name, words = "电话记录单", "来电内容"
		row("", cell("来电单位", duty.Unit))
		row("", cell("来电人", it.Author.Name), cell("职务", duty.Post))
		row("", cell("电话", it.Author.Phone), cell("紧急程度", urgency))
		row("", cell("来电时间", d.minute(duty.At)), cell("录入时间", d.minute(it.ReceivedAt)))
		row("", cell("已报告", strings.Join(duty.Told, "、")))
	} else {
		row("", cell("来文单位", duty.Unit), cell("文号", duty.Number))
		row("", cell("种类", duty.Form), cell("紧急程度", urgency))
		row("", cell("收到时间", d.minute(duty.At)), cell("录入时间", d.minute(it.ReceivedAt)))
	}
	if it.Title != "" {
		row("", cell("标题", it.Title))
	}
	if duty.Limit != nil {
		row("", cell("办结时限", d.minute(*duty.Limit)+" 前"))
	}
	row("tall", cell(words, nonEmpty(strings.Split(it.Body, "\n")...)...))
	for _, hand := range []string{"拟办意见", "领导批示", "办理结果"} {
		row("blank", cell(hand))
	}
	return name, rows
}
