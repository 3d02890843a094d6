package web

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// person signs somebody of a role in.
func (x *site) person(role desk.Role) string {
	x.As(role)
	return x.signIn(string(role))
}

// page opens a page.
func (x *site) page(who, path string) string {
	x.t.Helper()
	a := x.ask(http.MethodGet, path, "", who, "Accept: text/html")
	if a.status != http.StatusOK {
		x.t.Errorf("%s: %d %s", path, a.status, a.body)
	}
	return a.body
}

// send sends a form.
func (x *site) send(who, path string, form url.Values) answer {
	x.t.Helper()
	return x.ask(http.MethodPost, path, form.Encode(), who, "Content-Type: application/x-www-form-urlencoded", "Origin: "+x.url, "Accept: text/html")
}

func TestDutyForms(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	duty := x.person(desk.RoleDuty)
	call := url.Values{"key": {"ABCDEFGHIJKLMNOPQRST"}, "sort": {desk.DutyCall}, "unit": {"清水区政府办"}, "name": {"周敏"}, "post": {"副主任"}, "phone": {"13900001234"},
		"told": {"市委办公室", "省应急管理厅"}, "told-other": {"区消防大队、市委办公室"}, "body": {"19时40分，清水路一处厂房起火，2人受伤，请求市里支援。"},
		"at": {"2026-11-20T19:50"}, "limit": {"2026-11-23T12:00"}, "urgency": {desk.UrgencyUrgent}}
	res := x.send(duty, "/duty", call)
	if res.status != http.StatusSeeOther {
		t.Fatalf("%d %s", res.status, res.body)
	}
	at := res.header.Get("Location")
	page := x.page(duty, at)
	for _, want := range []string{"清水区政府办", "副主任", "市委办公室、省应急管理厅、区消防大队", "周*", "139****1234", "19:50", "要求办结时限", "11月23日 12:00 前", "补录", "值班登记", "/duty/"} {
		if !strings.Contains(page, want) {
			t.Errorf("the item doesn't say %q", want)
		}
	}
	for _, never := range []string{"周敏", "13900001234"} {
		if strings.Contains(page, never) {
			t.Errorf("the item says %q", never)
		}
	}
	if inbox := x.page(duty, "/items?channel=duty"); !strings.Contains(inbox, "限 ") || !strings.Contains(inbox, "11月23日") || !strings.Contains(inbox, `data-light="green"`) {
		t.Errorf("the row doesn't tell the limit: %s", inbox)
	}
	if again := x.send(duty, "/duty", call); again.header.Get("Location") != at {
		t.Errorf("saved twice: %s", again.header.Get("Location"))
	}

	sheet := "/duty/" + strings.TrimPrefix(at, "/items/") + "/sheet"
	page = x.page(duty, sheet)
	if !strings.Contains(page, "电话记录单") || !strings.Contains(page, "领导批示") || strings.Contains(page, "周敏") || !strings.Contains(page, "139****1234") {
		t.Error("the sheet isn't what is to be printed")
	}
	if res := x.send(duty, sheet, url.Values{"why": {""}}); res.status != http.StatusUnprocessableEntity {
		t.Errorf("revealed without a reason: %d", res.status)
	}
	res = x.send(duty, sheet, url.Values{"why": {"回电核实"}})
	if b := res.body; res.status != 200 || !strings.Contains(b, "周敏") || !strings.Contains(b, "13900001234") {
		t.Errorf("revealed: %d", res.status)
	}
	if x.page(duty, "/duty/new?form=order") == "" {
		t.Error("no form")
	}
}

func TestDutyFaults(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	lead := x.person(desk.RoleShiftLead)
	now := x.Clock.Now()
	for name, c := range map[string]struct {
		send url.Values
		at   string
	}{
		"no unit":            {url.Values{"sort": {desk.DutyCall}, "body": {"甲"}}, "f-unit"},
		"no words":           {url.Values{"sort": {desk.DutyCall}, "unit": {"甲"}}, "f-body"},
		"no title":           {url.Values{"sort": {desk.DutyDocument}, "unit": {"甲"}, "body": {"乙"}}, "f-title"},
		"in the future":      {url.Values{"sort": {desk.DutyCall}, "unit": {"甲"}, "body": {"乙"}, "at": {now.Add(9 * time.Hour).UTC().Format(formTime)}}, "f-at"},
		"a limit before":     {url.Values{"sort": {desk.DutyOrder}, "unit": {"甲"}, "title": {"乙"}, "limit": {"2026-01-01T00:00"}}, "f-limit"},
		"a time that is not": {url.Values{"sort": {desk.DutyOrder}, "unit": {"甲"}, "title": {"乙"}, "limit": {"明天"}}, "f-limit"},
		"a long number":      {url.Values{"sort": {desk.DutyNet}, "unit": {"甲"}, "title": {"乙"}, "number": {strings.Repeat("号", 201)}}, "f-number"},
	} {
		res := x.send(lead, "/duty", c.send)
		b := res.body
		if res.status != http.StatusUnprocessableEntity || !strings.Contains(b, `href="#`+c.at+`"`) || !strings.Contains(b, `id="`+c.at+`"`) {
			t.Errorf("%s: %d, no link to %s", name, res.status, c.at)
		}
	}
	if res := x.send(x.person(desk.RoleOperator), "/duty", url.Values{"sort": {desk.DutyCall}, "unit": {"甲"}, "body": {"乙"}}); res.status != http.StatusForbidden {
		t.Errorf("an operator: %d", res.status)
	}
}

func TestDutyAPI(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	body := `{"key":"k1","form":"上级交办","unit":"省政府办公厅","number":"省督〔2026〕18号","title":"关于核查清水路火情的通知","body":"请核查并于23日中午前报告。","acted_at":"2026-11-20T19:00:00+08:00","limit":"2026-11-23T12:00:00+08:00"}`
	a := x.as(desk.RoleDuty, post, "/api/v1/duty", body)
	made := decoded[Logged](t, a)
	if a.status != http.StatusCreated || made.Status != desk.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if again := decoded[Logged](t, x.as(desk.RoleDuty, post, "/api/v1/duty", body)); again.ID != made.ID || again.Status != desk.StatusDuplicate {
		t.Errorf("%+v", again)
	}
	item := decoded[ItemFile](t, x.as(desk.RoleDuty, get, "/api/v1/items/"+made.ID, ""))
	if item.Channel != desk.ChannelDuty || item.Duty == nil || *item.Duty.Number != "省督〔2026〕18号" || item.Duty.Limit == nil || *item.Duty.Limit != "2026-11-23T12:00:00+08:00" ||
		item.Duty.Recorder != string(desk.RoleDuty) || item.Duty.At != "2026-11-20T19:00:00+08:00" {
		t.Errorf("%+v", item.Duty)
	}
	for field, body := range map[string]string{
		"unit": `{"key":"k","form":"来文","unit":"","title":"甲"}`, "acted_at": `{"key":"k","form":"来文","unit":"甲","title":"甲","acted_at":"2027-01-01T00:00:00Z"}`,
		"form": `{"key":"k","form":"闲聊","unit":"甲","title":"甲"}`, "limit": `{"key":"k","form":"来文","unit":"甲","title":"甲","limit":"2020-01-01T00:00:00Z"}`,
	} {
		if a := x.as(desk.RoleDuty, post, "/api/v1/duty", body); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, field) {
			t.Errorf("%s: %d %s", field, a.status, a.body)
		}
	}
	if a := x.as(desk.RoleOperator, post, "/api/v1/duty", body); a.status != http.StatusForbidden {
		t.Errorf("an operator: %d", a.status)
	}
}
