package web

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"huiying/desk"
)

// visitor is a person's browser without scripts: cookies, an Origin, no redirects followed.
type visitor struct {
	n      *evening
	client *http.Client
	who    desk.Actor
	head   map[string]string
}

// visitor signs a person in by the form.
func (n *evening) visitor(who desk.Actor, login string) *visitor {
	n.t.Helper()
	jar, err := cookiejar.New(nil)
	if err != nil {
		n.t.Fatal(err)
	}
	v := &visitor{n: n, who: who, head: map[string]string{}, client: &http.Client{Jar: jar, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}}
	v.post("/login", url.Values{"name": {login}, "password": {password(login)}}.Encode()).want(n.t, http.StatusSeeOther)
	return v
}

func (v *visitor) get(path string) page { return v.do(http.MethodGet, path, "") }

func (v *visitor) post(path, form string) page { return v.do(http.MethodPost, path, form) }

// htmx is the same browser with scripts.
func (v *visitor) htmx() *visitor {
	c := *v
	c.head = map[string]string{"HX-Request": "true", "HX-Current-URL": v.n.url + "/"}
	return &c
}

func (v *visitor) do(method, path, form string) page {
	v.n.t.Helper()
	r, err := http.NewRequestWithContext(v.n.t.Context(), method, v.n.url+path, strings.NewReader(form))
	if err != nil {
		v.n.t.Fatal(err)
	}
	r.Header.Set("Accept", "text/html")
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", v.n.url)
	}
	for k, value := range v.head {
		r.Header.Set(k, value)
	}
	res, err := v.client.Do(r)
	if err != nil {
		v.n.t.Fatal(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		v.n.t.Fatal(err)
	}
	if bare := unfilled(string(b)); bare != "" {
		v.n.t.Errorf("%s %s shows a text that nothing was put into: …%s…", method, path, bare)
	}
	return page{path, res.StatusCode, res.Header, string(b)}
}

var (
	notShown = regexp.MustCompile(`(?s)<(script|style|textarea)\b.*?</(?:script|style|textarea)>|<[^>]*>`)
	bare     = regexp.MustCompile(`.{0,30}%([sdv]\b|!).{0,20}`)
)

// unfilled finds a verb of a format in what a page shows, or what is written where a value is missing.
func unfilled(body string) string { return bare.FindString(notShown.ReplaceAllString(body, " ")) }

// page is what came back.
type page struct {
	path   string
	status int
	header http.Header
	body   string
}

// want checks the status and that the page says all of the words.
func (p page) want(t testing.TB, status int, words ...string) page {
	t.Helper()
	if p.status != status {
		t.Errorf("%s: status %d, want %d: %.300s", p.path, p.status, status, p.body)
	}
	for _, w := range words {
		if !strings.Contains(p.body, w) {
			t.Errorf("%s doesn't say %q", p.path, w)
		}
	}
	return p
}

// lacks checks that the page says none of the words.
func (p page) lacks(t testing.TB, words ...string) page {
	t.Helper()
	for _, w := range words {
		if strings.Contains(p.body, w) {
			t.Errorf("%s says %q", p.path, w)
		}
	}
	return p
}
