package web

import "huiying/desk"

// Item is an item as programs get it.
type Item struct {
	ID         string       `json:"id"`
	Source     string       `json:"source" doc:"来源的名称"`
	Channel    desk.Channel `json:"channel" enum:"hotline,mailbox,media,duty"`
	ExternalID string       `json:"external_id" doc:"来源自己的编号；没有的是内容摘要"`
	Title      string       `json:"title"`
	Body       string       `json:"body"`
	OccurredAt *string      `json:"occurred_at" doc:"发生时间"`
	ReceivedAt string       `json:"received_at" doc:"接收时间"`
	State      string       `json:"state" enum:"new,linked,settled"`
	Version    int          `json:"version" doc:"第几版内容"`
	Verdict    *Verdict     `json:"verdict" doc:"系统初判建议；尚未判读是 null"`
	Corrected  []string     `json:"corrected" nullable:"false" doc:"已由人订正的字段"`
	Author     Author       `json:"author" doc:"已遮盖"`
	Place      *string      `json:"place"`
	URL        *string      `json:"url"`
	Reach      *int64       `json:"reach"`
	Topic      *string      `json:"topic"`
	Incident   *string      `json:"incident"`
}

// Author is who an item comes from, masked unless revealed.
type Author struct {
	Name  *string `json:"name"`
	Phone *string `json:"phone"`
}

// Verdict is the contract's shape of what the classifier says: unknown is null.
type Verdict struct {
	Kind        *string            `json:"kind"`
	Category    *string            `json:"category"`
	Departments []desk.ScoredName  `json:"departments" nullable:"false"`
	Department  *string            `json:"department"`
	Region      *desk.Region       `json:"region"`
	Place       *string            `json:"place"`
	Urgency     *string            `json:"urgency"`
	GroupRisk   float64            `json:"group_risk"`
	Facts       Facts              `json:"facts"`
	Level       *string            `json:"level"`
	Occurred    *string            `json:"occurred" doc:"完整时是 RFC 3339，否则说到哪里写到哪里"`
	Rumour      float64            `json:"rumour"`
	Sentiment   float64            `json:"sentiment"`
	SelfHarm    float64            `json:"self_harm" doc:"轻生的话，0 到 1，仅为线索"`
	Threat      float64            `json:"threat" doc:"威胁的话，0 到 1，仅为线索"`
	Confidence  map[string]float64 `json:"confidence"`
	Evidence    []desk.Evidence    `json:"evidence" nullable:"false"`
	Reasons     map[string]string  `json:"reasons" doc:"不是由原文字词得出的项：usual 没有明显字词、按最常见，whole 由许多平常字词合起来，category 由领域推定，duties 职责清单"`
}

// Facts are figures; null is unknown, which is not zero.
type Facts struct {
	Deaths         *int   `json:"deaths" required:"false"`
	Missing        *int   `json:"missing" required:"false"`
	Injured        *int   `json:"injured" required:"false"`
	SeriousInjured *int   `json:"serious_injured" required:"false"`
	Poisoned       *int   `json:"poisoned" required:"false"`
	LossYuan       *int64 `json:"loss_yuan" required:"false"`
	Crowd          *int   `json:"crowd" required:"false"`
	AtRisk         *int   `json:"at_risk" required:"false" doc:"涉险：被困、围困，或疏散、转移的人数"`
}

func verdictOf(v *desk.Verdict) *Verdict {
	if v == nil {
		return nil
	}
	out := &Verdict{Kind: known(v.Kind), Category: known(v.Category), Departments: v.Departments, Department: known(v.Department()), Region: v.Region,
		Place: known(v.Place), Urgency: known(v.Urgency), GroupRisk: v.GroupRisk, Facts: Facts(v.Facts), Level: known(v.Level), Occurred: known(v.Occurred),
		Rumour: v.Rumour, Sentiment: v.Sentiment, SelfHarm: v.SelfHarm, Threat: v.Threat, Confidence: v.Confidence, Evidence: v.Evidence, Reasons: v.Reasons}
	if out.Departments == nil {
		out.Departments = []desk.ScoredName{}
	}
	if out.Confidence == nil {
		out.Confidence = map[string]float64{}
	}
	if out.Reasons == nil {
		out.Reasons = map[string]string{}
	}
	if out.Evidence == nil {
		out.Evidence = []desk.Evidence{}
	}
	return out
}

// item shows an item to the actor: whatever the use case gave, masked.
func (z zoned) item(who desk.Actor) func(desk.Item) Item {
	return func(it desk.Item) Item {
		it = it.Masked(who)
		out := Item{ID: id(it.ID), Source: it.Source, Channel: it.Channel, ExternalID: it.ExternalID, Title: it.Title, Body: it.Body,
			OccurredAt: z.maybe(it.OccurredAt), ReceivedAt: z.at(it.ReceivedAt), State: it.State, Version: it.Version, Verdict: verdictOf(it.Verdict),
			Corrected: it.Corrected, Author: Author{known(it.Author.Name), known(it.Author.Phone)}, Place: known(it.Place), URL: known(it.URL),
			Reach: it.Reach, Topic: idOf(it.TopicID), Incident: idOf(it.IncidentID)}
		if out.Corrected == nil {
			out.Corrected = []string{}
		}
		return out
	}
}
