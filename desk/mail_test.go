package desk_test

import (
	"testing"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestOwnCopies: a letter under the office's own address is set aside only when it
// answers a letter that this mailbox has; whoever forges the address is read like anybody.
func TestOwnCopies(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Classifier = &reader{}
	o.Parsers["mailbox"] = letters{
		{ExternalID: "first@x", Title: "路灯", Body: "不亮"},
		{ExternalID: "ours@x", Title: "Re: 路灯", Body: "已派人维修", FromUs: true, Refs: []string{"unknown@x", "first@x"}},
		{ExternalID: "forged@x", Title: "举报", Body: "路灯采购有问题", FromUs: true},
		{ExternalID: "strange@x", Title: "Re: 举报", Body: "路灯采购有问题", FromUs: true, Refs: []string{"unknown@x"}},
		{ExternalID: "self@x", Title: "Re: 举报", Body: "自己答自己", FromUs: true, Refs: []string{"self@x", "twin@x"}},
		{ExternalID: "twin@x", Title: "举报", Body: "自己答自己", FromUs: true},
		{ExternalID: "machine@x", Title: "自动回复", Body: "我在休假", FromUs: true, Auto: desk.AutoReply},
		{ExternalID: "bulk@x", Title: "Re: 路灯", Body: "已修好", FromUs: true, Auto: desk.AutoBulk, Refs: []string{"first@x"}},
		{ExternalID: "second@x", Title: "水管", Body: "破了"},
		{ExternalID: "together@x", Title: "Re: 水管", Body: "已派人", FromUs: true, Refs: []string{"second@x"}},
		{ExternalID: "sent@x", Title: "工作联系", Body: "请查收", FromUs: true, Auto: desk.AutoOwn}, // as the folder of what was sent says
	}
	add := func(name string) desk.Source {
		t.Helper()
		src, _, err := o.AddSource(t.Context(), desk.System, desk.Source{Kind: "mailbox", Channel: desk.ChannelMailbox, Name: name, URL: "imaps://mail.example.com/" + name}, false)
		if err != nil {
			t.Fatal(err)
		}
		return src
	}
	src, other := add("信箱"), add("别的信箱")
	receive := func(src desk.Source, ns ...byte) (ids []int64) {
		t.Helper()
		var raws []desk.Raw
		for _, n := range ns {
			raws = append(raws, desk.Raw{Bytes: []byte{n}})
		}
		res, err := o.Receive(t.Context(), src, desk.Batch{Raws: raws})
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range res {
			ids = append(ids, r.ID)
		}
		return ids
	}
	want := func(what string, id int64, auto string) {
		t.Helper()
		f, err := o.Desk.Item(t.Context(), o.As(desk.RoleDuty), id)
		if err != nil {
			t.Fatal(err)
		}
		settled := auto == desk.AutoOwn || auto == desk.AutoReply
		if it := f.Item; it.Auto != auto || (it.State == desk.ItemSettled) != settled || (it.Verdict.Kind == "") != settled {
			t.Errorf("%s: auto %q, %s, %+v", what, it.Auto, it.State, it.Verdict)
		}
	}
	receive(src, 0)
	ids := receive(src, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	for i, c := range []struct{ what, auto string }{{"an answer of ours", desk.AutoOwn}, {"forged", ""}, {"answers nothing we have", ""}, {"answers itself and its like", ""}, {"its like", ""},
		{"a machine's", desk.AutoReply}, {"an answer of ours by a program", desk.AutoOwn}, {"a letter", ""}, {"an answer that comes with its letter", desk.AutoOwn}, {"from the folder of what was sent", desk.AutoOwn}} {
		want(c.what, ids[i], c.auto)
	}
	want("answers a letter of another mailbox", receive(other, 1)[0], "")
}
