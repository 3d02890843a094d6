package desk

import (
	"math"
	"slices"
	"time"
)

// Habit (来源习惯) is how much a source brings at which hour, learned from its
// counts, and how far it strays from that without anything being wrong.
//
// A cell is a kind of day (worked or not, by the calendar with its 调休) and an hour
// of it. Eight weeks give a cell some forty worked days to learn from, where one
// hour of the week would have eight: with the small counts of an office that is the
// difference between knowing and guessing. A source that keeps to certain days of
// the week strays more from one day to the next, which Stray takes in.
//
// Counts of complaints and news come in clumps: their variance is above their mean,
// so that the Poisson tail would call every quiet day impossible. They are judged by
// the negative binomial, whose variance is m + m²·s; s is measured on the source
// itself, over stretches of one hour up to a day, since clumps even out over longer
// ones.
type Habit struct {
	Rate  [2][24]float64 `json:"rate"`  // items per hour: off and worked days
	Seen  [2][24]float64 `json:"seen"`  // hours that each cell was learned from
	Stray []float64      `json:"stray"` // s over each of the stretches, in their order
	Items int            `json:"items"` // learned from
	Hours int            `json:"hours"` // learned from
}

// stretches are the windows that are judged, in hours; straying is measured for
// those up to a day.
var stretches = []int{1, 2, 3, 4, 6, 8, 12, 16, 24, 36, 48, 72, 96, 120, 168}

const (
	// HabitWeeks is how many weeks a habit is learned from: those before the one that
	// is judged by it, lest a silence become a habit while it lasts.
	HabitWeeks, judgedWeeks = 8, 1
	// learnHours and learnItems are the least to judge by: two weeks and thirty items.
	learnHours, learnItems = 14 * 24, 30
	// (A habit is known after three weeks: two to learn from and the one that is judged.)
	// leastStray is what no measurement brings s below: ±14 % from one day to another.
	leastStray = 0.02
	// alarm is how unlikely a stretch must be. The fifteen stretches and the hours that
	// look at them overlap, so that this isn't the rate of false alarms; that is
	// measured: simulated sources within their habit give less than one in four years
	// and source (see the tests).
	alarm = 3e-5
	// back is how likely the last hours must be again to end a silence.
	back = 0.05
)

// HourCount is how many items came within the hour that begins at Hour.
type HourCount struct {
	Hour  time.Time
	Items int
}

// cell is the kind of day and the hour of an instant.
func (d *Desk) cell(at time.Time) (day, hour int) {
	if works, _ := d.Policy.Calendar.Works(at); works {
		day = 1
	}
	return day, at.In(d.Policy.Office.Location).Hour()
}

// learn makes the habit of a source from its counts in [from, to), hour by hour;
// hours for which skip is true teach nothing.
func (d *Desk) learn(counts []HourCount, from, to time.Time, skip func(time.Time) bool) Habit {
	by := map[int64]int{}
	for _, c := range counts {
		by[c.Hour.Unix()] = c.Items
	}
	var cells [2][24][]float64
	type hour struct {
		day, hour int
		n         float64
		skipped   bool
	}
	var hours []hour
	var h Habit
	for at := from.Truncate(time.Hour); at.Before(to); at = at.Add(time.Hour) {
		day, of := d.cell(at)
		x := hour{day, of, float64(by[at.Unix()]), skip(at)}
		hours = append(hours, x)
		if !x.skipped {
			cells[day][of] = append(cells[day][of], x.n)
			h.Items, h.Hours = h.Items+by[at.Unix()], h.Hours+1
		}
	}
	for day := range cells {
		for of, seen := range cells[day] {
			slices.Sort(seen)
			if n := len(seen); n > 1 {
				seen[n-1] = seen[n-2] // one burst doesn't make a habit
			}
			sum := 0.0
			for _, x := range seen {
				sum += x
			}
			if h.Seen[day][of] = float64(len(seen)); len(seen) > 0 {
				h.Rate[day][of] = sum / float64(len(seen))
			}
		}
	}
	for _, long := range stretches {
		if long > 24 {
			break
		}
		var over, weight float64
		for i := 0; i+long <= len(hours); i += long {
			var n, m float64
			whole := true
			for _, x := range hours[i : i+long] {
				whole = whole && !x.skipped
				n, m = n+x.n, m+h.Rate[x.day][x.hour]
			}
			if !whole || m == 0 {
				continue
			}
			n = min(n, 4*m+4) // a flood says nothing about how quiet it may get
			over += (n-m)*(n-m) - m
			weight += m * m
		}
		s := leastStray
		if weight > 0 {
			s = max(s, over/weight)
		}
		h.Stray = append(h.Stray, s)
	}
	return h
}

// Known says whether enough was learned to judge by.
func (h Habit) Known() bool { return h.Hours >= learnHours && h.Items >= learnItems }

// expected is how many items the habit expects in [from, to).
func (d *Desk) expected(h Habit, from, to time.Time) (mean float64) {
	for at := from; at.Before(to); {
		next := at.Truncate(time.Hour).Add(time.Hour)
		if next.After(to) {
			next = to
		}
		day, of := d.cell(at)
		mean += h.Rate[day][of] * next.Sub(at).Hours()
		at = next
	}
	return mean
}

// likelihood is the chance that a source within its habit brings n or fewer in a
// stretch of so many hours for which the habit expects mean items.
func (h Habit) likelihood(n int, mean, behind float64, hours int) float64 {
	if mean <= 0 || len(h.Stray) == 0 {
		return 1
	}
	s := h.Stray[len(h.Stray)-1]
	for i, st := range h.Stray {
		if stretches[i] <= hours {
			s = st
		}
	}
	s += 1 / (behind + 0.5) // the habit itself is known only so well
	return tail(n, mean, s)
}

// tail is the chance of n or fewer under a negative binomial of this mean and
// variance mean + mean²·s.
func tail(n int, mean, s float64) float64 {
	r := 1 / s
	p := mean / (r + mean)
	logp := r * math.Log1p(-p) // of none
	sum := math.Exp(logp)
	for k := 1; k <= n && sum < 1; k++ {
		logp += math.Log(p) + math.Log((r+float64(k)-1)/float64(k))
		sum += math.Exp(logp)
	}
	return min(sum, 1)
}

// Quiet is a stretch in which a source brought too little.
type Quiet struct {
	Since    time.Time
	Had      int
	Expected float64
	Chance   float64 // that a source within its habit brings so little
}

// stretch is one that ends now: what came in it and what the habit expects.
type stretch struct {
	hours  int
	since  time.Time
	n      int
	mean   float64
	behind float64 // items that the cells concerned were learned from
}

// lookBack walks back from now and gives the stretches that begin no earlier than
// began, the shortest first.
func (d *Desk) lookBack(h Habit, counts []HourCount, now, began time.Time) (out []stretch) {
	by := make(map[int64]int, len(counts))
	for _, c := range counts {
		by[c.Hour.Unix()] = c.Items
	}
	var seen [2][24]bool
	var s stretch
	part := now.Sub(now.Truncate(time.Hour)).Hours() // of the running hour
	for _, hours := range stretches {
		for ; s.hours < hours; s.hours++ {
			s.since = now.Truncate(time.Hour).Add(-time.Duration(s.hours) * time.Hour)
			if s.since.Before(began) {
				return out
			}
			day, of := d.cell(s.since)
			s.n += by[s.since.Unix()]
			s.mean += h.Rate[day][of] * part
			part = 1
			if !seen[day][of] {
				seen[day][of] = true
				s.behind += h.Rate[day][of] * h.Seen[day][of]
			}
		}
		out = append(out, s)
	}
	return out
}

// quiet looks back from now over every stretch since began and gives the one that is
// least likely, if any is less likely than the alarm. Before began the source
// didn't exist, was paused, or was quiet for a reason already told.
func (d *Desk) quiet(h Habit, counts []HourCount, now, began time.Time) (q Quiet, found bool) {
	if !h.Known() {
		return q, false
	}
	q.Chance = alarm
	for _, s := range d.lookBack(h, counts, now, began) {
		if float64(s.n) >= s.mean {
			continue
		}
		if chance := h.likelihood(s.n, s.mean, s.behind, s.hours); chance < q.Chance {
			q, found = Quiet{Since: s.since, Had: s.n, Expected: s.mean, Chance: chance}, true
		}
	}
	return q, found
}

// again says whether a source that had fallen silent brings what it used to: within
// the last one, two or three hours something came, and no less than is likely.
func (d *Desk) again(h Habit, counts []HourCount, now time.Time) bool {
	for _, s := range d.lookBack(h, counts, now, now.Truncate(time.Hour).Add(-2*time.Hour)) {
		if s.n > 0 && h.likelihood(s.n, s.mean, s.behind, s.hours) >= back {
			return true
		}
	}
	return false
}

func came(counts []HourCount, since time.Time) (n int) {
	for _, c := range counts {
		if !c.Hour.Before(since) {
			n += c.Items
		}
	}
	return n
}
