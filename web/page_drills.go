package web

import (
	"context"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"huiying/desk"
)

type drillsBody struct {
	dialogs
	May       bool // begin, end and purge
	Drills    []DrillCard
	Scenarios []ScenarioCard
	Purge     *DrillCard // the one whose purge is asked for
}

// DrillCard is a drill that is going on, or waits for its debriefing.
type DrillCard struct {
	desk.Drill
	Title    string // in the reader's language
	SpeedIs  string // such as "36 倍速"
	State    string // interface text
	Light    string
	Running  bool
	Open     bool // its pages answer
	Changing bool // by itself, in a moment
	At       time.Time
	Gone     time.Duration
	Over     bool
	Users    []DrillEntry // the three that a drill is about
	Entries  []DrillEntry // everybody
	Debrief  string
}

// DrillEntry is a way into a drill as somebody of it.
type DrillEntry struct {
	Login, Name string
	Role        string // interface text
	Department  string
	Part        string // interface text: what they do
	Href        string
}

// ScenarioCard is what can be played, with the speeds to choose from.
type ScenarioCard struct {
	desk.Scenario
	Title, About string // in the reader's language
	Form         string // name of its form
	Speeds       []SpeedChoice
	Own          bool // a speed of one's own is chosen
}

// SpeedChoice is a speed with how long the scenario takes at it.
type SpeedChoice struct {
	Value   string
	Takes   time.Duration
	Checked bool
}

// drillSpeeds are offered; any other may be typed.
var drillSpeeds = []float64{12, desk.DefaultDrillSpeed, 72}

// ownSpeed is the choice of a speed that is typed.
const ownSpeed = "own"

// drillStates in words, with their lights.
var drillStates = map[desk.DrillState][2]string{
	desk.DrillStarting: {"正在打开", LightYellow}, desk.DrillRunning: {"演练进行中", LightGreen}, desk.DrillStopped: {"已结束，可以讲评", LightMet},
	desk.DrillFailed: {"没有打开", LightRed}, desk.DrillPurging: {"正在清除", LightYellow},
}

// routesDrills are the pages by which drills are begun and ended, on the real desk.
func (s *Server) routesDrills() []route {
	manage := acts(desk.ActDrill)
	return []route{
		{method: http.MethodGet, path: "/drills", handler: s.drills},
		{method: http.MethodPost, path: "/drills", acts: manage, handler: s.drillStart},
		{method: http.MethodPost, path: "/drills/{id}/skip", acts: manage, handler: s.act("", []string{"by"}, drillsHome, s.drillsAgain, s.drillSkip)},
		{method: http.MethodPost, path: "/drills/{id}/stop", acts: manage, handler: s.act("", nil, drillsHome, s.drillsAgain, s.drillStop)},
		{method: http.MethodPost, path: "/drills/{id}/purge", acts: manage, handler: s.act("purge", nil, drillsHome, s.drillsAgain, s.drillPurge)},
	}
}

func drillsHome(int64) string { return "/drills" }

// drills lists what is being played, what waits for its debriefing, and what can be played (演练).
func (s *Server) drills(w http.ResponseWriter, r *http.Request) {
	s.drillsPage(w, r, http.StatusOK, opened(r), id64(r.URL.Query().Get("drill")))
}

func (s *Server) drillsAgain(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	s.drillsPage(w, r, status, d, id)
}

func (s *Server) drillsPage(w http.ResponseWriter, r *http.Request, status int, d dialogs, asked int64) {
	page, err := s.newPage(r, "演练", "drills")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	who := identityOf(r.Context()).who
	list, err := s.Desk.Drills(r.Context(), who)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := drillsBody{dialogs: d, May: who.May(desk.ActDrill)}
	for _, drill := range slices.Backward(list) {
		card := s.drillCard(r, page.Lang, drill)
		if body.May && drill.ID == asked && drill.State != desk.DrillPurging {
			body.Purge = &card
		}
		body.Drills = append(body.Drills, card)
	}
	for _, sc := range s.Desk.Scenarios {
		body.Scenarios = append(body.Scenarios, body.scenario(page.Lang, sc))
	}
	body.offer(func(dialog string) bool { return dialog != "purge" || body.Purge != nil })
	page.Body = body
	s.render(w, r, status, "drills", page)
}

func (b drillsBody) scenario(lang string, sc desk.Scenario) ScenarioCard {
	c := ScenarioCard{Scenario: sc, Title: sc.Title, About: sc.About, Form: "start-" + sc.Key}
	if lang == LangEnglish {
		c.Title, c.About = orWords(sc.TitleEN, c.Title), orWords(sc.AboutEN, c.About)
	}
	chosen := b.Typed(c.Form, "speed")
	if chosen == "" {
		chosen = speedText(desk.DefaultDrillSpeed)
	}
	for _, v := range drillSpeeds {
		c.Speeds = append(c.Speeds, SpeedChoice{Value: speedText(v), Takes: time.Duration(float64(sc.Length) / v), Checked: speedText(v) == chosen})
	}
	c.Own = chosen == ownSpeed
	return c
}

func speedText(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (s *Server) drillCard(r *http.Request, lang string, d desk.Drill) DrillCard {
	now := s.Real()
	state := drillStates[d.State]
	c := DrillCard{Drill: d, Title: d.Title, SpeedIs: s.Views.Text(lang, "%s 倍速", speedText(d.Speed)), State: state[0], Light: state[1], Running: d.State == desk.DrillRunning,
		Changing: d.State == desk.DrillStarting || d.State == desk.DrillPurging, At: d.At(now), Gone: d.At(now).Sub(d.Begins), Over: d.Over(now)}
	if c.Running && c.Over {
		c.State, c.Light = "情景已播完，可以讲评", LightMet
	}
	c.Open = d.Address != "" && (c.Running || d.State == desk.DrillStopped)
	cast := s.castOf(d.Scenario)
	for _, m := range cast.Cast {
		e := DrillEntry{Login: m.Login, Name: m.Name, Role: m.Role.Name(), Department: m.Department, Part: partsOf[m.Role].part, Href: entry(r, d, m.Login, "")}
		c.Entries = append(c.Entries, e)
		if slices.Contains(drillUsers, m.Role) && !slices.ContainsFunc(c.Users, func(u DrillEntry) bool { return u.Role == e.Role }) {
			c.Users = append(c.Users, e)
		}
		if m.Role == desk.RoleDuty && c.Debrief == "" {
			c.Debrief = entry(r, d, m.Login, "/debrief")
		}
	}
	if lang == LangEnglish {
		c.Title = orWords(cast.TitleEN, c.Title)
	}
	return c
}

// drillUsers are the three that a drill is about.
var drillUsers = []desk.Role{desk.RoleDuty, desk.RoleOperator, desk.RolePress}

// castOf gives the scenario with who plays in it: of one that is no longer there, those whom every drill has, by
// their roles.
func (s *Server) castOf(scenario string) (sc desk.Scenario) {
	for _, known := range s.Desk.Scenarios {
		if known.Key == scenario {
			sc = known
		}
	}
	if len(sc.Cast) == 0 {
		for _, r := range desk.RoleNames {
			sc.Cast = append(sc.Cast, desk.Member{Login: string(r.Role), Name: r.Name, Role: r.Role})
		}
	}
	return sc
}

// entry is the address by which somebody goes into a drill. Its desk answers on a port of the machine that the reader
// has already reached by some name, unless it says an origin of its own.
func entry(r *http.Request, d desk.Drill, login, to string) string {
	u, err := url.Parse(d.Address)
	if err != nil || u.Host == "" {
		return ""
	}
	if u.Scheme == "http" && u.Port() != "" {
		here := url.URL{Host: r.Host}
		if name := here.Hostname(); name != "" {
			u.Host = net.JoinHostPort(name, u.Port())
		}
	}
	q := url.Values{"key": {d.Password}, "as": {login}}
	if to != "" {
		q.Set("to", to)
	}
	u.Path, u.RawQuery = "/enter", q.Encode()
	return u.String()
}

// drillStart begins a drill.
func (s *Server) drillStart(w http.ResponseWriter, r *http.Request) {
	f, err := readForm(r, "scenario", "speed", "own")
	d := dialogs{Form: f}
	form := "start-" + f.Value("scenario")
	if err == nil {
		var speed float64
		if speed, err = readSpeed(f); err == nil {
			_, err = s.Desk.StartDrill(r.Context(), identityOf(r.Context()).who, f.Value("scenario"), speed)
		}
	}
	if err != nil {
		if !d.failIn(s, r, form, err) {
			s.Fail(w, r, err)
			return
		}
		status := d.Status()
		if desk.CodeOf(err) == desk.CodeConflict {
			status = http.StatusConflict
		}
		s.drillsPage(w, r, status, d, 0)
		return
	}
	s.done(w, r, "/drills", "演练正在打开，几秒后即可进入")
}

// readSpeed reads the speed that was chosen; none is the default.
func readSpeed(f Form) (float64, error) {
	v := f.Value("speed")
	if v == ownSpeed {
		v = f.Value("own")
	} else if v == "" {
		return 0, nil
	}
	speed, err := strconv.ParseFloat(v, 64)
	if err != nil || speed == 0 {
		return 0, desk.Invalid("speed", "倍速应在 %d 到 %d 之间", desk.MinDrillSpeed, desk.MaxDrillSpeed)
	}
	return speed, nil
}

// drillSkip moves a drill's time on, by an hour where the form says nothing else.
func (s *Server) drillSkip(ctx context.Context, who desk.Actor, id int64, f sentForm) (outcome, error) {
	by := time.Hour
	if v := f.Value("by"); v != "" {
		var err error
		if by, err = time.ParseDuration(v); err != nil {
			return outcome{}, desk.Invalid("by", "快进的时间应在 1 分钟到 24 小时之间")
		}
	}
	return outcome{say: "演练已快进 %s", args: []any{dates{}.span(by)}}, s.Desk.SkipDrill(ctx, who, id, by)
}

func (s *Server) drillStop(ctx context.Context, who desk.Actor, id int64, _ sentForm) (outcome, error) {
	return outcome{say: "演练已结束，时间停住；讲评之后请清除"}, s.Desk.StopDrill(ctx, who, id)
}

func (s *Server) drillPurge(ctx context.Context, who desk.Actor, id int64, _ sentForm) (outcome, error) {
	return outcome{say: "正在清除，正式记录上只留举行和清除两行"}, s.Desk.PurgeDrill(ctx, who, id)
}

// drillAct offers a drill where there is nothing to do yet.
var drillAct = Act{Label: "先演练一场", Href: "/drills"}

// firstRun says whether a drill is to be offered: this is a real desk that has scenarios, and nothing has come in yet.
func (s *Server) firstRun(r *http.Request) (bool, error) {
	who := identityOf(r.Context()).who
	switch {
	case s.Desk.Playing != nil || len(s.Desk.Scenarios) == 0:
		return false, nil
	case who.May(desk.ActItemRead):
		list, err := s.Desk.Items(r.Context(), who, desk.ItemFilter{Page: desk.Page{Limit: 1}})
		return len(list) == 0, err
	}
	list, err := s.Desk.Incidents(r.Context(), who, desk.IncidentFilter{Page: desk.Page{Limit: 1}})
	return len(list) == 0, err
}

// offerDrill adds the offer to an empty list on a first run.
func (s *Server) offerDrill(r *http.Request, e *Empty) error {
	first, err := s.firstRun(r)
	if first {
		e.Acts = append(e.Acts, drillAct)
	}
	return err
}
