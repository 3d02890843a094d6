package topic

import "strings"

// slot is what kind of place a name is of: two names of one slot are two places.
type slot uint8

const (
	slotRoad   slot = iota + 1 // a road, a street, a lane
	slotEstate                 // a housing estate
	slotArea                   // a village, a community, a sub-district
	slotSchool
	slotFirm // a factory, a company, a hospital, a hotel
	slotSite // a bridge, a station, a square, a park
)

// name is a place named in a text, by the hash of its two runes before the suffix:
// what stands before them may be the town or the verb.
type name struct {
	slot slot
	hash uint32
}

// aside marks names that a text mentions on its way, not in its title or beginning.
const aside slot = 1 << 7

func (n name) aside() bool    { return n.slot&aside != 0 }
func (n name) is(o name) bool { return n.hash == o.hash && n.slot&^aside == o.slot&^aside }

// place names end in these, by their last rune; the longest first.
var suffixes = map[rune][]struct {
	text string
	slot slot
}{
	'区': {{"小区", slotEstate}, {"社区", slotArea}},
	'园': {{"幼儿园", slotSchool}, {"花园", slotEstate}, {"家园", slotEstate}, {"嘉园", slotEstate}, {"公园", slotSite}},
	'苑': {{"苑", slotEstate}},
	'村': {{"新村", slotEstate}, {"村", slotArea}},
	'庭': {{"华庭", slotEstate}},
	'府': {{"华府", slotEstate}},
	'寓': {{"公寓", slotEstate}},
	'馆': {{"公馆", slotEstate}},
	'路': {{"路", slotRoad}},
	'街': {{"街", slotRoad}},
	'道': {{"街道", slotArea}, {"大道", slotRoad}},
	'巷': {{"巷", slotRoad}},
	'镇': {{"镇", slotArea}},
	'学': {{"小学", slotSchool}, {"中学", slotSchool}, {"大学", slotSchool}},
	'校': {{"学校", slotSchool}},
	'院': {{"学院", slotSchool}, {"医院", slotFirm}},
	'厂': {{"厂", slotFirm}},
	'团': {{"集团", slotFirm}},
	'店': {{"酒店", slotFirm}},
	'桥': {{"大桥", slotSite}, {"桥", slotSite}},
	'站': {{"站", slotSite}},
	'厦': {{"大厦", slotSite}},
	'场': {{"广场", slotSite}, {"市场", slotSite}},
}

// common are pairs and runes that stand before a suffix without naming anything.
const (
	commonPairs = "配套 普惠 惠性 利性 立性 范性 惠制 盈利 私立 双语 培训 别墅 高端 城镇 接管 高层 多层 附近 旁边 对面 有限 物业 中心 人民 公交 地铁 火车 汽车 高速 建筑 我们 他们 你们 所在 居住 周边 多个 整个 几个 一个 每个 这个 那个 哪个 " +
		"老旧 住宅 商品 安置 职业 技术 技工 民办 公办 附属 贸易 超级 农贸 商业 文化 体育 化工 食品 电子 红绿 十字 三岔 丁字 两条 一条 这条 那条 沿线 部分 全市 本市 住在 位于 家住 加油 快递 "
	commonRunes = "的了在是有和与及对向往从到去我你他她它们这那某本该各个全每一两三几条们修让马公铁道上下半不没出进过走要把被将为于就也都又还很住家农邻旁边近里内外前后种所其"
)

// names finds the places that a text names; seen gets each name's stretch in runes,
// from the first of its two telling runes to the end of the suffix.
func names(runes []rune, seen func(n name, from, to int)) {
	for end := 3; end <= len(runes); end++ {
		if !ending.has(runes[end-1]) {
			continue
		}
		for _, s := range suffixes[runes[end-1]] {
			at := end - len(s.text)/3
			if at < 2 || !ends(runes[:end], s.text) {
				continue
			}
			a, b := runes[at-2], runes[at-1]
			if !han(a) || !han(b) || strings.ContainsRune(commonRunes, a) || strings.ContainsRune(commonRunes, b) && a != '第' || strings.Contains(commonPairs, string([]rune{a, b})) || generic(a, b) {
				break
			}
			seen(name{s.slot, uint32(finish(uint64(s.slot)<<42|uint64(a)<<21|uint64(b)) >> 32)}, at-2, end)
			break
		}
	}
}

func ends(runes []rune, suffix string) bool {
	at := len(runes) - len(suffix)/3
	for _, r := range suffix {
		if at < 0 || runes[at] != r {
			return false
		}
		at++
	}
	return true
}

// generic says whether the runes before a suffix are a suffix themselves: 锦绣家园小区
// is named by 锦绣家园, which was found already.
func generic(a, b rune) bool {
	for _, s := range suffixes[b] {
		if s.text == string([]rune{a, b}) {
			return true
		}
	}
	return false
}

func han(r rune) bool { return r >= 0x3400 && r <= 0x9FFF }
