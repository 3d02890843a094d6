package pg

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgtype"
)

// maxFindings bounds a report; the first ones matter.
const maxFindings = 100

// The kinds of finding.
const (
	FoundEdited    = "edited"    // an event, or its row of the feed, isn't what was sealed
	FoundDeleted   = "deleted"   // the event of a row is gone
	FoundGap       = "gap"       // rows of the feed are gone
	FoundHead      = "head"      // the head doesn't belong to the last row
	FoundRemade    = "remade"    // the chain isn't the one whose heads were exported
	FoundUnsealed  = "unsealed"  // an event is neither sealed nor waiting to be
	FoundAlgorithm = "algorithm" // a row names a digest that this program doesn't know
)

// Finding is one thing wrong with the record.
type Finding struct {
	Kind  string
	Seq   int64 // row of the feed; 0: none
	Event int64 // row of event; 0: none
	Text  string
}

// Report is what Verify found.
type Report struct {
	Epoch    string
	Sealed   int64 // rows of the feed that were checked
	Pending  int64 // events waiting for the sealer
	Heads    int   // exported heads that were compared
	LastHead int64 // the newest of them: up to here nobody can have made the chain anew
	Findings []Finding
	More     int      // findings beyond those listed
	Notes    []string // what isn't wrong with the record but worth knowing
}

// OK says whether the record is proven.
func (r *Report) OK() bool { return len(r.Findings) == 0 }

func (r *Report) found(kind string, seq, event int64, text string, args ...any) {
	if len(r.Findings) == maxFindings {
		r.More++
		return
	}
	r.Findings = append(r.Findings, Finding{kind, seq, event, fmt.Sprintf(text, args...)})
}

// Verify recomputes the chain over the whole record, on one snapshot and without
// holding it in memory, and compares it with the heads exported outside the
// database (nil: none). An error means that it couldn't be done, not that
// something is wrong.
func (s *Store) Verify(ctx context.Context, heads io.Reader) (Report, error) {
	var report Report
	var exported []Head
	if heads != nil {
		var unreadable int
		var err error
		if exported, unreadable, err = readHeads(heads); err != nil {
			return report, fmt.Errorf("heads: %w", err)
		}
		if unreadable > 0 {
			report.Notes = append(report.Notes, fmt.Sprintf("链头文件有 %d 行无法读取（可能是断电时写了一半），已跳过", unreadable))
		}
	}
	opt := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := s.run(ctx, opt, func(t *tx) error {
		r := report
		if _, err := t.exec(ctx, `SELECT set_config('statement_timeout', '0', true), set_config('idle_in_transaction_session_timeout', '0', true)`); err != nil {
			return err
		}
		w := walk{t: t, report: &r}
		for _, step := range []func(context.Context, []Head) error{w.head, w.chain, w.strays} {
			if err := step(ctx, exported); err != nil {
				return err
			}
		}
		report = r
		return nil
	})
	return report, err
}

// walk is one pass over the record.
type walk struct {
	t      *tx
	report *Report
	last   Head // the stored head
}

func (w *walk) head(ctx context.Context, _ []Head) error {
	heads, err := all(ctx, w.t, func(row pgx.CollectableRow) (h Head, err error) { return h, row.Scan(&h.Epoch, &h.Seq, &h.Digest) },
		`SELECT epoch, seq, digest FROM feed_head`)
	if err != nil {
		return err
	}
	if len(heads) != 1 {
		w.report.found(FoundHead, 0, 0, "链头记录应有一行，现有 %d 行", len(heads))
		return nil
	}
	w.last, w.report.Epoch = heads[0], heads[0].Epoch
	return nil
}

// chain walks the rows in order. Each is checked against the digest that its
// predecessor has stored, so that one edit is one finding.
func (w *walk) chain(ctx context.Context, exported []Head) error {
	w.foreign(exported)
	own := slices.DeleteFunc(slices.Clone(exported), func(h Head) bool { return h.Epoch != w.report.Epoch })
	slices.SortStableFunc(own, func(a, b Head) int { return cmp.Compare(a.Seq, b.Seq) })
	rows, err := w.t.q.Query(ctx, `
		SELECT f.seq, f.event_id, f.algorithm, f.digest, f.sealed_at, `+evidenceColumns+`
		FROM feed f LEFT JOIN event e ON e.id = f.event_id ORDER BY f.seq`)
	if err != nil {
		return translate(err)
	}
	defer rows.Close()
	var at feedRow
	for rows.Next() {
		before := at
		at = feedRow{}
		if err := rows.Scan(at.fields()...); err != nil {
			return translate(err)
		}
		w.row(&before, &at)
		own = w.compare(own, &at)
	}
	if err := rows.Err(); err != nil {
		return translate(err)
	}
	for _, h := range own {
		w.report.found(FoundRemade, h.Seq, 0, "第 %d 号曾导出链头，现在的记录里没有这一号：记录被截断或重编", h.Seq)
	}
	if at.seq != w.last.Seq || !bytes.Equal(at.digest, w.last.Digest) {
		w.report.found(FoundHead, at.seq, 0, "链头停在第 %d 号，最后一行是第 %d 号，两者不符：末尾的记录被删除或改动", w.last.Seq, at.seq)
	}
	return nil
}

// foreign heads mean that the epoch was changed, or that the file is another
// database's.
func (w *walk) foreign(exported []Head) {
	seen := map[string]bool{w.report.Epoch: true}
	for _, h := range exported {
		if !seen[h.Epoch] {
			seen[h.Epoch] = true
			w.report.found(FoundRemade, h.Seq, 0, "链头文件记的是 %s 期，现在的记录是 %s 期：记录被整体替换，或链头文件不属于这个数据库", h.Epoch, w.report.Epoch)
		}
	}
}

type feedRow struct {
	seq, event int64
	algorithm  string
	digest     []byte
	sealedAt   pgtype.Timestamptz
	evidence   evidence
}

func (r *feedRow) fields() []any {
	return append([]any{&r.seq, &r.event, &r.algorithm, &r.digest, &r.sealedAt}, r.evidence.fields()...)
}

func (w *walk) row(before, at *feedRow) {
	w.report.Sealed++
	gap := at.seq != before.seq+1
	switch {
	case gap && at.seq == before.seq+2:
		w.report.found(FoundGap, before.seq+1, 0, "第 %d 号记录缺失", before.seq+1)
	case gap:
		w.report.found(FoundGap, before.seq+1, 0, "第 %d 至 %d 号记录缺失", before.seq+1, at.seq-1)
	}
	switch {
	case at.evidence.id == nil:
		w.report.found(FoundDeleted, at.seq, at.event, "第 %d 号对应的留痕 %d 已被删除", at.seq, at.event)
	case at.algorithm != algorithmSHA256:
		w.report.found(FoundAlgorithm, at.seq, at.event, "第 %d 号（留痕 %d）的摘要算法“%s”不可识别", at.seq, at.event, at.algorithm)
	case gap: // what it was linked to is gone
	case at.sealedAt.InfinityModifier != pgtype.Finite,
		!bytes.Equal(at.digest, link(before.digest, at.seq, at.sealedAt.Time, &at.evidence)):
		w.report.found(FoundEdited, at.seq, at.event, "第 %d 号（留痕 %d）与封存时不符：内容或摘要被改动", at.seq, at.event)
	}
}

// compare takes from the exported heads those of this row.
func (w *walk) compare(own []Head, at *feedRow) []Head {
	for len(own) > 0 && own[0].Seq <= at.seq {
		h := own[0]
		own = own[1:]
		w.report.Heads++
		if h.Seq == at.seq && bytes.Equal(h.Digest, at.digest) {
			w.report.LastHead = h.Seq
			continue
		}
		w.report.found(FoundRemade, h.Seq, at.event, "第 %d 号的摘要与当时导出的链头不符：第 %d 号之后、至第 %d 号的记录被改动后重编", h.Seq, w.report.LastHead, h.Seq)
	}
	return own
}

// strays are events outside the chain, and how many wait for it.
func (w *walk) strays(ctx context.Context, _ []Head) error {
	if err := w.t.scan(ctx, `SELECT count(*) FROM event_pending`, nil, &w.report.Pending); err != nil {
		return err
	}
	type stray struct {
		ID   int64
		What string
	}
	found, err := all(ctx, w.t, pgx.RowToStructByPos[stray], `
		SELECT e.id, 'unsealed' FROM event e
		WHERE NOT EXISTS (SELECT FROM feed f WHERE f.event_id = e.id) AND NOT EXISTS (SELECT FROM event_pending p WHERE p.event_id = e.id)
		UNION ALL
		SELECT p.event_id, 'gone' FROM event_pending p WHERE NOT EXISTS (SELECT FROM event e WHERE e.id = p.event_id)
		UNION ALL
		SELECT p.event_id, 'both' FROM event_pending p JOIN feed f ON f.event_id = p.event_id
		ORDER BY 1 LIMIT $1`, maxFindings)
	if err != nil {
		return err
	}
	for _, s := range found {
		switch s.What {
		case "gone":
			w.report.found(FoundDeleted, 0, s.ID, "留痕 %d 尚未封存即被删除", s.ID)
		case "both":
			w.report.found(FoundUnsealed, 0, s.ID, "留痕 %d 已封存，又被标为待封存", s.ID)
		default:
			w.report.found(FoundUnsealed, 0, s.ID, "留痕 %d 既未封存也不在待封存之列：封存行被删除，或是绕过程序写入的", s.ID)
		}
	}
	return nil
}
