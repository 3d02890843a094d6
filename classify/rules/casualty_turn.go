package rules

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// A text takes back what it told: it denies a figure ("网传死亡30人不属实"), puts a
// later one in its place ("更正为3人", "由7人上升至10人"), or only plays at a disaster.

// turnWords are the words by which it does.
var turnWords = newCues(slicesOf(
	group("false", 0, `不属实 不实 系谣言 是谣言 为谣言 属谣言 属于谣言 都是谣言 谣言一则 谣传 是假的 是假消息 假消息 假新闻 虚假信息 虚假消息 系虚假 与事实不符 不符合事实 并非事实 不是事实 子虚乌有 无中生有 纯属虚构 纯属捏造 系捏造 系编造 并无此事 没有此事 没有这回事 没这回事 没有的事 不是真的`),
	group("wrong", 0, `有误 错误 不准确 不准 不对 不正确 错了 说错 报错 弄错 搞错 写错 误报 误传 口误 笔误`),
	group("not", 0, `不实在 不实施 不实名 不实行 不实用 不实际 不准时 不准备 不准许 不准进 不准确保 不对外 不对称 不对劲 不对口 操作错误 错误操作 判断错误 指挥错误 错误率`),
	group("hearsay", 0, `网传 网上流传 网络流传 网上传 网上有人 网友称 网民称 网友爆料 网帖 流传 传言 传闻 谣言 谣传 听说 据传 疯传 盛传 风传 都在传 有人说 有人称 朋友圈 微信群 业主群 所谓 自媒体 短视频称`),
	group("prior", 0, `此前 之前 先前 早前 早先 原报 原通报 原先 原来 起初 最初 初报 首报 前报 上报时 上次报 刚才 刚刚说 刚说 开始说 一开始 前面说 前述 昨日通报 昨天通报 前次`),
	group("fix", 0, `更正 订正 修正 纠正 勘误 实际 实为 实则 应为 应是 应该是 应当是 其实 而是 改为 改成 更改 真实情况 准确数字 正确的是 正确数字 重新统计`),
	group("later", 0, `核实 核查 核定 确认 查明 查实 经查 通报 官方 警方 后来`),
	group("drill", 0, `演练 演习 桌面推演 推演 拉练`),
	group("play", 0, `假设 模拟 假定 设想 假想 脚本 情景 不是真实 并非真实 非真实 不是真事 虚拟 科目`),
))

// turns is what the words of one part take back.
type turns struct {
	hits   []hit
	void   []span2
	denies bool // something is said to be untrue
}

type span2 struct{ from, to int }

// readTurns finds the stretches that a text denies.
func readTurns(text string, hits, events []hit) turns {
	t := turns{hits: hits}
	for i, h := range hits {
		if h.tag != "false" && h.tag != "wrong" {
			continue
		}
		t.denies = t.denies || h.tag == "false"
		from := sentenceStart(text, h.start)
		if h.tag == "false" && strings.HasPrefix(text[h.end:], ":") { // 假消息:…
			t.void = append(t.void, span2{h.end, sentenceEnd(text, h.end)})
			continue
		}
		opener := -1
		for k := i - 1; k >= 0 && h.start-hits[k].start < 360; k-- {
			if hits[k].tag == "hearsay" || hits[k].tag == "prior" && hits[k].start >= from {
				opener = hits[k].start
				break
			}
		}
		told := lastEvent(events, h.start)
		switch {
		case told >= from && closeTo(text, told, h):
			t.void = append(t.void, span2{max(from, min(opener, told)), h.start})
		case opener >= 0 && (h.tag == "false" || told < from):
			t.void = append(t.void, span2{opener, h.start})
		}
	}
	if len(hits) > 0 && strings.HasPrefix(text[hits[0].end:], ":") && hits[0].word == "谣言" {
		t.void = append(t.void, span2{hits[0].end, sentenceEnd(text, hits[0].end)})
		t.denies = true
	}
	return t
}

// closeTo says whether a denial speaks of the harm told right before it: only
// "的消息", "的说法系" and the like stand in between.
func closeTo(text string, told int, h hit) bool {
	if told > h.start { // the words overlap
		return false
	}
	gap := text[told:h.start]
	limit := 24
	if h.tag == "wrong" {
		limit = 12
	}
	if utf8.RuneCountInString(gap) > limit {
		return false
	}
	if h.tag == "false" {
		return !strings.ContainsAny(gap, ";")
	}
	for _, w := range []string{"的", "消息", "信息", "说法", "数字", "数据", "报道", "报告", "通报", "人数", "情况", "统计", "系", "均", "都", "为", "这个", "是", "该", "说", "了", "人", "名", "个", "\"", "”", ",", " "} {
		gap = strings.ReplaceAll(gap, w, "")
	}
	if n, ok := readNumber(gap, 0); ok {
		gap = gap[n.end:]
	}
	return gap == ""
}

// lastEvent gives where the last word of harm before byte at ends; -1 without one.
func lastEvent(events []hit, at int) int {
	end := -1
	for _, ev := range events {
		if ev.start >= at {
			break
		}
		end = ev.end
	}
	return end
}

func (t *turns) voids(at int) bool {
	return slices.ContainsFunc(t.void, func(s span2) bool { return at >= s.from && at < s.to })
}

// between says whether a word of these tags stands between two bytes.
func (t *turns) between(from, to int, tags ...string) bool {
	for _, h := range t.hits {
		if h.start >= to {
			break
		}
		if h.start >= from && slices.Contains(tags, h.tag) {
			return true
		}
	}
	return false
}

func sentenceStart(text string, at int) int {
	if i := strings.LastIndexAny(text[:at], "。!?\n"); i >= 0 {
		_, size := utf8.DecodeRuneInString(text[i:])
		return i + size
	}
	return 0
}

func sentenceEnd(text string, at int) int {
	if i := strings.IndexAny(text[at:], "。!?\n"); i >= 0 {
		return at + i
	}
	return len(text)
}

// changeWords lead from a figure to the one that takes its place; the plain ones only
// after 由, 从 or 不是.
var (
	changeWords = strings.Fields("上升至 上升到 上升为 升至 升到 升为 增至 增到 增加至 增加到 增加为 上涨到 涨到 涨至 扩大到 扩大至 变为 变成 更正为 更正成 修正为 订正为 纠正为 更改为 改为 改成 调整为 下降至 下降到 降至 降到 降为 减至 减到 减少至 减少到 减为 核减为 核减至 核实为 核定为")
	plainWords  = strings.Fields("到 至 变")
	contrary    = strings.Fields("应该是 而是 应是 应为 实为 实际是 其实是 是 就是")
	notBefore   = strings.Fields("不是 并不是 并非 不止是")
)

// change gives where the figure begins that takes the place of n ("由7人上升至10人",
// "不是3人死亡是5人") and where the words begin that lead to n; 0 when n stands.
func change(text string, n number) (to, head int) {
	head = n.start
	start := strings.TrimRight(text[:n.start], " ")
	for _, w := range []string{"原来的", "原报的", "此前的", "之前的", "此前通报的", "初报的", "最初的", "死亡", "受伤", "死", "伤"} {
		start = strings.TrimSuffix(start, w)
	}
	words := changeWords
	switch r := previous(start, len(start), 1); {
	case r == '由' || r == '从' || r == '自':
		head = len(start) - utf8.RuneLen(r)
		words = slices.Concat(changeWords, plainWords)
	default:
		for _, w := range notBefore {
			if s, ok := strings.CutSuffix(start, w); ok {
				head, words = len(s), contrary
			}
		}
	}
	rest := text[n.end:]
	for again := true; again; {
		again = false
		for _, w := range []string{"人", "名", "位", "个", "例", "死亡", "遇难", "受伤", "失踪", "失联", "重伤", "死", "的", ",", "已经", "已", "又", "再", "现", "后", "进一步", " "} {
			if s, ok := strings.CutPrefix(rest, w); ok {
				rest, again = s, true
			}
		}
	}
	for _, w := range words {
		s, ok := strings.CutPrefix(rest, w)
		if !ok {
			continue
		}
		for _, also := range []string{"死亡", "受伤", "失踪", "了", "死", "伤", "约", "至少"} {
			s = strings.TrimPrefix(s, also)
		}
		if m, ok := readNumber(s, 0); ok && !m.vague {
			return len(text) - len(s), head
		}
	}
	return 0, 0
}

// denied says whether nobody, or not so many, is told: 无一人死亡, 并没有死亡30人.
func denied(text string, n number) bool {
	head := text[:n.start]
	for range 2 {
		for _, w := range []string{"死亡", "死了", "死过", "死", "受伤", "伤", "出现", "造成", "导致", "发生", "接到", "收到", "有"} {
			if s, ok := strings.CutSuffix(head, w); ok {
				if w == "有" && !strings.HasSuffix(s, "没") {
					continue
				}
				head = s
				break
			}
		}
	}
	for _, w := range []string{"没", "无", "未", "不是", "并非", "不存在", "不可能"} {
		if strings.HasSuffix(head, w) {
			return true
		}
	}
	return false
}

// ceiling says whether a figure is told as one that isn't reached: 不到10人.
func ceiling(text string, at int) bool {
	for _, w := range []string{"不到", "不足", "不超过", "不超", "至多", "最多", "少于", "低于", "不多于", "未超过", "没超过", "不满"} {
		if strings.HasSuffix(text[:at], w) {
			return true
		}
	}
	return false
}

// drill says whether a text tells of a drill: what it counts didn't happen.
func drill(parts [2]part, hits [2][]hit) bool {
	for i, p := range parts {
		drills, plays := false, false
		for _, h := range hits[i] {
			drills = drills || h.tag == "drill"
			plays = plays || h.tag == "play"
			if h.tag == "drill" && strings.HasPrefix(p.text[h.end:], ":") {
				return true
			}
		}
		switch {
		case drills && plays:
			return true
		case drills && i == 0 && !strings.ContainsAny(p.text, "中时伤亡死") && !strings.Contains(p.text, "期间") && !strings.Contains(p.text, "意外") && !strings.Contains(p.text, "事故"):
			return true
		}
	}
	return false
}
