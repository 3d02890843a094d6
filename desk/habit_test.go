package desk

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// simulated is a source that keeps to its habit: a rate by kind of day and hour, and
// a daily and an hourly chance of more or less (clumps).
type simulated struct {
	perDay     float64 // items on a worked day
	weekend    float64 // share of that on a day off
	officeOnly bool
	clumps     float64 // variance of the factor by which an hour strays
	days       float64 // and of the one of a day
}

func (s simulated) rate(d *Desk, at time.Time) float64 {
	day, hour := d.cell(at)
	share := 1.0 / 24
	if s.officeOnly {
		share = 0
		if hour >= 8 && hour < 18 {
			share = 0.1
		}
	}
	if day == 0 {
		share *= s.weekend
	}
	return s.perDay * share
}

// counts draws hour by hour.
func (s simulated) counts(d *Desk, r *rand.Rand, from, to time.Time) (out []HourCount) {
	daily, today := 1.0, -1
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		if y := at.In(d.Policy.Office.Location).YearDay(); y != today {
			today, daily = y, gamma(r, s.days)
		}
		if n := poisson(r, s.rate(d, at)*daily*gamma(r, s.clumps)); n > 0 {
			out = append(out, HourCount{at, n})
		}
	}
	return out
}

// gamma draws a factor with mean 1 and the given variance (Marsaglia and Tsang).
func gamma(r *rand.Rand, variance float64) float64 {
	if variance == 0 {
		return 1
	}
	shape := 1 / variance
	boost := 1.0
	if shape < 1 {
		boost = math.Pow(r.Float64(), 1/shape)
		shape++
	}
	dd := shape - 1.0/3
	c := 1 / math.Sqrt(9*dd)
	for {
		x := r.NormFloat64()
		v := math.Pow(1+c*x, 3)
		if v > 0 && math.Log(r.Float64()) < 0.5*x*x+dd-dd*v+dd*math.Log(v) {
			return boost * dd * v * variance
		}
	}
}

func poisson(r *rand.Rand, mean float64) int {
	if mean > 30 { // in pieces, lest exp(-mean) vanish
		return poisson(r, 30) + poisson(r, mean-30)
	}
	n, u, term := 0, r.Float64(), math.Exp(-mean)
	for cum := term; u > cum && n < 1000; cum += term {
		n++
		term *= mean / float64(n)
	}
	return n
}

func testDesk(t testing.TB) *Desk {
	t.Helper()
	p, err := DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	return &Desk{Policy: p}
}

var never = func(time.Time) bool { return false }

// monday is the beginning of a simulation: 2026 has a published calendar, with the
// National Day in it.
var monday = time.Date(2026, 7, 5, 16, 0, 0, 0, time.UTC)

// watch runs the desk's own judgement each hour over [from, to), learning anew each
// day, and gives the hours that it would have alarmed in.
func watch(d *Desk, counts []HourCount, began, from, to time.Time) (alarms []time.Time) {
	var h Habit
	quietUntil := began
	for at := from; at.Before(to); at = at.Add(time.Hour) {
		judged := at.Add(-judgedWeeks * 7 * 24 * time.Hour)
		if h.Hours == 0 || at.Sub(from)%(48*time.Hour) == 0 {
			since := judged.Add(-HabitWeeks * 7 * 24 * time.Hour)
			h = d.learn(between(counts, since, judged), maxTime(since, began), judged, never)
		}
		// An hour has just gone by in full: the instant before its end.
		if _, found := d.quiet(h, between(counts, judged, at), at.Add(-time.Second), quietUntil); found {
			alarms = append(alarms, at)
			quietUntil = at.Add(24 * time.Hour) // told; counted once
		}
	}
	return alarms
}

func between(counts []HourCount, from, to time.Time) []HourCount {
	find := func(at time.Time) int {
		i, _ := slices.BinarySearchFunc(counts, at, func(c HourCount, t time.Time) int { return c.Hour.Compare(t) })
		return i
	}
	return counts[find(from):find(to)]
}

func maxTime(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// sources within their habit: from a county's letter box to a city's hotline, with
// office hours and without, even and in clumps.
var steady = []simulated{
	{perDay: 2, weekend: 0.3, officeOnly: true},
	{perDay: 6, weekend: 0.5, clumps: 1},
	{perDay: 12, weekend: 0.1, officeOnly: true, clumps: 0.5, days: 0.1},
	{perDay: 40, weekend: 0.6, clumps: 0.5, days: 0.05},
	{perDay: 200, weekend: 0.4, officeOnly: true, clumps: 0.2, days: 0.1},
	{perDay: 1000, weekend: 0.7, clumps: 0.1, days: 0.05},
	{perDay: 24, weekend: 1, clumps: 3, days: 0.3},
}

// TestSourcesWithinTheirHabitRaiseNoAlarm states the rate of false alarms: sources of
// each shape, five months each after four weeks of learning.
func TestSourcesWithinTheirHabitRaiseNoAlarm(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	const each, weeks = 4, 24
	alarms := 0
	for i, s := range steady {
		for n := range each {
			r := rand.New(rand.NewPCG(uint64(i), uint64(n)))
			end := monday.Add(weeks * 7 * 24 * time.Hour)
			got := watch(d, s.counts(d, r, monday, end), monday, monday.Add(4*7*24*time.Hour), end)
			if len(got) > 0 {
				t.Logf("%+v: alarms %v", s, got)
			}
			alarms += len(got)
		}
	}
	years := float64(len(steady)*each) * (weeks - 4) / 52
	t.Logf("%d false alarms in %.1f simulated source years", alarms, years)
	if float64(alarms) > 0.25*years {
		t.Errorf("%d false alarms in %.1f years: more than one in four years and source", alarms, years)
	}
}

// TestASourceThatStopsIsMissed: a source with n items a day on average that stops at
// any hour of a worked day is missed within the hours stated.
func TestASourceThatStopsIsMissed(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	for _, c := range []struct {
		s      simulated
		within time.Duration
	}{
		{simulated{perDay: 1000, weekend: 0.7, clumps: 0.1, days: 0.05}, 2 * time.Hour},
		{simulated{perDay: 200, weekend: 0.4, officeOnly: true, clumps: 0.2, days: 0.1}, 6 * time.Hour},
		{simulated{perDay: 40, weekend: 0.6, clumps: 0.5, days: 0.05}, 24 * time.Hour},
		{simulated{perDay: 12, weekend: 0.5, clumps: 0.5}, 5 * 24 * time.Hour},
	} {
		for n := range 12 {
			r := rand.New(rand.NewPCG(7, uint64(n)))
			// Tuesday to Thursday of the seventh week, at 9:00 to 13:00 in Shanghai.
			stop := monday.Add(time.Duration(6*7*24+24*(1+n%3)+9+n%5) * time.Hour)
			counts := c.s.counts(d, r, monday, stop)
			got := watch(d, counts, monday, stop, stop.Add(9*24*time.Hour))
			if len(got) == 0 || got[0].Sub(stop) > c.within {
				t.Errorf("%+v stopped at %v: %v", c.s, stop, got)
			}
		}
	}
}

// TestNothingIsSaidOfWhatIsNotKnown: no alarm before two weeks and thirty items.
func TestNothingIsSaidOfWhatIsNotKnown(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	rapid.Check(t, func(t *rapid.T) {
		s := simulated{perDay: rapid.Float64Range(0, 500).Draw(t, "a day"), weekend: 1}
		r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
		days := rapid.IntRange(0, 13).Draw(t, "days")
		now := monday.Add(time.Duration(days) * 24 * time.Hour)
		h := d.learn(s.counts(d, r, monday, now), monday, now, never)
		if _, found := d.quiet(h, nil, now.Add(48*time.Hour), monday); found {
			t.Fatal("an alarm after", days, "days")
		}
	})
}

// TestTail against sums that can be known, and its shape.
func TestTail(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 200).Draw(t, "n")
		mean := rapid.Float64Range(0.001, 500).Draw(t, "mean")
		s := rapid.Float64Range(leastStray, 5).Draw(t, "s")
		p := tail(n, mean, s)
		if math.IsNaN(p) || p < 0 || p > 1 {
			t.Fatal(p)
		}
		if more := tail(n+1, mean, s); more < p-1e-12 {
			t.Fatalf("of %d: %v, of one more: %v", n, p, more)
		}
		if busier := tail(n, mean*1.5, s); busier > p+1e-9 {
			t.Fatalf("the same from a busier source is likelier: %v, %v", p, busier)
		}
	})
	// s towards none is Poisson: e^-10 of none when ten are expected.
	if p := tail(0, 10, 1e-9); math.Abs(p-math.Exp(-10)) > 1e-9 {
		t.Errorf("%v", p)
	}
	// s = 1 is geometric: 1/(1+m) of none.
	if p := tail(0, 9, 1); math.Abs(p-0.1) > 1e-12 {
		t.Errorf("%v", p)
	}
}

// TestAgain: a silence ends when what comes is what used to come, not at the first drop.
func TestAgain(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	s := simulated{perDay: 1000, weekend: 1}
	r := rand.New(rand.NewPCG(1, 1))
	now := monday.Add(28*24*time.Hour + 10*time.Hour)
	h := d.learn(s.counts(d, r, monday, now), monday, now, never)
	at := now.Add(55 * time.Minute)
	if d.again(h, nil, at) {
		t.Error("nothing came, and that ended a silence")
	}
	if d.again(h, []HourCount{{now, 1}}, at) {
		t.Error("one item of forty ended a silence")
	}
	if !d.again(h, []HourCount{{now, 38}}, at) {
		t.Error("what used to come doesn't end a silence")
	}
}
