package rules

import (
	"strings"

	"huiying/desk"
)

// rumourSet grades cues of hearsay (0..1): no source, urging to pass on, extreme
// words. It says nothing of whether a text is true.
func rumourSet() Set {
	words := newCues(slicesOf(
		// Nobody is named who could be asked.
		group("hearsay", 0.25, `听说 据说 网传 疯传 网友爆料 有网友称 网友称 据网友 有人说 有人称 有爆料 据爆料 爆料称 朋友圈 据传 传闻 传说 风传 盛传 都在传 在传 谣传 小道消息 内部消息 可靠消息 知情人 据知情人士 知情者 目击者称 有目击者 不明来源 有消息称 消息称 传言 据悉 据称 内部人士 刚刚得知 刚得知 刚收到 刚接到 朋友说 同事说 邻居说 亲戚说 听朋友 听同事 听邻居 听亲戚 朋友的朋友 一个朋友 一位朋友 微信群里 群里说 群里都 群里在 某领导 某官员 某医生 某护士 有医生说 医院的朋友 公安的朋友 不知真假 真的假的 真假未知 未经证实 是真的吗 求证 求真相`),
		// It wants to travel.
		group("urge", 0.35, `扩散 请转发 速转 转发救人 求转发 求扩散 转起来 帮转 求转 请转 大家转 转给 转告 互相转告 相互转告 奔走相告 紧急通知 紧急扩散 紧急提醒 紧急寻人 转疯了 看到的转 看到请转 不转不是 是中国人就转 赶快转 赶紧转 马上转 疯狂转 告诉身边 告诉家人 告诉朋友 提醒身边 提醒家人 马上删 被删 秒删 央视不敢报 不敢报道 没人敢报 媒体不报 封锁消息 压下来 隐瞒 真相 震惊 惊爆 惊天 重磅 速看 删前 赶紧看 人肉 让更多人 让全国 顶上去 务必转`),
		group("urge", 0.12, `转发 转! 望周知 大家注意 大家小心 提醒大家`),
		// More harm than anybody has counted.
		group("extreme", 0.15, `惨不忍睹 太可怕 恐怖 丧尽天良 令人发指 灭绝人性 惨绝人寰 骇人听闻 触目惊心 千万别 千万不要 千万注意 千万小心 致癌 致命 剧毒 有毒 毒死 死光 死了很多 死伤无数 成千上万 上百人 数百人 几百人 活活 惨剧 惨死 惨案 禽兽 畜生 人渣 天理 天理何在 还有王法 愤怒 拐卖 偷小孩 抢小孩 抢孩子 偷孩子 人贩子 割肾 挖肾 器官 艾滋 针扎 失踪 绑架 迷药 迷昏 轮奸 强奸 杀人 砍人 砍死 打死 被打死 跳楼 自焚 暴动 爆炸 绝症 白血病 必死 没救`),
		// Grief and anger set as pictures, and shouting.
		group("heat", 0.06, `[怒] [泪] [怒骂] [蜡烛] [衰] [抓狂] [可怜] [悲伤] [震惊] [吃惊] [鄙视] [话筒] !! ?? ?!`),
		// A claim that something has happened: what claims nothing can't be a rumour. By
		// itself it says next to nothing.
		group("claim", 0.03, `今天上午 今天下午 今天早上 今天中午 今天凌晨 今早 今晨 今晚 昨天 昨晚 昨夜 昨日 今日 近日 日前 凌晨 刚刚 刚才 发生 发现 曝光 男子 女子 女孩 男孩 小孩 婴儿 孩子 老人 老太 孕妇 大学生 学生 警察 民警 城管 官员 局长 书记 镇长 村长 市长 医院 医生 护士 派出所 政府 有关部门 死亡 身亡 丧生 遇难 抢救无效 自杀 抢劫 骗子 骗局 中毒 感染 病毒 疫情 地震 洪水 坍塌 起火 失火 车祸 被抓 被捕 被杀 被骗 被打 殴打 丢失 走失 捡到 寻人 联系电话 大家 目前 调查`),
		group("sober", -0.3, `警方通报 官方通报 新华社 人民日报 新闻发布会 据新华 发布通报 经查 本报讯 中新网 央视新闻 辟谣 不实 官方回应 记者从 官方微博 通报如下 情况通报 调查结果 已被证实 并非 谣言`),
	))
	return Set{Name: "rumour", Examples: rumourExamples, words: []*cues{words}, read: func(x *scanned, v *desk.Verdict) {
		doubt, sober, strong, from := 1.0, 0.0, 0, len(v.Evidence)
		var seen said
		var slight span // the first slight one, told when nothing says more
		for n, p := range x.parts {
			x.each(0, n, func(h hit) {
				if seen.again(h.word) {
					return
				}
				if h.weight < 0 {
					sober -= h.weight
					p.weigh(v, "rumour", h.start, h.end, h.weight)
					return
				}
				doubt *= 1 - h.weight
				if h.weight < 0.05 {
					if slight.h.cue == nil {
						slight = span{p, h}
					}
				} else if strong++; strong <= 5 {
					p.weigh(v, "rumour", h.start, h.end, h.weight)
				}
			})
		}
		if n := strings.Count(x.Title, "!") + strings.Count(x.Body, "!"); n >= 3 {
			doubt *= 0.9
			for _, p := range x.parts {
				if at := strings.IndexByte(p.text, '!'); at >= 0 {
					p.weigh(v, "rumour", at, at+1, 0.1)
					strong++
					break
				}
			}
		}
		for _, p := range x.parts {
			if at, end := loose(p.text); end > at {
				doubt *= 0.97
				p.weigh(v, "rumour", at, end, 0.03)
				strong++
				break
			}
		}
		if s := slight; strong == 0 && s.h.cue != nil {
			s.p.weigh(v, "rumour", s.h.start, s.h.end, s.h.weight)
		}
		if v.Rumour = hundredths(max(0, 1-doubt-sober)); v.Rumour == 0 {
			v.Evidence = v.Evidence[:from]
		}
		sure(v, "rumour", 0.5)
	}}
}

// loose gives where a text counts people or money in round thousands, which nobody counts.
func loose(text string) (start, end int) {
	for _, w := range []string{"0000", "000人", "00人", "万人", "亿元", "百人", "千人"} {
		if at := strings.Index(text, w); at >= 0 {
			return at, at + len(w)
		}
	}
	return 0, 0
}

var rumourExamples = []Example{
	{Body: "紧急通知!听说城西有人贩子偷小孩,请转发扩散!", Want: "high"},
	{Body: "警方通报:经查,网传消息不实。", Want: "low"},
	{Body: "小区路灯坏了。", Want: "low"},
	{Body: "群里都在传自来水有毒,喝了致癌,大家转告家人!!", Want: "high"},
	{Body: "听医院的朋友说死了上百人,媒体不报,看到请转", Want: "high"},
	{Body: "今天上午东门市场起火,一名男子受伤,消防已到场。", Want: "low"}, // a report with a claim, and no hearsay
	{Body: "请问转发到哪个部门了?", Want: "low"},
	{Body: "情况通报:网传水厂停产不实,供水正常。", Want: "low"},
}

func printRumour(v *desk.Verdict) string {
	if v.Rumour >= 0.5 {
		return "high"
	}
	return "low"
}
