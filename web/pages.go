package web

import (
	"net/http"
	"slices"

	"huiying/desk"
)

// routesPages is the table of pages. Each page action is a file of its own.
func (s *Server) routesPages() []route {
	return slices.Concat(s.pagesIn(), s.routesPagesResponse(), s.routesViews(), s.routesImports(), s.routesQuarantine(), s.routesDrill())
}

// pagesIn is what comes in and what is due: sign-in, live desk, inbox, seat, notices, search.
func (s *Server) pagesIn() []route {
	return []route{
		{method: http.MethodGet, path: "/login", open: true, handler: s.login},
		{method: http.MethodPost, path: "/login", open: true, rate: rateSignIn, handler: s.signIn},
		{method: http.MethodPost, path: "/logout", handler: s.logout},
		{method: http.MethodGet, path: "/", handler: s.desk},
		{method: http.MethodGet, path: "/items", acts: acts(desk.ActItemRead), handler: s.inbox},
		{method: http.MethodGet, path: "/items/{id}", acts: acts(desk.ActItemRead), handler: s.item},
		{method: http.MethodPost, path: "/items/{id}/settle", acts: acts(desk.ActItemSettle), handler: s.itemSettle},
		{method: http.MethodPost, path: "/items/{id}/correct", acts: acts(desk.ActItemCorrect), handler: s.itemCorrect},
		{method: http.MethodPost, path: "/items/{id}/return", acts: acts(desk.ActItemReturn), handler: s.itemReturn},
		{method: http.MethodPost, path: "/items/{id}/reveal", acts: acts(desk.ActItemReveal), handler: s.itemReveal},
		{method: http.MethodGet, path: "/items/{id}/shot", acts: acts(desk.ActItemRead), handler: s.itemShot},
		{method: http.MethodPost, path: "/items/{id}/counts", acts: acts(desk.ActMediaPaste), handler: s.itemCount},
		{method: http.MethodGet, path: "/media/paste", acts: acts(desk.ActMediaPaste), handler: s.paste},
		{method: http.MethodPost, path: "/media/paste", acts: acts(desk.ActMediaPaste), handler: s.pasteSave, limit: maxProofBody},
		{method: http.MethodPost, path: "/media/daily", acts: acts(desk.ActMediaPaste), handler: s.dailyLook, limit: maxDailyBody},
		{method: http.MethodPost, path: "/media/daily/take", acts: acts(desk.ActMediaPaste), handler: s.dailyTake, limit: maxTakeBody},
		{method: http.MethodPost, path: "/items/{id}/attach", acts: acts(desk.ActIncidentRaise), handler: s.itemAttach},
		{method: http.MethodGet, path: "/seat", acts: acts(desk.ActItemLog), handler: s.seat},
		{method: http.MethodPost, path: "/seat", acts: acts(desk.ActItemLog), handler: s.seatSave},
		{method: http.MethodPost, path: "/seat/suggest", acts: acts(desk.ActItemLog), handler: s.seatSuggest},
		{method: http.MethodPost, path: "/seat/caller", acts: acts(desk.ActItemLog), handler: s.seatCaller},
		{method: http.MethodGet, path: "/duty/new", acts: acts(desk.ActDutyLog), handler: s.dutyNew},
		{method: http.MethodPost, path: "/duty", acts: acts(desk.ActDutyLog), handler: s.dutySave},
		{method: http.MethodGet, path: "/duty/{id}/sheet", acts: acts(desk.ActItemRead), handler: s.dutySheet},
		{method: http.MethodPost, path: "/duty/{id}/sheet", acts: acts(desk.ActItemReveal), handler: s.dutySheetReveal},
		{method: http.MethodGet, path: "/notices", acts: acts(desk.ActIncidentRead), handler: s.notices},
		{method: http.MethodPost, path: "/notices/{id}/ack", acts: acts(desk.ActNoticeAck), handler: s.noticeAck},
		{method: http.MethodGet, path: "/palette", handler: s.palette},
		{method: http.MethodGet, path: "/choices/{what}", handler: s.choices},
	}
}
