package rules

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"huiying/desk"
)

// callRunes is how long a text may be that calls for help: who is in danger is short.
// Of a longer one the title speaks.
const callRunes = 160

// nowCues are the words by which somebody tells of a danger that is on: now by itself;
// call, which asks for rescue; lost, of people only; wire and broke, smell and sent,
// ill, many and sent, slide and buried only together. none are longer words that hold one of
// these and mean no danger: they are found first.
func nowCues() *cues {
	return newCues(slicesOf(
		group("now", 1, `炸了 爆炸 爆炸了 发生爆炸 爆燃 闪爆 轰的一声 发生火灾 着火 着火了 起火 起火了 失火 失火了 烧起来 燃起来 火苗 火很大 火势 浓烟 冒烟 冒黑烟 冒白烟 冒火 冒火花 打火花 火花四溅 大火 有人受伤 人受伤 受了伤 受伤了 名受伤 被困 困在 困住 出不来 关在电梯 卡在电梯 电梯困 困电梯 有人落水 落水 落水了 溺水 掉河里 掉进河 掉到河 掉水里 掉进水 掉井里 掉进井 掉到井 掉进窨井 掉进化粪池 掉进下水道 掉下水道 掉坑里 晕倒 晕过去 昏迷 昏倒 昏过去 不省人事 叫不醒 没气了 口吐白沫 抽搐 吐血 大出血 羊水破 喘不上气 噎住 窒息 中毒 毒气 有毒气体 氯气 氨气 一氧化碳 燃气泄漏 煤气泄漏 天然气泄漏 气体泄漏 泄漏了 液氨泄漏 漏气 漏煤气 漏天然气 煤气味 燃气味 天然气味 煤气味道 触电 被电到 电到人 塌了 坍塌 垮塌 塌方 楼塌 房子塌 墙塌 屋塌 桥塌 塌下来 垮下来 压在下面 压在底下 砸到人 砸中人 砸伤 砸着人 卷进去 泥石流 决堤 溃坝 决口 管涌 漫堤 山洪 被冲走 冲走了 被水冲 透水 冒顶 瓦斯 被埋 埋在 埋住 要跳楼 跳楼 跳桥 跳河 跳江 跳湖 跳海 投河 投江 跳下去 跳下来 往下跳 要跳了 轻生 自杀 割腕 割脉 喝农药 喝了农药 喝了百草枯 喝百草枯 喝了敌敌畏 吃了老鼠药 吞了安眠药 吃了安眠药 持刀 拿刀砍 拿着刀 拿刀追 拿刀捅 砍人 砍伤 捅人 捅了 捅伤 头破血流 流血 开枪 绑架 抢劫 相撞 连环撞 撞了人 撞人了 撞到人 撞倒 侧翻 车祸 翻车 车翻 翻船 船翻 船沉 沉船 死人了 撞死人 压死人 砸死人 淹死人 烧死人 打死人 电死人 炸死人 出人命 劫持 没有呼吸 没呼吸 心脏病发 心脏骤停 踩踏 触礁 脚手架倒 塔吊倒 大坝漏 大坝在漏 坝体漏 堤坝漏 大堤漏 随时会塌 随时要塌 随时可能塌 快要塌了 马上要塌 栏杆外面 护栏外面 桥栏外 站在楼顶 坐在楼顶 站在天台 坐在天台 站在窗台 坐在窗台 爬上塔吊 在打我 老公打我 丈夫打我 正在打人 家暴我 打起来了 打群架 被关在里面 关在传销 关在屋里 非法拘禁 被扣押 没上来 砸到一个 砸到老人 砸到孩子 砸到头 砸中头 好多血 很多血 一地血 突发脑梗 突发心梗 突发脑溢血 突发心脏病 突发疾病 吞了电池 吞了纽扣 吞了硬币 误食 误服 投毒 下毒 燃气泄露 煤气泄露 天然气泄露 气体泄露 氨气泄露 泄露了 放火 纵火 骗去缅 骗到缅 骗去柬 骗到柬 淹到膝盖 淹到腰 淹到胸 淹到二楼 快淹死 要淹死 吊车倒 被蛇咬`),
		group("now", 1, cross("困了 困着 压着 压了 压住 压住了 关着", `一个 两个 二个 三个 四个 五个 六个 七个 八个 九个 十个 十几 二十 几个 好几 好多人 1 2 3 4 5 6 7 8 9 人 老人 孩子 小孩 大人 两人 三人 四人 五人`)),
		group("now", 1, cross("埋了", `一户 两户 三户 四户 几户 好几户 一家 两家 几家 一个人 两个人 三个人 几个人 好几个 人 两人 三人 四人 五人 房子`)),
		group("call", 1, `叫救护车 派救护车 快来人 快救 救命 快报警 赶紧派人 赶快派人 快派人 速派人 请求救援 紧急求援 请求支援`),
		group("lost", 1, `走丢 走失 失踪 失联 离家出走 下落不明 孩子不见 小孩不见 老人不见 娃不见 人不见了 孩子丢了 娃丢了 小孩丢了 老人丢了 没找到人 人没找到 找不到人 没找到 没救上来 没捞上来`),
		group("wire", 1, `电线 高压线 电线杆 电杆 变压器 配电箱 电箱 电缆 电表箱`),
		group("broke", 1, `刮倒 倒了 倒在 倒下 断了 断落 掉在 掉到 掉下 掉落 掉了 落在 落到 垂到 垂在 垂下 耷拉 拖在 搭在 火花 打火 滋滋`),
		group("smell", 1, `臭鸡蛋 刺鼻 怪味 气味 药水味 异味 毒气`),
		group("ill", 1, `上吐下泻 呕吐 腹泻 拉肚子 想吐 头晕`),
		group("sent", 1, `送医 送到医院 送去医院 送进医院 送了医院 进了医院 进医院 救护车拉走 抬走`),
		group("many", 1, `好几 几个 两个 三个 多人 多名 几十 十几 二十 学生 同学 工友 一家人 全家 好多`),
		group("slide", 1, `滑坡 塌陷`),
		group("buried", 1, `埋了 埋着 压了 压住 冲了`),
		group("none", 1, `透水砖 透水混凝土 透水铺装 透水路面 透水性 透水沥青 不透水 瓦斯费 爆炸式 爆炸性 信息爆炸 爆炸物品 着火点 起火点 起火原因 失火原因 火灾隐患 信息泄漏 隐私泄漏 资料泄漏 信息泄露 信息泄露了 隐私泄露了 隐私泄露 资料泄露了 泄露了我 泄露了个人 泄露了信息 打不着火 点不着火 烧不着火 放火烧秸秆 放火烧荒 防溺水 预防溺水 防走失 走失手环 防走丢 老板失联 开发商失联 机构失联 商家失联 中介失联 卖家失联 公司失联 房东失联 店家失联 包工头失联 老板失踪 跳楼价 跳楼机 跳楼大甩卖 埋在地下 埋在墙 埋在土 管子埋在 管线埋在 困在家 困在原地 困住我们 冒火气 车祸高发 车祸多发 自杀式 自杀干预 持刀证 落水管 落水沟 落水口 落水斗 流血流汗 窒息感 令人窒息 网瘾中毒 手机中毒 电脑中毒 中毒太深 电线杆子上贴 买不起火 气得吐血 气得我吐血 掉坑里了还 被套路`),
	))
}

// excuseCues are the words by which no danger is on. sham: a drill, a rumour put right, a
// tale; idle: who asks for damages or proposes something; over: it is dealt with; found: of
// people; past, and fear of what may come, hold within a sentence, unless a word of now
// follows.
func excuseCues() *cues {
	return newCues(slicesOf(
		group("sham", 1, `演练 演习 推演 谣言 辟谣 不实信息 不实消息 不实传言 消息不实 传言不实 不属实 系误传 纯属虚构 小说 电影 电视剧 剧本`),
		group("true", 1, `不是谣言 并非谣言 不是演练 不是演习 非演练 演练中 演练时 演练过程 拍电影`),
		group("idle", 1, `咨询 建议 赔偿 理赔 工伤 判决 起诉 开庭 规划 整改 检查 宣传 培训 培训费 预案 新闻 呼吁 希望能 修建 加装 安装 增设`),
		group("over", 1, `扑灭 已灭 火已经灭 已经灭了 全部救出 已获救 险情解除 险情已排除 已处置完毕 已经处理 虚惊一场`),
		group("found", 1, `找到了 已找到 已经找到 找回来了 平安回家 送回家 已回家 寻亲`),
		group("past", 1, `去年 前年 往年 上个月 上月 上周 上星期 曾经 曾发生 曾有 多年前 年前 小时候 以前 之前 多次发生 发生过 着过火 起过火 历史上`),
		group("fear", 1, `隐患 如果 一旦 万一 倘若 要是 假如 假设 假使 若是 若发生 避免 以免 免得 防止 预防 谨防 严防 以防 担心 害怕 生怕 就怕 恐怕 怕是 容易 可能 极易 迟早 早晚 经常 总是 时常 动不动 每天 每次 每到 请问 想问 险些 差点 会不会 能不能防`),
		group("on", 1, `现在 刚才 刚刚 今天 今早 今晨 今晚 正在 此刻 这会儿 眼下 马上来 快来 赶紧来 已经`),
	))
}

// lists of the urgency set, in its order
const (
	_ = iota
	nowList
	excuseList
	traitList
)

// danger is what a text says of a danger that is on.
type danger struct {
	sham  bool   // a drill, a rumour put right: nothing has happened
	short bool   // who is in danger doesn't write at length
	idle  bool   // who asks for damages or proposes something
	now   []span // the words by which somebody is in danger now
}

// dangers gives the words by which a text tells that somebody is in danger now: no fear of
// it, no tale of last year, no question about it.
func (x *scanned) dangers() danger {
	var d danger
	var has [2]map[string]bool // by list: tags met; few, and only where a word is met
	for i := range has {
		for n := range x.parts {
			x.each(nowList+i, n, func(h hit) {
				if has[i] == nil {
					has[i] = map[string]bool{}
				}
				has[i][h.tag] = true
			})
		}
	}
	told, excused := has[0], has[1]
	d.idle = excused["idle"]
	runes := utf8.RuneCountInString(x.Title) + utf8.RuneCountInString(x.Body)
	d.sham = excused["sham"] && !excused["true"] && (runes <= 2*callRunes || x.said(0, "sham")) // a long report may mention a drill
	if d.sham || told == nil {
		return d
	}
	short := runes <= callRunes
	d.short = short
	for n, p := range x.parts {
		if n == 1 && !short {
			break
		}
		x.each(nowList, n, func(h hit) {
			ok := false
			switch h.tag {
			case "now":
				ok = !excused["idle"] && !excused["over"] && tolls(p.text, h)
			case "call":
				ok = true
			case "lost":
				ok = !excused["idle"] && !excused["found"] && !strings.ContainsAny(clause(p.text, h.start, h.end), "狗猫鸟钱包") && !strings.Contains(p.text, "宠物")
			case "wire":
				ok = !excused["idle"] && told["broke"]
			case "smell":
				ok = !excused["idle"] && told["sent"]
			case "ill":
				ok = !excused["idle"] && told["sent"] && told["many"]
			case "slide":
				ok = !excused["idle"] && told["buried"]
			}
			if ok && len(d.now) < 4 && !unsaid(p.text, h.start) && !x.excusedAt(n, h) {
				d.now = append(d.now, span{p, h})
			}
		})
	}
	return d
}

// said says whether a part has an excuse of a kind.
func (x *scanned) said(n int, tag string) (yes bool) {
	x.each(excuseList, n, func(h hit) { yes = yes || h.tag == tag })
	return yes
}

// deedWords are what somebody did or may do; the other words of peril are what he says he will.
var deedWords = newCues(group("deed", 1, `自杀 轻生 跳楼 跳桥 跳江 跳河 跳湖 跳海 投河 投江 投湖 割腕 上吊 自焚 自残 喝农药 喝了农药 服毒 持刀 拿刀 带刀 人身威胁 拼命 扬言 引爆`))

// desperate says whether somebody is in danger by himself or another: not one who was last
// year, or whom people fear for.
func (x *scanned) desperate(v *desk.Verdict) bool {
	if v.SelfHarm < perilHigh && v.Threat < perilHigh {
		return false
	}
	long := utf8.RuneCountInString(x.Body) > 2*callRunes // many a deed is told of by the way
	for _, e := range v.Evidence {
		if e.Field != "self_harm" && e.Field != "threat" || e.Weight < perilHigh {
			continue
		}
		n := 1
		if e.In == "title" {
			n = 0
		}
		if !deedWords.any(e.Text) || !(long && n == 1) && !x.excusedAt(n, hit{start: e.Start, end: e.End}) {
			return true
		}
	}
	return false
}

// tolls says of 死人了 whether it tells of a death: 热死人了, 吓死人了 do not.
func tolls(text string, h hit) bool {
	if h.word != "死人了" {
		return true
	}
	r, _ := utf8.DecodeLastRuneInString(text[:h.start])
	return h.start == 0 || !unicode.IsLetter(r) || strings.ContainsRune("有又经出", r)
}

// unsaid says whether a word is said not to be so.
func unsaid(text string, at int) bool {
	for _, w := range []string{"没", "没有", "无", "未", "防", "不会"} {
		if strings.HasSuffix(text[:at], w) {
			return true
		}
	}
	return false
}

// excusedAt says whether a word stands behind one of fear or of the past in its sentence,
// with none of now between them, or in front of one in its clause.
func (x *scanned) excusedAt(n int, h hit) bool {
	text, excused := x.parts[n].text, false
	from := strings.LastIndexAny(text[:h.start], ".。!?;\n") + 1
	x.each(excuseList, n, func(e hit) {
		switch {
		case e.tag == "on":
			if e.start > from && e.start < h.start {
				excused = false
			}
		case e.tag != "past" && e.tag != "fear":
		case e.start < h.start:
			excused = excused || e.start >= from
		case e.tag == "fear" && e.word != "隐患": // 着火了,要是… is on
		case !strings.ContainsAny(text[h.end:max(e.start, h.end)], ",。!?;\n "):
			excused = true
		}
	})
	return excused
}

// clause gives the clause around a stretch of a text.
func clause(text string, start, end int) string {
	from := 0
	for i, r := range text[:start] {
		if strings.ContainsRune(",。!?;\n", r) {
			from = i + utf8.RuneLen(r)
		}
	}
	if to := strings.IndexAny(text[end:], ",。!?;\n"); to >= 0 {
		return text[from : end+to]
	}
	return text[from:]
}

var (
	lifeWords = newCues(group("life", 1, `透析 呼吸机 制氧机 氧气机 吸氧 输氧 保温箱 早产儿 重症监护`))
	lackWords = newCues(group("lack", 1, `停水 停电 断水 断电 没水 没电 没有水 没有电 没来水 没来电 还没有水 还没有电 要用水 要用电 用不上 等水 等电 跳闸 停气 断氧`))
)

// lifeline gives the words by which a text tells that somebody whose life hangs on water or power has none.
func lifeline(t desk.Text) []span {
	var life, lack []span
	for _, p := range parts(t) {
		if adviceWords.any(p.text) {
			return nil
		}
		lifeWords.scan(p.text, func(h hit) { life = append(life, span{p, h}) })
		lackWords.scan(p.text, func(h hit) { lack = append(lack, span{p, h}) })
	}
	if len(life) == 0 || len(lack) == 0 {
		return nil
	}
	return []span{life[0], lack[0]}
}

// adviceWords are those of somebody who proposes or asks about rules, and isn't in need now.
var adviceWords = newCues(group("advice", 1, `建议 咨询 报销 医保 规划 政策 预案 演练 去年 前年 上个月`))

// traitCues are what makes a trouble press without danger to life: what is lacking for days
// (lack with days), what many lose (gone), a swindle (scam with paid, at once where just), harm to
// health (health), harm done (hurt).
func traitCues() *cues {
	return newCues(slicesOf(
		group("lack", 1, `停水 停电 断水 断电 没水 没电 没有水 没有电 没来水 没来电 停气 断气 没暖气 没燃气 没水用 没电用`),
		group("days", 1, cross("一 两 二 三 四 五 六 七 八 九 十 几 好几 多 1 2 3 4 5 6 7 8 9 0", `天 周 个星期 个礼拜 个月`)+" 几天几夜"),
		group("gone", 1, `跑路 卷款 卷钱 人去楼空 跑了人 老板跑了 老板失联 联系不上`),
		group("lost", 1, `预付 会员卡 报名费 学费 家长 业主 会员 工钱 工资 血汗钱 被骗 受骗 押金`),
		group("scam", 1, `冒充 诈骗 骗子 刷单 被骗 受骗 假客服 公检法 验证码 电诈`),
		group("paid", 1, `转账 转了 转过去 汇款 汇了 打了款 打过去 转走 划走`),
		group("just", 1, `刚刚 刚才 刚转 刚被 刚把 已经转 已转 现在 怎么办`),
		group("source", 1, `井水 自来水 水龙头 饮用水 喝的水 水源 河里 河水 鱼塘 管道水`),
		group("foul", 1, `发黄 水是黄 黄水 发黑 发臭 腥味 不敢喝 不能喝 有异味 粪水 直排 排到河 拉肚子 有虫 油花 死鱼 鱼死了`),
		group("hurt", 1, `摔断 截肢 烫伤 撞死 人没了 致死 重伤 骨折 昏迷不醒`),
		group("burst", 1, `管爆 爆管 管子爆 水管爆裂 热水喷 管道爆裂`),
		group("store", 1, `烟花爆竹 烟花 爆竹 液化气罐 煤气罐 汽油 危化品 危险化学品`),
		group("piled", 1, `散装 堆了 囤了 囤着 存放 私藏 私自 非法储存 无证 屋子里 一屋子`),
	))
}

// traits gives the words that make a text press, and whether it must be dealt with at once.
func (x *scanned) traits() (list []span, urgent bool) {
	var met [16]span
	var tags []string
	for n, p := range x.parts {
		x.each(traitList, n, func(h hit) {
			if met[h.no].h.cue == nil {
				met[h.no] = span{p, h}
				tags = append(tags, h.tag)
			}
		})
	}
	if len(tags) == 0 {
		return nil, false
	}
	get := func(tag string) (span, bool) {
		for _, s := range met {
			if s.h.cue != nil && s.h.tag == tag {
				return s, true
			}
		}
		return span{}, false
	}
	for _, pair := range [][2]string{{"lack", "days"}, {"gone", "lost"}, {"scam", "paid"}, {"source", "foul"}, {"store", "piled"}, {"hurt", "hurt"}, {"burst", "burst"}} {
		a, ok := get(pair[0])
		b, too := get(pair[1])
		if !ok || !too {
			continue
		}
		list = append(list, a)
		if pair[0] != pair[1] {
			list = append(list, b)
		}
		if just, ok := get("just"); ok && pair[0] == "scam" {
			list, urgent = append(list, just), true
		}
	}
	return list, urgent
}
