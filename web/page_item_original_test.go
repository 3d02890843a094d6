package web

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"huiying/desk"
)

// TestItemOriginal: what an item came as is handed out as a file, with a reason, to those
// who may see personal data; it is on the item's record.
func TestItemOriginal(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.Parsers["mailbox"] = mails{{ExternalID: "1@x", Title: "路灯", Body: "不亮", Files: []desk.File{{Name: "大.zip", Kind: "application/zip", Size: 1 << 30, Refused: "附件过大，只在原件中"}}}}
	src, _, err := x.AddSource(t.Context(), desk.System, desk.Source{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: "信箱", URL: "imaps://mail.example.com/INBOX"}, false)
	if err != nil {
		t.Fatal(err)
	}
	evil := []byte("\x00<script>alert(1)</script>13912344471")
	res, err := x.Desk.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "message/rfc822", Bytes: evil}}})
	if err != nil {
		t.Fatal(err)
	}
	x.As(desk.RoleDuty)
	x.As(desk.RoleOperator)
	duty, operator := x.signIn("duty"), x.signIn("operator")
	at := fmt.Sprintf("/items/%d", res[0].ID)
	if a := x.ask(get, at, "", duty, "Accept: text/html"); !strings.Contains(a.body, `action="`+at+`/original"`) || !strings.Contains(a.body, "下载原件") {
		t.Error("the page doesn't offer the original")
	}
	if a := x.ask(get, at, "", operator, "Accept: text/html"); strings.Contains(a.body, at+"/original") {
		t.Error("who may not download is offered to")
	}
	got := x.form(at+"/original", url.Values{"why": {"大附件要看"}}, duty)
	h := got.header
	if got.status != http.StatusOK || got.body != string(evil) || h.Get("Content-Type") != "application/octet-stream" || h.Get("Content-Disposition") != fmt.Sprintf("attachment; filename=item-%d.eml", res[0].ID) ||
		h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Content-Security-Policy") != "default-src 'none'; sandbox" || h.Get("Cache-Control") != "private, no-store" {
		t.Errorf("handed out: %d %q %v", got.status, got.body, h)
	}
	if a := x.form(at+"/original", url.Values{"why": {" "}}, duty); a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, "请写明下载原件的理由") || !strings.Contains(a.body, `href="#f-original-why"`) {
		t.Errorf("without a reason: %d", a.status)
	}
	if a := x.form(at+"/original", url.Values{"why": {"看看"}}, operator); a.status != http.StatusForbidden || strings.Contains(a.body, "13912344471") {
		t.Errorf("an operator: %d", a.status)
	}
	if a := x.form("/items/999/original", url.Values{"why": {"看看"}}, duty); a.status != http.StatusNotFound {
		t.Errorf("one that isn't there: %d", a.status)
	}
	api := "/api/v1" + at + "/original"
	sum := sha256.Sum256(evil)
	if b := decoded[OriginalBytes](t, x.as(desk.RoleDuty, post, api, `{"why":"核对"}`)); !bytes.Equal(b.Bytes, evil) || b.Digest != hex.EncodeToString(sum[:]) || b.ContentType != "message/rfc822" {
		t.Errorf("for programs: %+v", b)
	}
	for role, want := range map[desk.Role]int{desk.RoleDuty: http.StatusUnprocessableEntity, desk.RoleOperator: http.StatusForbidden} {
		if a := x.as(role, post, api, `{"why":""}`); a.status != want {
			t.Errorf("%s: %d", role, a.status)
		}
	}
	if a := x.ask(get, at, "", duty, "Accept: text/html"); strings.Count(a.body, "大附件要看") != 1 || !strings.Contains(a.body, "核对") {
		t.Error("the record doesn't say who had it, and why")
	}
}

func TestOriginalEnding(t *testing.T) {
	t.Parallel()
	for want, o := range map[string]desk.Original{".eml": {ContentType: "Message/RFC822; x=y", Bytes: []byte("{")}, ".xml": {ContentType: "application/rss+xml"}, ".json": {Bytes: []byte("[]")},
		".txt": {ContentType: "text/html", Bytes: []byte("<p>")}, ".bin": {Bytes: []byte{0xff}}} {
		if got := originalEnding(o); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}
