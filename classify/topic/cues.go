package topic

import "slices"

// cue is a class of words by which people tell the same thing: one says 爆炸, the next
// that the window came in. wide: such a matter is told from many addresses. brief: it
// counts in a call of a sentence or two, which has few other words; a letter is about more
// than one of these.
type cue struct {
	name  string
	wide  bool
	brief bool
	words []string
}

// cues are kinds of sudden events, in the words of callers. They are told by few
// words each; the rest is found by what the items of a topic have in common.
var cues = []cue{
	{"爆炸", true, false, []string{"爆炸", "炸了", "炸的", "巨响", "轰的一声", "一声响", "那声响", "那一声", "一声巨", "火球", "蘑菇云", "冲击波", "气浪", "震碎", "爆燃", "崩碎", "玻璃碎", "碎玻璃", "玻璃碴", "玻璃震", "窗子", "爆了"}},
	{"火", false, false, []string{"着火", "起火", "火灾", "大火", "浓烟", "黑烟", "火光", "冒烟", "火苗", "明火", "烧起来", "火好大"}},
	{"气味", true, false, []string{"有毒", "毒气", "刺鼻", "辣眼", "难闻的气味", "香蕉水", "空气监测", "呛人"}},
	{"燃气", false, false, []string{"煤气味", "燃气味", "天然气味", "臭鸡蛋", "燃气泄漏", "漏气", "煤气泄漏", "燃气管", "停气"}},
	{"停水", true, false, []string{"停水", "没水", "断水", "时候来水", "几点来水", "没来水", "来水了", "水管爆", "爆水管", "爆管", "供水", "水压", "自来水公司", "送水车", "水车", "一滴水", "水务"}},
	{"停电", true, false, []string{"停电", "没电", "断电", "来电了", "跳闸", "供电"}},
	{"停暖", true, false, []string{"停暖", "停热", "暖气不热", "没暖气", "不供暖", "供暖", "供热", "暖气片", "暖气"}},
	{"积水", true, false, []string{"积水", "内涝", "淹了", "被淹", "水淹", "倒灌", "涵洞", "下穿", "泡水"}},
	{"撤离", true, false, []string{"撤离", "疏散", "撤走", "要撤", "撤不撤", "安置点", "转移群众"}},
	{"中毒", false, false, []string{"食物中毒", "呕吐", "拉肚子", "腹泻", "上吐下泻", "腹痛", "吃坏", "变质", "发臭"}},
	{"欠薪", false, false, []string{"工资", "讨薪", "欠薪", "血汗钱", "工钱"}},
	{"车祸", false, false, []string{"车祸", "撞了", "撞上", "追尾", "翻车", "失控"}},
	{"噪声", false, false, []string{"夜间施工", "打桩", "噪音", "噪声", "扰民", "半夜施工", "浇混凝土"}},
	{"犬", false, false, []string{"野狗", "流浪狗", "流浪犬", "咬人", "咬了", "狂犬"}},
	{"坍塌", false, false, []string{"坍塌", "塌了", "裂缝", "裂了", "开裂", "塌方", "塌陷", "倒塌"}},
	{"停课", true, false, []string{"停课"}},
	{"走失", false, false, []string{"走失", "走丢", "寻人"}},
	{"预付卡", false, false, []string{"跑路", "卷款", "会员卡", "退卡", "健身卡", "三年卡", "储值卡"}},
	{"路灯", false, true, []string{"路灯", "没灯", "黑漆漆", "没有灯"}},
	{"红绿灯", false, true, []string{"红绿灯", "信号灯"}},
	{"电梯", false, true, []string{"电梯"}},
	{"停车", false, true, []string{"停车", "车位", "乱停"}},
	{"物业费", false, true, []string{"物业费", "物业收费", "涨价"}},
	{"油烟", false, true, []string{"油烟", "烧烤"}},
	{"歌舞", false, true, []string{"广场舞", "KTV", "ktv", "唱歌", "还在唱", "音响", "酒吧"}},
	{"拥堵", false, true, []string{"堵车", "堵死", "堵了", "堵得", "拥堵", "动不了"}},
	{"污水", false, true, []string{"污水", "脏水", "下水道", "化粪池", "粪水"}},
	{"水质", false, true, []string{"发黄", "浑", "水质", "黄水", "又黄"}},
	{"垃圾", false, true, []string{"垃圾"}},
	{"营运", false, true, []string{"黑车", "甩站", "不停站", "到站不停", "甩客", "宰客", "拒载", "绕路"}},
	{"占道", false, true, []string{"占道", "摊贩", "摆摊", "流动摊"}},
	{"井盖", false, true, []string{"井盖", "窨井"}},
}

// said are turns of those who write down a call, a letter or a report: they tell how it
// came in, not what it is about.
var said = []string{"来电人反映", "来电人称", "来电人为", "来电人系", "来电人建议", "来电人咨询", "来电人", "市民来电", "来电咨询", "来电反映", "市民反映", "群众反映", "居民反映",
	"投诉举报", "请求", "要求", "咨询", "询问", "反映", "投诉", "举报", "表扬", "求助", "建议", "希望", "恳请", "尽快处理", "情绪激动", "回拨", "领导您好", "领导好", "各位领导", "尊敬的领导",
	"市长您好", "您好", "你好", "谢谢", "记者", "获悉", "网友", "转发", "有没有人", "你们管不管", "有没有人管", "能不能", "怎么办", "什么时候", "政府", "相关部门", "有关部门", "市民"}

// turns is how many of said, the first, only stand at the beginning of a note.
const turns = 13

// maxCues bounds cues, so that a set of them is the bits of one word.
const maxCues = 32

// cueIndex finds cues by their first rune.
var cueIndex = func() map[rune][]cueWord {
	index := map[rune][]cueWord{}
	for i, c := range cues {
		for _, w := range c.words {
			r := []rune(w)
			index[r[0]] = append(index[r[0]], cueWord{i, r[1:]})
		}
	}
	for _, w := range said {
		r := []rune(w)
		index[r[0]] = append(index[r[0]], cueWord{-1, r[1:]})
	}
	return index
}()

type cueWord struct {
	cue  int
	rest []rune
}

// findCues gives the cues of a text as bits, and where their words stand.
func findCues(runes []rune, seen func(cue, from, to int)) {
	for i, r := range runes {
		if !marked.has(r) {
			continue
		}
		for _, w := range cueIndex[r] {
			if i+1+len(w.rest) <= len(runes) && slices.Equal(runes[i+1:i+1+len(w.rest)], w.rest) {
				seen(w.cue, i, i+1+len(w.rest))
			}
		}
	}
}

// runeSet is a set of runes from the CJK block.
type runeSet [(0x9FFF-0x3400)/64 + 1]uint64

func (s *runeSet) add(r rune) {
	if han(r) {
		s[(r-0x3400)/64] |= 1 << ((r - 0x3400) % 64)
	}
}

func (s *runeSet) has(r rune) bool {
	return han(r) && s[(r-0x3400)/64]&(1<<((r-0x3400)%64)) != 0
}

// marked holds the first runes of cues and the last ones of place names: most runes
// of a text are neither.
var marked = func() *runeSet {
	var s runeSet
	for r := range cueIndex {
		s.add(r)
	}
	return &s
}()

var ending = func() *runeSet {
	var s runeSet
	for r := range suffixes {
		s.add(r)
	}
	return &s
}()
