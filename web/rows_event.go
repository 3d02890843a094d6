package web

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

// eventWords are the kinds of event as the record and timelines tell them.
var eventWords = map[string]string{
	"item.created": "收到来件", "item.updated": "来件更新", "item.quarantined": "来件进入隔离", "item.corrected": "更正初判建议", "item.returned": "退单", "item.revealed": "查看个人信息",
	"item.file": "下载附件", "item.original": "下载原件", "item.replied": "公开答复", "item.logged": "坐席登记", "quarantine.mended": "隔离件修复重放",
	"quarantine.revealed": "查看隔离件原文", "quarantine.file": "下载隔离件", "quarantine.dropped": "搁置隔离件", "quarantine.reopened": "重新处理隔离件",
	"incident.raised": "转为事件", "incident.judged": "初判", "incident.confirmed": "核定", "incident.instant": "更正时间点", "incident.facts": "核实事实",
	"incident.attached": "并入来件", "incident.taken": "接手", "incident.closed": "办结", "incident.change-asked": "提请变更，待第二人确认",
	"incident.change-approved": "第二人同意变更", "incident.change-refused": "第二人不同意变更",
	"clock.started": "时限起算", "clock.moved": "时限调整", "clock.withdrawn": "时限撤销", "clock.met": "时限完成", "clock.stage": "时限提醒",
	"release.drafted": "起草文稿", "release.edited": "修改文稿", "release.submitted": "送保密审查", "release.reviewed": "保密审查", "release.signed": "签发",
	"release.returned": "退回", "release.published": "发布", "publication.registered": "登记其他单位发布",
	"briefing.scheduled": "排定发布会", "briefing.moved": "调整发布会", "briefing.cancelled": "取消发布会", "briefing.held": "召开发布会",
	"notice.raised": "发出提醒", "notice.acked": "签收提醒", "delivery.sent": "提醒已送达", "delivery.failed": "提醒没有送到", "delivery.pending": "提醒待重送",
	"person.added": "新增人员", "person.changed": "变更人员", "person.signed-in": "登录", "person.refused": "登录被拒", "person.locked": "账号锁定",
	"token.added": "新增令牌", "source.added": "新增来源", "source.changed": "变更来源", "source.failing": "来源出错", "source.recovered": "来源恢复",
	"source.silent": "来源静默", "source.heard": "来源恢复来件", "source.rekeyed": "更换来源密钥", "item.removed": "原文已删除", "item.counted": "更新阅读评论数", "item.shot": "下载截图", "item.pasted": "粘贴登记", "item.unlisted": "跌出热榜",
	"import.added": "上传表格", "import.started": "开始导入", "import.dropped": "停止或放弃导入", "import.done": "导入完成", "import.failed": "导入停止", "item.exported": "导出来件",
	"setting.alert-text": "外发内容开关", "model.made": "学得候选模型", "model.used": "换用模型",
	"category.added": "新增领域", "category.changed": "修改领域", "category.removed": "删除领域",
	"item.told": "回推对方平台", "mirror.failing": "来源回推出错", "mirror.recovered": "来源回推恢复",
	"topic.joined": "并入话题", "topic.split": "拆分话题", "topic.moved": "移动来件到另一话题", "topic.undone": "撤销话题调整", "topic.burst": "来件骤增", "topic.decided": "答复“转为事件？”", "topic.titled": "更新话题名称",
	"drill.held": "举行演练", "drill.purged": "清除演练", "person.switched": "演练中换身份",
	"view.saved": "保存常用筛选", "view.shared": "共享或收回常用筛选", "view.removed": "删除常用筛选", "view.restored": "恢复常用筛选",
}

// eventLights colour the dots of a timeline.
var eventLights = map[string]string{
	"clock.met": LightMet, "release.published": LightMet, "briefing.held": LightMet, "publication.registered": LightMet, "incident.closed": LightMet,
	"incident.change-asked": LightYellow, "release.returned": LightYellow, "incident.change-refused": LightYellow, "incident.raised": LightRed, "delivery.failed": LightRed,
}

// stageWords are the stages of a clock.
var stageWords = map[string]string{"half": "时间过半", "three-quarters": "时间已过四分之三", "before": "临近到时", "due": "到时", "overdue": "超时"}

// eventWord is the event in the reader's words.
func (r teller) eventWord(e desk.Event) string {
	if w, ok := eventWords[e.Type]; ok {
		return r.t(w)
	}
	return e.Type
}

// eventMoment is an event as a line of a timeline: what was done, with the figures that matter, why, and both times.
func (r teller) eventMoment(e desk.Event) Moment {
	m := Moment{ID: fmt.Sprintf("event-%d", e.ID), At: e.ActedAt, Who: e.Actor, Act: r.eventWord(e), Light: eventLights[e.Type]}
	if e.Late() {
		m.Entered = e.At
	}
	if text := r.eventText(e); text != "" {
		m.Text = append(m.Text, Phrase{Text: text})
	}
	if e.Why != "" {
		if len(m.Text) > 0 {
			m.Text = append(m.Text, Phrase{Text: "　"})
		}
		m.Text = append(m.Text, Phrase{Text: whyWords(r, e)})
	}
	switch e.Subject.Kind {
	case "release":
		m.Href = "/releases/" + e.Subject.ID
	case "briefing":
		m.Href = "/briefings/" + e.Subject.ID
	}
	return m
}

// whyWords introduces the reason as what it is.
func whyWords(r teller, e desk.Event) string {
	switch e.Type {
	case "incident.facts":
		return r.t("%s核实", e.Why)
	case "release.reviewed":
		return r.t("依据：%s", e.Why)
	}
	return r.t("理由：%s", e.Why)
}

// tidings is what an event carries for programs, as far as its line needs it.
type tidings struct {
	Level   string     `json:"level"`
	Rule    string     `json:"rule"`
	Stage   string     `json:"stage"`
	Due     *time.Time `json:"due"`
	Start   *time.Time `json:"start"`
	Late    bool       `json:"late"`
	MetAt   *time.Time `json:"met_at"`
	Version int        `json:"version"`
	Code    string     `json:"code"`
	Items   []string   `json:"items"`
	Room    string     `json:"room"`
	Starts  *time.Time `json:"starts"`
	Issuer  string     `json:"issuer"`
}

// eventText is the one fact of an event that its line must not lack.
func (r teller) eventText(e desk.Event) string {
	var t tidings
	_ = json.Unmarshal(e.Data, &t) // what isn't there stays empty
	d := r.dates()
	switch e.Type {
	case "incident.judged", "incident.confirmed":
		var g desk.Grade
		_ = json.Unmarshal(e.After, &g)
		words := []string{r.t(g.Level)}
		if g.Suspected {
			words[0] = r.t("疑似%s", words[0])
		}
		return strings.Join(nonEmpty(words[0], g.Document, g.Body), " · ")
	case "incident.instant":
		var to desk.Instant
		_ = json.Unmarshal(e.After, &to)
		if to.At == nil {
			return r.t(anchorWords[to.Kind])
		}
		return r.t(anchorWords[to.Kind]) + " " + d.short(*to.At)
	case "incident.facts":
		var f desk.Facts
		_ = json.Unmarshal(e.After, &f)
		return r.factWords(f)
	case "incident.attached":
		return r.t("%d 件", len(t.Items))
	case "clock.started", "clock.moved", "clock.met", "clock.withdrawn", "clock.stage":
		return r.clockWords(e.Type, t)
	case "release.drafted", "release.edited", "release.submitted", "release.signed", "release.returned", "release.published":
		return r.t("第 %d 稿", t.Version) + " · " + r.t("核对码 %s", t.Code)
	case "release.reviewed":
		var said string
		_ = json.Unmarshal(e.After, &said)
		return r.t("第 %d 稿", t.Version) + " · " + r.t(said)
	case "briefing.scheduled", "briefing.moved":
		if t.Starts != nil {
			return d.short(*t.Starts) + " · " + t.Room
		}
	case "publication.registered":
		return t.Issuer
	}
	return ""
}

func (r teller) clockWords(kind string, t tidings) string {
	name := t.Rule
	if rule, ok := r.desk.Policy.Rule(t.Rule); ok {
		name = r.t(rule.Name)
	}
	d := r.dates()
	switch {
	case kind == "clock.stage":
		return name + " · " + r.t(stageWords[t.Stage])
	case kind == "clock.met" && t.MetAt != nil && t.Due != nil:
		if t.Late {
			return name + " · " + r.t("迟 %s", d.span(t.MetAt.Sub(*t.Due)))
		}
		return name + " · " + r.t("提前 %s", d.span(t.Due.Sub(*t.MetAt)))
	case t.Due != nil && kind != "clock.withdrawn":
		return name + " · " + r.t("应于 %s 前", d.short(*t.Due))
	}
	return name
}

// factWords tells the verified figures in a row: 死亡 12 · 受伤 37.
func (r teller) factWords(f desk.Facts) string {
	var words []string
	for _, n := range figuresOf(f) {
		if n.N != nil {
			words = append(words, r.t(n.Name)+" "+number(*n.N))
		}
	}
	if f.LossYuan != nil {
		words = append(words, r.t("损失")+" "+r.t("%s 元", number(int(*f.LossYuan))))
	}
	if len(words) == 0 {
		return r.t("暂无数字")
	}
	return strings.Join(words, " · ")
}

// factFigure is one figure of the facts with the name of its field.
type factFigure struct {
	Field, Name string
	N           *int
}

// figuresOf are the figures in the order in which forms ask for them.
func figuresOf(f desk.Facts) []factFigure {
	return []factFigure{{"deaths", "死亡", f.Deaths}, {"missing", "失联", f.Missing}, {"injured", "受伤", f.Injured},
		{"serious_injured", "其中重伤", f.SeriousInjured}, {"poisoned", "中毒", f.Poisoned}, {"crowd", "聚集", f.Crowd}, {"at_risk", "涉险", f.AtRisk}}
}

// figureText is a figure as a form carries it.
func figureText(n *int) string {
	if n == nil {
		return ""
	}
	return strconv.Itoa(*n)
}
