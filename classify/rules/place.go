package rules

import (
	"slices"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// placeSet reads where: the region as a division with its code, and the place in
// the text's own words.
func placeSet(g *gazetteer, office string) Set {
	return Set{Name: "place", Examples: placeExamples, read: func(x *scanned, v *desk.Verdict) {
		g.region(x.Text, office, v)
		findPlace(x.Text, v)
	}}
}

// candidate is one reading of one mention.
type candidate struct {
	code  string
	score float64
	m     mention
	p     part
}

// region picks the division that the text tells: names settle each other (巧家县
// beside 昭通), then the office's own area, then a name that only one place bears.
func (g *gazetteer) region(t desk.Text, office string, v *desk.Verdict) {
	var all []candidate
	for n, p := range parts(t) {
		limited := p
		if len(limited.text) > 6000 {
			limited.text = limited.text[:cutAt(limited.text, 6000)]
		}
		var above mention
		for _, m := range g.mentions(limited.text) {
			if !m.under(above, limited.text) {
				continue
			}
			above = m
			for _, code := range m.codes {
				s := 0.0
				if n == 0 {
					s = 0.3
				}
				all = append(all, candidate{code, s, m, p})
			}
		}
		if len(all) > 400 {
			break
		}
	}
	for i := range all {
		all[i].score += g.weigh(&all[i], all, office)
	}
	best := -1
	for i, c := range all {
		if c.score < 2 {
			continue
		}
		if best < 0 || chain(c, all) > chain(all[best], all) {
			best = i
		}
	}
	if best < 0 {
		return
	}
	c := all[best]
	code := c.code
	if office != "" && len(code) < len(office) && strings.HasPrefix(office, code) {
		// 云南 in the office's own province: the text tells no more than that.
		sure(v, "region", 0.5)
	} else {
		sure(v, "region", 0.5+min(c.score, 6)/13)
	}
	v.Region = &desk.Region{Code: code, Name: g.names[code]}
	c.p.note(v, "region", c.m.start, c.m.end)
	for _, a := range all {
		if a.code != code && strings.HasPrefix(code, a.code) && a.score >= 2 {
			a.p.note(v, "region", a.m.start, a.m.end)
			break
		}
	}
}

// under drops of a name's readings those in another city or province than the one
// that stands directly before it; false when none is left.
func (m *mention) under(above mention, text string) bool {
	if len(above.codes) == 0 || len(above.codes[0]) > 4 || above.short && everyday[text[above.start:above.end]] {
		return true
	}
	if gap := text[above.end:m.start]; gap != "" && gap != "市" && gap != "省" && gap != "的" {
		return true
	}
	m.codes = slices.DeleteFunc(m.codes, func(code string) bool {
		return len(code) >= 6 && !slices.ContainsFunc(above.codes, func(a string) bool { return strings.HasPrefix(code, a) })
	})
	return len(m.codes) > 0
}

// weigh says how likely a reading is; from 2 on it counts.
func (g *gazetteer) weigh(c *candidate, all []candidate, office string) float64 {
	s := 0.0
	word := c.p.text[c.m.start:c.m.end]
	if !c.m.short {
		s++
	}
	switch len(c.m.codes) {
	case 1:
		s += 1.5
	case 2, 3:
		s += 0.5
	}
	switch len(c.code) {
	case 2, 4:
		s++
	case 6:
		if c.m.short {
			s -= 1.5
			if own := office != "" && strings.HasPrefix(c.code, office); stands(c.p.text, c.m.start) && (!everyday[word] || own && strings.HasPrefix(c.p.text[c.m.end:], "的")) {
				s += 2.2
			}
		}
	case 9:
		s--
		if utf8.RuneCountInString(word) <= 2 {
			s -= 1.5
		}
	}
	if c.m.short && everyday[word] {
		s -= 2
	}
	support := 0.0
	for i := range all {
		a := &all[i]
		if a.code == c.code || a.m.start == c.m.start && a.p.in == c.p.in {
			continue
		}
		if len(a.code) < len(c.code) && strings.HasPrefix(c.code, a.code) && !(a.m.short && everyday[a.p.text[a.m.start:a.m.end]] && len(a.code) > 2) {
			support = max(support, 1.5)
			if a.p.in == c.p.in && a.m.end <= c.m.start && c.m.start-a.m.end <= 3 {
				support = max(support, 4)
			}
		}
	}
	s += support
	if office != "" {
		switch {
		case strings.HasPrefix(c.code, office):
			s += 2.5
		case len(office) >= 4 && strings.HasPrefix(c.code, office[:4]):
			s += 1.5
		case len(office) >= 2 && strings.HasPrefix(c.code, office[:2]):
			s += 0.7
		}
	}
	return s
}

// chain sums what speaks for a division and those above it; deeper wins.
func chain(c candidate, all []candidate) float64 {
	sum, seen := c.score, []string{c.code}
	for _, a := range all {
		if a.score >= 2 && strings.HasPrefix(c.code, a.code) && !slices.Contains(seen, a.code) {
			seen = append(seen, a.code)
			sum += a.score
		}
	}
	if c.p.in == "text" { // what is told first counts more
		sum -= min(float64(c.m.start)/1000, 1.5)
	}
	return sum
}

func cutAt(text string, n int) int {
	for n > 0 && n < len(text) && !utf8.RuneStart(text[n]) {
		n--
	}
	return n
}

var placeEnds = newCues(group("end", 1, `小区 社区 街道 大道 路口 交叉口 交汇处 交界处 广场 大厦 花园 公寓 工地 批发市场 停车场 学校 小学 中学 大学 学院 幼儿园 医院 卫生院 酒店 饭店 工业园 工业区 开发区 市场 商场 超市 公园 收费站 高速 国道 省道 隧道 车站 机场 码头 宾馆 派出所 路段 号楼 单元 大桥 立交桥 家园 新村 安置区 安置房 商城 地铁站 体育馆 水库 河段 客运站 火车站 汽车站 庭院 名邸 公馆 华府 国际城 新城 世家 山庄 豪庭 嘉园 雅苑 佳苑 花城 一期 二期 三期 四期 立交 高架 匝道 菜市场 美食广场 步行街 物流园 产业园 科技园 服务区 村委会 居委会 养老院 福利院 加油站 变电站 垃圾站 中转站 驾校 党校 监狱 银行 食堂 工厂 纸厂 化工厂 造纸厂 煤矿 矿井 车间 仓库 有限公司 林场 农场`))

// Runes that end a place on its left, and words that do.
var placeStops = runeSet(",。;!?:、\n()\"“”《》 的在于我是了和与对从到向由被给请求有为等该这那某您你们就都也不还要把让称因但而且并其它他她自让使如何几每住说问讲去")

// runeBits is a set of runes below 0x10000.
type runeBits [1024]uint64

func (s *runeBits) add(r rune) { s[r>>6&0x3FF] |= 1 << (r & 63) }

func (s *runeBits) has(r rune) bool { return r < 0x10000 && s[r>>6&0x3FF]>>(r&63)&1 != 0 }

func runeSet(runes string) *runeBits {
	var set runeBits
	for _, r := range runes {
		set.add(r)
	}
	return &set
}

var placeStopWords = []string{"投诉", "举报", "反映", "关于", "咨询", "建议", "希望", "发生", "解决", "处理", "请问", "领导", "位于", "坐落", "建设", "增设", "加强", "整治", "规范", "开通", "修建", "取消", "关注", "改善", "强烈", "尽快", "今年", "去年", "年月", "目前", "附近居民", "严重", "作为", "购买", "业主", "违规", "时许", "分许", "点钟", "点半", "点多", "天前", "小时前", "钟头前", "座落", "左右", "当地", "接警后", "接报后", "拨打", "最近", "近日", "近期", "听说", "冲进", "冲入", "冲向", "撞上", "撞向", "撞进", "撞到", "撞倒", "掉进", "掉入", "坠入", "闯入", "闯进", "驶入", "驶离", "开进", "开往", "前往", "途经", "路过", "经过", "送往", "跑到", "进入", "围堵", "中标", "参加", "组织", "司机", "老板", "孩子", "邻居", "货车", "轿车", "客车", "渣土车", "面包车", "电动车", "摩托车", "三轮车"}

// placeStopStarts are the first runes of those words.
var placeStopStarts = func() *runeBits {
	var set runeBits
	for _, w := range placeStopWords {
		r, _ := utf8.DecodeRuneInString(w)
		set.add(r)
	}
	return &set
}()

// findPlace reads the place in the text's own words: the fullest stretch that ends
// like a place, the title's first.
func findPlace(t desk.Text, v *desk.Verdict) {
	bestScore := 0.0
	var best struct {
		p          part
		start, end int
	}
	for n, p := range parts(t) {
		text := p.text
		if len(text) > 1500 {
			text = text[:cutAt(text, 1500)]
		}
		times := lazyMoments(text)
		from := -1
		end := -1
		consider := func() {
			if from < 0 {
				return
			}
			if doubled := strings.HasSuffix(text[from:end], "路路"); doubled {
				end -= len("路") // 滨江路路灯
			}
			ok := false
			if from, ok = trimPlace(text, from, end); !ok {
				return
			}
			end = stake(text, end)
			runes := utf8.RuneCountInString(text[from:end])
			if noName(text[from:end]) {
				return
			}
			if runes < 3 || runes > 36 {
				return
			}
			s := min(float64(runes), 14) / 4
			if n == 0 {
				s += 2
			}
			if strings.ContainsAny(strings.TrimSuffix(text[from:end], "市场"), "市区县镇乡村") {
				s++
			}
			s -= float64(from) / 1500
			if s > bestScore {
				bestScore = s
				best.p, best.start, best.end = p, from, end
			}
		}
		ends(text, func(at int) {
			start := leftOf(text, at)
			if t := times(at); t >= at { // 20号, a day
				return
			} else if t > start {
				start = t
			}
			if from >= 0 && (start <= end || crossing(text, end, start, at)) {
				end = at
				return
			}
			consider()
			from, end = start, at
		})
		consider()
	}
	if bestScore == 0 {
		return
	}
	v.Place = best.p.text[best.start:best.end]
	best.p.note(v, "place", best.start, best.end)
	sure(v, "place", 0.4+min(bestScore, 6)/12)
}

// noName says whether a phrase tells of doing rather than names a place.
func noName(phrase string) bool {
	if strings.HasPrefix(phrase, "限公司") {
		return true
	}
	for _, w := range []string{"推进", "加快", "成立", "牵头", "希望", "要求", "请求", "入读", "外迁", "毁了", "解决", "笼罩", "去查", "查一查", "反映", "投诉"} {
		if strings.Contains(phrase, w) {
			return true
		}
	}
	return false
}

// noPlace lists the runes before which a rune is the end of a common word instead
// of a place: 道路, 城市, 社区.
var noPlace = map[rune]string{
	'市': "城都股超楼夜早门上集本全该我各", '区': "社小山地农景标灾疫辖本全我各", '县': "本全该我各县", '镇': "本全该我各乡城集", '乡': "本全该我各下家老城",
	'村': "农本全该我各乡村组屯", '路': "道马公铁问走修小来这条水高思跑半网电线陆带让拦堵占挡断筑养", '街': "逛上", '桥': "修建", '组': "小工业班", '号': "账型符信", '段': "路阶手时地工这那长期",
	'厂': "工", '府': "政", '湾': "转", '苑': "", '栋': "每一", '巷': "", '旗': "国红",
}

// lastNot lists the runes behind which the same is so: 市民, 组织.
var lastNot = map[rune]string{'市': "民场政长", '组': "织成建合", '区': "别域", '乡': "亲", '县': "长委", '旗': "下帜", '号': "召称"}

// placeLast are the runes that may end a place by themselves.
var placeLast = runeSet("市区县镇乡村路街巷栋苑桥组号湾府段厂旗")

// ends calls found behind every word that ends a place, in order.
func ends(text string, found func(at int)) {
	var at []int
	placeEnds.scan(text, func(h hit) {
		if !strings.ContainsRune(goesOn[h.word], next(text, h.end)) {
			at = append(at, h.end)
		}
	})
	for i, r := range text {
		if !placeLast.has(r) {
			continue
		}
		switch r {
		case '市', '区', '县', '镇', '乡', '村', '路', '街', '巷', '栋', '苑', '桥', '组', '号', '湾', '府', '段', '厂', '旗':
			end := i + utf8.RuneLen(r)
			if prev := previous(text, i, 1); prev == 0 || strings.ContainsRune(noPlace[r], prev) {
				continue
			}
			if nextRune := next(text, end); strings.ContainsRune(lastNot[r], nextRune) || r == '号' && (!(text[i-1] < 0x80) || strings.ContainsRune("线机车文令公床病", nextRune)) || r == '号' && decree(text, i) || r == '路' && text[i-1] < 0x80 { // 618路 is a bus

				continue
			}
			at = append(at, end)
		}
	}
	slices.Sort(at)
	for _, a := range slices.Compact(at) {
		found(a)
	}
}

// lazyMoments gives a function that says where the last time ends that begins before
// a byte; the text is read for times at the first call.
func lazyMoments(text string) func(at int) int {
	var list []moment
	read := false
	return func(at int) int {
		if !read {
			list, read = moments(text), true
		}
		end := 0
		for _, m := range list {
			if m.start >= at {
				break
			}
			end = m.end
		}
		return end
	}
}

// leftOf walks back from the end of a place to where it begins.
func leftOf(text string, end int) int {
	at := end
	for steps := 0; at > 0 && steps < 22; steps++ {
		r, size := utf8.DecodeLastRuneInString(text[:at])
		if placeStops.has(r) && !inName(text, at-size, size, r) || (r == '年' || r == '月') && at > size && text[at-size-1] >= '0' && text[at-size-1] <= '9' {
			break
		}
		at -= size
		if placeStopStarts.has(r) {
			for _, w := range placeStopWords {
				if strings.HasPrefix(text[at:end], w) && !(inNames[w] && street(text[at+len(w):])) {
					return at + len(w)
				}
			}
		}
	}
	return at
}

var placeExamples = []Example{
	{Body: "云南昭通巧家县发生客车坠江事故。", Want: "530622 巧家县"},
	{Body: "浙江省温岭市小溪岭路段,货车侧翻。", Want: "331081 温岭市"},
	{Title: "石家庄市长安区停水", Want: "130102 长安区"},
	{Body: "北京市昌平区回龙观镇停电。", Want: "110114 昌平区"},
	{Body: "我家住在南京路附近,求上海话培训。", Want: ""},
	{Body: "大同小异的问题,望长治久安。", Want: ""},
	{Body: "云泽市环城路积水。", Want: ""},
}

func printRegion(v *desk.Verdict) string {
	if v.Region == nil {
		return ""
	}
	return v.Region.Code + " " + v.Region.Name
}
