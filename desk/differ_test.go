package desk

import (
	"regexp"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"pgregory.net/rapid"
)

// reading makes a verdict of marks in a text: {facts.deaths=3:3人死亡} stands for the
// words with what is read of them.
func reading(marked string) (string, *Verdict) {
	mark := regexp.MustCompile(`\{([a-z_.]+)=([^:}]+):([^}]+)\}`)
	v := &Verdict{}
	for {
		at := mark.FindStringSubmatchIndex(marked)
		if at == nil {
			return marked, v
		}
		field, value, words := marked[at[2]:at[3]], marked[at[4]:at[5]], marked[at[6]:at[7]]
		start := utf8.RuneCountInString(marked[:at[0]])
		marked = marked[:at[0]] + words + marked[at[1]:]
		v.Evidence = append(v.Evidence, Evidence{Field: field, In: "text", Text: words, Start: start, End: start + utf8.RuneCountInString(words), Weight: 1})
		n, _ := readNumber(value)
		loss := int64(n)
		switch field {
		case "facts.deaths":
			v.Facts.Deaths = &n
		case "facts.missing":
			v.Facts.Missing = &n
		case "facts.injured":
			v.Facts.Injured = &n
		case "facts.loss_yuan":
			v.Facts.LossYuan = &loss
		case "occurred":
			v.Occurred = strings.ReplaceAll(value, "：", ":")
		}
	}
}

func heardAt(marked string, at time.Time) listener {
	text, v := reading(marked)
	return listener{at: at, text: Text{Body: text}, says: statements(Text{Body: text}, v)}
}

func releasedAt(id int64, marked string, at time.Time) spoken {
	text, v := reading(marked)
	r := Release{ID: id, IncidentID: 1, Kind: ReleaseFirst, State: ReleasePublished, Current: Version{Title: "情况通报", Body: text}}
	return spoken{release: r, at: at, says: statements(Text{Title: "情况通报", Body: text}, v)}
}

func TestDiffer(t *testing.T) {
	t.Parallel()
	four := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	first := releasedAt(1, "长虹化工厂爆炸，{facts.injured=2:2人受伤}。", four)
	for _, c := range []struct {
		name      string
		published []spoken // an hour apart from four o'clock on
		item      string
		after     time.Duration // after four o'clock
		want      string        // what: the release's words | the item's words, one a line
	}{
		{"another figure", []spoken{first}, "爆炸，{facts.injured=5:5人受伤}", time.Hour, "受伤 1:2人受伤|5人受伤"},
		{"the same figure", []spoken{first}, "爆炸，{facts.injured=2:两人受伤}", time.Hour, ""},
		{"harm of which the release says nothing", []spoken{first}, "炸死了人，{facts.deaths=3:3人死亡}", time.Hour, "死亡 silent 1:2人受伤|3人死亡"},
		{"a release without any figure", []spoken{releasedAt(1, "长虹化工厂爆炸，正在处置。", four)}, "{facts.deaths=3:3人死亡}", time.Hour, ""},
		{"nobody harmed", []spoken{releasedAt(1, "起火，{facts.deaths=0:无人员伤亡}。", four)}, "{facts.deaths=1:烧死1人}", time.Hour, "死亡 1:无人员伤亡|烧死1人"},
		{"less, before the release", []spoken{first}, "{facts.injured=1:1人受伤}", -time.Hour, ""},
		{"more, before the release", []spoken{first}, "{facts.injured=7:7人受伤}", -time.Hour, "受伤 1:2人受伤|7人受伤"},
		{"less, afterwards", []spoken{first}, "{facts.injured=1:1人受伤}", time.Hour, "受伤 1:2人受伤|1人受伤"},
		{"a floor below", []spoken{first}, "{facts.injured=1:至少1人受伤}", time.Hour, ""},
		{"a floor above", []spoken{first}, "{facts.injured=10:十几人受伤}", time.Hour, "受伤 1:2人受伤|十几人受伤"},
		{"the release tells a floor", []spoken{releasedAt(1, "{facts.deaths=3:至少3人死亡}", four)}, "{facts.deaths=5:5人死亡}", time.Hour, ""},
		{"agrees with the newest", []spoken{releasedAt(2, "截至17时，{facts.injured=5:5人受伤}。", four.Add(time.Hour)), first}, "{facts.injured=5:5人受伤}", 2 * time.Hour, ""},
		{"agrees with an older one only", []spoken{first, releasedAt(2, "截至17时，{facts.injured=5:5人受伤}。", four.Add(time.Hour))}, "{facts.injured=2:2人受伤}", 2 * time.Hour, "受伤 2:5人受伤|2人受伤 as 16:00"},
		{"the newest says nothing of it", []spoken{first, releasedAt(2, "现场处置继续。", four.Add(time.Hour))}, "{facts.injured=9:9人受伤}", 2 * time.Hour, "受伤 1:2人受伤|9人受伤"},
		{"another day", []spoken{releasedAt(1, "{occurred=--11-20T14：30:11月20日14时30分}，化工厂爆炸。", four)}, "爆炸是{occurred=2026-11-19T14:11月19日下午两点}的事", time.Hour, "发生时间 1:11月20日14时30分|11月19日下午两点"},
		{"another hour", []spoken{releasedAt(1, "{occurred=--11-20T14：30:11月20日14时30分}，化工厂爆炸。", four)}, "{occurred=T09:上午9点}就爆炸了", time.Hour, "发生时间 1:11月20日14时30分|上午9点"},
		{"an hour about the same", []spoken{releasedAt(1, "{occurred=--11-20T14：30:11月20日14时30分}，化工厂爆炸。", four)}, "{occurred=2026-11-20T15:下午三点}爆炸", time.Hour, ""},
		{"one night", []spoken{releasedAt(1, "{occurred=--11-20T00：05:11月20日0时5分}，化工厂爆炸。", four)}, "{occurred=--11-19T23:19日晚11点多}爆炸", time.Hour, ""},
		{"the time of another matter", []spoken{releasedAt(1, "{occurred=--11-20T14：30:11月20日14时30分}，化工厂爆炸。", four)}, "{occurred=--11-18T09:18日上午}我去办证", time.Hour, ""},
		{"another level", []spoken{releasedAt(1, "初步认定为一般生产安全事故。", four)}, "明明是重大事故", time.Hour, "事件等级 1:一般生产安全事故|重大事故"},
		{"a hidden danger is no accident", []spoken{releasedAt(1, "初步认定为一般生产安全事故。", four)}, "厂里有重大安全隐患", time.Hour, ""},
		{"another cause", []spoken{releasedAt(1, "事故原因系管道老化引起。", four)}, "我是厂里的，爆炸是由违规动火导致的", time.Hour, "原因 1:系管道老化引起|由违规动火导致的"},
		{"the same cause", []spoken{releasedAt(1, "事故原因系管道老化引起。", four)}, "爆炸是由管道老化导致的", time.Hour, ""},
		{"the cause is being looked into", []spoken{releasedAt(1, "事故原因正在调查中。", four)}, "爆炸是由违规动火导致的", time.Hour, ""},
		{"water", []spoken{releasedAt(1, "锦绣家园已恢复供水。", four)}, "家里到现在还没水", time.Hour, "供水 1:锦绣家园已恢复供水|家里到现在还没水"},
		{"water, before the release", []spoken{releasedAt(1, "锦绣家园已恢复供水。", four)}, "家里到现在还没水", -time.Hour, ""},
		{"water is promised only", []spoken{releasedAt(1, "预计今晚8时前恢复供水。", four)}, "家里到现在还没水", time.Hour, ""},
		{"water is asked for", []spoken{releasedAt(1, "锦绣家园已恢复供水。", four)}, "请问什么时候停水？", time.Hour, ""},
		{"water, as others say", []spoken{releasedAt(1, "锦绣家园已恢复供水。", four)}, "通报说已恢复供水，家里还是没有水", time.Hour, "供水 1:锦绣家园已恢复供水|家里还是没有水"},
		{"the good is denied", []spoken{releasedAt(1, "锦绣家园已恢复供水。", four)}, "根本没有恢复供水", time.Hour, "供水 1:锦绣家园已恢复供水|根本没有恢复供水"},
		{"fire", []spoken{releasedAt(1, "现场明火已于22时扑灭。", four)}, "火还在烧，又冒烟了", time.Hour, "险情控制 1:现场明火已于22时扑灭|火还在烧"},
		{"fire under control nowhere", []spoken{releasedAt(1, "火势尚未得到控制。", four)}, "火还在烧", time.Hour, ""},
		{"power", []spoken{releasedAt(1, "全区供电已全面恢复。", four)}, "我们这栋仍然停电", time.Hour, "供电 1:全区供电已全面恢复|我们这栋仍然停电"},
		{"road", []spoken{releasedAt(1, "环城路已抢通。", four)}, "环城路还封着", time.Hour, "通行 1:环城路已抢通|环城路还封着"},
		{"tap", []spoken{releasedAt(1, "经检测，水质达标。", four)}, "自来水发黄，有异味", time.Hour, "水质 1:水质达标|自来水发黄"},
		{"better than the release says", []spoken{releasedAt(1, "东片仍然停水。", four)}, "已经来水了", time.Hour, ""},
		{"loss about the same", []spoken{releasedAt(1, "{facts.loss_yuan=800万:损失约800万元}", four)}, "{facts.loss_yuan=1000万:损失上千万元}", time.Hour, ""},
		{"another loss", []spoken{releasedAt(1, "{facts.loss_yuan=800万:损失约800万元}", four)}, "{facts.loss_yuan=5000万:损失5000万元}", time.Hour, "直接损失 1:损失约800万元|损失5000万元"},
		{"the gravest first", []spoken{releasedAt(1, "{occurred=--11-20T14：30:11月20日14时30分}爆炸，{facts.injured=2:2人受伤}，明火已扑灭。", four)},
			"{occurred=--11-20T09:上午9点}爆炸，火还在烧，{facts.deaths=3:3人死亡}", time.Hour,
			"死亡 silent 1:2人受伤|3人死亡\n险情控制 1:明火已扑灭|火还在烧\n发生时间 1:11月20日14时30分|上午9点"},
		{"nothing published", nil, "{facts.deaths=3:3人死亡}", time.Hour, ""},
	} {
		var got []string
		for _, d := range differ(heardAt(c.item, four.Add(c.after)), c.published) {
			line := d.What
			if d.Silent {
				line += " silent"
			}
			line += " " + string(rune('0'+d.Release)) + ":" + d.Says.Text + "|" + d.Told.Text
			if !d.Agrees.IsZero() {
				line += " as " + d.Agrees.Format("15:04")
			}
			got = append(got, line)
		}
		if s := strings.Join(got, "\n"); s != c.want {
			t.Errorf("%s: got %q, want %q", c.name, s, c.want)
		}
	}
}

func TestSharedPlace(t *testing.T) {
	t.Parallel()
	const release = "云泽市长虹化工厂爆炸，环城路交通管制，请市民绕行。锦绣家园小区供水正常。云泽市人民政府办公室"
	for place, want := range map[string]bool{
		"长虹化工厂": true, "云泽市长虹化工厂车间": true, "环城路12号": true, "锦绣家园小区5栋": true, "云泽市锦绣家园小区": true,
		"化工厂": false, "附近的化工厂": false, "恒升化工厂": false, "云泽市": false, "附近小区": false, "滨江路": false, "": false, "花园小区": false, "环城": false,
	} {
		if got := sharedPlace([]string{place}, release, "云泽市人民政府办公室"); got != want {
			t.Errorf("%s: %v, want %v (%q)", place, got, want, ownNames(place))
		}
	}
	if !sharedMatter(Text{Title: "停水两天了"}, "关于供水管爆裂的通报") || sharedMatter(Text{Title: "停水两天了"}, "关于爆炸的通报") {
		t.Error("matters")
	}
}

// Whatever is said, quotes stand in the texts, a text never differs from itself, and
// nothing differs where nothing was published.
func TestDifferHoldsForAnyText(t *testing.T) {
	t.Parallel()
	parts := []string{"3人死亡", "供水", "已恢复", "没有水", "还", "火势", "已得到控制", "失控", "系管道老化引起", "，", "。", "？", "\n", "一般事故", "重大事故", "通行", "已抢通", "仍中断", "被困人员已救出", "水质达标", "发黄"}
	four := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC)
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) string {
			return strings.Join(rapid.SliceOfN(rapid.OneOf(rapid.SampledFrom(parts), rapid.StringN(0, 3, -1)), 0, 8).Draw(t, name), "")
		}
		said, told := draw("release"), draw("item")
		p, it := releasedAt(1, said, four), heardAt(told, four)
		for _, of := range []struct {
			body string
			says []statement
		}{{p.release.Current.Body, p.says}, {it.text.Body, it.says}} {
			for _, s := range of.says {
				whole := []rune(of.body)
				if q := s.quote; q.In == "text" && (q.End > len(whole) || q.Start > q.End || string(whole[q.Start:q.End]) != q.Text) {
					t.Fatalf("quote %+v isn't in %q", q, of.body)
				}
			}
		}
		if list := differ(heardAt(told, four.Add(time.Hour)), nil); len(list) > 0 {
			t.Fatalf("differs from nothing: %+v", list)
		}
		for _, d := range differ(heardAt(told, four.Add(time.Hour)), []spoken{p}) {
			if !strings.Contains(said+"情况通报", d.Says.Text) || !strings.Contains(told, d.Told.Text) || d.Told.Text == "" {
				t.Fatalf("quotes %+v aren't in %q and %q", d, said, told)
			}
		}
	})
}
