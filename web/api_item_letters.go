package web

import (
	"context"
	"encoding/hex"

	"huiying/desk"
)

// Attachment is a file that came with an item; its bytes are asked for by themselves.
type Attachment struct {
	N       int    `json:"n" doc:"第几个附件，从 1 起"`
	Name    string `json:"name"`
	Kind    string `json:"kind" doc:"按内容判定的媒体类型，不看文件名"`
	Size    int64  `json:"size" doc:"字节"`
	Digest  string `json:"digest" doc:"SHA-256，十六进制"`
	Refused string `json:"refused,omitempty" doc:"没有单独保存的原因；仍在原件中"`
}

// Letter is an item of the same correspondence.
type Letter struct {
	ID         string `json:"id"`
	Title      string `json:"title"`
	ReceivedAt string `json:"received_at"`
}

// PublicReply is a version of the answer that the writer reads.
type PublicReply struct {
	Version int    `json:"version"`
	Body    string `json:"body"`
	By      string `json:"by"`
	At      string `json:"at"`
}

// letters adds what came with an item and what was answered.
func (z zoned) letters(out *ItemFile, who desk.Actor, f desk.ItemFile) {
	out.Files, out.Thread, out.Replies = []Attachment{}, []Letter{}, []PublicReply{}
	for _, file := range f.Files {
		out.Files = append(out.Files, attachment(file))
	}
	for _, it := range f.Thread {
		out.Thread = append(out.Thread, Letter{id(it.ID), it.Masked(who).Title, z.at(it.ReceivedAt)})
	}
	for _, r := range f.Replies {
		out.Replies = append(out.Replies, PublicReply{r.Version, r.Body, r.Person, z.at(r.At)})
	}
}

func attachment(f desk.File) Attachment {
	return Attachment{f.N, f.Name, f.Kind, f.Size, hex.EncodeToString(f.Digest), f.Refused}
}

type itemFileIn struct {
	ByID
	Body struct {
		N   int    `json:"n" minimum:"1" doc:"第几个附件"`
		Why string `json:"why" doc:"理由，将留痕"`
	}
}

// AttachmentBytes is an attachment with what is in it.
type AttachmentBytes struct {
	Attachment
	Bytes []byte `json:"bytes" doc:"内容，Base64"`
}

func (s *Server) downloadItemFile(ctx context.Context, who desk.Actor, in *itemFileIn) (out AttachmentBytes, err error) {
	n, err := recordID(in.ID)
	if err != nil {
		return out, err
	}
	f, err := s.Desk.DownloadFile(ctx, who, n, in.Body.N, in.Body.Why)
	if err != nil {
		return out, err
	}
	return AttachmentBytes{attachment(f), f.Bytes}, nil
}
