package rules

import (
	"math"

	"huiying/desk"
)

// urgencySet grades how pressing a text is: danger to life now is 紧急; harm that
// goes on, health, unpaid wages, water and power cuts are 较急.
func urgencySet() Set {
	words := newCues(slicesOf(
		group("urgent", 4, `救命 生命危险 有人受伤 自杀 轻生 跳楼 跳桥 同归于尽 割腕 不想活 活不下去 煤气泄漏 燃气泄漏 天然气泄漏 漏气 正在起火 着火了 爆炸 坍塌 垮塌 塌方 被困 泥石流 决堤 溃坝 持刀 砍人 人命关天 群体中毒 中毒 触电 漏电 危在旦夕 十万火急 万分紧急 火急 走失 病危 劫持 阻工 对峙 大规模上访 集体绝食 随时倒塌 随时会倒 随时可能倒塌 随时垮塌 要出人命 出人命`),
		group("raised", 2, `停水 停电 断水 断电 断气 停气 紧急 急急急 急需 火速 尽快处理 立即 马上 严重影响 安全隐患 重大隐患 消防隐患 消防通道 火灾隐患 危及 生命财产 生命安全 人身安全 危房 塌陷 欠薪 拖欠工资 拖欠农民工 讨薪 工资不发 不发工资 血汗钱 污染 偷排 臭气 恶臭 有毒 油烟 噪音 噪声 扰民 夜间施工 凌晨 彻夜 通宵 无法入睡 无法休息 睡不着 难以入睡 无法睡觉 影响休息 苦不堪言 忍无可忍 电梯困人 电梯故障 坠落 高空抛物 恐吓 威胁 殴打 打人 暴力 强拆 群体性事件 集体上访 堵路 维权 联名 光污染 非法行医 医疗事故 代孕 卖淫 嫖娼 吸毒 贩毒 黑社会 黑恶 赌博 传销 食品安全 过期食品 内涝 积水严重 被淹 洪水 防汛 山体滑坡 辐射 无证 非法 深井盖 井盖缺失 深坑 粉尘 死亡 身亡`),
		group("calm", -2, `建议 咨询 请问 想问 规划 何时 什么时候 优化 了解 政策 命名 提议`),
	))
	now, excuses, traits := nowCues(), excuseCues(), traitCues()
	return Set{Name: "urgency", Examples: urgencyExamples, words: []*cues{words, now, excuses, traits}, read: func(x *scanned, v *desk.Verdict) {
		t := x.Text
		if t.Title == "" && t.Body == "" {
			return
		}
		c := x.count(words)
		// In a long letter many a word falls by the way.
		length := float64(len(t.Title)+len(t.Body)) / 900
		urgent := c.sum("urgent")
		score := c.sum("raised") + c.sum("calm") - max(0, length-1)
		harm := value(v.Facts.Deaths) + value(v.Facts.Missing) + value(v.Facts.Injured) + value(v.Facts.SeriousInjured) + value(v.Facts.Poisoned)
		field := "raised"
		d := x.dangers()
		now := append(d.now, lifeline(t)...)
		pressing, atOnce := x.traits()
		if d.sham || adviceWords.any(t.Title) {
			pressing = nil
		} else if atOnce {
			now = append(now, pressing...)
		}
		desperate := x.desperate(v)
		switch {
		case len(now) > 0 || desperate || value(v.Facts.Missing) > 0:
			v.Urgency, field = desk.UrgencyUrgent, "urgent"
			sure(v, "urgency", 0.8)
			for _, s := range now {
				s.p.weigh(v, "urgency", s.h.start, s.h.end, nowWeight)
			}
			if desperate {
				copied(v, desk.FieldUrgency, func(f string) bool { return f == "self_harm" || f == "threat" })
			}
			if !noted(v, desk.FieldUrgency) {
				copied(v, desk.FieldUrgency, func(f string) bool { return f == "facts.missing" })
			}
		case d.sham && harm+value(v.Facts.AtRisk) == 0: // figures of a drill or a rumour aren't read: what is left is true
			v.Urgency, field = desk.UrgencyNormal, "calm"
			sure(v, "urgency", 0.6)
		case harm > 0 && v.Level != "" || v.Level != "" && v.Level != desk.LevelMinor:
			v.Urgency, field = desk.UrgencyUrgent, "urgent"
			sure(v, "urgency", 0.85)
			copied(v, desk.FieldUrgency, harmField)
			if !noted(v, desk.FieldUrgency) {
				copied(v, desk.FieldUrgency, func(f string) bool { return f == "level" })
			}
		case urgent+score/2 >= 13 && urgent >= 8:
			v.Urgency, field = desk.UrgencyUrgent, "urgent"
			sure(v, "urgency", 0.7)
		case score+urgent >= 7 || v.Level != "":
			v.Urgency = desk.UrgencyRaised
			sure(v, "urgency", 0.5+min(score, 12)/40)
		case len(pressing) > 0:
			v.Urgency = desk.UrgencyRaised
			sure(v, "urgency", 0.6)
			for _, s := range pressing {
				s.p.weigh(v, "urgency", s.h.start, s.h.end, nowWeight)
			}
		case v.GroupRisk >= groupHigh:
			v.Urgency = desk.UrgencyRaised
			sure(v, "urgency", 0.6)
			copied(v, desk.FieldUrgency, func(f string) bool { return f == "group_risk" })
		default:
			v.Urgency = desk.UrgencyNormal
			sure(v, "urgency", 0.6+max(0, 7-score-urgent)/30)
			field = "calm"
		}
		for _, tag := range []string{field, "urgent"} {
			if field == "calm" && tag == "urgent" {
				break
			}
			for _, s := range c.spans(tag) {
				w := math.Abs(s.h.weight)
				if s.p.in == "title" {
					w *= 3
				}
				s.p.weigh(v, "urgency", s.h.start, s.h.end, w)
			}
			if field == tag && tag == "urgent" {
				break
			}
		}
		if noted(v, desk.FieldUrgency) {
			return
		}
		if v.Urgency != desk.UrgencyNormal { // the level alone
			copied(v, desk.FieldUrgency, func(f string) bool { return f == "level" })
		}
		if !noted(v, desk.FieldUrgency) {
			v.SetReason(desk.FieldUrgency, desk.ReasonUsual)
		}
	}}
}

// nowWeight is what a word of danger that is on now weighs beside the other words.
const nowWeight = 6

// perilHigh is from where somebody is taken to be in danger by himself or another;
// groupHigh, from where many act together.
const perilHigh, groupHigh = 0.6, 0.45

var urgencyExamples = []Example{
	{Body: "化工车间炸了,火很大,三四个人受伤,快叫救护车", Want: desk.UrgencyUrgent},
	{Body: "栖霞里3栋着火了,楼上有人被困", Want: desk.UrgencyUrgent},
	{Title: "长虹化工厂毒气泄漏", Body: "好几个居民晕倒了。", Want: desk.UrgencyUrgent},
	{Body: "清河大桥下有人落水", Want: desk.UrgencyUrgent},
	{Body: "锦绣家园5栋停水两个小时了,家里老人在家做腹膜透析要用水,什么时候来水", Want: desk.UrgencyUrgent},
	{Body: "我们家停电了,父亲靠呼吸机,备用电池只能撑一小时", Want: desk.UrgencyUrgent},
	{Title: "咨询透析报销", Body: "停水那天去医院做透析的费用医保能报吗", Want: desk.UrgencyNormal},
	{Title: "建议增设灭火器", Body: "一旦发生火灾后果不堪设想。", Want: desk.UrgencyNormal},
	{Body: "去年厂里爆炸,我受伤了,想问赔偿怎么算", Want: desk.UrgencyNormal},
	{Body: "路灯坏了,没有人受伤", Want: desk.UrgencyNormal},
	{Title: "小区燃气泄漏,有人被困", Body: "情况十万火急。", Want: desk.UrgencyUrgent},
	{Title: "工地夜间施工噪音扰民", Body: "每天凌晨还在施工,老人无法入睡。", Want: desk.UrgencyRaised},
	{Title: "建议增设公交线路", Want: desk.UrgencyNormal},
	{Title: "咨询落户政策", Want: desk.UrgencyNormal},
}
