package rules

import (
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// casualtySet reads deaths, missing, injured, seriously injured and poisoned.
// A figure belongs to the word of harm that follows it in its clause ("3名工人死亡"),
// or to the one right before it ("死亡3人").
func casualtySet() Set {
	return Set{Name: "casualties", Examples: casualtyExamples, words: []*cues{harmWords}, read: func(x *scanned, v *desk.Verdict) {
		if !x.some(0) && !short(x.Title) && !short(x.Body) {
			return
		}
		month, day := dayOf(v.Occurred)
		title, body := readHarm(x.parts[0], x.hits[0][x.base], month, day), readHarm(x.parts[1], x.hits[1][x.base], month, day)
		var got tally
		got.join(title, body)
		got.write(v)
	}}
}

// short says whether the one-letter forms may be there.
func short(text string) bool {
	return strings.Contains(text, "死") || strings.Contains(text, "伤") || strings.Contains(text, "亡")
}

// The kinds of harm.
const (
	dead = iota
	missing
	injured
	serious
	light
	poisoned
	harms
)

var harmFields = [harms]string{"facts.deaths", "facts.missing", "facts.injured", "facts.serious_injured", "", "facts.poisoned"}

var harmTags = map[string]int{"dead": dead, "missing": missing, "injured": injured, "serious": serious, "light": light, "poisoned": poisoned}

var harmWords = newCues(slicesOf(
	group("dead", 0, `死亡 遇难 身亡 丧生 丧命 罹难 殒命 毙命 致死 不治 炸死 烧死 撞死 熏死 淹死 压死 砸死 打死 丧身 死去 遗体 尸体 遇害 被杀 溺亡`),
	group("missing", 0, `失踪 失联 下落不明`),
	group("serious", 0, `重伤 伤势严重 伤势较重 伤势比较重 受伤严重 伤情严重 伤情较重 危重 生命垂危 病危 重症 尚未脱离危险 未脱离生命危险 未脱离危险 伤势危重 严重受伤 病情较重 病情严重 伤势过重`),
	group("light", 0, `轻伤 轻微伤 伤势较轻 轻度受伤 受伤较轻 轻微受伤`),
	group("injured", 0, `受伤 负伤 烧伤 炸伤 撞伤 砸伤 摔伤 刺伤 烫伤 灼伤 坠伤 伤者 伤员 咬伤 砍伤 扭伤`),
	group("poisoned", 0, `中毒 发病 恶心呕吐 出现呕吐 出现恶心 上吐下泻 身体不适 出现不适 腹泻 腹痛`),
	group("none", 0, `无人员伤亡 没有人员伤亡 未造成人员伤亡 无人伤亡 没有造成人员伤亡 未有人员伤亡 无人员受伤 未发现人员伤亡 暂无人员伤亡 没有人受伤 无人受伤 未造成人员受伤 没有人员受伤 未接到人员伤亡 没有人员伤亡报告 并未造成人员伤亡 未出现人员伤亡 尚无人员伤亡 没有出现人员伤亡 无人员死亡 没有人员死亡 无人员及 未造成伤亡 无伤亡 未有伤亡 没有伤亡 未造成人员和财产损失 未造成任何人员伤亡 末有人员伤亡 没有人伤亡 未造成人员 没有造成人员 没造成人员 没有收到人员伤亡 没有接到人员伤亡 没有伤亡报告`),
	group("nodeath", 0, `无人死亡 没有人死亡 未造成人员死亡 没有死亡 无死亡 尚无死亡 无人遇难 没有死亡报告`),
	group("skip", 0, `人员伤亡 死亡率 死亡赔偿 死亡证明 死亡事故 死亡威胁 死亡人数不详 中毒事件 中毒事故 人死伤 名死伤 人伤亡 受伤害 伤亡情况 死亡原因 重伤害 死亡线 人死后 人死不 重症监护仪 名死者 人死者`),
))

func (c *cues) any(text string) bool {
	found := false
	c.scan(text, func(hit) { found = true })
	return found
}

// figure is a number of people with the span that tells it.
type figure struct {
	known, more bool // more: comes on top of the one before ("另有")
	least       bool // told as 百多人, so that an exact figure elsewhere is better
	value       int
	start, end  int
	part        part
	and         *figure // another one that the value was reckoned with
}

// reading is what one part of the text tells: per harm the largest figure and the
// sum of those that add up.
type harmReading struct {
	most, sum [harms]figure
	none      figure // 无人员伤亡
	noDeath   figure
	single    figure // one named person died, without a figure
	wounded   figure // the same, injured
	sick      figure // people of whom the sentence later says that they fell ill
}

func readHarm(p part, events []hit, month, day int) harmReading {
	var r harmReading
	used := make([]bool, len(events))
	e, waiting, waitingStart, waitingEnd := 0, 0, 0, 0
	for i := 0; i < len(p.text); {
		n, ok := people(p.text, i)
		if !ok {
			_, size := utf8.DecodeRuneInString(p.text[i:])
			i += size
			continue
		}
		for e < len(events) && events[e].end <= n.start {
			e++
		}
		i = n.end
		if past(p.text, n.start) || supposed(p.text, n.start) || earlier(p.text, n.start, month, day) {
			continue
		}
		value, whole := n.whole()
		if !whole || value > 1_000_000 {
			continue
		}
		if harm, ok := letterHarm(p.text, n); ok {
			r.take(harm, figure{known: true, value: value, part: p, start: n.start, end: n.end + len("死"), more: adds(p.text, n.start)})
			continue
		}
		harm, at := owner(p.text, n, events, used, e)
		if harm < 0 {
			waiting, waitingStart, waitingEnd = value, n.start, n.end
			if fallen := sickLater(p.text, n, events, e); !r.sick.known && value >= 2 && fallen > 0 {
				r.sick = figure{known: true, value: value, part: p, start: n.start, end: fallen}
			}
			continue
		}
		// 5名乘客及1名司机受伤: the one before belongs to the same word.
		from := n.start
		if waiting > 0 && joins(p.text[waitingEnd:n.start]) {
			value += waiting
			from = waitingStart
		}
		waiting = 0
		used[at] = true
		if harm == injured && diesAfter(p.text, events, at) {
			harm = dead
		}
		f := figure{known: true, least: n.least, value: value, part: p, start: min(from, events[at].start), end: max(n.end, events[at].end)}
		f.more = adds(p.text, n.start)
		r.take(harm, f)
		// A second word right behind, for the same people, adds the graver kind.
		if harm == injured || harm == light {
			if k := at + 1; k < len(events) && !used[k] && events[k].tag == "serious" && events[k].start == events[at].end {
				used[k] = true
				r.take(serious, f)
			}
		}
	}
	r.unnumbered(p, events, used)
	return r
}

// letterHarm reads the short forms: 3死2伤, 6人亡, 死5人.
func letterHarm(text string, n number) (int, bool) {
	after := text[n.end:]
	for _, counter := range []string{"人", "名"} {
		after = strings.TrimPrefix(after, counter)
	}
	for letter, harm := range map[string]int{"死": dead, "亡": dead, "伤": injured} {
		tail, ok := strings.CutPrefix(after, letter)
		if !ok {
			continue
		}
		switch next(tail, 0) {
		case '亡', '伤', '者', '势', '员', '情', '害', '于', '不', '后', '口':
		default:
			return harm, true
		}
	}
	if counter := next(text, n.end); counter == '人' || counter == '名' {
		first, second := previous(text, n.start, 1), previous(text, n.start, 2)
		switch {
		case first == '死' && second != '烧' && second != '致':
			return dead, true
		case first == '伤' && !strings.ContainsRune("受轻重烧死负", second):
			return injured, true
		}
	}
	return 0, false
}

// people reads a figure that counts people at byte i: digits with a counter, or a
// small Chinese numeral before a noun for a person.
func people(text string, i int) (number, bool) {
	if !figureFirst.has(next(text, i)) {
		return number{}, false
	}
	if prev := previous(text, i, 1); prev >= '0' && prev <= '9' || prev == '.' {
		return number{}, false
	}
	if _, ok := digitOf(previous(text, i, 1)); ok || unit(previous(text, i, 1)) > 0 || previous(text, i, 1) == '第' {
		return number{}, false
	}
	if r := previous(text, i, 1); (r == '几' || r == '数') && unit(next(text, i)) > 0 {
		return number{}, false
	}
	n, ok := readNumber(text, i)
	if !ok || n.vague && n.value == 0 {
		return n, false
	}
	if to := n.upTo(text); to > n.end {
		n.end, n.least = to, true
	}
	after := text[n.end:]
	switch c := next(after, 0); {
	case c == '人' || c == '名' || c == '位' || c == '口' || c == '具':
		if strings.HasPrefix(after, "人次") || strings.HasPrefix(after, "人民") || strings.HasPrefix(after, "口井") || strings.HasPrefix(after, "位于") || strings.HasPrefix(after, "人大") {
			return n, false
		}
	case c == '个':
		if !strings.HasPrefix(after, "个人") && !strings.HasPrefix(after, "个孩子") && !strings.HasPrefix(after, "个学生") && !strings.HasPrefix(after, "个儿童") {
			return n, false
		}
	case c == '死' || c == '伤' || c == '亡':
	case strings.ContainsRune("男女老孩儿员学工司乘旅村居民警兵环青少婴妇农顾客囚幼教师游矿职患考", c):
		if text[i] < 0x80 && n.value > 9 && !personWord(after) || n.value > 10000 {
			return n, false
		}
		if strings.HasPrefix(after, "工程") || strings.HasPrefix(after, "学期") || strings.HasPrefix(after, "学年") || strings.HasPrefix(after, "环路") || strings.HasPrefix(after, "环") && !strings.HasPrefix(after, "环卫") || strings.HasPrefix(after, "村") && !strings.HasPrefix(after, "村民") || strings.HasPrefix(after, "客车") || strings.HasPrefix(after, "教") && !strings.HasPrefix(after, "教师") || strings.HasPrefix(after, "工业") {
			return n, false
		}
	default:
		return n, false
	}
	return n, true
}

// figureFirst are the runes with which a figure may begin.
var figureFirst = runeSet("0123456789零〇○一壹二两贰俩三叁仨四肆五伍六陆七柒八捌九玖十拾百佰千仟万亿数几好")

func personWord(after string) bool {
	for _, w := range []string{"学生", "儿童", "工人", "乘客", "旅客", "村民", "居民", "员工", "女工", "男子", "女子", "孩", "囚犯", "幼儿", "教师", "游客", "矿工", "职工", "老人", "警", "青年", "顾客"} {
		if strings.HasPrefix(after, w) {
			return true
		}
	}
	return false
}

// owner finds the word of harm that a figure belongs to: -1 when there is none.
func owner(text string, n number, events []hit, used []bool, e int) (int, int) {
	left := -1
	if e > 0 && !used[e-1] && events[e-1].tag != "skip" && leads(text[events[e-1].end:n.start]) {
		left = e - 1
	}
	if left >= 0 {
		if h, ok := harmTags[events[left].tag]; ok {
			return h, left
		}
	}
	for k := e; k < len(events); k++ {
		ev := events[k]
		if ev.start < n.end { // 人死, 名伤 overlap the counter
			if ev.end > n.end {
				if h, ok := harmTags[ev.tag]; ok {
					return h, k
				}
			}
			if ev.tag == "skip" {
				return -1, 0
			}
			continue
		}
		gap := text[n.end:ev.start]
		if ev.tag == "poisoned" {
			gap = strings.ReplaceAll(gap, "、", "")
		}
		if utf8.RuneCountInString(gap) > 22 || !clauseGap(gap) {
			break
		}
		if another(gap) {
			break
		}
		if ev.tag == "skip" || used[k] {
			continue
		}
		if h, ok := harmTags[ev.tag]; ok {
			return h, k
		}
		break
	}
	return -1, 0
}

// sickLater gives the end of a word of poisoning that follows a figure in its
// sentence, in another clause: "17名员工进食晚餐后,陆续出现呕吐"; 0 when none does.
func sickLater(text string, n number, events []hit, e int) int {
	if e >= len(events) || events[e].tag != "poisoned" {
		return 0
	}
	gap := text[n.end:events[e].start]
	if strings.ContainsAny(gap, "。;!?\n") || utf8.RuneCountInString(gap) > 30 || another(gap) {
		return 0
	}
	return events[e].end
}

// joins says whether two figures side by side are added: 5名乘客及1名司机.
func joins(gap string) bool {
	gap = strings.TrimSuffix(strings.TrimSuffix(gap, "另外"), "另")
	for _, w := range []string{"及", "和", "与"} {
		if strings.HasSuffix(gap, w) {
			return clauseGap(gap) && utf8.RuneCountInString(gap) <= 18
		}
	}
	return false
}

// diesAfter says whether the injured of a clause are said to have died in it.
func diesAfter(text string, events []hit, at int) bool {
	k := at + 1
	if k >= len(events) || events[k].tag != "dead" {
		return false
	}
	gap := text[events[at].end:events[k].start]
	return clauseGap(gap) && strings.Contains(gap, "无效") && !another(gap)
}

// another says whether a further figure of people stands in between.
func another(gap string) bool {
	for i := 0; i < len(gap); {
		if n, ok := people(gap, i); ok {
			_ = n
			return true
		}
		_, size := utf8.DecodeRuneInString(gap[i:])
		i += size
	}
	return false
}

func (r *harmReading) take(harm int, f figure) {
	if f.more && r.sum[harm].known && !strings.ContainsAny(f.part.text[min(r.sum[harm].end, f.start):f.start], "。!?\n") {
		s := r.sum[harm]
		s.value += f.value
		s.end, s.more = f.end, true
		if s.end < s.start {
			s.start, s.end = f.start, f.end
		}
		r.sum[harm] = s
	} else if !r.sum[harm].known || f.value > r.sum[harm].value {
		r.sum[harm] = f
	}
	if !r.most[harm].known || f.value > r.most[harm].value {
		r.most[harm] = f
	}
}

// best is the larger of the largest figure and the sum.
func (r *harmReading) best(harm int) figure {
	if r.sum[harm].value > r.most[harm].value {
		return r.sum[harm]
	}
	return r.most[harm]
}

// unnumbered takes what is told without a figure: nobody harmed, or one person
// who died.
func (r *harmReading) unnumbered(p part, events []hit, used []bool) {
	for k, ev := range events {
		f := figure{known: true, part: p, start: ev.start, end: ev.end}
		switch {
		case ev.tag == "none" && !r.none.known:
			r.none = f
		case ev.tag == "nodeath" && !r.noDeath.known:
			r.noDeath = f
		case (ev.tag == "dead" || ev.tag == "injured" || ev.tag == "light") && !used[k] && next(p.text, ev.end) != '者' && !past(p.text, ev.start) && !supposed(p.text, ev.start):
			if onePerson(p.text, ev) {
				f.value = 1
				if ev.tag == "dead" && !r.single.known {
					r.single = f
				} else if ev.tag != "dead" && !r.wounded.known {
					r.wounded = f
				}
			}
		}
	}
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

// tally is the outcome over title and body.
type tally [harms]figure

func (t *tally) join(title, body harmReading) {
	whole := title.most[dead].known && (title.most[injured].known || title.most[serious].known)
	for h := range harms {
		a, b := title.best(h), body.best(h)
		switch {
		case whole && h == injured:
			t[h] = a
			continue
		case whole && h == light:
			continue
		case a.known && a.least && b.known && !b.least && b.value > a.value:
			t[h] = b
		case !b.known, a.known && (h == dead || h == serious || h == missing):
			t[h] = a
		case !a.known, b.value > a.value:
			t[h] = b
		default:
			t[h] = a
		}
		if !t[h].known {
			t[h] = b
		}
	}
	if s := t[serious].value + t[light].value; t[serious].known && t[light].known && s > t[injured].value {
		grave := t[serious]
		t[injured] = t[light]
		t[injured].value, t[injured].and = s, &grave
	} else if t[light].known && t[light].value > t[injured].value {
		t[injured] = t[light]
	}
	if t[serious].known && t[serious].value > t[injured].value && !t[poisoned].known {
		t[injured] = t[serious]
	}
	for _, r := range []harmReading{title, body} {
		if r.single.known && !t[dead].known && !r.none.known {
			t[dead] = r.single
		}
	}
	for _, r := range []harmReading{title, body} {
		if r.wounded.known && !t[injured].known && !t[dead].known && !r.none.known {
			t[injured] = r.wounded
		}
		if r.sick.known && !t[poisoned].known {
			t[poisoned] = r.sick
		}
		for _, n := range []figure{r.none, r.noDeath} {
			if n.known && !t[dead].known {
				t[dead] = n
			}
		}
		if r.none.known && !t[injured].known && !t[poisoned].known && !t[serious].known && t[dead].value == 0 {
			t[injured] = r.none
		}
	}
}

func (t *tally) write(v *desk.Verdict) {
	for h, target := range [harms]**int{&v.Facts.Deaths, &v.Facts.Missing, &v.Facts.Injured, &v.Facts.SeriousInjured, nil, &v.Facts.Poisoned} {
		if f := t[h]; f.known && target != nil {
			value := f.value
			*target = &value
			f.part.note(v, harmFields[h], f.start, f.end)
			if f.and != nil {
				f.and.part.note(v, harmFields[h], f.and.start, f.and.end)
			}
			sure(v, harmFields[h], 0.9)
		}
	}
}
