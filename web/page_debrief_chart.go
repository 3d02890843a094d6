package web

import (
	"time"

	"huiying/desk"
)

// FlowChart is how many items came when, with the releases marked on it, as a picture drawn here.
type FlowChart struct {
	Width, Height int // of the picture
	Floor         int // where the bars stand
	Bars          []FlowBar
	Marks         []FlowMark
	Lines         []FlowLine // of the scale
	Channels      []FlowKey
	Step          time.Duration
	Total         int
}

// FlowBar is one stretch of time.
type FlowBar struct {
	At      time.Time
	Label   bool // its time is written below
	X, Mid  int
	Parts   []FlowPart
	Total   int
	Counts  []int // by channel, in the order of Channels
	Release []int // numbers of the texts published in it
}

// FlowPart is what one channel brought in it.
type FlowPart struct {
	Class      string
	X, Y, W, H int
	Channel    string // interface text
	Count      int
}

// FlowMark is a text that went out.
type FlowMark struct{ X, N int }

// FlowLine is a line of the scale.
type FlowLine struct{ Y, N int }

// FlowKey explains a colour.
type FlowKey struct {
	Class, Name string // interface text
	Total       int
}

// The picture's measures, in its own units.
const (
	chartWidth, chartHeight = 960, 250
	chartLeft, chartTop     = 34, 26
	chartFloor              = 222
	chartLabels             = 13 // times written below at most
)

// chart draws the flow. Channels that brought nothing are left out.
func (r teller) chart(f desk.DebriefFlow, texts []SeenText) FlowChart {
	c := FlowChart{Width: chartWidth, Height: chartHeight, Floor: chartFloor, Step: f.Step}
	var channels []desk.Channel
	for _, ch := range desk.Channels {
		key := FlowKey{Class: "flow-" + string(ch), Name: ch.Name()}
		for _, slot := range f.Slots {
			key.Total += slot[ch]
		}
		if c.Total += key.Total; key.Total > 0 {
			channels, c.Channels = append(channels, ch), append(c.Channels, key)
		}
	}
	if c.Total == 0 {
		return c
	}
	tick := niceStep(f.Most)
	top := (f.Most + tick - 1) / tick * tick
	high := func(n int) int { return n * (chartFloor - chartTop) / top }
	for n := 0; n <= top; n += tick {
		c.Lines = append(c.Lines, FlowLine{Y: chartFloor - high(n), N: n})
	}
	wide := (chartWidth - chartLeft) / len(f.Slots)
	every := (len(f.Slots) + chartLabels - 1) / chartLabels
	for i, slot := range f.Slots {
		bar := FlowBar{At: f.From.Add(time.Duration(i) * f.Step), Label: i%every == 0, X: chartLeft + i*wide, Mid: chartLeft + i*wide + wide/2}
		for j, ch := range channels {
			n := slot[ch]
			bar.Counts = append(bar.Counts, n)
			if n == 0 {
				continue
			}
			bar.Total += n
			y := chartFloor - high(bar.Total)
			bar.Parts = append(bar.Parts, FlowPart{Class: c.Channels[j].Class, Channel: ch.Name(), Count: n, X: bar.X + 3, Y: y, W: wide - 6, H: chartFloor - high(bar.Total-n) - y})
		}
		for _, t := range texts {
			if !t.ActedAt.Before(bar.At) && t.ActedAt.Before(bar.At.Add(f.Step)) {
				bar.Release = append(bar.Release, t.N)
				c.Marks = append(c.Marks, FlowMark{X: bar.X + int(float64(wide)*float64(t.ActedAt.Sub(bar.At))/float64(f.Step)), N: t.N})
			}
		}
		c.Bars = append(c.Bars, bar)
	}
	return c
}

// niceStep is a step of a scale by 1, 2 or 5 that needs some five lines.
func niceStep(most int) int {
	for unit := 1; ; unit *= 10 {
		for _, n := range []int{1, 2, 5} {
			if n*unit*5 >= most {
				return n * unit
			}
		}
	}
}
