package web

import (
	"context"
	"encoding/hex"
	"net/http"
	"net/url"

	"huiying/desk"
)

// Release is one text on its way to the public.
type Release struct {
	ID        string  `json:"id"`
	Incident  string  `json:"incident"`
	Level     *string `json:"level"`
	Kind      string  `json:"kind" enum:"first,followup,response,clarify"`
	State     string  `json:"state" enum:"draft,review,blocked,sign,signed,published"`
	Version   int     `json:"version" doc:"现在是第几稿"`
	Title     string  `json:"title"`
	Body      string  `json:"body"`
	Digest    string  `json:"digest" doc:"标题和正文的 SHA-256，十六进制"`
	Code      string  `json:"code" doc:"核对码"`
	By        string  `json:"by" doc:"本稿由谁起草"`
	Holder    string  `json:"holder"`
	CreatedAt string  `json:"created_at"`
	ChangedAt string  `json:"changed_at"`
}

func (z zoned) release(r desk.Release) Release {
	v := r.Current
	return Release{ID: id(r.ID), Incident: id(r.IncidentID), Level: known(r.Level), Kind: r.Kind, State: r.State, Version: v.N, Title: v.Title, Body: v.Body,
		Digest: hex.EncodeToString(v.Digest), Code: v.CheckCode(), By: v.By, Holder: r.Holder, CreatedAt: z.at(r.CreatedAt), ChangedAt: z.at(r.ChangedAt)}
}

// Publication is a text made public, by this office or by another body.
type Publication struct {
	ID        string  `json:"id"`
	Incident  string  `json:"incident"`
	Release   *string `json:"release"`
	Version   *int    `json:"version" doc:"第几稿；其他单位的发布是 null"`
	Meets     string  `json:"meets" enum:"release,briefing,response"`
	Issuer    *string `json:"issuer" doc:"其他单位发布时，是谁"`
	Channel   string  `json:"channel"`
	Address   string  `json:"address"`
	Note      *string `json:"note"`
	File      *string `json:"file" doc:"证明文件名"`
	By        string  `json:"by"`
	ActedAt   string  `json:"acted_at" doc:"实际时间"`
	EnteredAt string  `json:"entered_at" doc:"录入时间"`
}

func (z zoned) publication(p desk.Publication) Publication {
	var version *int
	if p.ReleaseID != 0 {
		version = &p.Version
	}
	return Publication{ID: id(p.ID), Incident: id(p.IncidentID), Release: idOf(p.ReleaseID), Version: version, Meets: p.Meets, Issuer: known(p.Issuer),
		Channel: p.Channel, Address: p.Proof.Address, Note: known(p.Proof.Note), File: known(p.Proof.FileName), By: p.By, ActedAt: z.at(p.ActedAt),
		EnteredAt: z.at(p.EnteredAt)}
}

// Review is the conclusion of a secrecy review.
type Review struct {
	Version    int    `json:"version"`
	Conclusion string `json:"conclusion"`
	Basis      string `json:"basis"`
	By         string `json:"by"`
	ActedAt    string `json:"acted_at"`
	EnteredAt  string `json:"entered_at"`
}

// SignOff is a signature, or a return with reasons.
type SignOff struct {
	Version   int     `json:"version"`
	Signed    bool    `json:"signed"`
	Reason    *string `json:"reason"`
	By        string  `json:"by"`
	ActedAt   string  `json:"acted_at"`
	EnteredAt string  `json:"entered_at"`
}

// TextVersion is one text of a release.
type TextVersion struct {
	Version int    `json:"version"`
	Title   string `json:"title"`
	Body    string `json:"body"`
	Digest  string `json:"digest"`
	Code    string `json:"code"`
	By      string `json:"by"`
	At      string `json:"at"`
}

// ReleaseFile is a release with all that was concluded of its texts.
type ReleaseFile struct {
	Release
	Versions     []TextVersion `json:"versions" nullable:"false"`
	Reviews      []Review      `json:"reviews" nullable:"false"`
	SignOffs     []SignOff     `json:"sign_offs" nullable:"false"`
	Publications []Publication `json:"publications" nullable:"false"`
}

type listReleasesIn struct {
	Stretch
	State    string `query:"state"`
	Incident string `query:"incident"`
}

func (s *Server) listReleases(ctx context.Context, who desk.Actor, in *listReleasesIn) (List[Release], error) {
	incident, err := optionalNumber("incident", in.Incident)
	if err != nil {
		return List[Release]{}, err
	}
	return listed("/api/v1/releases", url.Values{"state": {in.State}, "incident": {in.Incident}}, in.Stretch, func(p desk.Page) ([]desk.Release, error) {
		return s.Desk.Releases(ctx, who, desk.ReleaseFilter{State: in.State, Incident: incident, Page: p})
	}, func(r desk.Release) int64 { return r.ID }, s.zoned().release)
}

func (s *Server) getRelease(ctx context.Context, who desk.Actor, in *ByID) (out ReleaseFile, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	f, err := s.Desk.Release(ctx, who, n)
	if err != nil {
		return out, err
	}
	z := s.zoned()
	return ReleaseFile{Release: z.release(f.Release),
		Versions: each(f.Versions, func(v desk.Version) TextVersion {
			return TextVersion{v.N, v.Title, v.Body, hex.EncodeToString(v.Digest), v.CheckCode(), v.By, z.at(v.At)}
		}),
		Reviews: each(f.Reviews, func(r desk.SecrecyReview) Review {
			return Review{r.Version, r.Conclusion, r.Basis, r.By, z.at(r.ActedAt), z.at(r.EnteredAt)}
		}),
		SignOffs: each(f.SignOffs, func(o desk.SignOff) SignOff {
			return SignOff{o.Version, o.Signed, known(o.Reason), o.By, z.at(o.ActedAt), z.at(o.EnteredAt)}
		}),
		Publications: each(f.Release.Publications, z.publication)}, nil
}

type draftIn struct {
	Body struct {
		Incident string `json:"incident"`
		Kind     string `json:"kind" doc:"first、followup、response、clarify"`
		Title    string `json:"title" doc:"不超过 200 字"`
		Body     string `json:"body,omitempty" doc:"不超过 20,000 字"`
	}
}

// Drafted is a new release.
type Drafted struct{ Release }

func (Drafted) status() int { return http.StatusCreated }

func (s *Server) draftRelease(ctx context.Context, who desk.Actor, in *draftIn) (out Drafted, err error) {
	n, err := recordID(in.Body.Incident)
	if err != nil {
		return out, err
	}
	r, err := s.Desk.DraftRelease(ctx, who, n, in.Body.Kind, in.Body.Title, in.Body.Body)
	return Drafted{s.zoned().release(r)}, err
}
