package timeline

import "time"

// Light is how a clock stands: always shown as shape, colour and word together.
// Colours of lights are for deadlines only, never for warnings or levels.
type Light string

// The four lights.
const (
	Green   Light = "green"
	Yellow  Light = "yellow"
	Red     Light = "red"
	Overdue Light = "overdue"
)

// Lights are the fractions of the span at which the light changes.
type Lights struct {
	Yellow float64 // default .5
	Red    float64 // default .75
}

// Word is the light in the office's word.
func (l Light) Word() string {
	switch l {
	case Green:
		return "正常"
	case Yellow:
		return "临近"
	case Red:
		return "紧急"
	case Overdue:
		return "超时"
	}
	return string(l)
}

// Shape is the light's sign, readable without colour.
func (l Light) Shape() string {
	switch l {
	case Green:
		return "●"
	case Yellow:
		return "▲"
	case Red:
		return "■"
	case Overdue:
		return "◆"
	}
	return ""
}

// Rank orders lights from green (0) to overdue (3).
func (l Light) Rank() int {
	switch l {
	case Yellow:
		return 1
	case Red:
		return 2
	case Overdue:
		return 3
	}
	return 0
}

// Changes are the instants at which the light turns yellow and red.
func (f Lights) Changes(start, due time.Time) (yellow, red time.Time) {
	span := due.Sub(start)
	return start.Add(part(span, f.Yellow)).UTC(), start.Add(part(span, f.Red)).UTC()
}

// At is the light of a running clock: yellow and red from their instants on,
// overdue after the due time (at that very instant an act is still in time).
func (f Lights) At(start, due, now time.Time) Light {
	yellow, red := f.Changes(start, due)
	switch {
	case now.After(due):
		return Overdue
	case !now.Before(red):
		return Red
	case !now.Before(yellow):
		return Yellow
	}
	return Green
}

// Settled is the light of a clock that was met at the actual time given: green
// when in time, overdue for ever when late.
func Settled(due, met time.Time) Light {
	if InTime(due, met) {
		return Green
	}
	return Overdue
}

// Worst is the most pressing of some lights, green when there are none.
func Worst(lights ...Light) Light {
	worst := Green
	for _, l := range lights {
		if l.Rank() > worst.Rank() {
			worst = l
		}
	}
	return worst
}

// MatterLight is the light of a whole matter: the worst of its running clocks,
// and at least red for an emergency that nobody has graded yet.
func MatterLight(m Matter, clocks ...Light) Light {
	if m.Emergency && m.Level == "" {
		clocks = append(clocks[:len(clocks):len(clocks)], Red)
	}
	return Worst(clocks...)
}
