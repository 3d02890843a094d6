package desk

import (
	"context"
	"slices"
	"strings"
	"time"
)

// dutyAhead is how far the actual time may lie ahead of the clock: two clocks on two desks.
const dutyAhead = 2 * time.Minute

// LogDuty keeps a call or document that reached the duty room, as an item of the
// channel duty, through the same door as all others. in.Extra.Duty is the form; the
// recorder is who logs it, and a missing actual time is now. External id: the form's
// own key, so that saving twice is harmless.
func (d *Desk) LogDuty(ctx context.Context, who Actor, in Incoming) (Result, error) {
	if err := who.need(ActDutyLog); err != nil {
		return Result{}, err
	}
	now := d.Now()
	if in.Extra == nil || in.Extra.Duty == nil {
		return Result{}, Invalid("form", "请选择来电或来文的种类")
	}
	duty := *in.Extra.Duty
	duty.Recorder = who.Name
	if duty.At.IsZero() {
		duty.At = now
	}
	duty.At = duty.At.UTC()
	duty.Unit, duty.Post, duty.Number = strings.TrimSpace(duty.Unit), strings.TrimSpace(duty.Post), strings.TrimSpace(duty.Number)
	duty.Told = toldOnce(duty.Told)
	in.Extra = &Extra{Duty: &duty}
	in.Title = strings.TrimSpace(in.Title)
	if err := duty.check(); err != nil {
		return Result{}, err
	}
	switch {
	case duty.Form == DutyCall && strings.TrimSpace(in.Body) == "":
		return Result{}, Invalid("body", "请记录来电内容")
	case duty.Form != DutyCall && in.Title == "":
		return Result{}, Invalid("title", "请填写标题")
	case duty.At.After(now.Add(dutyAhead)):
		return Result{}, Invalid("at", "实际时间不能晚于现在")
	}
	if err := in.Check(); err != nil {
		return Result{}, err
	}
	if err := d.checkPicked(in.Picked); err != nil {
		return Result{}, err
	}
	return d.enter(ctx, DutySource, ChannelDuty, mustJSON(in), mustJSON(seatNote{who.PersonID, who.Name, who.Via}))
}

// toldOnce names each body once, in the order given.
func toldOnce(list []string) (out []string) {
	for _, s := range list {
		if s = strings.TrimSpace(s); s != "" && !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}

// happened is when what the item tells of reached the office: the actual time of a
// duty form, else now.
func (it Item) happened(now time.Time) time.Time {
	if it.Extra != nil && it.Extra.Duty != nil && it.Extra.Duty.At.Before(now) {
		return it.Extra.Duty.At
	}
	return now
}
