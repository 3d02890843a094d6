package desk_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// TestCountsByTheirInstant: figures stand in the order in which they were seen, whatever brought them and whenever it
// was entered; a newer version, an older one brought late and one that corrects another lose none.
func TestCountsByTheirInstant(t *testing.T) {
	t.Parallel()
	o := desktest.New(t)
	press := o.As(desk.RolePress)
	day := o.Clock.Now().Truncate(time.Minute)
	o.Clock.Move(72 * time.Hour)
	at := func(h int) time.Time { return day.Add(time.Duration(h) * time.Hour) }
	var id int64
	paste := func(h int, reads int64, status string) {
		t.Helper()
		res, err := o.PasteMedia(t.Context(), press, desk.Paste{Key: "K", Platform: "微博", URL: "https://weibo.example/1", Reads: &reads, Captured: at(h)})
		if err != nil || res.Status != status {
			t.Fatalf("%+v %v", res, err)
		}
		id = res.ID
	}
	note := func(h int, reads int64) {
		t.Helper()
		if err := o.AddCount(t.Context(), press, id, desk.Count{At: at(h), Reads: &reads}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(figures string) {
		t.Helper()
		list, err := o.Counts(t.Context(), press, id)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range list {
			got = append(got, fmt.Sprintf("%v:%d", c.At.Sub(day).Hours(), *c.Reads))
		}
		if strings.Join(got, " ") != figures {
			t.Errorf("%v, want %s", got, figures)
		}
	}
	paste(20, 500, desk.StatusCreated)
	note(18, 300)
	note(21, 700)
	want("18:300 20:500 21:700")
	paste(44, 1500, desk.StatusUpdated) // the next day's file
	want("18:300 20:500 21:700 44:1500")
	paste(30, 900, desk.StatusUpdated) // an older one, brought late
	want("18:300 20:500 21:700 30:900 44:1500")
	paste(30, 950, desk.StatusUpdated) // corrected
	want("18:300 20:500 21:700 30:950 44:1500")
	paste(44, 1600, desk.StatusUpdated) // corrected later
	want("18:300 20:500 21:700 30:950 44:1600")
	paste(21, 720, desk.StatusUpdated) // somebody noted another figure for then
	paste(60, 2000, desk.StatusUpdated)
	want("18:300 20:500 21:700 30:950 44:1600 60:2000")
}
