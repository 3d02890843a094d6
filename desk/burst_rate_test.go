package desk

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAtLeastIsTheRestOfTheTail(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "n")
		mean := rapid.Float64Range(0.01, 40).Draw(t, "mean")
		s := rapid.Float64Range(0.01, 3).Draw(t, "s")
		if got, want := atLeast(n, mean, s), 1-tail(n-1, mean, s); math.Abs(got-want) > 1e-7 {
			t.Fatalf("atLeast(%d, %g, %g) = %g, the rest of the tail is %g", n, mean, s, got, want)
		}
	})
	if got := atLeast(40, 0.01, 0.5); got <= 0 || got > 1e-60 {
		t.Errorf("a tiny chance came out as %g", got)
	}
}

// More items are never less suspicious, more of the same before never more.
func TestBurstGrowsWithItsItems(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		p := Pulse{Long: rapid.SampledFrom(burstLengths).Draw(t, "long"), Topic: rapid.IntRange(1, 60).Draw(t, "items")}
		p.Office = p.Topic + rapid.IntRange(0, 300).Draw(t, "others")
		c := Course{Days: rapid.Float64Range(0, 100).Draw(t, "days")}
		c.Items = p.Topic + rapid.IntRange(0, 200).Draw(t, "before")
		if rapid.Bool().Draw(t, "habit") {
			c.PerDay = rapid.Float64Range(1, 20000).Draw(t, "per day")
			p.Usual = c.PerDay * p.Long.Hours() / 24 * rapid.Float64Range(0.05, 3).Draw(t, "hour")
		}
		s, found := Burst(c, []Pulse{p})
		if found && (p.Topic < leastBurst || s.Chance >= burstAlarm || s.Had != p.Topic || s.Long != p.Long) {
			t.Fatalf("%+v out of %+v", s, p)
		}
		more := p
		more.Topic, more.Office = p.Topic+5, p.Office+5
		again, still := Burst(Course{c.Days, c.Items + 5, c.PerDay}, []Pulse{more})
		if found && (!still || again.Chance > s.Chance) {
			t.Fatalf("five more items made it less suspicious: %+v, then %+v", s, again)
		}
		used := Course{c.Days, c.Items + 50, c.PerDay}
		if _, then := Burst(used, []Pulse{p}); !found && then && c.Items > p.Topic {
			t.Fatalf("%+v is a burst only for a topic that is used to more", p)
		}
	})
}

// The explosion of the drill: nothing is known of the office, and the calls come within
// minutes.
func TestBurstWithinFewItems(t *testing.T) {
	t.Parallel()
	at := func(s string) time.Time {
		when, err := time.Parse("15:04:05", s)
		if err != nil {
			t.Fatal(err)
		}
		return time.Date(2026, 11, 21, when.Hour(), when.Minute(), when.Second(), 0, time.FixedZone("", 8*3600))
	}
	calls := []time.Time{at("20:13:15"), at("20:13:40"), at("20:14:00"), at("20:14:20"), at("20:14:30"), at("20:15:10"), at("20:15:40"), at("20:16:00"), at("20:17:30")}
	others := 8
	d := testDesk(t)
	for n := 1; n <= len(calls); n++ {
		now := calls[n-1]
		office := []HourCount{{Hour: now.Truncate(time.Hour), Items: others + n}}
		s, found := Burst(Course{Days: now.Sub(calls[0]).Hours() / 24, Items: n}, d.pulses(calls[:n], office, Habit{}, now))
		if found {
			t.Logf("at call %d: %+v", n, s)
			if n < leastBurst || n > 7 || s.Had != n {
				t.Errorf("fired at the call number %d: %+v", n, s)
			}
			return
		}
	}
	t.Error("nine calls in five minutes are nothing unusual")
}

// A flood of the whole office is no burst of each of its topics; nor is the first
// import of an office that has no habit yet.
func TestFloodIsNoBurst(t *testing.T) {
	t.Parallel()
	hour := Pulse{Long: time.Hour, Topic: 12, Office: 20_000}
	if s, found := Burst(Course{Items: 12, Days: 0.01}, []Pulse{hour}); found {
		t.Errorf("the first import: %+v", s)
	}
	known := Pulse{Long: time.Hour, Topic: 12, Office: 4000, Usual: 40}
	if s, found := Burst(Course{Items: 12, Days: 0.01, PerDay: 900}, []Pulse{known}); found {
		t.Errorf("a hundred times the usual everywhere: %+v", s)
	}
	known.Office = 60
	if _, found := Burst(Course{Items: 12, Days: 0.01, PerDay: 900}, []Pulse{known}); !found {
		t.Error("twelve of sixty within an hour aren't noticed")
	}
}

// An hour of the night is judged as one.
func TestBurstHeedsTheHour(t *testing.T) {
	t.Parallel()
	course := Course{Days: 30, Items: 60 + 7, PerDay: 600}
	day, dayFound := Burst(course, []Pulse{{Long: time.Hour, Topic: 7, Office: 67, Usual: 60}})
	night, nightFound := Burst(course, []Pulse{{Long: time.Hour, Topic: 7, Office: 12, Usual: 5}})
	if !nightFound || dayFound && day.Chance <= night.Chance {
		t.Errorf("by day %+v, by night %+v", day, night)
	}
}

// False alarms over simulated years: an office of sixty items a worked day whose topics
// begin and fade as they do, some of them going on for months, with clumps by the
// day and by the hour. Every arrival is judged, as on the desk.
func TestBurstFalseAlarms(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	years, alarms, items := 0.0, 0, 0
	for seed := range uint64(2) {
		r := rand.New(rand.NewPCG(seed, 7))
		from := time.Date(2025, 1, 6, 0, 0, 0, 0, time.UTC)
		to := from.AddDate(1, 0, 0)
		counts := simulated{perDay: 60, weekend: 0.4, officeOnly: true, clumps: 0.3, days: 0.1}.counts(d, r, from, to)
		h := d.learn(counts[:len(counts)/4], from, counts[len(counts)/4].Hour, func(time.Time) bool { return false })
		a, n := falseAlarms(d, r, h, counts)
		alarms, items, years = alarms+a, items+n, years+1
	}
	t.Logf("%d alarms in %.0f years of an office, %d items", alarms, years, items)
	if perYear := float64(alarms) / years; perYear > 2 {
		t.Errorf("%.1f false alarms a year", perYear)
	}
}

// falseAlarms deals the counts out to topics by preferential attachment with ageing and
// counts the topics for which an alarm is raised, each once in a week.
func falseAlarms(d *Desk, r *rand.Rand, h Habit, counts []HourCount) (alarms, items int) {
	type topic struct {
		all  []time.Time
		told time.Time
	}
	var recent []*topic // by arrival, the last 400: a topic is met again as often as it was lately
	for _, c := range counts {
		for i := range c.Items {
			now := c.Hour.Add(time.Duration(float64(time.Hour) * (float64(i) + r.Float64()) / float64(c.Items)))
			var tp *topic
			if len(recent) == 0 || r.Float64() < 0.55 {
				tp = &topic{}
			} else {
				tp = recent[r.IntN(len(recent))]
			}
			if recent = append(recent, tp); len(recent) > 400 {
				recent = recent[1:]
			}
			tp.all = append(tp.all, now)
			items++
			began := max(0, len(tp.all)-60)
			course := Course{Days: now.Sub(tp.all[began]).Hours() / 24, Items: len(tp.all) - began, PerDay: h.perDay()}
			if _, found := Burst(course, d.pulses(tp.all[began:], nearHours(counts, now), h, now)); found {
				if now.Sub(tp.told) > 7*24*time.Hour {
					alarms++
				}
				tp.told = now
			}
		}
	}
	return alarms, items
}

func nearHours(counts []HourCount, now time.Time) []HourCount {
	lo, hi := 0, len(counts)
	for lo < hi {
		if m := (lo + hi) / 2; counts[m].Hour.Before(now.Add(-25 * time.Hour)) {
			lo = m + 1
		} else {
			hi = m
		}
	}
	end := lo
	for end < len(counts) && !counts[end].Hour.After(now) {
		end++
	}
	return counts[lo:end]
}

// A topic that gets its share day by day never bursts once it is three days old, however
// large it is (a new one with thirty items on its first day is news); the same topic
// with the share of a fortnight within hours does.
func TestBurstSteadyTopics(t *testing.T) {
	t.Parallel()
	d := testDesk(t)
	from := time.Date(2026, 1, 5, 0, 0, 0, 0, time.UTC)
	office := simulated{perDay: 400, weekend: 0.4, officeOnly: true, clumps: 0.2, days: 0.05}
	for i, perDay := range []float64{0.3, 3, 30} {
		r := rand.New(rand.NewPCG(5, uint64(i)))
		own := simulated{perDay: perDay, weekend: 0.4, officeOnly: true, clumps: 0.3, days: 0.1}
		counts := office.counts(d, r, from, from.AddDate(0, 6, 0))
		h := d.learn(counts, from, from.AddDate(0, 2, 0), never)
		var all []time.Time
		judge := func(now time.Time) (Surge, bool) {
			began := max(0, len(all)-400)
			c := Course{Days: now.Sub(all[began]).Hours() / 24, Items: len(all) - began, PerDay: h.perDay()}
			return Burst(c, d.pulses(all[began:], nearHours(counts, now), h, now))
		}
		for _, c := range own.counts(d, r, from, from.AddDate(0, 6, 0)) {
			for k := range c.Items {
				all = append(all, c.Hour.Add(time.Duration(k+1)*time.Hour/time.Duration(c.Items+1)))
				if s, found := judge(all[len(all)-1]); found && c.Hour.Sub(from) > 3*24*time.Hour {
					t.Errorf("%g a day, steadily, on %v: %+v", perDay, all[len(all)-1], s)
				}
			}
		}
		now := all[len(all)-1]
		for k := range int(14*perDay) + 8 {
			all = append(all, now.Add(time.Duration(k)*time.Minute/4))
		}
		if s, found := judge(all[len(all)-1]); !found {
			t.Errorf("a fortnight of %g a day within hours isn't noticed: %+v", perDay, s)
		}
	}
}
