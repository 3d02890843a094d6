package rules

import (
	"strings"
	"unicode/utf8"
)

// unnumbered takes what is told without a figure: nobody harmed, or one person
// who died.
func (r *harmReading) unnumbered(p part, events []hit, used []bool, t *turns) {
	for k, ev := range events {
		f := figure{known: true, part: p, start: ev.start, end: ev.end}
		if t.voids(ev.start) {
			continue
		}
		if (ev.tag == "none" || ev.tag == "nodeath" || ev.tag == "noinjury") && unasked(p.text, ev) {
			continue
		}
		switch {
		case ev.tag == "noinjury" && !r.noInjury.known:
			r.noInjury = f
		case ev.tag == "none" && !r.none.known:
			r.none = f
		case ev.tag == "nodeath" && !r.noDeath.known:
			r.noDeath = f
		case (ev.tag == "dead" || ev.tag == "injured" || ev.tag == "light") && !used[k] && next(p.text, ev.end) != '者' && !past(p.text, ev.start) && !supposed(p.text, ev.start):
			if onePerson(p.text, ev) || killed(p.text, ev) {
				f.value = 1
				f.hearsay = len(t.hits) > 0 && t.between(sentenceStart(p.text, ev.start), ev.start, "hearsay")
				if ev.tag == "dead" && !r.single.known {
					r.single = f
				} else if ev.tag != "dead" && !r.wounded.known {
					r.wounded = f
				}
			}
		}
	}
}

// killed says whether somebody without a name is said to have died: 被车撞死了,
// 撞了,人没了.
func killed(text string, ev hit) bool {
	if ev.tag != "dead" {
		return false
	}
	from, to := sentenceStart(text, ev.start), sentenceEnd(text, ev.end)
	head := text[from:ev.start]
	if utf8.RuneCountInString(head) > 60 {
		return false
	}
	clause := head
	if i := strings.LastIndexAny(head, ",;:"); i >= 0 {
		clause = head[i+1:]
	}
	for _, w := range notKilled {
		if strings.Contains(head, w) {
			return false
		}
	}
	if strings.ContainsAny(text[ev.end:min(to, ev.end+len("吗吗吗"))], "吗的狗猫鸡鸭鱼猪牛羊树") {
		return false
	}
	switch ev.word {
	case "人没了", "没抢救过来", "没能抢救过来", "没有抢救过来", "没救过来", "没救回来", "没能救过来", "没能救回来", "未能抢救过来", "没呼吸了", "没气了":
		for _, w := range harming {
			if strings.Contains(head, w) {
				return utf8.RuneCountInString(clause) <= 14 && !strings.HasSuffix(clause, "的")
			}
		}
		return false
	case "撞死", "压死", "砸死", "打死", "淹死", "烧死", "电死", "捅死", "砍死", "轧死", "摔死", "毒死", "炸死", "掐死", "勒死":
		return strings.HasPrefix(text[ev.end:], "了") && (strings.Contains(clause, "被") || strings.Contains(clause, "给"))
	}
	return false
}

var (
	harming   = []string{"撞", "摔", "淹", "烧", "炸", "砸", "触电", "抢救", "医院", "车祸", "压", "埋", "坠", "溺", "轧", "捅", "砍", "中毒", "农药", "落水", "掉下", "120", "急救"}
	notKilled = []string{"狗", "猫", "鸡", "鸭", "鱼", "猪", "牛", "羊", "宠物", "树", "苗", "差点", "险些", "差一点", "早晚", "迟早", "要被", "会被", "怕被", "可能", "容易", "几乎", "会不会", "没有被", "没被", "难道", "万一", "等着", "是不是", "蚊", "虫", "鸟", "庄稼", "梦"}
)

// idle says whether 死了 is only a manner of speaking: 急死了, 热死了.
func idle(text string, ev hit) bool {
	return ev.word == "死了" && strings.ContainsRune("气急热吓烦累笑饿堵锁卡丑坑冷渴闷吵臭苦惨困恨爱羡忙疼痛痒晒冻烫愁难坏脏慢贵黑呛熏酸甜咸辣美乐馋想憋挤宠骂怕懒枯早干", previous(text, ev.start, 1))
}

// onePerson says whether the clause before a word of harm speaks of one person.
func onePerson(text string, ev hit) bool {
	head := text[:ev.start]
	if i := strings.LastIndexAny(head, ",。;!?\n: "); i >= 0 {
		_, size := utf8.DecodeRuneInString(head[i:])
		head = head[i+size:]
	}
	if utf8.RuneCountInString(head) > 20 || strings.ContainsAny(head, "无没未多些们如若") || strings.Contains(head, "险些") || strings.Contains(head, "可能") {
		return false
	}
	if ev.word == "撞伤" || ev.word == "砸伤" || ev.word == "刺伤" || ev.word == "撞死" || ev.word == "砸死" { // the harmed one follows
		tail := text[ev.end:]
		if i := strings.IndexAny(tail, ",。;!?\n"); i >= 0 {
			tail = tail[:i]
		}
		if utf8.RuneCountInString(tail) <= 14 && !strings.ContainsAny(tail, "多们") {
			head = tail
		}
	}
	for _, w := range persons {
		if strings.Contains(head, w) {
			return true
		}
	}
	return false
}

var persons = []string{"男子", "女子", "女孩", "男孩", "少女", "少年", "老人", "老妇", "老太", "老汉", "学生", "司机", "驾驶员", "工人", "员工", "妇女", "孩子", "婴儿", "幼儿", "村民", "市民", "男性", "女性", "行人", "骑车人", "环卫工", "女童", "男童", "大爷", "大妈", "女士", "先生", "骑手"}

// unasked says whether "nobody" is only asked about, or not known: 有无伤亡,
// 有没有人受伤, 没有人受伤吧?
func unasked(text string, ev hit) bool {
	for _, w := range []string{"有", "是否", "不知", "不知道", "不清楚", "不确定", "不能确定", "无法确定", "尚不清楚", "可能", "希望", "但愿", "祈祷", "求"} {
		if strings.HasSuffix(text[:ev.start], w) {
			return true
		}
	}
	if _, ok := readNumber(text, ev.end); ok && ev.tag == "nodeath" { // 没有死亡30人
		return true
	}
	end := ev.end
	for end < len(text) {
		r, size := utf8.DecodeRuneInString(text[end:])
		if strings.ContainsRune(",。;!?\n", r) {
			if r == '?' {
				return true
			}
			break
		}
		end += size
	}
	tail := text[ev.end:end]
	for _, w := range []string{"不清楚", "不知道", "不明", "不详", "未知", "吗", "吧", "呢", "么", "待核实", "正在核实", "在核实", "核实中", "不确定", "难说", "待查", "就好"} {
		if strings.Contains(tail, w) {
			return true
		}
	}
	return false
}
