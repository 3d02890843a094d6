package desk

import (
	"fmt"
	"slices"
)

// Natures that are graded by tables of their own, finer than the kinds of incidents.
const (
	NatureQuake      = "地震"
	NatureFood       = "食物中毒"
	NatureIndustrial = "急性工业中毒" // the poisoned count as seriously injured
)

// LevelTable is one document's grading of matters by figures. 以上 includes the
// figure, 以下 excludes it.
type LevelTable struct {
	Key      string
	Document string
	Kinds    []string     // kinds of incidents and natures that it grades
	Least    string       // the level of a matter whose known figures reach no grade; "" is none
	Grades   []LevelGrade // the gravest first
}

// LevelGrade is reached when any of its floors is.
type LevelGrade struct {
	Level string
	Any   []Floor
}

// Floor is reached when every figure set (not zero) is reached.
type Floor struct {
	Deaths         int
	SeriousInjured int
	Poisoned       int
	LossYuan       int64
}

// LevelRank orders levels: 4 特别重大 … 1 一般, 0 ungraded or unknown.
func LevelRank(level string) int {
	if i := slices.Index(Levels, level); i >= 0 {
		return len(Levels) - i
	}
	return 0
}

// IsDowngrade says whether a regrade lowers the level; it then needs a reason and
// a second person. The first grading of a matter is never one.
func IsDowngrade(from, to string) bool { return LevelRank(to) < LevelRank(from) }

// SuggestLevel suggests a level from the figures known (系统初判建议); a person
// judges. nature is the kind of incident or one of the Natures; "" is unknown.
// why gives the figures that decided, with their document, and what would make
// the matter graver: casualties known so far are a floor, and the level is judged
// on what is likely. The level is "" when nothing suggests one.
func SuggestLevel(nature string, f Facts, tables []LevelTable) (level string, why []string) {
	if nature == "社会安全" || nature == KindOpinion {
		return "", []string{"法定不按伤亡和损失分级，由人判定"}
	}
	if nature == NatureIndustrial {
		f.SeriousInjured = larger(f.SeriousInjured, f.Poisoned)
	}
	consulted := tablesFor(nature, f, tables)
	for _, t := range consulted {
		if l, reason := t.grade(f); LevelRank(l) > LevelRank(level) {
			level, why = l, []string{reason}
		}
	}
	if len(consulted) == 0 {
		return "", nil
	}
	if t := consulted[0]; level == "" && t.Least != "" && (t.standing == "" && someFigure(f) || someCasualty(f)) {
		level, why = t.Least, []string{fmt.Sprintf("已知数字未达到更高等级标准（%s%s）", t.standing, t.Document)}
	}
	return level, append(why, likely(level, f, consulted)...)
}

// consultedTable is a table held against a matter; standing says how it applies.
type consultedTable struct {
	LevelTable
	standing string // "参照" where the table doesn't govern the matter itself
}

// tablesFor gives the tables to hold against a matter. Its own where there is
// one; else that of accidents for guidance. People poisoned by nobody knows what
// are held against that of food poisoning too, and deaths by food against that
// of accidents, since the graver answer is the careful one.
func tablesFor(nature string, f Facts, tables []LevelTable) (all []consultedTable) {
	add := func(kind, standing string) {
		for _, t := range tables {
			if slices.Contains(t.Kinds, kind) {
				all = append(all, consultedTable{t, standing})
				return
			}
		}
	}
	switch add(nature, ""); {
	case len(all) == 0:
		if nature != "公共卫生" {
			add("事故灾难", "参照")
		}
		if f.Poisoned != nil {
			add(NatureFood, "参照")
		}
	case nature == NatureFood:
		add("事故灾难", "参照")
	}
	return all
}

// grade gives the gravest level whose floor the figures reach, and why.
func (t consultedTable) grade(f Facts) (level, why string) {
	for _, g := range t.Grades {
		for _, floor := range g.Any {
			if floor.reached(f) {
				return g.Level, fmt.Sprintf("%s，达到%s标准（%s%s）", floor.words(f), g.Level, t.standing, t.Document)
			}
		}
	}
	return "", ""
}

func (fl Floor) reached(f Facts) bool {
	return fl != (Floor{}) &&
		(fl.Deaths == 0 || known(f.Deaths) >= fl.Deaths) &&
		(fl.SeriousInjured == 0 || known(f.SeriousInjured) >= fl.SeriousInjured) &&
		(fl.Poisoned == 0 || known(f.Poisoned) >= fl.Poisoned) &&
		(fl.LossYuan == 0 || f.LossYuan != nil && *f.LossYuan >= fl.LossYuan)
}

// words names the figures that the floor looked at.
func (fl Floor) words(f Facts) string {
	s := ""
	add := func(text string) {
		if s != "" {
			s += "，"
		}
		s += text
	}
	if fl.Poisoned > 0 {
		add(fmt.Sprintf("中毒%d人", known(f.Poisoned)))
	}
	if fl.Deaths > 0 {
		add(fmt.Sprintf("死亡%d人", known(f.Deaths)))
	}
	if fl.SeriousInjured > 0 {
		add(fmt.Sprintf("重伤%d人", known(f.SeriousInjured)))
	}
	if fl.LossYuan > 0 {
		add("直接经济损失" + yuan(*f.LossYuan))
	}
	return s
}

// likely names what would make the matter graver if it turned out for the worst.
func likely(level string, f Facts, tables []consultedTable) (why []string) {
	graver := func(worse Facts) (worst string) {
		for _, t := range tables {
			if l, _ := t.grade(worse); LevelRank(l) > max(LevelRank(level), LevelRank(worst)) {
				worst = l
			}
		}
		return worst
	}
	if known(f.Missing) > 0 {
		worse := f
		sum := known(f.Deaths) + *f.Missing
		worse.Deaths = &sum
		if l := graver(worse); l != "" {
			why = append(why, fmt.Sprintf("另有失联%d人，如均遇难则为%s，请按可能后果判断", *f.Missing, l))
		}
	}
	if f.SeriousInjured == nil && known(f.Injured) > 0 {
		worse := f
		worse.SeriousInjured = f.Injured
		if l := graver(worse); l != "" {
			why = append(why, fmt.Sprintf("受伤%d人，重伤人数不明，如均为重伤则为%s，请尽快核实", *f.Injured, l))
		}
	}
	return why
}

// someFigure says that something is known at all: of a matter without any figure
// the least level would be a guess.
func someFigure(f Facts) bool {
	return f.Deaths != nil || f.Missing != nil || f.Injured != nil || f.SeriousInjured != nil || f.LossYuan != nil
}

// someCasualty says that somebody or something came to harm.
func someCasualty(f Facts) bool {
	return known(f.Deaths)+known(f.Missing)+known(f.Injured)+known(f.SeriousInjured) > 0 || f.LossYuan != nil && *f.LossYuan > 0
}

func known(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

func larger(a, b *int) *int {
	if a == nil || b != nil && *b > *a {
		return b
	}
	return a
}

// yuan writes a sum as documents do: 1.2亿元, 5000万元, 800元.
func yuan(n int64) string {
	switch {
	case n >= 1e8:
		return fmt.Sprintf("%.4g亿元", float64(n)/1e8)
	case n >= 1e4:
		return fmt.Sprintf("%.6g万元", float64(n)/1e4)
	}
	return fmt.Sprintf("%d元", n)
}
