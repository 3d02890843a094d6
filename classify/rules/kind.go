package rules

import (
	"slices"
	"strings"
	"unicode"

	"huiying/desk"
)

// kindSet tells what the writer wants (诉求类型). The title speaks louder than the
// body, and the end of the body louder than its middle: people ask last.
func kindSet() Set {
	words := newCues(slicesOf(
		// 能不能 asks whether something is allowed; with an act that somebody is to do, now
		// and for the writer, it asks for help.
		group(desk.KindHelp, 2.6, cross(asksWhether, `先送 先派 先给 先来 先把 先救 先接 帮 派 送 赶紧 赶快 马上 尽快 快点 快些 安排 来人 来个人 接一下 接我 救 协调 给我们 给送 想想办法 想办法 收留 垫付`)),
		group(desk.KindConsult, 2, cross(asksWhether, `帮我查 帮忙查 帮查 帮我问 帮忙问 帮我看 帮忙看看 帮我算 帮忙解释 帮忙解答 帮我解答 帮我确认 派发 送审 安排考试`)),
		group(desk.KindHelp, 2, `断粮 断药 断氧 快撑不住 撑不住了 等不了了 等不及了 没吃的 没水喝 吃不上饭 喝不上水 出不去 困在 被困 弹尽粮绝 救急 救命药`),
		group(desk.KindConsult, 2, `咨询 请问 能否公布 请公开 请求公开 公开 想问 问一下 是否可以 能否告知 想了解 想咨询 如何办理 怎么办理 怎样办理 如何申请 怎么申请 什么时候 何时 哪些条件 什么条件 是否有 是否属于 是否需要 有没有 怎么算 如何计算 多少钱 在哪里 去哪里 哪个部门 能不能 可不可以 是不是 请教 求解 求解答 疑问 疑惑 望告知 请告知 盼复 予以解答 给予解答 解答一下 给个说法 希望得到答复 几时 几月 多久 何年 怎么样了 进展如何 进度如何 怎么办 如何处理 合理吗 合法吗 可以吗 有吗 询问 政策解读 如何缴纳 怎么交 怎么报销 如何报销 相关政策 需要什么 需要准备 流程`),
		group(desk.KindConsult, 3, `是真的吗 是不是真的 真的假的 是真是假 是否属实 属实吗 是谣言吗 有这回事吗 有没有这回事 有没有这事`),
		group(desk.KindConsult, 1, `为什么 为何 吗? 呢? 么? 何时能 什么时候能`),
		group(desk.KindHelp, 1.2, `没有路灯 能不能 希望尽快 希望能尽快 如何安全 望解决 望修复 急时修复 请求修复 硬化 没有护栏 请求硬化 望领导 求修 何去何从`),
		group(desk.KindSuggestion, 1.6, `希望 请加快 提前 倡导 建设力度 停靠 加大力度 应该 可以有`),
		group(desk.KindComplaint, 1, `反映 无法正常 难等 办理难 严重 坑洼 占用 肆意 还在施工 没人管 无法 没有 太吵 垃圾 乱收 违法征收 违章 堵死 问题`),
		group(desk.KindHelp, 2, `求助 帮帮 救救 帮忙 请求帮助 恳请帮助 请帮 求帮 困难 无法生活 生活困难 走投无路 恳求 跪求 急求 请求解决 希望解决 恳请解决 请求修 希望修 请求增设 请求增加 请求安装 希望政府帮 求政府 请求政府 请政府 望政府 申请救助 请求 恳请 求解决 盼解决 早日解决 尽快解决 帮助解决 盼望 希望早日 亟待 急需 急盼 救命`),
		group(desk.KindComplaint, 1.5, `没水 没电 没暖气 没来水 没来电 没人修 没人接 打不通 没动静 锁了 锁死 锁着 堵住 堵成 堵得 吵得 太臭 臭得 讨说法 总停电 老停电 总停水 老停水 天天停电 天天停水 经常停电 经常停水 三天两头 烂尾 不给力 没法睡 没法过 稀巴烂 不赔 被扣钱`),
		group(desk.KindHelp, 3, `已经转了 已经转账 刚转了 刚转账 刚转过去 刚刚转 转过去了 被盗刷 钱被转走 帮忙找找 帮忙找人 帮我找找`),
		group(desk.KindComplaint, 2, `投诉 扰民 乱收费 不作为 违规 太差 霸王 推诿 踢皮球 严重影响 质量问题 质量差 不合理 强制 欺诈 拖欠 不管 无人管 没人管 欺骗 坑害 虚假宣传 噪音 油烟 噪声 恶劣 态度差 乱停 占道 捆绑销售 维权 不退 退款 拒绝 不予 乱象 脏乱 坑人 黑心 无良 敷衍 服务态度 不满 忍无可忍 害苦 苦不堪言 深受其害 何时休 谁来管 谁管 谁来负责 太过分 违反 损害 侵害 侵犯 霸占 强行 擅自 不合规 漏水 停水 停电 断水 断电 欠薪 工资 坑业主 臭气 异味 隐患 乱搭乱建 不兑现 不公平 不公正 随意 无视 一直没 迟迟 仍未 至今未 至今没 从未 质疑 抗议 反对`),
		group(desk.KindHelp, 4, `叫救护车 派救护车 快来人 来人啊 来人呀 快来救 快救人 赶紧救 赶快救 快救救 快叫 快打120 快打119 快打110 快报警 帮忙报警 帮我报警 赶紧派人 赶快派人 快派人 速派人 马上派人 立刻派人 快派 派消防 派民警 派警察 叫消防 叫警察 叫120 叫119 急需救援 请求救援 请求支援 紧急求援 求救 救救我 救命啊`),
		group(desk.KindReport, 3, `举报 检举 揭发 贪污 受贿 行贿 贿赂 挪用 诈骗 传销 赌博 卖淫 嫖娼 涉黄 吸毒 贩毒 黑社会 黑恶 保护伞 非法经营 非法行医 非法集资 无证经营 藏污纳垢 偷税 逃税 漏税 偷排 盗采 套取 骗取 骗保 滥用职权 以权谋私 失职渎职 渎职 徇私 违纪 造假 假药 伪造 放毒 毒鱼 聚众赌博 赌场 私自倒卖 围标 串标 虚报 冒领 侵吞 私分 黄赌毒`),
		group(desk.KindReport, 3, `好处费 收受 收黑钱 黑钱 贪钱 贪了 贪走 贪低保 贪补 公车私用 公款吃喝 公款旅游 吃拿卡要 瞒报 谎报 瞒着不报 隐瞒不报 索贿 权钱交易 优亲厚友 贿选 买选票 收红包 要红包 一直瞒着 瞒着上面 瞒着没报 压着不报 吃空饷 中饱私囊 据为己有 私吞 买官 卖官 人情保 关系保 地沟油 黑作坊 黑诊所 病死猪 注水肉 假冒伪劣 卖假药 卖假酒 卖假烟 假酒 假烟 散装烟花 私卖烟花 私自储存 陪侍 匿名反映 匿名信 实名反映 望纪委 请纪委 请保密 替我保密 为我保密 给我保密 帮我保密 不要透露我 不要说是我 别说是我 没有营业执照 无照经营`),
		group("none", 0, `实名认证 就太好了 就更好了 太好了吧 太好了点 贪了黑 不是举报 举报电话 举报平台`),
		group(desk.KindReport, 1, `违法 非法 无证`),
		group(desk.KindSuggestion, 2.5, `建议 提议 倡议 建言 献策 希望能增 希望增加 应该增加 可否增加 能否增加 可以考虑 应当加强 建设成 打造 规划建设 不妨 意见和建议 几点建议 一点建议 小建议 合理化建议 希望开通 能否开通 希望增设 能否增设 应该设置 优化 呼吁 完善`),
		group(desk.KindPraise, 4, `表扬 点赞 感谢信 致谢 好人好事 拾金不昧 见义勇为 锦旗 非常满意 衷心感谢 赞扬 为你们点赞 点个赞 点一个赞 竖大拇指 好样的 真给力 很给力 太给力 太棒了`),
		group(desk.KindPraise, 2.5, `太好了 真不错 真好啊 效率真高 效率很高 态度真好 态度很好 服务真好 服务很好 谢谢你们 辛苦你们`),
	))
	now, excuses, turns := nowCues(), excuseCues(), turnCues()
	number := func(kind string) int { return slices.Index(words.tags, kind) }
	consult, complaint, report, praise, help := number(desk.KindConsult), number(desk.KindComplaint), number(desk.KindReport), number(desk.KindPraise), number(desk.KindHelp)
	return Set{Name: "kind", Examples: kindExamples, words: []*cues{words, now, excuses, turns}, read: func(x *scanned, v *desk.Verdict) {
		var score [7]float64 // by number of the tag
		var best [2][7]hit
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				w := h.weight
				switch {
				case n == 0:
					w *= 3
					switch {
					case h.start == 0 && h.word == h.tag: // the writer says it in so many words
						w *= 2.5
					case h.start == 0:
						w *= 1.6
					}
				case h.end > len(p.text)*2/3:
					w *= 0.9
				default:
					w *= 0.6
				}
				if best[n][h.no].cue != nil {
					w *= 0.35 // saying it again adds little
				} else {
					best[n][h.no] = h
				}
				score[h.no] += w
			})
		}
		d := x.dangers()
		if d.short && len(d.now) > 0 {
			score[help] += inDanger
		}
		scolds, offence := x.turns()
		if strings.Contains(x.Title, desk.KindConsult) { // so the writer says
			scolds = span{}
		}
		if scolds.h.cue != nil { // what is asked wants no answer
			score[consult] *= 0.3
			score[complaint] += 2
		}
		if offence != nil {
			score[report] += 5
		}
		var asked [2]bool
		for n, p := range x.parts {
			if strings.HasSuffix(p.text, "?") && worded(p.text) && scolds.h.cue == nil {
				score[consult] += 2
				asked[n] = true
			}
		}
		if score[complaint]+score[report] > score[praise] {
			score[praise] = 0
		}
		kind, top, second := "", 0.0, 0.0
		for _, k := range desk.Kinds {
			if s := score[number(k)]; s > top {
				kind, top, second = k, s, top
			} else if s > second {
				second = s
			}
		}
		if kind == "" {
			x.guessKind(d, v)
			return
		}
		v.Kind = kind
		sure(v, "kind", kindSure.of(0.5+0.45*(top-second)/(top+second+1)))
		for n, p := range x.parts {
			if h := best[n][number(kind)]; h.cue != nil {
				span{p, h}.note(v, "kind")
			}
			if n == 0 {
				x.because(v, kind, d, scolds, offence)
			}
			if asked[n] && number(kind) == consult {
				p.weigh(v, "kind", len(p.text)-1, len(p.text), 2)
			}
		}
	}}
}

var (
	askingWords = newCues(group("asks", 1, `什么 怎么 怎样 多少 哪里 哪个 哪些 哪天 哪儿 几点 几号 几天 是否 能否 可否 可不可 谁来 谁是 如何 有没 在吗 好吗 行吗 对吗 了吗 的吗 请教 告诉`))
	dangerWords = newCues(group("danger", 1, `炸了 爆炸 着火 起火 失火 火很大 大火 受伤 被困 落水 溺水 触电 中毒 晕倒 昏迷 昏倒 跳楼 轻生 走失 失踪 车祸 相撞 侧翻 塌了 坍塌 垮塌 泄漏 毒气 救护车 流血 重伤 遇难 死亡 没命 走丢 断气`))
	thanksWords = newCues(group("thanks", 1, `感谢 谢谢 辛苦了 满意 好评`))
)

// guessKind takes the likeliest kind of a text without any of the words above, and
// says how little it is worth. A text without a letter stays unknown.
func (x *scanned) guessKind(d danger, v *desk.Verdict) {
	t := x.Text
	if !worded(t.Title) && !worded(t.Body) {
		return
	}
	v.Kind = desk.KindComplaint
	sure(v, "kind", 0.2)
	for _, g := range []struct {
		words      *cues
		kind       string
		confidence float64
	}{{dangerWords, desk.KindHelp, 0.35}, {askingWords, desk.KindConsult, 0.35}, {thanksWords, desk.KindPraise, 0.3}} {
		for n, p := range x.parts {
			if h, ok := g.words.first(p.text); ok {
				if g.kind == desk.KindHelp && (d.sham || d.idle || unsaid(p.text, h.start) || x.excusedAt(n, h)) {
					continue
				}
				v.Kind = g.kind
				sure(v, "kind", g.confidence)
				p.note(v, "kind", h.start, h.end)
				return
			}
		}
	}
	for _, p := range parts(t) {
		if at := strings.IndexByte(p.text, '?'); at >= 0 {
			v.Kind = desk.KindConsult
			sure(v, "kind", 0.3)
			p.note(v, "kind", at, at+1)
			return
		}
	}
	v.SetReason(desk.FieldKind, desk.ReasonUsual)
}

// worded says whether a text has a letter at all.
func worded(text string) bool { return strings.IndexFunc(text, unicode.IsLetter) >= 0 }

// asksWhether are the words with which one asks whether something can be.
const asksWhether = `能不能 可不可以 能否 可否 是否可以 是否能`

// cross puts each word of one list before each of another.
func cross(before, after string) string {
	var all []string
	for _, b := range strings.Fields(before) {
		for _, a := range strings.Fields(after) {
			all = append(all, b+a)
		}
	}
	return strings.Join(all, " ")
}

func slicesOf(groups ...[]cue) []cue {
	var all []cue
	for _, g := range groups {
		all = append(all, g...)
	}
	return all
}
