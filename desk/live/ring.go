package live

// ring is the newest events, bounded by count and by bytes; dropped from the front.
// The numbers are gapless, so that place is arithmetic.
type ring struct {
	events []event
	bytes  int
	count  int // bound
}

// ringBytes bounds what the events in memory weigh: batches are heavy.
const ringBytes = 32 << 20

func weight(e event) int {
	n := len(e.Event.Data) + len(e.Event.Before) + len(e.Event.After) + len(e.Event.Why) + 400
	for _, l := range e.lines {
		n += 64 + len(l.ID) + len(l.Status) + len(l.Region) + len(l.Department)
	}
	return n
}

func (r *ring) add(events []event) {
	for _, e := range events {
		r.bytes += weight(e)
	}
	r.events = append(r.events, events...)
	drop := 0
	for drop < len(r.events) && (len(r.events)-drop > r.count || r.bytes > ringBytes) {
		r.bytes -= weight(r.events[drop])
		drop++
	}
	clear(r.events[:drop]) // what is cut off in front mustn't be kept alive
	r.events = r.events[drop:]
}

// after gives at most limit events behind the number; ok is false when some of
// them are gone from memory.
func (r *ring) after(seq int64, limit int) (events []event, ok bool) {
	if len(r.events) == 0 {
		return nil, false
	}
	from := seq + 1 - r.events[0].Cursor.Seq
	if from < 0 {
		return nil, false
	}
	from = min(from, int64(len(r.events)))
	to := min(from+int64(limit), int64(len(r.events)))
	// The readers keep the slice beyond the lock: never appended into, and a copy
	// because dropping clears the front.
	return append([]event(nil), r.events[from:to]...), true
}
