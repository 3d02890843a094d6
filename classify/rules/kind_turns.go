package rules

import (
	"strings"

	"huiying/desk"
)

// inDanger is what danger that is on says for 求助.
const inDanger = 6

// turnList is the list of the kind set that holds the turns of speech.
const turnList = 3

// turnCues are turns of speech: scold, a question that wants no answer; and, together in a
// sentence, who holds an office and what he mustn't do.
func turnCues() *cues {
	return newCues(slicesOf(
		group("scold", 1, `怎么过 怎么活 怎么还没 怎么还不 怎么又 怎么老是 怎么总是 咋还没 咋还不 咋又 咋过 咋活 怎么就没人 难道 凭什么 凭啥 管不管 有人管吗 有没有人管 没人管吗 还让不让 让不让人 还要不要 让人怎么 叫人怎么 让我们怎么 叫我们怎么 让老百姓怎么 还要等多久 要等到什么时候 等到猴年马月 猴年马月 还有没有王法 有没有王法 良心呢 天理何在 坐直升机 坐飞机上班 你们谁负责 出了事谁负责 眼睛瞎 是瞎子 装看不见 吃干饭 干什么吃的 什么时候是个头 何时是个头 有完没完 怎么回事啊 咋回事啊 是怎么回事 了怎么回事 了咋回事 像话吗 合适吗 说得过去吗`),
		group("scold", 1, cross("都 这都 都快", `一年了 两年了 三年了 半年了 几年了 好几年了 一个月了 两个月了 三个月了 几个月了 好几个月了 一周了 一个星期了 半个月了`)),
		group("office", 1, `书记 支书 局长 主任 所长 村长 镇长 乡长 县长 区长 科长 处长 院长 校长 干部 队长 站长 民警 交警 城管队员 会计 领导 法官 警察 公务员 执法人员`),
		group("deed", 1, `贪污 贪钱 贪低保 贪了 贪走 贪补 都贪 收钱 收黑钱 黑钱 收礼 收红包 好处费 回扣 公款 公车 私用 白条 据为己有 不知去向 截留 占为己有 装进自己 中饱私囊 低保名额 低保给 给了自家 给自家 自家亲戚 自己亲戚 小舅子 吃空饷 送礼 塞钱 受贿 索要 包庇`),
		group("took", 1, `收了 拿了 收过`),
	))
}

// turns gives the first question that wants no answer, and where somebody in office is said
// to have done what he mustn't.
func (x *scanned) turns() (scolds span, offence []span) {
	for n, p := range x.parts {
		var office hit
		x.each(turnList, n, func(h hit) {
			switch h.tag {
			case "scold":
				if scolds.h.cue == nil {
					scolds = span{p, h}
				}
			case "office":
				office = h
			default:
				if offence != nil || office.cue == nil || strings.ContainsAny(p.text[office.end:h.start], "。!?\n") {
					return
				}
				if h.tag == "took" && !strings.ContainsAny(clause(p.text, h.start, h.end), "钱礼贿") {
					return
				}
				offence = []span{{p, office}, {p, h}}
			}
		})
	}
	return scolds, offence
}

// because notes the words beyond the list of the kind that speak for it.
func (x *scanned) because(v *desk.Verdict, kind string, d danger, scolds span, offence []span) {
	switch kind {
	case desk.KindHelp:
		if d.short {
			for _, s := range d.now {
				s.p.weigh(v, "kind", s.h.start, s.h.end, inDanger)
			}
		}
	case desk.KindComplaint:
		if scolds.h.cue != nil {
			scolds.p.weigh(v, "kind", scolds.h.start, scolds.h.end, 2)
		}
	case desk.KindReport:
		for _, s := range offence {
			s.p.weigh(v, "kind", s.h.start, s.h.end, 2.5)
		}
	}
}
