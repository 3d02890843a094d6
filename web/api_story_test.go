package web

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

var update = flag.Bool("update", false, "write the golden files anew")

// golden compares with a file that was looked at.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(want) != got {
		a, b := strings.Split(string(want), "\n"), strings.Split(got, "\n")
		for i := range max(len(a), len(b)) {
			if i >= len(a) || i >= len(b) || a[i] != b[i] {
				t.Fatalf("%s differs from line %d on:\nwant %s\ngot  %s", path, i+1, line1(a, i), line1(b, i))
			}
		}
	}
}

func line1(list []string, i int) string {
	if i < len(list) {
		return list[i]
	}
	return "(end)"
}

// told writes an exchange as the golden file holds it.
func told(t *testing.T, what string, a answer) string {
	t.Helper()
	var b bytes.Buffer
	fmt.Fprintf(&b, "### %s\n%d %s\n", what, a.status, a.header.Get("Content-Type"))
	if err := json.Indent(&b, []byte(a.body), "", " "); err != nil {
		t.Fatalf("%s: %v in %q", what, err, a.body)
	}
	return b.String() + "\n"
}

// TestStory walks the main path through the API and holds every answer against
// the golden file: these are the contract's shapes.
func TestStory(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	occurred := time.Date(2026, 11, 20, 19, 30, 0, 0, time.FixedZone("", 8*3600))
	reach := int64(1200)
	x.Push(desk.Incoming{ExternalID: "A-1", Title: "路灯坏了", Body: "滨河路的路灯坏了，请回电 13987654321", OccurredAt: &occurred,
		Author: desk.Author{Name: "郑小云", Phone: "13987654321"}, Place: "滨河路", Reach: &reach})
	x.Push(desk.Incoming{ExternalID: "A-2", Title: "化工园区爆炸", Body: "听到巨响"})
	var b, answers strings.Builder
	step := func(role desk.Role, method, path, body string, status int) {
		t.Helper()
		x.Clock.Move(time.Minute)
		a := x.as(role, method, path, body)
		answers.WriteString(a.body)
		b.WriteString(told(t, fmt.Sprintf("%s %s %s %s", role, method, path, body), a))
		if a.status != status {
			t.Errorf("%s %s as %s: %d, want %d: %s", method, path, role, a.status, status, a.body)
		}
	}
	const ok, created, accepted = http.StatusOK, http.StatusCreated, http.StatusAccepted
	const duty, press, leader, secrecy, operator, lead = desk.RoleDuty, desk.RolePress, desk.RoleLeader, desk.RoleSecrecy, desk.RoleOperator, desk.RoleShiftLead
	step(duty, get, "/api/v1/items?limit=1", "", ok)
	step(duty, get, "/api/v1/items?limit=1&after=1", "", ok)
	step(duty, get, "/api/v1/items?kind=投诉&channel=hotline&region=5306&urgency=一般&category=城乡建设&state=new&external_id=A-1", "", ok)
	step(duty, get, "/api/v1/items/1", "", ok)
	step(lead, post, "/api/v1/items/1/correct", `{"fields":{"kind":"求助"},"why":"来电人要求尽快修复"}`, ok)
	step(lead, post, "/api/v1/items/1/settle", `{"why":"已修复"}`, ok)
	step(lead, post, "/api/v1/items/1/reveal", `{"why":"回访"}`, ok)
	step(operator, post, "/api/v1/items/log", `{"key":"c1","title":"路灯又坏了","author":{"name":"李某","phone":"13812345678"},"occurred_at":"2026-11-20 20:00"}`, created)
	step(operator, post, "/api/v1/items/log", `{"key":"c1","title":"路灯又坏了","author":{"name":"李某","phone":"13812345678"},"occurred_at":"2026-11-20 20:00"}`, created)
	step(duty, get, "/api/v1/topics", "", ok)
	step(duty, post, "/api/v1/incidents", `{"title":"化工园区爆炸","kind":"事故灾难","place":"化工园区","region":"530600","items":["2"],"occurred":"2026-11-20T19:42:00+08:00"}`, created)
	step(duty, post, "/api/v1/incidents/1/judge", `{"level":"重大","suspected":true}`, ok)
	step(duty, get, "/api/v1/clocks?state=running&incident=1", "", ok)
	step(duty, post, "/api/v1/incidents/1/judge", `{"level":"一般","reason":"现场核实无人员伤亡"}`, accepted)
	step(leader, get, "/api/v1/incidents/1", "", ok)
	step(leader, post, "/api/v1/changes/1/decide", `{"approve":false,"why":"伤亡仍在核实"}`, ok)
	step(duty, post, "/api/v1/incidents/1/confirm", `{"level":"重大","document":"云应急〔2026〕12号","by":"市应急局"}`, ok)
	step(duty, post, "/api/v1/incidents/1/instant", `{"kind":"occurred","at":"2026-11-20T19:40:00"}`, ok)
	step(duty, post, "/api/v1/incidents/1/facts", `{"deaths":1,"injured":12,"from":"现场指挥部"}`, ok)
	step(duty, post, "/api/v1/incidents/1/attach", `{"items":["3"]}`, ok)
	step(duty, post, "/api/v1/incidents/1/take", "", ok)
	step(press, post, "/api/v1/releases", `{"incident":"1","kind":"first","title":"情况通报","body":"11月20日19时40分，化工园区发生爆炸。"}`, created)
	step(press, post, "/api/v1/releases/1/edit", `{"version":1,"title":"情况通报","body":"11月20日19时40分许，化工园区发生爆炸，救援正在进行。"}`, ok)
	step(press, post, "/api/v1/releases/1/submit", `{"version":1}`, http.StatusConflict)
	step(press, post, "/api/v1/releases/1/submit", `{"version":2}`, ok)
	step(secrecy, post, "/api/v1/releases/1/review", `{"version":2,"conclusion":"可以公开","basis":"不涉及国家秘密"}`, ok)
	step(leader, post, "/api/v1/releases/1/sign", `{"version":2}`, ok)
	step(press, post, "/api/v1/releases/1/publish", `{"version":2,"channel":"市政府网站","address":"https://www.example.cn/1"}`, ok)
	step(press, get, "/api/v1/releases?state=published", "", ok)
	step(press, get, "/api/v1/releases/1", "", ok)
	step(press, post, "/api/v1/briefings", `{"incident":"1","title":"第一场","room":"新闻发布厅","starts":"2026-11-21T10:00","ends":"2026-11-21T11:00","host":"林声","speakers":[{"name":"周敏","title":"副市长"}]}`, created)
	step(press, post, "/api/v1/briefings", `{"incident":"1","title":"别的","room":"新闻发布厅","starts":"2026-11-21T10:30","ends":"2026-11-21T11:30","host":"孙晓","speakers":[{"name":"钱进","title":"局长"}]}`, http.StatusConflict)
	step(press, post, "/api/v1/briefings/1/move", `{"version":1,"title":"第一场","room":"新闻发布厅","starts":"2026-11-20T20:40","ends":"2026-11-20T21:40","host":"林声","speakers":[{"name":"周敏","title":"副市长"}]}`, ok)
	step(press, post, "/api/v1/briefings/1/hold", `{"spoke":"周敏","address":"https://live.example.cn/1"}`, ok)
	step(press, get, "/api/v1/briefings?incident=1&from=2026-11-01T00:00:00%2B08:00", "", ok)
	step(press, get, "/api/v1/briefings/1", "", ok)
	step(press, post, "/api/v1/briefings", `{"incident":"1","title":"第二场","room":"新闻发布厅","starts":"2026-11-22T10:00","ends":"2026-11-22T11:00","host":"林声","speakers":[{"name":"周敏","title":"副市长"}]}`, created)
	step(press, post, "/api/v1/briefings/3/cancel", `{"why":"并入下一场"}`, ok)
	step(duty, post, "/api/v1/incidents/1/elsewhere", `{"meets":"release","issuer":"省应急厅","channel":"省政府网站","address":"https://www.example.cn/9","acted_at":"2026-11-20T20:45:00+08:00"}`, created)
	step(duty, get, "/api/v1/clocks", "", ok)
	step(duty, post, "/api/v1/incidents/1/close", `{"why":"救援结束，善后完成"}`, ok)
	step(duty, get, "/api/v1/incidents?state=closed", "", ok)
	step(duty, get, "/api/v1/notices?open=true", "", ok)
	step(desk.RoleSysadmin, get, "/api/v1/sources?limit=1", "", ok)
	step(duty, get, "/api/v1/quarantine", "", ok)
	if a := answers.String(); strings.Contains(a, "13812345678") || strings.Count(a, "小云") != 1 || strings.Count(a, "13987654321") != 2 {
		t.Error("personal data got out beyond the one reveal")
	}
	golden(t, "story.golden", b.String())
}
