package desk

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// What texts say of a matter, so that two of them can be held side by side.
const (
	SaysDeaths   = "死亡"
	SaysMissing  = "失联"
	SaysInjured  = "受伤"
	SaysSerious  = "重伤"
	SaysPoisoned = "中毒"
	SaysLoss     = "直接损失"
	SaysTime     = "发生时间"
	SaysLevel    = "事件等级"
	SaysCause    = "原因"
	SaysDanger   = "险情控制"
	SaysWater    = "供水"
	SaysPower    = "供电"
	SaysGas      = "供气"
	SaysRoad     = "通行"
	SaysTap      = "水质"
	SaysSchool   = "上课"
	SaysTrapped  = "被困人员"
)

// statement is one thing that a text says.
type statement struct {
	what  string
	n     int64  // of figures
	floor bool   // the figure is told as a floor: 至少, 多, 十几
	words string // of a time, a level, a cause
	good  bool   // of states: restored, under control
	quote Evidence
}

// casualties are the figures of people, in the order in which they are told.
var casualties = []struct {
	what, field string
	of          func(f Facts) *int
}{
	{SaysDeaths, "facts.deaths", func(f Facts) *int { return f.Deaths }},
	{SaysMissing, "facts.missing", func(f Facts) *int { return f.Missing }},
	{SaysInjured, "facts.injured", func(f Facts) *int { return f.Injured }},
	{SaysSerious, "facts.serious_injured", func(f Facts) *int { return f.SeriousInjured }},
	{SaysPoisoned, "facts.poisoned", func(f Facts) *int { return f.Poisoned }},
}

var (
	floorWords = regexp.MustCompile(`至少|超过|逾|以上|多[名人位]|余[名人位]|几|数[十百千名人位]|上百|大约|约|近|左右|不止`)
	gradeWords = regexp.MustCompile(`(特别重大|重大|较大|一般)(?:生产安全|道路交通|安全生产|安全|火灾|交通|环境|质量)?(?:责任)?(?:事故|突发事件)`)
)

// statements reads what a text says; v is what the classifier read of it, nil: nothing.
func statements(t Text, v *Verdict) []statement {
	var list []statement
	if v != nil {
		for _, c := range casualties {
			if n := c.of(v.Facts); n != nil {
				list = append(list, statement{what: c.what, n: int64(*n)}.quoting(v, c.field))
			}
		}
		if v.Facts.LossYuan != nil {
			list = append(list, statement{what: SaysLoss, n: *v.Facts.LossYuan}.quoting(v, "facts.loss_yuan"))
		}
		if v.Occurred != "" {
			list = append(list, statement{what: SaysTime, words: v.Occurred}.quoting(v, "occurred"))
		}
	}
	for _, part := range []struct{ in, text string }{{"title", t.Title}, {"text", t.Body}} {
		if at := gradeWords.FindStringSubmatchIndex(part.text); at != nil {
			list = append(list, statement{what: SaysLevel, words: part.text[at[2]:at[3]], quote: spanOf(part.in, part.text, at[0], at[1])})
		}
		list = append(list, causeSaid(part.in, part.text)...)
		list = append(list, statesSaid(part.in, part.text)...)
	}
	return list
}

// quoting takes the words of the text that tell a field.
func (s statement) quoting(v *Verdict, field string) statement {
	if words := v.Words(field); len(words) > 0 {
		s.quote = words[0]
		s.floor = floorWords.MatchString(s.quote.Text)
	}
	return s
}

// causeSaid finds what a text says the matter was caused by.
func causeSaid(in, text string) []statement {
	for _, s := range sentences(text, "。；;!！?？\n") {
		part := text[s[0]:s[1]]
		at := firstCause(part)
		if at == nil {
			continue
		}
		said := part[at[0]:at[1]]
		if strings.Contains(part, "调查中") || strings.Contains(part, "是否") || strings.Contains(said, "正在") || strings.Contains(said, "不明") {
			continue
		}
		return []statement{{what: SaysCause, words: causeFiller.Replace(said), quote: spanOf(in, text, s[0]+at[0], s[0]+at[1])}}
	}
	return nil
}

// causeFiller leaves of a cause what it names.
var causeFiller = strings.NewReplacer("原因", "", "起因", "", "诱因", "", "初步判断", "", "初步判定", "", "初判", "", "所致", "", "引起", "", "引发", "", "造成", "", "导致", "",
	"由于", "", "事故", "", "事件", "", "爆炸", "", "火灾", "", "起火", "", "，", "", "系", "", "因", "", "由", "", "为", "", "是", "", "的", "", "了", "")

// state is something that stands well or badly.
type state struct {
	what      string
	near      []string // one of them must be there at all: expressions are slow
	good, bad *regexp.Regexp
}

var states = []state{
	{SaysDanger, []string{"控制", "扑灭", "燃", "烧", "泄漏", "险情", "失控", "冒烟"},
		regexp.MustCompile(`(?:火势|火情|明火|大火|险情|泄漏|事态|现场|疫情)[^，。；！？\n]{0,6}?(?:控制|扑灭|消除|解除|处置完毕)|(?:已|得到)(?:经|被|全部|基本|有效|得到)*(?:控制|扑灭)`),
		regexp.MustCompile(`(?:没有?|未|尚未|还没有?)(?:得到|有效|被|能)?(?:控制|扑灭)|失控|控制不住|(?:还|仍|又|一直)(?:然|旧)?(?:在|再)?(?:燃烧|着火|烧|冒烟|泄漏|复燃|起火)|复燃`)},
	{SaysWater, []string{"水"},
		regexp.MustCompile(`恢复(?:了)?(?:正常|全面|全部)?(?:供水|用水)|供水(?:已|已经|全面|全部|基本)*(?:恢复)?正常|供水(?:已|已经|全面|全部|基本)*恢复|已(?:经)?(?:来水|通水)`),
		regexp.MustCompile(`(?:还|仍|一直|至今|现在|今天|到现在|依然|又|都)[^，。；！？\n]{0,6}?(?:停水|断水|没水|没有水|无水)|(?:没有?|未|不)(?:恢复供水|来水|通水)|停水(?:到现在|至今|[^，。；！？\n]{1,4}天了)|没有?水用|一滴水`)},
	{SaysPower, []string{"电"},
		regexp.MustCompile(`恢复(?:了)?(?:正常|全面|全部)?(?:供电|用电)|供电(?:已|已经|全面|全部|基本)*(?:恢复)?正常|供电(?:已|已经|全面|全部|基本)*恢复|已(?:经)?(?:来电|通电|送电)`),
		regexp.MustCompile(`(?:还|仍|一直|至今|现在|今天|到现在|依然|又|都)[^，。；！？\n]{0,6}?(?:停电|断电|没电|没有电)|(?:没有?|未|不)(?:恢复供电|来电|通电)|停电(?:到现在|至今|[^，。；！？\n]{1,4}天了)`)},
	{SaysGas, []string{"气"},
		regexp.MustCompile(`恢复(?:了)?(?:正常|全面|全部)?(?:供气|用气)|供气(?:已|已经|全面|全部|基本)*恢复|已(?:经)?(?:通气)`),
		regexp.MustCompile(`(?:还|仍|一直|至今|现在|今天|到现在|依然|又|都)[^，。；！？\n]{0,6}?(?:停气|断气|没气|没有气)|(?:没有?|未|不)(?:恢复供气|通气)|停气(?:到现在|至今|[^，。；！？\n]{1,4}天了)`)},
	{SaysRoad, []string{"通车", "通行", "封", "抢通", "断道", "中断", "堵"},
		regexp.MustCompile(`恢复(?:了)?(?:正常|全面|双向|全线)?(?:通车|通行)|(?:已|已经)(?:全线|双向)?(?:通车|抢通)|解除(?:了)?(?:交通)?管制|(?:道路|交通|公路)(?:已|已经)*抢通`),
		regexp.MustCompile(`(?:还|仍|一直|至今|现在|到现在|依然|又|都)[^，。；！？\n]{0,6}?(?:封路|封闭|封着|断道|中断|不能通行|无法通行|过不去|不通)|(?:没有?|未|不)(?:恢复)?(?:通车|抢通)`)},
	{SaysTap, []string{"水"},
		regexp.MustCompile(`水质[^，。；！？\n]{0,8}?(?:合格|达标|正常|安全)|可(?:以)?(?:放心|正常|安全)饮用`),
		regexp.MustCompile(`水[^，。；！？\n]{0,6}?(?:有毒|不能喝|发黄|发黑|发臭|臭味|有异味|有味道|浑浊|不合格|超标)`)},
	{SaysSchool, []string{"课"},
		regexp.MustCompile(`(?:恢复|正常)(?:正常)?上课|复课|教学秩序(?:已|已经)?(?:恢复)?正常`),
		regexp.MustCompile(`(?:还|仍|一直|至今|现在|到现在|依然|又|都)[^，。；！？\n]{0,4}?(?:停课|没上课|没有上课|不能上课)`)},
	{SaysTrapped, []string{"困", "埋"},
		regexp.MustCompile(`(?:被困|被埋)(?:人员|群众|工人|居民)?[^，。；！？\n]{0,6}?(?:全部|均|都|已|已经|悉数)+(?:获救|救出|脱险|找到|转移)`),
		regexp.MustCompile(`(?:还|仍)(?:然)?有?[^，。；！？\n]{0,8}?(?:被困|困在|被埋|埋在|没救出|没有救出)`)},
}

// notYet are words of a clause that only hopes, asks or plans, or tells of what was before.
var notYet = regexp.MustCompile(`预计|预期|将|力争|争取|计划|拟|尽快|尽早|早日|何时|什么时候|几时|几点|多久|是否|能否|能不能|才能|吗|希望|请求|恳请|如果|一旦|万一|昨天停|前天|上周|上个月|去年|往年|之前|以前|曾经`)

// statesSaid finds what stands well or badly. In one clause bad goes before good: 没有得到控制 is no 得到控制.
func statesSaid(in, text string) []statement {
	var list []statement
	for _, s := range states {
		if !slices.ContainsFunc(s.near, func(w string) bool { return strings.Contains(text, w) }) {
			continue
		}
		for _, c := range sentences(text, "，,。；;!！?？\n") {
			clause := text[c[0]:c[1]]
			if c[1] < len(text) && strings.ContainsRune("?？", first(text[c[1]:])) || notYet.MatchString(clause) {
				continue
			}
			at, good := s.bad.FindStringIndex(clause), false
			if at == nil {
				at, good = s.good.FindStringIndex(clause), true
				if at != nil && hearsay.MatchString(clause[:at[1]]) {
					at = nil
				}
				good = at != nil && !denied.MatchString(clause[:at[1]])
			}
			if at != nil {
				list = append(list, statement{what: s.what, good: good, quote: clauseOf(in, text, c)})
				break
			}
		}
	}
	return list
}

var (
	// denied says that a clause takes back the good that it tells: 根本没有恢复供水.
	denied = regexp.MustCompile(`没有|并没|尚未|并未|仍未|还未|至今未|不是|根本没|谎称|假的`)
	// hearsay only repeats what others say: 通报说已恢复供水.
	hearsay = regexp.MustCompile(`说是|说已|都说|声称|据说|宣称|通报称|通报说`)
)

// clauseOf is a clause without the blanks around it.
func clauseOf(in, text string, c [2]int) Evidence {
	from, to := c[0], c[1]
	for from < to && (text[from] == ' ' || text[from] == '\t' || text[from] == '\r') {
		from++
	}
	return spanOf(in, text, from, to)
}

func first(s string) rune {
	r, _ := utf8.DecodeRuneInString(s)
	return r
}
