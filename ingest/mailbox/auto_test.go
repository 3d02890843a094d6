package mailbox

import (
	"slices"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

func TestAuto(t *testing.T) {
	t.Parallel()
	const own = "Letters@yunze.example.cn"
	for name, c := range map[string]struct{ header, want string }{
		"a letter":                     {"From: zhang@example.com\nSubject: 路灯不亮\nReturn-Path: <zhang@example.com>\n", ""},
		"standard mark":                {"From: a@example.com\nAuto-Submitted: auto-replied (vacation)\n", desk.AutoReply},
		"marked as written by hand":    {"From: a@example.com\nAuto-Submitted: no\n", ""},
		"a form of a website":          {"From: form@example.com\nAuto-Submitted: auto-generated\n", desk.AutoBulk},
		"X-Autoreply":                  {"From: a@example.com\nX-Autoreply: yes\n", desk.AutoReply},
		"X-Autoreply said no":          {"From: a@example.com\nX-Autoreply: no\n", ""},
		"precedence":                   {"From: a@example.com\nPrecedence: auto_reply\n", desk.AutoReply},
		"bulk":                         {"From: a@example.com\nPrecedence: Bulk\n", desk.AutoBulk},
		"a list":                       {"From: a@example.com\nReturn-Path: <>\nPrecedence: list\nList-Id: <x.example.com>\n", desk.AutoBulk},
		"nobody to answer":             {"From: a@example.com\nReturn-Path: <>\n", desk.AutoReply},
		"nobody to answer, with blank": {"From: a@example.com\nReturn-Path: < >\n", desk.AutoReply},
		"by its subject":               {"From: a@example.com\nSubject: =?utf-8?B?6Ieq5Yqo5Zue5aSNOui3r+eBr+S4jeS6rg==?=\n", desk.AutoReply},
		"about one":                    {"From: a@example.com\nSubject: 投诉贵局的自动回复\n", ""},
		"answering one":                {"From: a@example.com\nSubject: Re: 自动回复：路灯不亮\n", ""},
		"a bounce":                     {"From: MAILER-DAEMON@mx.example.com\nReturn-Path: <>\nSubject: Undelivered Mail\n", desk.AutoBounce},
		"a report":                     {"From: mx@example.com\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n", desk.AutoBounce},
		"a receipt":                    {"From: a@example.com\nContent-Type: multipart/report; report-type=disposition-notification; boundary=b\n", desk.AutoReply},
		"failed recipients":            {"From: mx@example.com\nX-Failed-Recipients: b@example.com\n", desk.AutoBounce},
		"own address proves nothing":   {"From: 市长信箱 <letters@YUNZE.example.cn>\n", ""},
		"a form under our own address": {"From: letters@yunze.example.cn\nAuto-Submitted: auto-generated\n", desk.AutoBulk},
		"own words back":               {"From: a@example.com\nX-Loop: letters@yunze.example.cn\n", desk.AutoReply},
		"somebody else's loop":         {"From: a@example.com\nX-Loop: other@example.com\n", ""},
	} {
		h, _ := split([]byte(c.header + "\n正文\n"))
		if got := auto(own, h); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

// TestOurs: a letter under the mailbox's own address is our own only where the account
// keeps what it sent; who else is to be answered is its author.
func TestOurs(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		own, header  string
		sent, fromUs bool
		auto, author string
	}{
		"a letter":                   {"", "From: 张三 <zhang@example.com>\nReply-To: li@example.com\n", false, false, "", "张三"},
		"in the inbox":               {"", "From: 市长信箱 <LETTERS@yunze.example.cn>\n", false, true, "", "市长信箱"},
		"in the folder of sent ones": {"", "From: 市长信箱 <letters@yunze.example.cn>\n", true, true, desk.AutoOwn, "市长信箱"},
		"a letter filed there":       {"", "From: zhang@example.com\n", true, false, "", "zhang@example.com"},
		"a form":                     {"", "From: letters@yunze.example.cn\nReply-To: =?utf-8?B?5byg5LiJ?= <citizen@example.com>\n", false, false, "", "张三"},
		"a form, kept as sent":       {"", "From: letters@yunze.example.cn\nReply-To: citizen@example.com\n", true, false, "", "citizen@example.com"},
		"a form that says so":        {"", "From: letters@yunze.example.cn\nReply-To: citizen@example.com\nAuto-Submitted: auto-generated\n", false, false, desk.AutoBulk, "citizen@example.com"},
		"both to be answered":        {"", "From: letters@yunze.example.cn\nReply-To: \"Letters, the\" <Letters@yunze.example.cn>, citizen@example.com\n", false, false, "", "citizen@example.com"},
		"ourselves to be answered":   {"", "From: letters@yunze.example.cn\nReply-To: letters@yunze.example.cn\n", false, true, "", "letters@yunze.example.cn"},
		"nobody to be answered":      {"", "From: letters@yunze.example.cn\nReply-To:\n", false, true, "", "letters@yunze.example.cn"},
		"a user name, no address":    {"letters", "From: letters@yunze.example.cn\n", true, false, "", "letters@yunze.example.cn"},
		"a machine of ours":          {"", "From: letters@yunze.example.cn\nAuto-Submitted: auto-replied\n", true, true, desk.AutoReply, "letters@yunze.example.cn"},
	} {
		own := c.own
		if own == "" {
			own = "Letters@yunze.example.cn"
		}
		parts, err := Parser{}.Parse(desk.Source{Username: own}, rawOf(note{UIDValidity: 1, UID: 1, Sent: c.sent}, []byte(c.header+"Subject: x\n\n正文\n")), zone(t))
		if err != nil {
			t.Fatal(err)
		}
		if in := parts[0].Incoming; in.Auto != c.auto || in.FromUs != c.fromUs || in.Author.Name != c.author {
			t.Errorf("%s: %q, from us %v, author %q", name, in.Auto, in.FromUs, in.Author.Name)
		}
	}
}

func TestRefs(t *testing.T) {
	t.Parallel()
	raw := "From: a@example.com\nMessage-ID: <3@example.com>\nIn-Reply-To: <2@example.com> (of yesterday)\nReferences: <1@example.com>\n\t<2@example.com> <3@example.com> <>\nSubject: Re: x\n\n正文\n"
	in := parsed(t, raw)
	if want := []string{"2@example.com", "1@example.com"}; !slices.Equal(in.Refs, want) {
		t.Errorf("%q, want %q", in.Refs, want)
	}
	long := strings.Repeat("x", 300) + "@example.com"
	in = parsed(t, "From: a@b\nIn-Reply-To: <"+long+">\nSubject: x\n\n正文\n")
	if len(in.Refs) != 1 || in.Refs[0] != parsed(t, "From: a@b\nMessage-ID: <"+long+">\nSubject: x\n\n正文\n").ExternalID {
		t.Errorf("a long name isn't found again: %q", in.Refs)
	}
	bounce := "From: MAILER-DAEMON@mx.example.com\nSubject: failed\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\n没有送达\n--b\nContent-Type: message/delivery-status\n\nStatus: 5.1.1\n" +
		"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: <ours@example.com>\nSubject: 答复\n\n--b--\n"
	if in = parsed(t, bounce); !slices.Equal(in.Refs, []string{"ours@example.com"}) || in.Auto != desk.AutoBounce {
		t.Errorf("a bounce: %q %q", in.Refs, in.Auto)
	}
}

func parsed(t *testing.T, raw string) desk.Incoming {
	t.Helper()
	parts, err := Parser{}.Parse(desk.Source{Username: "letters@yunze.example.cn"}, desk.Raw{Bytes: []byte(raw)}, zone(t))
	if err != nil || len(parts) != 1 {
		t.Fatalf("%v", err)
	}
	return parts[0].Incoming
}

func FuzzAuto(f *testing.F) {
	f.Add("From: a@example.com\nAuto-Submitted: auto-replied\nReferences: <a> <b\n", "own@example.com")
	for _, b := range corpus.Files(f, "mail/enmime/testdata/mail/*.raw", "mail/enmime/dsn/testdata/*") {
		f.Add(string(b), "own@example.com")
	}
	f.Fuzz(func(t *testing.T, raw, own string) {
		h, _ := split([]byte(raw))
		_ = auto(own, h)
		for _, r := range refs(h, "") {
			if r == "" || len(r) > desk.MaxExternalID*4 {
				t.Errorf("reference %q", r)
			}
		}
	})
}
