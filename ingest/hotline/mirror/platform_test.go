package mirror

import (
	"cmp"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/ingesttest"
)

// ticket is one of a platform's, as it words them.
type ticket struct {
	No       string `json:"order_no"`
	Title    string `json:"title"`
	Content  string `json:"content"`
	Status   string `json:"status"`
	Deadline string `json:"deadline,omitempty"`
	Secret   int    `json:"secret"`
	Update   string `json:"update_time"`
	Replies  []said `json:"replies,omitempty"`
	changed  time.Time
}

type said struct {
	Text string `json:"content"`
	At   string `json:"time"`
	By   string `json:"dept"`
}

// call is what the platform was told.
type call struct {
	Key     string
	Content desk.MirrorContent
}

// platform is a fictional city's 12345, over real HTTP.
type platform struct {
	*httptest.Server
	mu       sync.Mutex
	password string
	tickets  map[string]ticket
	now      time.Time // its own clock; each change is a second later
	newest   bool      // lists the newest first
	shuffled bool      // lists in no order
	status   int       // answered instead
	pushed   int       // status answered to a push; 0: taken
	empty    bool      // answers nothing at all
	dropped  bool      // takes the push and drops the answer
	stalled  chan struct{}
	asked    []string
	taken    map[string]desk.MirrorContent // by idempotency key
	calls    []call
	before   func() // runs before each answer, unlocked
}

const stampForm = "2006-01-02 15:04:05"

func startPlatform(t testing.TB, password string) *platform {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &platform{password: password, tickets: map[string]ticket{}, taken: map[string]desk.MirrorContent{}, now: time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)}
	p.Server = &httptest.Server{Listener: l, Config: &http.Server{Handler: http.HandlerFunc(p.serve)}}
	p.Start()
	t.Cleanup(func() {
		p.Heal(t)
		p.Close()
	})
	return p
}

func (p *platform) serve(w http.ResponseWriter, r *http.Request) {
	p.mu.Lock()
	before, stalled, status := p.before, p.stalled, p.status
	p.mu.Unlock()
	if before != nil {
		before()
	}
	if stalled != nil {
		select {
		case <-stalled:
		case <-r.Context().Done():
		}
		return
	}
	if p.password != "" && r.Header.Get("Authorization") != "Bearer "+p.password {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	if status != 0 {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(status)
		return
	}
	if r.Method == http.MethodPost {
		p.take(w, r)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.empty {
		return
	}
	p.asked = append(p.asked, r.URL.RawQuery)
	q := r.URL.Query()
	var list []ticket
	for _, t := range p.tickets {
		if t.Update >= q.Get("since") {
			list = append(list, t)
		}
	}
	slices.SortFunc(list, func(a, b ticket) int {
		if p.shuffled {
			return cmp.Compare(a.No, b.No)
		}
		if n := cmp.Or(cmp.Compare(a.Update, b.Update), cmp.Compare(a.No, b.No)); !p.newest {
			return n
		} else {
			return -n
		}
	})
	size, page := len(list), 1
	if n, err := strconv.Atoi(q.Get("size")); err == nil {
		size = n
	}
	if n, err := strconv.Atoi(q.Get("page")); err == nil {
		page = n
	}
	from := min((page-1)*size, len(list))
	list = list[from:min(from+size, len(list))]
	b, err := json.Marshal(map[string]any{"code": 0, "data": map[string]any{"list": list, "total": len(p.tickets)}})
	if err != nil {
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	tag := fmt.Sprintf(`"%x"`, sha256.Sum256(b))
	if page == 1 {
		w.Header().Set("ETag", tag)
		if r.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
	}
	w.Header().Set("Content-Type", "application/json")
	w.Write(b) //nolint:errcheck // whoever asked has gone
}

// take is the platform's own idempotence: the same key twice counts once.
func (p *platform) take(w http.ResponseWriter, r *http.Request) {
	b, err := io.ReadAll(r.Body)
	var c desk.MirrorContent
	if err != nil || json.Unmarshal(b, &c) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.calls = append(p.calls, call{r.Header.Get("Idempotency-Key"), c})
	if p.pushed != 0 {
		w.WriteHeader(p.pushed)
		return
	}
	p.taken[r.Header.Get("Idempotency-Key")] = c
	if p.dropped {
		if conn, _, err := http.NewResponseController(w).Hijack(); err == nil {
			conn.Close()
		}
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

func (p *platform) set(change func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change()
}

// put files a ticket, or changes one, a second after the last.
func (p *platform) put(t ticket) {
	p.set(func() {
		p.now = p.now.Add(time.Second)
		t.changed, t.Update = p.now, p.now.Format(stampForm)
		p.tickets[t.No] = t
	})
}

// Put implements ingesttest.Outside.
func (p *platform) Put(_ testing.TB, msgs ...ingesttest.Message) {
	for _, m := range msgs {
		p.put(ticket{No: m.ID, Title: m.Title, Content: m.Body, Status: "20"})
	}
}

// Break makes it answer 500.
func (p *platform) Break(testing.TB) { p.set(func() { p.status = http.StatusInternalServerError }) }

// Stall makes it take requests and say nothing.
func (p *platform) Stall(testing.TB) { p.set(func() { p.stalled = make(chan struct{}) }) }

// Heal makes it well again.
func (p *platform) Heal(testing.TB) {
	p.set(func() {
		if p.stalled != nil {
			close(p.stalled)
		}
		p.status, p.stalled, p.empty = 0, nil, false
	})
}

// Empty implements ingesttest.Emptier.
func (p *platform) Empty(testing.TB) { p.set(func() { p.empty = true }) }

// told is what the platform has taken of one ticket, newest last.
func (p *platform) told(no string) (list []desk.MirrorContent) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, c := range p.taken {
		if c.ExternalID == no {
			list = append(list, c)
		}
	}
	slices.SortFunc(list, func(a, b desk.MirrorContent) int { return a.Version - b.Version })
	return list
}

const testMapping = `{"items":"/data/list","external_id":"/order_no","title":"/title","text":"/content","changed":"/update_time","sealed":"/secret",
	"state":"/status","states":{"10":"待受理","20":"working","30":"已办结"},"limit":"/deadline","replies":"/replies","reply_text":"/content","reply_time":"/time","reply_by":"/dept",
	"request":{"since":"since","page":"page","size":"size","page_size":3}}`

func (p *platform) source() desk.Source {
	return desk.Source{Name: "云泽市 12345", URL: p.URL + "/api/tickets?area=yunze", Settings: json.RawMessage(testMapping)}
}

// withPush has what is ours pushed back.
func (p *platform) withPush() desk.Source {
	src := p.source()
	src.Settings = json.RawMessage(testMapping[:len(testMapping)-1] + `,"push":{"url":"` + p.URL + `/api/opinions"}}`)
	return src
}

func guard() *ingest.Guard {
	return &ingest.Guard{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}}
}

func mirrorKind() ingest.Kind {
	return ingest.Kind{Name: desk.MirrorKind, Channel: desk.ChannelHotline, Parser: Parser{}, Every: time.Minute, Poller: &Poller{Guard: guard()}, CheckSettings: Check}
}

func redirect(to string) http.Handler { return http.RedirectHandler(to, http.StatusFound) }

func id(n int64) string { return strconv.FormatInt(n, 10) }
