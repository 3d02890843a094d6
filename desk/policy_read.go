package desk

import (
	"bytes"
	"cmp"
	"encoding/json"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"huiying/desk/timeline"
)

// maxPolicy bounds a policy file; the shipped one is a hundredth of it.
const maxPolicy = 1 << 20

// policyReader reads a policy file field by field, so that an error can name the
// field, an unknown key is noticed, and what isn't named keeps its value. The
// first error stands; after it nothing more is read.
type policyReader struct {
	err       *Error
	schedules []timeline.YearSchedule
	// Own lights and alerts stay with their rule; the others follow the defaults,
	// which the file may name after the rules.
	ownLights, ownAlerts map[string]bool
	disabled             []string // rules taken out; others may go on naming them
}

// field reads one value into its place.
type field = func(path string, raw json.RawMessage)

func readPolicy(p Policy, data []byte) (Policy, error) {
	if len(data) > maxPolicy {
		return Policy{}, Invalid("policy", "政策文件超过 1 MiB")
	}
	r := &policyReader{ownLights: map[string]bool{}, ownAlerts: map[string]bool{}}
	for _, rule := range p.Rules {
		r.ownLights[rule.Key] = rule.Lights != p.Lights
		r.ownAlerts[rule.Key] = !sameAlerts(rule.Alerts, p.Alerts)
	}
	if p.Calendar != nil {
		r.schedules = p.Calendar.Years()
	}
	p = clonePolicy(p)
	r.object("", bytes.TrimPrefix(data, []byte("\ufeff")), map[string]field{
		"office":           func(path string, raw json.RawMessage) { r.office(path, raw, &p.Office) },
		"lights":           func(path string, raw json.RawMessage) { r.lights(path, raw, &p.Lights) },
		"alerts":           func(path string, raw json.RawMessage) { r.alerts(path, raw, &p.Alerts) },
		"rules":            func(path string, raw json.RawMessage) { r.rules(path, raw, &p.Rules) },
		"levels":           func(path string, raw json.RawMessage) { r.levels(path, raw, &p.Levels) },
		"risk":             func(path string, raw json.RawMessage) { r.risk(path, raw, &p.Risk) },
		"supplement":       func(path string, raw json.RawMessage) { r.supplement(path, raw, &p.Supplement) },
		"signing":          func(path string, raw json.RawMessage) { r.signing(path, raw, p.Signing) },
		"calls":            func(path string, raw json.RawMessage) { r.calls(path, raw, &p.Calls) },
		"routine_briefing": func(path string, raw json.RawMessage) { r.routine(path, raw, &p.Routine) },
		"imports":          func(path string, raw json.RawMessage) { r.imports(path, raw, &p.Imports) },
		"reading":          func(path string, raw json.RawMessage) { r.reading(path, raw, &p.Reading) },
		"calendar":         func(path string, raw json.RawMessage) { r.calendar(path, raw) },
	})
	if r.err == nil {
		r.finish(&p)
	}
	if r.err != nil {
		return Policy{}, r.err
	}
	return p, nil
}

// clonePolicy keeps a base policy from being changed by the one read over it.
func clonePolicy(p Policy) Policy {
	p.Rules = slices.Clone(p.Rules)
	p.Levels = slices.Clone(p.Levels)
	signing := make(map[string]Signing, len(p.Signing))
	for level, s := range p.Signing {
		signing[level] = s
	}
	p.Signing = signing
	return p
}

// finish fills in what follows from the rest and checks the whole.
func (r *policyReader) finish(p *Policy) {
	loc, err := time.LoadLocation(p.Office.Zone)
	if err != nil || p.Office.Zone == "" || p.Office.Zone == "Local" {
		r.fail("office.zone", "不认识的时区 %q，应为 Asia/Shanghai 之类", p.Office.Zone)
		return
	}
	p.Office.Location = loc
	published, err := timeline.PublishedSchedules()
	if err != nil {
		r.err = &Error{Code: CodeInternal, Field: "calendar", Text: "内置放假安排无法读取", Cause: err}
		return
	}
	p.Calendar, err = timeline.NewCalendar(loc, append(published, r.schedules...)...)
	if err != nil {
		r.err = &Error{Code: CodeInvalid, Field: "calendar", Text: "放假调休安排有误，请对照国务院办公厅通知核对日期", Cause: err}
		return
	}
	for i := range p.Rules {
		rule := &p.Rules[i]
		if !r.ownLights[rule.Key] {
			rule.Lights = p.Lights
		}
		if !r.ownAlerts[rule.Key] {
			rule.Alerts = p.Alerts
		}
	}
	r.check(p)
}

func (r *policyReader) fail(path, text string, args ...any) {
	if r.err == nil {
		r.err = Invalid(cmp.Or(path, "policy"), text, args...)
	}
}

// object reads the fields of a JSON object in the file's order.
func (r *policyReader) object(path string, raw json.RawMessage, known map[string]field) {
	r.each(path, raw, func(key, at string, value json.RawMessage) {
		read, ok := known[key]
		if !ok {
			r.fail(at, "不认识的设置项 %q", key)
			return
		}
		read(at, value)
	})
}

// each calls fn for every member of a JSON object in order; a key named twice is
// refused, because it is unclear which one the office meant.
func (r *policyReader) each(path string, raw json.RawMessage, fn func(key, at string, value json.RawMessage)) {
	dec := json.NewDecoder(bytes.NewReader(raw))
	if t, err := dec.Token(); r.err != nil || err != nil || t != json.Delim('{') {
		r.fail(path, "应为 { } 括起的一组设置")
		return
	}
	seen := map[string]bool{}
	for dec.More() && r.err == nil {
		t, err := dec.Token()
		key, isKey := t.(string)
		var value json.RawMessage
		if err != nil || !isKey || dec.Decode(&value) != nil {
			r.fail(path, "不是有效的 JSON（第 %d 个字节附近）", dec.InputOffset())
			return
		}
		at := strings.TrimPrefix(path+"."+key, ".")
		if seen[key] {
			r.fail(at, "设置项 %q 写了两次", key)
			return
		}
		seen[key] = true
		fn(key, at, value)
	}
	if r.err != nil {
		return
	}
	if _, err := dec.Token(); err != nil {
		r.fail(path, "不是有效的 JSON（第 %d 个字节附近）", dec.InputOffset())
		return
	}
	if _, err := dec.Token(); err != io.EOF {
		r.fail(path, "末尾有多余的内容（第 %d 个字节附近）", dec.InputOffset())
	}
}

// list calls fn for every element of a JSON array.
func (r *policyReader) list(path string, raw json.RawMessage, fn func(at string, value json.RawMessage)) {
	var all []json.RawMessage
	if json.Unmarshal(raw, &all) != nil || all == nil {
		r.fail(path, "应为 [ ] 括起的列表")
		return
	}
	for i, value := range all {
		if r.err != nil {
			return
		}
		fn(path+"["+strconv.Itoa(i)+"]", value)
	}
}

func (r *policyReader) text(to *string) field {
	return func(path string, raw json.RawMessage) {
		var s *string
		if json.Unmarshal(raw, &s) != nil || s == nil || strings.TrimSpace(*s) == "" {
			r.fail(path, "应为非空文字")
			return
		}
		*to = strings.TrimSpace(*s)
	}
}

func (r *policyReader) texts(to *[]string) field {
	return func(path string, raw json.RawMessage) {
		var all []string
		r.list(path, raw, func(at string, value json.RawMessage) {
			var s string
			r.text(&s)(at, value)
			all = append(all, s)
		})
		*to = all
	}
}

func (r *policyReader) yes(to *bool) field {
	return func(path string, raw json.RawMessage) {
		var b *bool
		if json.Unmarshal(raw, &b) != nil || b == nil {
			r.fail(path, "应为 true 或 false")
			return
		}
		*to = *b
	}
}

// count reads a whole number of at least 1: no figure of a policy is zero.
func (r *policyReader) count(to *int) field {
	return func(path string, raw json.RawMessage) {
		var n *int
		if json.Unmarshal(raw, &n) != nil || n == nil || *n < 1 || *n > math.MaxInt32 {
			r.fail(path, "应为大于 0 的整数")
			return
		}
		*to = *n
	}
}

// fraction reads a number strictly between 0 and 1.
func (r *policyReader) fraction(to *float64) field {
	return func(path string, raw json.RawMessage) {
		var f *float64
		if json.Unmarshal(raw, &f) != nil || f == nil || !(*f > 0 && *f < 1) {
			r.fail(path, "应为 0 与 1 之间的小数")
			return
		}
		*to = *f
	}
}

func (r *policyReader) clock(to *time.Duration) field {
	return func(path string, raw json.RawMessage) {
		var s string
		r.text(&s)(path, raw)
		if r.err != nil {
			return
		}
		d, err := timeline.ParseClock(s)
		if err != nil {
			r.fail(path, "时长 %q 看不懂，应写作 30分钟、5小时 或 30m、5h", s)
			return
		}
		*to = d
	}
}
