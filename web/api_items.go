package web

import (
	"context"
	"net/http"
	"net/url"
	"strconv"

	"huiying/desk"
)

// ByID names one record by its address.
type ByID struct {
	ID string `path:"id" doc:"编号"`
}

type listItemsIn struct {
	Stretch
	Channel    string `query:"channel"`
	Kind       string `query:"kind"`
	Category   string `query:"category" doc:"领域的 path，含下级"`
	Region     string `query:"region" doc:"行政区划代码，含下级"`
	Urgency    string `query:"urgency"`
	State      string `query:"state"`
	ExternalID string `query:"external_id"`
	Topic      string `query:"topic"`
	Incident   string `query:"incident"`
	Query      string `query:"q" doc:"检索词"`
}

func (s *Server) listItems(ctx context.Context, who desk.Actor, in *listItemsIn) (List[Item], error) {
	topic, err := optionalNumber("topic", in.Topic)
	if err != nil {
		return List[Item]{}, err
	}
	incident, err := optionalNumber("incident", in.Incident)
	if err != nil {
		return List[Item]{}, err
	}
	f := desk.ItemFilter{Channel: in.Channel, Kind: in.Kind, Category: in.Category, Region: in.Region, Urgency: in.Urgency, State: in.State,
		ExternalID: in.ExternalID, Query: in.Query, Topic: topic, Incident: incident}
	filters := url.Values{"channel": {in.Channel}, "kind": {in.Kind}, "category": {in.Category}, "region": {in.Region}, "urgency": {in.Urgency},
		"state": {in.State}, "external_id": {in.ExternalID}, "topic": {in.Topic}, "incident": {in.Incident}, "q": {in.Query}}
	return listed("/api/v1/items", filters, in.Stretch, func(p desk.Page) ([]desk.Item, error) {
		f.Page = p
		return s.Desk.Items(ctx, who, f)
	}, func(it desk.Item) int64 { return it.ID }, s.zoned().item(who))
}

// ItemFile is one item with its earlier contents and near-duplicates.
type ItemFile struct {
	Item
	Versions []ItemVersion `json:"versions" nullable:"false" doc:"以前的内容"`
	Near     []Near        `json:"near" nullable:"false" doc:"疑似重复"`
	Duty     *DutyForm     `json:"duty,omitempty" doc:"来电来文的登记项"`
	Files    []Attachment  `json:"files" nullable:"false" doc:"附件"`
	Thread   []Letter      `json:"thread" nullable:"false" doc:"往来：它所回复的和回复它的，先来的在前"`
	Replies  []PublicReply `json:"replies" nullable:"false" doc:"公开答复的各版，新的在后"`
}

// ItemVersion is an earlier content.
type ItemVersion struct {
	Version    int    `json:"version"`
	Title      string `json:"title"`
	Body       string `json:"body"`
	ReceivedAt string `json:"received_at"`
}

// Near is a near-duplicate.
type Near struct {
	ID    string  `json:"id"`
	Title string  `json:"title"`
	Score float64 `json:"score"`
}

func (s *Server) getItem(ctx context.Context, who desk.Actor, in *ByID) (out ItemFile, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	f, err := s.Desk.Item(ctx, who, n)
	if err != nil {
		return out, err
	}
	z := s.zoned()
	out = ItemFile{Item: z.item(who)(f.Item), Versions: []ItemVersion{}, Near: []Near{}, Duty: z.duty(f.Item)}
	for _, v := range f.Versions {
		out.Versions = append(out.Versions, ItemVersion{v.Version, v.Title, v.Body, z.at(v.ReceivedAt)})
	}
	for i, it := range f.Near {
		out.Near = append(out.Near, Near{id(it.ID), it.Masked(who).Title, f.Scores[i]})
	}
	z.letters(&out, who, f)
	return out, nil
}

type correctIn struct {
	ByID
	Body struct {
		Fields map[string]string `json:"fields" doc:"kind、category、department、region（代码，或代码 空格 名称）、urgency、place；空文字表示去掉"`
		Why    string            `json:"why,omitempty"`
	}
}

func (s *Server) correctItem(ctx context.Context, who desk.Actor, in *correctIn) (Item, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Item{}, err
	}
	it, err := s.Desk.CorrectItem(ctx, who, desk.Correction{Item: n, Fields: in.Body.Fields, Why: in.Body.Why})
	if err != nil {
		return Item{}, err
	}
	return s.zoned().item(who)(it), nil
}

type settleIn struct {
	ByID
	Body struct {
		Settled *bool  `json:"settled,omitempty" doc:"false 表示撤回；缺省 true"`
		Why     string `json:"why,omitempty"`
	}
}

func (s *Server) settleItem(ctx context.Context, who desk.Actor, in *settleIn) (Item, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Item{}, err
	}
	it, err := s.Desk.SettleItem(ctx, who, n, in.Body.Settled == nil || *in.Body.Settled, in.Body.Why)
	if err != nil {
		return Item{}, err
	}
	return s.zoned().item(who)(it), nil
}

type revealIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"理由；查看会留痕"`
	}
}

// Revealed is what masking hides. Each time is on the record.
type Revealed struct {
	Author Author `json:"author"`
	Title  string `json:"title"`
	Body   string `json:"body"`
}

func (s *Server) revealItem(ctx context.Context, who desk.Actor, in *revealIn) (Revealed, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Revealed{}, err
	}
	r, err := s.Desk.RevealItem(ctx, who, n, in.Body.Why)
	return Revealed{Author{known(r.Author.Name), known(r.Author.Phone)}, r.Title, r.Body}, err
}

type logIn struct {
	Body struct {
		Key        string            `json:"key" minLength:"1" maxLength:"200" doc:"这一通来电的编号，重复提交不会重复登记"`
		Title      string            `json:"title,omitempty"`
		Body       string            `json:"body,omitempty"`
		OccurredAt *string           `json:"occurred_at,omitempty"`
		Place      string            `json:"place,omitempty"`
		Author     Caller            `json:"author,omitempty"`
		Fields     map[string]string `json:"fields,omitempty" doc:"坐席已选定的判读字段"`
	}
}

// Logged is what became of a call logged at the seat.
type Logged struct {
	ID     string `json:"id"`
	Status string `json:"status" enum:"created,duplicate,updated"`
}

func (Logged) status() int { return http.StatusCreated }

func (s *Server) logCall(ctx context.Context, who desk.Actor, in *logIn) (Logged, error) {
	b := in.Body
	at, err := s.when("occurred_at", b.OccurredAt)
	if err != nil {
		return Logged{}, err
	}
	// Two operators may choose the same key: it is theirs alone.
	key := strconv.FormatInt(who.PersonID, 10) + "/" + b.Key
	res, err := s.Desk.LogCall(ctx, who, desk.Incoming{ExternalID: key, Title: b.Title, Body: b.Body, OccurredAt: at, Place: b.Place,
		Author: desk.Author{Name: b.Author.Name, Phone: b.Author.Phone}, Picked: b.Fields})
	return Logged{id(res.ID), res.Status}, err
}
