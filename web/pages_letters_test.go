package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"huiying/desk"
)

// box is a site with the letter box open, and strangers at its door.
func box(t *testing.T, change ...func(*Options)) *site {
	t.Helper()
	return newSite(t, append([]func(*Options){func(o *Options) { o.Letters = true }}, change...)...)
}

var hidden = regexp.MustCompile(`name="token" value="([^"]+)"`)

// token is that of a blank form, some time after it was opened.
func (x *site) letterToken() string {
	x.t.Helper()
	a := x.ask(get, "/letters", "", "Accept: text/html")
	m := hidden.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || m == nil {
		x.t.Fatalf("no form: %d %.300s", a.status, a.body)
	}
	x.Clock.Move(time.Minute)
	return html.UnescapeString(m[1])
}

// post sends a form as a browser without scripts does.
func (x *site) form(path string, values url.Values, head ...string) answer {
	x.t.Helper()
	return x.ask(post, path, values.Encode(), append([]string{"Content-Type: application/x-www-form-urlencoded", "Accept: text/html", "Origin: " + x.url}, head...)...)
}

var codeShown = regexp.MustCompile(`<p class="code"><b>([0-9 ]+)</b>`)

const (
	writerName  = "郑小明"
	writerPhone = "13812344471"
)

func (x *site) letter(values url.Values) string {
	x.t.Helper()
	values.Set("token", x.letterToken())
	a := x.form("/letters", values)
	m := codeShown.FindStringSubmatch(a.body)
	if a.status != http.StatusOK || m == nil {
		x.t.Fatalf("no code: %d %.600s", a.status, a.body)
	}
	return m[1]
}

// TestLettersWithoutScripts: written, queried and answered by plain forms; no script is loaded, no cookie set, and
// nothing personal stands in an address, a log or the answer to the query.
func TestLettersWithoutScripts(t *testing.T) {
	t.Parallel()
	x := box(t)
	blank := x.ask(get, "/letters", "", "Accept: text/html")
	if strings.Contains(blank.body, "<script") || len(blank.header["Set-Cookie"]) != 0 || !strings.Contains(blank.body, `method="post" action="/letters"`) {
		t.Errorf("the form needs more than HTML: %v", blank.header)
	}
	if blank.header.Get("Cache-Control") != "no-store" || blank.header.Get("Content-Security-Policy") == "" {
		t.Errorf("headers %v", blank.header)
	}
	code := x.letter(url.Values{"title": {"清水路路灯不亮"}, "words": {"已经三天了，请修一修。"}, "name": {writerName}, "phone": {writerPhone}})
	ask := func() answer { return x.form("/letters/query", url.Values{"code": {code}}) }
	if a := ask(); a.status != http.StatusOK || !strings.Contains(a.body, "已收到") || strings.Contains(a.body, "路灯") || strings.Contains(a.body, code) {
		t.Errorf("asked at once: %d %s", a.status, a.body)
	}
	list, err := x.Items(t.Context(), x.As(desk.RoleDuty), desk.ItemFilter{Channel: string(desk.ChannelMailbox)})
	if err != nil || len(list) != 1 {
		t.Fatal(len(list), err)
	}
	a := x.form(fmt.Sprintf("/items/%d/reply", list[0].ID), url.Values{"reply": {"昨晚已经修好 <b>了</b>"}, "version": {"0"}}, x.signIn("duty"))
	if a.status != http.StatusSeeOther {
		t.Fatalf("the reply: %d %.300s", a.status, a.body)
	}
	if a := ask(); !strings.Contains(a.body, "已答复") || !strings.Contains(a.body, "昨晚已经修好 &lt;b&gt;了&lt;/b&gt;") {
		t.Errorf("answered: %s", a.body)
	}
	wrong := x.form("/letters/query", url.Values{"code": {"123 456 7891"}})
	if wrong.status != http.StatusUnprocessableEntity || !strings.Contains(wrong.body, `href="#f-code"`) {
		t.Errorf("a mistyped code: %d", wrong.status)
	}
	for _, secret := range []string{writerName, writerPhone, strings.ReplaceAll(code, " ", ""), code, "路灯", "修好", "1234567891"} {
		if log := x.log.String(); strings.Contains(log, secret) || strings.Contains(log, url.QueryEscape(secret)) {
			t.Errorf("the log holds %q", secret)
		}
	}
	if !strings.Contains(x.log.String(), "route=/letters/query") {
		t.Error("the log is empty: nothing is tested")
	}
}

// TestLetterMistakes: the form comes back as it was, with what is wrong beside it.
func TestLetterMistakes(t *testing.T) {
	t.Parallel()
	x := box(t)
	values := url.Values{"token": {x.letterToken()}, "words": {"已经三天了 <i>"}, "phone": {writerPhone}, "anonymous": {"1"}}
	a := x.form("/letters", values)
	for _, want := range []string{`href="#f-title"`, "请填写标题", "已经三天了 &lt;i&gt;", writerPhone, "checked", "有误："} {
		if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, want) {
			t.Errorf("%d, lacks %q", a.status, want)
		}
	}
	values.Set("title", "标题")
	values.Set("website", "http://spam.example.com")
	if a := x.form("/letters", values); a.status != http.StatusUnprocessableEntity || strings.Contains(a.body, "spam.example.com") {
		t.Errorf("a machine: %d", a.status)
	}
	values.Del("website")
	x.Clock.Move(72 * time.Hour)
	a = x.form("/letters", values)
	m := hidden.FindStringSubmatch(a.body)
	if a.status != http.StatusUnprocessableEntity || m == nil || m[1] == values.Get("token") || !strings.Contains(a.body, "已经三天了") {
		t.Fatalf("an old form: %d", a.status)
	}
	values.Set("token", html.UnescapeString(m[1]))
	x.Clock.Move(time.Minute)
	if a := x.form("/letters", values); a.status != http.StatusOK || !codeShown.MatchString(a.body) {
		t.Errorf("sent again: %d", a.status)
	}
	for name, head := range map[string]string{"elsewhere": "Origin: https://evil.example", "fetch": "Sec-Fetch-Site: cross-site"} {
		for _, path := range []string{"/letters", "/letters/query"} {
			if a := x.form(path, values, head); a.status != http.StatusForbidden {
				t.Errorf("%s from %s: %d", path, name, a.status)
			}
		}
	}
	if a := x.form("/letters", url.Values{"words": {strings.Repeat("长", maxLetterBody)}}); a.status < 400 || a.status >= 500 {
		t.Errorf("a letter without end: %d", a.status)
	}
}

func TestLettersInEnglish(t *testing.T) {
	t.Parallel()
	x := box(t)
	a := x.ask(get, "/letters?lang=en", "", "Accept: text/html")
	if !strings.Contains(a.body, "Write a letter") || !strings.Contains(a.body, `<html lang="en"`) || !strings.Contains(a.header.Get("Set-Cookie"), langCookie+"=en") {
		t.Errorf("asked for English: %v", a.header)
	}
	if a := x.ask(get, "/letters/query", "", "Accept: text/html", "Cookie: "+langCookie+"=en"); !strings.Contains(a.body, "Query code") {
		t.Error("English isn't remembered")
	}
	if a := x.ask(get, "/letters?lang=%3Cscript%3E", "", "Accept: text/html"); strings.Contains(a.body, "<script") || a.header.Get("Set-Cookie") != "" {
		t.Error("any language is taken")
	}
}

// TestLetterLimits: by address, and over all addresses together.
func TestLetterLimits(t *testing.T) {
	t.Parallel()
	x := box(t, func(o *Options) { o.Sent, o.Asked, o.Proxies = 2, 1, []string{"127.0.0.1/32", "::1/128"} })
	ask := func(path, from string) int {
		a := x.form(path, url.Values{"code": {"1"}}, "X-Forwarded-For: "+from)
		if a.status == http.StatusTooManyRequests && (a.header.Get("Retry-After") == "" || !strings.Contains(a.body, `href="/letters"`)) {
			t.Errorf("refused without saying for how long: %v", a.header)
		}
		return a.status
	}
	for i, want := range []int{422, 422, 429} {
		if got := ask("/letters", "198.51.100.7"); got != want {
			t.Errorf("letter %d: %d", i+1, got)
		}
	}
	if got := ask("/letters", "198.51.100.8"); got != 422 {
		t.Errorf("somebody else's letter: %d", got)
	}
	last := 0
	for i := range 13 {
		last = ask("/letters/query", fmt.Sprintf("203.0.113.%d", i+1))
	}
	if last != 429 {
		t.Errorf("the 13th address of a minute that allows 12 queries: %d", last)
	}
}

// TestLettersOnly: an outer node has the letter box and not a page more; without it the inner one has none.
func TestLettersOnly(t *testing.T) {
	t.Parallel()
	outer := box(t, func(o *Options) { o.Only = OnlyLetters })
	var open []string
	for _, rt := range outer.s.routes {
		open = append(open, rt.path)
	}
	if got := strings.Join(open, " "); got != "/healthz /readyz /static/* / /letters /letters /letters/query /letters/query" {
		t.Errorf("an outer node serves %s", got)
	}
	for _, path := range []string{"/login", "/items", "/items/1", "/api/v1/items", "/openapi.json", "/metrics", "/live", "/open311/v2/services.json"} {
		if a := outer.ask(get, path, "", "Accept: text/html"); a.status != http.StatusNotFound {
			t.Errorf("%s: %d", path, a.status)
		}
	}
	if a := outer.ask(get, "/", ""); a.header.Get("Location") != "/letters" {
		t.Errorf("its beginning leads to %q", a.header.Get("Location"))
	}
	outer.letter(url.Values{"title": {"标题"}, "words": {"内容"}})
	if n, err := outer.CountItems(t.Context(), outer.As(desk.RoleDuty), desk.ItemFilter{Channel: string(desk.ChannelMailbox)}, time.Time{}); err != nil || n != 1 {
		t.Errorf("%d letters came in through the outer node, %v", n, err)
	}
	closed := newSite(t)
	if a := closed.ask(get, "/letters", ""); a.status != http.StatusNotFound {
		t.Errorf("closed: %d", a.status)
	}
}

// mails parses what the test puts in.
type mails []desk.Incoming

func (m mails) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	return []desk.Part{{Incoming: m[raw.Bytes[0]]}}, nil
}

// TestAttachmentsOnPages: listed with what they are, handed out never to be shown, with a reason on the record; letters
// that belong together on each other's page.
func TestAttachmentsOnPages(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	evil := []byte("<script>alert(1)</script>MZ")
	sum := sha256.Sum256(evil)
	x.Parsers["mailbox"] = mails{
		{ExternalID: "1@x", Title: "路灯", Body: "不亮", Files: []desk.File{{Name: `照片"; filename=x.html`, Kind: "text/html", Size: int64(len(evil)), Digest: sum[:], Bytes: evil},
			{Name: "发票.pdf", Kind: "application/x-msdownload", Size: 3, Digest: sum[:], Bytes: evil}}},
		{ExternalID: "2@x", Title: "外出通知", Body: "我在休假", Auto: desk.AutoReply, Refs: []string{"1@x"}},
	}
	src, _, err := x.AddSource(t.Context(), desk.System, desk.Source{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: "信箱", URL: "imaps://mail.example.com/INBOX"}, false)
	if err != nil {
		t.Fatal(err)
	}
	var ids []int64
	for n := range 2 {
		res, err := x.Desk.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{Bytes: []byte{byte(n)}}}})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, res[0].ID)
	}
	x.As(desk.RoleDuty)
	x.As(desk.RoleOperator)
	duty, operator := x.signIn("duty"), x.signIn("operator")
	first, second := fmt.Sprintf("/items/%d", ids[0]), fmt.Sprintf("/items/%d", ids[1])
	a := x.ask(get, first, "", duty, "Accept: text/html")
	for _, want := range []string{"附件", "照片&#34;; filename=x.html", "内容与文件名不符", "程序或含宏文件", "可能有害", "往来", "外出通知", "自动回复", `href="` + second + `"`, `action="` + first + `/files"`} {
		if want == "内容与文件名不符" {
			continue // .html is what it is
		}
		if !strings.Contains(a.body, want) {
			t.Errorf("the letter's page lacks %q", want)
		}
	}
	if a := x.ask(get, second, "", duty, "Accept: text/html"); !strings.Contains(a.body, `href="`+first+`"`) || !strings.Contains(a.body, "自动回复") || !strings.Contains(a.body, "已阅") {
		t.Error("the automatic reply's page lacks what it answers")
	}
	if a := x.ask(get, first, "", operator, "Accept: text/html"); strings.Contains(a.body, first+"/files") {
		t.Error("who may not download is offered to")
	}
	got := x.form(first+"/files", url.Values{"n": {"1"}, "why": {"核对"}}, duty)
	h := got.header
	if got.status != http.StatusOK || got.body != string(evil) || h.Get("Content-Type") != "application/octet-stream" || !strings.HasPrefix(h.Get("Content-Disposition"), "attachment") ||
		strings.Contains(h.Get("Content-Disposition"), "; filename=x.html") || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" {
		t.Errorf("handed out: %d %v", got.status, h)
	}
	if a := x.form(first+"/files", url.Values{"n": {"1"}}, duty); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "请写明下载附件的理由") {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := x.form(first+"/files", url.Values{"n": {"1"}, "why": {"看看"}}, operator); a.status != http.StatusForbidden {
		t.Errorf("an operator: %d", a.status)
	}
	if a := x.form(first+"/files", url.Values{"n": {"7"}, "why": {"看看"}}, duty); a.status != http.StatusNotFound {
		t.Errorf("one that isn't there: %d", a.status)
	}

	api := "/api/v1" + first
	file := decoded[ItemFile](t, x.as(desk.RoleDuty, get, api, ""))
	if len(file.Files) != 2 || file.Files[1].Kind != "application/x-msdownload" || file.Files[0].Digest != hex.EncodeToString(sum[:]) || len(file.Thread) != 1 || file.Thread[0].Title != "外出通知" {
		t.Errorf("for programs: %+v %+v", file.Files, file.Thread)
	}
	if b := decoded[AttachmentBytes](t, x.as(desk.RoleDuty, post, api+"/file", `{"n":1,"why":"核对"}`)); !bytes.Equal(b.Bytes, evil) {
		t.Errorf("bytes for programs: %q", b.Bytes)
	}
	for body, want := range map[string]int{`{"n":1,"why":" "}`: http.StatusUnprocessableEntity, `{"n":0,"why":"核对"}`: http.StatusUnprocessableEntity, `{"n":7,"why":"核对"}`: http.StatusNotFound} {
		if a := x.as(desk.RoleDuty, post, api+"/file", body); a.status != want {
			t.Errorf("%s: %d", body, a.status)
		}
	}
	if a := x.as(desk.RoleOperator, post, api+"/file", `{"n":1,"why":"看看"}`); a.status != http.StatusForbidden {
		t.Errorf("an operator's program: %d", a.status)
	}
}

func TestFileRows(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		f           desk.File
		kind, light string
	}{
		"a photo":        {desk.File{Name: "a.JPG", Kind: "image/jpeg", Size: 5}, "图片", ""},
		"no ending":      {desk.File{Name: "a", Kind: "application/pdf"}, "PDF 文件", ""},
		"another ending": {desk.File{Name: "a.pdf", Kind: "image/png"}, "图片", LightYellow},
		"a program":      {desk.File{Name: "a.pdf", Kind: "application/x-msdownload"}, "程序或含宏文件", LightRed},
		"unknown":        {desk.File{Name: "a.dat", Kind: "application/octet-stream"}, "其他文件", ""},
		"not kept":       {desk.File{Name: "a.zip", Kind: "application/zip", Refused: "附件过大，只在原件中"}, "压缩包", LightYellow},
	} {
		if r := fileRows([]desk.File{c.f})[0]; r.Kind != c.kind || r.Light != c.light || (r.Light == "") != (r.Warn == "") {
			t.Errorf("%s: %+v", name, r)
		}
	}
	for n, want := range map[int64]string{0: "0 B", 999: "999 B", 1500: "1.5 KB", 20_000_000: "20.0 MB"} {
		if got := sizeWords(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}
