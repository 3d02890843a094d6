package desk

import (
	"math"
	"time"
)

// Pulse is what came in one stretch of time that ends now.
type Pulse struct {
	Long   time.Duration
	Topic  int     // items of the topic
	Office int     // of the whole office, the topic's among them
	Usual  float64 // of the whole office, by its habit for these very hours; 0: no habit is known
}

// Course is how a topic has gone on, up to now.
type Course struct {
	Days   float64 // since its first item; at most HabitWeeks are looked at
	Items  int     // that came within these days, the newest among them
	PerDay float64 // items that the office has on an ordinary day, by its habit; 0: not known
}

// Surge (骤增) is a stretch in which a topic got more than is likely.
type Surge struct {
	Long     time.Duration
	Had      int
	Expected float64
	Chance   float64 // that a topic which goes its ordinary way gets so many
}

// burstLengths are the stretches looked at: an explosion shows within minutes, a
// bad batch of milk within a day.
var burstLengths = []time.Duration{10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour}

const (
	// leastBurst: fewer items are neighbours who talked to each other.
	leastBurst = 5
	// Before anything is known of a topic it is thought to get one item a day, and
	// that thought weighs as much as half a day of watching: most get fewer, and some
	// many more. The measured rates of false alarms stand in the tests.
	bornItems, bornDays = 0.5, 0.5
	// sleepRate is the least that is expected of a topic, in items a day: one that has
	// slept for months may still get two or three letters in one week.
	sleepRate = 0.1
	// burstStray is how far a topic strays from its own rate from one stretch to the
	// next (variance of the factor): neighbours write together, a report in the paper
	// makes others write. It is the variance that the complaints of one housing estate
	// show from week to week.
	burstStray = 0.5
	// floodShare is a topic's part of a flood in an office that has no habit yet: in one
	// where thousands of items are fed in at once each topic gets some.
	floodShare = 0.005
	// nightLeast bounds from below how little of a day's arrivals an hour of the night
	// is thought to bring.
	nightLeast = 0.25
	// burstAlarm is how unlikely a stretch must be. Seven stretches and every arrival look
	// at overlapping times, so that this isn't the rate of false alarms, see the tests.
	burstAlarm = 1e-5
)

// Burst says whether a topic gets more than is likely (突发), given how it went so
// far and what the office as a whole gets at this hour, and in which of the stretches
// that is least likely. It is pure; the caller sees to it that a burst is told once.
//
// A topic's rate is held to lie around what it brought before, and around what a new
// topic brings as long as nothing is known. The count of a stretch is then negative
// binomial. A stretch is as long as the part of an ordinary day's arrivals that falls
// in it, so that ten items at four in the morning are more unusual than at ten; and
// when the whole office gets a multiple of the usual, so may the topic.
func Burst(c Course, pulses []Pulse) (s Surge, found bool) {
	s.Chance = burstAlarm
	for _, p := range pulses {
		if p.Topic < leastBurst || p.Long <= 0 {
			continue
		}
		mean, spread := c.expect(p)
		n := p.Topic
		if c.Items <= p.Topic {
			n-- // the first item made the topic: it was bound to be there
		}
		chance := atLeast(n, mean, spread)
		if c.PerDay <= 0 || p.Usual <= 0 {
			// Without a habit it may as well be a flood, of which the topic's own course says nothing.
			flood := floodShare * float64(max(0, p.Office-p.Topic))
			if by := atLeast(n, flood, burstStray+1/bornItems); by > chance {
				mean, chance = flood, by
			}
		}
		if chance < s.Chance {
			s, found = Surge{Long: p.Long, Had: p.Topic, Expected: mean, Chance: chance}, true
		}
	}
	if !found {
		return Surge{}, false
	}
	return s, true
}

// expect gives the mean of a stretch and how far it strays (variance mean + mean²·s).
func (c Course) expect(p Pulse) (mean, s float64) {
	long := p.Long.Hours() / 24
	before := max(0, min(c.Days, HabitWeeks*7)-long)
	items := float64(max(0, c.Items-p.Topic))
	rate := max(sleepRate, (bornItems+items)/(bornDays+before))
	part := long
	others := float64(max(0, p.Office-p.Topic))
	if c.PerDay > 0 && p.Usual > 0 {
		part = max(p.Usual/c.PerDay, nightLeast*long)
		mean = rate * part * max(1, others/p.Usual)
	} else {
		mean = rate * part
	}
	return mean, burstStray + 1/(bornItems+items)
}

// atLeast is the chance of n or more under a negative binomial of this mean and
// variance mean + mean²·s.
func atLeast(n int, mean, s float64) float64 {
	if n <= 0 {
		return 1
	}
	if mean <= 0 {
		return 0
	}
	if float64(n) <= mean {
		return 1 - tail(n-1, mean, s)
	}
	r := 1 / s
	logq := math.Log(mean / (r + mean))
	// The terms from n on fall nearly as a geometric series: summed from there, small
	// chances keep their digits, which 1 - the sum before n would lose.
	high, _ := math.Lgamma(r + float64(n))
	low, _ := math.Lgamma(r)
	fact, _ := math.Lgamma(float64(n) + 1)
	term := math.Exp(high - low - fact + r*math.Log(r/(r+mean)) + float64(n)*logq)
	sum := 0.0
	for k := n; k < n+100_000; k++ {
		sum += term
		next := term * (r + float64(k)) / float64(k+1) * math.Exp(logq)
		if next < sum*1e-9 && next < term {
			break
		}
		term = next
	}
	return min(sum, 1)
}

// pulses makes the stretches of Burst from the instants at which the topic's items of
// the last day came and the office's counts by the hour, its habit, and now.
func (d *Desk) pulses(topic []time.Time, office []HourCount, h Habit, now time.Time) []Pulse {
	list := make([]Pulse, 0, len(burstLengths))
	for _, long := range burstLengths {
		p := Pulse{Long: long}
		from := now.Add(-long)
		for _, at := range topic {
			if at.After(from) && !at.After(now) {
				p.Topic++
			}
		}
		p.Office = max(p.Topic, int(math.Round(arrived(office, from, now))))
		if h.Known() {
			p.Usual = d.expected(h, from, now)
		}
		list = append(list, p)
	}
	return list
}

// arrived reckons how many of the items counted by the hour came in [from, now]. What
// is shorter than an hour gets its part of the last one to two hours.
func arrived(counts []HourCount, from, now time.Time) (n float64) {
	if now.Sub(from) < time.Hour {
		begin := now.Truncate(time.Hour).Add(-time.Hour)
		return float64(came(counts, begin)) * now.Sub(from).Hours() / now.Sub(begin).Hours()
	}
	for _, c := range counts {
		if c.Hour.After(now) {
			continue
		}
		end := c.Hour.Add(time.Hour)
		if end.After(now) {
			end = now
		}
		switch whole := end.Sub(c.Hour); {
		case !c.Hour.Before(from):
			n += float64(c.Items)
		case end.After(from) && whole > 0:
			n += float64(c.Items) * float64(end.Sub(from)) / float64(whole)
		}
	}
	return n
}

// perDay is what the habit brings on an ordinary day, days off among them.
func (h Habit) perDay() float64 {
	if !h.Known() {
		return 0
	}
	var sum [2]float64
	for day := range h.Rate {
		for _, r := range h.Rate[day] {
			sum[day] += r
		}
	}
	return (5*sum[1] + 2*sum[0]) / 7
}
