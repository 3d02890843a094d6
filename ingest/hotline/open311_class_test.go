package hotline

import (
	"strings"
	"testing"

	"huiying/desk"
)

// TestOpen311Class: a service is one of the fifteen classes, however finely the office
// has filed the item below it.
func TestOpen311Class(t *testing.T) {
	t.Parallel()
	c := serveOpen311(t, nil)
	_, _, body := c.post("requests.json", "api_key", c.key, "service_code", "01", "address_string", "甲路", "description", "路灯不亮")
	id, _ := c.made(body)
	n, err := recordNumber(id)
	if err != nil {
		t.Fatal(err)
	}
	lead := c.As(desk.RoleShiftLead)
	if _, err := c.SaveCategory(t.Context(), lead, desk.CategoryChange{CategoryNode: desk.CategoryNode{Name: "路灯照明", Parent: "城乡建设"}, New: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CorrectItem(t.Context(), lead, desk.Correction{Item: n, Fields: map[string]string{desk.FieldCategory: "路灯照明"}}); err != nil {
		t.Fatal(err)
	}
	status, _, body := c.get("requests.json", "api_key", c.key, "service_code", "01")
	for _, want := range []string{`"service_request_id":"` + id + `"`, `"service_name":"城乡建设"`, `"service_code":"01"`} {
		if status != 200 || !strings.Contains(strings.ReplaceAll(body, `": `, `":`), want) {
			t.Errorf("%d, without %s: %s", status, want, body)
		}
	}
}
