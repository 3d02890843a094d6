package desk

import (
	"bytes"
	"context"
	"slices"
	"strings"
	"time"

	"huiying/desk/timeline"
)

// Limits of a release's text, in runes.
const (
	MaxReleaseTitle = 200
	MaxReleaseBody  = 20_000
)

// DraftRelease begins a release for an incident (起草).
func (d *Desk) DraftRelease(ctx context.Context, who Actor, incident int64, kind, title, body string) (Release, error) {
	if err := who.need(ActReleaseDraft); err != nil {
		return Release{}, err
	}
	if !slices.ContainsFunc(ReleaseKinds, func(k struct{ Kind, Name string }) bool { return k.Kind == kind }) {
		return Release{}, Invalid("kind", "请选择发布类型")
	}
	v, err := version(who, 1, title, body, d.Now())
	if err != nil {
		return Release{}, err
	}
	r := Release{IncidentID: incident, Kind: kind, State: ReleaseDraft, Current: v, HolderID: who.PersonID, Holder: who.Name, CreatedAt: v.At, ChangedAt: v.At}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		in, err := d.openIncident(ctx, tx, who, incident)
		if err != nil {
			return err
		}
		r.Incident, r.Level, r.Region = in.Title, in.Level(), in.Region.Code
		if err := tx.NewRelease(ctx, &r); err != nil {
			return err
		}
		r.Current.ReleaseID = r.ID
		if err := tx.NewVersion(ctx, r.Current); err != nil {
			return err
		}
		return tx.Record(ctx, r.event(who, v.At, "release.drafted"))
	})
	return r, err
}

// version makes a text with its digest, or says what is wrong with it.
func version(who Actor, n int, title, body string, now time.Time) (Version, error) {
	title, body = strings.TrimSpace(title), strings.TrimSpace(strings.ReplaceAll(body, "\r\n", "\n"))
	switch {
	case title == "":
		return Version{}, Invalid("title", "请填写标题")
	case len([]rune(title)) > MaxReleaseTitle:
		return Version{}, Invalid("title", "标题不超过 %d 字", MaxReleaseTitle)
	case len([]rune(body)) > MaxReleaseBody:
		return Version{}, Invalid("body", "正文不超过 %d 字", MaxReleaseBody)
	case strings.ContainsRune(title+body, 0):
		return Version{}, Invalid("body", "含有空字符（NUL），请去掉")
	}
	return Version{N: n, Title: title, Body: body, Digest: DigestText(title, body), ByID: who.PersonID, By: who.Name, At: now}, nil
}

func (r Release) event(who Actor, now time.Time, typ string) Event {
	e := event(who, now, typ, "release", r.ID).with(map[string]any{"id": ident(r.ID), "incident": ident(r.IncidentID), "kind": r.Kind, "state": r.State,
		"version": r.Current.N, "code": r.Current.CheckCode()})
	e.IncidentID, e.Region = r.IncidentID, r.Region
	return e
}

// releaseAct is the frame of every act on a release: permission, lock, the
// version that the person saw, one change, one event.
func (d *Desk) releaseAct(ctx context.Context, who Actor, need Act, id int64, seen int, act func(tx Tx, r *Release, now time.Time) (Event, error)) (Release, error) {
	if err := who.need(need); err != nil {
		return Release{}, err
	}
	now := d.Now()
	var r Release
	err := d.Store.InTx(ctx, func(tx Tx) error {
		var err error
		if r, err = tx.ReleaseByID(ctx, d.wide(who), id, false); err != nil {
			return err
		}
		// The incident is locked first, as everywhere.
		in, err := d.openIncident(ctx, tx, who, r.IncidentID)
		if err != nil {
			return err
		}
		if r, err = tx.ReleaseByID(ctx, d.wide(who), id, true); err != nil {
			return err
		}
		if seen != 0 && seen != r.Current.N {
			return Conflict("version", "文稿已改为第 %d 稿（您看到的是第 %d 稿），请对照新稿后再办", r.Current.N, seen)
		}
		e, err := act(tx, &r, now)
		if err != nil {
			return err
		}
		r.ChangedAt = now
		if err := tx.SaveRelease(ctx, &r); err != nil {
			return err
		}
		if e.Data == nil {
			e = e.with(r.event(who, now, "").Data)
		}
		if err := tx.Record(ctx, e); err != nil {
			return err
		}
		if e.Type == "release.published" {
			return d.settle(ctx, tx, who, in, now)
		}
		return nil
	})
	return r, err
}

// EditRelease writes the next version. What was concluded of the earlier text
// doesn't hold for it: changing a character voids review and sign-off.
func (d *Desk) EditRelease(ctx context.Context, who Actor, id int64, seen int, title, body string) (Release, error) {
	return d.releaseAct(ctx, who, ActReleaseDraft, id, seen, func(tx Tx, r *Release, now time.Time) (Event, error) {
		if r.State == ReleasePublished {
			return Event{}, Conflict("", "已发布的文稿不能修改，请另起续发或更正")
		}
		v, err := version(who, r.Current.N+1, title, body, now)
		if err != nil {
			return Event{}, err
		}
		if bytes.Equal(v.Digest, r.Current.Digest) {
			return Event{}, Conflict("body", "文稿没有改动")
		}
		v.ReleaseID = r.ID
		was := r.Current.N
		r.Current, r.State, r.Review, r.SignOff = v, ReleaseDraft, nil, nil
		r.HolderID, r.Holder = who.PersonID, who.Name
		if err := tx.NewVersion(ctx, v); err != nil {
			return Event{}, err
		}
		return r.event(who, now, "release.edited").change(was, v.N), nil
	})
}

// SubmitRelease hands the current version to secrecy review (送审).
func (d *Desk) SubmitRelease(ctx context.Context, who Actor, id int64, seen int) (Release, error) {
	return d.releaseAct(ctx, who, ActReleaseDraft, id, seen, func(tx Tx, r *Release, now time.Time) (Event, error) {
		if r.State != ReleaseDraft {
			return Event{}, Conflict("", "第 %d 稿已经送审", r.Current.N)
		}
		if r.Current.Body == "" {
			return Event{}, Invalid("body", "正文还是空的，不能送审")
		}
		r.State, r.Current.Submitted = ReleaseReview, &now
		if err := tx.Submitted(ctx, r.ID, r.Current.N, now); err != nil {
			return Event{}, err
		}
		return r.event(who, now, "release.submitted"), nil
	})
}

// ReviewRelease concludes the secrecy review of the current version: a hard gate,
// by a reviewer who wrote no part of the text.
func (d *Desk) ReviewRelease(ctx context.Context, who Actor, id int64, seen int, conclusion, basis string, actedAt *time.Time) (Release, error) {
	return d.releaseAct(ctx, who, ActReleaseReview, id, seen, func(tx Tx, r *Release, now time.Time) (Event, error) {
		if r.State != ReleaseReview {
			return Event{}, Conflict("", "第 %d 稿现在不在保密审查环节", r.Current.N)
		}
		if !slices.Contains(ReviewConclusions, conclusion) {
			return Event{}, Invalid("conclusion", "请选择审查结论")
		}
		if strings.TrimSpace(basis) == "" {
			return Event{}, Invalid("basis", "请写明审查依据")
		}
		at, err := actual(actedAt, now)
		if err != nil {
			return Event{}, err
		}
		if err := d.notAuthor(ctx, tx, who, r.ID); err != nil {
			return Event{}, err
		}
		rev := SecrecyReview{ReleaseID: r.ID, Version: r.Current.N, Digest: r.Current.Digest, Conclusion: conclusion, Basis: basis,
			ByID: who.PersonID, By: who.Name, ActedAt: at, EnteredAt: now}
		if err := tx.NewReview(ctx, rev); err != nil {
			return Event{}, err
		}
		r.Review, r.State = &rev, ReleaseBlocked
		if conclusion == ReviewPass {
			r.State = ReleaseSign
		}
		return r.event(who, now, "release.reviewed").acted(at).change(nil, conclusion).because(basis), nil
	})
}

// notAuthor refuses somebody who wrote any version of the text.
func (d *Desk) notAuthor(ctx context.Context, tx Tx, who Actor, release int64) error {
	versions, err := tx.Versions(ctx, release)
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.ByID == who.PersonID {
			return Forbidden("保密审查和审签须由起草人以外的人办理")
		}
	}
	return nil
}

// actual is the actual time of an act: told, or now.
func actual(told *time.Time, now time.Time) (time.Time, error) {
	if told == nil {
		return now, nil
	}
	if err := past("acted_at", told, now); err != nil {
		return now, err
	}
	return *told, nil
}

// SignRelease signs off the current version, or returns it with reasons (审签).
// It binds to the digest of that version and voids with any change of the text.
func (d *Desk) SignRelease(ctx context.Context, who Actor, id int64, seen int, sign bool, reason string, actedAt *time.Time) (Release, error) {
	return d.releaseAct(ctx, who, ActReleaseSign, id, seen, func(tx Tx, r *Release, now time.Time) (Event, error) {
		if r.State != ReleaseSign {
			return Event{}, Conflict("", "第 %d 稿现在不在审签环节", r.Current.N)
		}
		if role := d.Policy.SigningFor(r.Level).Role; role != "" && !who.Has(Role(role)) {
			return Event{}, Forbidden("%s事件的文稿须由%s审签", orElse(r.Level, LevelUngraded), Role(role).Name())
		}
		if !sign && strings.TrimSpace(reason) == "" {
			return Event{}, Invalid("reason", "退回须写明理由")
		}
		at, err := actual(actedAt, now)
		if err != nil {
			return Event{}, err
		}
		if err := d.notAuthor(ctx, tx, who, r.ID); err != nil {
			return Event{}, err
		}
		s := SignOff{ReleaseID: r.ID, Version: r.Current.N, Digest: r.Current.Digest, Signed: sign, Reason: reason, ByID: who.PersonID, By: who.Name,
			ActedAt: at, EnteredAt: now}
		if err := tx.NewSignOff(ctx, s); err != nil {
			return Event{}, err
		}
		typ := "release.signed"
		if r.SignOff, r.State = &s, ReleaseSigned; !sign {
			r.State, typ = ReleaseBlocked, "release.returned"
		}
		return r.event(who, now, typ).acted(at).because(reason), nil
	})
}

// Publish is a publication as entered.
type Publish struct {
	Channel string
	Proof   Proof
	ActedAt *time.Time // actual time; nil: now
	Note    string
}

// check refuses a publication without proof.
func (p *Publish) check() error {
	p.Channel, p.Proof.Address = strings.TrimSpace(p.Channel), strings.TrimSpace(p.Proof.Address)
	switch {
	case p.Channel == "":
		return Invalid("channel", "请填写发布渠道")
	case p.Proof.Address == "":
		return Invalid("address", "请填写发布地址（网址或刊播位置），作为发布证明")
	case len(p.Proof.File) > MaxProof:
		return Invalid("file", "截图不超过 %d MB", MaxProof>>20)
	}
	if len(p.Proof.File) > 0 {
		p.Proof.Digest = sha(p.Proof.File)
	}
	return nil
}

// meetsAct is the kind of act that publishing a release of this kind is.
func (r Release) meetsAct() string {
	if r.Kind == ReleaseFirst || r.Kind == ReleaseFollowUp {
		return string(timeline.ActRelease)
	}
	return string(timeline.ActResponse)
}

// PublishRelease records that exactly the signed text was made public, where and
// when. It meets the clock by its actual time.
func (d *Desk) PublishRelease(ctx context.Context, who Actor, id int64, seen int, p Publish) (Release, error) {
	if err := p.check(); err != nil {
		return Release{}, err
	}
	return d.releaseAct(ctx, who, ActReleasePublish, id, seen, func(tx Tx, r *Release, now time.Time) (Event, error) {
		if r.State != ReleaseSigned && r.State != ReleasePublished {
			return Event{}, Conflict("", "第 %d 稿还没有签发，不能发布", r.Current.N)
		}
		if r.SignOff == nil || !r.SignOff.Signed || !bytes.Equal(r.SignOff.Digest, r.Current.Digest) {
			return Event{}, Conflict("", "签发的不是这一稿，不能发布")
		}
		at, err := actual(p.ActedAt, now)
		if err != nil {
			return Event{}, err
		}
		if at.Before(r.SignOff.ActedAt.Truncate(time.Minute)) {
			return Event{}, Invalid("acted_at", "发布时间早于签发时间，请核对")
		}
		pub := Publication{IncidentID: r.IncidentID, ReleaseID: r.ID, Version: r.Current.N, Digest: r.Current.Digest, Meets: r.meetsAct(), Channel: p.Channel,
			Proof: p.Proof, ByID: who.PersonID, By: who.Name, ActedAt: at, EnteredAt: now}
		if err := tx.NewPublication(ctx, &pub); err != nil {
			return Event{}, err
		}
		r.State, r.Publications = ReleasePublished, append(r.Publications, pub)
		return r.event(who, now, "release.published").acted(at), nil
	})
}

// Elsewhere is another body's release or briefing, registered here.
type Elsewhere struct {
	Incident int64
	Meets    string // "release", "briefing" or "response"
	Issuer   string
	Publish
}

// RegisterElsewhere registers what another body published or held: it meets the
// clock as such, and says whose it was.
func (d *Desk) RegisterElsewhere(ctx context.Context, who Actor, e Elsewhere) (Publication, error) {
	if err := who.need(ActReleasePublish); err != nil {
		return Publication{}, err
	}
	if !slices.Contains([]string{"release", "briefing", "response"}, e.Meets) {
		return Publication{}, Invalid("meets", "请选择是权威发布、新闻发布会还是舆情回应")
	}
	if e.Issuer = strings.TrimSpace(e.Issuer); e.Issuer == "" {
		return Publication{}, Invalid("issuer", "请填写发布单位")
	}
	if err := e.check(); err != nil {
		return Publication{}, err
	}
	if e.ActedAt == nil {
		return Publication{}, Invalid("acted_at", "请填写实际发布时间")
	}
	now := d.Now()
	at, err := actual(e.ActedAt, now)
	if err != nil {
		return Publication{}, err
	}
	p := Publication{IncidentID: e.Incident, Meets: e.Meets, Issuer: e.Issuer, Channel: e.Channel, Proof: e.Proof, ByID: who.PersonID, By: who.Name,
		ActedAt: at, EnteredAt: now}
	err = d.Store.InTx(ctx, func(tx Tx) error {
		in, err := d.openIncident(ctx, tx, who, e.Incident)
		if err != nil {
			return err
		}
		if err := tx.NewPublication(ctx, &p); err != nil {
			return err
		}
		ev := event(who, now, "publication.registered", "publication", p.ID).on(in).acted(at).
			with(map[string]any{"id": ident(p.ID), "incident": ident(in.ID), "meets": p.Meets, "issuer": p.Issuer}).because(e.Note)
		if err := tx.Record(ctx, ev); err != nil {
			return err
		}
		return d.settle(ctx, tx, who, in, now)
	})
	return p, err
}
