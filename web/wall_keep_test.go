package web

import (
	"net/http"
	"testing"

	"huiying/desk"
)

// A wall screen stays signed in for weeks, in a room that many enter: it shows the wall, and opens nothing else.
func TestWallKept(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	duty := n.visitor(n.person(desk.RoleDuty, "zhoumin", "周敏"), "zhoumin")
	duty.get("/wall").want(t, http.StatusOK, "设为常亮大屏")
	duty.post("/wall/keep", "").want(t, http.StatusSeeOther)
	duty.get("/wall").want(t, http.StatusOK, "最后更新").lacks(t, "设为常亮大屏")
	for _, path := range []string{"/", "/items", "/incidents", "/people", "/releases", "/drills"} {
		if a := duty.get(path); a.status != http.StatusSeeOther || a.header.Get("Location") != "/wall" {
			t.Errorf("%s: %d %s", path, a.status, a.header.Get("Location"))
		}
	}
	duty.post("/incidents", "title=a&kind=舆情").want(t, http.StatusForbidden, "已设为大屏")
	duty.get("/api/v1/incidents").want(t, http.StatusForbidden)
	in := must(n.Incidents(t.Context(), desk.System, desk.IncidentFilter{}))
	if len(in) != 0 {
		t.Errorf("a wall raised %d incidents", len(in))
	}
	if (desk.Actor{Name: "x", Roles: []desk.Role{desk.RoleDuty}, Via: desk.ViaWall}).May(desk.ActItemRead) {
		t.Error("a wall may read items")
	}
}
