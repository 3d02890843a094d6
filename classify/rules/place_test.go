package rules

import (
	"testing"

	"huiying/desk"
)

// A time before a place isn't part of it.
func TestPlaceWithoutItsTime(t *testing.T) {
	t.Parallel()
	for body, want := range map[string]string{
		"昨晚8时许锦绣家园6栋，墙面开裂":   "锦绣家园6栋",
		"11月20日14时30分许滨江路积水": "滨江路",
		"下午三点半桂花园小区停水":       "桂花园小区",
		"锦绣家园6栋昨晚停水":         "锦绣家园6栋",
	} {
		v := desk.Verdict{Confidence: map[string]float64{}}
		findPlace(desk.Text{Body: body}, &v)
		if v.Place != want {
			t.Errorf("%s: %q, want %q", body, v.Place, want)
		}
	}
}
