package web

import (
	"math"
	"slices"
	"strconv"
	"strings"

	"huiying/desk"
)

// From which grade on a cue is told on an item's page, and in which words.
const (
	cueAt  = .25
	toneAt = .2
)

// Other is a department that may be meant as well.
type Other struct{ Name, Because string }

// measured are the fields of which it was measured how often they are right where so much is claimed.
var measured = []string{desk.FieldKind, desk.FieldCategory, desk.FieldDepartment}

// quoted are the words that decided a field, the weightiest first, but for those that the value itself says.
func quoted(v *desk.Verdict, field, value string) string {
	var words []string
	for _, e := range v.Words(field) {
		if !strings.Contains(value, e.Text) && len(words) < 3 {
			words = append(words, "“"+e.Text+"”")
		}
	}
	return strings.Join(words, "")
}

// why says on what a field of the verdict stands: words of the text, or a reason of another sort. "" where the value
// itself is the words, or nothing is known of it.
func (r teller) why(v *desk.Verdict, field, value string) string {
	words := quoted(v, field, value)
	switch v.Reasons[field] {
	case desk.ReasonUsual:
		if field == desk.FieldUrgency {
			return r.t("没有急迫的字词")
		}
		return r.t("没有明显字词，按最常见的判断")
	case desk.ReasonWhole:
		return r.t("由全文的平常字词合起来判断")
	case desk.ReasonCategory:
		return r.t("按领域推定") + words
	case desk.ReasonDuties:
		return r.t("职责清单写明") + words
	}
	return words
}

// others are the departments after the first that may be meant, with their reasons.
func (r teller) others(v *desk.Verdict) (out []Other) {
	for _, d := range v.Departments[min(len(v.Departments), 1):min(len(v.Departments), 3)] {
		out = append(out, Other{d.Name, r.why(v, desk.DepartmentField(v, d.Name), "")})
	}
	return out
}

// guesses are the figures and cues read from the text that nobody corrects, each with its words.
func (r teller) guesses(v *desk.Verdict) (out []Fact) {
	add := func(name, value string, note ...string) {
		out = append(out, Fact{Name: name, Value: []Phrase{{Text: value}}, Note: strings.Join(nonEmpty(note...), "　")})
	}
	for _, f := range []struct {
		name, field string
		n           *int
	}{
		{"死亡", "facts.deaths", v.Facts.Deaths}, {"失联", "facts.missing", v.Facts.Missing}, {"受伤", "facts.injured", v.Facts.Injured},
		{"重伤", "facts.serious_injured", v.Facts.SeriousInjured}, {"中毒", "facts.poisoned", v.Facts.Poisoned}, {"聚集", "facts.crowd", v.Facts.Crowd},
		{"涉险", "facts.at_risk", v.Facts.AtRisk},
	} {
		if f.n != nil {
			add(f.name, r.t("%s 人", number(*f.n)), quoted(v, f.field, ""))
		}
	}
	if v.Facts.LossYuan != nil {
		add("直接损失", r.t("%s 元", number(int(*v.Facts.LossYuan))), quoted(v, "facts.loss_yuan", ""))
	}
	if when := r.occurred(v.Occurred); when != "" {
		add("文中时间", when, quoted(v, "occurred", when))
	}
	if v.Level != "" {
		add("事件等级", r.t(v.Level), quoted(v, "level", ""), r.t("仅据文中数字"))
	}
	if v.SelfHarm >= cueAt {
		out = append(out, r.cue("轻生的话", v.SelfHarm, quoted(v, "self_harm", ""), "须由人看"))
	}
	if v.Threat >= cueAt {
		out = append(out, r.cue("威胁的话", v.Threat, quoted(v, "threat", ""), "须由人看"))
	}
	if v.Rumour >= cueAt {
		out = append(out, r.cue("疑不实", v.Rumour, quoted(v, "rumour", ""), "仅为线索，须核查"))
	}
	if v.GroupRisk >= cueAt {
		out = append(out, r.cue("群体风险", v.GroupRisk, quoted(v, "group_risk", ""), ""))
	}
	if math.Abs(v.Sentiment) >= toneAt {
		add("语气", r.t(toneWord(v.Sentiment)), quoted(v, "sentiment", ""))
	}
	return out
}

// cue is a graded cue in words, with those of the text.
func (r teller) cue(name string, grade float64, words, note string) Fact {
	f := Fact{Name: name, Value: []Phrase{{Text: r.t("线索少")}}, Note: words}
	switch {
	case grade >= .75:
		f.Value = []Phrase{{Text: r.t("线索强"), Mark: "strong"}}
	case grade >= .5:
		f.Value = []Phrase{{Text: r.t("线索较多"), Mark: "strong"}}
	}
	if note != "" {
		f.Note = strings.TrimSpace(f.Note + "　" + r.t(note))
	}
	return f
}

// toneWord is a tone in words of the interface.
func toneWord(tone float64) string {
	switch {
	case tone <= -.6:
		return "很不满或很难过"
	case tone < 0:
		return "不满或难过"
	case tone < .6:
		return "满意或感激"
	}
	return "很满意或很感激"
}

// occurred is a time as precisely as it was told, in the form of the verdict, for people: 11-20 20:05.
func (r teller) occurred(told string) string {
	date, clock, _ := strings.Cut(told, "T")
	var parts []string
	if fields := strings.Split(date, "-"); len(fields) >= 3 {
		day, month, year := fields[len(fields)-1], fields[len(fields)-2], fields[len(fields)-3]
		switch {
		case month == "":
			parts = append(parts, r.t("%s 日", day))
		case year == "":
			parts = append(parts, month+"-"+day)
		default:
			parts = append(parts, year+"-"+month+"-"+day)
		}
	}
	hour, minute, exact := strings.Cut(clock, ":")
	switch {
	case exact:
		parts = append(parts, hour+":"+minute[:min(2, len(minute))])
	case hour != "":
		if n, err := strconv.Atoi(hour); err == nil {
			parts = append(parts, r.t("%d 时许", n))
		}
	}
	return strings.Join(parts, " ")
}

// shown says which fields' words are marked on an item's page: those that a line of it tells of.
func shown(v *desk.Verdict) func(field string) bool {
	return func(field string) bool {
		switch field {
		case "rumour":
			return v.Rumour >= cueAt
		case "group_risk":
			return v.GroupRisk >= cueAt
		case "self_harm":
			return v.SelfHarm >= cueAt
		case "threat":
			return v.Threat >= cueAt
		case "sentiment":
			return math.Abs(v.Sentiment) >= toneAt
		}
		return !strings.Contains(field, "/") // departments after the first say their words themselves
	}
}

// explained are the spans to mark in a part of an item, each with the names of the fields that it decided.
func (r teller) explained(v *desk.Verdict, in string) []Span {
	if v == nil {
		return nil
	}
	wanted := shown(v)
	spans := evidence(v, in, wanted)
	for i := range spans {
		var names []string
		for _, e := range v.Evidence {
			name := r.t(fieldName(e.Field))
			if e.In == in && wanted(e.Field) && e.Start < spans[i].End && spans[i].Start < e.End && name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
		spans[i].Hint = strings.Join(names, r.t("、"))
	}
	return spans
}

// fieldName is a field of the verdict in words of the interface.
func fieldName(field string) string {
	for _, n := range fieldNames {
		if n.Field == field {
			return n.Name
		}
	}
	return map[string]string{
		"facts.deaths": "死亡", "facts.missing": "失联", "facts.injured": "受伤", "facts.serious_injured": "重伤", "facts.poisoned": "中毒", "facts.crowd": "聚集", "facts.at_risk": "涉险",
		"facts.loss_yuan": "直接损失", "occurred": "文中时间", "level": "事件等级", "self_harm": "轻生的话", "threat": "威胁的话", "rumour": "疑不实",
		"group_risk": "群体风险", "sentiment": "语气",
	}[field]
}

// sureness is how sure the machine is of a field, per cent; 0: not told.
func sureness(v *desk.Verdict, field, because string) int {
	if !slices.Contains(measured, field) && (because != "" || len(v.Words(field)) > 0) {
		return 0
	}
	if v.Reasons[field] == desk.ReasonDuties || v.Reasons[field] == desk.ReasonUsual {
		return 0
	}
	return int(v.Confidence[field]*100 + .5)
}

// differenceRow is a release of this office that an item disagrees with, and in what.
type differenceRow struct {
	Lead  string
	Lines []string
	Href  string
}

// differenceRows tell release by release what an item says otherwise, both sides as they say it.
func (r teller) differenceRows(list []desk.Difference) (out []differenceRow) {
	for _, d := range list {
		href := releaseHome(d.Release)
		at := slices.IndexFunc(out, func(row differenceRow) bool { return row.Href == href })
		if at < 0 {
			at = len(out)
			out = append(out, differenceRow{Href: href, Lead: r.t("与我办 %s 发布的通报不同：", r.dates().short(d.At))})
		}
		line := r.t("通报称“%s”", d.Says.Text)
		if d.Silent {
			line = r.t("通报只说“%s”，没有说到%s", d.Says.Text, r.t(d.What))
		}
		line += r.t("，来件称“%s”", d.Told.Text)
		if !d.Agrees.IsZero() {
			line += r.t("（与 %s 的通报一致，可能是旧消息）", r.dates().short(d.Agrees))
		}
		out[at].Lines = append(out[at].Lines, line)
	}
	return out
}
