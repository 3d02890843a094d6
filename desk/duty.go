package desk

import (
	"encoding/json"
	"slices"
	"strings"
	"time"
)

// The forms in which something reaches the duty room (来电来文).
const (
	DutyCall     = "来电"      // 电话记录单
	DutyDocument = "来文"      // a document with a number
	DutyReport   = "部门和县区报送" // from below
	DutyOrder    = "上级交办"    // from above
	DutyNet      = "网信转办"    // passed on by the internet office
)

// DutyForms in the order in which the page offers them.
var DutyForms = []string{DutyCall, DutyDocument, DutyReport, DutyOrder, DutyNet}

// DutyTold are bodies that a caller may already have told, as the form offers them.
var DutyTold = []string{"市委办公室", "市政府办公室", "省委办公厅", "省政府办公厅", "省应急管理厅", "市应急管理局", "市公安局", "市消防救援支队", "市卫生健康委员会", "市委宣传部"}

// Duty is the fields of a duty form, beside title, words and who called.
type Duty struct {
	Form     string     `json:"form"`             // one of DutyForms
	Unit     string     `json:"unit"`             // the caller's unit, or who issued the document (来文单位)
	Post     string     `json:"post,omitempty"`   // of the caller
	Number   string     `json:"number,omitempty"` // 文号
	Told     []string   `json:"told,omitempty"`   // who has been told already
	Recorder string     `json:"recorder"`         // who took it
	At       time.Time  `json:"at"`               // actual time of the call, or of receipt
	Limit    *time.Time `json:"limit,omitempty"`  // 要求办结时限: the own limit the document names
}

func (d *Duty) check() *Error {
	if d == nil {
		return nil
	}
	if !slices.Contains(DutyForms, d.Form) {
		return Invalid("form", "请选择来电或来文的种类")
	}
	unit := Invalid("unit", "请填写来文单位")
	if d.Form == DutyCall {
		unit = Invalid("unit", "请填写来电单位")
	}
	if strings.TrimSpace(d.Unit) == "" {
		return unit
	}
	for _, f := range []struct{ field, value string }{{"unit", d.Unit}, {"post", d.Post}, {"number", d.Number}, {"recorder", d.Recorder}} {
		if err := checkLine(f.field, f.value, MaxDutyLine); err != nil {
			return err
		}
	}
	if len(d.Told) > MaxTold {
		return Invalid("told", "已报告的单位不超过 %d 个", MaxTold)
	}
	for _, t := range d.Told {
		if err := checkLine("told", t, MaxDutyLine); err != nil {
			return err
		}
	}
	switch {
	case d.At.Year() < 1900 || d.At.Year() > 2200:
		return Invalid("at", "时间不在合理范围内")
	case d.Limit != nil && (d.Limit.Year() < 1900 || d.Limit.Year() > 2200):
		return Invalid("limit", "时间不在合理范围内")
	case d.Limit != nil && !d.Limit.After(d.At):
		return Invalid("limit", "办结时限须晚于收到时间")
	}
	return nil
}

// DutySource is the name and kind of the source that the duty room's forms come from.
const DutySource = "duty"

// DutyParser reads what LogDuty keeps: the form as JSON.
type DutyParser struct{}

// Parse implements Parser.
func (DutyParser) Parse(_ Source, raw Raw, _ *time.Location) ([]Part, error) {
	var in Incoming
	if err := json.Unmarshal(raw.Bytes, &in); err != nil {
		return nil, &Error{Code: CodeInvalid, Text: "来电来文记录无法读取", Cause: err}
	}
	if in.Extra == nil || in.Extra.Duty == nil {
		return []Part{{Bytes: raw.Bytes, Err: Invalid("form", "请选择来电或来文的种类")}}, nil
	}
	return []Part{{Incoming: in, Bytes: raw.Bytes}}, nil
}
