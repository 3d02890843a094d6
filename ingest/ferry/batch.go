package ferry

import (
	"bytes"
	"crypto/ed25519"
	"crypto/pbkdf2"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strings"
	"time"
	"unicode"

	"huiying/desk"
)

// Limits of a file.
const (
	MaxFile    = 32 << 20 // bytes of a batch or a receipt
	MaxEntries = 1000
	MaxEntry   = 4 << 20 // bytes of one
	maxHead    = 1 << 20 // bytes of a manifest
	maxName    = 200     // bytes of a stream's name, a kind, an id
)

// The first lines of files: what is signed for one can't pass for the other.
const (
	magicBatch   = "huiying-ferry-batch/1"
	magicReceipt = "huiying-ferry-receipt/1"
)

// Entry is one thing that is carried.
type Entry struct {
	Kind   string `json:"kind"`
	ID     string `json:"id"`
	Size   int    `json:"size"`
	Digest string `json:"sha256"`
	Body   []byte `json:"-"`
}

// Batch is entries under one number of a stream. A stream is a sequence that one
// sender makes, from 1 on without gaps; begun anew it has another name.
type Batch struct {
	Stream  string    `json:"stream"`
	Seq     int64     `json:"seq"`
	Prev    string    `json:"prev"` // digest of the file before it; "" of the first
	MadeAt  time.Time `json:"made_at"`
	Entries []Entry   `json:"entries"`
}

// Receipt is what a receiver has of a stream: all up to Applied, and what lies beyond it without the Missing.
type Receipt struct {
	Stream  string    `json:"stream"`
	Applied int64     `json:"applied"`
	Last    string    `json:"last"` // digest of the file with that number: were it another's, the sender was set back
	Missing []int64   `json:"missing"`
	At      time.Time `json:"at"`
}

// Digest tells a file by its bytes.
func Digest(file []byte) string {
	sum := sha256.Sum256(file)
	return hex.EncodeToString(sum[:])
}

// ErrShort says that a file isn't whole yet: it may still be on its way.
var ErrShort = errors.New("ferry: the file is not whole yet")

// KeyOf is the signing key that a secret stands for. The secret should be one of
// NewSecret; the slow function is for those that aren't.
func KeyOf(secret string) (ed25519.PrivateKey, error) {
	seed, err := pbkdf2.Key(sha256.New, secret, []byte("huiying ferry"), 100_000, ed25519.SeedSize)
	if err != nil {
		return nil, err
	}
	return ed25519.NewKeyFromSeed(seed), nil
}

// PublicText is a public key as it is handed over.
func PublicText(key ed25519.PublicKey) string { return base64.StdEncoding.EncodeToString(key) }

// ReadPublic reads a public key as it was handed over.
func ReadPublic(s string) (ed25519.PublicKey, error) {
	b, err := base64.StdEncoding.DecodeString(strings.TrimSpace(s))
	if err != nil || len(b) != ed25519.PublicKeySize {
		return nil, desk.Invalid("settings", "对方的公钥无法识别，应为 huiying ferry key 显示的那一行")
	}
	return b, nil
}

// Seal writes a batch as a file.
func (b Batch) Seal(key ed25519.PrivateKey) ([]byte, error) {
	var bodies [][]byte
	for i := range b.Entries {
		e := &b.Entries[i]
		sum := sha256.Sum256(e.Body)
		e.Size, e.Digest = len(e.Body), hex.EncodeToString(sum[:])
		bodies = append(bodies, e.Body)
	}
	if err := b.check(); err != nil {
		return nil, err
	}
	return sealed(magicBatch, b, bytes.Join(bodies, nil), key)
}

// Seal writes a receipt as a file.
func (r Receipt) Seal(key ed25519.PrivateKey) ([]byte, error) {
	return sealed(magicReceipt, r, nil, key)
}

func sealed(magic string, head any, rest []byte, key ed25519.PrivateKey) ([]byte, error) {
	line, err := json.Marshal(head)
	if err != nil {
		return nil, err
	}
	signed := magic + "\n" + string(line) + "\n"
	sum := sha256.Sum256(rest) // of everything behind the signature
	sig := ed25519.Sign(key, append([]byte(signed), sum[:]...))
	return append([]byte(signed+hex.EncodeToString(sum[:])+" "+base64.StdEncoding.EncodeToString(sig)+"\n"), rest...), nil
}

// opened takes a file apart and checks its signature. ErrShort is of a file whose
// beginning is right and whose end is missing.
func opened(magic string, file []byte, key ed25519.PublicKey, head any, length func() (int, error)) (rest []byte, err error) {
	if len(file) > MaxFile {
		return nil, refuse("文件超过上限 %d MB", MaxFile>>20)
	}
	first, file, whole := bytes.Cut(file, []byte("\n"))
	if !whole && strings.HasPrefix(magic, string(first)) {
		return nil, ErrShort
	}
	if string(first) != magic {
		return nil, refuse("不是摆渡文件")
	}
	line, file, whole := bytes.Cut(file, []byte("\n"))
	if len(line) > maxHead {
		return nil, refuse("清单超过上限")
	}
	if !whole {
		return nil, ErrShort
	}
	proof, rest, whole := bytes.Cut(file, []byte("\n"))
	if len(proof) > 300 {
		return nil, refuse("签名无法识别")
	}
	if !whole {
		return nil, ErrShort
	}
	digest, text, _ := strings.Cut(string(proof), " ")
	sum, err := hex.DecodeString(digest)
	sig, err2 := base64.StdEncoding.Strict().DecodeString(text)
	// In one spelling alone: a file is known by its bytes.
	if err != nil || err2 != nil || len(sum) != sha256.Size || digest != hex.EncodeToString(sum) || text != base64.StdEncoding.EncodeToString(sig) {
		return nil, refuse("签名无法识别")
	}
	if !ed25519.Verify(key, append([]byte(magic+"\n"+string(line)+"\n"), sum...), sig) {
		return nil, refuse("签名不符：文件被改过，或不是约定的对方所发")
	}
	if err := json.Unmarshal(line, head); err != nil {
		return nil, refuse("清单无法读取")
	}
	want, err := length()
	if err != nil {
		return nil, err
	}
	if len(rest) < want {
		return nil, ErrShort
	}
	if got := sha256.Sum256(rest); len(rest) > want || !bytes.Equal(got[:], sum) {
		return nil, refuse("内容与清单的摘要不符")
	}
	return rest, nil
}

// OpenBatch reads a file as a batch. Everything in it is checked; an error is ErrShort
// or says in words what is wrong.
func OpenBatch(file []byte, key ed25519.PublicKey) (b Batch, err error) {
	rest, err := opened(magicBatch, file, key, &b, func() (n int, err error) {
		if err := b.check(); err != nil {
			return 0, err
		}
		for _, e := range b.Entries {
			n += e.Size
		}
		return n, nil
	})
	if err != nil {
		return Batch{}, err
	}
	for i := range b.Entries {
		e := &b.Entries[i]
		e.Body, rest = rest[:e.Size:e.Size], rest[e.Size:]
		if sum := sha256.Sum256(e.Body); hex.EncodeToString(sum[:]) != e.Digest {
			return Batch{}, refuse("内容与清单的摘要不符")
		}
	}
	return b, nil
}

// OpenReceipt reads a file as a receipt.
func OpenReceipt(file []byte, key ed25519.PublicKey) (r Receipt, err error) {
	_, err = opened(magicReceipt, file, key, &r, func() (int, error) {
		if !isName(r.Stream) || r.Applied < 0 || len(r.Missing) > MaxEntries {
			return 0, refuse("回执无法识别")
		}
		return 0, nil
	})
	if err != nil {
		return Receipt{}, err
	}
	return r, nil
}

func (b Batch) check() error {
	if !isName(b.Stream) || b.Seq < 1 {
		return refuse("序列或序号无法识别")
	}
	if len(b.Entries) > MaxEntries {
		return refuse("一批最多 %d 件", MaxEntries)
	}
	total := 0
	for _, e := range b.Entries {
		if !isName(e.Kind) || e.ID == "" || len(e.ID) > 4*maxName || strings.ContainsFunc(e.ID, unicode.IsControl) || e.Size < 0 || e.Size > MaxEntry {
			return refuse("清单中有无法识别的条目")
		}
		total += e.Size
	}
	if total > MaxFile-maxHead {
		return refuse("文件超过上限 %d MB", MaxFile>>20)
	}
	return nil
}

// isName says whether a text can stand in the name of a file.
func isName(s string) bool {
	return s != "" && len(s) <= maxName && !strings.ContainsFunc(s, func(r rune) bool {
		return r != '-' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

func refuse(text string, args ...any) error { return desk.Invalid("", text, args...) }
