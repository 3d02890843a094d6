package rules

import (
	"strings"

	"huiying/desk"
)

// sentimentSet grades the tone, -1 (angry, desperate) to 1 (glad, grateful).
func sentimentSet() Set {
	words := newCues(slicesOf(
		group("bad", -1, `愤怒 气愤 太差 恶劣 不作为 推诿 敷衍 踢皮球 坑害 欺骗 欺负 欺压 欺诈 霸王 黑心 无良 无耻 绝望 心寒 寒心 失望 无奈 痛苦 苦不堪言 忍无可忍 投诉 举报 扰民 太过分 可恶 丧尽天良 害人 垃圾 混乱 脏乱差 严重影响 伤心 大哭 难过 悲伤 恐惧 害怕 担忧 可怕 烦死 崩溃 讨厌 恶心 气死 欺人太甚 无法无天 目无法纪 违法 强烈不满 不满 愤慨 难受 坑人 骗子 诈骗 遭殃 受害 抗议 无法忍受 该死 去死 傻逼 妈的 心碎 郁闷 倒霉 悲剧 遇难 死亡 噩耗`),
		group("good", 1, `感谢 谢谢 满意 点赞 表扬 感激 开心 高兴 快乐 幸福 喜欢 漂亮 优秀 温暖 感动 欣慰 祝愿 美好 可爱 哈哈 爱你 加油 支持 期待 恭喜 祝福 嘻嘻 鼓掌 太好了 惊喜 精彩 辛苦了`),
	))
	return Set{Name: "sentiment", Examples: sentimentExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		good, bad, noted := 0.0, 0.0, 0
		from := len(v.Evidence)
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				w := h.weight
				if n == 0 {
					w *= 2
				}
				if negated(p.text, h.start) {
					w = -0.6 * w
				}
				if w > 0 {
					if h.word == "感谢" || h.word == "谢谢" { // how every letter ends
						w *= 0.3
					}
					good += w
				} else {
					bad -= w
				}
				if noted++; noted <= 4 {
					p.weigh(v, "sentiment", h.start, h.end, w)
				}
			})
		}
		v.Sentiment = hundredths((good - bad) / (good + bad + 1.5))
		switch {
		case v.Sentiment == 0:
			v.Evidence = v.Evidence[:from]
		case v.Sentiment < 0: // so that a weight above nought speaks for what is said
			for i := range v.Evidence[from:] {
				v.Evidence[from+i].Weight *= -1
			}
		}
		sure(v, "sentiment", 0.4+0.4*(good+bad)/(good+bad+3))
	}}
}

// negated says whether a negation stands right before a word.
func negated(text string, at int) bool {
	for _, w := range []string{"不", "没", "没有", "不太", "并不", "无", "未"} {
		if strings.HasSuffix(text[:at], w) {
			return true
		}
	}
	return false
}

var sentimentExamples = []Example{
	{Body: "物业态度恶劣,太过分,令人愤怒。", Want: "bad"},
	{Body: "非常满意,为你们点赞,真是温暖。", Want: "good"},
	{Body: "路灯在几号杆?", Want: "even"},
}

func printSentiment(v *desk.Verdict) string {
	switch {
	case v.Sentiment > 0.2:
		return "good"
	case v.Sentiment < -0.2:
		return "bad"
	}
	return "even"
}
