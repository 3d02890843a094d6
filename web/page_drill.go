package web

import (
	"fmt"
	"net/http"
	"strconv"
	"time"

	"huiying/desk"
)

// Drill is the drill (演练) that a page belongs to, as its frame shows it.
type Drill struct {
	Name   string // of the scenario, in the reader's language
	Speed  string // such as "36 倍速"; may be empty
	State  string // interface text: what it is doing
	Light  string
	Stands bool   // its time stands still
	Over   bool   // the scenario has been told
	Gone   string // how much of it has been played, in words
	Length string
	Cast   []CastRow // whom one may go on as; none where nobody is signed in
	Guide  Guide
}

// CastRow is somebody of a drill in the menu of people.
type CastRow struct {
	Login, Name string
	Roles       string // in words
	Me          bool
}

// Guide is the panel that tells what a good officer does next.
type Guide struct {
	Hidden bool      // put away in this browser
	Name   string    // who is reading
	Roles  string    // in words
	Part   string    // interface text: what that person's part is
	Href   string    // where they begin
	Now    *GuideRow // what counts now; nil before the first step
	Steps  []GuideRow
	Done   int
	Behind int // steps before it that are not done
}

// GuideRow is one step of the guide, in the reader's language.
type GuideRow struct {
	At           time.Time // office time
	Happened, Do string
	Keys         []string
	Href         string
	Tracked      bool // something on the record shows it done
	DoneAt       time.Time
	DoneBy       string
}

// routesDrill are the pages that only a drill has, or only a real desk.
func (s *Server) routesDrill() []route {
	if s.Desk.Playing == nil {
		return s.routesDrills()
	}
	return []route{
		{method: http.MethodGet, path: "/enter", open: true, rate: rateSignIn, handler: s.drillEnter},
		{method: http.MethodPost, path: "/drill/role", handler: s.drillRole},
		{method: http.MethodGet, path: "/drill/guide", handler: s.drillGuide},
		{method: http.MethodGet, path: "/debrief", handler: s.debrief},
	}
}

// rate is how fast office time runs, for lines: nil where it runs as everywhere.
func (s *Server) rate() *float64 {
	if s.Desk.Playing == nil {
		return nil
	}
	speed := s.Desk.Playing.Drill().Speed
	if s.stands(s.Desk.Playing.Drill()) {
		speed = 0
	}
	return &speed
}

func (s *Server) stands(d desk.Drill) bool { return d.StoppedAt != nil || d.BeganAt == nil }

// mark says on a page that it is a drill, whoever sees it.
func (s *Server) mark(p *Page) {
	if s.Desk.Playing == nil {
		return
	}
	d := s.Desk.Playing.Drill()
	t := func(text string, args ...any) string { return s.Views.Text(p.Lang, text, args...) }
	in := dates{zone: s.Desk.Policy.Office.Location, lang: p.Lang}
	p.Drill = &Drill{Name: s.scenarioTitle(p.Lang, d), Speed: t("%s 倍速", strconv.FormatFloat(d.Speed, 'g', -1, 64)), Stands: s.stands(d), Over: d.Over(s.Real()),
		Gone: in.span(d.At(s.Real()).Sub(d.Begins)), Length: in.span(d.Length), State: "演练进行中", Light: LightGreen}
	if len(p.Context) == 0 {
		p.Context = []string{p.Drill.Name, p.Drill.Speed}
	}
	if !p.Drill.Stands {
		p.Rate = d.Speed
	}
	switch {
	case d.StoppedAt != nil:
		p.Drill.State, p.Drill.Light = "已结束，时间停住，可以讲评", LightMet
	case d.BeganAt == nil:
		p.Drill.State, p.Drill.Light = "即将开始", LightOff
	case p.Drill.Over:
		p.Drill.State, p.Drill.Light = "情景已播完，可以讲评", LightMet
	}
}

// scenarioTitle is the drill's title in the language, where it has one.
func (s *Server) scenarioTitle(lang string, d desk.Drill) string {
	if lang == LangEnglish && s.Desk.Playing.Scenario.TitleEN != "" {
		return s.Desk.Playing.Scenario.TitleEN
	}
	return d.Title
}

// stage adds to a drill's page what somebody signed in has there: the others to go on as, and the guide.
func (s *Server) stage(r *http.Request, p *Page) error {
	if s.mark(p); p.Drill == nil {
		return nil
	}
	who := identityOf(r.Context()).who
	cast, err := s.Desk.Cast(r.Context(), who)
	if err != nil {
		return err
	}
	for _, person := range cast {
		actor := desk.ActorOf(person, "")
		p.Drill.Cast = append(p.Drill.Cast, CastRow{Login: person.Name, Name: actor.Name, Roles: s.roleWords(p.Lang, actor), Me: person.ID == who.PersonID})
	}
	p.Drill.Guide, err = s.guide(r, p)
	return err
}

// rail takes from the rail what a drill doesn't have.
func (s *Server) rail(nav []NavItem) []NavItem {
	if s.Desk.Playing == nil {
		return nav
	}
	kept := nav[:0]
	for _, n := range nav {
		if n.Key != "drills" {
			kept = append(kept, n)
		}
	}
	return kept
}

// drillEnter signs in by the address that the real desk's page gives: ?key= is the drill's password, ?as= the
// login, ?to= the page to begin on.
// The key travels no further: no referrer, no log, and the page that follows has an address without it.
func (s *Server) drillEnter(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Referrer-Policy", "no-referrer")
	w.Header().Set("Cache-Control", "no-store")
	old := s.sessions.Token(r.Context())
	p, err := s.Desk.EnterDrill(r.Context(), r.URL.Query().Get("key"), r.URL.Query().Get("as"))
	switch desk.CodeOf(err) {
	case "":
	case desk.CodeUnauthenticated, desk.CodeNotFound:
		s.Fail(w, r, &desk.Error{Code: desk.CodeForbidden, Text: "这个演练入口已失效，请从正式系统的“演练”页重新进入"})
		return
	default:
		s.Fail(w, r, err)
		return
	}
	s.goOnAs(w, r, old, p)
}

// drillRole goes on as somebody else of the drill.
func (s *Server) drillRole(w http.ResponseWriter, r *http.Request) {
	f, err := readForm(r, "name")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	old := s.sessions.Token(r.Context())
	p, err := s.Desk.SwitchRole(r.Context(), identityOf(r.Context()).who, f.Value("name"))
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.goOnAs(w, r, old, p)
}

// goOnAs makes the session somebody's and leads to where they begin. Other windows of the same browser are told to
// load anew.
func (s *Server) goOnAs(w http.ResponseWriter, r *http.Request, old string, p desk.Person) {
	who, err := s.begin(r.Context(), p)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.lines.cutSession(old, closeSomeone, "已换身份，请刷新")
	lang, to := LangOf(r), NextPage(r.URL.Query().Get("to"))
	if to == "/" {
		to = home(who)
	}
	s.done(w, r, to, "您现在是%s，%s", who.Name, s.roleWords(lang, who))
}

// drillGuide is the state of the drill and the guide as they stand, each to be put in its place.
func (s *Server) drillGuide(w http.ResponseWriter, r *http.Request) {
	p := &Page{Lang: LangOf(r), Now: s.Desk.Now()}
	who := identityOf(r.Context()).who
	p.User = s.user(p.Lang, who)
	s.mark(p)
	var err error
	if p.Drill.Guide, err = s.guide(r, p); err != nil {
		s.Fail(w, r, err)
		return
	}
	if err := s.Views.Fragment(w, http.StatusOK, p.Lang, partsView, "drill-now", p.Drill); err != nil {
		s.Fail(w, r, err)
	}
}

// guideCookie keeps that somebody has put the guide away; the script on the page writes it.
const guideCookie = "huiying_guide"

// partsOf are what each role does in a drill, and where. For the three users the guide has steps as well.
var partsOf = map[desk.Role]struct{ part, href string }{
	desk.RoleOperator:   {"您接听来电：把诉求、地点和紧急程度记清楚，照口径答复，不抢在发布之前说结论。", "/seat"},
	desk.RoleDuty:       {"您守着来件和时限：把大事转为事件，初判定级，核实事实，谁该接手就催谁。", "/"},
	desk.RolePress:      {"您负责对外说话：起草、送审、发布，排定发布会，看公众在问什么。", "/releases"},
	desk.RoleShiftLead:  {"您带坐席：看有没有漏看的来件，隔离的内容补正后放行。", "/items"},
	desk.RoleDispatcher: {"您派单：核对类型、领域和责任单位，系统判错的改过来。", "/items"},
	desk.RoleCallerBack: {"您回访：从来件里看谁还没有得到答复。", "/items"},
	desk.RoleInspector:  {"您质检：抽看来件，登记得准不准。", "/items"},
	desk.RoleLeader:     {"您审签：送到您这里的文稿，看清核对码再签；等级变更由您作第二人确认。", "/releases"},
	desk.RoleSecrecy:    {"您做保密审查：送审的文稿逐稿给出结论和依据，改一个字都要重审。", "/releases"},
	desk.RoleDepartment: {"您代表责任单位：看分到本单位的来件。", "/items"},
	desk.RoleAuditor:    {"您查留痕：谁在何时做了什么，都在这里。", "/record"},
	desk.RoleSysadmin:   {"您管系统：看来源是否正常，隔离了什么。", "/sources"},
	desk.RoleSecadmin:   {"您管人员与权限：谁有哪个角色。", "/people"},
}

// guide is what the guide says to the person who asks.
func (s *Server) guide(r *http.Request, p *Page) (Guide, error) {
	who := identityOf(r.Context()).who
	g := Guide{Name: who.Name, Roles: p.User.Role}
	if c, err := r.Cookie(guideCookie); err == nil && c.Value == "off" {
		g.Hidden = true
	}
	for _, role := range who.Roles {
		if x, ok := partsOf[role]; ok && g.Part == "" {
			g.Part, g.Href = x.part, x.href
		}
	}
	steps, err := s.Desk.GuideFor(r.Context(), who)
	if err != nil {
		return g, err
	}
	begins := s.Desk.Playing.Drill().Begins
	now := -1
	for i, step := range steps {
		row := GuideRow{At: begins.Add(step.At), Happened: step.Happened, Do: step.Do, Keys: step.Keys, Href: step.Href, Tracked: step.Done != "", DoneBy: step.DoneBy}
		if p.Lang == LangEnglish {
			row.Happened, row.Do = orWords(step.HappenedEN, row.Happened), orWords(step.DoEN, row.Do)
		}
		if step.DoneAt != nil {
			row.DoneAt = *step.DoneAt
			g.Done++
		}
		if i == len(steps)-1 || row.Tracked && row.DoneAt.IsZero() {
			if now < 0 || row.DoneAt.IsZero() {
				now = i // the newest that is still to be done, else the newest
			}
		}
		g.Steps = append(g.Steps, row)
	}
	if now < 0 {
		return g, nil
	}
	g.Now = &g.Steps[now]
	for _, row := range g.Steps[:now] {
		if row.Tracked && row.DoneAt.IsZero() {
			g.Behind++
		}
	}
	return g, nil
}

// Element is the id of a person's line in the menu.
func (c CastRow) Element() string { return fmt.Sprintf("as-%s", c.Login) }
