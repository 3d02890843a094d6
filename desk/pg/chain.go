package pg

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"time"

	"github.com/jackc/pgx/v5/pgtype"
)

// algorithmSHA256 names the chain that doc.go describes.
const algorithmSHA256 = "SHA-256"

// evidence is an event as its columns have it, NULLs and all: what the digest is over.
type evidence struct {
	id                                      *int64
	at, acted                               pgtype.Timestamptz
	actorID                                 *int64
	actor, via, typ, subjectKind, subjectID *string
	incidentID                              *int64
	region, department                      *string
	sourceID                                *int64
	data, before, after, why                *string
}

// evidenceColumns reads JSON as the text that was stored.
const evidenceColumns = `e.id, e.at, e.acted_at, e.actor_id, e.actor, e.via, e.type, e.subject_kind, e.subject_id, e.incident_id, e.region,
	e.department, e.source_id, e.data::text, e.before::text, e.after::text, e.why`

func (e *evidence) fields() []any {
	return []any{&e.id, &e.at, &e.acted, &e.actorID, &e.actor, &e.via, &e.typ, &e.subjectKind, &e.subjectID, &e.incidentID, &e.region,
		&e.department, &e.sourceID, &e.data, &e.before, &e.after, &e.why}
}

// bytes are the event's canonical bytes.
func (e *evidence) bytes() []byte {
	var b []byte
	number := func(n *int64) {
		if n == nil {
			b = append(b, 0)
			return
		}
		b = binary.BigEndian.AppendUint64(append(b, 1), uint64(*n))
	}
	text := func(s *string) {
		if s == nil {
			b = append(b, 0)
			return
		}
		b = binary.BigEndian.AppendUint64(append(b, 1), uint64(len(*s)))
		b = append(b, *s...)
	}
	number(e.id)
	number(micros(e.at))
	number(micros(e.acted))
	number(e.actorID)
	for _, s := range []*string{e.actor, e.via, e.typ, e.subjectKind, e.subjectID} {
		text(s)
	}
	number(e.incidentID)
	text(e.region)
	text(e.department)
	number(e.sourceID)
	for _, s := range []*string{e.data, e.before, e.after, e.why} {
		text(s)
	}
	return b
}

func micros(t pgtype.Timestamptz) *int64 {
	if !t.Valid {
		return nil
	}
	var n int64
	switch t.InfinityModifier {
	case pgtype.Infinity:
		n = math.MaxInt64
	case pgtype.NegativeInfinity:
		n = math.MinInt64
	default:
		n = t.Time.UnixMicro()
	}
	return &n
}

// link is the digest of one row of the feed.
func link(previous []byte, seq int64, sealedAt time.Time, e *evidence) []byte {
	if len(previous) == 0 {
		previous = make([]byte, sha256.Size)
	}
	h := sha256.New()
	h.Write(previous)
	var n [16]byte
	binary.BigEndian.PutUint64(n[:8], uint64(seq))
	binary.BigEndian.PutUint64(n[8:], uint64(sealedAt.UnixMicro()))
	h.Write(n[:])
	h.Write(e.bytes())
	return h.Sum(nil)
}
