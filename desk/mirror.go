package desk

import (
	"slices"
	"time"
)

// MirrorKind is the kind of source that mirrors the tickets of another platform (镜像).
const MirrorKind = "mirror"

// The states of a ticket on the platform that it is mirrored from, as we name them.
const (
	MirrorPending  = "pending"  // 待受理
	MirrorAssigned = "assigned" // 已派单
	MirrorWorking  = "working"  // 办理中
	MirrorAnswered = "answered" // 已答复
	MirrorClosed   = "closed"   // 已办结
)

// MirrorStates in the order of a ticket's life, with their Chinese names.
var MirrorStates = []struct{ State, Name string }{
	{MirrorPending, "待受理"}, {MirrorAssigned, "已派单"}, {MirrorWorking, "办理中"}, {MirrorAnswered, "已答复"}, {MirrorClosed, "已办结"},
}

// Limits of what a mirrored ticket says beside its words.
const (
	MaxMirrorState   = 100 // runes of the platform's own word
	MaxMirrorReplies = 100
	MaxMirrorReply   = 20_000 // runes
)

// Mirror (镜像) is how a ticket stands on the platform that it is mirrored from. It is
// read only here: state, limit and replies are the platform's.
type Mirror struct {
	State   string        `json:"state,omitempty"` // one of MirrorStates; "": the platform's word isn't mapped
	Told    string        `json:"told,omitempty"`  // the platform's own word for it
	Limit   *time.Time    `json:"limit,omitempty"` // when it is due there
	Replies []MirrorReply `json:"replies,omitempty"`
}

// MirrorReply is what the platform says was answered. Personal data in it is masked.
type MirrorReply struct {
	At   *time.Time `json:"at,omitempty"`
	By   string     `json:"by,omitempty"`
	Text string     `json:"text"`
}

// StateName is the state in our words, or as the platform told it.
func (m Mirror) StateName() string {
	if name := mirrorStateName(m.State); name != "" {
		return name
	}
	return m.Told
}

func mirrorStateName(state string) string {
	for _, s := range MirrorStates {
		if s.State == state {
			return s.Name
		}
	}
	return ""
}

// Done says that the platform waits for nobody any more.
func (m Mirror) Done() bool { return m.State == MirrorAnswered || m.State == MirrorClosed }

func (m *Mirror) check() *Error {
	if m == nil {
		return nil
	}
	if m.State != "" && mirrorStateName(m.State) == "" {
		return Invalid("state", "没有“%s”这种办理状态", m.State)
	}
	if err := checkLine("state", m.Told, MaxMirrorState); err != nil {
		return err
	}
	if m.Limit != nil && (m.Limit.Year() < 1900 || m.Limit.Year() > 2200) {
		return Invalid("limit", "时间不在合理范围内")
	}
	if len(m.Replies) > MaxMirrorReplies {
		return Invalid("replies", "答复有 %d 条，超过上限 %d 条", len(m.Replies), MaxMirrorReplies)
	}
	for _, r := range m.Replies {
		if err := checkLine("replies", r.Text, MaxMirrorReply); err != nil {
			return err
		}
		if err := checkLine("replies", r.By, MaxExtra); err != nil {
			return err
		}
		if r.At != nil && (r.At.Year() < 1900 || r.At.Year() > 2200) {
			return Invalid("replies", "时间不在合理范围内")
		}
	}
	return nil
}

// masked hides numbers in the words of the replies.
func (m *Mirror) masked() *Mirror {
	if m == nil {
		return nil
	}
	c := *m
	c.Replies = slices.Clone(c.Replies)
	for i := range c.Replies {
		c.Replies[i].By, c.Replies[i].Text = MaskText(c.Replies[i].By), MaskText(c.Replies[i].Text)
	}
	return &c
}

// utc brings its instants into one form.
func (m *Mirror) utc() *Mirror {
	if m == nil {
		return nil
	}
	c := *m
	c.Limit = utcOf(c.Limit)
	c.Replies = slices.Clone(c.Replies)
	for i := range c.Replies {
		c.Replies[i].At = utcOf(c.Replies[i].At)
	}
	return &c
}

func utcOf(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	u := t.UTC()
	return &u
}
