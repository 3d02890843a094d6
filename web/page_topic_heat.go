package web

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

// HeatLine is a topic's heat in one line: the points, a bar, and what makes most of them.
type HeatLine struct {
	Points string
	Filled string // of the bar, in per cent
	Why    string // in the reader's words
}

// HeatRow is one part of a topic's heat.
type HeatRow struct {
	Name   string // interface text
	Points string
	Most   string
	Filled string
	Said   string // the figures it comes from, in the reader's words
}

// heatNames are the parts of the heat in words.
var heatNames = map[string]string{desk.HeatVolume: "数量", desk.HeatSpeed: "速度", desk.HeatChannels: "渠道", desk.HeatReach: "传播", desk.HeatRank: "热榜",
	desk.HeatPeople: "涉及人数", desk.HeatSeverity: "严重程度"}

func filled(points, most float64) string {
	return fmt.Sprintf("%.0f%%", min(100, 100*points/max(most, 1e-9)))
}

// heatLine says why a topic stands where it does in the list: the two parts that bring most.
func (r teller) heatLine(t desk.Topic, now time.Time) HeatLine {
	line := HeatLine{Points: fmt.Sprintf("%.0f", t.Heat), Filled: filled(t.Heat, 100)}
	if t.Figures == nil {
		return line
	}
	h := desk.HeatOf(*t.Figures, now)
	parts := slices.Clone(h.Parts)
	slices.SortStableFunc(parts, func(a, b desk.HeatPart) int {
		switch {
		case a.Points > b.Points:
			return -1
		case a.Points < b.Points:
			return 1
		}
		return 0
	})
	var why []string
	for _, p := range parts {
		if p.Points < 1 || len(why) == 2 {
			break
		}
		if p.Key != desk.HeatVolume { // stands in a column of its own
			why = append(why, r.heatSaid(p.Key, *t.Figures))
		}
	}
	line.Why = strings.Join(why, " · ")
	return line
}

// heatRows are all parts with their figures.
func (r teller) heatRows(f desk.TopicFigures, h desk.Heat) (rows []HeatRow) {
	for _, p := range h.Parts {
		rows = append(rows, HeatRow{Name: heatNames[p.Key], Points: points(p.Points), Most: points(p.Most), Filled: filled(p.Points, p.Most), Said: r.heatSaid(p.Key, f)})
	}
	return rows
}

func points(x float64) string { return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0") }

// heatSaid is what a part is reckoned from.
func (r teller) heatSaid(part string, f desk.TopicFigures) string {
	switch part {
	case desk.HeatVolume:
		return r.t("共 %s 件", number(f.Count))
	case desk.HeatSpeed:
		return r.t("近 1 小时 %s 件，近 24 小时 %s 件", number(f.Hour), number(f.Day))
	case desk.HeatChannels:
		return r.channelWords(f.Channels)
	case desk.HeatReach:
		if f.Reads+f.Comments+f.Shares == 0 {
			return r.t("没有阅读、评论、转发数")
		}
		return r.t("阅读 %s，评论 %s，转发 %s", number(int(f.Reads)), number(int(f.Comments)), number(int(f.Shares)))
	case desk.HeatRank:
		if f.Rank == 0 {
			return r.t("不在热榜")
		}
		return r.t("%s 第 %d 位", f.List, f.Rank)
	case desk.HeatPeople:
		if f.People == 0 {
			return r.t("文中没有提到人数")
		}
		return r.t("文中提到 %s 人", number(f.People))
	case desk.HeatSeverity:
		var words []string
		if f.Level != "" {
			words = append(words, r.t("文中数字够%s", r.t(f.Level)))
		}
		if f.Urgent > 0 {
			words = append(words, r.t("紧急 %d 件", f.Urgent))
		}
		if f.Group > 0 {
			words = append(words, r.t("提到聚集 %d 件", f.Group))
		}
		if len(words) == 0 {
			return r.t("没有伤亡、紧急或聚集的说法")
		}
		return strings.Join(words, r.t("，"))
	}
	return ""
}

// channelWords counts items by channel: 热线 30 · 媒体 8.
func (r teller) channelWords(by map[string]int) string {
	var words []string
	for _, c := range desk.Channels {
		if n := by[string(c)]; n > 0 {
			words = append(words, r.t(c.Name())+" "+number(n))
		}
	}
	return strings.Join(words, " · ")
}

// cooled says what time has taken from the heat.
func (r teller) cooled(h desk.Heat, last time.Time) string {
	if h.Cooled > 0.995 {
		return ""
	}
	return r.t("最近一件在 %s，热度按 %d%% 计", r.dates().moment(last, r.now), int(h.Cooled*100+.5))
}
