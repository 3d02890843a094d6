package web

import (
	"context"
	"net/http"
	"net/url"

	"huiying/desk"
)

// Briefing is a press conference.
type Briefing struct {
	ID        string         `json:"id"`
	Incident  string         `json:"incident"`
	Title     string         `json:"title"`
	Room      string         `json:"room"`
	Starts    string         `json:"starts"`
	Ends      string         `json:"ends"`
	Host      string         `json:"host"`
	Speakers  []desk.Speaker `json:"speakers" nullable:"false"`
	Agency    *string        `json:"agency"`
	Contact   *string        `json:"contact"`
	State     string         `json:"state" enum:"scheduled,held,cancelled"`
	HeldAt    *string        `json:"held_at" doc:"实际召开时间"`
	HeldEnter *string        `json:"held_entered" doc:"录入时间"`
	Spoke     *string        `json:"spoke" doc:"首位发言人"`
	Address   *string        `json:"address" doc:"召开证明"`
	By        string         `json:"by"`
	CreatedAt string         `json:"created_at"`
	Version   int            `json:"version"`
}

func (z zoned) briefing(b desk.Briefing) Briefing {
	out := Briefing{ID: id(b.ID), Incident: id(b.IncidentID), Title: b.Title, Room: b.Room, Starts: z.at(b.Starts), Ends: z.at(b.Ends), Host: b.Host,
		Speakers: b.Speakers, Agency: known(b.Agency), Contact: known(b.Contact), State: b.State, HeldAt: z.maybe(b.HeldAt), HeldEnter: z.maybe(b.HeldEnter),
		Spoke: known(b.Spoke), Address: known(b.Proof.Address), By: b.By, CreatedAt: z.at(b.CreatedAt), Version: b.Version}
	if out.Speakers == nil {
		out.Speakers = []desk.Speaker{}
	}
	return out
}

type listBriefingsIn struct {
	Stretch
	State    string `query:"state"`
	Incident string `query:"incident"`
	From     string `query:"from" doc:"从何时起"`
	To       string `query:"to" doc:"到何时止"`
}

func (s *Server) listBriefings(ctx context.Context, who desk.Actor, in *listBriefingsIn) (out List[Briefing], err error) {
	f := desk.BriefingFilter{State: in.State}
	if f.Incident, err = optionalNumber("incident", in.Incident); err != nil {
		return out, err
	}
	if f.From, err = s.when("from", &in.From); err != nil {
		return out, err
	}
	if f.To, err = s.when("to", &in.To); err != nil {
		return out, err
	}
	filters := url.Values{"state": {in.State}, "incident": {in.Incident}, "from": {in.From}, "to": {in.To}}
	return listed("/api/v1/briefings", filters, in.Stretch, func(p desk.Page) ([]desk.Briefing, error) {
		f.Page = p
		return s.Desk.Briefings(ctx, who, f)
	}, func(b desk.Briefing) int64 { return b.ID }, s.zoned().briefing)
}

func (s *Server) getBriefing(ctx context.Context, who desk.Actor, in *ByID) (Briefing, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Briefing{}, err
	}
	b, err := s.Desk.Briefing(ctx, who, n)
	return s.zoned().briefing(b), err
}

// BookIn is when and where a briefing is, and who sits there.
type BookIn struct {
	Title    string         `json:"title"`
	Room     string         `json:"room"`
	Starts   string         `json:"starts"`
	Ends     string         `json:"ends"`
	Host     string         `json:"host"`
	Speakers []desk.Speaker `json:"speakers" nullable:"false" maxItems:"20"`
	Agency   string         `json:"agency,omitempty"`
	Contact  string         `json:"contact,omitempty"`
}

func (s *Server) book(in BookIn) (b desk.Briefing, err error) {
	b = desk.Briefing{Title: in.Title, Room: in.Room, Host: in.Host, Speakers: in.Speakers, Agency: in.Agency, Contact: in.Contact}
	starts, err := s.when("starts", &in.Starts)
	if err != nil {
		return b, err
	}
	ends, err := s.when("ends", &in.Ends)
	if err != nil {
		return b, err
	}
	if starts != nil {
		b.Starts = *starts
	}
	if ends != nil {
		b.Ends = *ends
	}
	return b, nil
}

type scheduleIn struct {
	Body struct {
		BookIn
		Incident string `json:"incident"`
	}
}

// Booked is a new briefing.
type Booked struct{ Briefing }

func (Booked) status() int { return http.StatusCreated }

func (s *Server) scheduleBriefing(ctx context.Context, who desk.Actor, in *scheduleIn) (out Booked, err error) {
	b, err := s.book(in.Body.BookIn)
	if err != nil {
		return out, err
	}
	if b.IncidentID, err = recordID(in.Body.Incident); err != nil {
		return out, err
	}
	got, err := s.Desk.ScheduleBriefing(ctx, who, b)
	return Booked{s.zoned().briefing(got)}, err
}

type moveIn struct {
	ByID
	Body struct {
		BookIn
		Seen
	}
}

func (s *Server) moveBriefing(ctx context.Context, who desk.Actor, in *moveIn) (out Briefing, err error) {
	b, err := s.book(in.Body.BookIn)
	if err != nil {
		return out, err
	}
	if b.ID, err = recordID(in.ID); err != nil {
		return out, err
	}
	b.Version = in.Body.Version
	got, err := s.Desk.MoveBriefing(ctx, who, b)
	return s.zoned().briefing(got), err
}

type holdIn struct {
	ByID
	Body struct {
		ProofIn
		Spoke string  `json:"spoke" doc:"首位发言人"`
		At    *string `json:"at,omitempty" doc:"实际召开时间；缺省现在"`
	}
}

func (s *Server) holdBriefing(ctx context.Context, who desk.Actor, in *holdIn) (out Briefing, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	at, err := s.when("at", in.Body.At)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.HoldBriefing(ctx, who, n, desk.Held{At: at, Spoke: in.Body.Spoke, Proof: in.Body.proof()})
	return s.zoned().briefing(got), err
}

type cancelIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"理由"`
	}
}

func (s *Server) cancelBriefing(ctx context.Context, who desk.Actor, in *cancelIn) (out Briefing, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.CancelBriefing(ctx, who, n, in.Body.Why)
	return s.zoned().briefing(got), err
}
