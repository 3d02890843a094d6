package rules

import (
	"strings"
	"unicode/utf8"
)

// named are words in which a rune that otherwise ends a place belongs to a name: by
// the rune, what may follow it and what may precede it (和平路, 祥和苑, 成都).
var named = map[rune][2]string{
	'和': {"平谐顺睦美泰县田静硕悦", "颐祥太永仁泰义瑞嘉雍呼"},
	'都': {"江匀", "成丰于武江宜花乐新金名昌望秦"},
	'向': {"阳荣前", ""}, '从': {"化江", ""}, '于': {"都洪", ""}, '自': {"治贡由来", ""}, '对': {"面", ""}, '住': {"宅", ""}, '如': {"皋东意", ""},
	'那': {"曲坡", ""}, '使': {"馆", "天"}, '有': {"色", "国"}, '为': {"民", ""}, '给': {"排", ""}, '在': {"建", ""}, '说': {"", "小传"},
}

// inName says whether the rune r at byte at of a text, one of placeStops, belongs to a name.
func inName(text string, at, size int, r rune) bool {
	n, ok := named[r]
	return ok && (strings.ContainsRune(n[0], next(text, at+size)) || strings.ContainsRune(n[1], previous(text, at, 1)))
}

// inNames are those of placeStopWords that streets and works bear, too.
var inNames = wordSet("建设 客车 轿车 货车 摩托车 电动车")

// decree says whether the figure before byte at numbers a paper: 〔2014〕183号.
func decree(text string, at int) bool {
	for at > 0 && text[at-1] >= '0' && text[at-1] <= '9' {
		at--
	}
	before := previous(text, at, 1)
	return before != 0 && strings.ContainsRune("]〕〉)】字年第发", before)
}

// street says whether a text begins with what makes a street or a house of the word
// before it: 建设路, 建设东路, 建设银行.
func street(text string) bool {
	r, size := utf8.DecodeRuneInString(text)
	if strings.ContainsRune("路街巷村桥镇乡厂站", r) {
		return true
	}
	if strings.ContainsRune("东西南北中大", r) {
		return strings.ContainsRune("路街道桥", next(text, size))
	}
	return strings.HasPrefix(text, "银行") || strings.HasPrefix(text, "新村")
}

// goesOn are the runes with which a word that ends a place goes on to be another:
// 大学生, 市场监管, 高速增长.
var goesOn = map[string]string{
	"大学": "生毕", "小学": "生", "中学": "生", "学院": "派", "学校": "长", "医院": "长", "市场": "监价主准经份化", "银行": "卡贷账流", "高速": "发增行运度", "社区": "工", "派出所": "长", "食堂": "菜", "水库": "存",
}

// bare are words that tell a kind of place and no place.
var bare = wordSet(`小区 社区 街道 大道 路口 交叉口 广场 大厦 花园 公寓 工地 学校 小学 中学 大学 学院 幼儿园 医院 卫生院 酒店 饭店 工业园 工业区 开发区 市场 商场 超市 公园 收费站 高速 国道 省道 隧道 车站 机场 宾馆 派出所 路段 号楼 单元 大桥 安置房 安置区
	服务区 村委会 居委会 养老院 福利院 加油站 垃圾站 中转站 驾校 银行 食堂 工厂 化工厂 车间 仓库 有限公司 高速路 地铁站 停车场 边上 新村 商城 步行街 物流园 产业园 自治区 直辖市`)

// leading are words at the head of a phrase that don't belong to the place.
var leading = []string{"一个", "一家", "一处", "一条", "一座", "一所", "两个", "个", "些", "所", "条", "座", "处", "位", "里面", "边上", "边", "里", "公办", "民办", "上", "下", "过", "着", "时", "才", "又", "已", "正", "后", "内", "老", "家", "多所", "多个", "多家", "原", "难道", "既然", "哪个"}

// trimPlace gives where a place begins behind what doesn't belong to it, and whether
// a place is left.
func trimPlace(text string, from, end int) (int, bool) {
	if phrase := text[from:end]; bare[phrase] {
		return from, false
	}
	for rest, again := text[from:end], true; again; {
		again = false
		for _, w := range leading {
			if r, ok := strings.CutPrefix(rest, w); ok {
				rest, again = r, true
				if bare[rest] {
					return from, false
				}
			}
		}
	}
	for _, w := range leading[:12] {
		if rest, ok := strings.CutPrefix(text[from:end], w); ok && utf8.RuneCountInString(rest) >= 3 && (from == 0 || strings.ContainsRune("这那有几", previous(text, from, 1))) {
			return from + len(w), true
		}
	}
	if previous(text, from, 1) == '问' { // 问一下某处
		from = skipAny(text, from, "一下", "下")
	}
	last, size := utf8.DecodeLastRuneInString(text[from:end])
	if strings.ContainsRune("号路组", last) && strings.Trim(text[from:end-size], "0123456789一二三四五六七八九十第") == "" && last != '路' {
		return from, false // 20号
	}
	return from, true
}

// stake goes on behind a road to the stone that marks the spot: K123+500处, 35公里处.
func stake(text string, end int) int {
	at := end
	if rest := text[at:]; strings.HasSuffix(text[:end], "高速") && strings.HasPrefix(rest, "公路") {
		at += len("公路")
		end = at
	} else if !strings.HasSuffix(text[:end], "高速") && !strings.HasSuffix(text[:end], "道") && !strings.HasSuffix(text[:end], "路") && !strings.HasSuffix(text[:end], "段") {
		return end
	}
	near := text[at:cutAt(text, min(len(text), at+30))]
	if i := strings.Index(near, "方向"); i >= 0 && !strings.ContainsAny(near[:i], ",。;!?:、 ") {
		at += i + len("方向")
	}
	at = skipAny(text, at, " ")
	p := skipAny(text, at, "K", "k", "桩号K")
	q := p
	for q < len(text) && (text[q] >= '0' && text[q] <= '9' || text[q] == '+' || text[q] == '.') {
		q++
	}
	if q == p {
		return end
	}
	if p == at { // without K it must be told in kilometres
		r := skipAny(text, q, "公里", "km")
		if r == q {
			return end
		}
		q = r
		if text[q-1] != 'm' && q < len(text) && text[q] == '+' {
			for q++; q < len(text) && text[q] >= '0' && text[q] <= '9'; q++ {
			}
		}
	}
	return skipAny(text, skipAny(text, q, "公里", "米", "m"), "处")
}

// crossing says whether two roads told side by side are one crossing: 人民路与建设路交叉口.
func crossing(text string, end, start, at int) bool {
	switch text[end:max(start, end)] {
	case "与", "和", "跟", "、", "及", "同":
	default:
		return false
	}
	for _, w := range []string{"交叉", "交汇", "交界", "路口", "十字", "丁字", "相交", "之间"} {
		if strings.HasPrefix(text[at:], w) {
			return true
		}
	}
	return strings.HasSuffix(text[:at], "口")
}
