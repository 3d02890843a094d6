package pg

import (
	"strings"
	"time"

	"huiying/desk"
)

// itemArrays are items as columns, for one statement over unnest.
type itemArrays struct {
	source                                                    []int64
	channel, externalID, title, body, place, url, name, phone []string
	reach                                                     []*int64
	occurred                                                  []*time.Time
	received                                                  []time.Time
	state                                                     []string
	version                                                   []int
	raw                                                       []int64
	part                                                      []int
	digest                                                    [][]byte
	topic, incident                                           []*int64
	verdict                                                   []*string
	corrected                                                 []string
	kind, category, region, urgency, department               []*string
	tokens                                                    []*string
	unread                                                    []bool
	extra                                                     []*string
	id                                                        []*int64
}

func (c *itemArrays) add(it desk.Item) error {
	e, err := effectiveOf(it)
	if err != nil {
		return err
	}
	extra, err := extraOf(it)
	if err != nil {
		return err
	}
	c.extra, c.id = append(c.extra, extra), append(c.id, null(it.ID))
	if it.State == "" {
		it.State = desk.ItemNew
	}
	c.source = append(c.source, it.SourceID)
	c.channel = append(c.channel, string(it.Channel))
	c.externalID = append(c.externalID, it.ExternalID)
	c.title, c.body = append(c.title, it.Title), append(c.body, it.Body)
	c.place, c.url = append(c.place, it.Place), append(c.url, it.URL)
	c.name, c.phone = append(c.name, it.Author.Name), append(c.phone, it.Author.Phone)
	c.reach = append(c.reach, it.Reach)
	c.occurred, c.received = append(c.occurred, it.OccurredAt), append(c.received, it.ReceivedAt)
	c.state, c.version = append(c.state, it.State), append(c.version, max(it.Version, 1))
	c.raw, c.part = append(c.raw, it.RawID), append(c.part, it.RawPart)
	c.digest = append(c.digest, it.Digest)
	c.topic, c.incident = append(c.topic, null(it.TopicID)), append(c.incident, null(it.IncidentID))
	c.verdict = append(c.verdict, e.verdict)
	c.corrected = append(c.corrected, strings.Join(it.Corrected, ",")) // names of fields: no commas in them
	c.kind, c.category, c.region = append(c.kind, e.kind), append(c.category, e.category), append(c.region, e.region)
	c.urgency, c.department = append(c.urgency, e.urgency), append(c.department, e.department)
	c.tokens = append(c.tokens, vector(it.Tokens))
	c.unread = append(c.unread, unread(it))
	return nil
}

func (c *itemArrays) args() []any {
	return []any{c.source, c.channel, c.externalID, c.title, c.body, c.place, c.url, c.name, c.phone, c.reach, c.occurred, c.received,
		c.state, c.version, c.raw, c.part, c.digest, c.topic, c.incident,
		c.verdict, c.corrected, c.kind, c.category, c.region, c.urgency, c.department, c.tokens, c.unread, c.extra, c.id}
}
