package pg

import (
	"context"
	"encoding/json"
	"maps"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"huiying/desk"
)

// heatItems is how many of a topic's newest items its figures look at one by one.
const heatItems = 2000

// cameAt is desk's rule of when an item counts as having come.
const cameAt = `CASE WHEN i.occurred_at < i.received_at - interval '24 hours' THEN i.occurred_at ELSE i.received_at END`

// TopicFigures reads facts and figures from the verdicts; of what was noted of a
// medium's readers the last.
func (t *tx) TopicFigures(ctx context.Context, now time.Time, topics ...int64) (map[int64]desk.TopicFigures, error) {
	by := make(map[int64]desk.TopicFigures, len(topics))
	rows, err := t.q.Query(ctx, `
		SELECT tp.id, tp.count, f.hour, f.day, coalesce(f.channels, '{}'), f.sources, f.reads, f.comments, f.shares, coalesce(f.rank, 0), coalesce(f.list, ''),
			f.people, coalesce(f.level, ''), f.urgent, f.grouped, coalesce(f.last, tp.last_at)
		FROM topic tp CROSS JOIN LATERAL (
			SELECT count(*) FILTER (WHERE x.came > $2::timestamptz - interval '1 hour' AND x.came <= $2) AS hour,
				count(*) FILTER (WHERE x.came > $2::timestamptz - interval '24 hours' AND x.came <= $2) AS day,
				(SELECT jsonb_object_agg(c.channel, c.n) FROM (SELECT channel, count(*) AS n FROM item WHERE topic_id = tp.id GROUP BY 1) c) AS channels,
				count(DISTINCT x.source_id) AS sources,
				coalesce(sum(coalesce(x.reads, x.reach, 0)), 0)::bigint AS reads, coalesce(sum(x.comments), 0)::bigint AS comments, coalesce(sum(x.shares), 0)::bigint AS shares,
				min(x.rank) AS rank, (array_agg(x.list ORDER BY x.rank) FILTER (WHERE x.rank IS NOT NULL))[1] AS list,
				coalesce(max(x.people), 0) AS people,
				(array_agg(x.level ORDER BY array_position(ARRAY['特别重大','重大','较大','一般'], x.level)) FILTER (WHERE x.level <> ''))[1] AS level,
				count(*) FILTER (WHERE x.urgency = '紧急') AS urgent, count(*) FILTER (WHERE x.risk >= 0.5) AS grouped, max(x.came) AS last
			FROM (
				SELECT i.source_id, i.reach, i.urgency, `+cameAt+` AS came, c.reads, c.comments, c.shares, h.rank, h.list,
					v.level, coalesce(v.group_risk, 0) AS risk,
					coalesce(f.deaths, 0) + coalesce(f.missing, 0) + coalesce(f.injured, 0) + coalesce(f.poisoned, 0) + coalesce(f.crowd, 0) AS people
				FROM (SELECT * FROM item WHERE topic_id = tp.id ORDER BY id DESC LIMIT $3) i
				-- Each verdict, which is long, is fetched and read once.
				LEFT JOIN LATERAL json_to_record(i.verdict) AS v(level text, group_risk float8, facts json) ON true
				LEFT JOIN LATERAL json_to_record(v.facts) AS f(deaths bigint, missing bigint, injured bigint, poisoned bigint, crowd bigint) ON true
				LEFT JOIN LATERAL (SELECT reads, comments, shares FROM item_count WHERE item_id = i.id ORDER BY at DESC LIMIT 1) c ON true
				LEFT JOIN hot_entry h ON h.item_id = i.id AND h.left_at IS NULL) x) f
		WHERE tp.id = ANY ($1)`, topics, now, heatItems)
	if err != nil {
		return nil, translate(err)
	}
	var id int64
	var f desk.TopicFigures
	var channels []byte
	_, err = pgx.ForEachRow(rows, []any{&id, &f.Count, &f.Hour, &f.Day, &channels, &f.Sources, &f.Reads, &f.Comments, &f.Shares, &f.Rank, &f.List,
		&f.People, &f.Level, &f.Urgent, &f.Group, &f.Last}, func() error {
		f.Channels = map[string]int{}
		by[id] = f
		return json.Unmarshal(channels, &f.Channels)
	})
	return by, translate(err)
}

// SaveHeat locks in order of id and passes over topics that somebody holds: they stay
// stirred. So does one that got items since it was counted.
func (t *tx) SaveHeat(ctx context.Context, now time.Time, by map[int64]desk.TopicHeat) error {
	ids := slices.Sorted(maps.Keys(by))
	var points []float64
	var counts []int
	var figures []string
	for _, id := range ids {
		b, err := json.Marshal(by[id].Figures)
		if err != nil {
			return internal(err)
		}
		points, counts, figures = append(points, by[id].Points), append(counts, by[id].Figures.Count), append(figures, string(b))
	}
	free, err := all(ctx, t, pgx.RowTo[int64], `SELECT id FROM topic WHERE id = ANY ($1) ORDER BY id FOR NO KEY UPDATE SKIP LOCKED`, ids)
	if err != nil || len(free) == 0 {
		return err
	}
	_, err = t.exec(ctx, `
		UPDATE topic SET heat = a.heat, figures = a.figures::jsonb, reckoned_at = $5, stirred = topic.count <> a.count
		FROM unnest($1::bigint[], $2::float8[], $3::int[], $4::text[]) AS a(id, heat, count, figures) WHERE topic.id = a.id AND topic.id = ANY ($6)`,
		ids, points, counts, figures, now, free)
	return err
}

// hottest is how many of the hottest topics cool under the sweep's eyes.
const hottest = 300

func (t *tx) StirredTopics(ctx context.Context, older time.Time, limit int) ([]desk.Topic, error) {
	return all(ctx, t, pgx.RowToStructByNameLax[desk.Topic], topicSelect+`
		WHERE tp.id IN (
			(SELECT id FROM topic WHERE stirred ORDER BY id LIMIT $2)
			UNION (SELECT id FROM (SELECT id, reckoned_at FROM topic WHERE joined_into IS NULL AND heat > 0 ORDER BY heat DESC, id DESC LIMIT $3) h
				WHERE reckoned_at < $1 OR reckoned_at IS NULL))
		ORDER BY tp.stirred DESC, tp.id LIMIT $2`, older, limit, hottest)
}
