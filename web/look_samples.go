package web

import (
	"time"

	"huiying/desk"
)

// The invented night that the sample screens show: an explosion at 20:13, seen at 23:41.

// lookDesk is the sample of the live desk.
type lookDesk struct {
	Burst  Banner
	Clocks []ClockRow
	Items  []ItemRow
}

// lookRelease is the sample of the release workbench.
type lookRelease struct {
	Clock      ClockRow
	Steps      []Step
	Title      string
	Paragraphs [][]Phrase
	Checks     []Check
	Asks       []Ask
}

// lookSeat is the sample of the operator's form.
type lookSeat struct {
	Category []Option
	Near     []string
	Past     []string
}

// lookAll is the sample of every component in its states.
type lookAll struct {
	lookDesk
	lookRelease
	Levels     []string
	Lights     []string
	Kinds      []Option
	Categories []Option
	Filters    Filters
	Moments    []Moment
	Facts      []Fact
	Errors     []FieldError
	Banners    []Banner
	Empty      Empty
	Pager      Pager
	Drill      *Drill
	Flow       FlowChart
}

func lookBodies(now time.Time) map[string]any {
	desk, release := sampleDesk(now), sampleRelease(now)
	return map[string]any{
		"look/desk":    desk,
		"look/release": release,
		"look/seat":    lookSeat{Category: sampleCategories()},
		"look/all":     sampleAll(now, desk, release),
	}
}

func sampleDesk(now time.Time) lookDesk {
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	began := ago(3*time.Hour + 27*time.Minute + 42*time.Second)
	clock := func(id string, start time.Time, whole time.Duration, c ClockRow) ClockRow {
		c.ID, c.Now, c.Start, c.Due = id, now, start, start.Add(whole)
		c.Yellow, c.Red = start.Add(whole/2), start.Add(whole*3/4)
		c.Ticks = []time.Time{c.Yellow, c.Red, c.Due.Add(-whole / 10)}
		c.Href, c.Policy = "/look/desk", "/look/desk#policy"
		return c
	}
	blast := "云泽化工园区爆炸事故"
	return lookDesk{
		Burst: Banner{
			ID: "burst-1", Kind: "burst", Light: LightYellow, Word: "突发聚集",
			Text: []Phrase{{Text: "“城北供水管网抢修停水”", Mark: "strong"}, {Text: "40 分钟内来件 23 件（平时同一时段 0–2 件）：热线 17、来信 2、媒体 4，涉及 "}, {Text: "河口街道", Mark: "strong"}, {Text: "约 3 个小区。"}},
			Acts: []Act{{Label: "看依据", Href: "/look/desk"}, {Label: "转为事件", Key: "E", Style: "primary"}, {Label: "暂不", Key: "X", Style: "quiet"}},
		},
		Clocks: []ClockRow{
			clock("clock-1", ago(47*time.Minute+40*time.Second), 35*time.Minute, ClockRow{
				Title: blast, Level: "重大", Rule: "书面信息报告（初报） · 接报起 35 分钟", Document: "省信息报告规定", Anchor: "接报",
				Stands: []Phrase{{Text: "电话已报 23:02 · 书面稿待签"}}, Role: "办理", Holder: "何志远", Watching: []string{"周敏"},
				Acts: []Act{{Label: "签发初报", Key: "S", Style: "primary", NeedsLine: true}},
			}),
			clock("clock-2", began, 5*time.Hour, ClockRow{
				Title: blast, Level: "重大", Rule: "首次权威发布 · 事发起 5 小时", Document: "国办发〔2016〕80号", Anchor: "事发",
				Stands: []Phrase{{Text: "第 3 稿 · 保密审查通过 22:58 · "}, {Text: "待主要负责人审签", Mark: "strong"}}, Role: "稿在", Holder: "李建平（副市长）", Held: ago(41*time.Minute + 8*time.Second),
				Acts: []Act{{Label: "催签", Key: "U", Style: "primary"}, {Label: "进入发布", Href: "/look/release", Key: "R"}},
			}),
			clock("clock-3", began, 24*time.Hour, ClockRow{
				Title: blast, Level: "重大", Rule: "新闻发布会 · 事发起 24 小时", Document: "国办发〔2016〕61号", Anchor: "事发",
				Stands: []Phrase{{Text: "已排 11月22日 10:00 新闻发布厅 · 发言人 2 · 口径 6/11"}}, Role: "承办", Holder: "新闻办 陈露",
				Acts: []Act{{Label: "进入发布会", Href: "/look/desk", Key: "R"}},
			}),
			clock("clock-4", ago(114*time.Minute+50*time.Second), 48*time.Hour, ClockRow{
				Title: "第三中学食堂“发臭鸡腿”网传视频", Level: "一般", Rule: "舆情回应 · 获知起 48 小时", Document: "国办发〔2016〕61号", Anchor: "获知",
				Stands: []Phrase{{Text: "市场监管局已签收 · 抽检中"}}, Role: "主办", Holder: "市场监管局",
				Acts: []Act{{Label: "进入事件", Href: "/look/desk"}},
			}),
		},
		Items: sampleItems(now),
	}
}

func sampleItems(now time.Time) []ItemRow {
	row := func(id string, ago time.Duration, channel string, facts []string, text ...Phrase) ItemRow {
		return ItemRow{ID: id, Href: "/look/desk", At: now.Add(-ago), Channel: channel, Facts: facts, Text: text}
	}
	rows := []ItemRow{
		row("item-6", 16*time.Second, "热线", []string{"求助", "城乡建设"}, Phrase{Text: "河口街道锦绣家园"}, Phrase{Text: "停水", Mark: "evidence"}, Phrase{Text: "，老人做透析要用水，何时恢复"}),
		row("item-5", 45*time.Second, "媒体", []string{"转发 1,204"}, Phrase{Text: "网传化工园区"}, Phrase{Text: "死亡 60 余人", Mark: "evidence"}, Phrase{Text: "、有毒气体飘向城区，与 22:30 核实的 12 人不符"}),
		row("item-4", 69*time.Second, "来信", []string{"投诉", "环境保护"}, Phrase{Text: "爆炸后小区刺鼻气味，孩子咳嗽，没有任何通知"}),
		row("item-3", 87*time.Second, "热线", []string{"咨询", "政法", "同题 12 件"}, Phrase{Text: "问环园北路是否封闭，能不能回家取药"}),
		row("item-2", 125*time.Second, "热线", []string{"咨询", "劳动和社会保障"}, Phrase{Text: "灵活就业人员社保补缴截止日期"}),
		row("item-1", 140*time.Second, "媒体", []string{"云泽晚报"}, Phrase{Text: "化工园区爆炸已致"}, Phrase{Text: "12 人遇难、37 人受伤", Mark: "evidence"}, Phrase{Text: "，明火扑灭"}),
	}
	rows[1].Flags = []Flag{{Light: LightRed, Text: "疑不实"}}
	rows[5].Flags = []Flag{{Light: LightYellow, Text: "转载 %d", Args: []any{9}}}
	rows[0].New = true
	return rows
}

func sampleRelease(now time.Time) lookRelease {
	c := sampleDesk(now).Clocks[1]
	c.ID, c.Title = "clock-alone", "首次权威发布"
	p := func(text string) Phrase { return Phrase{Text: text} }
	return lookRelease{
		Clock: c,
		Steps: []Step{
			{State: "done", Title: "起草", Lines: []string{"陈露 · 21:20–21:46"}},
			{State: "done", Title: "核实事实", Lines: []string{"应急局 赵刚 · 22:31", "死亡 12、受伤 37、失联 0"}},
			{State: "done", Title: "会签", Lines: []string{"生态环境局、卫健委 · 22:40"}},
			{State: "now", Number: 4, Title: "保密审查", Note: "第 4 稿需重审", Lines: []string{"第 3 稿 22:58 通过（王蔚，可公开）；正文已改 2 字，原结论失效"}},
			{State: "next", Title: "审签", Lines: []string{"主要负责人 李建平（重大事件）"}},
			{State: "next", Title: "发布", Lines: []string{"门户、公众号、云泽发布、媒体名单 31 家"}},
			{State: "next", Title: "核验", Lines: []string{"回取公开页面，逐字比对"}},
		},
		Title: "关于云泽化工园区爆炸事故的情况通报（一）",
		Paragraphs: [][]Phrase{
			{p("11月21日20时13分，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至23时，事故造成12人死亡、"), {Text: "39人受伤", Mark: "bad"}, p("，伤者均已送医救治。现场明火已于22时05分扑灭。")},
			{p("事故发生后，市委、市政府主要负责同志赶赴现场指挥处置，启动突发事件应急响应，组织周边群众1,260人转移安置。生态环境部门在下风向设置6个监测点，截至22时30分各项指标"), {Text: "填：监测结果", Mark: "fill"}, p("。")},
			{p("事故原因"), {Text: "系操作不当引起", Mark: "near"}, p("，正在进一步调查。环园北路、纬三路实行交通管制，请市民绕行。救助咨询电话：12345（24小时）。")},
			{p("有关情况将"), {Text: "尽快", Mark: "near"}, p("续报。")},
		},
		Checks: []Check{
			{Light: LightOver, Title: "与核实事实不符", Quote: "39人受伤", Text: "应急局 22:31 核实为 37 人。", Acts: []Act{{Label: "改为 37", Key: "1", Style: "quiet"}, {Label: "更新事实并重新核实", Style: "quiet"}}},
			{Light: LightOver, Title: "缺要素", Text: "监测结果未填：公众最关心（来件 142 件问“有没有毒”）。"},
			{Light: LightYellow, Title: "慎报原因", Quote: "系操作不当引起", Text: "调查未结，不宜定性。", Acts: []Act{{Label: "删去", Key: "3", Style: "quiet"}, {Label: "说明理由后保留", Style: "quiet"}}},
			{Light: LightYellow, Title: "承诺无期限", Quote: "尽快", Text: "写明下次通报时间。", Acts: []Act{{Label: "改为“11月22日8时前”", Key: "4", Style: "quiet"}}},
		},
		Asks: []Ask{{Text: "有没有毒气", Count: 142}, {Text: "伤亡数字", Count: 97}, {Text: "能否回家", Count: 61}, {Text: "停不停课", Count: 38}},
	}
}

func sampleCategories() []Option {
	return []Option{
		{Value: "城乡建设", Text: "城乡建设", Keys: "cxjs chengxiangjianshe"}, {Value: "交通运输", Text: "交通运输", Keys: "jtys jiaotongyunshu"},
		{Value: "环境保护", Text: "环境保护", Keys: "hjbh huanjingbaohu"}, {Value: "劳动和社会保障", Text: "劳动和社会保障", Keys: "ldhshbz laodongheshehuibaozhang"},
		{Value: "教育文体", Text: "教育文体", Keys: "jywt jiaoyuwenti"}, {Value: "卫生计生", Text: "卫生计生", Keys: "wsjs weishengjisheng"},
		{Value: "政法", Text: "政法", Keys: "zf zhengfa"}, {Value: "民政", Text: "民政", Keys: "mz minzheng"},
	}
}

func sampleAll(now time.Time, desk lookDesk, release lookRelease) lookAll {
	kinds := []Option{{Value: "咨询", Text: "咨询"}, {Value: "求助", Text: "求助"}, {Value: "投诉", Text: "投诉"}, {Value: "举报", Text: "举报"}}
	met := desk.Clocks[1]
	met.ID, met.Met, met.Acts, met.Stands = "clock-5", now.Add(-20*time.Minute), nil, []Phrase{{Text: "22:58 门户发布，已取证"}}
	red := desk.Clocks[1]
	red.ID, red.Start, red.Due, red.Red, red.Holder = "clock-6", now.Add(-4*time.Hour-30*time.Minute), now.Add(30*time.Minute), now.Add(-45*time.Minute), ""
	desk.Clocks = append(desk.Clocks, red, met)
	return lookAll{
		lookDesk: desk, lookRelease: release,
		Levels: []string{"特别重大", "重大", "较大", "一般", ""},
		Lights: []string{LightGreen, LightYellow, LightRed, LightOver, LightMet},
		Kinds:  kinds, Categories: sampleCategories(),
		Filters: Filters{Action: "/look", Target: "#look-items", Query: "停水", Active: 2, Count: 37, Filters: []Filter{
			{Name: "channel", Label: "渠道", Options: []Option{{Value: "热线", Text: "热线"}, {Value: "来信", Text: "来信"}, {Value: "媒体", Text: "媒体"}}},
			{Name: "kind", Label: "诉求类型", Value: "求助", Options: kinds},
		}, Views: sampleViews()},
		Moments: []Moment{
			{ID: "moment-3", At: now.Add(-43 * time.Minute), Who: "王蔚", Act: "保密审查第 3 稿：可以公开", Light: LightMet},
			{ID: "moment-2", At: now.Add(-69 * time.Minute), Entered: now.Add(-30 * time.Minute), Who: "赵刚", Act: "核实事实", Text: []Phrase{{Text: "死亡 12、受伤 37、失联 0"}}},
			{ID: "moment-1", At: now.Add(-208 * time.Minute), Act: "事发", Light: LightOver, Text: []Phrase{{Text: "环园北路18号一车间爆炸"}}},
		},
		Facts: []Fact{
			{Name: "事发", Value: []Phrase{{Text: "2026年11月21日 20:13"}}, Note: "起算"},
			{Name: "死亡", Value: []Phrase{{Text: "12 人"}}, Note: "应急局 22:31 核实"},
			{Name: "电话", Value: []Phrase{{Text: Mask("13912344471")}}},
		},
		Errors: []FieldError{{ID: "f-place", Text: "请填写地点"}, {ID: "f-kind", Text: "请选择诉求类型"}},
		Banners: []Banner{
			{Kind: "bad", Text: []Phrase{{Text: "连接中断，以下为 23:41:07 的数据"}}},
			{Kind: "drill", Word: "演练", Text: []Phrase{{Text: "以 36 倍速进行，与真实数据、会场和渠道隔绝"}}},
			{Kind: "info", Text: []Phrase{{Text: "陈露正在编辑这份文稿"}}},
		},
		Empty: Empty{Icon: "inbox", Title: "还没有来件", Text: "接入一个来源，或先播放一场演练", Acts: []Act{{Label: "添加来源", Href: "/look", Style: "primary"}, {Label: "开始演练", Href: "/look"}}},
		Pager: Pager{Next: "/look?page=2", From: 1, To: 50, Total: 486},
		Drill: sampleDrill(now),
		Flow:  sampleFlow(now),
	}
}

func sampleViews() *ViewsMenu {
	return &ViewsMenu{
		Page: "items", Present: "kind=求助&q=停水", Name: "停水求助", Path: "/look",
		Mine:   []ViewLine{{SavedView: desk.SavedView{ID: 1, Name: "停水求助", Shared: true}, Href: "/look", Current: true, Own: true, Remove: true}},
		Shared: []ViewLine{{SavedView: desk.SavedView{ID: 2, Name: "夜间紧急求助", Owner: "陈露", Shared: true}, Href: "/look"}},
	}
}

func sampleDrill(now time.Time) *Drill {
	step := GuideRow{
		At: now.Add(-19 * time.Minute), Happened: "第二通电话说厂里有人被埋，与第一通所说的人数不同。",
		Do: "把两件并入同一事件，事实栏记“待核实”。", Keys: []string{"J", "R"}, Tracked: true,
	}
	done := step
	done.At, done.Happened, done.Do = now.Add(-27*time.Minute), "第一通电话打进来：化工园区一声巨响。", "转为事件，初判等级。"
	done.DoneAt, done.DoneBy = now.Add(-25*time.Minute), "周敏"
	return &Drill{
		Name: "化工园区爆炸", Speed: "36 倍速", State: "演练进行中", Light: LightGreen, Gone: "19 分", Length: "6 小时",
		Cast:  []CastRow{{Login: "look", Name: "周敏", Roles: "值班员", Me: true}, {Login: "look-press", Name: "陈露", Roles: "新闻专员"}},
		Guide: Guide{Name: "周敏", Roles: "值班员", Href: "/look/desk", Now: &step, Steps: []GuideRow{done, step}, Done: 1},
	}
}

func sampleFlow(now time.Time) FlowChart {
	slots := make([]map[desk.Channel]int, 12)
	most := 0
	for i := range slots {
		slots[i] = map[desk.Channel]int{desk.ChannelHotline: (i * 7) % 11, desk.ChannelMailbox: i % 3, desk.ChannelMedia: (i * 5) % 8}
		most = max(most, slots[i][desk.ChannelHotline]+slots[i][desk.ChannelMailbox]+slots[i][desk.ChannelMedia])
	}
	from := now.Add(-6 * time.Hour)
	return teller{}.chart(desk.DebriefFlow{From: from, Step: 30 * time.Minute, Slots: slots, Most: most}, []SeenText{{N: 1, DebriefText: desk.DebriefText{Publication: desk.Publication{ActedAt: from.Add(4 * time.Hour)}}}})
}
