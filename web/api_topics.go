package web

import (
	"context"

	"huiying/desk"
)

// TopicFile is a topic with its heat, what people did to it, and whether it bursts.
type TopicFile struct {
	Topic
	Parts  []TopicPart  `json:"parts" nullable:"false" doc:"热度由哪些部分组成，满分共 100"`
	Cooled float64      `json:"cooled" doc:"久无新件时热度打的折扣，1 是不打折"`
	Items  []string     `json:"items" nullable:"false" doc:"最近的来件，新的在前"`
	Acts   []TopicDone  `json:"acts" nullable:"false" doc:"并入、拆分和移动，新的在前"`
	Bursts []TopicBurst `json:"bursts" nullable:"false" doc:"“转为事件？”的建议及答复，新的在前"`
	Apart  []string     `json:"apart" nullable:"false" doc:"由人分开、系统不会再合到一起的话题"`
	Alike  []string     `json:"alike" nullable:"false" doc:"用词相近的话题"`
}

// TopicPart is one part of a topic's heat.
type TopicPart struct {
	Part   string  `json:"part" enum:"volume,speed,channels,reach,rank,people,severity"`
	Points float64 `json:"points"`
	Most   float64 `json:"most"`
}

// TopicDone is what somebody did to topics.
type TopicDone struct {
	ID       string  `json:"id"`
	Kind     string  `json:"kind" enum:"join,split,move"`
	From     string  `json:"from"`
	To       string  `json:"to"`
	Count    int     `json:"count" doc:"移动的来件数"`
	At       string  `json:"at"`
	By       string  `json:"by"`
	Why      *string `json:"why"`
	UndoneAt *string `json:"undone_at"`
}

// TopicBurst is the question whether a topic is an incident.
type TopicBurst struct {
	At       string   `json:"at"`
	State    string   `json:"state" enum:"open,raised,attached,declined"`
	Count    int      `json:"count" doc:"当时的来件数"`
	Hour     int      `json:"hour" doc:"当时近 1 小时的来件数"`
	Usual    float64  `json:"usual" doc:"这个钟点往常的来件数"`
	Items    []string `json:"items" nullable:"false" doc:"有代表性的来件"`
	Incident *string  `json:"incident"`
	Why      *string  `json:"why" doc:"不是事件的理由"`
}

func ids(list []int64) []string { return each(list, id) }

func (z zoned) topic(t desk.Topic) Topic {
	return Topic{id(t.ID), t.Title, known(t.Place), known(t.Region), t.Count, z.at(t.First), z.at(t.Last), t.Heat}
}

func (z zoned) topicDone(a desk.TopicAct) TopicDone {
	return TopicDone{id(a.ID), a.Kind, id(a.From), id(a.To), len(a.Items), z.at(a.At), a.By, known(desk.MaskText(a.Why)), z.maybe(a.UndoneAt)}
}

func (s *Server) getTopic(ctx context.Context, who desk.Actor, in *ByID) (out TopicFile, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	f, err := s.Desk.OpenTopic(ctx, who, n)
	if err != nil {
		return out, err
	}
	z := s.zoned()
	f.Topic.Heat = f.Heat.Points
	of := func(t desk.Topic) string { return id(t.ID) }
	return TopicFile{Topic: z.topic(f.Topic), Cooled: f.Heat.Cooled,
		Parts: each(f.Heat.Parts, func(p desk.HeatPart) TopicPart { return TopicPart{p.Key, p.Points, p.Most} }),
		Items: each(f.Items, func(it desk.Item) string { return id(it.ID) }), Acts: each(f.Acts, z.topicDone), Apart: each(f.Other, of), Alike: each(f.Alike, of),
		Bursts: each(f.Bursts, func(b desk.TopicBurst) TopicBurst {
			return TopicBurst{z.at(b.At), b.State, b.Count, b.Hour, b.Evidence.Usual, ids(b.Evidence.Items), idOf(b.IncidentID), known(b.Why)}
		})}, nil
}

// topicAnd reads the number of the topic that a path names, and the numbers that a body's field names.
func topicAnd(in ByID, field string, list ...string) (topic int64, named []int64, err error) {
	if topic, err = recordID(in.ID); err == nil {
		named, err = numbers(field, list)
	}
	return topic, named, err
}

// topicActed answers with what somebody did to a topic.
func (s *Server) topicActed(a desk.TopicAct, err error) (TopicDone, error) {
	return s.zoned().topicDone(a), err
}

type joinTopicIn struct {
	ByID
	Body struct {
		Into string `json:"into" doc:"并入哪个话题"`
		Why  string `json:"why,omitempty"`
	}
}

func (s *Server) joinTopic(ctx context.Context, who desk.Actor, in *joinTopicIn) (out TopicDone, err error) {
	from, into, err := topicAnd(in.ByID, "into", in.Body.Into)
	if err != nil {
		return out, err
	}
	return s.topicActed(s.Desk.JoinTopics(ctx, who, from, into[0], in.Body.Why))
}

type splitTopicIn struct {
	ByID
	Body struct {
		Items []string `json:"items" doc:"拆出的来件"`
		Title string   `json:"title,omitempty" doc:"新话题的名称；不填用最早一件的标题"`
		Why   string   `json:"why,omitempty"`
	}
}

func (s *Server) splitTopic(ctx context.Context, who desk.Actor, in *splitTopicIn) (out TopicDone, err error) {
	from, items, err := topicAnd(in.ByID, "items", in.Body.Items...)
	if err != nil {
		return out, err
	}
	return s.topicActed(s.Desk.SplitTopic(ctx, who, from, items, in.Body.Title, in.Body.Why))
}

type moveTopicIn struct {
	ByID
	Body struct {
		Items []string `json:"items" doc:"移走的来件"`
		Into  string   `json:"into" doc:"移到哪个话题"`
		Why   string   `json:"why,omitempty"`
	}
}

func (s *Server) moveTopicItems(ctx context.Context, who desk.Actor, in *moveTopicIn) (out TopicDone, err error) {
	from, items, err := topicAnd(in.ByID, "items", in.Body.Items...)
	if err != nil {
		return out, err
	}
	into, err := numbers("into", []string{in.Body.Into})
	if err != nil {
		return out, err
	}
	return s.topicActed(s.Desk.MoveItems(ctx, who, from, into[0], items, in.Body.Why))
}

func (s *Server) undoTopicAct(ctx context.Context, who desk.Actor, in *ByID) (out TopicDone, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	return s.topicActed(s.Desk.UndoTopicAct(ctx, who, n))
}

type declineTopicIn struct {
	ByID
	Body struct {
		Why string `json:"why" doc:"为什么不是事件"`
	}
}

func (s *Server) declineTopic(ctx context.Context, who desk.Actor, in *declineTopicIn) (out TopicFile, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	if err := s.Desk.DeclineBurst(ctx, who, n, in.Body.Why); err != nil {
		return out, err
	}
	return s.getTopic(ctx, who, &in.ByID)
}

type attachTopicIn struct {
	ByID
	Body struct {
		Incident string `json:"incident" doc:"并入哪个事件"`
	}
}

func (s *Server) attachTopic(ctx context.Context, who desk.Actor, in *attachTopicIn) (out Incident, err error) {
	n, incident, err := topicAnd(in.ByID, "incident", in.Body.Incident)
	if err != nil {
		return out, err
	}
	got, err := s.Desk.AttachTopic(ctx, who, n, incident[0])
	return s.zoned().incident(got), err
}

// routesAPITopics is the part of the API that is about topics and finding.
func (s *Server) routesAPITopics() []route {
	return []route{
		{method: get, path: "/api/v1/search", acts: acts(desk.ActItemRead), summary: "检索", api: does(s.searchAll)},
		{method: get, path: "/api/v1/topics/{id}", acts: acts(desk.ActItemRead), summary: "一个话题", api: does(s.getTopic)},
		{method: post, path: "/api/v1/topics/{id}/join", acts: acts(desk.ActTopicArrange), summary: "并入另一个话题", api: does(s.joinTopic)},
		{method: post, path: "/api/v1/topics/{id}/split", acts: acts(desk.ActTopicArrange), summary: "拆出新话题", api: does(s.splitTopic)},
		{method: post, path: "/api/v1/topics/{id}/move", acts: acts(desk.ActTopicArrange), summary: "移动来件到另一话题", api: does(s.moveTopicItems)},
		{method: post, path: "/api/v1/topics/{id}/decline", acts: acts(desk.ActIncidentRaise), summary: "不是事件", api: does(s.declineTopic)},
		{method: post, path: "/api/v1/topics/{id}/attach", acts: acts(desk.ActIncidentRaise), summary: "话题并入已有事件", api: does(s.attachTopic)},
		{method: post, path: "/api/v1/topic-acts/{id}/undo", acts: acts(desk.ActTopicArrange), summary: "撤销话题调整", api: does(s.undoTopicAct)},
	}
}
