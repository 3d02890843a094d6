package web

import (
	"net/http"

	"huiying/desk"
)

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routesAPI is the table of the JSON API, and the socket.
func (s *Server) routesAPI() []route {
	table := []route{
		{method: post, path: "/api/v1/items", keys: true, long: true, summary: "推送来件", api: pushDoor},
		{method: get, path: "/api/v1/items", acts: acts(desk.ActItemRead), keys: true, summary: "来件", api: does(s.listItems)},
		{method: get, path: "/api/v1/items/{id}", acts: acts(desk.ActItemRead), keys: true, summary: "一件来件", api: does(s.getItem)},
		{method: post, path: "/api/v1/items/log", acts: acts(desk.ActItemLog), summary: "坐席登记来电", api: does(s.logCall)},
		{method: post, path: "/api/v1/duty", acts: acts(desk.ActDutyLog), summary: "登记来电来文", api: does(s.logDuty)},
		{method: post, path: "/api/v1/items/{id}/correct", acts: acts(desk.ActItemCorrect), summary: "订正初判", api: does(s.correctItem)},
		{method: post, path: "/api/v1/items/{id}/return", acts: acts(desk.ActItemReturn), summary: "退单", api: does(s.returnItem)},
		{method: get, path: "/api/v1/categories", acts: acts(desk.ActItemRead), summary: "领域", api: does(s.listCategories)},
		{method: post, path: "/api/v1/items/{id}/settle", acts: acts(desk.ActItemSettle), summary: "标为已阅，或撤回", api: does(s.settleItem)},
		{method: post, path: "/api/v1/items/{id}/reveal", acts: acts(desk.ActItemReveal), summary: "查看个人信息（留痕）", api: does(s.revealItem)},
		{method: post, path: "/api/v1/items/{id}/file", acts: acts(desk.ActItemReveal), summary: "取附件（留痕）", api: does(s.downloadItemFile)},
		{method: post, path: "/api/v1/items/{id}/original", acts: acts(desk.ActItemReveal), summary: "取原件（留痕）", api: does(s.downloadOriginal)},
		{method: get, path: "/api/v1/topics", acts: acts(desk.ActItemRead), summary: "话题", api: does(s.listTopics)},
		{method: get, path: "/api/v1/quarantine", acts: acts(desk.ActQuarantine), keys: true, summary: "隔离的内容", api: does(s.listQuarantine)},
		{method: post, path: "/api/v1/quarantine/{id}/mend", acts: acts(desk.ActQuarantine), limit: maxProofBody, summary: "修正并重放", api: does(s.mendQuarantined)},
		{method: post, path: "/api/v1/quarantine/{id}/reveal", acts: acts(desk.ActQuarantineSee), summary: "查看隔离的原文（留痕）", api: does(s.revealQuarantined)},
		{method: post, path: "/api/v1/quarantine/{id}/drop", acts: acts(desk.ActQuarantine), summary: "搁置", api: does(s.dropQuarantined)},
		{method: post, path: "/api/v1/quarantine/{id}/reopen", acts: acts(desk.ActQuarantine), summary: "重新处理", api: does(s.reopenQuarantined)},
		{method: get, path: "/api/v1/sources", acts: acts(desk.ActSourceManage, desk.ActQuarantine), summary: "来源", api: does(s.listSources)},

		{method: get, path: "/api/v1/incidents", acts: acts(desk.ActIncidentRead), summary: "事件", api: does(s.listIncidents)},
		{method: get, path: "/api/v1/incidents/{id}", acts: acts(desk.ActIncidentRead), summary: "一个事件", api: does(s.getIncident)},
		{method: post, path: "/api/v1/incidents", acts: acts(desk.ActIncidentRaise), summary: "转为事件", api: does(s.raiseIncident)},
		{method: post, path: "/api/v1/incidents/{id}/judge", acts: acts(desk.ActIncidentGrade), summary: "初判", api: does(s.judgeIncident)},
		{method: post, path: "/api/v1/incidents/{id}/confirm", acts: acts(desk.ActIncidentGrade), summary: "登记核定", api: does(s.confirmIncident)},
		{method: post, path: "/api/v1/incidents/{id}/instant", acts: acts(desk.ActIncidentGrade), summary: "更正时间点", api: does(s.setInstant)},
		{method: post, path: "/api/v1/incidents/{id}/attach", acts: acts(desk.ActIncidentRaise), summary: "并入来件", api: does(s.attachItems)},
		{method: post, path: "/api/v1/incidents/{id}/facts", acts: acts(desk.ActIncidentRaise), summary: "登记事实", api: does(s.noteFacts)},
		{method: post, path: "/api/v1/incidents/{id}/take", acts: acts(desk.ActIncidentRaise), summary: "接手", api: does(s.takeIncident)},
		{method: post, path: "/api/v1/incidents/{id}/close", acts: acts(desk.ActIncidentGrade), summary: "办结", api: does(s.closeIncident)},
		{method: post, path: "/api/v1/incidents/{id}/elsewhere", acts: acts(desk.ActReleasePublish), limit: maxProofBody, summary: "登记其他单位的发布", api: does(s.registerElsewhere)},
		{method: post, path: "/api/v1/changes/{id}/decide", acts: acts(desk.ActIncidentSecond), summary: "第二人确认", api: does(s.decideChange)},
		{method: get, path: "/api/v1/clocks", acts: acts(desk.ActIncidentRead), summary: "时限", api: does(s.listClocks)},
		{method: get, path: "/api/v1/notices", acts: acts(desk.ActIncidentRead), summary: "提醒", api: does(s.listNotices)},
		{method: post, path: "/api/v1/notices/{id}/ack", acts: acts(desk.ActNoticeAck), summary: "签收提醒", api: does(s.ackNotice)},

		{method: get, path: "/api/v1/releases", acts: acts(desk.ActIncidentRead), summary: "权威发布", api: does(s.listReleases)},
		{method: get, path: "/api/v1/releases/{id}", acts: acts(desk.ActIncidentRead), summary: "一篇发布", api: does(s.getRelease)},
		{method: post, path: "/api/v1/releases", acts: acts(desk.ActReleaseDraft), summary: "起草", api: does(s.draftRelease)},
		{method: post, path: "/api/v1/releases/{id}/edit", acts: acts(desk.ActReleaseDraft), summary: "改稿", api: does(s.editRelease)},
		{method: post, path: "/api/v1/releases/{id}/submit", acts: acts(desk.ActReleaseDraft), summary: "送审", api: does(s.submitRelease)},
		{method: post, path: "/api/v1/releases/{id}/review", acts: acts(desk.ActReleaseReview), summary: "保密审查", api: does(s.reviewRelease)},
		{method: post, path: "/api/v1/releases/{id}/sign", acts: acts(desk.ActReleaseSign), summary: "审签", api: does(s.signRelease)},
		{method: post, path: "/api/v1/releases/{id}/publish", acts: acts(desk.ActReleasePublish), limit: maxProofBody, summary: "发布", api: does(s.publishRelease)},

		{method: get, path: "/api/v1/briefings", acts: acts(desk.ActIncidentRead), summary: "新闻发布会", api: does(s.listBriefings)},
		{method: get, path: "/api/v1/briefings/{id}", acts: acts(desk.ActIncidentRead), summary: "一场发布会", api: does(s.getBriefing)},
		{method: post, path: "/api/v1/briefings", acts: acts(desk.ActBriefing), summary: "排定", api: does(s.scheduleBriefing)},
		{method: post, path: "/api/v1/briefings/{id}/move", acts: acts(desk.ActBriefing), summary: "改期", api: does(s.moveBriefing)},
		{method: post, path: "/api/v1/briefings/{id}/hold", acts: acts(desk.ActBriefing), limit: maxProofBody, summary: "登记召开", api: does(s.holdBriefing)},
		{method: post, path: "/api/v1/briefings/{id}/cancel", acts: acts(desk.ActBriefing), summary: "取消", api: does(s.cancelBriefing)},
	}
	table = append(table, s.routesAPIDrills()...)
	table = append(table, s.routesAPITopics()...)
	for i := range table {
		if !table[i].long {
			table[i].rate = rateCalls
		}
	}
	return append(table, route{method: get, path: "/live", open: true, long: true, handler: s.live})
}
