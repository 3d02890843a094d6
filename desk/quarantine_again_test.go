package desk_test

import (
	"encoding/json"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// shares parses a JSON array of desk.Incoming, each with its own share of the raw,
// as feeds and letters have them.
type shares struct{}

func (shares) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	var all []json.RawMessage
	if err := json.Unmarshal(raw.Bytes, &all); err != nil {
		return nil, err
	}
	parts := make([]desk.Part, len(all))
	for i, b := range all {
		parts[i].Bytes = append(append([]byte("["), b...), ']')
		if err := json.Unmarshal(b, &parts[i].Incoming); err != nil {
			return nil, err
		}
	}
	return parts, nil
}

// A broken entry that stands in a feed for days is in quarantine once, and on the
// record once, though each new document brings it again.
func TestTheSameIsInQuarantineOnce(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Parsers["hotline"] = shares{}
	admin := o.As(desk.RoleSysadmin)
	var first int64
	for i, more := range []string{"一", "二", "三"} {
		res := o.Push(desk.Incoming{ExternalID: "bad"}, desk.Incoming{Title: "新的一条" + more})
		if res[0].Status != desk.StatusQuarantined || res[1].Status != desk.StatusCreated {
			t.Fatalf("%+v", res)
		}
		if i == 0 {
			first = res[0].ID
		} else if res[0].ID != first {
			t.Errorf("in quarantine again, as %d beside %d", res[0].ID, first)
		}
	}
	q, err := o.Quarantine(t.Context(), admin, "", desk.Page{})
	if err != nil || len(q) != 1 {
		t.Fatalf("%d in quarantine, %v", len(q), err)
	}
	events, err := o.Events(t.Context(), o.As(desk.RoleAuditor), desk.EventFilter{})
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	for _, e := range events {
		var data desk.BatchData
		if e.Subject.Kind == "batch" && json.Unmarshal(e.Data, &data) == nil {
			told += len(data.Items) - 1
		}
	}
	if told != 1 {
		t.Errorf("on the record %d times", told)
	}
	// Replayed as it is it still can't be read, and stays open.
	if res, err := o.MendQuarantined(t.Context(), admin, first, nil); err != nil || res[0].ID != first || res[0].Status != desk.StatusQuarantined {
		t.Fatalf("replayed: %+v, %v", res, err)
	}
	if q, err = o.Quarantine(t.Context(), admin, "open", desk.Page{}); err != nil || len(q) != 1 {
		t.Fatalf("open after a replay in vain: %+v, %v", q, err)
	}
	res, err := o.MendQuarantined(t.Context(), admin, first, []byte(`[{"Title":"改好了"}]`))
	if err != nil || res[0].Status != desk.StatusCreated {
		t.Fatalf("mended: %+v, %v", res, err)
	}
	// Mended, it doesn't come back with the next document.
	o.Push(desk.Incoming{ExternalID: "bad"}, desk.Incoming{Title: "又一条"})
	if q, err = o.Quarantine(t.Context(), admin, "open", desk.Page{}); err != nil || len(q) != 0 {
		t.Errorf("open again: %+v, %v", q, err)
	}
}

// Somebody of another place can't mend what the list doesn't show them.
func TestMendingKeepsToTheScope(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	o.Policy.Office.Region = "530600"
	id := o.Push(desk.Incoming{})[0].ID
	far := o.As(desk.RoleShiftLead)
	far.Region = "110000"
	if list, err := o.Quarantine(t.Context(), far, "", desk.Page{}); err != nil || len(list) != 0 {
		t.Fatalf("listed: %+v, %v", list, err)
	}
	if _, err := o.MendQuarantined(t.Context(), far, id, []byte(`[{"Title":"x"}]`)); desk.CodeOf(err) != desk.CodeNotFound {
		t.Errorf("mended: %v", err)
	}
}
