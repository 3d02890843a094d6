package main

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/web/webtest"
)

var entries = regexp.MustCompile(`\s([a-z-]+)\s+(http://\S+/enter\?\S+)`)

// window is one of the people at the drill, in a window of their own.
type window struct {
	*webtest.Tab
	t    *testing.T
	base string
}

// open opens a page of the drill.
func (w window) open(path string) { w.t.Helper(); w.Goto(w.base + path) }

// until waits for what a page says, and for its scripts.
func (w window) until(expression string) {
	w.t.Helper()
	w.Wait("(" + expression + `) && "ready" in document.documentElement.dataset`)
}

// at waits for a page.
func (w window) at(path string) {
	w.t.Helper()
	w.until(fmt.Sprintf(`new RegExp("^%s$").test(location.pathname)`, path))
}

// fill puts text in a field as if it were typed over what is there.
func (w window) fill(selector, text string) {
	w.t.Helper()
	w.Focus(selector)
	w.Eval(fmt.Sprintf(`document.querySelector(%q).select?.()`, selector), nil)
	w.Type(text)
}

// set puts a value in a field that can't be typed into as text.
func (w window) set(selector, value string) {
	w.t.Helper()
	w.Eval(fmt.Sprintf(`(() => { const f = document.querySelector(%q); f.value = %q; f.dispatchEvent(new Event("input", {bubbles: true})); f.dispatchEvent(new Event("change", {bubbles: true})) })()`, selector, value), nil)
}

// as goes on as somebody else, by the drill's one click.
func (w window) as(login string) {
	w.t.Helper()
	var already bool
	if w.Eval(fmt.Sprintf(`document.querySelector('.drill-cast button[value=%q]')?.getAttribute("aria-current") === "true"`, login), &already); already {
		return
	}
	w.until(`document.querySelector(".drill-cast") && !document.querySelector("html.pending, [aria-busy=true]")`)
	w.Press("Alt+P")
	var open bool
	w.Eval(`new Promise((done) => { const until = performance.now() + 2000, look = () => document.querySelector(".drill-cast")?.open ? done(true) : performance.now() > until ? done(false) : setTimeout(look, 20); look() })`, &open)
	if !open { // the page was drawn anew under the key
		w.t.Log("the menu of people didn't open by its key; clicked")
		w.Click(".drill-cast summary")
	}
	w.until(`document.querySelector(".drill-cast").open`)
	w.Click(fmt.Sprintf(`.drill-cast button[name=name][value=%q]`, login))
	w.until(fmt.Sprintf(`document.querySelector('.drill-cast button[value=%q]')?.getAttribute("aria-current") === "true"`, login))
}

// officeTime is the drill's time as the window shows it.
func (w window) officeTime() time.Time {
	w.t.Helper()
	var ms float64
	w.Eval(`import(document.documentElement.dataset.static + "/js/officetime.js").then((m) => m.officeNow())`, &ms)
	return time.UnixMilli(int64(ms))
}

// said waits for a toast.
func (w window) said(words string) {
	w.t.Helper()
	w.until(fmt.Sprintf(`document.querySelector("#toasts").innerText.includes(%q)`, words))
}

// TestDrillKept plays the shipped drill at speed and keeps both deadlines by hand, as three people in three windows who
// go on as reviewer and leader where those must act.
func TestDrillKept(t *testing.T) {
	t.Parallel()
	p := newProgram(t)
	p.start()
	said := p.must("", "drill", "start", "--speed", "60")
	doors := map[string]string{}
	for _, m := range entries.FindAllStringSubmatch(said, -1) {
		doors[m[1]] = m[2]
	}
	drill := drillSaid.FindStringSubmatch(said + "\n")
	if drill == nil || len(doors) != 13 {
		t.Fatalf("the drill said %q", said)
	}
	browser := webtest.Start(t)
	enter := func(login string) window {
		w := window{browser.Tab(t), t, drill[2]}
		w.Allow("favicon")
		w.Goto(doors[login])
		w.until(`document.querySelector(".drill-bar")`)
		return w
	}
	duty, press, operator := enter("duty"), enter("press"), enter("operator")
	show := newShow(t)
	if show.on() { // the recording has words of its own
		for _, w := range []window{duty, press, operator} {
			w.Press("Alt+G")
		}
	}

	// The duty officer sees the explosion come in and raises it.
	duty.open("/")
	duty.until(`document.querySelectorAll("[data-live-list=items] [data-row]").length >= 8 && document.querySelector("[data-live-list=items]").innerText.includes("爆炸")`)
	show.scene(duty, "20:13 化工园区爆炸，来电、来信、网帖一下子涌进来", "20:13. An explosion; calls, letters and posts pour in")
	show.shot("desk-before", duty, nil)
	duty.open("/items?q=爆炸")
	duty.Eval(`[...document.querySelectorAll("[data-row]")].at(-1).querySelector("a").click()`, nil)
	duty.at(`/items/\\d+`)
	show.scene(duty, "系统标出依据的字词；值班员按 E 立为事件", "Evidence stands in the text; one key raises an incident")
	show.shot("item", duty, nil)
	duty.Press("e")
	duty.at("/incidents/new")
	duty.fill("#f-title", "云泽化工园区爆炸事故")
	duty.Eval(`document.querySelector("input[name=kind][value=事故灾难]").click()`, nil)
	duty.fill("#f-place", "化工园区环园北路18号")
	at := duty.officeTime().In(time.FixedZone("", 8*3600))
	blast := time.Date(at.Year(), at.Month(), at.Day(), 20, 13, 0, 0, at.Location())
	duty.set("#f-occurred", blast.Format("2006-01-02T15:04"))
	duty.set("#f-learned", blast.Format("2006-01-02T15:04"))
	duty.set("#f-received", blast.Add(time.Minute).Format("2006-01-02T15:04"))
	duty.Press("Ctrl+Enter")
	duty.at(`/incidents/\\d+`)
	duty.Press("l")
	duty.until(`document.getElementById("judge").open && document.activeElement.name === "level"`)
	duty.Click(`#judge [name=level][value="重大"]`)
	duty.Press("Ctrl+Enter")
	duty.until(`document.querySelectorAll("#room .narrow-clocks time-left").length === 2`)
	show.scene(duty, "初判“重大”：5 小时权威发布、24 小时发布会，两条时限开始走", "Judged major: two clocks start, 5 h and 24 h")
	var incident string
	duty.Eval(`location.pathname`, &incident)

	// Meanwhile calls are logged at the seat.
	operator.open("/seat")
	operator.until(`document.activeElement.id === "f-phone"`)
	operator.Type("13900004471")
	operator.Focus("#f-body")
	operator.Compose("jinxiujiayuan", "锦绣家园5栋停水两个小时了，")
	operator.Type("家里老人在家做腹膜透析要用水，问什么时候来水，能不能先送一桶水过来。物业电话打不通。")
	operator.until(`document.querySelector("[data-suggested=kind] .chip.inside")`)
	show.scene(operator, "话务员边听边记，类型、地点、单位随打随有", "The operator types; kind, place and department are suggested")
	operator.Press("Ctrl+Enter")
	operator.until(`location.search === "?saved"`)

	// The press officer drafts, the reviewer and the leader do theirs.
	duty.Press("f")
	duty.until(`document.activeElement.id === "f-facts-deaths"`)
	duty.Type("12")
	duty.fill("#f-facts-injured", "37")
	duty.fill("#f-facts-from", "应急管理局 赵刚")
	duty.Press("Ctrl+Enter")
	duty.said("已登记核实的事实")
	show.scene(duty, "登记核实的事实：多少、谁核的、几点", "Verified facts, with who and when")
	show.shot("incident", duty, nil)
	press.open(incident + "/releases/new")
	press.until(`document.getElementById("f-body").value.includes("12人死亡")`)
	zone := at.Location()
	next := press.officeTime().In(zone).Add(3 * time.Hour)
	press.set("#f-body", fmt.Sprintf("%s，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至%s，事故造成12人死亡、39人受伤，伤者均已送医救治。\n\n"+
		"事故发生后，市委、市政府主要负责同志赶赴现场指挥处置，启动应急响应，组织周边群众1260人转移安置。生态环境部门在下风向设置6个监测点，居民区各点未见异常，监测仍在进行。城区自来水水源不在园区，供水安全。\n\n"+
		"事故原因正在调查。环园北路、纬三路实行交通管制，请绕行；除第三中学停课一天外，全市学校正常上课。救助咨询电话：12345（24小时）。下一次情况通报将于%s前发布。",
		blast.Format("1月2日15时04分"), press.officeTime().In(zone).Format("15时04分"), next.Format("1月2日15时")))
	press.Press("Ctrl+Enter")
	press.at(`/releases/\\d+`)
	press.until(`document.querySelector("mark.bad")?.innerText === "39人受伤"`)
	show.scene(press, "发稿检查：“39人受伤”与核实的 37 人不符，按 1 改正", "The draft check: 39 isn't the verified 37; press 1")
	show.shot("release-check", press, nil)
	press.Press("1")
	press.until(`!document.querySelector("mark.bad") && document.querySelector(".context").innerText.includes("第 2 稿")`)
	press.Press("s")
	press.until(`document.querySelector(".wait")?.innerText.includes("待保密审查员审查")`)
	var release string
	press.Eval(`location.pathname`, &release)

	operator.as("secrecy")
	operator.open(release)
	operator.Press("s")
	operator.until(`document.getElementById("review").open`)
	operator.Click(`#review [name=conclusion][value="可以公开"]`)
	operator.fill("#f-review-basis", "不涉及国家秘密、工作秘密和个人信息")
	show.scene(operator, "一键换身份：保密审查员写明结论和依据", "One click to another role: the secrecy review")
	operator.Press("Ctrl+Enter")
	operator.said("审查通过")

	duty.open("/")
	duty.as("leader")
	duty.open(release + "/sign")
	show.scene(duty, "领导审签这一稿，手机上也能看、能签", "The leader signs this very version, on a phone too")
	show.shot("release-sign", duty, nil)
	show.sized("release-sign-phone", duty, 360, 740)
	duty.Click(".sign-act button.primary")
	duty.at(release)
	duty.as("duty")
	duty.open("/")

	if show.on() { // the night goes on, until the deadline is near
		for duty.officeTime().Before(blast.Add(3*time.Hour + 28*time.Minute)) {
			p.await("an hour of the night", func() bool {
				return duty.officeTime().After(blast.Add(3*time.Hour+28*time.Minute)) || duty.officeTime().Minute()%30 == 29
			})
		}
		duty.open("/items?q=透析")
		duty.Eval(`[...document.querySelectorAll("[data-row]")].at(-1).querySelector("a").click()`, nil)
		duty.at(`/items/\\d+`)
		duty.Press("e")
		duty.at("/incidents/new")
		duty.fill("#f-title", "城北供水管网抢修停水")
		duty.Eval(`document.querySelector("input[name=kind][value=舆情]")?.click()`, nil)
		duty.Eval(`document.querySelector("#f-level").value = "一般"; document.querySelector("[name=needs]").checked = true`, nil)
		duty.Press("Ctrl+Enter")
		duty.at(`/incidents/\\d+`)
		duty.open("/")
		duty.until(`document.querySelectorAll("[data-live-list=clocks] time-left").length >= 3`)
		show.scene(duty, "深夜：还剩一个多小时，卡在谁手里一眼看见", "Late: little more than an hour, and who holds it")
		show.shot("desk", duty, nil)
	}
	press.open(release)
	press.Press("s")
	press.until(`document.getElementById("publish").open`)
	press.Click(`#publish [data-take]`)
	press.fill("#f-publish-address", "https://www.yunze.example/20261121/1")
	press.Press("Ctrl+Enter")
	press.said("已登记发布")
	show.scene(press, "发布并留下凭据，5 小时的时限才停", "Published, with proof: only now the clock stops")

	// The press conference is held in the same night: the hour comes.
	press.open("/briefings/new?incident=" + incident[strings.LastIndex(incident, "/")+1:])
	starts := press.officeTime().In(zone).Add(20 * time.Minute).Truncate(5 * time.Minute)
	press.set("#f-new-starts", starts.Format("2006-01-02T15:04"))
	press.set("#f-new-ends", starts.Add(time.Hour).Format("2006-01-02T15:04"))
	press.fill("#f-new-host", "陈露")
	press.fill("#f-new-speakers", "李建平 副市长")
	press.Press("Ctrl+Enter")
	press.at(`/briefings/\\d+`)
	var briefing string
	press.Eval(`location.pathname`, &briefing)
	p.await("the hour of the press conference", func() bool { return press.officeTime().After(starts) })
	press.Press("h")
	press.until(`document.getElementById("hold").open`)
	press.fill("#f-hold-address", "https://www.yunze.example/live/1")
	press.Press("Ctrl+Enter")
	press.said("已登记召开")
	show.scene(press, "新闻发布会开完登记，24 小时的时限完成", "The press conference held: the 24 h deadline is kept")

	// Kept, says the database as well; and nobody's window had a fault.
	db, err := pgx.Connect(t.Context(), p.databaseURL())
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	for rule, span := range map[string]time.Duration{"release": 5 * time.Hour, "briefing": 24 * time.Hour} {
		var late, met int
		err := db.QueryRow(t.Context(), fmt.Sprintf(`SELECT count(*) FILTER (WHERE met_at > start_at + $2), count(*) FILTER (WHERE state = 'met') FROM huiying_drill_%s.clock WHERE rule = $1`, drill[1]),
			rule, span).Scan(&late, &met)
		if err != nil {
			t.Fatal(err)
		}
		if met != 1 || late != 0 {
			t.Errorf("%s: %d met, %d of them late", rule, met, late)
		}
	}
	if show.on() {
		duty.open("/debrief")
		show.scene(duty, "讲评：每个时限、谁在几点做了什么、公众看到了什么", "The debriefing: each deadline, who did what when")
	}
	show.rest(p, browser, duty, incident, release, briefing)
	for _, w := range []window{duty, press, operator} {
		w.Faults() // the browser reports each 409 and 422 itself
	}
	duty.open("/debrief")
	duty.until(`document.querySelector("main").innerText.includes("发布权威信息")`)
}
