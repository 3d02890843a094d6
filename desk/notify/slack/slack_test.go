package slack

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"huiying/desk"
	"huiying/desk/desktest"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreAnyFunction("net/http.(*persistConn).readLoop"), goleak.IgnoreAnyFunction("net/http.(*persistConn).writeLoop"))
}

const secret = "xoxb-not-a-real-token"

// fake is Slack on a local address.
type fake struct {
	*httptest.Server
	mu        sync.Mutex
	behaviour desktest.Behaviour
	forms     []map[string]string
	gone      chan struct{} // closed at the end: silence is over
}

func newFake(t *testing.T) *fake {
	f := &fake{behaviour: desktest.Takes, gone: make(chan struct{})}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	t.Cleanup(func() { close(f.gone) })
	return f
}

func (f *fake) Behave(b desktest.Behaviour) { f.mu.Lock(); defer f.mu.Unlock(); f.behaviour = b }

func (f *fake) Took() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	var texts []string
	for _, form := range f.forms {
		texts = append(texts, form["text"])
	}
	return texts
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if err := r.ParseForm(); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	form := map[string]string{"path": r.URL.Path}
	for k := range r.PostForm {
		form[k] = r.PostForm.Get(k)
	}
	f.mu.Lock()
	b := f.behaviour
	took := b == desktest.Takes || b == desktest.Breaks
	if took {
		f.forms = append(f.forms, form)
	}
	f.mu.Unlock()
	if form["token"] != secret && b == desktest.Takes {
		b = desktest.Denies
	}
	switch b {
	case desktest.Takes:
		fmt.Fprintf(w, `{"ok":true,"channel":"C1","ts":"1763640000.000100"}`)
	case desktest.Fails:
		http.Error(w, "<html>oops "+form["token"], http.StatusInternalServerError)
	case desktest.Limits:
		w.Header().Set("Retry-After", "7")
		w.WriteHeader(http.StatusTooManyRequests)
	case desktest.Silent:
		select {
		case <-f.gone:
		case <-r.Context().Done():
		}
	case desktest.Breaks:
		w.Header().Set("Content-Length", "60")
		fmt.Fprint(w, `{"ok":true,"channel":"C1"`)
	case desktest.Denies:
		fmt.Fprint(w, `{"ok":false,"error":"invalid_auth"}`)
	case desktest.Missing:
		fmt.Fprint(w, `{"ok":false,"error":"channel_not_found"}`)
	case desktest.Away:
		panic(http.ErrAbortHandler)
	}
}

func start(t *testing.T) (desk.Notifier, desktest.Provider) {
	f := newFake(t)
	return to(t, f.URL), f
}

func to(t *testing.T, url string) *Notifier {
	t.Helper()
	n, err := New(Options{Token: secret, Channel: "C1", APIURL: url})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestSuite(t *testing.T) {
	t.Parallel()
	desktest.Notifier(t, secret, start)
}

func TestWhatIsSent(t *testing.T) {
	t.Parallel()
	f := newFake(t)
	s := to(t, f.URL).Send(t.Context(), desk.Message{Text: "a < b & <!channel> *c*", Key: "clock/1/due/2/slack"})
	if s.Outcome != desk.OutcomeSent || s.Receipt != "1763640000.000100" {
		t.Fatalf("%+v", s)
	}
	form := f.forms[0]
	if form["path"] != "/chat.postMessage" || form["channel"] != "C1" || form["text"] != "a &lt; b &amp; &lt;!channel&gt; *c*" {
		t.Errorf("sent %v", form)
	}
	var meta struct {
		Event   string            `json:"event_type"`
		Payload map[string]string `json:"event_payload"`
	}
	if err := json.Unmarshal([]byte(form["metadata"]), &meta); err != nil || meta.Payload["key"] != "clock/1/due/2/slack" {
		t.Errorf("metadata %q, %v", form["metadata"], err)
	}
}

// answers serves one answer for ever.
func answers(t *testing.T, status int, header http.Header, body string) *httptest.Server {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		for k, v := range header {
			w.Header()[k] = v
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	elsewhere := answers(t, 200, nil, `{"ok":true,"ts":"1"}`)
	for name, c := range map[string]struct {
		status int
		header http.Header
		body   string
		want   desk.Outcome
		wait   int // seconds
	}{
		"ok without receipt":      {200, nil, `{"ok":true}`, desk.OutcomeSent, 0},
		"empty":                   {200, nil, ``, desk.OutcomeRetry, 0},
		"empty object":            {200, nil, `{}`, desk.OutcomeRetry, 0},
		"neither yes nor why":     {200, nil, `{"ok":false}`, desk.OutcomeRetry, 0},
		"a login page":            {200, nil, `<html>sign in</html>`, desk.OutcomeRetry, 0},
		"internal error":          {200, nil, `{"ok":false,"error":"internal_error"}`, desk.OutcomeRetry, 0},
		"rate limited in words":   {200, nil, `{"ok":false,"error":"ratelimited"}`, desk.OutcomeRetry, 0},
		"not in channel":          {200, nil, `{"ok":false,"error":"not_in_channel"}`, desk.OutcomeRefuse, 0},
		"archived":                {200, nil, `{"ok":false,"error":"is_archived"}`, desk.OutcomeRefuse, 0},
		"echoes the token":        {200, nil, `{"ok":false,"error":"bad ` + secret + `"}`, desk.OutcomeRefuse, 0},
		"429 without how long":    {429, nil, ``, desk.OutcomeRetry, 30},
		"429 with nonsense":       {429, http.Header{"Retry-After": {"soon"}}, ``, desk.OutcomeRetry, 30},
		"429 at once":             {429, http.Header{"Retry-After": {"0"}}, ``, desk.OutcomeRetry, 1},
		"503":                     {503, nil, ``, desk.OutcomeRetry, 0},
		"404":                     {404, nil, ``, desk.OutcomeRefuse, 0},
		"403 of a proxy":          {403, nil, secret, desk.OutcomeRefuse, 0},
		"redirect isn't followed": {307, http.Header{"Location": {elsewhere.URL}}, ``, desk.OutcomeRefuse, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := to(t, answers(t, c.status, c.header, c.body).URL).Send(t.Context(), desk.Message{Text: "x", Key: "k"})
			if s.Outcome != c.want || int(s.RetryAfter.Seconds()) != c.wait {
				t.Errorf("%q after %v (%v), want %q after %d s", s.Outcome, s.RetryAfter, s.Err, c.want, c.wait)
			}
			if s.Err != nil && strings.Contains(s.Err.Error(), secret) {
				t.Errorf("the token shows: %v", s.Err)
			}
		})
	}
}

func TestEndlessAnswer(t *testing.T) {
	t.Parallel()
	s := to(t, answers(t, 200, nil, `{"ok":true,"ts":"`+strings.Repeat("1", 2*maxAnswer)).URL).Send(t.Context(), desk.Message{Text: "x"})
	if s.Outcome != desk.OutcomeRetry {
		t.Errorf("%+v", s)
	}
}

func TestNobodyThere(t *testing.T) {
	t.Parallel()
	f := httptest.NewServer(http.NotFoundHandler())
	url := f.URL
	f.Close()
	if s := to(t, url).Send(t.Context(), desk.Message{Text: "x"}); s.Outcome != desk.OutcomeRetry || s.Err == nil {
		t.Errorf("%+v", s)
	}
}

func TestConfiguration(t *testing.T) {
	t.Parallel()
	for _, opt := range []Options{{Channel: "C1"}, {Token: " ", Channel: "C1"}, {Token: secret}} {
		if _, err := New(opt); desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%+v: %v", opt, err)
		}
	}
}
