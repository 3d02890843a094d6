package desk_test

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestMaskedTwice: masking what is masked changes nothing, so adapters may.
func TestMaskedTwice(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`[0-9 \-a-zXx路灯]{0,60}`)
		who := desk.Actor{PersonID: 1, Name: "周敏"}
		once := desk.Item{Incoming: desk.Incoming{Title: text.Draw(t, "title"), Body: text.Draw(t, "body"),
			Author: desk.Author{Name: text.Draw(t, "name"), Phone: text.Draw(t, "phone")}}}.Masked(who)
		if twice := once.Masked(who); twice.Title != once.Title || twice.Body != once.Body || twice.Author != once.Author {
			t.Fatalf("once %+v, twice %+v", once.Incoming, twice.Incoming)
		}
	})
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	q := desk.Quarantined{Bytes: []byte("电话 13987654321，路灯坏了")}
	if got := q.Excerpt(desk.Actor{PersonID: 1}, 100); strings.Contains(got, "13987654321") || !strings.Contains(got, "路灯坏了") {
		t.Errorf("to a person: %q", got)
	}
	if got := q.Excerpt(desk.Actor{SourceID: 1}, 5); got != "电话 13" {
		t.Errorf("to its source, cut: %q", got)
	}
	q.Bytes = []byte{0xff, 0xfe}
	if got := q.Excerpt(desk.Actor{PersonID: 1}, 100); got != "" {
		t.Errorf("bytes that aren't text: %q", got)
	}
}

func TestPresent(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	here, gone := o.As(desk.RoleDuty), o.As(desk.RolePress)
	now := desktest.Start
	if _, err := o.SetPerson(t.Context(), o.As(desk.RoleSecadmin), desk.Person{ID: gone.PersonID, Roles: gone.Roles, DisabledAt: &now}); err != nil {
		t.Fatal(err)
	}
	people, err := o.Present(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := people[gone.PersonID]; ok || people[here.PersonID].Name != "duty" || people[here.PersonID].PasswordHash != "" {
		t.Errorf("%+v", people)
	}
}
