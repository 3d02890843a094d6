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
var everyday = wordSet(`大同 长治 平安 安康 朝阳 白山 白城 黄山 和平 海东 海北 海西 东方 三明 宝山 定西 中卫 兴安 东营 新城 新华 长安 长寿 长乐 文山 文成 文昌 大方 大安 大通 太平 太和 太湖 东风 东升 东城 西城 南山 南岸 南部 北关 城关 城口 永安 永兴 安定 安全 安化 平度 平和 平原 平南 平江 华容 华阳 道县 光明 光山 高平 高明 高要 高陵 红旗 红星 向阳 前进 和顺 和静 和田 河东 河西 河北 河口 江北 江东 江南 江口 江门 江山 海口 海兴 海城 海安 海阳 海港 海丰 海盐 海珠 城中 城东 城西 城北 洪山 洪江 通道 通山 通海 通城 通河 新民 新安 新兴 新建 新干 新乐 新丰 新平 新和 新源 民乐 民和 民权 石门 石柱 石台 石城 石泉 桥东 桥西 桥头 路南 路北 路桥 开平 开江 开发 开阳 白云 白水 白河 宁静 宁远 安平 安宁 万年 万全 万山 千山 千阳 天山 天心 天台 天等 天元 天河 天全 黄河 乐安 乐业 乐东 乐都 富民 富源 富裕 富县 金山 金水 金湖 金口 金台 银海 信丰 信宜 大足 大港 大英 大新 大田 大化 大名 大埔 双流 双桥 双城 双江 双牌 双柏 合作 合川 合水 礼泉 临时 怀远 怀安 怀来 上林 上思 上街 上高 上饶 中阳 中方 中原 中江 中站 下关 下城 三水 三台 三门 三江 三河 三原 正安 正定 正宁 正阳 顺平 顺义 顺昌 顺河 隆安 隆化 清水 清河 清新 清原 清苑 山阳 山阴 阳春 阳光 阳新 阳东 阳西 阳山 花山 花溪 龙门 龙山 龙华 龙口 龙湖 龙井 龙江 青山 青云 青秀 青龙 青阳 青神 丰台 丰满 丰城 丰都 浮山 沙湾 沙河 沙县 南海 南和 南昌县 南湖 南沙 南开 集安 集美 武清 武功 武平 武山 武陵 水城 水富 昌平 昌乐 昌江 建安 建宁 建设 建邺 建华 建水 泰安 泰和 泰来 工农 复兴 解放 胜利 友好 团结 文峰 文圣 文登 忠县 仁和 仁化 仁寿 仁怀 义安 义县 孝义 孝感 德安 德清 德兴 德保 德化 明山 明水 明光 元宝 凤凰 凤台 永和 永安 永平 永清 永济 永胜 永福 永丰 永城 永新 永春 永宁 永定 永吉 永康 洛川 望城 普安 普宁 普定 普陀 静安 静海 静宁 静乐 兴业 兴国 兴化 兴隆 兴庆 兴文 兴和 兴山 兴城 兴平 兴宁 兴仁 兴义 宝应 宝丰 宝清 宝安 宝塔 长丰 长岭 长海 长治 长阳 长顺 长宁 长兴 长清 长洲 长泰 长汀 长垣 麻阳 平安 平顺 平遥 平山 平乡 平泉 平阴 平邑 平舆 平果 平乐 平桂 平远 平昌 平武 平塘 平坝 平利 平罗 平川 平阳 平湖 平谷 平鲁 平城 平定 利川 利津 利州 利辛 利通 大厂 大城 大洼 大东 大余 大悟 大冶 大祥 大关 大姚 大渡口 大荔 大理 大武口 大丰 大观 大兴 大邑 大竹 大宁`)

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
		if short && roadName(text, h.end) {
			return
		}
		list = append(list, mention{h.start, h.end, []string{code}, short})
	})
	return list
}

// roadName says whether a short name only names a road, a shop or a dish
// (南京路, 兰州拉面).
func roadName(text string, end int) bool {
	after := text[end:]
	for _, w := range []string{"路", "街", "大道", "巷", "桥", "拉面", "烤鸭", "银行", "大酒店", "酒店", "饭店", "菜馆", "话"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return false
}
