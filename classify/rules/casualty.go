package rules

import (
	"slices"
	"strings"
	"unicode/utf8"

	"huiying/desk"
)

// casualtySet reads deaths, missing, injured, seriously injured and poisoned.
// A figure belongs to the word of harm that follows it in its clause ("3名工人死亡"),
// or to the one right before it ("死亡3人").
func casualtySet() Set {
	return Set{Name: "casualties", Examples: casualtyExamples, words: []*cues{harmWords, turnWords}, read: func(x *scanned, v *desk.Verdict) {
		if !x.some(0) && !short(x.Title) && !short(x.Body) {
			return
		}
		if drill(x.parts, [2][]hit{x.hits[0][x.base+1], x.hits[1][x.base+1]}) {
			return
		}
		d := days{now: yearOf(x.At)}
		d.month, d.day = dayOf(v.Occurred)
		title, body := readHarm(x.parts[0], x.hits[0][x.base], x.hits[0][x.base+1], d), readHarm(x.parts[1], x.hits[1][x.base], x.hits[1][x.base+1], d)
		if body.denies { // 网传… above, 该信息不实 below
			title.dropHearsay()
		}
		var got tally
		got.join(title, body)
		got.write(v)
	}}
}

// short says whether the one-letter forms may be there.
func short(text string) bool {
	return strings.Contains(text, "死") || strings.Contains(text, "伤") || strings.Contains(text, "亡")
}

func (c *cues) any(text string) bool {
	found := false
	c.scan(text, func(hit) { found = true })
	return found
}

// figure is a number of people with the span that tells it.
type figure struct {
	known, more bool // more: comes on top of the one before ("另有")
	least       bool // told as 百多人, so that an exact figure elsewhere is better
	hearsay     bool // only said to be said
	prior       bool // told as what was reported before
	final       bool // told in place of an earlier one
	value       int
	start, end  int
	part        part
	word        string
	and         *figure // another one that the value was reckoned with
}

// reading is what one part of the text tells: per harm the largest figure and the
// sum of those that add up.
type harmReading struct {
	most, sum [harms]figure
	none      figure // 无人员伤亡
	noDeath   figure
	noInjury  figure
	single    figure // one named person died, without a figure
	wounded   figure // the same, injured
	sick      figure // people of whom the sentence later says that they fell ill
	hospital  figure // people taken to hospital
	denies    bool   // something that was told is untrue
}

// days say when it happened and when the text was written; 0 is unknown.
type days struct{ month, day, now int }

func readHarm(p part, events, turned []hit, d days) harmReading {
	var r harmReading
	var t turns
	if slices.ContainsFunc(events, func(ev hit) bool { return idle(p.text, ev) }) {
		events = slices.DeleteFunc(slices.Clone(events), func(ev hit) bool { return idle(p.text, ev) })
	}
	if len(turned) > 0 {
		t = readTurns(p.text, turned, events)
	}
	r.denies = t.denies
	used := make([]bool, len(events))
	e, waiting, waitingStart, waitingEnd := 0, 0, 0, 0
	instead, insteadHarm, insteadAt := 0, -1, -1 // the figure that takes another's place, and of which harm
	taken, takenHarm, takenAt := 0, -1, -1       // where one that was taken back ended, and of which harm
	for i := 0; i < len(p.text); {
		n, ok := people(p.text, i)
		if !ok && !(instead > 0 && i == instead) {
			_, size := utf8.DecodeRuneInString(p.text[i:])
			i += size
			continue
		}
		if !ok {
			n, _ = readNumber(p.text, i)
		}
		for e < len(events) && events[e].end <= n.start {
			e++
		}
		i = n.end
		if past(p.text, n.start) || supposed(p.text, n.start) || earlier(p.text, n.start, d.month, d.day) || yearsAgo(p.text, n.start, d.now) || ceiling(p.text, n.start) {
			continue
		}
		value, whole := n.whole()
		if !whole || value > 1_000_000 {
			continue
		}
		to, head := change(p.text, n)
		void := t.voids(n.start)
		harm, at := -1, -1
		letter, short := letterHarm(p.text, n)
		switch {
		case instead == n.start && instead > 0 && insteadHarm >= 0:
			harm, at = insteadHarm, insteadAt
		case short:
			harm = letter
		default:
			led := n
			if to > 0 {
				led.start = head
			}
			harm, at = owner(p.text, led, events, used, e)
			if harm < 0 && taken > 0 && takenAt < len(events) && mends(p.text[taken:n.start]) {
				harm, at = takenHarm, takenAt
			}
		}
		if harm < 0 {
			at = -1
		}
		replaces := instead > 0 && instead == n.start || taken > 0 && harm == takenHarm && sameSentence(p.text, taken, n.start)
		if void || to > 0 {
			if harm >= 0 {
				if at >= 0 {
					used[at] = true
				}
				taken, takenHarm, takenAt = n.end, harm, at
			}
			instead, insteadHarm, insteadAt = to, harm, at
			waiting = 0
			continue
		}
		if at >= 0 && byThem(p.text, n, events[at]) {
			used[at] = true
			continue
		}
		if denied(p.text, n) {
			if value == 1 && harm >= 0 {
				r.nobody(harm, p, n)
			}
			if at >= 0 {
				used[at] = true
			}
			continue
		}
		if harm < 0 {
			waiting, waitingStart, waitingEnd = value, n.start, n.end
			if fallen := sickLater(p.text, n, events, e); !r.sick.known && value >= 2 && fallen > 0 {
				r.sick = figure{known: true, value: value, part: p, start: n.start, end: fallen}
			}
			if end := treated(p.text, n); end > 0 && value > r.hospital.value {
				r.hospital = figure{known: true, value: value, part: p, start: n.start, end: end}
			}
			continue
		}
		f := figure{known: true, least: n.least || nearly(p.text, n.start), value: value, part: p, start: n.start, end: n.end, final: replaces}
		if at < 0 {
			f.start, f.end = shortSpan(p.text, n)
		} else {
			// 5名乘客及1名司机受伤: the one before belongs to the same word.
			if waiting > 0 && joins(p.text[waitingEnd:n.start]) {
				f.value += waiting
				f.start = waitingStart
			}
			waiting = 0
			used[at] = true
			if (harm == injured || harm == serious) && diesAfter(p.text, events, at) {
				harm = dead
			}
			f.word, f.start, f.end = events[at].word, min(f.start, events[at].start), max(n.end, events[at].end)
		}
		f.more = adds(p.text, n.start) || r.besides(harm, f)
		if len(turned) > 0 {
			from := sentenceStart(p.text, n.start)
			if t.between(from, n.start, "hearsay") && doubted(p.text, n.end) {
				continue
			}
			f.hearsay, f.prior = t.between(from, n.start, "hearsay"), t.between(from, n.start, "prior")
			if was := r.most[harm]; was.known && !f.final && was.end <= f.start {
				same := was.end >= from
				f.final = (same || was.prior || was.hearsay) && t.between(was.end, n.start, "fix") ||
					(was.prior && same || was.hearsay) && t.between(was.end, n.start, "later", "wrong", "false")
			}
		}
		r.take(harm, f)
		// A second word right behind, for the same people, adds the graver kind.
		if at >= 0 && (harm == injured || harm == light) {
			if k := at + 1; k < len(events) && !used[k] && events[k].tag == "serious" && events[k].start == events[at].end {
				used[k] = true
				r.take(serious, f)
			}
		}
	}
	r.unnumbered(p, events, used, &t)
	return r
}

// mends says whether the words between a figure that was taken back and another one
// let that one stand for the same harm: "有误,应为", "不对,是".
func mends(gap string) bool {
	if strings.ContainsAny(gap, "。!?\n") || utf8.RuneCountInString(gap) > 24 {
		return false
	}
	for _, w := range []string{"应为", "应是", "应该是", "应当是", "实为", "实际为", "实际是", "实际", "实际只有", "其实是", "其实", "而是", "是", "为", "只有", "更正为", "改为"} {
		if strings.HasSuffix(gap, w) {
			return true
		}
	}
	return false
}

func sameSentence(text string, a, b int) bool {
	return a <= b && !strings.ContainsAny(text[a:b], "。!?\n")
}

// byThem says whether the people counted did the harm: 被三个同学打伤.
func byThem(text string, n number, ev hit) bool {
	if ev.start < n.end || !strings.HasSuffix(ev.word, "伤") && !strings.HasSuffix(ev.word, "死") || ev.word == "受伤" {
		return false
	}
	r := previous(text, n.start, 1)
	return r == '被' || r == '遭' || r == '让'
}

// doubted says whether what is only said to be said is asked about, or passed on in anger.
func doubted(text string, at int) bool {
	if end := sentenceEnd(text, at); end < len(text) && text[end] == '?' {
		return true
	}
	for _, w := range []string{"真相", "求证", "真的假的", "是不是真的", "不转", "看到请转", "请转发", "扩散", "媒体不报", "封锁消息", "辟谣"} {
		if strings.Contains(text[at:], w) {
			return true
		}
	}
	return false
}

// nearly says whether a figure is told as one that is only neared.
func nearly(text string, at int) bool {
	return strings.HasSuffix(text[:at], "近") || strings.HasSuffix(text[:at], "接近")
}

// treated gives the end of a word for being in hospital right behind a figure; 0
// without one.
func treated(text string, n number) int {
	after := text[n.end:]
	for _, w := range []string{"人", "名", "位", "个", "伤者", "伤员", "仍", "正在", "正", "在院", "在"} {
		after = strings.TrimPrefix(after, w)
	}
	for _, w := range []string{"住院", "留院", "入院", "送医", "送院", "送往医院", "被送医", "被送往医院", "接受治疗", "救治"} {
		if strings.HasPrefix(after, w) {
			return len(text) - len(after) + len(w)
		}
	}
	return 0
}

// besides says whether a figure comes on top of the one before it though no word says
// so: those who died at once and those who died in hospital, 危重3人、重伤7人.
func (r *harmReading) besides(harm int, f figure) bool {
	was := r.sum[harm]
	if !was.known || was.end > f.start || was.part.in != f.part.in {
		return false
	}
	text := f.part.text
	from := sentenceStart(text, f.start)
	if was.start < from {
		return false
	}
	gap := text[was.end:f.start]
	if harm == serious {
		return was.word != f.word && (was.word == "重伤") != (f.word == "重伤") && utf8.RuneCountInString(gap) <= 2
	}
	if harm != dead || strings.Contains(text[from:was.start], "其中") {
		return false
	}
	span := text[was.start:was.end]
	tail := text[was.end:sentenceEnd(text, f.end)]
	atOnce := strings.Contains(span, "当场") || strings.Contains(span, "现场") || strings.HasSuffix(text[:was.start], "当场")
	if !atOnce {
		return false
	}
	for _, w := range []string{"无效", "送医", "送院", "送往", "医治", "不治", "医院", "途中", "伤重", "抢救"} {
		if strings.Contains(tail, w) {
			return true
		}
	}
	return false
}

// nobody takes 无一人死亡.
func (r *harmReading) nobody(harm int, p part, n number) {
	f := figure{known: true, part: p, start: max(0, n.start-len("无")), end: n.end}
	switch {
	case !utf8.RuneStart(p.text[f.start]):
	case harm == dead && !r.noDeath.known:
		r.noDeath = f
	case (harm == injured || harm == light) && !r.noInjury.known:
		r.noInjury = f
	}
}

// dropHearsay forgets what was only said to be said.
func (r *harmReading) dropHearsay() {
	for h := range harms {
		if r.most[h].hearsay {
			r.most[h], r.sum[h] = figure{}, figure{}
		}
	}
	if r.single.hearsay {
		r.single = figure{}
	}
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
	return gap == "" && events[at].tag == "serious" && text[events[k].start:events[k].end] != "遗体" || clauseGap(gap) && (strings.Contains(gap, "无效") || strings.Contains(events[k].word, "无效")) && !another(gap)
}

// another says whether a further figure of people stands in between.
func another(gap string) bool {
	for i := 0; i < len(gap); {
		if n, ok := people(gap, i); ok {
			return true
		} else if n.end > i && gap[n.end:] == "个" {
			return true
		}
		_, size := utf8.DecodeRuneInString(gap[i:])
		i += size
	}
	return false
}

func (r *harmReading) take(harm int, f figure) {
	if f.final || r.most[harm].hearsay && !f.hearsay && f.known && r.denies {
		r.sum[harm], r.most[harm] = f, f
		return
	}
	if r.most[harm].final && !f.more && f.hearsay != r.most[harm].hearsay {
		return
	}
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
