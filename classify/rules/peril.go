package rules

import "huiying/desk"

// perilSet grades cues that somebody means to harm himself, and that somebody
// threatens others (0..1 each): who writes or who is written about, the words don't
// tell. A person must look; nothing else follows from it.
func perilSet() Set {
	words := newCues(slicesOf(
		group("self_harm", 0.6, `自杀 轻生 跳楼 跳桥 跳江 割腕 不想活 活不下去 不想再活 活着没意思 活着没有意思 一死了之 死了算了 死给你们看 以死 寻短见 想不开 结束生命 了结生命 了结自己 了此残生 服毒 喝农药 上吊 自焚 自残 绝笔 遗书 跟孩子一起死 带着孩子去死`),
		group("self_harm", 0.3, `走投无路 生无可恋 没有活路 没法活 绝食`),
		group("threat", 0.6, `同归于尽 鱼死网破 砍死 捅死 弄死 杀了你 杀了他 杀了他们 杀光 杀全家 炸了你 炸掉你 炸平 血洗 血债 拼命 要你命 要他命 要你的命 要他的命 放火烧 烧了你 持刀 带刀 泼汽油 拿刀 报复社会 人身威胁 死亡威胁 威胁要杀 扬言`),
		group("threat", 0.3, `威胁 恐吓 后果自负 不客气 出人命 报复 走着瞧 讨个血债`),
		group("not", 1, `跳楼价 跳楼机 跳楼大甩卖 自杀式 自杀干预 预防自杀 防自杀 心理援助 心理热线 演练 电影 小说 电视剧 威胁生命安全 威胁健康 威胁安全 严重威胁 造成威胁 构成威胁 受到威胁 威胁到 拼命工作 拼命干 拼命学 拼命赚 打击报复举报人`),
	))
	return Set{Name: "peril", Examples: perilExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		if !x.some(0) {
			return
		}
		var safe [2]float64
		for i := range safe {
			safe[i] = 1
		}
		var seen said
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				if h.tag == "not" || negated(p.text, h.start) || seen.again(h.word) {
					return
				}
				side := 0
				if h.tag == "threat" {
					side = 1
				}
				safe[side] *= 1 - h.weight
				if len(seen) <= 6 {
					p.weigh(v, h.tag, h.start, h.end, h.weight)
				}
			})
		}
		v.SelfHarm, v.Threat = hundredths(1-safe[0]), hundredths(1-safe[1])
	}}
}

var perilExamples = []Example{
	{Body: "工钱再不给,我就从塔吊上跳楼,不想活了。", Want: "self"},
	{Title: "求助:邻居有轻生念头", Want: "self"},
	{Body: "再不解决就同归于尽,我带刀去你们单位。", Want: "threat"},
	{Body: "物业的人恐吓业主,说走着瞧。", Want: "threat"},
	{Body: "商场跳楼价促销,音响吵得人睡不着。", Want: ""},
	{Body: "边坡严重威胁行人安全。", Want: ""},
	{Body: "咨询自杀干预热线的号码。", Want: ""},
}

func printPeril(v *desk.Verdict) string {
	switch {
	case v.SelfHarm >= 0.5:
		return "self"
	case v.Threat >= 0.5:
		return "threat"
	}
	return ""
}
