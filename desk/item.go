package desk

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"strings"
	"time"
	"unicode/utf8"
)

// Channel (渠道) is the way an item came.
type Channel string

// The channels.
const (
	ChannelHotline Channel = "hotline" // 热线
	ChannelMailbox Channel = "mailbox" // 来信
	ChannelMedia   Channel = "media"   // 媒体
	ChannelDuty    Channel = "duty"    // 来电来文、部门报送、上级交办、网信转办
)

// Channels in the order in which filters list them.
var Channels = []Channel{ChannelHotline, ChannelMailbox, ChannelMedia, ChannelDuty}

// Name is the Chinese name of the channel.
func (c Channel) Name() string {
	switch c {
	case ChannelHotline:
		return "热线"
	case ChannelMailbox:
		return "来信"
	case ChannelMedia:
		return "媒体"
	case ChannelDuty:
		return "来电来文"
	}
	return string(c)
}

// The states of an item.
const (
	ItemNew     = "new"     // 待处理
	ItemLinked  = "linked"  // 已入事件
	ItemSettled = "settled" // 已阅，无需回应
)

// ItemStates in the order in which filters list them, with their Chinese names.
var ItemStates = []struct{ State, Name string }{{ItemNew, "待处理"}, {ItemLinked, "已入事件"}, {ItemSettled, "已阅"}}

// Source (来源) is one configured place that items come from.
type Source struct {
	ID       int64
	Kind     string // "hotline", "mailbox", "feed", "seat": a line in the table of kinds
	Channel  Channel
	Name     string
	URL      string // never with a password in it
	Username string
	Password string // for the fetch, or the secret that calls are signed with; never rendered or logged
	// Settings is what the kind needs to be told beside the address: a mapping.
	Settings json.RawMessage
	State    string // "active" or "paused"
	// Cursor is the kind's own bookmark (UIDVALIDITY and UID, ETag, …). It moves in
	// the transaction that keeps the raws it covers.
	Cursor      json.RawMessage
	Lease       string // token of the node that polls it now; guards the cursor against a node that slept
	NextPollAt  time.Time
	LastSuccess *time.Time
	LastError   string // for people, with no secret
	LastErrorAt *time.Time
	Failures    int // in a row
	CreatedAt   time.Time
}

// Raw (原件) is bytes as received, kept before anything is done with them.
type Raw struct {
	ID          int64
	SourceID    int64
	ContentType string
	Bytes       []byte
	Digest      []byte // SHA-256 of Bytes
	ReceivedAt  time.Time
	Attempts    int // how often it was begun
	Readings    int // how often it was taken up again and then read to the end
	// Note carries what the source knew beside the bytes (the feed's URL, the UID),
	// for the parser.
	Note json.RawMessage
}

// Part is what a parser makes of one item's share of a raw.
type Part struct {
	Incoming Incoming
	Bytes    []byte // the share, for quarantine; nil: the whole raw
	Err      *Error // why it can't be an item; Incoming is then void
	// Removed says that an item known by this identity was taken away at its source;
	// Incoming is then void.
	Removed *Removal
	// Seen is where it stands on a hot list, of a source that is one.
	Seen *Sighting
	// Sealed says that it is 保密, or may be, whatever else of it can't be read.
	Sealed bool
}

// Removal is an item taken away at its source (原文已删除). The item stays.
type Removal struct {
	ExternalID string
	Why        string // how that was noticed
}

// Parser turns raws of one kind of source into parts. It is pure: the same raw
// gives the same parts. An error concerns the whole raw.
type Parser interface {
	Parse(src Source, raw Raw, zone *time.Location) ([]Part, error)
}

// Sealing is a Parser of a kind whose sources may bring what is 保密. A raw of such a
// source that can't be read at all may hold it.
type Sealing interface {
	MaySeal(src Source) bool
}

// Author is who an item comes from. Masked unless revealed.
type Author struct {
	Name  string `json:"name"`
	Phone string `json:"phone"`
}

// Incoming is an item as a source tells it.
type Incoming struct {
	ExternalID string // "": a digest of the content becomes its identity
	Title      string
	Body       string
	OccurredAt *time.Time
	Place      string
	URL        string
	Author     Author
	Reach      *int64 // readers or viewers, as the source counts them
	// Picked are fields of the verdict that a person at the seat has set; the
	// machine never overwrites them.
	Picked map[string]string `json:",omitempty"`
	Auto   string            `json:",omitempty"` // what wrote it when no person did: AutoReply, …
	Sealed bool              `json:",omitempty"` // 保密: only for those who may see personal data
	// FromUs says that it names our own address as its sender, as anybody could: see Desk.ownCopies.
	FromUs bool     `json:"-"`
	Refs   []string `json:",omitempty"` // Message-IDs that it answers
	Files  []File   `json:",omitempty"` // on the way in; afterwards they are ItemFile.Files
	// Extra is what the door's form has beside the words; nil: nothing.
	Extra *Extra `json:",omitempty"`
}

// Limits of an item's fields, in runes; the API documents them.
const (
	MaxTitle      = 500
	MaxBody       = 100_000
	MaxExternalID = 200
	MaxPlace      = 500
	MaxURL        = 2_000
	MaxAuthor     = 100
	MaxPhone      = 50
	MaxReach      = int64(1) << 53 // what JSON numbers carry exactly
)

// Check refuses what can't be an item and names the field.
func (in Incoming) Check() *Error {
	for _, f := range []struct {
		field, value string
		max          int
	}{
		{"external_id", in.ExternalID, MaxExternalID}, {"title", in.Title, MaxTitle}, {"body", in.Body, MaxBody}, {"place", in.Place, MaxPlace},
		{"url", in.URL, MaxURL}, {"author.name", in.Author.Name, MaxAuthor}, {"author.phone", in.Author.Phone, MaxPhone},
	} {
		if !utf8.ValidString(f.value) {
			return Invalid(f.field, "含有无法识别的字符（不是有效的 UTF-8）")
		}
		if strings.ContainsRune(f.value, 0) {
			return Invalid(f.field, "含有空字符（NUL），请去掉后重发")
		}
		if n := utf8.RuneCountInString(f.value); n > f.max {
			return Invalid(f.field, "有 %d 字，超过上限 %d 字", n, f.max)
		}
	}
	if strings.TrimSpace(in.Title) == "" && strings.TrimSpace(in.Body) == "" {
		return Invalid("body", "标题和内容至少要有一项")
	}
	if in.Reach != nil && (*in.Reach < 0 || *in.Reach > MaxReach) {
		return Invalid("reach", "阅读量须为不小于 0 的整数")
	}
	if in.OccurredAt != nil && (in.OccurredAt.Year() < 1900 || in.OccurredAt.Year() > 2200) {
		return Invalid("occurred_at", "时间不在合理范围内")
	}
	if in.Auto != "" && autoName(in.Auto) == "" {
		return Invalid("auto", "没有“%s”这种自动邮件", in.Auto)
	}
	return in.Extra.check()
}

// Digest identifies the content: what differs in it is a new version.
func (in Incoming) Digest() []byte {
	if in.OccurredAt != nil {
		t := in.OccurredAt.UTC()
		in.OccurredAt = &t
	}
	in.ExternalID, in.Extra = "", in.Extra.utc()
	in.Auto, in.Refs = "", nil // relays add to headers; the letter is the same
	sum := sha256.Sum256(mustJSON(in))
	return sum[:]
}

// Identity is the external id, or a digest of the content when there is none.
func (in Incoming) Identity() string {
	if in.ExternalID != "" {
		return in.ExternalID
	}
	return "sha256:" + hex.EncodeToString(in.Digest())
}

// Item (来件) is one thing that came in, whatever the channel.
type Item struct {
	ID       int64
	SourceID int64
	Source   string // name
	Channel  Channel
	Incoming
	ReceivedAt time.Time
	State      string
	Version    int
	RawID      int64
	RawPart    int
	Digest     []byte
	Verdict    *Verdict   // nil: not classified yet
	Unread     bool       // the classifier has yet to read it; Verdict is what people have set, if anything
	Corrected  []string   // fields of the verdict that a person set
	TopicID    int64      // 0: none
	TopicSize  int        // items in the topic, itself included
	IncidentID int64      // the incident it was attached to last; 0: none
	RemovedAt  *time.Time // when it was noticed that its original was taken away
	RemovedWhy string
	Hot        *Hot // where it stands on a hot list; nil: it never was on one
	// Tokens and Doc come from the classifier and go to the store only.
	Tokens []string
	Doc    TopicDoc
	Near   []Near
}

// Text is what the classifier reads of it.
func (it Item) Text() Text {
	t := Text{Title: it.Title, Body: it.Body, Place: it.Place}
	at := it.ReceivedAt
	if it.OccurredAt != nil {
		at = *it.OccurredAt
	}
	if !at.IsZero() {
		t.At = at.Format(time.RFC3339)
	}
	return t
}

// Region is the code of the region the verdict names, or "".
func (it Item) Region() string {
	if it.Verdict == nil || it.Verdict.Region == nil {
		return ""
	}
	return it.Verdict.Region.Code
}

// ItemVersion is an earlier content of an item.
type ItemVersion struct {
	Version    int
	Title      string
	Body       string
	Digest     []byte
	RawID      int64
	ReceivedAt time.Time
	Extra      *Extra // nil: nothing, or from before it was kept
}

// ItemFilter chooses items. Empty fields choose all.
type ItemFilter struct {
	Channel, Kind, Category, Region, Urgency, State, ExternalID, Query string
	Topic, Incident                                                    int64
	IDs                                                                []int64
	ByWords                                                            bool // Query finds by the classifier's words alone, through the index: quick
	NoNumbers                                                          bool // Query's long figures find by external id alone: set by use cases
	Page
}

// Page is a stretch of a list.
type Page struct {
	After  int64 // the id that the last page ended with
	Limit  int   // 1–1,000; 0 is 100
	Newest bool  // newest first, After going down
}

// Size is the limit with its default and bounds.
func (p Page) Size() int {
	switch {
	case p.Limit <= 0:
		return 100
	case p.Limit > 1000:
		return 1000
	}
	return p.Limit
}

// Quarantined is a share of a raw that can't be an item, with its bytes and the reason.
type Quarantined struct {
	ID         int64
	SourceID   int64
	Source     string
	RawID      int64
	Part       int
	Bytes      []byte
	Field      string
	Reason     string
	At         time.Time
	State      string // "open", "mended", "dropped"
	ItemID     int64  // what it became when mended
	ExternalID string
	// Sealed says that it is 保密 or 举报, or may be: see Hidden.
	Sealed bool
	// Head is the beginning of the whole raw, at most 640 bytes, where the share is that.
	Head []byte
}
