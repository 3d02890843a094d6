package rules

import "math"

// calibration leads how much of all that was said speaks for a value to how often such
// a value is right: a logistic curve over log odds, which keeps the order.
type calibration struct{ slope, shift float64 }

// The curves were fitted on the 200 letters of gold-messages/dev, where right is the
// label that stands first, on 22 November 2026; `huiying evaluate` prints how they hold
// on letters held out, and what of them would have to change. The duty list and the
// likeliest without a telling word aren't among those letters and keep figures of their own.
var (
	kindSure       = calibration{slope: 1.4}
	categorySure   = calibration{slope: 1.8, shift: 0.2}
	departmentSure = calibration{slope: 2.4, shift: 0.15}

	// Where little is said, a department is less sure: fitted on the first seventy
	// characters of the same letters, read without a title.
	departmentBrief = calibration{slope: 2.4, shift: -0.6}
)

// mostSure is the most that is ever claimed: so few letters don't tell 95 in a hundred
// from all.
const mostSure = 0.95

func (c calibration) of(part float64) float64 {
	part = min(max(part, 0.01), 0.99)
	return min(1/(1+math.Exp(-c.slope*math.Log(part/(1-part))-c.shift)), mostSure)
}
