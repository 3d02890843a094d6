package web

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
)

// TestPastePage: what is pasted becomes a media item with its figures drawn; the
// screenshot is handed out, never shown.
func TestPastePage(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan")
	o := n.visitor(n.person(desk.RoleOperator, "zhaoli", "赵丽"), "zhaoli")
	o.get("/media/paste").want(t, 403)
	v.get("/media/paste").want(t, 200, "粘贴媒体内容", "抖音", `name="key"`)
	v.post("/media/paste", typed("platform", "微博")).want(t, 422, "至少一项", `href="#f-text"`)
	v.post("/media/paste", typed("platform", "微博", "text", "甲", "reads", "很多")).want(t, 422, "请填写整数", `href="#f-reads"`)
	v.post("/media/paste", typed("platform", "微博", "text", "云泽大桥<script>alert(1)</script>", "reads", "1200", "captured", "2026-11-20T20:00")).to(t, "/items/1")
	v.get("/items/1").want(t, 200, "传播", "1,200", "微博").lacks(t, "<script>alert(1)", "<polyline")
	v.post("/items/1/counts", typed()).want(t, 422, "至少填写一项")
	v.post("/items/1/counts", typed("reads", "5300", "comments", "20")).to(t, "/items/1")
	v.get("/items/1").want(t, 200, "<polyline", "从 1,200 到 5,300", "更新数字")
	v.post("/items/1/counts", typed("reads", "900", "at", "2026-11-20T18:00")).to(t, "/items/1") // seen before, entered after
	v.get("/items/1").want(t, 200, "从 900 到 5,300").lacks(t, `cx="-`, `points="-`)
	v.get("/items/1/shot").want(t, 404)
	o.post("/items/1/counts", typed("reads", "1")).want(t, 403)

	res := must(n.PasteMedia(t.Context(), desk.System, desk.Paste{Platform: "抖音", Shot: []byte("\x89PNG\r\n\x1a\n<script>")}))
	got := v.get("/items/2/shot").want(t, 200)
	if h := got.header; res.ID != 2 || h.Get("Content-Type") != "image/png" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") || h.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("%d %v", res.ID, h)
	}
	v.get("/items/2").want(t, 200, "SHA-256", "抖音截图")
}

// TestPasteForm: a screenshot comes with the form, and one that isn't a picture is refused.
func TestPasteForm(t *testing.T) {
	t.Parallel()
	for content, ok := range map[string]bool{"\xff\xd8\xff\xe0 picture": true, "GIF89a": false, "%PDF-1.4 x": false, "<html>": false} {
		n := newNight(t)
		v := n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan")
		got := v.upload("/media/paste", "../shot.jpg", []byte(content), "platform", "微信")
		if ok {
			got.to(t, "/items/1")
		} else {
			got.want(t, 422, `href="#f-file"`)
		}
	}
}

// TestSpreadLine: whatever the figures, the picture stays within its frame.
func TestSpreadLine(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC)
		var counts []desk.Count
		for range rapid.IntRange(0, 30).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "gap")))
			n := rapid.Int64Range(0, desk.MaxReach).Draw(t, "reads")
			counts = append(counts, desk.Count{At: at, Reads: &n})
		}
		line, ok := spreadLine("阅读", counts, func(c desk.Count) *int64 { return c.Reads })
		if ok != (len(counts) > 0) {
			t.Fatal(ok)
		}
		for i, d := range line.Ends {
			if i > 0 && d.X < line.Ends[i-1].X {
				t.Fatal("the line goes back in time", line.Ends)
			}
			if d.X < 0 || d.X > spreadWidth || d.Y < 0 || d.Y > spreadHeight {
				t.Fatal(d)
			}
		}
	})
}
