package rules

import "huiying/desk"

// tally is the outcome over title and body.
type tally [harms]figure

func (t *tally) join(title, body harmReading) {
	whole := title.most[dead].known && (title.most[injured].known || title.most[serious].known)
	for h := range harms {
		a, b := title.best(h), body.best(h)
		switch {
		case b.final && !a.final:
			t[h] = b
			continue
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
		if r.hospital.known && !t[poisoned].known && !r.sick.known && t[serious].known && r.hospital.value > t[injured].value {
			t[injured] = r.hospital
		}
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
		if r.noInjury.known && !t[injured].known && !t[poisoned].known && !t[serious].known {
			t[injured] = r.noInjury
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
