package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// lineShares parses a raw into one item for each line, with its share of the bytes unless
// the raw says that it has none.
type lineShares struct{}

func (lineShares) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) (parts []desk.Part, err error) {
	for line := range strings.Lines(string(raw.Bytes)) {
		p := desk.Part{Incoming: desk.Incoming{ExternalID: line, Title: strings.TrimSpace(line)}}
		if !strings.Contains(string(raw.Bytes), "不分") {
			p.Bytes = []byte(line)
		}
		parts = append(parts, p)
	}
	return parts, nil
}

// TestDownloadOriginal: an item's bytes as they were received, or its share of them and
// nobody else's, for a reason on the record.
func TestDownloadOriginal(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Parsers["mailbox"], o.Parsers["sheet"] = letters{{ExternalID: "1@x", Title: "路灯", Body: "不亮"}}, lineShares{}
	receive := func(kind, b string) (ids []int64) {
		t.Helper()
		src, _, err := o.AddSource(t.Context(), desk.System, desk.Source{Kind: kind, Channel: desk.ChannelMailbox, Name: fmt.Sprintf("%s %x", kind, b), URL: "imaps://mail.example.com/INBOX"}, false)
		if err != nil {
			t.Fatal(err)
		}
		res, err := o.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{ContentType: "message/rfc822", Bytes: []byte(b)}}})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range res {
			ids = append(ids, r.ID)
		}
		return ids
	}
	mail := receive("mailbox", "\x00原件 13912344471")[0]
	lines, together := receive("sheet", "一\n二\n"), receive("sheet", "不分三\n四\n")
	duty := o.As(desk.RoleDuty)
	for what, c := range map[string]struct {
		id          int64
		kind, bytes string
	}{"a letter": {mail, "message/rfc822", "\x00原件 13912344471"}, "the second of two": {lines[1], "", "二\n"}} {
		got, err := o.DownloadOriginal(t.Context(), duty, c.id, "核对")
		if err != nil || got.ContentType != c.kind || string(got.Bytes) != c.bytes || len(got.Digest) != 32 {
			t.Errorf("%s: %q %q %v", what, got.ContentType, got.Bytes, err)
		}
	}
	for what, c := range map[string]struct {
		role desk.Role
		id   int64
		why  string
		code desk.Code
	}{"no right": {desk.RoleOperator, mail, "x", desk.CodeForbidden}, "a system administrator": {desk.RoleSysadmin, mail, "x", desk.CodeForbidden}, "no reason": {desk.RoleDuty, mail, " ", desk.CodeInvalid},
		"others' words with it": {desk.RoleDuty, together[0], "x", desk.CodeConflict}, "not there": {desk.RoleDuty, 999, "x", desk.CodeNotFound}} {
		if got, err := o.DownloadOriginal(t.Context(), o.As(c.role), c.id, c.why); desk.CodeOf(err) != c.code || got.Bytes != nil {
			t.Errorf("%s: %q %v", what, got.Bytes, err)
		}
	}
	f, err := o.Desk.Item(t.Context(), duty, mail)
	if err != nil {
		t.Fatal(err)
	}
	var on []desk.Event
	for _, e := range f.Events {
		if e.Type == "item.original" {
			on = append(on, e)
		}
	}
	if len(on) != 1 || on[0].Why != "核对" || on[0].ActorID != duty.PersonID {
		t.Errorf("on the record: %+v", on)
	}
}
