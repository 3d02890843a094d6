package web

import (
	"context"
	"strconv"

	"huiying/desk"
)

type dutyIn struct {
	Body struct {
		Key     string            `json:"key" minLength:"1" maxLength:"100" doc:"这一件的编号，重复提交不会重复登记"`
		Form    string            `json:"form" enum:"来电,来文,部门和县区报送,上级交办,网信转办" doc:"种类"`
		Unit    string            `json:"unit" doc:"来电单位，或来文单位"`
		Name    string            `json:"name,omitempty" doc:"来电人"`
		Post    string            `json:"post,omitempty" doc:"职务"`
		Phone   string            `json:"phone,omitempty" doc:"电话"`
		Told    []string          `json:"told,omitempty" doc:"已经报告过的单位"`
		Number  string            `json:"number,omitempty" doc:"文号"`
		Title   string            `json:"title,omitempty" doc:"来电可不填"`
		Body    string            `json:"body,omitempty" doc:"来电内容，或内容摘要"`
		ActedAt *string           `json:"acted_at,omitempty" doc:"来电或收到的实际时间；缺省现在"`
		Limit   *string           `json:"limit,omitempty" doc:"要求办结时限"`
		Fields  map[string]string `json:"fields,omitempty" doc:"已选定的判读字段，如 urgency"`
	}
}

// logDuty keeps a call or document that reached the duty room.
func (s *Server) logDuty(ctx context.Context, who desk.Actor, in *dutyIn) (Logged, error) {
	b := in.Body
	at, err := s.when("acted_at", b.ActedAt)
	if err != nil {
		return Logged{}, err
	}
	limit, err := s.when("limit", b.Limit)
	if err != nil {
		return Logged{}, err
	}
	duty := desk.Duty{Form: b.Form, Unit: b.Unit, Post: b.Post, Number: b.Number, Told: b.Told, Limit: limit}
	if at != nil {
		duty.At = *at
	}
	// Two people may choose the same key: it is theirs alone.
	res, err := s.Desk.LogDuty(ctx, who, desk.Incoming{ExternalID: strconv.FormatInt(who.PersonID, 10) + "/" + b.Key, Title: b.Title, Body: b.Body,
		Author: desk.Author{Name: b.Name, Phone: b.Phone}, Picked: b.Fields, Extra: &desk.Extra{Duty: &duty}})
	return Logged{id(res.ID), res.Status}, renamed(renamed(renamed(err, "author.name", "name"), "author.phone", "phone"), "at", "acted_at")
}

// DutyForm is the fields of a call or document that reached the duty room, beside title, words and caller.
type DutyForm struct {
	Form     string   `json:"form"`
	Unit     string   `json:"unit"`
	Post     *string  `json:"post"`
	Number   *string  `json:"number"`
	Told     []string `json:"told" nullable:"false"`
	Recorder string   `json:"recorder"`
	At       string   `json:"at" doc:"实际时间；录入时间是 received_at"`
	Limit    *string  `json:"limit" doc:"要求办结时限"`
}

func (z zoned) duty(it desk.Item) *DutyForm {
	if it.Extra == nil || it.Extra.Duty == nil {
		return nil
	}
	d := it.Extra.Duty
	told := d.Told
	if told == nil {
		told = []string{}
	}
	return &DutyForm{d.Form, d.Unit, known(d.Post), known(d.Number), told, d.Recorder, z.at(d.At), z.maybe(d.Limit)}
}
