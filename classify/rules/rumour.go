package rules

import (
	"strings"

	"huiying/desk"
)

// rumourSet grades cues of hearsay (0..1): no source, urging to pass on, extreme
// words. It says nothing of whether a text is true.
func rumourSet() Set {
	words := newCues(slicesOf(
		group("hearsay", 0.25, `听说 据说 网传 疯传 网友爆料 有网友称 朋友圈 据传 传闻 小道消息 内部消息 知情人 据知情人士 目击者称 不明来源 有消息称 传言 据悉 内部人士 刚刚得知 朋友说 同事说 微信群里`),
		group("urge", 0.35, `扩散 请转发 速转 转发救人 求转发 求扩散 转起来 帮转 紧急通知 紧急扩散 转疯了 看到的转 是中国人就转 赶快转 赶紧转 告诉身边 告诉家人 马上删 被删 央视不敢报 不敢报道 封锁消息 隐瞒 真相 震惊 惊爆 重磅 速看 删前 人肉`),
		group("extreme", 0.15, `惨不忍睹 太可怕 恐怖 丧尽天良 令人发指 灭绝人性 千万别 千万不要 千万注意 致癌 有毒 死光 活活 惨剧 禽兽 畜生 天理 愤怒 拐卖 偷小孩 抢小孩 人贩子 割肾 艾滋 针扎 失踪 绑架 迷药`),
		group("sober", -0.3, `警方通报 官方通报 新华社 人民日报 新闻发布会 据新华 发布通报 经查 本报讯 中新网 央视新闻 辟谣 不实 官方回应 记者从`),
	))
	return Set{Name: "rumour", Examples: rumourExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		doubt, sober := 1.0, 0.0
		var seen said
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				if seen.again(h.word) {
					return
				}
				if h.weight < 0 {
					sober -= h.weight
					return
				}
				doubt *= 1 - h.weight
				if len(seen) <= 5 {
					p.note(v, "rumour", h.start, h.end)
				}
			})
		}
		if n := strings.Count(x.Title, "!") + strings.Count(x.Body, "!"); n >= 3 {
			doubt *= 0.9
		}
		v.Rumour = hundredths(max(0, 1-doubt-sober))
		sure(v, "rumour", 0.5)
	}}
}

var rumourExamples = []Example{
	{Body: "紧急通知!听说城西有人贩子偷小孩,请转发扩散!", Want: "high"},
	{Body: "警方通报:经查,网传消息不实。", Want: "low"},
	{Body: "小区路灯坏了。", Want: "low"},
}

func printRumour(v *desk.Verdict) string {
	if v.Rumour >= 0.5 {
		return "high"
	}
	return "low"
}
