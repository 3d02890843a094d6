package rules

import "huiying/desk"

// perilSet grades cues that somebody means to harm himself, and that somebody
// threatens others (0..1 each): who writes or who is written about, the words don't
// tell. A person must look; nothing else follows from it.
func perilSet() Set {
	words := newCues(slicesOf(
		group("self_harm", 0.6, `自杀 轻生 跳楼 跳桥 跳江 跳河 跳湖 跳海 投河 投江 投湖 割腕 割脉 不想活 我想死 真想死 好想死 想去死 不活了 活够了 活腻了 活不下去 不想再活 不想活下去 活着没意思 活着没有意思 活着没啥意思 活着没劲 活着干嘛 活着干啥 没活头 没什么活头 一死了之 一了百了 死了算了 不如死了 还不如死 死给你 死在你们 死在政府 死在门口 去死算了 以死 寻短见 寻死 想不开 结束生命 结束自己 了结生命 了结自己 了此残生 自我了断 自行了断 一头撞死 服毒 喝农药 喝了农药 喝百草枯 喝了百草枯 喝敌敌畏 喝了敌敌畏 吃老鼠药 吃了老鼠药 吞安眠药 吞了安眠药 烧炭自 开煤气自 上吊 吊死在 自焚 自残 绝笔 遗书 遗言 跟孩子一起死 带着孩子去死 带着孩子一起死 离开这个世界 就跳下去 要跳下去 我跳下去 准备跳下去`),
		group("self_harm", 0.6, cross("从楼上 从楼顶 从桥上 从大桥上 从窗户 从窗口 从天台 从阳台 从塔吊 从塔吊上 从这里 从这儿 从上面 从房顶", `跳下去 跳下来 跳了 往下跳`)),
		group("self_harm", 0.3, `走投无路 生无可恋 没有活路 没法活 没活路 绝食 要跳 想跳`),
		group("threat", 0.6, `同归于尽 鱼死网破 砍死 捅死 弄死 整死 打死你 杀了你 杀了他 杀了他们 杀光 杀全家 灭门 灭你全家 大家一起死 一起去死 拉几个垫背 垫背 炸了你 炸掉你 炸平 炸政府 炸了政府 炸你们 引爆 点煤气 开煤气 点燃煤气 血洗 血债 拼命 要你命 要他命 要你的命 要他的命 放火烧 一把火烧 一把火把 烧了你 烧死你 烧死他 点了你 持刀 带刀 提刀 带着刀 拎着刀 拿菜刀 泼汽油 浇汽油 拿刀 开车撞死 撞死你 撞死他 报复社会 人身威胁 死亡威胁 威胁要杀 扬言`),
		group("threat", 0.3, `威胁 恐吓 后果自负 不客气 出人命 报复 走着瞧 讨个血债 豁出去`),
		group("not", 1, `跳楼价 跳楼机 跳楼大甩卖 自杀式 得不想活 得我不想活 得都不想活 得我都不想活 得想死 得我想死 得我真想死 得真想死 得我好想死 想死你 我想死你 放火烧荒 放火烧山 放火烧秸秆 放火烧垃圾 放火烧草 拼命往 拼命跑 拼命挤 拼命按 拼命叫 拼命喊 拼命涨 拼命敲 垫背景 自杀干预 预防自杀 防自杀 心理援助 心理热线 演练 电影 小说 电视剧 威胁生命安全 威胁健康 威胁安全 严重威胁 造成威胁 构成威胁 受到威胁 威胁到 拼命工作 拼命干 拼命学 拼命赚 打击报复举报人`),
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
	{Body: "真的活够了,想一了百了。", Want: "self"},
	{Body: "再不管我就从楼上跳下去", Want: "self"},
	{Body: "我家那口子喝了百草枯", Want: "self"},
	{Body: "谁敢来拆就浇汽油,大家一起死", Want: "threat"},
	{Body: "天热得我都不想活了。", Want: ""},
	{Body: "孩子从滑梯上跳下来,滑梯没有护垫。", Want: ""},
	{Body: "有人放火烧秸秆。", Want: ""},
	{Body: "火车上的人拼命挤。", Want: ""},
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
