package model

import (
	"testing"

	"huiying/classify"
	"huiying/desk"
)

// TestHollowWordsAreNoReason: a head that weighs 了 as much as 红绿灯 tells only of the lamp.
func TestHollowWordsAreNoReason(t *testing.T) {
	t.Parallel()
	x := newExtractor(headBits)
	doc := &classify.Document{Body: "红绿灯坏了", BodyWords: []string{"红绿灯", "坏", "了"}}
	x.read(doc)
	h := &Heads{head: headsHead{Bits: headBits}, width: 1, used: make([]used, 1<<headBits/64)}
	ids := map[uint32]bool{}
	for _, w := range x.words {
		h.used[w.id/64].mask |= 1 << (w.id % 64)
		ids[w.id] = true
	}
	n := uint32(0)
	for i := range h.used {
		h.used[i].before = n
		for m := h.used[i].mask; m != 0; m &= m - 1 {
			n++
		}
	}
	for range ids {
		h.rows = append(h.rows, 100)
	}
	var v desk.Verdict
	h.explain(x, doc, &v, desk.FieldDepartment, 0)
	if len(v.Evidence) != 2 || v.Evidence[0].Text != "红绿灯" || v.Evidence[1].Text != "坏" {
		t.Errorf("%+v", v.Evidence)
	}
}
