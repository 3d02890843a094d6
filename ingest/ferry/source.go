package ferry

import (
	"context"
	"crypto/ed25519"
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"reflect"
	"regexp"
	"time"

	"huiying/desk"
	"huiying/ingest"
)

// Settings of a source of kind ferry.
type Settings struct {
	Key string `json:"key"` // the other side's public key, as huiying ferry key shows it
}

// Check refuses settings that a ferry can't have.
func Check(b json.RawMessage) error {
	_, err := readSettings(b)
	return err
}

func readSettings(b json.RawMessage) (ed25519.PublicKey, error) {
	var s Settings
	if _, err := ingest.ReadMapping(b, &s, []string{"key"}); err != nil {
		return nil, err
	}
	return ReadPublic(s.Key)
}

var nodeName = regexp.MustCompile(`^[a-z0-9][a-z0-9-]{0,49}$`)

// CheckURL refuses what isn't ferry://NAME: the folders of a node lie below the one that
// the program was started with, and nowhere else.
func CheckURL(s string) error {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "ferry" || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || !nodeName.MatchString(u.Host) {
		return desk.Invalid("url", "地址应为 ferry://名称，名称用小写字母、数字和连字符；文件在启动参数 --ferry-dir 的同名文件夹中")
	}
	return nil
}

// side is one source's folders and keys.
type side struct {
	in, out Folder
	key     ed25519.PrivateKey // ours
	peer    ed25519.PublicKey
}

// sideOf finds a source's folders. Those that aren't there are an error: an empty one in
// the place of a mount that failed would look like silence.
func sideOf(root string, src desk.Source) (s side, err error) {
	if root == "" {
		return s, ingest.Failed(nil, "没有设置摆渡文件夹，请系统管理员在启动参数 --ferry-dir 中指定")
	}
	if err := CheckURL(src.URL); err != nil {
		return s, err
	}
	if src.Password == "" {
		return s, ingest.Failed(nil, "没有填写本单位的摆渡密钥，请用 huiying ferry key 生成后填在密码处")
	}
	if s.peer, err = readSettings(src.Settings); err != nil {
		return s, err
	}
	if s.key, err = KeyOf(src.Password); err != nil {
		return s, err
	}
	u, err := url.Parse(src.URL)
	if err != nil {
		return s, err
	}
	s.in, s.out = Folder{Dir: filepath.Join(root, u.Host, "in")}, Folder{Dir: filepath.Join(root, u.Host, "out")}
	return s, nil
}

// Poller reads the inbox of a node.
type Poller struct {
	Root string           // the folder that holds each node's; "": there are none
	Real func() time.Time // for the age of files

	hook func(op string) error // for tests
}

// keptOfRefused bounds what the database keeps of a file that was refused; the whole of it stands aside.
const keptOfRefused = 256 << 10

// note is what the poller knew of an entry beside its bytes.
type note struct {
	Kind    string `json:"kind,omitempty"`
	Refused string `json:"refused,omitempty"`
	File    string `json:"file,omitempty"`
	Stream  string `json:"stream,omitempty"`
	Seq     int64  `json:"seq,omitempty"`
}

func mustNote(n note) json.RawMessage {
	b, err := json.Marshal(n)
	if err != nil {
		panic("ferry: a note that can't be JSON: " + err.Error())
	}
	return b
}

// Poll applies the batches that are there, in order, each with the bookmark that covers
// it, and then writes receipts. A node that died in between finds the same files again,
// and knows by the bookmark what they are.
func (p *Poller) Poll(ctx context.Context, src desk.Source, keep ingest.Keep) error {
	s, err := sideOf(p.Root, src)
	if err != nil {
		return err
	}
	s.in.hook, s.out.hook = p.hook, p.hook
	unlock, err := s.in.Lock(ctx)
	if err != nil {
		return folderFailed(ctx, err)
	}
	defer unlock()
	var at Position
	if len(src.Cursor) > 0 {
		if err := json.Unmarshal(src.Cursor, &at); err != nil {
			return fmt.Errorf("the ferry's bookmark: %w", err)
		}
	}
	arrived, refused, err := Inbox{Folder: s.in, Key: s.peer, Real: p.Real}.Look(ctx)
	if err != nil {
		return folderFailed(ctx, err)
	}
	for _, r := range refused {
		raw := desk.Raw{ContentType: "application/octet-stream", Bytes: r.Bytes[:min(len(r.Bytes), keptOfRefused)], Note: mustNote(note{Refused: r.Why.Message(), File: r.Name})}
		if err := keep(ctx, []desk.Raw{raw}, nil); err != nil {
			return err
		}
		if err := s.in.Quarantine(r.Name, r.Bytes, r.Why.Message()); err != nil {
			return folderFailed(ctx, err)
		}
	}
	plan := at.Plan(arrived, src.NextPollAt)
	now := at
	for _, a := range plan.Apply {
		now = now.past(a)
		if err := save(ctx, raws(a.Batch), now, keep); err != nil {
			return err
		}
		if err := s.in.Remove(a.Name); err != nil {
			return folderFailed(ctx, err)
		}
	}
	if now.Asked = plan.Next.Asked; !reflect.DeepEqual(now.Asked, at.Asked) {
		if err := save(ctx, nil, now, keep); err != nil {
			return err
		}
	}
	for _, a := range plan.Known {
		if err := s.in.Remove(a.Name); err != nil {
			return folderFailed(ctx, err)
		}
	}
	for _, r := range plan.Receipts {
		b, err := r.Seal(s.key)
		if err != nil {
			return err
		}
		if err := s.out.Put(receiptName(r), b); err != nil {
			return folderFailed(ctx, err)
		}
	}
	if len(plan.Apply) == roundBatches {
		return ingest.ErrMore
	}
	return nil
}

func save(ctx context.Context, raws []desk.Raw, at Position, keep ingest.Keep) error {
	move, err := json.Marshal(at)
	if err != nil {
		return err
	}
	return keep(ctx, raws, move)
}

// raws are the entries of a batch, each an item's bytes of its own.
func raws(b Batch) (list []desk.Raw) {
	for _, e := range b.Entries {
		list = append(list, desk.Raw{ContentType: "application/json", Bytes: e.Body, Note: mustNote(note{Kind: e.Kind, Stream: b.Stream, Seq: b.Seq})})
	}
	return list
}

func folderFailed(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return ingest.Failed(err, "摆渡文件夹无法读写，请检查它是否存在、是否已挂载、权限是否正确")
}

// Parser reads entries of batches.
type Parser struct{}

// MaySeal says that what it brings may be 保密: letters of the outer box.
func (Parser) MaySeal(desk.Source) bool { return true }

// Parse gives the item that an entry is. What was refused as a file stays refused,
// whatever its bytes say: nobody vouches for them.
func (Parser) Parse(_ desk.Source, raw desk.Raw, _ *time.Location) ([]desk.Part, error) {
	var n note
	if len(raw.Note) > 0 {
		if err := json.Unmarshal(raw.Note, &n); err != nil {
			return nil, &desk.Error{Code: desk.CodeInvalid, Text: "摆渡文件无法读取", Cause: err}
		}
	}
	if n.Refused != "" {
		return nil, desk.Invalid("", "摆渡文件 %s：%s", n.File, n.Refused)
	}
	if n.Kind != desk.FerryLetter {
		return nil, desk.Invalid("", "摆渡文件中有不认识的内容（%s）", n.Kind)
	}
	var in desk.Incoming
	if err := json.Unmarshal(raw.Bytes, &in); err != nil {
		return nil, &desk.Error{Code: desk.CodeInvalid, Text: "外网来信无法读取", Cause: err}
	}
	// Only what a letter can have: nothing chosen in advance, no files, nothing of other doors.
	in = desk.Incoming{ExternalID: in.ExternalID, Title: in.Title, Body: in.Body, Place: in.Place, OccurredAt: in.OccurredAt, Author: in.Author, Sealed: in.Sealed,
		Extra: &desk.Extra{Outer: true}}
	if in.ExternalID == "" {
		return nil, desk.Invalid("external_id", "外网来信没有编号")
	}
	return []desk.Part{{Incoming: in}}, nil
}
