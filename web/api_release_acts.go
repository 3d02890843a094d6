package web

import (
	"context"

	"huiying/desk"
)

// Seen is the version that somebody acts on. When the text has moved on, the act
// is refused with 409; without it, the act is on whatever text there is.
type Seen struct {
	Version int `json:"version,omitempty" minimum:"0" doc:"所看的是第几稿；文稿已改则拒绝（409）"`
}

type editIn struct {
	ByID
	Body struct {
		Seen
		Title string `json:"title"`
		Body  string `json:"body"`
	}
}

func (s *Server) editRelease(ctx context.Context, who desk.Actor, in *editIn) (Release, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Release{}, err
	}
	r, err := s.Desk.EditRelease(ctx, who, n, in.Body.Version, in.Body.Title, in.Body.Body)
	return s.zoned().release(r), err
}

type submitIn struct {
	ByID
	Body struct {
		Seen
	}
}

func (s *Server) submitRelease(ctx context.Context, who desk.Actor, in *submitIn) (Release, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Release{}, err
	}
	r, err := s.Desk.SubmitRelease(ctx, who, n, in.Body.Version)
	return s.zoned().release(r), err
}

type reviewIn struct {
	ByID
	Body struct {
		Version    int     `json:"version" minimum:"1" doc:"审查的是第几稿"`
		Conclusion string  `json:"conclusion" doc:"可以公开、删改后公开、不得公开、不能确定，报保密行政管理部门"`
		Basis      string  `json:"basis" doc:"依据"`
		ActedAt    *string `json:"acted_at,omitempty" doc:"实际时间；缺省现在"`
	}
}

func (s *Server) reviewRelease(ctx context.Context, who desk.Actor, in *reviewIn) (Release, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Release{}, err
	}
	at, err := s.when("acted_at", in.Body.ActedAt)
	if err != nil {
		return Release{}, err
	}
	r, err := s.Desk.ReviewRelease(ctx, who, n, in.Body.Version, in.Body.Conclusion, in.Body.Basis, at)
	return s.zoned().release(r), err
}

type signIn struct {
	ByID
	Body struct {
		Version int     `json:"version" minimum:"1" doc:"审签的是第几稿"`
		Sign    *bool   `json:"sign,omitempty" doc:"false 表示退回；缺省 true"`
		Reason  string  `json:"reason,omitempty" doc:"退回须写明"`
		ActedAt *string `json:"acted_at,omitempty" doc:"实际时间；缺省现在"`
	}
}

func (s *Server) signRelease(ctx context.Context, who desk.Actor, in *signIn) (Release, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Release{}, err
	}
	at, err := s.when("acted_at", in.Body.ActedAt)
	if err != nil {
		return Release{}, err
	}
	r, err := s.Desk.SignRelease(ctx, who, n, in.Body.Version, in.Body.Sign == nil || *in.Body.Sign, in.Body.Reason, at)
	return s.zoned().release(r), err
}

// ProofIn is what shows that something was done.
type ProofIn struct {
	Address  string `json:"address" doc:"网址或刊播位置"`
	Note     string `json:"note,omitempty"`
	FileName string `json:"file_name,omitempty" maxLength:"255"`
	FileType string `json:"file_type,omitempty" maxLength:"100"`
	File     []byte `json:"file,omitempty" doc:"截图，Base64，不超过 8 MB"`
}

func (p ProofIn) proof() desk.Proof {
	return desk.Proof{Address: p.Address, Note: p.Note, FileName: p.FileName, FileType: p.FileType, File: p.File}
}

// PublishIn is a publication as entered.
type PublishIn struct {
	ProofIn
	Channel string  `json:"channel" doc:"发布渠道"`
	ActedAt *string `json:"acted_at,omitempty" doc:"实际发布时间；缺省现在"`
}

func (s *Server) publish(in PublishIn) (desk.Publish, error) {
	at, err := s.when("acted_at", in.ActedAt)
	return desk.Publish{Channel: in.Channel, Proof: in.proof(), ActedAt: at, Note: in.Note}, err
}

type publishIn struct {
	ByID
	Body struct {
		PublishIn
		Version int `json:"version" minimum:"1" doc:"发布的是第几稿"`
	}
}

func (s *Server) publishRelease(ctx context.Context, who desk.Actor, in *publishIn) (Release, error) {
	n, err := recordID(in.ID)
	if err != nil {
		return Release{}, err
	}
	p, err := s.publish(in.Body.PublishIn)
	if err != nil {
		return Release{}, err
	}
	r, err := s.Desk.PublishRelease(ctx, who, n, in.Body.Version, p)
	return s.zoned().release(r), err
}
