package pg

import "sync"

// The topics that loops wait on. A wake-up is a hint, never the truth: whoever
// waits also looks by itself now and then.
const (
	WakeEvent    = "event"    // the sealer: events were recorded
	WakeFeed     = "feed"     // hubs: the feed has grown
	WakeClock    = "clock"    // the sweep: stages were planned
	WakeDelivery = "delivery" // the notifiers: deliveries were planned
	WakeSource   = "source"   // the pollers: sources were added or changed
	WakeImport   = "import"   // who brings tables in: an import may be taken up
	WakeDrill    = "drill"    // who plays drills: one was begun or changed
)

var topics = []string{WakeEvent, WakeFeed, WakeClock, WakeDelivery, WakeSource, WakeDrill}

// wakes hands wake-ups to loops of this process, and keeps those that other
// nodes are still to be told.
type wakes struct {
	mu      sync.Mutex
	waiting map[string]map[chan struct{}]bool
	unsent  map[string]bool
	send    chan struct{} // of size 1: there is something unsent
}

func newWakes() *wakes {
	return &wakes{waiting: map[string]map[chan struct{}]bool{}, unsent: map[string]bool{}, send: make(chan struct{}, 1)}
}

// Wake gives a channel that receives when there may be something to do about a
// topic, and the function that ends it. Wake-ups that come while one waits to be
// read are one.
func (s *Store) Wake(topic string) (<-chan struct{}, func()) {
	w := s.wakes
	c := make(chan struct{}, 1)
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.waiting[topic] == nil {
		w.waiting[topic] = map[chan struct{}]bool{}
	}
	w.waiting[topic][c] = true
	return c, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		delete(w.waiting[topic], c)
	}
}

// committed wakes this process at once and leaves the topics for the sender.
func (w *wakes) committed(topics map[string]bool) {
	if len(topics) == 0 {
		return
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	for topic := range topics {
		w.local(topic)
		// One sealer is enough: where this process has one, nobody else needs to hear.
		if topic != WakeEvent || len(w.waiting[topic]) == 0 {
			w.unsent[topic] = true
		}
	}
	if len(w.unsent) > 0 {
		raise(w.send)
	}
}

// heard wakes this process for what another node did.
func (w *wakes) heard(topics ...string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, topic := range topics {
		w.local(topic)
	}
}

func (w *wakes) local(topic string) {
	for c := range w.waiting[topic] {
		raise(c)
	}
}

// take empties the list of topics that other nodes are still to be told.
func (w *wakes) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	var list []string
	for topic := range w.unsent {
		list = append(list, topic)
	}
	clear(w.unsent)
	return list
}

func raise(c chan struct{}) {
	select {
	case c <- struct{}{}:
	default:
	}
}
