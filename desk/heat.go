package desk

import (
	"context"
	"math"
	"time"
)

// TopicFigures are what a topic's heat is reckoned from. What needs a look at each
// item is of the newest 2,000.
type TopicFigures struct {
	Count    int            `json:"count"`
	Hour     int            `json:"hour"`     // items of the last hour
	Day      int            `json:"day"`      // items of the last 24 hours
	Channels map[string]int `json:"channels"` // items by channel
	Sources  int            `json:"sources"`  // how many sources
	Reads    int64          `json:"reads"`    // of the media among them, as last noted
	Comments int64          `json:"comments"`
	Shares   int64          `json:"shares"`
	Rank     int            `json:"rank"`   // best place on a hot list now; 0: on none
	List     string         `json:"list"`   // which list
	People   int            `json:"people"` // affected, by the item that tells of most: dead, missing, hurt, poisoned, gathered
	Level    string         `json:"level"`  // gravest that the words suggest
	Urgent   int            `json:"urgent"` // items that are pressing
	Group    int            `json:"group"`  // items that tell of people gathering or about to
	Last     time.Time      `json:"last"`   // the newest item
}

// HeatPart is one of the parts that make a topic's heat.
type HeatPart struct {
	Key    string  // "volume", "speed", …
	Points float64 // 0..Most
	Most   float64
}

// Heat (热度) is how much a topic asks for attention: 0–100 points, the sum of its
// parts, cooled by the time since its newest item.
type Heat struct {
	Points float64 // after cooling
	Parts  []HeatPart
	Cooled float64 // factor, 1 while items come
}

// The parts of the heat.
const (
	HeatVolume   = "volume"   // 数量
	HeatSpeed    = "speed"    // 速度
	HeatChannels = "channels" // 渠道
	HeatReach    = "reach"    // 传播
	HeatRank     = "rank"     // 热榜
	HeatPeople   = "people"   // 涉及人数
	HeatSeverity = "severity" // 严重程度
)

// heatWeights are the most points that each part can bring; they sum to 100. Speed
// weighs most since it is what leaves the least time; reach, rank and channels say how
// far it has gone; people and severity how much hangs on it, however few have written.
// They are practice, not taken from a rule.
var heatWeights = []struct {
	key  string
	most float64
}{{HeatVolume, 20}, {HeatSpeed, 25}, {HeatChannels, 10}, {HeatReach, 15}, {HeatRank, 10}, {HeatPeople, 10}, {HeatSeverity, 10}}

const (
	// fullVolume, fullSpeed, fullReach and fullPeople bring all points of their parts.
	// In between they count by orders of magnitude: from 1 to 10 items is as far as from 100 to 1,000.
	fullVolume = 1_000
	fullSpeed  = 100 // items an hour
	fullReach  = 10_000_000
	fullPeople = 1_000
	lastRank   = 50 // places of a hot list that count
	// heatCools is the time without a new item in which heat falls by half, after the first six hours.
	heatCools = 48 * time.Hour
	heatHolds = 6 * time.Hour
)

// HeatOf reckons a topic's heat at an instant. It is pure.
func HeatOf(f TopicFigures, now time.Time) Heat {
	share := map[string]float64{
		HeatVolume: orders(float64(f.Count-1), fullVolume),
		// What came within the hour is the speed; of a day that was, what an hour of it had.
		HeatSpeed: orders(max(float64(f.Hour), float64(f.Day)/24), fullSpeed),
		// A second and a third channel say most: the matter has left the place where it began.
		HeatChannels: min(1, float64(max(0, len(f.Channels)-1))/2*0.8+min(0.2, float64(max(0, f.Sources-1))*0.05)),
		// Who shares has read, and shows it to others; who comments was moved to.
		HeatReach:    orders(float64(f.Reads)+20*float64(f.Comments)+50*float64(f.Shares), fullReach),
		HeatPeople:   orders(float64(f.People), fullPeople),
		HeatSeverity: severity(f),
	}
	if f.Rank > 0 && f.Rank <= lastRank {
		share[HeatRank] = 0.3 + 0.7*float64(lastRank-f.Rank)/(lastRank-1)
	}
	h := Heat{Cooled: 1}
	if still := now.Sub(f.Last); still > heatHolds {
		h.Cooled = math.Exp2(-float64(still-heatHolds) / float64(heatCools))
	}
	for _, w := range heatWeights {
		p := HeatPart{Key: w.key, Points: round1(w.most * share[w.key]), Most: w.most}
		h.Points += p.Points
		h.Parts = append(h.Parts, p)
	}
	h.Points = round1(h.Points * h.Cooled)
	return h
}

// orders is 0 for nothing, 1 for full and more, and counts by orders of magnitude in between.
func orders(n, full float64) float64 {
	if n <= 0 {
		return 0
	}
	return min(1, math.Log10(1+n)/math.Log10(1+full))
}

func severity(f TopicFigures) float64 {
	by := map[string]float64{LevelExtreme: 1, LevelMajor: 0.9, LevelLarge: 0.65, LevelMinor: 0.35}[f.Level]
	if f.Urgent > 0 {
		by = max(by, 0.2)
	}
	if f.Group > 0 {
		by = max(by, 0.3)
	}
	return by
}

func round1(x float64) float64 { return math.Round(x*10) / 10 }

// firstFigures are those of a topic that the item opens.
func firstFigures(it Item, now time.Time) TopicFigures {
	f := TopicFigures{Count: 1, Hour: 1, Day: 1, Channels: map[string]int{string(it.Channel): 1}, Sources: 1, Last: it.came()}
	if now.Sub(f.Last) > time.Hour {
		f.Hour = 0
	}
	if now.Sub(f.Last) > 24*time.Hour {
		f.Day = 0
	}
	if it.Reach != nil {
		f.Reads = *it.Reach
	}
	if v := it.Verdict; v != nil {
		f.People, f.Level = v.Facts.people(), v.Level
		if v.Urgency == UrgencyUrgent {
			f.Urgent = 1
		}
		if v.GroupRisk >= groupTells {
			f.Group = 1
		}
	}
	return f
}

// groupTells is the group risk from which an item tells of people gathering.
const groupTells = 0.5

// people are those affected, as far as the words say.
func (f Facts) people() (n int) {
	for _, x := range []*int{f.Deaths, f.Missing, f.Injured, f.Poisoned, f.Crowd} {
		if x != nil {
			n += *x
		}
	}
	return n
}

// came is when the item counts as having come: when it came in, but for what is told
// long afterwards (an old table that is brought in at once).
func (it Item) came() time.Time {
	if it.OccurredAt != nil && it.ReceivedAt.Sub(*it.OccurredAt) > 24*time.Hour {
		return *it.OccurredAt
	}
	return it.ReceivedAt
}

// HeatTx keeps heat and what it is reckoned from.
type HeatTx interface {
	// TopicFigures counts topics as they stand at an instant.
	TopicFigures(ctx context.Context, now time.Time, topics ...int64) (map[int64]TopicFigures, error)
	SaveHeat(ctx context.Context, now time.Time, by map[int64]TopicHeat) error
	// StirredTopics gives topics in which something came or went, and those among the
	// hottest that were reckoned before an instant.
	StirredTopics(ctx context.Context, older time.Time, limit int) ([]Topic, error)
}

// TopicHeat is the heat of a topic with its figures.
type TopicHeat struct {
	Points  float64
	Figures TopicFigures
}

// reckon reckons the heat of topics anew.
func (d *Desk) reckon(ctx context.Context, tx Tx, now time.Time, topics ...int64) error {
	figures, err := tx.TopicFigures(ctx, now, topics...)
	if err != nil {
		return err
	}
	by := make(map[int64]TopicHeat, len(topics))
	for _, id := range topics { // one that is empty has none
		f := figures[id]
		by[id] = TopicHeat{HeatOf(f, now).Points, f}
		if f.Count == 0 {
			by[id] = TopicHeat{Figures: f}
		}
	}
	return tx.SaveHeat(ctx, now, by)
}

const (
	// heatBatch is how many topics one sweep reckons at once.
	heatBatch = 100
	// heatStale: heat falls by itself, slowly; the highest are looked at again so often.
	heatStale = 10 * time.Minute
)
