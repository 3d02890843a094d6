package web

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"huiying/desk"
)

type benchBody struct {
	dialogs
	File     desk.ReleaseFile
	Rel      desk.Release
	Kind     string // interface text
	State    string // interface text
	Light    string
	Clock    *ClockRow
	Met      *ClockRow
	Steps    []Step
	Used     time.Duration
	Edit     bool
	Title    []Phrase
	Text     []TextLine
	Checks   []Check
	Passed   []string
	Must     int
	Consider int
	Asks     []Ask
	Next     nextStep
	Proofs   []PublicationRow
	Theirs   *desk.Version // what somebody else saved meanwhile
	Apart    []DiffPart
	Before   int // the version to compare with; 0: none
	May      map[string]bool
	LiveOn   string
	Channels []Option
	Verdicts []Option
}

// TextLine is a paragraph of the official text; the signature stands to the right.
type TextLine struct {
	Words []Phrase
	Sign  bool
}

// nextStep is the act that the text waits for.
type nextStep struct {
	Act  string // "submit", "edit", "review", "sign", "publish", "again" or ""
	Word string // interface text
	May  bool
	Wait string // whom it waits for, when this person may not
}

// PublicationRow is one publication of the text, with its proof.
type PublicationRow struct {
	desk.Publication
	Late  bool
	Proof string
}

// release is the workbench of a release (发布).
func (s *Server) release(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.releasePage(w, r, id, http.StatusOK, opened(r))
}

func (s *Server) releasePage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	page, err := s.newPage(r, "发布", "releases")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	f, err := s.Desk.Release(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := rd.bench(f, d)
	if body.Edit && d.Dialog == "edit" && d.Values != nil && status == http.StatusConflict {
		// Somebody else saved meanwhile: both texts are shown, and saving again is on top of theirs.
		body.Theirs, body.Apart = &f.Release.Current, diffText(f.Release.Current.Body, d.Values["body"])
		body.Values["version"] = fmt.Sprint(f.Release.Current.N)
	}
	page.Context = []string{f.Incident.Title, rd.t(body.Kind), rd.t("第 %d 稿", f.Release.Current.N)}
	page.Back, page.Body = "/releases", body
	s.render(w, r, status, "release", page)
}

func (r teller) bench(f desk.ReleaseFile, d dialogs) benchBody {
	rel := f.Release
	body := benchBody{dialogs: d, File: f, Rel: rel, Kind: releaseKind(rel.Kind), State: releaseState(rel.State), Light: releaseLights[rel.State],
		Steps: r.releaseSteps(f), Verdicts: sameWords(desk.ReviewConclusions)}
	if c, ok := clockOf(rel, f.Clocks); ok {
		row := r.clockRow(c)
		row.ID, row.Title = fmt.Sprintf("bench-clock-%d", c.ID), r.t(c.RuleName)
		row.Rule = r.t("%s %s起 %s，应于 %s前发布", r.t(anchorWords[c.Anchor]), r.dates().near(c.Start, r.now), r.spanWords(c.Due.Sub(c.Start)), r.dates().near(c.Due, r.now)+" ")
		if c.State == desk.ClockRunning {
			body.Clock = &row
		} else {
			body.Met = &row
		}
	}
	end := r.now
	for _, p := range rel.Publications {
		row := PublicationRow{Publication: p, Late: p.EnteredAt.Sub(p.ActedAt) > 2*time.Minute}
		if p.Proof.FileName != "" {
			row.Proof = fmt.Sprintf("/publications/%d/proof", p.ID)
		}
		body.Proofs = append(body.Proofs, row)
		end = p.ActedAt
	}
	body.Used = max(end.Sub(rel.CreatedAt), 0)
	r.checks(&body)
	for _, t := range f.Asked {
		body.Asks = append(body.Asks, Ask{Text: cut(t.Title, 18), Count: t.Count, Href: fmt.Sprintf("/topics/%d", t.ID)})
	}
	body.Before = rel.Current.N - 1
	body.May = map[string]bool{"edit": r.who.May(desk.ActReleaseDraft) && rel.State != desk.ReleasePublished && f.Incident.State == desk.IncidentOpen,
		"items": r.who.May(desk.ActItemRead)}
	body.Edit = body.May["edit"] && d.Dialog == "edit"
	body.Next = r.nextStep(f)
	next := body.Next
	body.offer(func(dialog string) bool {
		switch dialog {
		case "edit":
			return body.Edit
		case "publish":
			return next.May && (next.Act == "publish" || next.Act == "again")
		case "return":
			return next.May && next.Act == "sign"
		}
		return next.May && next.Act == dialog && dialog != "submit"
	})
	body.begin("edit", "title", rel.Current.Title)
	body.begin("edit", "body", rel.Current.Body)
	for _, form := range []string{"edit", "review", "publish", "submit"} {
		body.begin(form, "version", fmt.Sprint(rel.Current.N))
	}
	body.LiveOn = fmt.Sprintf("release:%d incident:%d clock.met clock.moved", rel.ID, rel.IncidentID)
	for _, c := range publicChannels {
		body.Channels = append(body.Channels, Option{Value: c, Text: c})
	}
	return body
}

// publicChannels are offered where a publication is entered; any other can be typed.
var publicChannels = []string{"政府门户网站", "政务微信公众号", "政务微博", "政务客户端", "电视台", "广播电台", "报纸", "新闻通稿"}

// nextStep says what the text waits for, and whether this person may do it.
func (r teller) nextStep(f desk.ReleaseFile) nextStep {
	rel := f.Release
	if f.Incident.State != desk.IncidentOpen {
		return nextStep{}
	}
	author := slices.ContainsFunc(f.Versions, func(v desk.Version) bool { return v.ByID == r.who.PersonID })
	signer := r.desk.Policy.SigningFor(rel.Level)
	title := orWords(signer.Title, "领导")
	switch rel.State {
	case desk.ReleaseDraft:
		return nextStep{Act: "submit", Word: "送保密审查", May: r.who.May(desk.ActReleaseDraft), Wait: r.t("待 %s 送审", rel.Holder)}
	case desk.ReleaseBlocked:
		return nextStep{Act: "edit", Word: "修改文稿", May: r.who.May(desk.ActReleaseDraft), Wait: r.t("待 %s 修改", rel.Holder)}
	case desk.ReleaseReview:
		n := nextStep{Act: "review", Word: "保密审查", May: r.who.May(desk.ActReleaseReview) && !author, Wait: r.t("待保密审查员审查")}
		if author && r.who.May(desk.ActReleaseReview) {
			n.Wait = r.t("您参与了起草，须由其他审查员审查")
		}
		return n
	case desk.ReleaseSign:
		n := nextStep{Act: "sign", Word: "审签", May: r.who.May(desk.ActReleaseSign) && !author, Wait: r.t("待%s审签", r.t(title))}
		if author && r.who.May(desk.ActReleaseSign) {
			n.Wait = r.t("您参与了起草，须由其他领导审签")
		}
		return n
	case desk.ReleaseSigned:
		return nextStep{Act: "publish", Word: "发布", May: r.who.May(desk.ActReleasePublish), Wait: r.t("已签发，待发布")}
	case desk.ReleasePublished:
		return nextStep{Act: "again", Word: "登记另一渠道的发布", May: r.who.May(desk.ActReleasePublish)}
	}
	return nextStep{}
}

func orWords(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// checkWords head each kind of finding.
var checkWords = map[string]string{desk.FindMissing: "缺要素", desk.FindBlank: "未填写", desk.FindFigure: "与核实事实不符", desk.FindUnverified: "数字未核实",
	desk.FindCause: "慎报原因", desk.FindPromise: "承诺无期限"}

// checks reads the text and shows what it found beside it, each with the mend on one key where there is one.
func (r teller) checks(body *benchBody) {
	rel, in := body.Rel, body.File.Incident
	report := desk.CheckDraft(desk.Draft{Kind: rel.Kind, Matter: in.Kind, Title: rel.Current.Title, Body: rel.Current.Body, Place: in.Place, Figures: in.Facts})
	body.Must, body.Consider = report.Must()
	for _, w := range report.Passed {
		body.Passed = append(body.Passed, r.t(w))
	}
	editable := r.who.May(desk.ActReleaseDraft) && rel.State != desk.ReleasePublished && in.State == desk.IncidentOpen
	var inTitle, inBody []Span
	key := 0
	for _, f := range report.Findings {
		c := Check{Light: LightYellow, Title: checkWords[f.Kind], Quote: f.Evidence.Text, Text: r.t(f.Text, f.Args...)}
		mark := "near"
		if f.Must {
			c.Light, mark = LightOver, "bad"
		}
		if f.Kind == desk.FindBlank {
			mark, c.Quote = "fill", strings.Trim(f.Evidence.Text, "【】")
		}
		span := Span{Start: f.Evidence.Start, End: f.Evidence.End, Mark: mark}
		switch f.Evidence.In {
		case "title":
			inTitle = append(inTitle, span)
		case "text":
			inBody = append(inBody, span)
		}
		if f.Mend != "" && editable && key < 9 {
			key++
			c.Acts = append(c.Acts, r.mend(rel, f, key))
		}
		if f.Kind == desk.FindUnverified && r.who.May(desk.ActIncidentRaise) {
			c.Acts = append(c.Acts, Act{Label: "去核实", Href: fmt.Sprintf("/incidents/%d?do=facts", rel.IncidentID), Style: "quiet"})
		}
		body.Checks = append(body.Checks, c)
	}
	body.Title = Highlight(rel.Current.Title, inTitle)
	body.Text = officialLines(rel.Current.Body, inBody)
}

// mend is one finding's mend as an act: it makes the next version.
func (r teller) mend(rel desk.Release, f desk.DraftFinding, key int) Act {
	return Act{Label: r.t("改为“%s”", f.Mend), Post: releaseHome(rel.ID) + "/mend", Key: fmt.Sprint(key), Style: "quiet", Fields: []Hidden{
		{"version", fmt.Sprint(rel.Current.N)}, {"in", f.Evidence.In}, {"start", fmt.Sprint(f.Evidence.Start)}, {"was", f.Evidence.Text}, {"with", f.Mend}}}
}

var signDate = regexp.MustCompile(`^\s*\d{4}年\d{1,2}月\d{1,2}日\s*$`)

// officialLines cuts a text into paragraphs with the marks in place; the date at the end, and the office above it,
// are the signature.
func officialLines(text string, marks []Span) []TextLine {
	var out []TextLine
	var plain []string
	at := 0
	for _, line := range strings.Split(text, "\n") {
		n := len([]rune(line))
		if strings.TrimSpace(line) != "" {
			var in []Span
			for _, m := range marks {
				if m.Start >= at && m.End <= at+n {
					in = append(in, Span{Start: m.Start - at, End: m.End - at, Mark: m.Mark})
				}
			}
			out, plain = append(out, TextLine{Words: Highlight(line, in)}), append(plain, strings.TrimSpace(line))
		}
		at += n + 1
	}
	if last := len(out) - 1; last >= 0 && signDate.MatchString(plain[last]) {
		out[last].Sign = true
		if last > 0 && len([]rune(plain[last-1])) <= 30 && !strings.ContainsAny(plain[last-1], "。，；：") {
			out[last-1].Sign = true
		}
	}
	return out
}
