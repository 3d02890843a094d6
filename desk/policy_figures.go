package desk

import (
	"encoding/json"
	"regexp"
	"slices"

	"huiying/desk/timeline"
)

var regionCode = regexp.MustCompile(`^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})$`)

func (r *policyReader) office(path string, raw json.RawMessage, o *Office) {
	r.object(path, raw, map[string]field{
		"name": r.text(&o.Name), "zone": r.text(&o.Zone),
		"region": func(path string, raw json.RawMessage) {
			if r.text(&o.Region)(path, raw); r.err == nil && !regionCode.MatchString(o.Region) {
				r.fail(path, "应为 2、4、6、9 或 12 位行政区划代码")
			}
		},
	})
}

func (r *policyReader) risk(path string, raw json.RawMessage, f *RiskFigures) {
	r.object(path, raw, map[string]field{
		"people": r.count(&f.People), "trapped": r.count(&f.Trapped), "evacuated": r.count(&f.Evacuated),
		"document": r.text(&f.Document), "practice": r.yes(&f.Practice),
	})
}

func (r *policyReader) supplement(path string, raw json.RawMessage, f *SupplementFigures) {
	r.object(path, raw, map[string]field{
		"days": r.count(&f.Days), "road_fire_days": r.count(&f.RoadFireDays), "document": r.text(&f.Document),
	})
}

func (r *policyReader) calls(path string, raw json.RawMessage, f *CallFigures) {
	r.object(path, raw, map[string]field{
		"answer_seconds": r.count(&f.AnswerSeconds), "answer_rate": r.fraction(&f.AnswerRate), "document": r.text(&f.Document),
	})
}

func (r *policyReader) imports(path string, raw json.RawMessage, f *ImportFigures) {
	r.object(path, raw, map[string]field{"keep_days": r.count(&f.KeepDays), "practice": r.yes(&f.Practice)})
}

func (r *policyReader) routine(path string, raw json.RawMessage, f *RoutineBriefing) {
	r.object(path, raw, map[string]field{
		"days_min": r.count(&f.DaysMin), "days_max": r.count(&f.DaysMax), "practice": r.yes(&f.Practice),
	})
}

// signing reads who signs, level by level.
func (r *policyReader) signing(path string, raw json.RawMessage, by map[string]Signing) {
	r.each(path, raw, func(name, at string, value json.RawMessage) {
		level := r.level(at, name)
		s := by[level]
		r.object(at, value, map[string]field{
			"role": r.text(&s.Role), "title": r.text(&s.Title), "first_speaker": r.text(&s.FirstSpeaker),
			"chain": r.texts(&s.Chain), "practice": r.yes(&s.Practice),
		})
		if s.Role == "" {
			r.fail(at+".role", "应写明审签人的角色")
		}
		by[level] = s
	})
}

// levels reads the grading tables, key by key; within a table, level by level.
func (r *policyReader) levels(path string, raw json.RawMessage, tables *[]LevelTable) {
	r.each(path, raw, func(key, at string, value json.RawMessage) {
		i := slices.IndexFunc(*tables, func(t LevelTable) bool { return t.Key == key })
		if i < 0 {
			*tables = append(*tables, LevelTable{Key: key})
			i = len(*tables) - 1
		}
		t := (*tables)[i]
		t.Grades = slices.Clone(t.Grades)
		r.object(at, value, map[string]field{
			"document": r.text(&t.Document),
			"kinds":    r.texts(&t.Kinds),
			"least": func(path string, raw json.RawMessage) {
				var s string
				r.text(&s)(path, raw)
				t.Least = r.level(path, s)
			},
			"grades": func(path string, raw json.RawMessage) { r.grades(path, raw, &t) },
		})
		if t.Document == "" {
			r.fail(at+".document", "应写明所依据的文件")
		}
		if len(t.Grades) == 0 {
			r.fail(at+".grades", "应写明各等级的标准")
		}
		(*tables)[i] = t
	})
}

func (r *policyReader) grades(path string, raw json.RawMessage, t *LevelTable) {
	r.each(path, raw, func(name, at string, value json.RawMessage) {
		g := LevelGrade{Level: r.level(at, name)}
		if g.Level == "" {
			r.fail(at, "未定级没有标准")
		}
		r.list(at, value, func(at string, value json.RawMessage) {
			var f Floor
			r.object(at, value, map[string]field{
				"deaths": r.count(&f.Deaths), "serious_injured": r.count(&f.SeriousInjured),
				"poisoned": r.count(&f.Poisoned), "loss_yuan": r.amount(&f.LossYuan),
			})
			if f == (Floor{}) {
				r.fail(at, "标准至少要有一个数字")
			}
			g.Any = append(g.Any, f)
		})
		t.Grades = slices.DeleteFunc(t.Grades, func(old LevelGrade) bool { return old.Level == g.Level })
		if len(g.Any) > 0 {
			t.Grades = append(t.Grades, g)
		}
	})
	slices.SortFunc(t.Grades, func(a, b LevelGrade) int { return LevelRank(b.Level) - LevelRank(a.Level) })
}

// amount reads a sum in yuan.
func (r *policyReader) amount(to *int64) field {
	return func(path string, raw json.RawMessage) {
		var n *int64
		if json.Unmarshal(raw, &n) != nil || n == nil || *n < 1 {
			r.fail(path, "应为大于 0 的整数（元）")
			return
		}
		*to = *n
	}
}

// calendar reads schedules that were published after the program was built.
func (r *policyReader) calendar(path string, raw json.RawMessage) {
	r.list(path, raw, func(at string, value json.RawMessage) {
		var s timeline.YearSchedule
		r.object(at, value, map[string]field{
			"year": r.count(&s.Year), "document": r.text(&s.Document),
			"holidays": func(path string, raw json.RawMessage) {
				r.list(path, raw, func(at string, value json.RawMessage) {
					var h timeline.Holiday
					r.object(at, value, map[string]field{
						"name": r.text(&h.Name), "from": r.text(&h.From), "to": r.text(&h.To), "work": r.texts(&h.Work),
					})
					s.Holidays = append(s.Holidays, h)
				})
			},
		})
		switch {
		case s.Year == 0:
			r.fail(at+".year", "应写明年份")
		case s.Document == "":
			r.fail(at+".document", "应写明放假安排通知的文号")
		case len(s.Holidays) == 0:
			r.fail(at+".holidays", "应写明各节假日")
		}
		r.schedules = append(r.schedules, s)
	})
}
