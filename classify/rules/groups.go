package rules

import "huiying/desk"

// groupSet grades the risk that many act together (0..1): signatures in common,
// gatherings, petitions announced.
func groupSet() Set {
	words := newCues(slicesOf(
		group("act", 0.45, `集体上访 集体维权 群体性事件 群体事件 聚众 堵路 堵门 拉横幅 静坐 游行 示威 罢工 罢运 罢课 阻工 围堵 围攻 聚集 集会 进京上访 越级上访 上访 集体到 集体前往 集体抵制 集体拒收 集体请愿 请愿 集体行动 采取行动 闹事 冲突 对峙 抱团 绝食 集体走访 集体投诉 集体讨薪`),
		group("many", 0.3, `全体业主 全体村民 全体居民 全体员工 全体职工 全体家长 全体教师 全体老师 众业主 广大业主 联名 签名 署名 联署 集体 几百户 数百名 上百名 上百户 千余户 数千 众多业主 几百名 几百人 上千人 数百人 数百户 几十名 几十户 百余名 全体 受害者 受害人 投资人 业主群 业主们 居民们 家长们 村民们 我们全村 十余名`),
	))
	return Set{Name: "group_risk", Examples: groupExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		var seen said
		calm := 1.0
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				if seen.again(h.word) {
					return
				}
				w := h.weight
				if n == 0 {
					w += 0.1
				}
				calm *= 1 - w
				if len(seen) <= 4 {
					p.weigh(v, "group_risk", h.start, h.end, w)
				}
			})
		}
		if c := value(v.Facts.Crowd); c >= 20 {
			calm *= 0.6
			copied(v, "group_risk", func(f string) bool { return f == "facts.crowd" })
		}
		v.GroupRisk = hundredths(1 - calm)
		sure(v, "group_risk", 0.6+0.3*max(1-2*v.GroupRisk, 2*v.GroupRisk-1))
	}}
}

var groupExamples = []Example{
	{Body: "全体业主联名,准备集体上访。", Want: "high"},
	{Body: "家门口的路灯坏了。", Want: "low"},
	{Body: "工友们已经堵路讨薪,双方对峙。", Want: "high"},
}

func printGroup(v *desk.Verdict) string {
	if v.GroupRisk >= 0.5 {
		return "high"
	}
	return "low"
}
