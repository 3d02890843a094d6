package web

import (
	"net/http"
	"strings"
	"testing"

	"huiying/desk"
)

// TestRow28CrossSite: on every write that a cookie authenticates, a foreign or absent
// Origin is refused, and a bearer token needs none.
func TestRow28CrossSite(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	cookie := x.signIn("duty")
	heads := map[string][]string{
		"absent":               {cookie},
		"foreign":              {cookie, "Origin: https://evil.example"},
		"null":                 {cookie, "Origin: null"},
		"another port":         {cookie, "Origin: http://127.0.0.1:1"},
		"a name that ends so":  {cookie, "Origin: http://evil" + strings.TrimPrefix(x.url, "http://")},
		"fetch says cross":     {cookie, "Origin: " + x.url, "Sec-Fetch-Site: cross-site"},
		"fetch says same-site": {cookie, "Origin: " + x.url, "Sec-Fetch-Site: same-site"},
	}
	writes := 0
	for _, rt := range x.s.routes {
		if rt.method != post || rt.open || rt.path == "/api/v1/items" {
			continue // that one takes no cookies at all
		}
		writes++
		path := strings.ReplaceAll(rt.path, "{id}", "999999")
		for name, head := range heads {
			if a := x.ask(post, path, samples[rt.path], head...); a.status != http.StatusForbidden {
				t.Errorf("%s, %s Origin: %d %s", rt.path, name, a.status, a.body)
			}
		}
		if !strings.HasPrefix(rt.path, "/api/") {
			continue
		}
		byToken := x.as(desk.RoleDuty, post, path, samples[rt.path])
		own := x.ask(post, path, samples[rt.path], cookie, "Origin: "+x.url)
		if (own.status == http.StatusForbidden) != (byToken.status == http.StatusForbidden) {
			t.Errorf("%s: %d from the own page, %d by token", rt.path, own.status, byToken.status)
		}
	}
	// The sockets as well, of both formats.
	sockets := 0
	for _, rt := range x.s.routes {
		if rt.method != get || !rt.long {
			continue
		}
		if rt.path != "/live" {
			t.Errorf("%s is a stream that isn't tried here", rt.path)
		}
		for _, format := range []string{FormatHTML, FormatJSON} {
			sockets++
			for name, head := range heads {
				if _, status := x.open(format, "", head...); status != http.StatusForbidden {
					t.Errorf("%s as %s, %s Origin: %d", rt.path, format, name, status)
				}
			}
			if _, status := x.open(format, "", cookie, "Origin: "+x.url); status != http.StatusSwitchingProtocols {
				t.Errorf("%s as %s from the own page: %d", rt.path, format, status)
			}
		}
	}
	if sockets == 0 {
		t.Error("no socket was tried")
	}
	t.Logf("figure: %d writes and %d sockets of the route table under %d foreign, absent or forged heads: 0 through", writes, sockets, len(heads))
	if writes < 25 {
		t.Errorf("only %d writes were tried", writes)
	}
	// A cookie beside a wrong token counts for nothing.
	if a := x.ask(post, "/test/write", "", cookie, "Origin: "+x.url, "Authorization: Bearer nonsense"); a.status != http.StatusUnauthorized {
		t.Errorf("cookie beside a wrong token: %d", a.status)
	}
	if a := x.ask(post, "/test/write", "", cookie, "Origin: "+x.url, "Authorization: Basic eDp5"); a.status != http.StatusUnauthorized {
		t.Errorf("cookie beside another scheme: %d", a.status)
	}
	// Signing in isn't authenticated by a cookie, but another site may not do it either.
	if a := x.ask(post, "/test/sign-in", "name=duty&password=x", "Content-Type: application/x-www-form-urlencoded", "Origin: https://evil.example"); a.status != http.StatusForbidden {
		t.Errorf("sign-in from elsewhere: %d", a.status)
	}
}

func TestTrustedOrigin(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) { o.Origins = []string{"https://desk.example"} })
	x.As(desk.RoleDuty)
	cookie := x.signIn("duty")
	if a := x.ask(post, "/test/write", "", cookie, "Origin: https://desk.example"); a.status != http.StatusNoContent {
		t.Errorf("the address that the proxy shows: %d %s", a.status, a.body)
	}
	if a := x.ask(post, "/test/write", "", cookie, "Origin: https://other.example"); a.status != http.StatusForbidden {
		t.Errorf("another address: %d", a.status)
	}
	if _, err := newOrigins([]string{"desk.example"}); err == nil {
		t.Error("an origin without a scheme was taken")
	}
}

func TestHeaders(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) { o.Secure = true })
	for _, path := range []string{"/healthz", "/nowhere", "/api/v1/items", "/live", "/test/panic", "/openapi.json"} {
		h := x.ask(get, path, "").header
		for name, want := range map[string]string{
			"Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; " +
				"form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
			"X-Content-Type-Options": "nosniff", "Referrer-Policy": "same-origin", "Strict-Transport-Security": "max-age=31536000",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s is %q", path, name, got)
			}
		}
		if h.Get("Permissions-Policy") == "" || h.Get("X-Request-Id") == "" {
			t.Errorf("%s: %v", path, h)
		}
	}
}

func TestPanicSaysNothing(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	a := x.ask(get, "/test/panic", "")
	if a.status != http.StatusInternalServerError || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("%d %v", a.status, a.header)
	}
	if strings.Contains(a.body, "kaboom") || strings.Contains(a.body, "goroutine") || strings.Contains(a.body, ".go") {
		t.Errorf("the answer says too much: %s", a.body)
	}
	if !strings.Contains(x.log.String(), "kaboom") {
		t.Error("the log doesn't say why")
	}
}

func TestLogHoldsNoSecrets(t *testing.T) {
	t.Parallel()
	x := newSite(t)
	x.As(desk.RoleDuty)
	cookie := x.signIn("duty")
	x.ask(get, "/api/v1/items?q=13912345678&external_id=张三", "", cookie)
	x.as(desk.RoleDuty, post, "/api/v1/items/log", `{"key":"k","title":"郑小云来电","author":{"phone":"13987654321"}}`)
	x.as(desk.RoleDuty, post, "/api/v1/items/log", `{"key":"k","title":"郑小云来电","phone":"13987654321"}`)
	x.ask(post, "/test/sign-in", "name=duty&password=wrong-secret", "Content-Type: application/x-www-form-urlencoded", "Origin: "+x.url)
	x.ask(get, "/nowhere/13912345678", "")
	log := x.log.String()
	if !strings.Contains(log, "route=/api/v1/items ") || !strings.Contains(log, "person=") {
		t.Errorf("the log lacks what it is for:\n%s", log)
	}
	for _, secret := range []string{"13912345678", "13987654321", "张三", "郑小云", "wrong-secret", "a+password", strings.TrimPrefix(cookie, "Cookie: "+cookieName+"="), x.token("duty"), "q="} {
		if strings.Contains(log, secret) {
			t.Errorf("%q is in the log:\n%s", secret, log)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	x := newSite(t, func(o *Options) { o.Calls, o.SignIns = 30, 3 })
	big := `{"key":"k","title":"` + strings.Repeat("a", maxBody) + `"}`
	if a := x.as(desk.RoleDuty, post, "/api/v1/items/log", big); a.status != http.StatusRequestEntityTooLarge || !strings.Contains(a.body, "过大") {
		t.Errorf("a body beyond the limit: %d %s", a.status, a.body)
	}
	over := false
	for range 31 {
		a := x.as(desk.RoleDuty, get, "/api/v1/items", "")
		if a.status == http.StatusTooManyRequests {
			over = true
			if a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "too_many") {
				t.Errorf("no word of when to come back: %v %s", a.header, a.body)
			}
		}
	}
	if !over {
		t.Error("31 calls within a limit of 30")
	}
	// Pushing has its own bounds, of capacity.
	if a := x.ask(post, "/api/v1/items", `[{"Title":"一件"}]`, "Authorization: Bearer "+x.key); a.status != http.StatusCreated {
		t.Errorf("a push after too many calls: %d", a.status)
	}
	var last answer
	for range 4 {
		last = x.ask(post, "/test/sign-in", "name=nobody&password=x", "Content-Type: application/x-www-form-urlencoded", "Origin: "+x.url)
	}
	if last.status != http.StatusTooManyRequests {
		t.Errorf("the fourth sign-in of a minute: %d", last.status)
	}
}
