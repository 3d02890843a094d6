package rules

import (
	"strings"

	"huiying/desk"
)

// levelSet suggests a level from the figures read, by 国务院令第493号 (accidents), and
// by the scales for food poisoning and earthquakes. 社会安全事件 are graded by people
// only, forest fires by burnt area, which isn't read.
func levelSet() Set {
	types := newCues(slicesOf(
		group("quake", 1, `地震 余震 震级 震感`),
		group("attack", 1, `恐怖 暴恐 袭击 爆炸案 自杀式 炸弹 持刀 砍人 暴力 枪击 连环爆炸 系列爆炸 爆炸袭击 爆炸事件 市场爆炸 绑架`),
		group("forest", 1, `森林 山火 林火 山林 林场 草原火 火场`),
		group("poison", 1, `食物中毒 中毒 食源性`),
		group("accident", 1, `相撞 追尾 车祸 交通事故 侧翻 翻车 坠江 坠河 坠崖 坠入 火灾 起火 失火 着火 大火 自燃 爆炸 炸了 着火了 起火了 坍塌 垮塌 塌方 透水 瓦斯 泄漏 冲击地压 溺水 翻覆 撞伤 撞上 撞死 撞击 撞毁 撞坏 沉船 踩踏 坠落 触电 事故 连撞 被烧 闷死 侧滑 倾覆 卷入 撞向 撞翻 碾压`),
	))
	unreal := newCues(group("unreal", 1, `隐患 容易 预防 担心 如果 一旦 万一 避免 防止 可能 以防 倘若 极易 演练 应急预案 高发 频发 易发`))
	return Set{Name: "level", Examples: levelExamples, words: []*cues{types, unreal, turnWords}, read: func(x *scanned, v *desk.Verdict) {
		if hollow(x, v.Facts) {
			return
		}
		if !x.some(0) && v.Facts.Deaths == nil && v.Facts.SeriousInjured == nil {
			return
		}
		t := x.Text
		count := map[string]float64{}
		first := map[string]desk.Evidence{}
		doubts, titled := 0.0, false
		for n, p := range x.parts {
			weight := 1.0
			if n == 0 {
				weight = 4
			}
			x.each(0, n, func(h hit) {
				count[h.tag] += weight
				titled = titled || n == 0 && h.tag == "accident"
				if _, ok := first[h.tag]; !ok {
					first[h.tag] = desk.Evidence{Field: "level", In: p.in, Text: p.text[h.start:h.end], Start: h.start, End: h.end}
				}
			})
			x.each(1, n, func(hit) { doubts += weight })
		}
		kind := ""
		switch {
		case count["attack"] >= 2:
			return
		case count["quake"] >= 2 && count["quake"] >= count["accident"]:
			kind = "quake"
		case count["poison"] >= 2:
			kind = "poison"
		case count["forest"] >= 2 && count["accident"] > 0:
			kind = "forest"
		case count["accident"] > 0:
			kind = "accident"
		case v.Facts.Deaths != nil || v.Facts.SeriousInjured != nil:
			kind = "accident"
		default:
			return
		}
		f := v.Facts
		told := f.Deaths != nil || f.Injured != nil || f.SeriousInjured != nil || f.LossYuan != nil
		level, risked := "", majorRisk(v)
		switch kind {
		case "quake":
			level = quakeLevel(f)
		case "poison":
			level = poisonLevel(f)
		case "forest":
			if value(f.Deaths) > 0 || value(f.SeriousInjured) > 0 {
				level = accidentLevel(f)
			}
		default:
			// A letter that fears an accident isn't one: without figures there must be
			// a time and no talk of danger.
			if told || risked || titled && doubts < count["accident"] && !letter(t) {
				level = accidentLevel(f)
			}
		}
		if level == "" || letter(t) && value(f.Deaths) == 0 && value(f.SeriousInjured) == 0 && value(f.Poisoned) == 0 && f.Missing == nil && value(f.Injured) < 3 && !risked {
			return
		}
		v.Level = level
		sure(v, "level", 0.8)
		if e, ok := first[kind]; ok {
			v.Evidence = append(v.Evidence, e)
		}
		copied(v, "level", harmField)
	}}
}

// hollow says whether a text only plays at a disaster, or calls one untrue, and tells
// of nobody harmed.
func hollow(x *scanned, f desk.Facts) bool {
	turned := [2][]hit{x.hits[0][x.base+2], x.hits[1][x.base+2]}
	if len(turned[0])+len(turned[1]) == 0 {
		return false
	}
	if drill(x.parts, turned) {
		return true
	}
	if value(f.Deaths)+value(f.Missing)+value(f.Injured)+value(f.SeriousInjured)+value(f.Poisoned) > 0 || f.LossYuan != nil {
		return false
	}
	for i, hits := range turned {
		if len(hits) > 0 && readTurns(x.parts[i].text, hits, nil).denies {
			return true
		}
	}
	return false
}

// letter says whether a text is somebody's own letter, rather than a report of
// what happened.
func letter(t desk.Text) bool {
	for _, w := range []string{"投诉", "反映", "建议", "恳求", "盼", "举报", "咨询", "请", "希望", "为什么", "何时", "违规", "应该", "太"} {
		if strings.Contains(t.Title, w) {
			return true
		}
	}
	for _, w := range []string{"尊敬的", "您好", "你好", "请问", "恳请", "我们小区", "我们村", "望领导", "求助", "求政府", "本人是", "贵单位", "望相关", "希望有关部门", "请有关部门", "请相关部门", "请求政府", "我家"} {
		if strings.Contains(t.Title, w) || strings.Contains(t.Body, w) {
			return true
		}
	}
	return false
}

func value(p *int) int {
	if p == nil {
		return 0
	}
	return *p
}

// accidentLevel: 国务院令第493号第三条; 以上 includes the figure.
func accidentLevel(f desk.Facts) string {
	deaths, serious, loss := value(f.Deaths), value(f.SeriousInjured), int64(0)
	if f.LossYuan != nil {
		loss = *f.LossYuan
	}
	switch {
	case deaths >= 30 || serious >= 100 || loss >= 100_000_000:
		return desk.LevelExtreme
	case deaths >= 10 || serious >= 50 || loss >= 50_000_000:
		return desk.LevelMajor
	case deaths >= 3 || serious >= 10 || loss >= 10_000_000:
		return desk.LevelLarge
	}
	return desk.LevelMinor
}

// majorRisk says whether an accident is 较大涉险, which is handled like 较大: three trapped,
// ten in danger, five hundred brought to safety. It is an accident then, whatever else is
// told; the level itself goes by who came to harm and by what was lost. An office's own
// figures stand in its policy.
func majorRisk(v *desk.Verdict) bool {
	n := value(v.Facts.AtRisk)
	if n < 3 {
		return false
	}
	for _, e := range v.Evidence {
		if e.Field != "facts.at_risk" {
			continue
		}
		for _, w := range []string{"疏散", "转移", "撤", "避险", "安置"} {
			if strings.Contains(e.Text, w) {
				return n >= 500
			}
		}
		if strings.Contains(e.Text, "困") || strings.Contains(e.Text, "埋") {
			return true
		}
	}
	return n >= 10
}

// poisonLevel: 重大 from ten deaths, or over a hundred poisoned with deaths; 较大 from
// a hundred poisoned, or deaths; 一般 from thirty.
func poisonLevel(f desk.Facts) string {
	sick, deaths := value(f.Poisoned), value(f.Deaths)
	switch {
	case deaths >= 10 || sick >= 100 && deaths > 0:
		return desk.LevelMajor
	case deaths > 0 || sick >= 100:
		return desk.LevelLarge
	case sick >= 30:
		return desk.LevelMinor
	}
	return ""
}

// quakeLevel: 300, 50 and 10 deaths.
func quakeLevel(f desk.Facts) string {
	deaths := value(f.Deaths)
	switch {
	case deaths >= 300:
		return desk.LevelExtreme
	case deaths >= 50:
		return desk.LevelMajor
	case deaths >= 10:
		return desk.LevelLarge
	case f.Deaths != nil:
		return desk.LevelMinor
	}
	return ""
}

var levelExamples = []Example{
	{Title: "两车相撞致3死2伤", Want: desk.LevelLarge},
	{Body: "化工车间炸了,火很大,三四个人受伤,快叫救护车", Want: desk.LevelMinor},
	{Title: "化工厂爆炸致32人死亡", Want: desk.LevelExtreme},
	{Title: "云泽市发生4.2级地震", Body: "暂无人员伤亡。", Want: desk.LevelMinor},
	{Title: "酒店宴席致120人食物中毒", Want: desk.LevelLarge},
	{Title: "车站发生恐怖袭击", Body: "恐怖袭击致12人死亡。", Want: ""},
	{Body: "网传云泽化工厂爆炸死亡30人,系谣言。", Want: ""},
	{Title: "应急演练通知", Body: "假设仓库起火,模拟2人死亡。", Want: ""},
	{Body: "网传火灾死亡30人不属实,实际死亡2人。", Want: desk.LevelMinor},
	{Title: "煤矿透水", Body: "井下12人被困。", Want: desk.LevelMinor},
	{Title: "仓库火灾", Body: "疏散居民300人,无人员伤亡。", Want: desk.LevelMinor},
	{Title: "仓库火灾", Body: "疏散居民800人,无人员伤亡。", Want: desk.LevelMinor},
	{Body: "电梯里困住3个人。", Want: ""},
	{Title: "投诉小区消防通道堵塞", Body: "一旦发生火灾后果不堪设想。", Want: ""},
}
