package ingest

import "time"

// maxBackoff bounds the wait after failures.
const maxBackoff = 15 * time.Minute

// backoff is the wait before the next poll: the source's own interval when all is
// well, doubled with each failure in a row, up to 15 minutes (or the interval, if
// that is longer); never less than the source asked for, up to a day. The jitter r
// in [0,1) spreads it over ±10 %, and never below what was asked.
func backoff(every time.Duration, failures int, asked time.Duration, r float64) time.Duration {
	wait := every
	for range min(failures, 20) {
		if wait >= maxBackoff {
			break
		}
		wait = min(2*wait, maxBackoff)
	}
	if asked = min(asked, 24*time.Hour); asked > wait {
		return asked + time.Duration(r*0.1*float64(wait))
	}
	return max(wait+time.Duration((r-0.5)*0.2*float64(wait)), asked)
}
