package classify

import "time"

// fakeClock moves one second per look.
func fakeClock() func() time.Time {
	at := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	return func() time.Time {
		at = at.Add(time.Second)
		return at
	}
}
