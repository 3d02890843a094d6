package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// The program carries all it needs: moved to an empty folder, with no home and no
// module cache, it reads texts.
func TestMovedBinaryRuns(t *testing.T) {
	t.Parallel()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	moved := filepath.Join(dir, "elsewhere")
	if err := os.WriteFile(moved, b, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(moved, "classify")
	cmd.Dir = dir
	cmd.Env = []string{"PATH=/nowhere", "TMPDIR=" + dir}
	cmd.Stdin = strings.NewReader(`{"id":"a","title":"锦绣家园停水","text":"锦绣家园5栋停水两个小时了，家里老人做透析要用水，请问什么时候来水？","at":"2026-11-20T20:00:00+08:00"}` + "\n" +
		"{broken\n" + `{"id":7,"text":"云泽化工园区爆炸已致12人死亡、37人受伤"}` + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != 3 {
		t.Fatalf("%d lines for 3: %s", len(lines), out)
	}
	var first, bad, third map[string]any
	for i, into := range []*map[string]any{&first, &bad, &third} {
		if err := json.Unmarshal([]byte(lines[i]), into); err != nil {
			t.Fatalf("line %d: %v: %s", i, err, lines[i])
		}
	}
	for _, field := range []string{"id", "kind", "category", "departments", "department", "region", "place", "urgency", "group_risk", "facts", "level", "occurred", "rumour",
		"sentiment", "confidence", "evidence"} {
		if _, ok := first[field]; !ok {
			t.Errorf("verdict has no %s", field)
		}
	}
	if first["id"] != "a" || first["category"] == nil || first["kind"] == nil || first["region"] != nil {
		t.Errorf("verdict: %v", first)
	}
	if bad["error"] == nil {
		t.Errorf("the broken line: %v", bad)
	}
	facts, _ := third["facts"].(map[string]any)
	if third["id"] != 7.0 || facts["deaths"] != 12.0 || facts["injured"] != 37.0 || facts["missing"] != nil || third["level"] != "重大" {
		t.Errorf("facts: %v", third)
	}
	left, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	if len(left) != 1 {
		t.Errorf("left behind in the folder: %v", left)
	}
}

func TestTopicsPutsEachItemInOne(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	out, code := p.run(`{"id":1,"title":"锦绣家园小区停水没人管","text":"锦绣家园小区从昨晚八点停水到现在，物业电话没人接，自来水公司说在抢修","at":"2026-11-20T20:00:00+08:00"}
{"id":2,"title":"第三中学食堂鸡腿发臭","text":"第三中学食堂的鸡腿是臭的，好几个学生吃了拉肚子","at":"2026-11-20T20:10:00+08:00"}
{"id":3,"title":"锦绣家园小区停水一整天没人管","text":"锦绣家园小区停水，从昨晚八点到现在没有水，物业电话没人接，自来水公司一直说在抢修","at":"2026-11-20T21:00:00+08:00"}
`, "topics")
	if code != 0 {
		t.Fatalf("exited %d", code)
	}
	in := map[float64]int{}
	n := 0
	for line := range strings.Lines(out) {
		var topic struct {
			Topic, Title, Place any
			Items               []float64
			Heat                *float64
		}
		if err := json.Unmarshal([]byte(line), &topic); err != nil {
			t.Fatal(err)
		}
		if topic.Topic == nil || topic.Title == nil || topic.Heat == nil {
			t.Errorf("topic: %s", line)
		}
		for _, id := range topic.Items {
			in[id] = n
		}
		n++
	}
	if len(in) != 3 || n != 2 || in[1] != in[3] || in[1] == in[2] {
		t.Errorf("topics: %s", out)
	}
}

// Everything works without a terminal: secrets come alone on stdout, a refusal exits 1.
func TestCommandsWithoutATerminal(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	if out, code := p.run("", "version"); code != 0 || strings.TrimSpace(out) == "" {
		t.Errorf("version: %q, %d", out, code)
	}
	password := p.must("", "user", "add", "zhoumin", "--role", "duty", "--role", "press", "--region", "5301")
	if len(password) < 12 || strings.ContainsAny(password, " \n") {
		t.Errorf("generated password: %q", password)
	}
	if token := p.must("", "token", "add", "--user", "zhoumin"); !strings.HasPrefix(token, "hy_") || strings.ContainsAny(token, " \n") {
		t.Errorf("token: %q", token)
	}
	if key := p.must("", "source", "add", "hotline", "--name", "12345"); !strings.HasPrefix(key, "hy_") {
		t.Errorf("key: %q", key)
	}
	for _, refused := range [][]string{
		{"user", "add", "zhoumin", "--role", "duty"},                            // the name is taken
		{"user", "add", "x", "--role", "king"},                                  // no such role
		{"user", "add", "y", "--role", "sysadmin", "--role", "auditor"},         // never one person
		{"user", "add", "z"},                                                    // no role
		{"token", "add", "--user", "nobody"},                                    // no such person
		{"source", "add", "hotline", "--name", "12345"},                         // the name is taken
		{"source", "add", "feed", "--name", "n", "--url", "file:///etc/passwd"}, // not an address
		{"source", "add", "mailbox", "--name", "m", "--url", "imap://u:p@h/"},   // a password in the address
		{"import", "/nowhere.ndjson", "--source", "12345"},
		{"import", os.Args[0], "--source", "nobody"},
	} {
		if out, code := p.run("", append(refused, "--data", p.data)...); code != 1 || out != "" {
			t.Errorf("%v: exit %d, stdout %q; want a refusal", refused, code, out)
		}
	}
	file := filepath.Join(t.TempDir(), "items.ndjson")
	if err := os.WriteFile(file, []byte("{\"external_id\":\"1\",\"title\":\"路灯不亮\"}\n{\"external_id\":\"2\"}\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p.must("", "import", file, "--source", "12345")
	p.importsTables(t)
	p.must("", "audit", "verify")
	// What the commands made, serve finds.
	p.start()
	c := caller{p, p.must("", "token", "add", "--user", "zhoumin")}
	if items := c.list("/api/v1/items"); len(items) != 0 {
		t.Errorf("somebody of 5301 sees an item of no region: %v", items)
	}
	p.must("a password for all\n", "user", "add", "all", "--role", "duty", "--password-stdin")
	c = caller{p, p.must("", "token", "add", "--user", "all")}
	if items := c.list("/api/v1/items"); len(items) != 3 || items[0]["title"] != "路灯不亮" || items[2]["body"] != "城管局" {
		t.Errorf("imported: %v", items)
	}
}

// importsTables brings in a table: tried first, then with a column told, then again.
func (p *program) importsTables(t *testing.T) {
	t.Helper()
	table, results := filepath.Join(t.TempDir(), "导出.csv"), filepath.Join(t.TempDir(), "results.csv")
	if err := os.WriteFile(table, []byte("编号,标题,转办\nT1,水压低,水务局\nT2,,\nT3,井盖响,城管局\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if out := p.must("", "import", table, "--source", "12345", "--dry-run"); !strings.HasPrefix(out, "3\tbody\t") {
		t.Errorf("a trial says %q", out)
	}
	for range 2 {
		p.must("", "import", table, "--source", "12345", "--map", "转办=body", "--results", results)
	}
	b, err := os.ReadFile(results)
	if err != nil || strings.Count(string(b), "已有，未变") != 2 || strings.Count(string(b), "已隔离") != 1 {
		t.Errorf("results of the second time: %s %v", b, err)
	}
	for _, refused := range [][]string{{"--map", "没有这列=body"}, {"--map", "A=nonsense"}, {"--sheet", "没有"}} {
		if out, code := p.run("", append([]string{"import", table, "--source", "12345", "--data", p.data}, refused...)...); code != 1 || out != "" {
			t.Errorf("%v: exit %d, %q", refused, code, out)
		}
	}
}
