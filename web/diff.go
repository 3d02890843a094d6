package web

import (
	"slices"
	"strings"
	"unicode"
)

// Change kinds of a comparison.
const (
	diffSame = ""
	diffGone = "del"
	diffNew  = "ins"
)

// DiffPart is a stretch of a comparison: kept, taken out or put in.
type DiffPart struct {
	Kind string // "", "del" or "ins"
	Text string
}

// diffMost bounds the number of changes that are told apart within one stretch of
// paragraphs; texts that differ more are shown as one taken out and one put in.
const diffMost = 800

// diffText compares two texts paragraph by paragraph, and words within the paragraphs that changed. Joining the
// parts that aren't new gives the old text, joining those that aren't gone the new one.
func diffText(old, new string) []DiffPart {
	var parts []DiffPart
	add := func(kind, text string) {
		if text == "" {
			return
		}
		if n := len(parts); n > 0 && parts[n-1].Kind == kind {
			parts[n-1].Text += text
			return
		}
		parts = append(parts, DiffPart{kind, text})
	}
	a, b := paragraphsOf(old), paragraphsOf(new)
	for _, e := range edits(a, b) {
		gone, come := strings.Join(a[e.a0:e.a1], ""), strings.Join(b[e.b0:e.b1], "")
		if e.same {
			add(diffSame, gone)
			continue
		}
		x, y := words(gone), words(come)
		for _, w := range tidyEdits(edits(x, y), x) {
			if w.same {
				add(diffSame, strings.Join(x[w.a0:w.a1], ""))
				continue
			}
			add(diffGone, strings.Join(x[w.a0:w.a1], ""))
			add(diffNew, strings.Join(y[w.b0:w.b1], ""))
		}
	}
	return parts
}

// paragraphsOf cuts a text behind its line ends.
func paragraphsOf(s string) []string {
	if s == "" {
		return nil
	}
	return strings.SplitAfter(s, "\n")
}

// words cuts a text into what is compared: runs of Latin letters and of digits are one, every other character stands alone.
func words(s string) []string {
	var out []string
	class := func(r rune) int {
		switch {
		case r >= '0' && r <= '9', r == '.', r == ',':
			return 1
		case r < 0x250 && unicode.IsLetter(r):
			return 2
		}
		return 0
	}
	last := 0
	for _, r := range s {
		c := class(r)
		if c != 0 && c == last {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		last = c
	}
	return out
}

// edit is a stretch of both sequences, half open: the same in both, or replaced.
type edit struct {
	same           bool
	a0, a1, b0, b1 int
}

// edits are the fewest changes that make b of a (Myers 1986), as alternating stretches.
func edits(a, b []string) []edit {
	head := 0
	for head < len(a) && head < len(b) && a[head] == b[head] {
		head++
	}
	tail := 0
	for tail < len(a)-head && tail < len(b)-head && a[len(a)-1-tail] == b[len(b)-1-tail] {
		tail++
	}
	var out []edit
	if head > 0 {
		out = append(out, edit{true, 0, head, 0, head})
	}
	for _, e := range middle(a[head:len(a)-tail], b[head:len(b)-tail]) {
		out = append(out, edit{e.same, e.a0 + head, e.a1 + head, e.b0 + head, e.b1 + head})
	}
	if tail > 0 {
		out = append(out, edit{true, len(a) - tail, len(a), len(b) - tail, len(b)})
	}
	return out
}

// middle is edits without common ends.
func middle(a, b []string) []edit {
	n, m := len(a), len(b)
	if n == 0 && m == 0 {
		return nil
	}
	if n == 0 || m == 0 {
		return []edit{{false, 0, n, 0, m}}
	}
	// v[k] is how far along a the furthest path on diagonal k has come; trace keeps it for each number of changes.
	var trace [][]int
	v := map[int]int{1: 0}
	most := min(n+m, diffMost)
	for d := 0; d <= most; d++ {
		row := make([]int, 2*d+1)
		for k := -d; k <= d; k += 2 {
			x := 0
			if k == -d || k != d && v[k-1] < v[k+1] {
				x = v[k+1]
			} else {
				x = v[k-1] + 1
			}
			for x < n && x-k < m && a[x] == b[x-k] {
				x++
			}
			v[k], row[k+d] = x, x
			if x >= n && x-k >= m {
				return walkBack(append(trace, row), n, m)
			}
		}
		trace = append(trace, row)
	}
	return []edit{{false, 0, n, 0, m}}
}

// walkBack follows the path of the fewest changes from its end.
func walkBack(trace [][]int, n, m int) []edit {
	var steps []edit // single steps, from the end
	x, y := n, m
	for d := len(trace) - 1; d >= 0; d-- {
		k := x - y
		px, py := 0, 0
		if d > 0 {
			at := func(k int) int {
				if k < -(d-1) || k > d-1 || (k+d-1)%2 != 0 {
					return -1
				}
				return trace[d-1][k+d-1]
			}
			pk := k - 1
			if k == -d || k != d && at(k-1) < at(k+1) {
				pk = k + 1
			}
			px = at(pk)
			py = px - pk
		}
		mx, my := px, py // where the diagonal of this step begins
		if d > 0 {
			if k > px-py {
				mx++
			} else {
				my++
			}
		}
		if x > mx {
			steps = append(steps, edit{true, mx, x, my, y})
		}
		if d > 0 {
			steps = append(steps, edit{false, px, mx, py, my})
		}
		x, y = px, py
	}
	slices.Reverse(steps)
	return joinEdits(steps)
}

// joinEdits puts neighbours of the same kind together.
func joinEdits(steps []edit) []edit {
	var out []edit
	for _, s := range steps {
		if n := len(out); n > 0 && out[n-1].same == s.same {
			out[n-1].a1, out[n-1].b1 = s.a1, s.b1
			continue
		}
		out = append(out, s)
	}
	return out
}

// tidyEdits lets a single character that happens to stand in both fall into the changes around it: what is read is
// a phrase replaced, not confetti.
func tidyEdits(all []edit, a []string) []edit {
	out := slices.Clone(all)
	for i := 1; i+1 < len(out); i++ {
		e := out[i]
		if e.same && e.a1-e.a0 == 1 && !strings.ContainsAny(a[e.a0], "。；\n") && sizeOf(out[i-1]) > 1 && sizeOf(out[i+1]) > 1 {
			out[i].same = false
		}
	}
	return joinEdits(out)
}

func sizeOf(e edit) int { return max(e.a1-e.a0, e.b1-e.b0) }
