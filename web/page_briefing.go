package web

import (
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"
	"time"

	"huiying/desk"
)

type briefingBody struct {
	dialogs
	B         desk.Briefing
	State     string // interface text
	Light     string
	Facts     []Fact
	Clock     *ClockRow
	New       bool
	May       map[string]bool
	Rooms     []Option
	Known     []string // speakers known, for the hint
	Incidents []Option
	Proof     string
	Late      bool
	LiveOn    string
	First     string // who has to speak first at this level; interface text
	Held      []Option
}

// briefing opens a briefing: what is arranged, and the acts on it.
func (s *Server) briefing(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	s.briefingPage(w, r, id, http.StatusOK, opened(r))
}

func briefingHome(id int64) string { return fmt.Sprintf("/briefings/%d", id) }

func (s *Server) briefingPage(w http.ResponseWriter, r *http.Request, id int64, status int, d dialogs) {
	page, err := s.newPage(r, "发布会", "briefings")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	rd := s.teller(r, page)
	b, err := s.Desk.Briefing(r.Context(), rd.who, id)
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	body := briefingBody{dialogs: d, B: b, State: briefingState(b.State), Light: briefingLights[b.State], LiveOn: fmt.Sprintf("briefing:%d clock.met", id)}
	open := b.State == desk.BriefingScheduled && rd.who.May(desk.ActBriefing)
	body.May = map[string]bool{"move": open, "cancel": open, "hold": open}
	body.offer(func(dialog string) bool { return body.May[dialog] })
	if err := rd.briefingRest(r, &body); err != nil {
		s.Fail(w, r, err)
		return
	}
	body.Facts = rd.briefingFacts(b)
	body.Late = b.HeldAt != nil && b.HeldEnter != nil && b.HeldEnter.Sub(*b.HeldAt) > 2*time.Minute
	if b.Proof.FileName != "" {
		body.Proof = briefingHome(id) + "/proof"
	}
	s.briefingDefaults(&body)
	page.Context, page.Back, page.Body = []string{b.Incident}, "/briefings", body
	s.render(w, r, status, "briefing", page)
}

// briefingRest reads what the forms offer, and the deadline that the briefing meets.
func (r teller) briefingRest(req *http.Request, body *briefingBody) error {
	room, err := r.desk.Room(req.Context(), r.who, body.B.IncidentID)
	if err != nil {
		return err
	}
	body.First = r.desk.Policy.SigningFor(room.Incident.Level()).FirstSpeaker
	for _, c := range room.Clocks {
		if c.WantedBy(desk.DeedBriefing) && c.State != desk.ClockWithdrawn {
			row := r.clockRow(c)
			row.ID, row.Title = fmt.Sprintf("briefing-clock-%d", c.ID), r.t(c.RuleName)
			row.Rule = r.t("%s起 %s", r.t(anchorWords[c.Anchor]), r.spanWords(c.Due.Sub(c.Start)))
			body.Clock = &row
		}
	}
	if !r.who.May(desk.ActBriefing) {
		return nil
	}
	rooms, known, err := r.desk.BookingChoices(req.Context(), r.who)
	for _, x := range rooms {
		body.Rooms = append(body.Rooms, Option{Value: x, Text: x, Keys: pinyinKeys(x)})
	}
	for _, x := range known {
		body.Known = append(body.Known, strings.TrimSpace(x.Name+" "+x.Title))
	}
	for _, x := range body.B.Speakers {
		body.Held = append(body.Held, Option{Value: x.Name, Text: strings.TrimSpace(x.Name + " " + x.Title)})
	}
	return err
}

func (r teller) briefingFacts(b desk.Briefing) []Fact {
	d := r.dates()
	one := func(s string) []Phrase {
		if s == "" {
			return []Phrase{{Text: r.t("未填"), Mark: "quiet"}}
		}
		return []Phrase{{Text: s}}
	}
	names := make([]string, len(b.Speakers))
	for i, s := range b.Speakers {
		names[i] = strings.TrimSpace(s.Name + " " + s.Title)
	}
	facts := []Fact{{Name: "时间", Value: one(d.minute(b.Starts) + "–" + d.hm(b.Ends))}, {Name: "会场", Value: one(b.Room)}, {Name: "主持人", Value: one(b.Host)},
		{Name: "发言人", Value: one(strings.Join(names, "、"))}, {Name: "承办单位", Value: one(b.Agency)}, {Name: "联系人", Value: one(b.Contact)},
		{Name: "安排", Value: one(b.By + " · " + d.short(b.CreatedAt))}}
	if b.HeldAt != nil {
		facts = append(facts, Fact{Name: "召开", Value: one(d.minute(*b.HeldAt)), Note: ""}, Fact{Name: "首位发言", Value: one(b.Spoke)}, Fact{Name: "证明", Value: one(b.Proof.Address)})
	}
	return facts
}

func (s *Server) briefingDefaults(body *briefingBody) {
	b := body.B
	for name, v := range map[string]string{"title": b.Title, "room": b.Room, "starts": s.fieldTime(&b.Starts), "ends": s.fieldTime(&b.Ends), "host": b.Host,
		"speakers": speakerLines(b.Speakers), "agency": b.Agency, "contact": b.Contact, "version": strconv.Itoa(b.Version)} {
		body.begin("move", name, v)
	}
	if len(b.Speakers) > 0 {
		body.begin("hold", "spoke", b.Speakers[0].Name)
	}
}

// Hosts are the people known, to pick who hosts from.
func (b briefingBody) Hosts() []Option {
	var out []Option
	for _, k := range b.Known {
		name, title, _ := strings.Cut(k, " ")
		out = append(out, Option{Value: name, Text: name, Hint: title, Keys: pinyinKeys(name)})
	}
	return out
}

// Speaking are the people known, with their titles, to pick speakers from.
func (b briefingBody) Speaking() []Option {
	var out []Option
	for _, k := range b.Known {
		out = append(out, Option{Value: k, Text: k, Keys: pinyinKeys(k)})
	}
	return out
}

// speakerLines are speakers as the form carries them: one a line, name and title.
func speakerLines(all []desk.Speaker) string {
	lines := make([]string, len(all))
	for i, s := range all {
		lines[i] = strings.TrimSpace(s.Name + " " + s.Title)
	}
	return strings.Join(lines, "\n")
}

var nameFromTitle = regexp.MustCompile(`[\s，,、:：]+`)

// readSpeakers reads them back.
func readSpeakers(text string) []desk.Speaker {
	var out []desk.Speaker
	for _, line := range strings.Split(text, "\n") {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		parts := nameFromTitle.Split(line, 2)
		s := desk.Speaker{Name: parts[0]}
		if len(parts) > 1 {
			s.Title = strings.TrimSpace(parts[1])
		}
		out = append(out, s)
	}
	return out
}

// briefingFields are those of arranging one.
var briefingFields = []string{"incident", "incident-text", "title", "room", "room-text", "starts", "ends", "host", "host-text", "speakers", "agency", "contact", "version"}

// readBriefing reads the form of arranging a briefing.
func (f sentForm) readBriefing() (b desk.Briefing, err error) {
	b = desk.Briefing{Title: f.Value("title"), Room: picked(f.Form, "room"), Host: picked(f.Form, "host"), Speakers: readSpeakers(f.Value("speakers")),
		Agency: f.Value("agency"), Contact: f.Value("contact"), Version: f.seen()}
	starts, err := f.at("starts")
	if err != nil {
		return b, err
	}
	ends, err := f.at("ends")
	if err != nil {
		return b, err
	}
	if starts != nil {
		b.Starts = *starts
		b.Ends = starts.Add(time.Hour) // usual length, where no end was given
	}
	if ends != nil {
		b.Ends = *ends
	}
	return b, nil
}
