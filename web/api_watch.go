package web

import (
	"context"
	"net/url"

	"huiying/desk"
)

// Topic is items about the same matter.
type Topic struct {
	ID     string  `json:"id"`
	Title  string  `json:"title"`
	Place  *string `json:"place"`
	Region *string `json:"region"`
	Count  int     `json:"count"`
	First  string  `json:"first"`
	Last   string  `json:"last"`
	Heat   float64 `json:"heat"`
}

func (s *Server) listTopics(ctx context.Context, who desk.Actor, in *Stretch) (List[Topic], error) {
	z := s.zoned()
	return listed("/api/v1/topics", nil, *in, func(p desk.Page) ([]desk.Topic, error) { return s.Desk.Topics(ctx, who, desk.TopicFilter{Page: p}) },
		func(t desk.Topic) int64 { return t.ID }, z.topic)
}

type listClocksIn struct {
	Stretch
	State    string `query:"state" doc:"running、met、withdrawn"`
	Incident string `query:"incident"`
}

func (s *Server) listClocks(ctx context.Context, who desk.Actor, in *listClocksIn) (List[Clock], error) {
	incident, err := optionalNumber("incident", in.Incident)
	if err != nil {
		return List[Clock]{}, err
	}
	return listed("/api/v1/clocks", url.Values{"state": {in.State}, "incident": {in.Incident}}, in.Stretch, func(p desk.Page) ([]desk.Clock, error) {
		return s.Desk.Clocks(ctx, who, desk.ClockFilter{State: in.State, Incident: incident, Page: p})
	}, func(c desk.Clock) int64 { return c.ID }, s.zoned().clock)
}

// Notice is something that people must be told.
type Notice struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Incident   *string    `json:"incident"`
	Clock      *string    `json:"clock"`
	Stage      *string    `json:"stage"`
	Text       string     `json:"text"`
	At         string     `json:"at"`
	Due        *string    `json:"due"`
	AckAt      *string    `json:"ack_at"`
	AckBy      *string    `json:"ack_by"`
	Deliveries []Delivery `json:"deliveries" nullable:"false"`
}

// Delivery is one notice through one channel.
type Delivery struct {
	Channel  string  `json:"channel"`
	State    string  `json:"state" enum:"pending,sent,failed,superseded"`
	Attempts int     `json:"attempts"`
	SentAt   *string `json:"sent_at"`
}

func (z zoned) notice(n desk.Notice) Notice {
	return Notice{id(n.ID), n.Kind, idOf(n.IncidentID), idOf(n.ClockID), known(n.Stage), desk.MaskText(n.Text), z.at(n.At), z.maybe(n.Due), z.maybe(n.AckAt),
		known(n.AckBy), each(n.Deliveries, func(d desk.Delivery) Delivery { return Delivery{d.Channel, d.State, d.Attempts, z.maybe(d.SentAt)} })}
}

type listNoticesIn struct {
	Stretch
	Open bool `query:"open" doc:"只要尚未签收的"`
}

func (s *Server) listNotices(ctx context.Context, who desk.Actor, in *listNoticesIn) (List[Notice], error) {
	filters := url.Values{}
	if in.Open {
		filters.Set("open", "true")
	}
	return listed("/api/v1/notices", filters, in.Stretch, func(p desk.Page) ([]desk.Notice, error) {
		return s.Desk.Notices(ctx, who, desk.NoticeFilter{Open: in.Open, Page: p})
	}, func(n desk.Notice) int64 { return n.ID }, s.zoned().notice)
}

func (s *Server) ackNotice(ctx context.Context, who desk.Actor, in *ByID) (Notice, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Notice{}, err
	}
	got, err := s.Desk.AckNotice(ctx, who, n)
	return s.zoned().notice(got), err
}
