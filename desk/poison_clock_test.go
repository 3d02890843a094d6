package desk_test

import (
	"fmt"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
	"huiying/desk/pg/pgtest"
)

// A clock that can't speak doesn't silence the others, and is itself tried again.
func TestAClockThatCannotSpeakDoesNotSilenceTheOthers(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	first, second := raise(t, o, desk.LevelMajor), raise(t, o, desk.LevelMajor)
	pgtest.Exec(t, o.URL, fmt.Sprintf(`ALTER TABLE notice ADD CONSTRAINT broken CHECK (incident_id <> %d)`, first.ID))
	o.Clock.Move(150 * time.Minute)
	if fired, _, err := o.FireDue(t.Context(), o.Now()); fired != 1 || err != nil {
		t.Fatalf("%d fired, %v", fired, err)
	}
	notices, err := o.Notices(t.Context(), o.As(desk.RoleDuty), desk.NoticeFilter{})
	if err != nil || len(notices) != 1 || notices[0].IncidentID != second.ID {
		t.Fatalf("%+v, %v", notices, err)
	}
	if _, _, err := o.FireDue(t.Context(), o.Now()); err == nil {
		t.Error("nothing is left but the failure, and it was swallowed")
	}
	pgtest.Exec(t, o.URL, `ALTER TABLE notice DROP CONSTRAINT broken`)
	if fired, _, err := o.FireDue(t.Context(), o.Now()); fired != 1 || err != nil {
		t.Errorf("mended: %d fired, %v", fired, err)
	}
}
