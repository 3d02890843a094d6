package desk_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// write fills in a form as somebody does who takes a minute.
func write(t *testing.T, o *desktest.Office, f desk.LetterForm) desk.LetterForm {
	t.Helper()
	var err error
	if f.Token, err = o.NewLetterForm(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Clock.Move(time.Minute)
	return f
}

// other is a letter that isn't this one.
func other(c byte) string {
	if c == 'X' {
		return "Y"
	}
	return "X"
}

func send(t *testing.T, o *desktest.Office, f desk.LetterForm) string {
	t.Helper()
	code, err := o.SendLetter(t.Context(), write(t, o, f))
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// newest is the item that came in last, as somebody sees it.
func newest(t *testing.T, o *desktest.Office, who desk.Actor) desk.Item {
	t.Helper()
	list, err := o.Items(t.Context(), who, desk.ItemFilter{Page: desk.Page{Limit: 1, Newest: true}})
	if err != nil || len(list) != 1 {
		t.Fatalf("%d items, %v", len(list), err)
	}
	return list[0]
}

func TestLetterBox(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	var log bytes.Buffer
	o.Log = slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	f := write(t, o, desk.LetterForm{Title: "清水路路灯不亮", Words: "已经三天了。\r\n请修一修。", Name: "郑小明", Phone: "13812344471", Place: "云泽区"})
	code, err := o.SendLetter(t.Context(), f)
	if err != nil {
		t.Fatal(err)
	}
	if again, err := o.SendLetter(t.Context(), f); err != nil || again != code {
		t.Errorf("the same form again gives %s, %v", again, err)
	}
	it := newest(t, o, o.As(desk.RoleDuty))
	if it.Channel != desk.ChannelMailbox || it.Source != desk.LetterSource || it.Title != f.Title || it.Body != "已经三天了。\n请修一修。" || it.Author.Phone != "138****4471" || it.Version != 1 {
		t.Errorf("the item is %+v", it)
	}
	shown := desk.FormatCode(code)
	state := func() desk.LetterState {
		t.Helper()
		st, err := o.LetterByCode(t.Context(), shown)
		if err != nil {
			t.Fatal(err)
		}
		return st
	}
	if st := state(); st.State != "received" || st.Reply != nil {
		t.Errorf("at first: %+v", st)
	}
	if _, err := o.SettleItem(t.Context(), o.As(desk.RoleDuty), it.ID, true, ""); err != nil {
		t.Fatal(err)
	}
	if st := state(); st.State != "read" {
		t.Errorf("read: %+v", st)
	}
	if _, err := o.AnswerLetter(t.Context(), o.As(desk.RoleOperator), it.ID, 0, "修好了"); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an operator answers: %v", err)
	}
	if _, err := o.AnswerLetter(t.Context(), o.As(desk.RoleDuty), it.ID, 0, " "); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("an empty reply: %v", err)
	}
	for v, body := range []string{"修好了", "昨晚修好了"} {
		if r, err := o.AnswerLetter(t.Context(), o.As(desk.RoleDuty), it.ID, v, body); err != nil || r.Version != v+1 {
			t.Errorf("version %d: %+v %v", v+1, r, err)
		}
	}
	if _, err := o.AnswerLetter(t.Context(), o.As(desk.RoleShiftLead), it.ID, 1, "我也写"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("two at once: %v", err)
	}
	if st := state(); st.State != "answered" || st.Reply == nil || st.Reply.Body != "昨晚修好了" || st.Reply.Person != "" {
		t.Errorf("answered: %+v", st)
	}
	file, err := o.Desk.Item(t.Context(), o.As(desk.RoleDuty), it.ID)
	if err != nil || len(file.Replies) != 2 {
		t.Errorf("%d versions of the reply, %v", len(file.Replies), err)
	}
	replied := 0
	for _, e := range file.Events {
		if e.Type == "item.replied" {
			replied++
			if strings.Contains(string(e.Data), "修好") {
				t.Error("the reply's words are on the record")
			}
		}
	}
	if replied != 2 {
		t.Errorf("%d replies on the record", replied)
	}
	if _, err := o.AnswerLetter(t.Context(), o.As(desk.RoleDuty), o.Push(desk.Incoming{ExternalID: "x", Title: "来电"})[0].ID, 0, "好"); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("a call is answered in public: %v", err)
	}
	for _, secret := range []string{code, "4471", "郑小明", f.Token, "路灯"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

func TestLetterForms(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	good := desk.LetterForm{Title: "标题", Words: "内容"}
	for name, c := range map[string]struct {
		change func(*desk.LetterForm)
		field  string
	}{
		"no title":   {func(f *desk.LetterForm) { f.Title = "  " }, "title"},
		"no words":   {func(f *desk.LetterForm) { f.Words = "" }, "words"},
		"too long":   {func(f *desk.LetterForm) { f.Words = strings.Repeat("长", desk.MaxLetterWords+1) }, "words"},
		"a machine":  {func(f *desk.LetterForm) { f.Trap = "http://spam.example.com" }, "website"},
		"NUL":        {func(f *desk.LetterForm) { f.Name = "a\x00" }, "name"},
		"no UTF-8":   {func(f *desk.LetterForm) { f.Place = "\xff" }, "place"},
		"no token":   {func(f *desk.LetterForm) { f.Token = "" }, ""},
		"own token":  {func(f *desk.LetterForm) { f.Token = "A.B.C" }, ""},
		"its forger": {func(f *desk.LetterForm) { f.Token = other(f.Token[0]) + f.Token[1:] }, ""},
	} {
		f := write(t, o, good)
		c.change(&f)
		_, err := o.SendLetter(t.Context(), f)
		e, ok := err.(*desk.Error)
		if !ok || e.Code != desk.CodeInvalid || e.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
	f := good
	var err error
	if f.Token, err = o.NewLetterForm(t.Context()); err != nil {
		t.Fatal(err)
	}
	o.Clock.Move(time.Second)
	if _, err := o.SendLetter(t.Context(), f); desk.CodeOf(err) != desk.CodeInvalid || desk.LetterFormLost(err) {
		t.Errorf("sent within a second: %v", err)
	}
	o.Clock.Move(48 * time.Hour)
	if _, err := o.SendLetter(t.Context(), f); !desk.LetterFormLost(err) {
		t.Errorf("sent two days later: %v", err)
	}
	if list, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{}); err != nil || len(list) != 0 {
		t.Errorf("%d letters came in, %v", len(list), err)
	}
}

// TestLetterPressedManyTimes: one letter, one code.
func TestLetterPressedManyTimes(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	f := write(t, o, desk.LetterForm{Title: "标题", Words: "内容"})
	var wg sync.WaitGroup
	codes := make([]string, 6)
	for i := range codes {
		wg.Go(func() {
			for range 5 { // two that come at the same instant may be asked to try again
				code, err := o.SendLetter(context.WithoutCancel(t.Context()), f)
				if err == nil {
					codes[i] = code
					return
				}
				if desk.CodeOf(err) != desk.CodeConflict {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	for _, c := range codes {
		if c != codes[0] || c == "" {
			t.Errorf("codes %q", codes)
			break
		}
	}
	if list, err := o.Items(t.Context(), o.As(desk.RoleDuty), desk.ItemFilter{}); err != nil || len(list) != 1 || list[0].Version != 1 {
		t.Errorf("%d letters, %v", len(list), err)
	}
}

func TestAnonymousAndSealed(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	send(t, o, desk.LetterForm{Title: "匿名的信", Words: "内容", Name: "郑小明", Phone: "13812344471", Anonymous: true})
	it := newest(t, o, o.As(desk.RoleDuty))
	r, err := o.RevealItem(t.Context(), o.As(desk.RoleDuty), it.ID, "核对")
	if err != nil || r.Author != (desk.Author{}) {
		t.Errorf("an anonymous letter's writer: %+v, %v", r.Author, err)
	}
	send(t, o, desk.LetterForm{Title: "举报某公司偷排", Words: "夜里往河里排水", Name: "郑小明", Sealed: true})
	for _, role := range []desk.Role{desk.RoleDuty, desk.RoleDispatcher, desk.RoleShiftLead} {
		if got := newest(t, o, o.As(role)); got.Title != "举报某公司偷排" || !got.Sealed {
			t.Errorf("%s sees %q", role, got.Title)
		}
	}
	for _, role := range []desk.Role{desk.RoleOperator, desk.RoleInspector, desk.RolePress, desk.RoleLeader} {
		who := o.As(role)
		got := newest(t, o, who)
		if got.Title != desk.SealedTitle || got.Body != "" || got.Author != (desk.Author{}) || got.Verdict != nil {
			t.Errorf("%s sees %+v", role, got)
		}
		f, err := o.Desk.Item(t.Context(), who, got.ID)
		if err != nil || f.Item.Title != desk.SealedTitle || f.Item.Body != "" || len(f.Files)+len(f.Thread)+len(f.Replies) != 0 {
			t.Errorf("%s opens %+v, %v", role, f.Item, err)
		}
		for _, q := range []string{"偷排", "举报某公司偷排"} {
			if list, err := o.Items(t.Context(), who, desk.ItemFilter{Query: q}); err != nil || len(list) != 0 {
				t.Errorf("%s finds %d by %q, %v", role, len(list), q, err)
			}
			if n, err := o.CountItems(t.Context(), who, desk.ItemFilter{Query: q}, time.Time{}); err != nil || n != 0 {
				t.Errorf("%s counts %d by %q, %v", role, n, q, err)
			}
		}
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	code := send(t, o, desk.LetterForm{Title: "标题", Words: "内容"})
	for _, typed := range []string{code, desk.FormatCode(code), " " + code[:5] + "-" + code[5:] + " ", wide(code)} {
		if got, err := desk.ParseCode(typed); err != nil || got != code {
			t.Errorf("%q: %q %v", typed, got, err)
		}
	}
	for i := range code {
		for d := byte('0'); d <= '9'; d++ {
			if wrong := code[:i] + string(d) + code[i+1:]; d != code[i] {
				if _, err := desk.ParseCode(wrong); err == nil {
					t.Errorf("%s for %s isn't found", wrong, code)
				}
			}
		}
		if i > 0 && code[i] != code[i-1] {
			if _, err := desk.ParseCode(code[:i-1] + string(code[i]) + string(code[i-1]) + code[i+1:]); err == nil {
				t.Errorf("figures %d and %d of %s exchanged aren't found", i-1, i, code)
			}
		}
	}
	for _, bad := range []string{"", "12345", "abcdefghij", code + "1", "１２"} {
		if _, err := desk.ParseCode(bad); desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%q is let pass", bad)
		}
	}
	// A code that nobody has, with a right check digit.
	for n := 0; n < 100; n++ {
		other := string(rune('0'+n%10)) + code[1:9] + string(rune('0'+n/10))
		if _, err := desk.ParseCode(other); err == nil && other != code {
			if _, err := o.LetterByCode(t.Context(), other); desk.CodeOf(err) != desk.CodeNotFound {
				t.Errorf("%s: %v", other, err)
			}
			break
		}
	}
}

func wide(s string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '０' }, s)
}

func FuzzParseCode(f *testing.F) {
	f.Add("123 456 7890")
	f.Add("１２３")
	f.Fuzz(func(t *testing.T, s string) {
		code, err := desk.ParseCode(s)
		if err == nil && (len(code) != 10 || strings.Trim(code, "0123456789") != "") {
			t.Errorf("%q gives %q", s, code)
		}
	})
}

// letters parses raws of a test: each is an Incoming of its own.
type letters []desk.Incoming

func (l letters) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	return []desk.Part{{Incoming: l[raw.Bytes[0]]}}, nil
}

func TestMailThreadsAndFiles(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	sum := sha256.Sum256([]byte("照片"))
	photo := desk.File{Name: "照片.jpg", Kind: "image/jpeg", Size: 6, Digest: sum[:], Bytes: []byte("照片")}
	o.Parsers["mailbox"] = letters{
		{ExternalID: "reply@x", Title: "Re: 路灯", Body: "还没有修", Refs: []string{"first@x", "ours@x"}, Files: []desk.File{photo}},
		{ExternalID: "first@x", Title: "路灯", Body: "不亮", Files: []desk.File{photo, {Name: "大.zip", Kind: "application/zip", Size: 1 << 30, Refused: "附件过大，只在原件中"}}},
		{ExternalID: "auto@x", Title: "自动回复", Body: "我在休假", Auto: desk.AutoReply, Refs: []string{"ours@x"}},
		{ExternalID: "other@x", Title: "别的事", Body: "别的"},
		{ExternalID: "first@x", Title: "路灯", Body: "不亮了", Files: []desk.File{photo}},
	}
	src, _, err := o.AddSource(t.Context(), desk.System, desk.Source{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: "信箱", URL: "imaps://mail.example.com/INBOX"}, false)
	if err != nil {
		t.Fatal(err)
	}
	receive := func(n byte) desk.Result {
		t.Helper()
		res, err := o.Receive(t.Context(), src, desk.Batch{Raws: []desk.Raw{{Bytes: []byte{n}}}})
		if err != nil || len(res) != 1 {
			t.Fatal(res, err)
		}
		return res[0]
	}
	reply, first, auto, other := receive(0), receive(1), receive(2), receive(3) // the reply came before the letter
	duty := o.As(desk.RoleDuty)
	open := func(id int64) desk.ItemFile {
		t.Helper()
		f, err := o.Desk.Item(t.Context(), duty, id)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	thread := func(id int64) (ids []int64) {
		for _, it := range open(id).Thread {
			ids = append(ids, it.ID)
		}
		return ids
	}
	same := func(what string, got []int64, want ...int64) {
		t.Helper()
		if len(got) != len(want) {
			t.Errorf("%s: %v, want %v", what, got, want)
			return
		}
		for i := range got {
			if got[i] != want[i] {
				t.Errorf("%s: %v, want %v", what, got, want)
			}
		}
	}
	same("of the reply", thread(reply.ID), first.ID, auto.ID)
	same("of the letter", thread(first.ID), reply.ID)
	same("of the machine's answer", thread(auto.ID), reply.ID)
	same("of something else", thread(other.ID))
	if it := open(auto.ID).Item; it.State != desk.ItemSettled || it.Auto != desk.AutoReply {
		t.Errorf("an automatic reply is %q, %q", it.State, it.Auto)
	}
	if it := open(first.ID).Item; it.State != desk.ItemNew {
		t.Errorf("a letter is %q", it.State)
	}
	files := open(first.ID).Files
	if len(files) != 2 || files[0].Name != "照片.jpg" || !bytes.Equal(files[0].Digest, sum[:]) || files[1].Refused == "" {
		t.Fatalf("files %+v", files)
	}
	f, err := o.DownloadFile(t.Context(), duty, first.ID, 1, "核对照片 13812344471")
	if err != nil || string(f.Bytes) != "照片" {
		t.Errorf("%q, %v", f.Bytes, err)
	}
	for what, c := range map[string]struct {
		role desk.Role
		n    int
		why  string
		code desk.Code
	}{"no right": {desk.RoleOperator, 1, "x", desk.CodeForbidden}, "no reason": {desk.RoleDuty, 1, " ", desk.CodeInvalid}, "not kept": {desk.RoleDuty, 2, "x", desk.CodeConflict},
		"not there": {desk.RoleDuty, 9, "x", desk.CodeNotFound}} {
		if _, err := o.DownloadFile(t.Context(), o.As(c.role), first.ID, c.n, c.why); desk.CodeOf(err) != c.code {
			t.Errorf("%s: %v", what, err)
		}
	}
	var on []desk.Event
	for _, e := range open(first.ID).Events {
		if e.Type == "item.file" {
			on = append(on, e)
		}
	}
	if len(on) != 1 || strings.Contains(on[0].Why, "13812344471") || on[0].ActorID != duty.PersonID {
		t.Errorf("on the record: %+v", on)
	}
	if res := receive(4); res.Status != desk.StatusUpdated {
		t.Errorf("a changed letter is %s", res.Status)
	}
	if files := open(first.ID).Files; len(files) != 1 {
		t.Errorf("the new version has %d files", len(files))
	}
}
