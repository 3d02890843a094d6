package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
)

func form(x *site, name, password string, head ...string) answer {
	return x.ask(post, "/test/sign-in", "name="+name+"&password="+password, append(head, "Content-Type: application/x-www-form-urlencoded", "Origin: "+x.url)...)
}

func TestSessionCookie(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) { o.Secure = true })
	x.As(desk.RoleDuty)
	set := form(x, "duty", "a+password+for+duty").header.Get("Set-Cookie")
	for _, want := range []string{cookieName + "=", "Path=/", "HttpOnly", "SameSite=Lax", "Secure"} {
		if !strings.Contains(set, want) {
			t.Errorf("%q lacks %s", set, want)
		}
	}
	token := strings.TrimPrefix(strings.Split(set, ";")[0], cookieName+"=")
	var kept int
	rows, err := x.PG.Pool().Query(t.Context(), `SELECT token FROM sessions`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			t.Fatal(err)
		}
		if kept++; s == token {
			t.Error("the token itself is in the database")
		}
	}
	if kept != 1 {
		t.Errorf("%d sessions are kept", kept)
	}
}

// TestFixation: signing in gives a new token, whatever the browser brought.
func TestFixation(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	x.As(desk.RolePress)
	planted := "Cookie: " + cookieName + "=" + strings.Repeat("A", 43)
	first := form(x, "duty", "a+password+for+duty", planted).header.Get("Set-Cookie")
	if first == "" || strings.Contains(first, strings.Repeat("A", 43)) {
		t.Errorf("the planted token was taken: %q", first)
	}
	if a := x.ask(get, "/test/page", "", planted); a.status != http.StatusUnauthorized {
		t.Errorf("the planted token is worth something: %d", a.status)
	}
	old := "Cookie: " + strings.Split(first, ";")[0]
	second := form(x, "press", "a+password+for+press", old).header.Get("Set-Cookie")
	if a := x.ask(get, "/test/page", "", old); a.status != http.StatusUnauthorized {
		t.Errorf("the token of before signing in anew still counts: %d %s", a.status, a.body)
	}
	if a := x.ask(get, "/test/page", "", "Cookie: "+strings.Split(second, ";")[0]); a.body != "press" {
		t.Errorf("signed in anew: %d %s", a.status, a.body)
	}
}

func TestLockout(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	for i := range 5 {
		if a := form(x, "duty", "wrong"); a.status != http.StatusUnauthorized {
			t.Fatalf("wrong password %d: %d", i+1, a.status)
		}
	}
	a := form(x, "duty", "a+password+for+duty")
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") == "" || a.header.Get("Set-Cookie") != "" {
		t.Errorf("the right password at a locked account: %d %v", a.status, a.header)
	}
	known, unknown := form(x, "press", "wrong"), form(x, "nobody", "wrong")
	if known.status != unknown.status || known.body != unknown.body {
		t.Errorf("a stranger learns which names exist: %s and %s", known.body, unknown.body)
	}
}

func TestSessionEnds(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) { o.Session = time.Hour })
	for name, end := range map[string]func(cookie string, who desk.Actor){
		"signed out": func(cookie string, _ desk.Actor) {
			if a := x.ask(post, "/test/sign-out", "", cookie, "Origin: "+x.url); a.status != http.StatusOK {
				t.Errorf("sign out: %d", a.status)
			}
		},
		"disabled": func(_ string, who desk.Actor) { x.disable(who) },
		"expired": func(string, desk.Actor) {
			if _, err := x.PG.Pool().Exec(t.Context(), `UPDATE sessions SET expiry = now() - interval '1 second'`); err != nil {
				t.Fatal(err)
			}
		},
	} {
		login := "u-" + strings.Fields(name)[0]
		who := x.Another(desk.RoleDuty, login)
		cookie := x.signIn(login)
		if a := x.ask(get, "/test/page", "", cookie); a.status != http.StatusOK {
			t.Fatalf("%s: before: %d", name, a.status)
		}
		token := "Authorization: Bearer " + x.token(login)
		end(cookie, who)
		if a := x.ask(get, "/test/page", "", cookie); a.status != http.StatusUnauthorized {
			t.Errorf("%s: after: %d", name, a.status)
		}
		if a := x.ask(get, "/api/v1/items", "", token); name == "disabled" && a.status != http.StatusUnauthorized {
			t.Errorf("%s: by token: %d", name, a.status)
		}
	}
	// Enabled again, the old session stays dead: it was destroyed, not hidden.
	p, err := x.PersonByID(t.Context(), x.As(desk.RoleDuty).PersonID)
	if err != nil || p.DisabledAt != nil {
		t.Fatal(p, err)
	}
}

// disable takes somebody's login away.
func (x *site) disable(who desk.Actor) {
	x.t.Helper()
	now := time.Now()
	if _, err := x.SetPerson(x.t.Context(), x.As(desk.RoleSecadmin), desk.Person{ID: who.PersonID, Roles: who.Roles, DisabledAt: &now}); err != nil {
		x.t.Fatal(err)
	}
}

// TestToSignIn: a person is led to the sign-in page and back, a program is told.
func TestToSignIn(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	a := x.ask(get, "/test/page?tab=2", "", "Accept: text/html")
	if a.status != http.StatusSeeOther || a.header.Get("Location") != "/login?next=%2Ftest%2Fpage%3Ftab%3D2" {
		t.Errorf("a browser: %d %s", a.status, a.header.Get("Location"))
	}
	for _, head := range [][]string{{"Accept: */*"}, {"Accept: text/html", "HX-Request: true"}, {"Accept: text/html", "Authorization: Bearer x"}} {
		if a := x.ask(get, "/test/page", "", head...); a.status != http.StatusUnauthorized {
			t.Errorf("%v: %d", head, a.status)
		}
	}
	if a := x.ask(get, "/api/v1/items", "", "Accept: text/html"); a.status != http.StatusUnauthorized || !strings.Contains(a.body, "请先登录") {
		t.Errorf("the API in a browser: %d %s", a.status, a.body)
	}
}

func TestNextPage(t *testing.T) {
	t.Parallel()
	for next, want := range map[string]string{
		"/items?state=new": "/items?state=new", "/": "/", "": "/", "items": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"javascript:alert(1)": "/", "/\t/evil.example": "/", "/login": "/", "/login?next=/login": "/", "/%2F/evil": "/%2F/evil",
	} {
		if got := NextPage(next); got != want {
			t.Errorf("NextPage(%q) = %q, want %q", next, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		next := NextPage(rapid.StringMatching(`[/\\:@a-z.\t ]{0,12}`).Draw(t, "next"))
		if next[0] != '/' || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\\t\n") {
			t.Fatalf("leads away: %q", next)
		}
	})
}

// TestSessionStoreAway: when sessions can't be read, the answer is 503, not "sign in".
func TestSessionStoreAway(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	cookie := x.signIn("duty")
	if _, err := x.PG.Pool().Exec(t.Context(), `ALTER TABLE sessions RENAME TO gone`); err != nil {
		t.Fatal(err)
	}
	a := x.ask(get, "/test/page", "", cookie)
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("%d %s", a.status, a.body)
	}
	if a := form(x, "duty", "a+password+for+duty"); a.status != http.StatusServiceUnavailable {
		t.Errorf("sign in: %d %s", a.status, a.body)
	}
}
