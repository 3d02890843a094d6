package rules

import (
	"slices"

	"huiying/desk"
)

// What a word of the office's tree weighs; in the title thrice, said again little. The
// office knows what it means: one in the title is louder than the model at its surest
// with the words of rules beside it.
const (
	ownCategory = 8.0
	ownAgain    = 0.3
)

// ownCategories are the words that the office has put at nodes of its tree.
type ownCategories struct {
	below map[string][]string // paths of the categories right below one
	words *cues               // tagged with paths; nil: the office has none
}

func newOwnCategories(tree desk.CategoryTree) ownCategories {
	o := ownCategories{below: map[string][]string{}}
	var list []cue
	for _, n := range tree.Own() {
		if n.Parent != "" {
			o.below[n.Parent] = append(o.below[n.Parent], n.Path())
		}
		for _, w := range n.Words {
			list = append(list, cue{word: w, tag: n.Path(), weight: ownCategory})
		}
	}
	if len(list) > 0 {
		o.words = newCues(list)
	}
	return o
}

// saidOfOwn is what a text says of the office's words.
type saidOfOwn struct {
	sums  map[string]float64 // by class, and by path with all below it
	spans map[string][]span  // by path
}

// count reads the list of the office's words, the one behind the set's own; nil: none
// was said.
func (o ownCategories) count(x *scanned) *saidOfOwn {
	if o.words == nil || !x.some(1) {
		return nil
	}
	s := &saidOfOwn{map[string]float64{}, map[string][]span{}}
	seen := make([]int, len(o.words.words))
	for n, p := range x.opened() {
		x.each(1, n, func(h hit) {
			w := h.weight
			if (span{p, h}).loud() {
				w *= titleVoice
			}
			if seen[h.at]++; seen[h.at] > 1 {
				w *= ownAgain
			} else {
				s.spans[h.tag] = append(s.spans[h.tag], span{p, h})
			}
			if seen[h.at] > 4 {
				return
			}
			for path := h.tag; path != ""; path = desk.CategoryParent(path) {
				s.sums[path] += w
			}
		})
	}
	return s
}

// of is what the words say for a class.
func (s *saidOfOwn) of(class string) float64 {
	if s == nil {
		return 0
	}
	return s.sums[class]
}

// refine goes down from the class to the deepest category whose words speak, at each
// step to the one for which they say most, and tells the words.
func (o ownCategories) refine(s *saidOfOwn, v *desk.Verdict) {
	if s == nil || v.Category == "" {
		return
	}
	class, all := v.Category, s.sums[v.Category]
	for {
		best := ""
		for _, path := range o.below[v.Category] {
			if s.sums[path] > s.sums[best] {
				best = path
			}
		}
		if best == "" {
			break
		}
		v.Category = best
	}
	if v.Category != class { // what spoke for the class says nothing about where below it
		v.SetEvidence(desk.FieldCategory)
		delete(v.Reasons, desk.FieldCategory)
		sure(v, desk.FieldCategory, v.Confidence[desk.FieldCategory]*(0.4+0.55*s.sums[v.Category]/all))
	}
	for path := v.Category; path != ""; path = desk.CategoryParent(path) {
		for _, own := range s.spans[path][:min(len(s.spans[path]), 3)] {
			if !slices.ContainsFunc(v.Evidence, func(e desk.Evidence) bool {
				return e.Field == desk.FieldCategory && e.In == own.p.in && e.Start == own.h.start && e.End == own.h.end
			}) {
				own.note(v, desk.FieldCategory)
			}
		}
	}
}
