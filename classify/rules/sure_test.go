package rules

import (
	"testing"

	"pgregory.net/rapid"
)

func TestCalibration(t *testing.T) {
	t.Parallel()
	for _, c := range []calibration{kindSure, categorySure, departmentSure, departmentBrief} {
		if most := c.of(1); most != mostSure {
			t.Errorf("%+v is sure to %v at the most", c, most)
		}
		if least := c.of(0); least <= 0 || least > 0.01 {
			t.Errorf("%+v says %v of nothing", c, least)
		}
		rapid.Check(t, func(t *rapid.T) {
			a, b := rapid.Float64Range(0, 1).Draw(t, "a"), rapid.Float64Range(0, 1).Draw(t, "b")
			if (a-b)*(c.of(a)-c.of(b)) < 0 {
				t.Fatalf("%+v puts %v and %v in another order", c, a, b)
			}
		})
	}
	if c := (calibration{slope: 1}); c.of(0.7) < 0.699 || c.of(0.7) > 0.701 {
		t.Errorf("a curve that changes nothing makes 0.7 %v", c.of(0.7))
	}
}
