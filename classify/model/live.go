package model

import (
	"sync/atomic"

	"huiying/classify"
	"huiying/desk"
)

// Live is the shipped model with what was learnt beside it, which can be exchanged
// while texts are read.
type Live struct {
	*Model
	heads atomic.Pointer[Heads]
}

// NewLive begins with nothing learnt.
func NewLive(m *Model) *Live { return &Live{Model: m} }

// Use lets heads speak from the next text on; nil: the shipped model alone.
func (l *Live) Use(h *Heads) { l.heads.Store(h) }

// Adjust is what the engine runs after the rules.
func (l *Live) Adjust(doc *classify.Document, v *desk.Verdict) {
	if h := l.heads.Load(); h != nil {
		h.Adjust(doc, v)
		v.Model += "+" + h.Name()
	}
}
