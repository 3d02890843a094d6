package rules

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// occurredSet reads when it happened, as precisely as told: RFC 3339 when date and
// minute are known, else 2014-04-14T23, --04-25T22:30 (no year), ---12T07 (no
// month), T13:40 (no day).
func occurredSet(zone *time.Location) Set {
	return Set{Name: "occurred", Examples: occurredExamples, read: func(x *scanned, v *desk.Verdict) {
		t := x.Text
		var ref moment
		if at, err := time.Parse(time.RFC3339Nano, t.At); err == nil {
			at = at.In(zone)
			ref = moment{year: at.Year(), month: int(at.Month()), day: at.Day(), hour: at.Hour(), minute: at.Minute(), weekday: (int(at.Weekday())+6)%7 + 1, clock: true}
		}
		chosen, p, ok := chooseMoment(t, ref)
		if !ok {
			return
		}
		if s := chosen.print(zone); s != "" {
			v.Occurred = s
			p.note(v, "occurred", chosen.start, chosen.end)
			sure(v, "occurred", 0.85)
		}
	}}
}

// told is a moment with what the words around it say of it.
type told struct {
	moment
	p     part
	score float64
	event bool // something happened then
	after bool // written, reported, put out then
}

var (
	eventWords  = newCues(group("event", 1, `发生 起火 失火 着火 火灾 爆炸 相撞 追尾 侧翻 翻车 地震 中毒 袭击 车祸 撞上 撞击 撞向 事故 坠入 坠江 砍杀 连撞 撞倒 撞伤 撞死 自燃 坍塌 出现呕吐 出现不适 突发 卷进 卷入 翻覆 蔓延 山火 遭遇 接到报警 接报 接警 报警 大火 有感 震感 震动 出现恶心 泄漏 身亡 被撞 行驶 行至 碰撞 驾驶 塌了 倒塌 垮塌 塌方 炸了 摔伤 坠楼 打伤 砍伤 捅伤 溺水 落水 触电`))
	reportWords = newCues(group("report", 1, `获悉 表示 介绍 证实 通报 宣布 发表 谴责 报道 公布 指出 发稿 统计 采访 了解到 介绍说 透露 援引 新闻发布会 看到 悼念 祈福 记者从 记者在 消息`))
	afterWords  = newCues(group("after", 1, `扑灭 控制 恢复 通车 赶到 抵达 到达 救出 归案 出院 住院 解除 清理 转移 抓获 封锁 疏散完 救治 结束 送往 送到`))
)

// chooseMoment takes the time at which something is said to have happened, filled
// up by others that speak of the same day, and by the dateline or ref.
func chooseMoment(t desk.Text, ref moment) (moment, part, bool) {
	list, dateline := weighMoments(t, ref)
	if ref.day > 0 {
		dateline = ref
	}
	best := -1
	for i, m := range list {
		if m.score > 0 && (best < 0 || m.score > list[best].score) {
			best = i
		}
	}
	if best < 0 {
		return moment{}, part{}, false
	}
	chosen := list[best].moment
	if chosen.day == 0 && chosen.relative == relativeNone { // a bare clock: of the day told before
		for i := best - 1; i >= 0; i-- {
			if m := list[i]; m.p.in == list[best].p.in && (m.day > 0 || m.relative != relativeNone) && !m.after {
				chosen.year, chosen.month, chosen.day, chosen.relative = m.year, m.month, m.day, m.relative
				if chosen.part == dawn && late(m.part) && chosen.hour <= 6 { // 昨晚…凌晨3点
					chosen.later = true
				}
				if chosen.part == 0 && m.part > 0 {
					chosen.setHour(chosen.hour, m.part)
				}
				break
			}
		}
	}
	for i, m := range list {
		if i == best || m.after || m.p.in != list[best].p.in && m.year == 0 {
			continue
		}
		switch {
		case chosen.hour < 0 && m.hour >= 0 && (m.event || i == best+1 && within(m.p.text, chosen.end, m.start)) && sameDay(chosen, m.moment, dateline):
			chosen.hour, chosen.minute, chosen.later = m.hour, m.minute, chosen.later || m.later || late(chosen.part) && m.part == dawn && m.day == 0 && m.relative == relativeNone
			if m.part == 0 && chosen.part > 0 {
				chosen.setHour(m.hour, chosen.part)
			}
		case chosen.hour >= 0 && chosen.minute < 0 && m.minute >= 0 && m.event && sameDay(chosen, m.moment, dateline) && (m.hour == chosen.hour || shifted(m.hour, chosen.part) == chosen.hour) && within(m.p.text, chosen.end, m.start):
			chosen.minute = m.minute
		}
		if chosen.day > 0 && m.day == chosen.day {
			if chosen.month == 0 {
				chosen.month = m.month
			}
			if chosen.year == 0 && m.month == chosen.month {
				chosen.year = m.year
			}
		}
	}
	if chosen.year == 0 && chosen.day > 0 {
		chosen.year = firstYear(t.Title)
	}
	if chosen.day == 0 && chosen.relative == relativeNone && ref.day == 0 {
		chosen.month, chosen.day = dateline.month, dateline.day
	}
	if chosen.day == 0 && chosen.relative == relativeNone && list[best].event && !chosen.later && ref.clock && (chosen.part == dawn || chosen.part == morning) && chosen.hour*60+max(chosen.minute, 0) <= ref.hour*60+ref.minute && noDay(list) {
		chosen.year, chosen.month, chosen.day = ref.year, ref.month, ref.day // 凌晨3点 with no day told: this morning
	}
	chosen.settle(dateline)
	return chosen, list[best].p, true
}

// noDay says whether no time tells its day.
func noDay(list []told) bool {
	for _, m := range list {
		if m.day > 0 || m.relative != relativeNone {
			return false
		}
	}
	return true
}

// weighMoments reads all moments and says of each what happened then; it also
// gives the day on which the text was written, when it tells.
func weighMoments(t desk.Text, ref moment) ([]told, moment) {
	var list []told
	var dateline moment
	for _, p := range []part{parts(t)[1], parts(t)[0]} {
		var day moment // the last day named, for 当日
		for n, m := range moments(p.text) {
			if !m.anchor(ref) {
				continue
			}
			if m.relative == relativeSame && m.day == 0 {
				m.year, m.month, m.day, m.relative = day.year, day.month, day.day, max(day.relative, relativeSame)
			}
			if m.day > 0 || m.relative > relativeSame {
				day = m
			}
			if m.dateline {
				if dateline.day == 0 {
					dateline = moment{year: m.year, month: m.month, day: m.day}
				}
				continue
			}
			if m.habit || m.year == 0 && m.relative <= relativeToday && past(p.text, m.start) {
				continue
			}
			x := told{moment: m, p: p, score: 1.5 - 0.2*float64(min(n, 6))}
			x.listen()
			if x.after && m.day > 0 && m.month > 0 && dateline.day == 0 {
				dateline = moment{year: m.year, month: m.month, day: m.day}
			}
			list = append(list, x)
		}
	}
	return list, dateline
}

// listen looks at the words around a moment: the rest of its sentence, and what
// leads up to it.
func (x *told) listen() {
	text := x.p.text
	head := text[runeBack(text, x.start, 8):x.start]
	tail := text[x.end:]
	if i := strings.IndexAny(tail, "。;!?\n"); i >= 0 {
		tail = tail[:i]
	}
	near := tail[:cutAt(tail, min(len(tail), 120))]
	clause := near
	if i := strings.IndexAny(strings.TrimLeft(near, ", "), ",:"); i >= 0 {
		clause = near[:min(len(near), i+(len(near)-len(strings.TrimLeft(near, ", "))))]
	}
	switch {
	case strings.HasSuffix(head, "截至") || strings.HasSuffix(head, "截止") || strings.HasSuffix(head, "至") || strings.HasSuffix(head, "截至目前") || strings.HasSuffix(head, "到"):
		x.after = true
	case strings.HasSuffix(head, "记者"):
		x.after = true
	case reportWords.any(clause) && !eventWords.any(clause):
		x.after = true
	case strings.Contains(clause, "记者") || strings.HasPrefix(strings.TrimLeft(clause, ","), "说") || strings.HasPrefix(clause, "称"):
		x.after = true
	case afterWords.any(clause) && !eventWords.any(clause):
		x.after = true
	}
	if x.ago > 0 || x.weekday > 0 && x.weeks == weekAny || x.relative == relativeNone && x.month == 0 && x.day > 0 && x.hour < 0 && strings.HasSuffix(text[:x.end], "号") { // 刚刚好, 周六加班: only where something is told to have happened
		before := text[runeBack(text, x.start, 24):x.start]
		before = before[strings.LastIndexAny(before, "。;!?\n")+1:]
		switch done := strings.ContainsAny(clause, "了被") || strings.HasPrefix(clause, "的"); {
		case x.ago == 1 && (!eventWords.any(clause[:cutAt(clause, min(len(clause), 36))]) || strings.Contains(clause, "年") || strings.Contains(clause, "即将")), x.ago > 1 && !eventWords.any(clause) && !eventWords.any(before) && !done:
			x.after = true
		case x.ago == 0 && (strings.Contains(before, "每月") || strings.Contains(before, "每个月")), x.ago == 0 && !eventWords.any(near) && !done:
			x.after = true
		}
	}
	if x.due(head, tail) {
		x.after = true
	}
	if strings.HasSuffix(head, "发生在") || strings.HasSuffix(head, "发生于") || strings.HasSuffix(head, "事发") || strings.HasSuffix(head, "发生时间是") {
		x.event, x.after = true, false
		x.score += 1.5
	}
	if !x.after && eventWords.any(near) {
		x.event = true
		x.score += 2
	}
	if x.after {
		x.score = -1
		return
	}
	if x.p.in == "title" {
		x.score--
	}
	if x.ago == 1 || x.ofYear && x.years > 0 { // whatever else is told counts more
		x.score -= 2.6
	}
	if x.hour >= 0 {
		x.score += 0.6
	}
	if x.day > 0 || x.relative >= relativeToday {
		x.score += 0.8
	}
	if x.year > 0 {
		x.score += 0.8
	}
	if !x.event && x.day == 0 && x.relative == relativeNone {
		x.score -= 1.8 // a bare clock time
	}
}

func runeBack(text string, at, runes int) int {
	for ; runes > 0 && at > 0; runes-- {
		_, size := utf8.DecodeLastRuneInString(text[:at])
		at -= size
	}
	return at
}

// due says whether a time is one until which, or from which on, something shall be.
func (x *told) due(head, tail string) bool {
	for _, w := range []string{"将", "将于", "将在", "定于", "拟于", "拟在", "计划", "计划于", "预计", "预计于", "等到"} {
		if strings.HasSuffix(head, w) {
			return true
		}
	}
	tail = tail[skipAny(tail, 0, "以", "之"):]
	return strings.HasPrefix(tail, "前") && !strings.ContainsRune("往赴后面方进期台门去来", next(tail, len("前")))
}

// within says whether a second time is close enough to speak of the same event.
func within(text string, from, to int) bool {
	return to >= from && utf8.RuneCountInString(text[from:to]) < 160
}

func sameDay(a, b, dateline moment) bool {
	if b.day == 0 {
		switch {
		case b.relative == relativeNone, b.relative == relativeSame, b.relative == a.relative:
			return true
		case a.day > 0 && a.hour < 0 && (dateline.day == 0 || a.part > 0 && (a.part == b.part || late(a.part) && late(b.part))):
			return true
		}
		return false
	}
	if a.day == 0 {
		return false
	}
	return a.day == b.day && (b.month == 0 || a.month == 0 || a.month == b.month)
}

// print gives the moment in the contract's form.
func (m moment) print(zone *time.Location) string {
	clock := ""
	switch {
	case m.hour >= 0 && m.minute >= 0:
		clock = fmt.Sprintf("T%02d:%02d", m.hour, m.minute)
	case m.hour >= 0:
		clock = fmt.Sprintf("T%02d", m.hour)
	}
	switch {
	case m.year > 0 && m.month > 0 && m.day > 0 && m.hour >= 0 && m.minute >= 0:
		return time.Date(m.year, time.Month(m.month), m.day, m.hour, m.minute, 0, 0, zone).Format(time.RFC3339)
	case m.year > 0 && m.month > 0 && m.day > 0:
		return fmt.Sprintf("%04d-%02d-%02d%s", m.year, m.month, m.day, clock)
	case m.month > 0 && m.day > 0:
		return fmt.Sprintf("--%02d-%02d%s", m.month, m.day, clock)
	case m.day > 0:
		return fmt.Sprintf("---%02d%s", m.day, clock)
	}
	return clock
}

var occurredExamples = []Example{
	{Body: "昨天下午1点多,环城路发生车祸。", Want: "T13"},
	{Body: "昨天下午1点多,环城路发生车祸。", At: "2026-03-02T09:00:00+08:00", Want: "2026-03-01T13"},
	{Body: "4月25日22时30分,仓库起火。", Want: "--04-25T22:30"},
	{Body: "12日早7时许,两车相撞。", Want: "---12T07"},
	{Body: "2014年4月14日23时,客车翻覆。", Want: "2014-04-14T23"},
	{Body: "2014年4月14日23时5分,客车翻覆。", Want: "2014-04-14T23:05:00+08:00"},
	{Body: "昨日13时40分许,山林起火。", Want: "T13:40"},
	{Body: "二十六日晚七时许,货车侧翻。", Want: "---26T19"},
	{Body: "每天晚上10点以后施工。", Want: ""},
	{Body: "新华网云泽8月21日电 今日上午8时30分,两车相撞。", Want: "--08-21T08:30"},
	{Body: "7月23日下午,货车侧翻。事故发生在5时10分左右。", Want: "--07-23T17:10"},
	{Body: "房价每平方米8000元。", Want: ""},
}

// moment.go reads single expressions; keep the words that make a habit here, where
// the examples are.
func habitual(head string) bool {
	for _, w := range []string{"每天", "每晚", "每日", "经常", "天天", "每到", "每周", "通常", "平时", "一般", "每早", "总是", "营业时间", "从早", "到晚上", "夜夜", "几乎"} {
		if strings.HasSuffix(head, w) || len(head) > 24 && strings.Contains(head[len(head)-24:], w) {
			return true
		}
	}
	return false
}
