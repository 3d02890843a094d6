package web

import (
	"strings"
	"testing"

	"huiying/desk"
)

// laid puts raws into quarantine and gives the page of each.
func (n *evening) laid(t *testing.T, raws ...string) []string {
	t.Helper()
	var at []string
	for _, raw := range raws {
		res := must(n.Receive(t.Context(), n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(raw)}}}))
		if len(res) != 1 || res[0].Status != desk.StatusQuarantined {
			t.Fatalf("%s: %+v", raw, res)
		}
		at = append(at, "/quarantine/"+id(res[0].ID))
	}
	return at
}

// TestQuarantineSealed: what is 保密 or 举报 shows on no page and in no answer of the API to
// those who may not see it; they may put it through again and set it aside.
func TestQuarantineSealed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	admin := n.visitor(n.person(desk.RoleSysadmin, "hezhiyuan", "何志远"), "hezhiyuan")
	duty := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	at := n.laid(t, `[{"Title":"局长`+strings.Repeat("长", desk.MaxTitle)+`","Sealed":true}]`, `{"坏了":"我要举报局长受贿"`)
	for _, path := range at {
		admin.get(path).want(t, 200, "保密或举报内容", "值班员", "原样重放", "搁置").lacks(t, "局长", "受贿", "e5 b1 80", "下载原件", "上传改好的文件", `name="bytes"`)
		duty.get(path).want(t, 200, "局长", "下载原件").lacks(t, "保密或举报内容")
		admin.post(path+"/mend", typed("as", "mended", "bytes", "[]")).want(t, 403)
		admin.upload(path+"/upload", "a.json", []byte("[]")).want(t, 403)
		admin.post(path+"/reveal", typed("why", "看看")).want(t, 403).lacks(t, "局长")
		admin.post(path+"/file", typed("why", "看看")).want(t, 403).lacks(t, "局长")
	}
	admin.get("/quarantine").want(t, 200, "保密或举报内容").lacks(t, "局长", "受贿")
	duty.get("/quarantine").want(t, 200, "局长")
	admin.get("/api/v1/quarantine").want(t, 200, `"sealed":true`, `"content":null`).lacks(t, "局长", "受贿")
	duty.get("/api/v1/quarantine").want(t, 200, `"sealed":true`, "局长")
	admin.post(at[0]+"/drop", typed("why", "空内容")).to(t, "/quarantine")
}

// TestQuarantineRevealed: the usual entry, with a telephone number in it, is mended on the
// page by who may see it, after a reason that stands on the record; others read who may.
func TestQuarantineRevealed(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	admin := n.visitor(n.person(desk.RoleSysadmin, "hezhiyuan", "何志远"), "hezhiyuan")
	at := n.laid(t, `[{"Title":"路灯","Author":{"phone":13912344471}}]`)[0]
	v.get(at).want(t, 200, "139****4471", "查看并修改", "写明理由、留痕后").lacks(t, "13912344471", `name="bytes"`)
	admin.get(at).want(t, 200, "139****4471", "只有班长、值班员可以查看原文并修改").lacks(t, "13912344471", "查看并修改", `name="bytes"`)
	v.post(at+"/reveal", typed("why", " ")).want(t, 422, "请写明查看原件的理由", `href="#f-reveal-why"`).lacks(t, "13912344471")
	v.post(at+"/reveal", typed("why", "修好后重放")).want(t, 200, "13912344471", `name="bytes"`, "本次查看已留痕", "号码未遮盖").lacks(t, "查看并修改</h2>")
	v.get(at).want(t, 200).lacks(t, "13912344471")
	v.post("/quarantine/99/reveal", typed("why", "x")).want(t, 404)
	// What was typed and refused comes back.
	v.post(at+"/mend", typed("as", "mended", "bytes", `[{"Title":"路灯","Author":{"phone":"13912344471"}}]`)).to(t, "/items/1")
	n.visitor(n.person(desk.RoleAuditor, "linwan", "林晚"), "linwan").get("/record").want(t, 200, "查看隔离件原文", "修好后重放", "隔离件修复重放")
}

// TestQuarantineFiles: bytes that no page can show go away as a file, on the record, and
// come back mended.
func TestQuarantineFiles(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	gbk := "[{\"Title\":\"\xc2\xb7\xb5\xc6\""
	at := n.laid(t, gbk)[0]
	v.get(at).want(t, 200, "下载原件", "上传改好的文件", "改好后上传").lacks(t, `name="bytes"`)
	v.post(at+"/file", typed("why", "")).want(t, 422, "请写明查看原件的理由", `href="#f-file-why"`)
	got := v.post(at+"/file", typed("why", "转码"))
	if h := got.header; got.body != gbk || h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Disposition") != `attachment; filename=quarantine-1.json` ||
		h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("Cache-Control") != "private, no-store" {
		t.Errorf("%v %q", h, got.body)
	}
	for b, want := range map[string]string{"": ".txt", "甲": ".txt", "\xff": ".bin", "[\xff": ".json"} {
		if got := endingOf([]byte(b)); got != want {
			t.Errorf("%q: %s", b, got)
		}
	}
	v.upload(at+"/upload", "", nil).want(t, 422, "请选择改好的文件", `href="#f-upload-file"`)
	v.upload(at+"/upload", "a.json", []byte(" \n")).want(t, 422, "文件是空的")
	v.upload(at+"/upload", "a.json", []byte(strings.Repeat(" ", maxMended+1))).want(t, 422, "文件超过 10 MB")
	v.upload(at+"/upload", "a.json", []byte(`[{"Title":"路灯"}]`)).to(t, "/items/1")
	v.upload(at+"/upload", "a.json", []byte(`[{"Title":"路灯"}]`)).want(t, 422, "已经处理过了")
	n.visitor(n.person(desk.RoleAuditor, "linwan", "林晚"), "linwan").get("/record").want(t, 200, "下载隔离件", "转码")
}

// TestQuarantineDropped: what holds nothing to mend is set aside, one or all like it, and
// taken up again, on the page and by the API.
func TestQuarantineDropped(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleSysadmin, "hezhiyuan", "何志远"), "hezhiyuan")
	at := n.laid(t, "3", "{}", "7")
	v.get("/quarantine").want(t, 200, `">3</td>`, `">{}</td>`, "待处理").lacks(t, "不是文字")
	v.get(at[0]+"?do=drop").want(t, 200, "没有内容可修的", "同一来源的全部")
	v.post(at[0]+"/drop", typed("like", "", "why", "")).want(t, 422, "请写明搁置的理由", `href="#f-drop-why"`)
	v.post(at[0]+"/drop", typed("like", "all", "why", "空")).want(t, 422, "范围须为空")
	v.post(at[0]+"/drop", typed("like", "", "why", "空内容")).to(t, "/quarantine")
	v.get(at[0]).want(t, 200, "已搁置", "重新处理").lacks(t, "原样重放")
	v.post(at[0]+"/drop", typed("like", "", "why", "空内容")).want(t, 409, "已经处理过了")
	v.get("/quarantine?state=dropped").want(t, 200, `">3</td>`).lacks(t, `">{}</td>`)
	v.post(at[1]+"/drop", typed("like", "source", "why", "空内容")).to(t, "/quarantine")
	v.get("/quarantine").want(t, 200, "没有被隔离的来件")
	v.post(at[0]+"/reopen", typed("like", "", "why", "")).to(t, "/quarantine")
	v.get(at[0]).want(t, 200, "原样重放")
	v.post("/quarantine/99/drop", typed("like", "source", "why", "x")).want(t, 404)
	n.visitor(n.person(desk.RoleAuditor, "linwan", "林晚"), "linwan").get("/record").want(t, 200, "搁置隔离件", "重新处理隔离件", "空内容")
}

func TestQuarantineAPIMoves(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Receive(t.Context(), x.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte("null 13912344471")}, {ContentType: "application/json", Bytes: []byte("3")}}}) //nolint:errcheck // asked for below
	q := decoded[List[Quarantined]](t, x.as(desk.RoleDuty, get, "/api/v1/quarantine?state=open", ""))
	if len(q.Items) != 2 || q.Items[0].Content == nil {
		t.Fatalf("%+v", q)
	}
	path := "/api/v1/quarantine/" + q.Items[0].ID
	seen := decoded[QuarantinedBytes](t, x.as(desk.RoleDuty, post, path+"/reveal", `{"why":"修复"}`))
	if string(seen.Bytes) != "null 13912344471" || seen.Content == nil || *seen.Content != string(seen.Bytes) {
		t.Errorf("%+v", seen)
	}
	if a := x.as(desk.RoleDuty, post, path+"/drop", `{}`); a.status != 422 || !strings.Contains(a.body, `"why"`) {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := x.as(desk.RoleDuty, post, path+"/drop", `{"why":"空","like":"all"}`); a.status != 422 {
		t.Errorf("%d %s", a.status, a.body)
	}
	if m := decoded[Moved](t, x.as(desk.RoleSysadmin, post, path+"/drop", `{"why":"空内容","like":"source"}`)); m.Count != 2 || m.More {
		t.Errorf("%+v", m)
	}
	if m := decoded[Moved](t, x.as(desk.RoleSysadmin, post, path+"/reopen", `{}`)); m.Count != 1 {
		t.Errorf("%+v", m)
	}
	for state, want := range map[string]int{"open": 1, "dropped": 1} {
		if q := decoded[List[Quarantined]](t, x.as(desk.RoleDuty, get, "/api/v1/quarantine?state="+state, "")); len(q.Items) != want {
			t.Errorf("%s: %+v", state, q)
		}
	}
}
