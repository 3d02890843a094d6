package mailbox

import (
	"slices"
	"strconv"
	"strings"
)

// span is the numbers lo…hi.
type span struct{ lo, hi uint32 }

// uids are numbers of messages as spans in order that don't touch, as the bookmark
// carries them: "1:40,44,51:90".
type uids []span

// maxSpans bounds what a bookmark carries. Beyond it the oldest gaps are forgotten.
const maxSpans = 400

// parseUIDs reads what String wrote; what isn't numbers isn't there.
func parseUIDs(s string) uids {
	var out uids
	for s != "" {
		var part string
		part, s, _ = strings.Cut(s, ",")
		lo, hi, ok := strings.Cut(part, ":")
		if !ok {
			hi = lo
		}
		a, err1 := strconv.ParseUint(lo, 10, 32)
		b, err2 := strconv.ParseUint(hi, 10, 32)
		if err1 == nil && err2 == nil && a > 0 && a <= b {
			out = out.with(uint32(a), uint32(b))
		}
	}
	return out
}

// String is never empty: no number at all is "0".
func (u uids) String() string {
	if len(u) == 0 {
		return "0"
	}
	parts := make([]string, len(u))
	for i, s := range u {
		parts[i] = strconv.FormatUint(uint64(s.lo), 10)
		if s.hi != s.lo {
			parts[i] += ":" + strconv.FormatUint(uint64(s.hi), 10)
		}
	}
	return strings.Join(parts, ",")
}

// with adds lo…hi.
func (u uids) with(lo, hi uint32) uids {
	out := make(uids, 0, len(u)+1)
	for _, s := range u {
		switch {
		case uint64(s.hi)+1 < uint64(lo), uint64(hi)+1 < uint64(s.lo):
			out = append(out, s)
		default:
			lo, hi = min(lo, s.lo), max(hi, s.hi)
		}
	}
	out = append(out, span{lo, hi})
	slices.SortFunc(out, func(a, b span) int { return int(int64(a.lo) - int64(b.lo)) })
	if n := len(out) - maxSpans; n > 0 {
		out = append(uids{{out[0].lo, out[n].hi}}, out[n+1:]...)
	}
	return out
}

func (u uids) has(n uint32) bool {
	i, found := slices.BinarySearchFunc(u, n, func(s span, n uint32) int {
		switch {
		case s.hi < n:
			return -1
		case s.lo > n:
			return 1
		}
		return 0
	})
	return found && i < len(u)
}
