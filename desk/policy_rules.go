package desk

import (
	"encoding/json"
	"regexp"
	"slices"

	"huiying/desk/timeline"
)

var ruleKey = regexp.MustCompile(`^[a-z][a-z0-9-]{0,39}$`)

// rules reads the rules over those that stand, key by key.
func (r *policyReader) rules(path string, raw json.RawMessage, rules *[]timeline.Rule) {
	r.each(path, raw, func(key, at string, value json.RawMessage) {
		if !ruleKey.MatchString(key) {
			r.fail(at, "规则代号 %q 应为小写字母、数字和连字符", key)
			return
		}
		i := slices.IndexFunc(*rules, func(rule timeline.Rule) bool { return rule.Key == key })
		rule := timeline.Rule{Key: key}
		if i >= 0 {
			rule = (*rules)[i]
		}
		enabled := r.rule(at, value, &rule)
		switch {
		case r.err != nil:
		case !enabled && i >= 0:
			*rules = slices.Delete(*rules, i, i+1)
			r.disabled = append(r.disabled, key)
		case !enabled:
			r.disabled = append(r.disabled, key)
		case i >= 0:
			(*rules)[i] = rule
		default:
			*rules = append(*rules, rule)
		}
	})
}

// rule reads one rule's fields. A span changed without a document of its own is
// marked, so that no clock shows a document that doesn't say what it shows.
func (r *policyReader) rule(path string, raw json.RawMessage, rule *timeline.Rule) (enabled bool) {
	before, enabled, documented := rule.Span, true, false
	r.object(path, raw, map[string]field{
		"enabled": r.yes(&enabled),
		"name":    r.text(&rule.Name),
		"document": func(path string, raw json.RawMessage) {
			documented = true
			r.text(&rule.Document)(path, raw)
		},
		"practice": r.yes(&rule.Practice),
		"to": func(path string, raw json.RawMessage) {
			var s string
			r.text(&s)(path, raw)
			rule.Applies.To = oneOf(r, path, timeline.Subject(s), timeline.Subjects)
		},
		"levels":       r.levelNames(&rule.Applies.Levels),
		"kinds":        r.texts(&rule.Applies.Kinds),
		"needs_answer": r.yes(&rule.Applies.NeedsAnswer),
		"replaces":     r.texts(&rule.Replaces),
		"repeat":       r.yes(&rule.Repeat),
		"span": func(path string, raw json.RawMessage) {
			var s string
			r.text(&s)(path, raw)
			if r.err != nil {
				return
			}
			span, err := timeline.ParseSpan(s)
			if err != nil {
				r.fail(path, "时限 %q 看不懂，应写作 5小时、35分钟、3个工作日 或 5h、35m、3wd", s)
				return
			}
			rule.Span = span
		},
		"anchors": func(path string, raw json.RawMessage) {
			rule.Anchors = chosen(r, path, raw, timeline.AnchorKinds)
		},
		"met_by": func(path string, raw json.RawMessage) {
			rule.MetBy = chosen(r, path, raw, timeline.Acts)
		},
		"lights": func(path string, raw json.RawMessage) {
			r.ownLights[rule.Key] = true
			r.lights(path, raw, &rule.Lights)
		},
		"alerts": func(path string, raw json.RawMessage) {
			r.ownAlerts[rule.Key] = true
			r.alerts(path, raw, &rule.Alerts)
		},
	})
	switch {
	case documented || rule.Span == before:
		if documented {
			rule.Adjusted = ""
		}
	case !before.IsZero() && rule.Adjusted == "":
		rule.Adjusted = before.String()
	}
	return enabled
}

// oneOf refuses a word that isn't in the closed set.
func oneOf[T ~string](r *policyReader, path string, word T, set []T) T {
	if r.err == nil && !slices.Contains(set, word) {
		r.fail(path, "不认识 %q，可用的有 %v", string(word), set)
	}
	return word
}

// chosen reads a list of words of a closed set, none twice and at least one.
func chosen[T ~string](r *policyReader, path string, raw json.RawMessage, set []T) []T {
	var words []string
	var all []T
	r.texts(&words)(path, raw)
	for _, w := range words {
		if slices.Contains(all, T(w)) {
			r.fail(path, "%q 写了两次", w)
		}
		all = append(all, oneOf(r, path, T(w), set))
	}
	if len(all) == 0 {
		r.fail(path, "至少要有一项，可用的有 %v", set)
	}
	return all
}

// levelNames reads levels; 未定级 stands for the empty one.
func (r *policyReader) levelNames(to *[]string) field {
	return func(path string, raw json.RawMessage) {
		var names []string
		r.texts(&names)(path, raw)
		for i := range names {
			names[i] = r.level(path, names[i])
		}
		*to = names
	}
}

func (r *policyReader) level(path, name string) string {
	if name == LevelUngraded {
		return ""
	}
	if !slices.Contains(Levels, name) {
		r.fail(path, "不认识的等级 %q，可用的有 %v 和 %s", name, Levels, LevelUngraded)
	}
	return name
}

func (r *policyReader) lights(path string, raw json.RawMessage, l *timeline.Lights) {
	r.object(path, raw, map[string]field{"yellow": r.fraction(&l.Yellow), "red": r.fraction(&l.Red)})
}

func (r *policyReader) alerts(path string, raw json.RawMessage, a *timeline.Alerts) {
	r.object(path, raw, map[string]field{
		"every": r.clock(&a.Every),
		"marks": func(path string, raw json.RawMessage) {
			var marks []timeline.Mark
			r.list(path, raw, func(at string, value json.RawMessage) {
				var m timeline.Mark
				r.object(at, value, map[string]field{
					"name": r.text(&m.Name), "text": r.text(&m.Text),
					"fraction": r.fraction(&m.Fraction), "before": r.clock(&m.Before),
				})
				r.mark(at, m, marks)
				marks = append(marks, m)
			})
			a.Marks = marks
		},
	})
}

// mark checks one alert against those named before it.
func (r *policyReader) mark(at string, m timeline.Mark, earlier []timeline.Mark) {
	switch {
	case !ruleKey.MatchString(m.Name) || m.Name == timeline.StageDue || m.Name == timeline.StageOverdue:
		r.fail(at+".name", "节点代号 %q 应为小写字母、数字和连字符，且不是 due 或 overdue", m.Name)
	case slices.ContainsFunc(earlier, func(e timeline.Mark) bool { return e.Name == m.Name }):
		r.fail(at+".name", "节点代号 %q 写了两次", m.Name)
	case m.Text == "":
		r.fail(at+".text", "应写明节点的名称")
	case (m.Fraction == 0) == (m.Before == 0):
		r.fail(at, "fraction 与 before 应有且只有一个")
	}
}

func sameAlerts(a, b timeline.Alerts) bool {
	return a.Every == b.Every && slices.Equal(a.Marks, b.Marks)
}

// check holds the finished policy to what the desk relies on.
func (r *policyReader) check(p *Policy) {
	if !(p.Lights.Yellow < p.Lights.Red) {
		r.fail("lights.red", "红灯应晚于黄灯")
	}
	for _, rule := range p.Rules {
		at := "rules." + rule.Key
		switch {
		case rule.Name == "":
			r.fail(at+".name", "应写明规则的名称")
		case rule.Document == "":
			r.fail(at+".document", "应写明所依据的文件")
		case rule.Applies.To == "":
			r.fail(at+".to", "应写明适用对象，可用的有 %v", timeline.Subjects)
		case rule.Span.IsZero():
			r.fail(at+".span", "应写明时限")
		case len(rule.Anchors) == 0:
			r.fail(at+".anchors", "应写明从何时起算")
		case len(rule.MetBy) == 0:
			r.fail(at+".met_by", "应写明以何事为完成")
		case rule.Lights.Yellow <= 0 || !(rule.Lights.Yellow < rule.Lights.Red):
			r.fail(at+".lights.red", "红灯应晚于黄灯")
		}
		for _, other := range rule.Replaces {
			if _, ok := p.Rule(other); other == rule.Key || !ok && !slices.Contains(r.disabled, other) {
				r.fail(at+".replaces", "没有可取代的规则 %q", other)
			}
		}
	}
	if _, ok := p.Signing[""]; !ok {
		r.fail("signing."+LevelUngraded, "应写明未定级时由谁审签")
	}
	if p.Routine.DaysMin > p.Routine.DaysMax {
		r.fail("routine_briefing.days_max", "应不小于 days_min")
	}
}
