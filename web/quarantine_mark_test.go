package web

import (
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func TestMarkFault(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, field, reason, want string }{
		{`{"title":"甲","occurred_at":"昨天","body":"乙"}`, "occurred_at", "时间无法识别", `"occurred_at":"昨天"`},
		{`{"author":{"phone":12,"name":"x"}}`, "author.phone", "", `"phone":12`},
		{"<item><title>坏</title></item>", "title", "", "<title>坏</title>"},
		{"From: a@b\nSubject: 坏\n\n", "subject", "", "Subject: 坏"},
		{"a=1&zip=x y", "zip", "", "zip=x"},
		{"甲\n乙\n丙", "", "第 2 行缺少标题", "乙\n"},
		{"甲\n乙", "", "第 9 行", ""},
		{"甲", "title", "", ""},
		{`{"title":"没有关上`, "title", "", `"title":"没有关上`},
		{"甲", "(((", "", ""},
	} {
		got := markFault(c.text, c.field, c.reason)
		if got.Fault != c.want || got.Before+got.Fault+got.After != c.text {
			t.Errorf("%q %q %q: %+v", c.text, c.field, c.reason, got)
		}
	}
}

func FuzzMarkFault(f *testing.F) {
	f.Add(`{"title":"x"}`, "title", "第 1 行")
	for _, x := range corpus.Texts(f, 5) {
		f.Add(x.Body, "title", x.Title)
	}
	f.Fuzz(func(t *testing.T, text, field, reason string) {
		if m := markFault(text, field, reason); m.Before+m.Fault+m.After != text {
			t.Errorf("%+v isn't %q", m, text)
		}
		if at := badByte([]byte(text)); (at < 0) != utf8.ValidString(text) || at >= 0 && !utf8.ValidString(text[:at]) {
			t.Errorf("%q: %d", text, at)
		}
	})
}

// TestQuarantineAll: those of the same reason go through again together, each with its
// result; bytes show as figures with numbers hidden, and the field at fault is marked.
func TestQuarantineAll(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	v := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	put := func(body string) {
		must(n.Receive(t.Context(), n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(body)}}}))
	}
	put("{\"坏\": 13912344471")
	put("\xb0\xa1 13912344471")
	put(`[{"Title":"太长` + strings.Repeat("长", desk.MaxTitle) + `"}]`)
	v.get("/quarantine/1").want(t, 200, "按字节查看", "全部重试", "139****4471").lacks(t, "13912344471", "31 33 39 31 32")
	v.get("/quarantine/2").want(t, 200, "第 0 字节起不是有效的 UTF-8", "b0 a1").lacks(t, "13912344471", "31 33 39 31 32")
	v.get("/quarantine/3").want(t, 200, "<mark>")
	v.post("/quarantine/1/all", typed("like", "reason")).want(t, 200, "重试结果", "仍无法读取")
	n.Parsers["hotline"] = readsAll{} // the program has learned to read them
	v.post("/quarantine/1/all", typed("like", "reason")).want(t, 200, "重试结果", "成为来件")
	v.post("/quarantine/3/all", typed("like", "source")).want(t, 200, "成为来件")
	v.get("/quarantine").want(t, 200, "没有被隔离的来件")
	v.post("/quarantine/99/all", typed("like", "source")).want(t, 404)
	n.visitor(n.person(desk.RolePress, "chenlan", "陈岚"), "chenlan").post("/quarantine/1/all", typed("like", "source")).want(t, 403)
}

type readsAll struct{}

// Parse implements desk.Parser.
func (readsAll) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	return []desk.Part{{Incoming: desk.Incoming{Title: strings.ToValidUTF8(string(raw.Bytes[:12]), "?")}}}, nil
}
