package web

import (
	"fmt"
	"strings"
	"time"

	"huiying/desk"
)

// skeleton is the beginning of a release from what is known: time, place, what happened, casualties known so far,
// what is being done, what comes next and when, whom to ask. What isn't known is marked 【填：…】, which the draft check
// doesn't let pass unseen. It is the office's language, whatever the interface's.
func skeleton(kind string, room desk.Room, office desk.Office, now time.Time) (title, body string) {
	in := room.Incident
	name := strings.TrimSpace(in.Title)
	var p []string
	sign := []string{pressOffice(office.Name), now.In(office.Location).Format("2006年1月2日")}
	switch kind {
	case desk.ReleaseClarify:
		title = "关于“" + name + "”的情况说明"
		p = []string{"近日，网传“【填：传言原话】”。经核实，【填：核实结果及依据】。", "请广大群众以官方发布为准，不信谣、不传谣。咨询电话：【填：电话】。"}
	case desk.ReleaseResponse:
		title = "关于" + name + "的回应"
		p = []string{whenWhere(in, office, now) + "，" + "群众反映" + name + "。对此，【填：责任单位】高度重视，立即开展核查。",
			"经核查，【填：核查结果】。目前已采取以下措施：【填：措施】。", "下一步，【填：下一步和完成时间】。咨询电话：【填：电话】。"}
	default:
		n := 1
		for _, r := range room.Releases {
			if r.State == desk.ReleasePublished {
				n++
			}
		}
		title = fmt.Sprintf("关于%s的情况通报（%s）", name, chineseNumber(n))
		what := "发生" + strings.TrimPrefix(name, in.Place)
		if kind == desk.ReleaseFollowUp {
			what = name + "续报如下"
		}
		p = []string{
			fmt.Sprintf("%s，%s。%s", whenWhere(in, office, now), what, harm(in, office, now)),
			"事发后，【填：到场处置的负责同志和力量】赶赴现场指挥处置，【填：正在采取的措施】。",
			"事故原因正在调查。【填：交通、供水、疏散等对群众的影响和提示】。",
			fmt.Sprintf("下一步，【填：下一步安排】。有关情况将于%s前再次发布。咨询电话：【填：电话】。", nextRelease(now).In(office.Location).Format("1月2日15时")),
		}
		if in.Kind != "事故灾难" {
			p[2] = "【填：对群众的影响和提示】。"
		}
	}
	return title, strings.Join(append(p, sign...), "\n")
}

// whenWhere begins the text: 11月21日20时13分，云泽化工园区环园北路18号.
func whenWhere(in desk.Incident, office desk.Office, now time.Time) string {
	when := "【填：发生时间】"
	if in.Occurred != nil {
		when = in.Occurred.In(office.Location).Format("1月2日15时04分")
	}
	where := strings.TrimSpace(in.Place)
	if where == "" {
		where = in.Region.Name
	}
	if where == "" {
		where = "【填：地点】"
	}
	return when + "，" + where
}

// harm says the verified figures and as of when.
func harm(in desk.Incident, office desk.Office, now time.Time) string {
	since := "截至" + now.In(office.Location).Format("15时04分") + "，"
	var words []string
	for _, f := range []struct {
		n    *int
		word string
	}{{in.Facts.Deaths, "死亡"}, {in.Facts.Injured, "受伤"}, {in.Facts.Missing, "失联"}, {in.Facts.Poisoned, "中毒"}} {
		if f.n != nil && *f.n > 0 {
			words = append(words, fmt.Sprintf("%d人%s", *f.n, f.word))
		}
	}
	switch {
	case len(words) > 0:
		return since + "已造成" + strings.Join(words, "、") + "。"
	case in.Facts.Deaths != nil && in.Facts.Injured != nil:
		return since + "暂未接到人员伤亡报告。"
	}
	return since + "【填：伤亡情况】。"
}

// nextRelease is when the next one is promised: four hours on, at a full hour.
func nextRelease(now time.Time) time.Time { return now.Add(4 * time.Hour).Truncate(time.Hour) }

// pressOffice signs releases: 云泽市人民政府办公室 → 云泽市人民政府新闻办公室.
func pressOffice(name string) string {
	if base, ok := strings.CutSuffix(name, "办公室"); ok && !strings.HasSuffix(base, "新闻") {
		return base + "新闻办公室"
	}
	return name
}

// chineseNumber writes 1–99 as documents number things.
func chineseNumber(n int) string {
	digits := []rune("零一二三四五六七八九")
	switch {
	case n < 1 || n > 99:
		return fmt.Sprint(n)
	case n < 10:
		return string(digits[n])
	}
	s := "十"
	if n >= 20 {
		s = string(digits[n/10]) + s
	}
	if n%10 != 0 {
		s += string(digits[n%10])
	}
	return s
}
