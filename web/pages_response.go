package web

import (
	"net/http"

	"huiying/desk"
)

// routesPagesResponse is the table of the pages with which the office responds, and of those by which it is run:
// incidents, releases, briefings, topics, quarantine, sources, people, alerts, record, wall.
func (s *Server) routesPagesResponse() []route {
	read, items := acts(desk.ActIncidentRead), acts(desk.ActItemRead)
	get := func(path string, need []desk.Act, h http.HandlerFunc) route {
		return route{method: http.MethodGet, path: path, acts: need, handler: h}
	}
	post := func(path string, need desk.Act, h http.HandlerFunc) route {
		return route{method: http.MethodPost, path: path, acts: acts(need), handler: h}
	}
	upload := func(path string, need desk.Act, h http.HandlerFunc) route {
		return route{method: http.MethodPost, path: path, acts: acts(need), handler: h, limit: maxProofBody}
	}
	room := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, fields, incidentHome, s.incidentPage, act)
	}
	bench := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, append(fields, "version"), releaseHome, s.releasePage, act)
	}
	brief := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, fields, briefingHome, s.briefingPage, act)
	}
	topic := func(dialog string, act pageAct, fields ...string) http.HandlerFunc {
		return s.act(dialog, fields, topicHome, s.topicPage, act)
	}
	return []route{
		get("/incidents", read, s.incidents),
		get("/incidents/new", acts(desk.ActIncidentRaise), s.incidentNew),
		post("/incidents", desk.ActIncidentRaise, s.incidentRaise),
		get("/incidents/{id}", read, s.incident),
		post("/incidents/{id}/judge", desk.ActIncidentGrade, room("judge", s.incidentJudge, "level", "suspected", "needs", "at", "reason")),
		post("/incidents/{id}/confirm", desk.ActIncidentGrade, room("confirm", s.incidentConfirm, "level", "document", "body", "needs", "at", "reason")),
		post("/incidents/{id}/instant", desk.ActIncidentGrade, room("instant", s.incidentInstant, "anchor", "at", "reason")),
		post("/incidents/{id}/decide", desk.ActIncidentSecond, room("decide", s.incidentDecide, "change", "decide", "why")),
		post("/incidents/{id}/facts", desk.ActIncidentRaise, room("facts", s.incidentFacts, "deaths", "missing", "injured", "serious_injured", "poisoned", "crowd", "at_risk", "loss_yuan", "from", "version")),
		post("/incidents/{id}/attach", desk.ActIncidentRaise, room("attach", s.incidentAttach, "items")),
		upload("/incidents/{id}/elsewhere", desk.ActReleasePublish, room("elsewhere", s.incidentElsewhere, "meets", "issuer", "channel", "address", "acted_at", "note")),
		post("/incidents/{id}/take", desk.ActIncidentRaise, room("", s.incidentTake)),
		post("/incidents/{id}/close", desk.ActIncidentGrade, room("close", s.incidentClose, "why")),
		get("/incidents/{id}/releases/new", acts(desk.ActReleaseDraft), s.releaseNew),
		post("/incidents/{id}/releases", desk.ActReleaseDraft, s.releaseDraft),

		get("/releases", read, s.releaseList),
		get("/releases/{id}", read, s.release),
		get("/releases/{id}/compare", read, s.releaseCompare),
		get("/releases/{id}/sign", read, s.releaseSignPage),
		post("/releases/{id}/edit", desk.ActReleaseDraft, bench("edit", s.releaseEdit, "title", "body")),
		post("/releases/{id}/mend", desk.ActReleaseDraft, bench("", s.releaseMend, "in", "start", "was", "with")),
		post("/releases/{id}/submit", desk.ActReleaseDraft, bench("submit", s.releaseSubmit)),
		post("/releases/{id}/review", desk.ActReleaseReview, bench("review", s.releaseReview, "conclusion", "basis", "acted_at")),
		post("/releases/{id}/sign", desk.ActReleaseSign, s.act("sign", []string{"version", "acted_at"}, releaseHome, s.signPage, s.releaseSign)),
		post("/releases/{id}/return", desk.ActReleaseSign, s.act("return", []string{"version", "reason"}, releaseHome, s.signPage, s.releaseReturn)),
		upload("/releases/{id}/publish", desk.ActReleasePublish, bench("publish", s.releasePublish, "channel", "address", "acted_at", "note")),
		get("/publications/{id}/proof", read, s.publicationProof),

		get("/briefings", read, s.briefings),
		get("/briefings/new", acts(desk.ActBriefing), s.briefingNew),
		post("/briefings", desk.ActBriefing, s.briefingSchedule),
		get("/briefings/{id}", read, s.briefing),
		post("/briefings/{id}/move", desk.ActBriefing, brief("move", s.briefingMove, briefingFields...)),
		post("/briefings/{id}/cancel", desk.ActBriefing, brief("cancel", s.briefingCancel, "why")),
		upload("/briefings/{id}/hold", desk.ActBriefing, brief("hold", s.briefingHold, "spoke", "address", "acted_at", "note")),
		get("/briefings/{id}/proof", read, s.briefingProof),

		get("/search", items, s.search),
		get("/topics", items, s.topics),
		get("/topics/{id}", items, s.topic),
		post("/topics/{id}/arrange", desk.ActTopicArrange, s.topicArrange),
		post("/topics/{id}/join", desk.ActTopicArrange, topic("join", s.topicJoin, "into", "into-text", "why")),
		post("/topics/{id}/attach", desk.ActIncidentRaise, topic("attach", s.topicAttach, "incident", "incident-text")),
		post("/topics/{id}/decline", desk.ActIncidentRaise, topic("decline", s.topicDecline, "why")),
		post("/topic-acts/{id}/undo", desk.ActTopicArrange, s.topicUndo),
		get("/sources", acts(desk.ActSourceManage), s.sourcesIndex),
		post("/sources", desk.ActSourceManage, s.sourceAdd),
		post("/sources/{id}/settings", desk.ActSourceManage, s.act("settings", []string{"settings"}, sourceHome, s.sourceAgain, s.sourceMapping)),
		post("/sources/{id}/state", desk.ActSourceManage, s.act("", []string{"to"}, sourcesHome, s.sourcesAgain, s.sourcePause)),
		get("/sources/{id}", acts(desk.ActSourceManage), s.source),
		post("/sources/{id}/address", desk.ActSourceManage, s.sourceMove),
		post("/sources/{id}/key", desk.ActSourceManage, s.sourceKey),
		post("/sources/{id}/try", desk.ActSourceManage, s.sourceTry),
		get("/models", acts(desk.ActModelManage), s.models),
		post("/models/{id}/use", desk.ActModelManage, s.modelUse),
		get("/categories", acts(desk.ActCategoryManage), s.categories),
		post("/categories", desk.ActCategoryManage, s.categoryAct("add", "已新增，几秒内按它研判", s.categoryAdd)),
		post("/categories/edit", desk.ActCategoryManage, s.categoryAct("edit", "已保存，几秒内按它研判", s.categoryEdit)),
		post("/categories/drop", desk.ActCategoryManage, s.categoryAct("drop", "已删除，原有来件不变", s.categoryDrop)),
		get("/people", acts(desk.ActPersonManage), s.peopleIndex),
		post("/people", desk.ActPersonManage, s.personAdd),
		post("/people/{id}", desk.ActPersonManage, s.personSet),
		get("/alerts", acts(desk.ActAlertText), s.alerts),
		post("/alerts/{channel}", desk.ActAlertText, s.alertSwitch),
		get("/record", acts(desk.ActRecordRead), s.record),
		get("/handover", acts(desk.ActHandover), s.handover),
		get("/wall", read, s.wall),
		post("/wall/keep", desk.ActIncidentRead, s.wallKeep), // last: a session that was here opens nothing else
	}
}
