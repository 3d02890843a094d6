package desk

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Silence (静默) is a stretch in which a source was quieter than its habit. One that
// nobody expected anything of, since the source was paused or the desk itself was
// off, has no notice; it only teaches nothing.
type Silence struct {
	ID        int64
	SourceID  int64
	Since     time.Time
	NoticedAt time.Time
	Had       int
	Expected  float64
	NoticeID  int64 // 0: paused, or the desk was off
	EndedAt   *time.Time
}

// SourceHour is the newest hour of a source in which something came.
type SourceHour struct {
	SourceID     int64
	Hour         time.Time
	Items        int
	LastReceived time.Time  // of the newest item
	LastOccurred *time.Time // when that says it happened
}

// StoredHabit is a habit and when it was learned.
type StoredHabit struct {
	SourceID  int64
	LearnedAt time.Time
	Habit     Habit
}

// HabitTx keeps what sources are used to.
type HabitTx interface {
	// CountHours counts the items of each source and hour up to now, from the last
	// hour that was counted on, at most as far back as since.
	CountHours(ctx context.Context, since, now time.Time) error
	HourCounts(ctx context.Context, source int64, from time.Time) ([]HourCount, error)
	// NewestHours gives each source's newest hour.
	NewestHours(ctx context.Context) ([]SourceHour, error)
	SaveHabit(ctx context.Context, h StoredHabit) error
	Habits(ctx context.Context) ([]StoredHabit, error)
	// NewSilence sets the id; false where the source has one that is open.
	NewSilence(ctx context.Context, s *Silence) (isNew bool, err error)
	// SetSilenceNotice ties a silence to its notice.
	SetSilenceNotice(ctx context.Context, id, notice int64) error
	EndSilence(ctx context.Context, id int64, at time.Time) error
	// Silences gives those that ended at since or later, or are open.
	Silences(ctx context.Context, since time.Time) ([]Silence, error)
}

const (
	sweptSetting = "sources-swept"
	// sweptAgo: a sweep so late (in real time) says that the desk was off.
	sweptAgo = 30 * time.Minute
)

// byHand says of a source that people bring its items: it keeps no hours, and that
// nobody typed anything is no fault of a line.
func (s Source) byHand() bool {
	return s.Kind == SeatSource || s.Kind == PasteSource || s.URL == "" && s.Channel == ChannelDuty
}

// WatchSources counts what the sources bring, learns their habits each hour, raises a
// notice about one that is quieter than its habit, and takes it back when items
// come again. Any number of nodes may run it.
func (d *Desk) WatchSources(ctx context.Context, now time.Time) (more bool, err error) {
	since := now.Add(-(HabitWeeks + judgedWeeks) * 7 * 24 * time.Hour)
	var list []Source
	habits, silences := map[int64]StoredHabit{}, map[int64][]Silence{}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		clear(habits)
		clear(silences)
		swept, err := d.swept(ctx, tx, now)
		if err != nil {
			return err
		}
		if err := tx.CountHours(ctx, since, now); err != nil {
			return err
		}
		if list, err = tx.ListSources(ctx); err != nil {
			return err
		}
		if !swept.IsZero() && now.Sub(swept) > d.InOffice(sweptAgo) {
			for _, s := range list { // open ones stay as they are
				if _, err := tx.NewSilence(ctx, &Silence{SourceID: s.ID, Since: swept, NoticedAt: now, EndedAt: &now}); err != nil {
					return err
				}
			}
		}
		stored, err := tx.Habits(ctx)
		if err != nil {
			return err
		}
		for _, h := range stored {
			habits[h.SourceID] = h
		}
		past, err := tx.Silences(ctx, since)
		for _, s := range past {
			silences[s.SourceID] = append(silences[s.SourceID], s)
		}
		return err
	})
	if err != nil {
		return false, err
	}
	for _, s := range list {
		if s.State == "paused" || s.byHand() {
			continue
		}
		if err := d.watchSource(ctx, s, habits[s.ID], silences[s.ID], since, now); err != nil {
			return false, fmt.Errorf("source %d: %w", s.ID, err)
		}
	}
	return false, nil
}

// swept notes that the sources were looked at, and gives when they were before.
func (d *Desk) swept(ctx context.Context, tx Tx, now time.Time) (last time.Time, err error) {
	raw, err := tx.Setting(ctx, sweptSetting, true)
	if err != nil {
		return last, err
	}
	if raw != nil {
		if err := json.Unmarshal(raw, &last); err != nil {
			return last, fmt.Errorf("setting %s: %w", sweptSetting, err)
		}
	}
	return last, tx.SetSetting(ctx, sweptSetting, mustJSON(now))
}

func (d *Desk) watchSource(ctx context.Context, s Source, stored StoredHabit, past []Silence, since, now time.Time) error {
	var open *Silence
	began := s.CreatedAt
	for i := range past {
		switch x := &past[i]; {
		case x.EndedAt == nil:
			open = x
		case x.EndedAt.After(began):
			began = *x.EndedAt
		}
	}
	return d.Store.InTx(ctx, func(tx Tx) error {
		counts, err := tx.HourCounts(ctx, s.ID, since)
		if err != nil {
			return err
		}
		habit := stored.Habit
		if stored.LearnedAt.Truncate(time.Hour) != now.Truncate(time.Hour) {
			habit = d.habitOf(s, counts, past, since, now)
			if err := tx.SaveHabit(ctx, StoredHabit{SourceID: s.ID, LearnedAt: now, Habit: habit}); err != nil {
				return err
			}
		}
		if open != nil {
			if open.NoticeID == 0 || !d.again(habit, counts, now) {
				return nil
			}
			return d.heard(ctx, tx, s, *open, now)
		}
		if q, found := d.quiet(habit, counts, now, began); found {
			return d.silent(ctx, tx, s, q, now)
		}
		return nil
	})
}

// habitOf learns from what lies before the week that is judged by it.
func (d *Desk) habitOf(s Source, counts []HourCount, past []Silence, since, now time.Time) Habit {
	from := since
	if s.CreatedAt.After(from) {
		from = s.CreatedAt.Add(time.Hour) // the first hour is cut, and full of what lay waiting
	}
	if len(counts) > 0 && counts[0].Hour.Before(from) && counts[0].Hour.After(since) {
		from = counts[0].Hour // restored, or imported from before
	}
	return d.learn(counts, from, now.Truncate(time.Hour).Add(-judgedWeeks*7*24*time.Hour), func(at time.Time) bool {
		for _, x := range past {
			if at.Add(time.Hour).After(x.Since) && (x.EndedAt == nil || at.Before(*x.EndedAt)) {
				return true
			}
		}
		return false
	})
}

// silent raises the notice, once.
func (d *Desk) silent(ctx context.Context, tx Tx, s Source, q Quiet, now time.Time) error {
	x := Silence{SourceID: s.ID, Since: q.Since, NoticedAt: now, Had: q.Had, Expected: q.Expected}
	isNew, err := tx.NewSilence(ctx, &x)
	if err != nil || !isNew {
		return err
	}
	n := Notice{Key: fmt.Sprintf("silence/%d", x.ID), Kind: "silence", At: now, Outside: "有来源长时间没有来件，请回值班室",
		Text: fmt.Sprintf("来源“%s”比往常安静：%d 小时内来件 %d 件，往常约 %.0f 件", s.Name, max(int(now.Sub(q.Since).Hours()+0.5), 1), q.Had, q.Expected)}
	if _, err := tx.NewNotice(ctx, &n); err != nil {
		return err
	}
	if err := tx.SetSilenceNotice(ctx, x.ID, n.ID); err != nil {
		return err
	}
	e := event(System, now, "source.silent", "source", s.ID).with(map[string]any{"id": ident(s.ID), "had": q.Had, "expected": q.Expected, "since": q.Since})
	e.SourceID = s.ID
	return tx.Record(ctx, e, n.event(System, now, "notice.raised"))
}

// heard takes the notice back.
func (d *Desk) heard(ctx context.Context, tx Tx, s Source, x Silence, now time.Time) error {
	if err := tx.EndSilence(ctx, x.ID, now); err != nil {
		return err
	}
	e := event(System, now, "source.heard", "source", s.ID).with(map[string]any{"id": ident(s.ID), "since": x.Since})
	e.SourceID = s.ID
	events := []Event{e}
	n, err := tx.NoticeByID(ctx, Scope{}, x.NoticeID, true)
	if err != nil {
		return err
	}
	if n.AckAt == nil {
		if err := tx.AckNotice(ctx, n.ID, System, now); err != nil {
			return err
		}
		events = append(events, n.event(System, now, "notice.acked"))
	}
	return tx.Record(ctx, events...)
}

// rest marks the time in which a paused source is expected to bring nothing: from
// the pause until it goes on.
func (d *Desk) rest(ctx context.Context, tx Tx, s Source, pause bool, now time.Time) error {
	past, err := tx.Silences(ctx, now)
	if err != nil {
		return err
	}
	for _, x := range past {
		if x.SourceID != s.ID || x.EndedAt != nil {
			continue
		}
		if x.NoticeID != 0 {
			err = d.heard(ctx, tx, s, x, now)
		} else {
			err = tx.EndSilence(ctx, x.ID, now)
		}
		if err != nil {
			return err
		}
	}
	x := Silence{SourceID: s.ID, Since: now, NoticedAt: now}
	if !pause {
		x.EndedAt = &now
	}
	_, err = tx.NewSilence(ctx, &x)
	return err
}

// SourceState is a source with how it fares.
type SourceState struct {
	Source
	Last    *SourceHour // nil: nothing has come yet
	Silence *Silence    // the open one
	Today   float64     // items per hour since midnight
	Usual   float64     // what its habit says for the same hours
	Known   bool        // the habit is known
}

// Lag is how long the newest item was on its way; false where it doesn't say when it happened.
func (s SourceState) Lag() (time.Duration, bool) {
	if s.Last == nil || s.Last.LastOccurred == nil {
		return 0, false
	}
	return max(s.Last.LastReceived.Sub(*s.Last.LastOccurred), 0), true
}

// SourceStates lists the sources with how they fare.
func (d *Desk) SourceStates(ctx context.Context, who Actor) (out []SourceState, err error) {
	list, err := d.Sources(ctx, who)
	if err != nil {
		return nil, err
	}
	now := d.Now()
	y, m, day := now.In(d.Policy.Office.Location).Date()
	midnight := time.Date(y, m, day, 0, 0, 0, 0, d.Policy.Office.Location)
	err = d.Store.View(ctx, func(tx Tx) error {
		out = make([]SourceState, len(list))
		at := map[int64]*SourceState{}
		for i, s := range list {
			out[i].Source = s
			at[s.ID] = &out[i]
			counts, err := tx.HourCounts(ctx, s.ID, midnight)
			if err != nil {
				return err
			}
			if hours := now.Sub(midnight).Hours(); hours > 0 {
				out[i].Today = float64(came(counts, midnight)) / hours
			}
		}
		hours, err := tx.NewestHours(ctx)
		if err != nil {
			return err
		}
		for _, h := range hours {
			if s := at[h.SourceID]; s != nil {
				s.Last = &h
			}
		}
		habits, err := tx.Habits(ctx)
		if err != nil {
			return err
		}
		for _, h := range habits {
			s := at[h.SourceID]
			if s == nil || !h.Habit.Known() {
				continue
			}
			mean := d.expected(h.Habit, midnight, now)
			if s.Known = true; now.After(midnight) {
				s.Usual = mean / now.Sub(midnight).Hours()
			}
		}
		silences, err := tx.Silences(ctx, now)
		for _, x := range silences {
			if s := at[x.SourceID]; s != nil && x.EndedAt == nil && x.NoticeID != 0 {
				s.Silence = &x
			}
		}
		return err
	})
	return out, err
}

// SourceState is one source with how it fares.
func (d *Desk) SourceState(ctx context.Context, who Actor, id int64) (SourceState, error) {
	if err := who.need(ActSourceManage); err != nil {
		return SourceState{}, err
	}
	all, err := d.SourceStates(ctx, who)
	if err != nil {
		return SourceState{}, err
	}
	for _, s := range all {
		if s.ID == id {
			return s, nil
		}
	}
	return SourceState{}, NotFound("没有这个来源")
}
