package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The office's corrections teach the desk, through the real program: people correct and
// send back over HTTP, huiying train learns, compares and keeps a candidate that says
// nothing yet, somebody switches, the verdicts of new items change, and 0 goes back.
func TestTrain(t *testing.T) {
	t.Parallel()
	policy := filepath.Join(t.TempDir(), "policy.json")
	if err := os.WriteFile(policy, []byte(`{"reading": {"categories": [{"name": "充电设施", "parent": "城乡建设"}]}}`), 0o600); err != nil {
		t.Fatal(err)
	}
	p := newProgram(t, "--policy", policy)
	p.start()
	duty := p.person("duty")
	key := caller{p, p.must("", "source", "add", "hotline", "--name", "12345")}
	push := func(id, title, body string) string {
		t.Helper()
		r := key.ok(http.MethodPost, "/api/v1/items", []map[string]any{{"external_id": id, "title": title, "body": body}})["results"].([]any)[0].(map[string]any)
		if r["status"] != "created" {
			t.Fatalf("pushed: %v", r)
		}
		return r["id"].(string)
	}
	type said struct{ department, category string }
	read := func(id string) said {
		t.Helper()
		v := duty.ok(http.MethodGet, "/api/v1/items/"+id, nil)["verdict"].(map[string]any)
		return said{fmt.Sprint(v["department"]), fmt.Sprint(v["category"])}
	}

	broken := []string{"小区电动车充电桩刷卡没有反应", "一排充电桩全黑屏没人修", "扫码付款后充电桩不送电", "充电桩插头烧焦没人更换", "新装的充电桩一直没有通电", "夜里充电桩跳停早上电动车没充满",
		"充电桩退款找不到人", "电动车充电桩收费比外面贵", "充电桩前停满汽车充不了电", "雨棚破了充电桩泡水"}
	where := []string{"东门", "西苑", "南湖", "北塔", "青年里", "幸福里", "临江园", "桂花园", "石桥", "柳巷"}
	for i, text := range broken {
		id := push(fmt.Sprint("c", i), where[i]+"小区"+text, text+"，找物业说不归他们管。")
		if i >= 8 { // two come back without a department being named
			duty.ok(http.MethodPost, "/api/v1/items/"+id+"/return", map[string]any{"why": "不属本单位职责"})
			continue
		}
		duty.ok(http.MethodPost, "/api/v1/items/"+id+"/correct", map[string]any{"fields": map[string]string{"department": "数字城管中心", "category": "城乡建设/充电设施"}, "why": "按职责清单"})
	}
	if status, _ := duty.do(http.MethodPost, "/api/v1/items/1/correct", map[string]any{"fields": map[string]string{"category": "城乡建设/天文"}}); status != http.StatusUnprocessableEntity {
		t.Errorf("a category that isn't there is taken: %d", status)
	}
	for i, at := range where {
		id := push(fmt.Sprint("l", i), fmt.Sprintf("%s小区%d栋楼顶漏水", at, i+1), "下雨就漏，物业推诿，维修基金申请了几次都没有下文。")
		duty.ok(http.MethodPost, "/api/v1/items/"+id+"/settle", map[string]any{})
	}
	labelled := filepath.Join(t.TempDir(), "labelled.csv")
	if err := os.WriteFile(labelled, []byte("title,body,category,department\n"+
		"河西路充电桩充不进电,电动车充电桩没有反应,充电设施,数字城管中心\n文昌里充电桩黑屏,充电桩全黑屏没人修,城乡建设/充电设施,数字城管中心\n楼顶漏水没人管,下雨就漏,城乡建设,住建局\n"), 0o600); err != nil {
		t.Fatal(err)
	}

	if out := p.must("", "model", "list"); out != "* 0\t随程序发布" {
		t.Errorf("nothing learnt: %q", out)
	}
	train := []string{"train", "--policy", policy, "--file", labelled}
	out := p.must("", train...)
	for _, word := range []string{"第 1 号模型 learnt-", "更正 13 件，照办 10 件", "与第 0 号比较", "领域：", "下级领域：", "责任单位：", "退单 2 件，仍会派给退单单位 2 → ", "| 数字城管中心 |", "| 城乡建设/充电设施 |"} {
		if !strings.Contains(out, word) {
			t.Errorf("train doesn't say %q:\n%s", word, out)
		}
	}
	if again := p.must("", train...); !strings.Contains(again, "与第 1 号模型相同") {
		t.Errorf("the same lessons again: %s", again)
	}
	if show := p.must("", "model", "show", "1"); show != out {
		t.Errorf("shown later:\n%s\nnot what train said:\n%s", show, out)
	}
	list := strings.Split(p.must("", "model", "list"), "\n")
	if len(list) != 2 || !strings.HasPrefix(strings.TrimSpace(list[0]), "1\tlearnt-") || list[1] != "* 0\t随程序发布" {
		t.Errorf("a candidate: %q", list)
	}

	n := 0
	fresh := func() said {
		n++
		return read(push(fmt.Sprint("f", n), fmt.Sprintf("河滨路%d号小区充电桩扫码没有反应", n), "电动车充电桩刷卡没有反应，一排充电桩全黑屏。"))
	}
	taught, before := said{"数字城管中心", "城乡建设/充电设施"}, fresh()
	if before == taught || before.department == taught.department {
		t.Fatalf("before anything is learnt: %v", before)
	}
	p.must("", "model", "use", "1", "--why", "比较后换用")
	p.await("the node to follow", func() bool { return fresh() == taught })
	if leak := read(push("l-new", "翠湖小区9栋楼顶漏水", "下雨就漏，物业推诿。")); leak.category != "城乡建设" || leak.department != "住建局" {
		t.Errorf("what nobody corrected: %v", leak)
	}
	p.must("", "model", "use", "0")
	p.await("the node to go back", func() bool { return fresh() == before })
	if _, code := p.run("", "model", "use", "7", "--data", p.data); code == 0 {
		t.Error("a model that isn't there is used")
	}
	if _, code := p.run("", "train", "--policy", policy, "--file", policy, "--data", p.data); code == 0 {
		t.Error("a file of another sort teaches")
	}
}
