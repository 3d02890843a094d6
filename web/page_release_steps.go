package web

import (
	"strings"
	"time"

	"huiying/desk"
)

// releaseSteps are the steps of a release (流程), each with who and when; what was concluded of an earlier text says that
// it no longer holds.
func (r teller) releaseSteps(f desk.ReleaseFile) []Step {
	rel, d := f.Release, r.dates()
	when := func(t time.Time) string { return d.near(t, r.now) }
	draft := Step{State: "done", Title: "起草", Lines: []string{rel.Holder + " · " + when(rel.Current.At)}}
	facts := Step{State: "done", Title: "核实事实", Lines: []string{r.factWords(f.Incident.Facts)}, Href: incidentHome(rel.IncidentID)}
	if f.Incident.Facts == (desk.Facts{}) && f.Incident.Kind != desk.KindOpinion {
		facts.State, facts.Note = "next", r.t("尚未登记")
	}
	review := Step{State: "next", Number: 3, Title: "保密审查", Lines: []string{r.t("由起草人以外的审查员办理")}}
	if n := len(f.Reviews); n > 0 {
		last := f.Reviews[n-1]
		review.Lines = []string{r.t("第 %d 稿", last.Version) + " " + when(last.ActedAt) + " · " + last.By + " · " + r.t(last.Conclusion), r.t("依据：%s", last.Basis)}
		if rel.Review == nil {
			review.Note = r.t("第 %d 稿须重审", rel.Current.N)
		}
	}
	signing := r.desk.Policy.SigningFor(rel.Level)
	sign := Step{State: "next", Number: 4, Title: "审签", Lines: []string{r.t("%s（%s）", r.t(orWords(signing.Title, "领导")), r.t(orWords(rel.Level, desk.LevelUngraded)))}}
	if n := len(f.SignOffs); n > 0 {
		last := f.SignOffs[n-1]
		word := r.t("签发")
		if !last.Signed {
			word = r.t("退回：%s", last.Reason)
		}
		sign.Lines = []string{r.t("第 %d 稿", last.Version) + " " + when(last.ActedAt) + " · " + last.By + " · " + word}
		if rel.SignOff == nil {
			sign.Note = r.t("第 %d 稿须重签", rel.Current.N)
		}
	}
	publish := Step{State: "next", Number: 5, Title: "发布", Lines: []string{r.t("登记渠道、地址和实际时间")}}
	if n := len(rel.Publications); n > 0 {
		publish.Lines = nil
		for _, p := range rel.Publications {
			publish.Lines = append(publish.Lines, p.Channel+" · "+when(p.ActedAt))
		}
	}
	switch rel.State {
	case desk.ReleaseDraft:
		draft.State = "now"
	case desk.ReleaseReview:
		review.State = "now"
	case desk.ReleaseBlocked:
		draft.State, draft.Note = "now", r.t("须修改")
		review.State = "late"
		if rel.Review != nil && rel.Review.Conclusion == desk.ReviewPass {
			review.State, sign.State, sign.Note = "done", "late", r.t("已退回")
		}
	case desk.ReleaseSign:
		review.State, sign.State = "done", "now"
	case desk.ReleaseSigned:
		review.State, sign.State, publish.State = "done", "done", "now"
	case desk.ReleasePublished:
		review.State, sign.State, publish.State = "done", "done", "done"
	}
	steps := []Step{draft, facts, review, sign, publish}
	for i := range steps {
		steps[i].Number = i + 1
		steps[i].Note = strings.TrimSpace(steps[i].Note)
	}
	return steps
}
