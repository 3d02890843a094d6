package desk_test

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"

	"huiying/desk"
)

func figures(t *rapid.T, now time.Time) desk.TopicFigures {
	f := desk.TopicFigures{Count: rapid.IntRange(1, 100_000).Draw(t, "count"), Channels: map[string]int{}}
	f.Day = rapid.IntRange(0, f.Count).Draw(t, "day")
	f.Hour = rapid.IntRange(0, f.Day).Draw(t, "hour")
	for _, c := range desk.Channels[:rapid.IntRange(1, 4).Draw(t, "channels")] {
		f.Channels[string(c)] = 1
	}
	f.Sources = rapid.IntRange(1, 30).Draw(t, "sources")
	f.Reads = rapid.Int64Range(0, 1<<40).Draw(t, "reads")
	f.Comments, f.Shares = rapid.Int64Range(0, 1<<30).Draw(t, "comments"), rapid.Int64Range(0, 1<<30).Draw(t, "shares")
	f.Rank = rapid.IntRange(0, 60).Draw(t, "rank")
	f.People = rapid.IntRange(0, 100_000).Draw(t, "people")
	f.Level = rapid.SampledFrom(append([]string{""}, desk.Levels...)).Draw(t, "level")
	f.Urgent, f.Group = rapid.IntRange(0, 9).Draw(t, "urgent"), rapid.IntRange(0, 9).Draw(t, "group")
	f.Last = now.Add(-time.Duration(rapid.IntRange(0, 100*365*24*60).Draw(t, "minutes")) * time.Minute)
	return f
}

// Heat lies in 0..100, is the sum of its parts, grows with each figure and falls with time.
func TestHeatIsTheSumOfItsParts(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
		f := figures(t, now)
		h := desk.HeatOf(f, now)
		sum, most := 0.0, 0.0
		for _, p := range h.Parts {
			if p.Points < 0 || p.Points > p.Most || math.IsNaN(p.Points) {
				t.Fatalf("%+v of %+v", p, f)
			}
			sum, most = sum+p.Points, most+p.Most
		}
		if most != 100 || len(h.Parts) != 7 || h.Cooled <= 0 && now.Sub(f.Last) < 24*365*time.Hour || h.Cooled > 1 || math.Abs(h.Points-sum*h.Cooled) > 0.051 {
			t.Fatalf("%+v of %+v", h, f)
		}
		more := f
		switch rapid.IntRange(0, 8).Draw(t, "more of") {
		case 0:
			more.Count++
		case 1:
			more.Hour++
		case 2:
			more.Day++
		case 3:
			more.Reads++
		case 4:
			more.Comments++
		case 5:
			more.Shares++
		case 6:
			more.People++
		case 7:
			more.Urgent++
		case 8:
			if more.Rank > 1 {
				more.Rank--
			}
		}
		if g := desk.HeatOf(more, now); g.Points < h.Points {
			t.Fatalf("%+v has %g, %+v has %g", more, g.Points, f, h.Points)
		}
		if later := desk.HeatOf(f, now.Add(time.Hour)); later.Points > h.Points {
			t.Fatalf("an hour later %g, was %g", later.Points, h.Points)
		}
	})
}

func TestHeatTellsWhatMatters(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)
	one := map[string]int{"hotline": 1}
	three := map[string]int{"hotline": 30, "media": 8, "mailbox": 2}
	lamp := desk.TopicFigures{Count: 2, Day: 1, Channels: one, Sources: 1, Last: now.Add(-3 * time.Hour)}
	chronic := desk.TopicFigures{Count: 400, Day: 3, Channels: one, Sources: 1, Last: now.Add(-3 * time.Hour)}
	blast := desk.TopicFigures{Count: 1, Day: 1, Hour: 1, Channels: one, Sources: 1, People: 30, Level: desk.LevelMajor, Urgent: 1, Last: now}
	storm := desk.TopicFigures{Count: 40, Day: 40, Hour: 25, Channels: three, Sources: 5, Reads: 200_000, Rank: 12, People: 3, Level: desk.LevelMinor, Last: now}
	past := storm
	past.Hour, past.Day, past.Last = 0, 0, now.Add(-9*24*time.Hour)
	var last float64
	for i, f := range []desk.TopicFigures{past, lamp, blast, chronic, storm} {
		h := desk.HeatOf(f, now)
		t.Logf("%d %.1f %+v", i, h.Points, h.Parts)
		if i > 1 && h.Points <= last && i != 3 {
			t.Errorf("%d has %.1f, not more than %.1f", i, h.Points, last)
		}
		last = h.Points
	}
}

func TestFiguresOfATopic(t *testing.T) {
	t.Parallel()
	o := discovering(t)
	reach := int64(5000)
	res := o.Push(desk.Incoming{ExternalID: "1", Title: pipe, Body: "已有3人受伤"}, desk.Incoming{ExternalID: "2", Title: pipe, Reach: &reach})
	topic := topicOf(t, o, res[0].ID)
	f := topicFile(t, o, topic)
	if got := f.Topic.Figures; got == nil || got.Count != 2 || got.Hour != 2 || got.Day != 2 || got.Reads != 5000 || got.People != 3 || got.Urgent != 1 || got.Channels["hotline"] != 2 || got.Sources != 1 {
		t.Errorf("figures %+v", got)
	}
	list, err := o.Topics(t.Context(), o.As(desk.RoleDuty), desk.TopicFilter{ByHeat: true})
	if err != nil || len(list) != 1 || list[0].Heat <= 0 {
		t.Fatalf("a topic has heat as soon as it is there: %+v, %v", list, err)
	}
	swept(t, o)
	now := o.Clock.Now()
	list, err = o.Topics(t.Context(), o.As(desk.RoleDuty), desk.TopicFilter{ByHeat: true})
	if err != nil || list[0].Figures == nil || math.Abs(list[0].Heat-desk.HeatOf(*list[0].Figures, now).Points) > 0.01 {
		t.Errorf("after the sweep: %+v, %v", list, err)
	}
	o.Clock.Move(72 * time.Hour) // it cools by itself
	swept(t, o)
	cooled, err := o.Topics(t.Context(), o.As(desk.RoleDuty), desk.TopicFilter{ByHeat: true})
	if err != nil || cooled[0].Heat >= list[0].Heat/2 {
		t.Errorf("three days later %.1f, was %.1f", cooled[0].Heat, list[0].Heat)
	}
}
