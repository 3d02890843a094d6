package desk

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// reckon makes the debriefing of a drill from what is on record at an instant.
func (f debriefFacts) reckon(p *Playing, now time.Time) Debrief {
	drill := p.Drill()
	out := Debrief{Drill: drill, At: now}
	for _, in := range f.incidents {
		out.Deadlines = append(out.Deadlines, in.deadlines()...)
		out.Paths = append(out.Paths, in.path(f.items))
		out.Texts = append(out.Texts, in.texts()...)
		if in.State == IncidentOpen && in.Level() == "" && in.Kind != KindOpinion {
			out.Undone.Ungraded = append(out.Undone.Ungraded, in.Incident)
		}
	}
	slices.SortStableFunc(out.Deadlines, func(a, b Clock) int { return a.Due.Compare(b.Due) })
	slices.SortStableFunc(out.Texts, func(a, b DebriefText) int { return a.ActedAt.Compare(b.ActedAt) })
	for _, b := range f.briefings {
		if b.HeldAt != nil {
			out.Held = append(out.Held, b)
		}
	}
	out.Acts, out.People = f.acts()
	out.Answers = answers(f.notices)
	out.Flow = flow(f.items, drill.Begins, now)
	out.Asked = f.asked()
	out.Rumours = rumours(f.items, out.Texts)
	for _, it := range f.items {
		if it.State == ItemNew {
			out.Undone.Unlooked = append(out.Undone.Unlooked, it)
		}
	}
	for _, n := range f.notices {
		if n.AckAt == nil {
			out.Undone.Notices = append(out.Undone.Notices, n)
		}
	}
	out.Undone.Steps = f.stepsUndone(p.Guide, now.Sub(drill.Begins))
	return out
}

// deadlines are the incident's clocks, with its name on them.
func (in incidentFacts) deadlines() []Clock {
	for i := range in.clocks {
		in.clocks[i].Incident, in.clocks[i].Level = in.Title, in.Level()
	}
	return in.clocks
}

// began is what the public counts from.
func (in incidentFacts) began() time.Time {
	for _, at := range []*time.Time{in.Occurred, in.Learned} {
		if at != nil {
			return *at
		}
	}
	return in.RaisedAt
}

// path is how the incident went to the public: each step as it was first taken.
func (in incidentFacts) path(items []Item) DebriefPath {
	p := DebriefPath{Incident: in.Incident, Began: in.began(), Raised: &in.RaisedAt, Graded: in.Graded}
	for _, it := range items {
		if it.IncidentID == in.ID {
			p.Items++
			p.FirstItem = earlier(p.FirstItem, it.ReceivedAt)
		}
	}
	for _, r := range in.releases {
		p.Drafted = earlier(p.Drafted, r.CreatedAt)
		for _, v := range r.versions {
			if v.Submitted != nil {
				p.Submitted = earlier(p.Submitted, *v.Submitted)
			}
		}
		for _, x := range r.reviews {
			p.Reviewed = earlier(p.Reviewed, x.ActedAt)
		}
		for _, x := range r.signed {
			if x.Signed {
				p.Signed = earlier(p.Signed, x.ActedAt)
			}
		}
	}
	for _, x := range in.publications {
		p.Published = earlier(p.Published, x.ActedAt)
	}
	return p
}

func earlier(a *time.Time, b time.Time) *time.Time {
	if a != nil && !b.Before(*a) {
		return a
	}
	return &b
}

// texts are what the public saw of the incident, each with the words that were signed.
func (in incidentFacts) texts() (all []DebriefText) {
	for _, x := range in.publications {
		t := DebriefText{Publication: x, Incident: in.Title, Since: x.ActedAt.Sub(in.began())}
		for _, r := range in.releases {
			for _, v := range r.versions {
				if r.ID == x.ReleaseID && v.N == x.Version {
					t.Title, t.Body = v.Title, v.Body
				}
			}
		}
		all = append(all, t)
	}
	return all
}

// consequences are events that follow from an act by themselves; a debriefing tells the act.
var consequences = []string{"clock.", "delivery.", "notice.raised", "person."}

// acts are what people did at the desk, without coming and going, and how much each did.
func (f debriefFacts) acts() (acts []Event, people []DebriefPerson) {
	at := map[int64]int{}
	for _, p := range f.people {
		if p.DisabledAt == nil {
			at[p.ID] = len(people)
			people = append(people, DebriefPerson{Name: ActorOf(p, "").Name, Roles: p.Roles, Acts: map[string]int{}})
		}
	}
	for _, e := range f.events {
		i, ok := at[e.ActorID]
		if !ok || slices.ContainsFunc(consequences, func(kind string) bool { return strings.HasPrefix(e.Type, kind) }) {
			continue
		}
		acts = append(acts, e)
		people[i].Acts[e.Type]++
		people[i].Total++
	}
	slices.SortStableFunc(acts, func(a, b Event) int { return a.At.Compare(b.At) })
	slices.SortStableFunc(people, func(a, b DebriefPerson) int { return b.Total - a.Total })
	return acts, people
}

// answers reckons how long notices waited.
func answers(notices []Notice) DebriefAnswers {
	a := DebriefAnswers{Notices: notices}
	var waits []time.Duration
	for _, n := range notices {
		if n.AckAt != nil {
			waits = append(waits, n.AckAt.Sub(n.At))
		}
	}
	if a.Acked = len(waits); a.Acked > 0 {
		slices.Sort(waits)
		a.Median, a.Longest = waits[(len(waits)-1)/2], waits[len(waits)-1]
	}
	return a
}

// flowStep is the stretch by which items are counted, and flowSlots how many stretches there are at most: a
// longer time is counted by longer ones.
const (
	flowStep  = 30 * time.Minute
	flowSlots = 24
)

func flow(items []Item, from, to time.Time) DebriefFlow {
	f := DebriefFlow{From: from, Step: flowStep}
	span := max(to.Sub(from), flowStep)
	for span > time.Duration(flowSlots)*f.Step {
		f.Step *= 2
	}
	f.Slots = make([]map[Channel]int, (span+f.Step-1)/f.Step)
	totals := make([]int, len(f.Slots))
	for i := range f.Slots {
		f.Slots[i] = map[Channel]int{}
	}
	for _, it := range items {
		i := int(it.ReceivedAt.Sub(from) / f.Step)
		if it.ReceivedAt.Before(from) || i >= len(f.Slots) {
			continue
		}
		f.Slots[i][it.Channel]++
		totals[i]++
		f.Most = max(f.Most, totals[i])
	}
	return f
}

// askedMost is how many topics a debriefing names.
const askedMost = 8

// asked are the topics of more than one item, the largest first.
func (f debriefFacts) asked() []Topic {
	list := slices.DeleteFunc(slices.Clone(f.topics), func(t Topic) bool { return t.Count < 2 })
	slices.SortStableFunc(list, func(a, b Topic) int { return b.Count - a.Count })
	list = list[:min(len(list), askedMost)]
	for i := range list {
		list[i].Title = MaskText(list[i].Title)
	}
	return list
}

// rumours are the matters that bear cues of a rumour, in the order in which they came up, each with the first text
// that the public saw after it: of the incident it was attached to, or else of any.
func rumours(items []Item, texts []DebriefText) (all []DebriefRumour) {
	byTopic := map[int64]int{}
	for _, it := range items {
		if it.Verdict == nil || it.Verdict.Rumour < RumourCues {
			continue
		}
		if i, ok := byTopic[it.TopicID]; ok && it.TopicID != 0 {
			all[i].Count++
			if it.ReceivedAt.Before(all[i].Item.ReceivedAt) {
				all[i].Item = it
			}
			continue
		}
		byTopic[it.TopicID] = len(all)
		all = append(all, DebriefRumour{Item: it, Count: 1})
	}
	for i := range all {
		for _, t := range texts { // in the order of time
			own := all[i].Item.IncidentID == 0 || t.IncidentID == all[i].Item.IncidentID
			if own && !t.ActedAt.Before(all[i].Item.ReceivedAt) {
				all[i].After = &t
				break
			}
		}
	}
	slices.SortStableFunc(all, func(a, b DebriefRumour) int {
		return cmp.Or(a.Item.ReceivedAt.Compare(b.Item.ReceivedAt), cmp.Compare(a.Item.ID, b.Item.ID))
	})
	return all
}

// stepsUndone are the guide's steps whose time had come and of which the record shows nothing.
func (f debriefFacts) stepsUndone(guide []GuideStep, gone time.Duration) (left []GuideStep) {
	done := map[string]bool{}
	for _, e := range f.events {
		done[e.Type] = true
	}
	for _, s := range guide {
		if s.Done != "" && s.At <= gone && !done[s.Done] {
			left = append(left, s)
		}
	}
	return left
}
