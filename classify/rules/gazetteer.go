package rules

import (
	"bufio"
	"bytes"
	"compress/gzip"
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// The administrative divisions of the country down to streets, code and name per
// line, from modood/Administrative-divisions-of-China (WTFPL, places.txt.LICENSE).
//
//go:embed places.txt.gz
var placesFile []byte

// gazetteer knows the names of places; short forms (昭通 for 昭通市) are tagged "~".
type gazetteer struct {
	names map[string]string // by code
	cues  *cues             // tag: code, with "~" in front for a short form
}

// Names that say nothing by themselves.
var generic = map[string]bool{"市辖区": true, "县": true, "街道": true, "城区": true, "郊区": true, "矿区": true, "开发区": true, "农场": true, "林场": true, "盐场": true, "高新区": true, "工业园区": true, "经济开发区": true, "新区": true, "东区": true, "西区": true, "南区": true, "北区": true, "老城区": true, "中区": true}

// Short forms that are words of their own, or too often something else.
var everyday = wordSet(`泰山 大同 长治 平安 安康 朝阳 白山 白城 黄山 和平 海东 海北 海西 东方 三明 宝山 定西 中卫 兴安 东营 新城 新华 长安 长寿 长乐 文山 文成 文昌 大方 大安 大通 太平 太和 太湖 东风 东升 东城 西城 南山 南岸 南部 北关 城关 城口 永安 永兴 安定 安全 安化 平度 平和 平原 平南 平江 华容 华阳 道县 光明 光山 高平 高明 高要 高陵 红旗 红星 向阳 前进 和顺 和静 和田 河东 河西 河北 河口 江北 江东 江南 江口 江门 江山 海口 海兴 海城 海安 海阳 海港 海丰 海盐 海珠 城中 城东 城西 城北 洪山 洪江 通道 通山 通海 通城 通河 新民 新安 新兴 新建 新干 新乐 新丰 新平 新和 新源 民乐 民和 民权 石门 石柱 石台 石城 石泉 桥东 桥西 桥头 路南 路北 路桥 开平 开江 开发 开阳 白云 白水 白河 宁静 宁远 安平 安宁 万年 万全 万山 千山 千阳 天山 天心 天台 天等 天元 天河 天全 黄河 乐安 乐业 乐东 乐都 富民 富源 富裕 富县 金山 金水 金湖 金口 金台 银海 信丰 信宜 大足 大港 大英 大新 大田 大化 大名 大埔 双流 双桥 双城 双江 双牌 双柏 合作 合川 合水 礼泉 临时 怀远 怀安 怀来 上林 上思 上街 上高 上饶 中阳 中方 中原 中江 中站 下关 下城 三水 三台 三门 三江 三河 三原 正安 正定 正宁 正阳 顺平 顺义 顺昌 顺河 隆安 隆化 清水 清河 清新 清原 清苑 山阳 山阴 阳春 阳光 阳新 阳东 阳西 阳山 花山 花溪 龙门 龙山 龙华 龙口 龙湖 龙井 龙江 青山 青云 青秀 青龙 青阳 青神 丰台 丰满 丰城 丰都 浮山 沙湾 沙河 沙县 南海 南和 南昌县 南湖 南沙 南开 集安 集美 武清 武功 武平 武山 武陵 水城 水富 昌平 昌乐 昌江 建安 建宁 建设 建邺 建华 建水 泰安 泰和 泰来 工农 复兴 解放 胜利 友好 团结 文峰 文圣 文登 忠县 仁和 仁化 仁寿 仁怀 义安 义县 孝义 孝感 德安 德清 德兴 德保 德化 明山 明水 明光 元宝 凤凰 凤台 永和 永安 永平 永清 永济 永胜 永福 永丰 永城 永新 永春 永宁 永定 永吉 永康 洛川 望城 普安 普宁 普定 普陀 静安 静海 静宁 静乐 兴业 兴国 兴化 兴隆 兴庆 兴文 兴和 兴山 兴城 兴平 兴宁 兴仁 兴义 宝应 宝丰 宝清 宝安 宝塔 长丰 长岭 长海 长治 长阳 长顺 长宁 长兴 长清 长洲 长泰 长汀 长垣 麻阳 平安 平顺 平遥 平山 平乡 平泉 平阴 平邑 平舆 平果 平乐 平桂 平远 平昌 平武 平塘 平坝 平利 平罗 平川 平阳 平湖 平谷 平鲁 平城 平定 利川 利津 利州 利辛 利通 大厂 大城 大洼 大东 大余 大悟 大冶 大祥 大关 大姚 大渡口 大荔 大理 大武口 大丰 大观 大兴 大邑 大竹 大宁 港口 光泽 马尾 湖里 石棉 名山 前锋 东坡 牡丹 惠民 会同 樟树 仙桃 灯塔 榆树 公安 资源 长子 商城 方正 集贤 友谊 清流 云霄 铜鼓 安居 梨树 二道 振兴 站前 宏伟 白塔 双塔 盘山 鸡冠 铁锋 爱民 阳明 七星 城厢 中山 咸丰 黄梅 双峰 庆云 德惠 永年 裕华 连山 定兴 钟山 嘉鱼 梁山 天门 赤壁 象山 海伦 黑水 乡城 金门 吉利 卫东 二七 台前 湖滨 金牛 龙泉 江海 紫金 钟楼 滨湖 滨江 浦江 开化 天涯 海棠 同仁 共和 同德 治多 互助 高台 灵台 金塔 两当 康乐 惠农 盐池 同心 温泉 麒麟 红塔 古城 弥勒 祥云 赤水 玉屏 沿河 回民 根河 商都 河间 安国 老城 社旗 确山 明溪 高阳 新河 东明 成武 单县 乐陵 平安 宏伟 高青 任城 罗山 光泽 西乡 合江 石首 天柱 太子河 兰西 英德 平度 平和`)

func wordSet(words string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(words) {
		set[w] = true
	}
	return set
}

func loadPlaces() (*gazetteer, error) {
	z, err := gzip.NewReader(bytes.NewReader(placesFile))
	if err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	g := &gazetteer{names: make(map[string]string, 45_000)}
	list := make([]cue, 0, 50_000)
	lines := bufio.NewScanner(z)
	for lines.Scan() {
		line := lines.Text()
		digits := 0
		for digits < len(line) && line[digits] >= '0' && line[digits] <= '9' {
			digits++
		}
		code, name := strings.Clone(line[:digits]), strings.Clone(line[digits:])
		g.names[code] = name
		if generic[name] || utf8.RuneCountInString(name) < 2 || strings.Contains(name, "直辖") {
			continue
		}
		list = append(list, cue{word: name, tag: code})
		if short := shorten(name, len(code)); short != "" {
			list = append(list, cue{word: short, tag: "~" + code})
		}
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("places: %w", err)
	}
	for code, words := range quarters {
		for _, w := range strings.Fields(words) {
			list = append(list, cue{word: w, tag: "~" + code})
		}
	}
	g.cues = newCues(list)
	return g, nil
}

// shorten gives the everyday short form of a name: 昭通 for 昭通市, 德宏 for
// 德宏傣族景颇族自治州; "" for streets and when a single rune would be left.
func shorten(name string, digits int) string {
	if digits > 6 {
		return ""
	}
	short := name
	for _, tail := range []string{"特别行政区", "维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "自治州", "自治县", "自治旗", "地区", "新区", "林区", "省", "市", "盟", "州", "县", "区", "旗"} {
		if s, ok := strings.CutSuffix(short, tail); ok {
			short = s
			break
		}
	}
	if strings.HasSuffix(name, "自治州") || strings.HasSuffix(name, "自治县") || strings.HasSuffix(name, "自治旗") {
		short = withoutPeoples(short)
	}
	if utf8.RuneCountInString(short) < 2 || short == name {
		return ""
	}
	return short
}

var peoples = []string{"维吾尔族", "蒙古族", "哈萨克族", "柯尔克孜族", "哈萨克", "柯尔克孜", "土家族", "傈僳族", "景颇族", "布依族", "朝鲜族", "仡佬族", "拉祜族", "布朗族", "达斡尔族", "鄂温克族", "鄂伦春", "鄂温克", "塔吉克", "锡伯", "蒙古", "藏族", "羌族", "彝族", "苗族", "侗族", "壮族", "傣族", "回族", "白族", "哈尼族", "纳西族", "独龙族", "怒族", "佤族", "普米族", "瑶族", "畲族", "黎族", "满族", "水族", "土族", "撒拉族", "东乡族", "保安族", "裕固族", "毛南族", "仫佬族", "各族", "族"}

func withoutPeoples(s string) string {
	for again := true; again; {
		again = false
		for _, p := range peoples {
			if t, ok := strings.CutSuffix(s, p); ok && utf8.RuneCountInString(t) >= 2 {
				s, again = t, true
				break
			}
		}
	}
	return s
}

// mention is a name found in a text with the divisions it may stand for.
type mention struct {
	start, end int
	codes      []string
	short      bool
}

// mentions finds the names in a text. Where a full and a short name begin at the
// same place, the longer counts.
func (g *gazetteer) mentions(text string) []mention {
	var list []mention
	g.cues.scan(text, func(h hit) {
		code, short := strings.CutPrefix(h.tag, "~")
		if n := len(list); n > 0 && list[n-1].start == h.start {
			if list[n-1].short && !short {
				list[n-1].short = false
				list[n-1].codes = list[n-1].codes[:0]
			}
			if list[n-1].short == short && !slices.Contains(list[n-1].codes, code) {
				list[n-1].codes = append(list[n-1].codes, code)
			}
			return
		}
		if short && (namesThing(text, h.end) || len(code) == 6 && namesFeature(text, h.end)) && !g.begins(text, h.end) {
			return
		}
		list = append(list, mention{h.start, h.end, []string{code}, short})
	})
	for i := range list {
		list[i].foremost()
	}
	return list
}

// foremost keeps of a short name that a province or a city bears the highest reading:
// who means the district says 西安区, who says 西安 means the city.
func (m *mention) foremost() {
	least := 9
	for _, c := range m.codes {
		least = min(least, len(c))
	}
	if m.short && least <= 4 {
		m.codes = slices.DeleteFunc(m.codes, func(c string) bool { return len(c) > least })
	}
}

// things are what a short name in front makes a road, a brand, a dish or a house known
// by its name of: none of them says where the text lies.
var things = strings.Fields(`路 街 大道 巷 桥 东路 西路 南路 北路 中路 东街 西街 南街 北街 大街 拉面 烤鸭 板鸭 火锅 小面 包子 小吃 啤酒 茅台 大枣 苹果梨 米线 凉皮 泡馍 热干面 臭豆腐 豆腐 火腿 毛尖 龙井 陈醋 老陈醋 烧鸡 扒鸡 大米 凉粉 米粉 螺蛳粉 烤肉 炒饭 菜馆 密瓜 瓜
	银行 大酒店 酒店 饭店 宾馆 话 方言 语 腔 菜 牌 手表 时间 现代 大众 本田 丰田 汽车 吉普 轮胎 证券 人寿 保险 日报 晚报 晨报 卫视 电视台 广播 出版社 人民出版社 文艺出版社 音像 大学 理工 师范 医科 交通大学 工业大学 科技大学 师范大学 交响 爱乐 队 国安 泰山队 申花 恒大 籍 烟 石`)

// namesThing says whether a short name only names such a thing (南京路, 兰州拉面). 大学生
// is nobody's name.
func namesThing(text string, end int) bool {
	after := text[end:]
	for _, w := range things {
		if strings.HasPrefix(after, w) && !strings.HasPrefix(after, "大学生") && !strings.HasPrefix(after, "大学城") && !strings.HasPrefix(after, "烟花") && !strings.HasPrefix(after, "石油") {
			return true
		}
	}
	return false
}

// features are what bears the short name of a county or district without lying in it,
// each with the runes behind it that make it something else (巧家山体滑坡).
var features = []struct{ word, not string }{
	{"山", "体火洪区村林地路里乡"}, {"河", "道段水流堤边"}, {"江", "段水堤边"}, {"湖", "水"}, {"岭", ""}, {"峰", "会"}, {"寺", ""}, {"塘", ""}, {"公园", ""}, {"花园", ""}, {"山庄", ""}, {"庄园", ""}, {"国际", ""}, {"景区", ""}, {"水库", ""}, {"温泉", ""},
}

// namesFeature says whether a short name only names a mountain, a river or a park.
func namesFeature(text string, end int) bool {
	for _, f := range features {
		if after, ok := strings.CutPrefix(text[end:], f.word); ok {
			return !strings.ContainsRune(f.not, next(after, 0))
		}
	}
	return false
}

// begins says whether a division's name begins at byte at: 石家庄|桥西区 is no bridge,
// 重庆|石柱县 no stone.
func (g *gazetteer) begins(text string, at int) bool {
	key := pair(text, at)
	if key == 0 {
		return false
	}
	is := false
	if s, ok := g.cues.find(key); ok {
		g.cues.match(text, at, s, func(h hit) {
			if strings.HasPrefix(h.tag, "~") {
				is = is || strings.ContainsRune("县区市旗", next(text, h.end))
				return
			}
			last, _ := utf8.DecodeLastRuneInString(h.word)
			is = is || strings.ContainsRune("县区市旗镇乡道", last)
		})
	}
	return is
}

// stands says whether a name has a clause to itself on its left: it begins one, or
// follows a word that leads to a place.
func stands(text string, start int) bool {
	head := text[:start]
	r, _ := utf8.DecodeLastRuneInString(head)
	if head == "" || strings.ContainsRune(",。;!?:、\n\"“”()《》 \t", r) {
		return true
	}
	for _, w := range []string{"在", "到", "去", "从", "是", "住", "来自", "回", "往", "离", "至", "于", "投诉", "反映", "咨询", "举报", "请问"} {
		if strings.HasSuffix(head, w) {
			return true
		}
	}
	return false
}

// quarters are parts of a province by its one-letter name and a quarter of the sky
// (鲁西南, 苏北): they tell the province.
var quarters = map[string]string{
	"13": "冀东 冀南 冀北 冀中", "14": "晋南 晋北 晋东南 晋西北", "21": "辽东 辽西 辽南 辽北", "22": "吉东 吉西", "15": "蒙东 蒙西",
	"32": "苏北 苏南 苏中 苏锡常", "33": "浙东 浙西 浙南 浙北 浙中", "34": "皖北 皖南 皖西 皖中 皖东", "35": "闽南 闽北 闽东 闽西", "36": "赣南 赣北 赣东北 赣西 赣中",
	"37": "鲁西 鲁西南 鲁南 鲁中 鲁北 鲁东", "41": "豫东 豫西 豫南 豫北 豫中", "42": "鄂东 鄂西 鄂北 鄂南", "43": "湘南 湘北 湘中 湘东", "44": "粤北 粤东 粤西",
	"45": "桂北 桂西 桂南 桂东", "46": "琼北 琼南", "50": "渝东 渝西 渝东北 渝东南", "51": "川西 川东 川北 川南", "52": "黔北 黔中", "53": "滇东 滇西 滇南 滇北 滇中 滇东北 滇西北",
	"61": "陕北 陕南 关中", "62": "陇东", "65": "南疆 北疆 东疆", "54": "藏北 藏东 藏南",
}
