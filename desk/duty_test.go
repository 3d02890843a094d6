package desk_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/desktest/corpus"
)

// call is a whole telephone record.
func call() desk.Incoming {
	limit := desktest.Start.Add(40 * time.Hour)
	return desk.Incoming{ExternalID: "duty-1", Body: "19时40分，清水路一处厂房起火，2人受伤。", Author: desk.Author{Name: "周敏", Phone: "13900001234"},
		Picked: map[string]string{desk.FieldUrgency: desk.UrgencyUrgent},
		Extra: &desk.Extra{Duty: &desk.Duty{Form: desk.DutyCall, Unit: " 清水区政府办 ", Post: "副主任", Told: []string{"市委办公室", "", "市委办公室", "省应急管理厅"},
			Recorder: "冒名", At: desktest.Start.Add(-20 * time.Minute).In(time.FixedZone("", 8*3600)), Limit: &limit}}}
}

func TestLogDuty(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	who := o.As(desk.RoleDuty)
	res, err := o.LogDuty(t.Context(), who, call())
	if err != nil || res.Status != desk.StatusCreated {
		t.Fatalf("%+v, %v", res, err)
	}
	if again, err := o.LogDuty(t.Context(), who, call()); err != nil || again.ID != res.ID || again.Status != desk.StatusDuplicate {
		t.Errorf("twice: %+v, %v", again, err)
	}
	f, err := o.Desk.Item(t.Context(), who, res.ID)
	if err != nil {
		t.Fatal(err)
	}
	it := f.Item
	d := it.Extra.Duty
	if it.Channel != desk.ChannelDuty || d.Recorder != who.Name || d.Unit != "清水区政府办" || strings.Join(d.Told, " ") != "市委办公室 省应急管理厅" || it.Limit() == nil || !it.Limit().Equal(desktest.Start.Add(40*time.Hour)) ||
		it.Verdict == nil || it.Verdict.Urgency != desk.UrgencyUrgent {
		t.Errorf("%+v %+v %+v", it, d, it.Verdict)
	}
	if it.Author.Name != "周*" || it.Author.Phone != "139****1234" {
		t.Errorf("not masked: %+v", it.Author)
	}
	logged := false
	for _, e := range f.Events {
		if e.Type == "item.logged" {
			logged = e.ActorID == who.PersonID && e.Late() && e.ActedAt.Equal(d.At)
		}
	}
	if !logged {
		t.Errorf("the record doesn't say who took it and when: %+v", f.Events)
	}
	var raw desk.Raw
	if err := o.Store.InTx(t.Context(), func(tx desk.Tx) (err error) { raw, _, err = tx.LockRaw(t.Context(), it.RawID); return err }); err != nil {
		t.Fatal(err)
	}
	parts, err := desk.DutyParser{}.Parse(desk.Source{}, raw, nil)
	if err != nil || len(parts) != 1 || !bytes.Equal(parts[0].Incoming.Digest(), it.Digest) {
		t.Errorf("the raw reads as %+v, %v", parts, err)
	}
	if _, err := o.LogDuty(t.Context(), o.As(desk.RoleOperator), call()); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("an operator: %v", err)
	}
}

func TestDutyRefusals(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	early := desktest.Start.Add(-time.Hour)
	for name, c := range map[string]struct {
		field string
		spoil func(*desk.Incoming)
	}{
		"no form":        {"form", func(in *desk.Incoming) { in.Extra = nil }},
		"another form":   {"form", func(in *desk.Incoming) { in.Extra.Duty.Form = "闲聊" }},
		"no unit":        {"unit", func(in *desk.Incoming) { in.Extra.Duty.Unit = " " }},
		"no words":       {"body", func(in *desk.Incoming) { in.Body = "\n" }},
		"no title":       {"title", func(in *desk.Incoming) { in.Extra.Duty.Form = desk.DutyOrder }},
		"the future":     {"at", func(in *desk.Incoming) { in.Extra.Duty.At = desktest.Start.Add(time.Hour) }},
		"long ago":       {"at", func(in *desk.Incoming) { in.Extra.Duty.At = time.Date(1066, 10, 14, 9, 0, 0, 0, time.UTC) }},
		"a limit before": {"limit", func(in *desk.Incoming) { in.Extra.Duty.Limit = &early }},
		"many told": {"told", func(in *desk.Incoming) {
			in.Extra.Duty.Told = strings.Split(strings.Repeat("甲,乙,丙,", 1)+"1,2,3,4,5,6,7,8,9,10,11,12,13,14,15,16,17,18", ",")
		}},
		"a long post": {"post", func(in *desk.Incoming) { in.Extra.Duty.Post = strings.Repeat("长", desk.MaxDutyLine+1) }},
		"a NUL":       {"number", func(in *desk.Incoming) { in.Extra.Duty.Number = "1\x00" }},
		"urgency":     {"urgency", func(in *desk.Incoming) { in.Picked[desk.FieldUrgency] = "火急" }},
	} {
		in := call()
		c.spoil(&in)
		_, err := o.LogDuty(t.Context(), o.As(desk.RoleDuty), in)
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != desk.CodeInvalid || e.Field != c.field {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDuty(f *testing.F) {
	whole, err := json.Marshal(call())
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Add([]byte(`{"Title":"甲","Extra":{"duty":{"form":"来文","unit":"乙","at":"2026-11-20T12:00:00Z","limit":null}}}`))
	for _, x := range corpus.Texts(f, 5) {
		b, err := json.Marshal(map[string]string{"Title": x.Title, "Body": x.Body})
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		parts, err := desk.DutyParser{}.Parse(desk.Source{}, desk.Raw{Bytes: b}, time.UTC)
		if err != nil {
			return
		}
		for _, p := range parts {
			if p.Err == nil && p.Incoming.Check() == nil && len(p.Incoming.Digest()) != 32 {
				t.Error("no digest")
			}
		}
	})
}
