package rules

import (
	"strings"
	"testing"

	"huiying/desk"
)

// TestOpeningSpeaksAsTitle: what is said first is heard as a title would be where there
// is none, and only there.
func TestOpeningSpeaksAsTitle(t *testing.T) {
	t.Parallel()
	words := newCues(slicesOf(group("a", 1, "路灯 井盖"), group("b", 1, "污水")))
	set := Set{words: []*cues{words}}
	long := strings.Repeat("我们这里的情况是这样的", 10)
	for _, c := range []struct {
		title, body string
		a, b        float64
		loud        bool // a
	}{
		{"路灯不亮", "污水", 3, 1, true},
		{"你好", "路灯不亮,污水", 1, 1, false},
		{"", "路灯不亮,污水", 3, 3, true},
		{" ", "路灯不亮,路灯", 3.9, 0, true},
		{"", "污水" + long + "路灯不亮", 1, 3, false},
	} {
		var sum [2]float64
		var loud bool
		set.read = func(x *scanned, _ *desk.Verdict) {
			got := x.countOpening(words)
			sum, loud = [2]float64{got.sum("a"), got.sum("b")}, got.loud(0)
		}
		set.Apply(desk.Text{Title: c.title, Body: c.body}, &desk.Verdict{})
		if sum != [2]float64{c.a, c.b} || loud != c.loud {
			t.Errorf("%s/%s: %v, loud %v", c.title, c.body, sum, loud)
		}
	}
}
