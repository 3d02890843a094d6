package desk

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// Difference is a thing that an item says otherwise than a release of this office:
// both as they say it. Which of them is true, nobody says here.
type Difference struct {
	What     string // SaysDeaths, …: a catalogue key
	Release  int64
	Kind     string // of release
	Title    string // of the release
	Incident int64
	At       time.Time // when the release was published
	Says     Evidence  // the release's words; what it tells of other harm where Silent
	Told     Evidence  // the item's words
	Silent   bool      // the release says nothing of it
	Agrees   time.Time // an earlier release that says as the item does; zero: none
}

// spoken is a published release with what it says.
type spoken struct {
	release Release
	at      time.Time // when it was published first
	says    []statement
}

// listener is an item with what it says.
type listener struct {
	at   time.Time
	text Text
	says []statement
}

// publishedAt is when a release was made public; the zero time: it wasn't.
func (r Release) publishedAt() time.Time {
	var at time.Time
	for _, p := range r.Publications {
		if p.Version == r.Current.N && (at.IsZero() || p.ActedAt.Before(at)) {
			at = p.ActedAt
		}
	}
	return at
}

// differ holds what an item says against what the office has published about the
// matter. For each thing the newest release that tells it counts. Figures grow and
// things get better: an item from before that release differs only by a larger figure,
// and a state only when the office says that things are well and a later item says
// that they aren't.
func differ(it listener, published []spoken) []Difference {
	published = slices.Clone(published)
	slices.SortStableFunc(published, func(a, b spoken) int { return b.at.Compare(a.at) })
	var list []Difference
	seen := map[string]bool{}
	for _, told := range it.says {
		if seen[told.what] {
			continue
		}
		for i, p := range published {
			said, ok := find(p.says, told.what)
			if !ok {
				continue
			}
			if contrary(said, told, it, p) {
				seen[told.what] = true
				d := p.difference(told)
				d.Says = said.quote
				for _, earlier := range published[i+1:] {
					if before, ok := find(earlier.says, told.what); ok && !contrary(before, told, it, earlier) {
						d.Agrees = earlier.at
						break
					}
				}
				list = append(list, d)
			}
			break
		}
	}
	for _, what := range []string{SaysDeaths, SaysMissing} {
		told, ok := find(it.says, what)
		if !ok || told.n == 0 || seen[what] || slices.ContainsFunc(published, func(p spoken) bool { _, ok := find(p.says, what); return ok }) {
			continue
		}
		for _, p := range published {
			// The release counts people, but none of these.
			if i := slices.IndexFunc(p.says, func(s statement) bool { return harm(s.what) }); i >= 0 {
				d := p.difference(told)
				d.Says, d.Silent = p.says[i].quote, true
				list = append(list, d)
				break
			}
		}
	}
	slices.SortStableFunc(list, func(a, b Difference) int { return slices.Index(gravest, a.What) - slices.Index(gravest, b.What) })
	return list
}

// gravest is the order in which differences are told.
var gravest = []string{SaysDeaths, SaysMissing, SaysSerious, SaysInjured, SaysPoisoned, SaysTrapped, SaysDanger, SaysTap, SaysWater, SaysPower, SaysGas, SaysRoad, SaysSchool,
	SaysCause, SaysLevel, SaysTime, SaysLoss}

func (p spoken) difference(told statement) Difference {
	return Difference{What: told.what, Release: p.release.ID, Kind: p.release.Kind, Title: p.release.Current.Title, Incident: p.release.IncidentID, At: p.at, Told: told.quote}
}

func find(list []statement, what string) (statement, bool) {
	i := slices.IndexFunc(list, func(s statement) bool { return s.what == what && s.quote.Text != "" })
	if i < 0 {
		return statement{}, false
	}
	return list[i], true
}

func harm(what string) bool {
	return slices.ContainsFunc(casualties, func(c struct {
		what, field string
		of          func(f Facts) *int
	}) bool {
		return c.what == what
	})
}

// contrary says whether two texts about one matter can't both be right.
func contrary(said, told statement, it listener, p spoken) bool {
	later := it.at.After(p.at)
	switch said.what {
	case SaysLoss: // estimates: half as much again is another figure
		return said.n > 0 && told.n > 0 && (told.n*2 > said.n*3 || later && said.n*2 > told.n*3)
	case SaysTime:
		return sharedMatter(it.text, p.release.Current.Title+"\n"+p.release.Current.Body) && timesDiffer(said.words, told.words)
	case SaysLevel:
		return said.words != told.words
	case SaysCause:
		return !shareWords(said.words, told.words)
	case SaysDanger, SaysWater, SaysPower, SaysGas, SaysRoad, SaysTap, SaysSchool, SaysTrapped:
		return later && said.good && !told.good
	}
	switch {
	case told.n > said.n:
		return !said.floor
	case told.n < said.n:
		return later && !told.floor
	}
	return false
}

// timesDiffer compares times in the verdict's form, as far as both tell: another day,
// or hours that are two or more apart.
func timesDiffer(a, b string) bool {
	am, ad, ah := dayHour(a)
	bm, bd, bh := dayHour(b)
	if ad != "" && bd != "" && (ad != bd || am != "" && bm != "" && am != bm) {
		// 23:50 of one day and 00:10 of the next are one night.
		return !(ah >= 22 && bh >= 0 && bh <= 2 || bh >= 22 && ah >= 0 && ah <= 2)
	}
	if ah < 0 || bh < 0 {
		return false
	}
	apart := ah - bh
	if apart < 0 {
		apart = -apart
	}
	return apart >= 2 && apart <= 22
}

// dayHour takes 2014-04-14T23:05:00+08:00, --04-25T22:30, ---12T07 or T13:40 apart; "" and −1 are unknown.
func dayHour(s string) (month, day string, hour int) {
	date, clock, _ := strings.Cut(s, "T")
	hour = -1
	if len(clock) >= 2 && clock[0] >= '0' && clock[0] <= '2' && clock[1] >= '0' && clock[1] <= '9' {
		hour = int(clock[0]-'0')*10 + int(clock[1]-'0')
	}
	if fields := strings.Split(date, "-"); len(fields) >= 3 {
		month, day = fields[len(fields)-2], fields[len(fields)-1]
	}
	return month, day, hour
}

// shareWords says whether two phrases have two letters in a row in common.
func shareWords(a, b string) bool {
	runes := []rune(a)
	for i := 0; i+2 <= len(runes); i++ {
		if strings.Contains(b, string(runes[i:i+2])) {
			return true
		}
	}
	return len(runes) < 2 || utf8.RuneCountInString(b) < 2
}

// matters are words by which two texts speak of one kind of matter.
var matters = [][]string{
	{"爆炸", "炸了", "爆燃"}, {"火灾", "起火", "着火", "失火", "大火", "火情"}, {"停水", "断水", "供水", "自来水", "来水", "没水", "水压"}, {"水质", "水发黄", "水有", "饮用水"},
	{"停电", "断电", "供电", "没电"}, {"停气", "燃气", "天然气", "煤气"}, {"坍塌", "垮塌", "塌陷", "塌了"}, {"滑坡", "泥石流", "塌方"}, {"泄漏", "毒气", "氯气", "氨气"},
	{"中毒", "呕吐", "腹泻", "食堂"}, {"车祸", "相撞", "追尾", "侧翻", "交通事故"}, {"溺水", "落水", "沉船"}, {"地震", "余震"}, {"疫情", "感染", "发热"},
	{"内涝", "积水", "洪水", "被淹"}, {"停课", "复课", "上课"}, {"踩踏"}, {"污染", "排污", "废水", "异味"}, {"封路", "通车", "断道", "管制"}, {"拆迁", "征收", "征地"},
	{"讨薪", "欠薪", "工资"}, {"打人", "殴打", "冲突"},
}

// sharedMatter says whether an item and a release speak of one kind of matter.
func sharedMatter(t Text, release string) bool {
	item := t.Title + "\n" + t.Body
	return slices.ContainsFunc(matters, func(words []string) bool { return containsAny(item, words) && containsAny(release, words) })
}

func containsAny(text string, words []string) bool {
	return slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) })
}
