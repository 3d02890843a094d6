package web

import (
	"fmt"
	"slices"
	"time"

	"huiying/desk"
)

// LightOff is the light of what doesn't press.
const LightOff = "off"

// releaseLights show how far a release has come.
var releaseLights = map[string]string{desk.ReleaseDraft: LightOff, desk.ReleaseReview: LightYellow, desk.ReleaseBlocked: LightRed, desk.ReleaseSign: LightYellow,
	desk.ReleaseSigned: LightGreen, desk.ReleasePublished: LightMet}

// briefingLights show how far a briefing has come.
var briefingLights = map[string]string{desk.BriefingScheduled: LightGreen, desk.BriefingHeld: LightMet, desk.BriefingCancelled: LightOff}

// briefingState is a briefing's state in words.
func briefingState(state string) string {
	for _, s := range desk.BriefingStates {
		if s.State == state {
			return s.Name
		}
	}
	return state
}

// works are the releases and briefings of an incident and what other bodies did, what can still be acted on first.
func (r teller) works(room desk.Room) []WorkRow {
	var rows []WorkRow
	for _, rel := range room.Releases {
		rows = append(rows, r.releaseWork(rel))
	}
	for _, b := range room.Briefings {
		rows = append(rows, r.briefingWork(b))
	}
	for _, p := range room.Publications {
		if p.ReleaseID == 0 {
			rows = append(rows, r.elsewhereWork(p))
		}
	}
	slices.SortStableFunc(rows, func(a, b WorkRow) int {
		if (len(a.Acts) > 0) != (len(b.Acts) > 0) {
			if len(a.Acts) > 0 {
				return -1
			}
			return 1
		}
		return b.At.Compare(a.At)
	})
	return rows
}

func (r teller) releaseWork(rel desk.Release) WorkRow {
	row := WorkRow{Kind: releaseKind(rel.Kind), Icon: "release", Title: rel.Current.Title, Href: fmt.Sprintf("/releases/%d", rel.ID),
		Light: releaseLights[rel.State], State: releaseState(rel.State), At: rel.ChangedAt}
	row.Notes = nonEmpty(r.t("第 %d 稿", rel.Current.N), rel.Holder, r.dates().near(rel.ChangedAt, r.now))
	if next, ok := nextOfRelease[rel.State]; ok && r.who.May(next.may) {
		to := row.Href
		if rel.State == desk.ReleaseSign {
			to += "/sign"
		}
		row.Acts = []Act{{Label: next.word, Href: to, Key: "R"}}
	}
	return row
}

func (r teller) briefingWork(b desk.Briefing) WorkRow {
	row := WorkRow{Kind: "新闻发布会", Icon: "briefing", Title: b.Title, Href: fmt.Sprintf("/briefings/%d", b.ID), Light: briefingLights[b.State],
		State: briefingState(b.State), At: b.Starts}
	row.Notes = nonEmpty(r.dates().short(b.Starts), b.Room, speakerWords(b.Speakers))
	if b.HeldAt != nil {
		row.Notes = nonEmpty(r.dates().short(*b.HeldAt), b.Room, r.t("首位发言 %s", b.Spoke))
		row.Late = b.HeldEnter != nil && b.HeldEnter.Sub(*b.HeldAt) > 2*time.Minute
	}
	if b.State == desk.BriefingScheduled && r.who.May(desk.ActBriefing) {
		label := "调整"
		if !r.now.Before(b.Starts) {
			label = "登记召开"
		}
		row.Acts = []Act{{Label: label, Href: row.Href, Key: "B"}}
	}
	return row
}

func (r teller) elsewhereWork(p desk.Publication) WorkRow {
	words := map[string]string{"release": "权威发布", "briefing": "新闻发布会", "response": "舆情回应"}
	row := WorkRow{Kind: words[p.Meets], Icon: "link", Title: p.Issuer, Light: LightMet, State: "其他单位发布", At: p.ActedAt,
		Late: p.EnteredAt.Sub(p.ActedAt) > 2*time.Minute}
	row.Notes = nonEmpty(r.dates().short(p.ActedAt), p.Channel, p.Proof.Address)
	if p.Proof.FileName != "" {
		row.Proof = fmt.Sprintf("/publications/%d/proof", p.ID)
	}
	return row
}

func speakerWords(all []desk.Speaker) string {
	out := ""
	for i, s := range all {
		if i > 0 {
			out += "、"
		}
		out += s.Name
	}
	return out
}
