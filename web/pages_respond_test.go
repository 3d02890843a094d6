package web

import (
	"time"

	"huiying/desk"
	"huiying/desk/desktest"
)

// draft is a text with something for every check.
const draft = "11月21日20时13分，云泽化工园区环园北路18号云泽恒升化工有限公司一车间发生爆炸。截至23时，事故造成12人死亡、39人受伤，伤者均已送医救治。现场明火已于22时05分扑灭。\n" +
	"事故发生后，市委、市政府主要负责同志赶赴现场指挥处置，启动突发事件应急响应，组织周边群众1,260人转移安置。生态环境部门在下风向设置6个监测点，截至22时30分各项指标【填：监测结果】。\n" +
	"事故原因系操作不当引起，正在进一步调查。环园北路、纬三路实行交通管制，请市民绕行。救助咨询电话：12345（24小时）。\n" +
	"有关情况将尽快续报。\n云泽市人民政府新闻办公室\n2026年11月21日"

// respond adds to the evening what the pages of the response show: facts, a draft in its third version, a second
// incident that nobody has graded, a change that waits, another body's release, a quarantined item.
func (n *evening) respond() (c caseOf, rel desk.Release, ungraded desk.Incident) {
	ctx := n.t.Context()
	n.Parsers["mailbox"], n.Parsers["feed"] = desktest.Lines{}, desktest.Lines{}
	n.Channels = []string{"slack"}
	c = n.fill()
	n.at(70*time.Minute, func() {
		deaths, injured, missing := 12, 37, 0
		must(n.NoteFacts(ctx, c.duty, c.blast.ID, desk.Facts{Deaths: &deaths, Injured: &injured, Missing: &missing}, "应急局 赵刚"))
	})
	n.at(20*time.Minute, func() {
		rel = must(n.DraftRelease(ctx, c.press, c.blast.ID, desk.ReleaseFirst, "关于云泽化工园区爆炸事故的情况通报（一）", "11月21日20时13分，云泽化工园区一车间发生爆炸，已造成人员伤亡。"))
		rel = must(n.EditRelease(ctx, c.press, rel.ID, 1, rel.Current.Title, draft))
	})
	n.at(8*time.Minute, func() {
		ungraded = must(n.RaiseIncident(ctx, c.duty, desk.Raise{Title: "河口街道供水主管爆裂", Kind: "事故灾难", Place: "河口街道锦绣家园"}))
	})
	n.at(5*time.Minute, func() {
		later := n.now().Add(-2 * time.Hour)
		must(n.SetInstant(ctx, c.duty, c.blast.ID, desk.Instant{Kind: "occurred", At: &later}, "消防接警记录为准"))
	})
	n.at(3*time.Minute, func() {
		at := n.now().Add(-30 * time.Minute)
		must(n.RegisterElsewhere(ctx, c.press, desk.Elsewhere{Incident: c.chicken.ID, Meets: "response", Issuer: "省市场监督管理局", Publish: desk.Publish{Channel: "官网", ActedAt: &at,
			Proof: desk.Proof{Address: "https://example.org/1", FileName: "a.png", FileType: "image/png", File: []byte("\x89PNG\r\n\x1a\n")}}}))
		must(n.Receive(ctx, n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`[{"Title":"","Body":""}]`)}}}))
		must(n.Receive(ctx, n.Source, desk.Batch{Raws: []desk.Raw{{ContentType: "application/json", Bytes: []byte(`{"title": 缺引号，联系 13912344471}`)}}}))
	})
	n.person(desk.RoleSysadmin, "sys", "马骏")
	n.person(desk.RoleSecadmin, "sec", "何志远")
	n.person(desk.RoleAuditor, "audit", "林静")
	n.person(desk.RoleSecrecy, "secrecy2", "丁一")
	return c, rel, ungraded
}
