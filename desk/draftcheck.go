package desk

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The kinds of finding of a draft check.
const (
	FindMissing    = "missing"    // 缺要素: something that a first release says isn't there
	FindBlank      = "blank"      // 未填: a place to be filled in still stands
	FindFigure     = "figure"     // 与核实事实不符
	FindUnverified = "unverified" // 数字未核实: nobody has registered this figure
	FindCause      = "cause"      // 慎报原因: a cause said before it is established
	FindPromise    = "promise"    // 承诺无期限: a promise without a date
)

// The elements that a release is looked through for, as rules.md §5 names them.
const (
	ElementTime     = "时间"
	ElementPlace    = "地点"
	ElementHarm     = "伤亡"
	ElementMeasures = "措施"
	ElementNext     = "下一步"
	ElementPhone    = "电话"
)

// Draft is what a check reads: the text, and what is known of its incident.
type Draft struct {
	Kind    string // of release
	Matter  string // kind of incident; public opinion needs no casualties
	Title   string
	Body    string
	Place   string // the incident's own, which counts wherever it is written out
	Figures Facts  // verified (核实事实)
}

// DraftFinding is one thing that should be looked at before the text goes on. It
// is advice: people decide, and a text with findings can still be handed in.
type DraftFinding struct {
	Kind     string
	Must     bool     // 须改; else 提醒
	Element  string   // what is missing, or which figure
	Evidence Evidence // the words concerned; zero where something is missing
	Text     string   // why and what to do; a catalogue key
	Args     []any
	Mend     string // words to put in place of the evidence; "" where only a person can tell
}

// DraftReport is what a check found, in the order of the text, and what it found in order.
type DraftReport struct {
	Findings []DraftFinding
	Passed   []string // elements and checks, in words
}

// Must counts the findings that have to be mended, and those to be considered.
func (r DraftReport) Must() (must, consider int) {
	for _, f := range r.Findings {
		if f.Must {
			must++
		} else {
			consider++
		}
	}
	return must, consider
}

// elements are the signs by which an element counts as present.
var elements = []struct {
	name string
	sign *regexp.Regexp
}{
	{ElementTime, regexp.MustCompile(`\d{1,2}月\d{1,2}日|\d{1,2}[时点](?:\d|许|左右|前|，)|\d{1,2}[:：]\d{2}|[今昨]日|[今昨]天|[一二三四五六七八九十]{1,3}[时点]`)},
	{ElementPlace, regexp.MustCompile(`\p{Han}{2,}?(?:街道|社区|小区|园区|开发区|大道|公路|高速|大桥|隧道|广场|车间|厂区|矿区|校区|村|镇|乡|路|街|巷|县|区|市)(?:\p{Han}{0,4})`)},
	{ElementHarm, regexp.MustCompile(`死亡|遇难|身亡|伤亡|受伤|伤者|重伤|轻伤|失联|失踪|被困|中毒`)},
	{ElementMeasures, regexp.MustCompile(`组织|开展|启动|赶赴|救援|救治|扑[灭救]|处置|疏散|转移|安置|抢修|监测|排查|搜救|成立|部署|约谈|整改|封存`)},
	{ElementNext, regexp.MustCompile(`下一步|后续|续报|下次|再次(?:发布|通报)|将(?:持续|继续|进一步|及时|于|在|依法|陆续|第一时间)|继续`)},
	{ElementPhone, regexp.MustCompile(`(?:电话|热线|咨询|联系)[^。\n]{0,14}\d{3,}|0\d{2,3}-?\d{7,8}|12345`)},
}

// officeAfter begins what follows the name of a place when it is an office that is meant.
var officeAfter = regexp.MustCompile(`^(?:人民)?(?:政府|委|应急|公安|消防|卫生|领导|主要|新闻|生态|市场|教育|交通|住房|水务)`)

// wants are the elements that a release of a kind must have.
func (d Draft) wants() []string {
	switch d.Kind {
	case ReleaseClarify:
		return []string{ElementTime, ElementPhone}
	case ReleaseResponse:
		return []string{ElementMeasures, ElementNext, ElementPhone}
	}
	if d.Matter == KindOpinion {
		return []string{ElementTime, ElementPlace, ElementMeasures, ElementNext, ElementPhone}
	}
	return []string{ElementTime, ElementPlace, ElementHarm, ElementMeasures, ElementNext, ElementPhone}
}

// CheckDraft reads a release as a careful colleague would, by plain rules: what is
// missing, what still has to be filled in, figures against the facts, causes said
// too early, promises without a date.
func CheckDraft(d Draft) DraftReport {
	var r DraftReport
	for _, find := range []func(in, text string) []DraftFinding{d.figures, blanks, causes, promises} {
		r.Findings = append(r.Findings, find("title", d.Title)...)
		r.Findings = append(r.Findings, find("text", d.Body)...)
	}
	slices.SortStableFunc(r.Findings, func(a, b DraftFinding) int {
		if a.Evidence.In != b.Evidence.In {
			return strings.Compare(b.Evidence.In, a.Evidence.In) // title first
		}
		return a.Evidence.Start - b.Evidence.Start
	})
	for _, name := range d.wants() {
		if d.has(name) {
			r.Passed = append(r.Passed, name)
			continue
		}
		r.Findings = append(r.Findings, DraftFinding{Kind: FindMissing, Must: true, Element: name, Text: missingText[name]})
	}
	for _, p := range []struct{ kind, word string }{{FindFigure, "数字"}, {FindCause, "原因"}, {FindPromise, "承诺"}} {
		if !slices.ContainsFunc(r.Findings, func(f DraftFinding) bool { return f.Kind == p.kind }) {
			r.Passed = append(r.Passed, p.word)
		}
	}
	return r
}

// missingText says what to write.
var missingText = map[string]string{
	ElementTime:     "没有写明时间：何时发生，截至何时。",
	ElementPlace:    "没有写明地点。",
	ElementHarm:     "没有写明伤亡：已知多少写多少；没有伤亡也要写明。",
	ElementMeasures: "没有写明正在采取的措施。",
	ElementNext:     "没有写明下一步，以及下次发布的时间。",
	ElementPhone:    "没有留公众可以咨询的电话。",
}

// has says whether an element is there. A place named only as part of an office doesn't count.
func (d Draft) has(name string) bool {
	i := slices.IndexFunc(elements, func(e struct {
		name string
		sign *regexp.Regexp
	}) bool {
		return e.name == name
	})
	text := d.Title + "\n" + blankMark.ReplaceAllString(d.Body, "")
	if name != ElementPlace {
		return elements[i].sign.MatchString(text)
	}
	if d.Place != "" && strings.Contains(text, d.Place) {
		return true
	}
	// The last lines are the signature, which names the office.
	for _, at := range elements[i].sign.FindAllStringSubmatchIndex(text, -1) {
		tail := text[at[0]:]
		if n := placeEnd(tail); n > 0 && !officeAfter.MatchString(tail[n:]) {
			return true
		}
	}
	return false
}

var placeWord = regexp.MustCompile(`^\p{Han}{2,}?(?:街道|社区|小区|园区|开发区|大道|公路|高速|大桥|隧道|广场|车间|厂区|矿区|校区|村|镇|乡|路|街|巷|县|区|市)`)

// placeEnd is where the name of a place at the beginning of s ends, in bytes.
func placeEnd(s string) int {
	m := placeWord.FindString(s)
	return len(m)
}

// blankMark is how a skeleton marks what is to be filled in.
var blankMark = regexp.MustCompile(`【填：[^】\n]*】`)

func blanks(in, text string) []DraftFinding {
	var out []DraftFinding
	for _, at := range blankMark.FindAllStringIndex(text, -1) {
		e := spanOf(in, text, at[0], at[1])
		out = append(out, DraftFinding{Kind: FindBlank, Must: true, Evidence: e, Text: "还没有填写。"})
	}
	return out
}

// spanOf turns byte offsets into a span of runes.
func spanOf(in, text string, from, to int) Evidence {
	start := utf8.RuneCountInString(text[:from])
	return Evidence{In: in, Text: text[from:to], Start: start, End: start + utf8.RuneCountInString(text[from:to])}
}

const figure = `(\d[\d,，]*|[一二两三四五六七八九十百千万零〇]+)`

var (
	figureFirst = regexp.MustCompile(figure + `(?:余|多)?(?:名|人|位)[^，。；、：（）\d\n]{0,8}?(死亡|遇难|身亡|重伤|受伤|轻伤|失联|失踪|中毒)`)
	wordFirst   = regexp.MustCompile(`(死亡|遇难|重伤|受伤|失联|失踪|中毒)(?:人员|人数|者)?(?:共计|共|为|达|已达|升至|增至)?` + figure + `(?:名|人|位)`)
	noHarm      = regexp.MustCompile(`(?:无|没有|未造成|暂无|尚无|未发现)(?:人员)?(?:伤亡|死亡|遇难)`)
)

// factOf gives the verified figure that a word speaks of; known says that the
// facts have such a figure at all.
func factOf(f Facts, word string) (name string, n *int, known bool) {
	switch word {
	case "死亡", "遇难", "身亡":
		return "死亡", f.Deaths, true
	case "重伤":
		return "重伤", f.SeriousInjured, true
	case "受伤":
		return "受伤", f.Injured, true
	case "失联", "失踪":
		return "失联", f.Missing, true
	case "中毒":
		return "中毒", f.Poisoned, true
	}
	return "", nil, false
}

// figures holds the figures of a text against the facts that somebody verified.
func (d Draft) figures(in, text string) []DraftFinding {
	var out []DraftFinding
	var used [][2]int
	one := func(at []int, number, word int) {
		if slices.ContainsFunc(used, func(u [2]int) bool { return at[0] < u[1] && u[0] < at[1] }) {
			return
		}
		used = append(used, [2]int{at[0], at[1]})
		said, ok := readNumber(text[at[number]:at[number+1]])
		name, n, known := factOf(d.Figures, text[at[word]:at[word+1]])
		if !ok || !known {
			return
		}
		e := spanOf(in, text, at[0], at[1])
		switch {
		case n == nil:
			out = append(out, DraftFinding{Kind: FindUnverified, Element: name, Evidence: e, Text: "这个数字还没有登记核实，请先在事件中核实。"})
		case *n != said:
			mended := text[at[0]:at[number]] + fmt.Sprint(*n) + text[at[number+1]:at[1]]
			out = append(out, DraftFinding{Kind: FindFigure, Must: true, Element: name, Evidence: e, Text: "核实为 %d 人。", Args: []any{*n}, Mend: mended})
		}
	}
	for _, at := range figureFirst.FindAllStringSubmatchIndex(text, -1) {
		one(at, 2, 4)
	}
	for _, at := range wordFirst.FindAllStringSubmatchIndex(text, -1) {
		one(at, 4, 2)
	}
	if harm := known(d.Figures.Deaths) + known(d.Figures.Injured) + known(d.Figures.SeriousInjured); harm > 0 {
		for _, at := range noHarm.FindAllStringIndex(text, -1) {
			if strings.HasSuffix(text[at[0]:at[1]], "伤亡") || known(d.Figures.Deaths) > 0 {
				out = append(out, DraftFinding{Kind: FindFigure, Must: true, Element: ElementHarm, Evidence: spanOf(in, text, at[0], at[1]),
					Text: "核实有 %d 人死亡、%d 人受伤。", Args: []any{known(d.Figures.Deaths), max(known(d.Figures.Injured), known(d.Figures.SeriousInjured))}})
			}
		}
	}
	return out
}

// readNumber reads 39, 1,260, 三十九, 一百零二.
func readNumber(s string) (int, bool) {
	s = strings.NewReplacer(",", "", "，", "").Replace(s)
	total, section, digit := 0, 0, 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			total = total*10 + int(r-'0')
			if total > 1e8 {
				return 0, false
			}
			continue
		}
		if i := strings.IndexRune("零一二三四五六七八九", r); i >= 0 {
			digit = i / len("零")
			continue
		}
		switch r {
		case '〇':
			digit = 0
		case '两':
			digit = 2
		case '十':
			section, digit = section+max(digit, 1)*10, 0
		case '百':
			section, digit = section+max(digit, 1)*100, 0
		case '千':
			section, digit = section+max(digit, 1)*1000, 0
		case '万':
			total, section, digit = total+(section+digit)*10000, 0, 0
		default:
			return 0, false
		}
	}
	return total + section + digit, s != ""
}

// sentences cuts a text into stretches between the given marks, as byte offsets.
func sentences(text, marks string) [][2]int {
	var out [][2]int
	from := 0
	for i, r := range text {
		if strings.ContainsRune(marks, r) {
			out = append(out, [2]int{from, i})
			from = i + utf8.RuneLen(r)
		}
	}
	return append(out, [2]int{from, len(text)})
}

var (
	causeIs     = regexp.MustCompile(`系[^，。；\n]{1,24}?(?:所致|引起|引发|造成|导致)`)
	causeNamed  = regexp.MustCompile(`(?:原因|起因|诱因)(?:初步判断|初步判定|初判)?(?:为|是|系)[^，。；\n]{2,}`)
	causeBy     = regexp.MustCompile(`(?:因|由于|由)([^，。；\n]{2,20}?)(?:所致|引起|引发|造成|导致)了?([^，。；\n]*)`)
	causeBlame  = regexp.MustCompile(`(?:是|系|属|属于)一起[^，。；\n]{0,12}(?:责任|人为|意外|安全生产)[^，。；\n]{0,8}(?:事故|事件)`)
	established = regexp.MustCompile(`调查组认定|经调查认定|调查报告|鉴定结论|鉴定报告|法院|判决`)
	theMatter   = regexp.MustCompile(`事故|爆炸|火灾|起火|坍塌|泄漏|中毒|事件|本次|此次`)
)

// causes finds what says a cause. 快报事实、慎报原因: until somebody has established it, it isn't said.
func causes(in, text string) []DraftFinding {
	var out []DraftFinding
	for _, s := range sentences(text, "。；\n") {
		part := text[s[0]:s[1]]
		if established.MatchString(part) {
			continue
		}
		at := firstCause(part)
		if at == nil {
			continue
		}
		said := part[at[0]:at[1]]
		if strings.Contains(said, "是否") || strings.HasSuffix(part[:at[0]], "是否") || strings.Contains(said, "正在") || strings.Contains(said, "不明") {
			continue
		}
		f := DraftFinding{Kind: FindCause, Evidence: spanOf(in, text, s[0]+at[0], s[0]+at[1]), Text: "调查未结，不宜定性。"}
		if strings.HasSuffix(part[:at[0]], "原因") && strings.HasPrefix(said, "系") {
			f.Mend = "正在调查"
			if strings.Contains(part[at[1]:], "调查") {
				f.Mend = "尚不明确"
			}
		}
		out = append(out, f)
	}
	return out
}

func firstCause(s string) []int {
	for _, re := range []*regexp.Regexp{causeIs, causeNamed, causeBlame} {
		if at := re.FindStringIndex(s); at != nil {
			return at
		}
	}
	// 因……导致 is a cause of the matter only where the matter is what was caused.
	for _, at := range causeBy.FindAllStringSubmatchIndex(s, -1) {
		clause := s[strings.LastIndexAny(s[:at[0]], "，、：")+1 : at[0]]
		if theMatter.MatchString(s[at[4]:at[5]]) || theMatter.MatchString(clause) {
			return at[:2]
		}
	}
	return nil
}

var (
	promise   = regexp.MustCompile(`近期|尽快|即将|不日|适时|早日|尽早|择机`)
	dated     = regexp.MustCompile(`\d+(?:日|号|时|点|天|个工作日|小时|分钟|月)|\d+[:：]\d+|[今明后]天|[今明]日|次日|月底前`)
	recently  = regexp.MustCompile(`将|拟|会|予以|力争|争取`)
	asksOther = regexp.MustCompile(`请|建议|提醒|倡议|希望`)
)

// promises finds what is promised without saying by when.
func promises(in, text string) []DraftFinding {
	var out []DraftFinding
	for _, s := range sentences(text, "。；\n") {
		part := text[s[0]:s[1]]
		for _, at := range promise.FindAllStringIndex(part, -1) {
			word := part[at[0]:at[1]]
			clause := 0
			if i := strings.LastIndex(part[:at[0]], "，"); i >= 0 {
				clause = i + len("，")
			}
			before, rest := part[clause:at[0]], part[clause:]
			// A date earlier in the sentence tells what has happened; from this clause on it is the promise's own.
			if dated.MatchString(rest) {
				continue
			}
			if asksOther.MatchString(before) || word == "近期" && !recently.MatchString(rest) {
				continue
			}
			out = append(out, DraftFinding{Kind: FindPromise, Evidence: spanOf(in, text, s[0]+at[0], s[0]+at[1]), Text: "写明到什么时候，例如下次发布的时间。"})
		}
	}
	return out
}
