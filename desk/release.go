package desk

import (
	"crypto/sha256"
	"encoding/base32"
	"time"
)

// The kinds of release.
const (
	ReleaseFirst    = "first"    // 首次发布
	ReleaseFollowUp = "followup" // 续发
	ReleaseResponse = "response" // 舆情回应
	ReleaseClarify  = "clarify"  // 辟谣
)

// ReleaseKinds in the order in which forms list them, with their Chinese names.
var ReleaseKinds = []struct{ Kind, Name string }{
	{ReleaseFirst, "首次权威发布"}, {ReleaseFollowUp, "续发"}, {ReleaseResponse, "舆情回应"}, {ReleaseClarify, "辟谣"},
}

// The states of a release follow from its current version: what was concluded
// of an earlier text doesn't hold for a changed one.
const (
	ReleaseDraft     = "draft"     // 起草
	ReleaseReview    = "review"    // 待保密审查
	ReleaseBlocked   = "blocked"   // 审查不通过，须改
	ReleaseSign      = "sign"      // 待审签
	ReleaseSigned    = "signed"    // 已签发，待发布
	ReleasePublished = "published" // 已发布
)

// ReleaseStates with their Chinese names.
var ReleaseStates = []struct{ State, Name string }{
	{ReleaseDraft, "起草"}, {ReleaseReview, "待保密审查"}, {ReleaseBlocked, "审查退回"}, {ReleaseSign, "待审签"},
	{ReleaseSigned, "待发布"}, {ReleasePublished, "已发布"},
}

// Release (权威发布) is one text on its way to the public.
type Release struct {
	ID           int64
	IncidentID   int64
	Incident     string
	Level        string
	Kind         string
	State        string
	Current      Version
	HolderID     int64 // who writes it
	Holder       string
	SubmittedTo  string // who must act now, in words
	Region       string
	CreatedAt    time.Time
	ChangedAt    time.Time
	Lock         int // optimistic lock: grows with every change
	Review       *SecrecyReview
	SignOff      *SignOff
	Publications []Publication
}

// Version (文稿) is one text, never changed once written.
type Version struct {
	ReleaseID int64
	N         int
	Title     string
	Body      string
	Digest    []byte // SHA-256 of title and body
	ByID      int64
	By        string
	At        time.Time
	Submitted *time.Time // when it was handed to review
}

// DigestText is the digest that reviews, sign-offs and publications bind to.
func DigestText(title, body string) []byte {
	sum := sha256.Sum256([]byte(title + "\n\n" + body))
	return sum[:]
}

// checkAlphabet leaves out what is misread on paper and over the phone: 0, O, 1 and I.
var checkAlphabet = base32.NewEncoding("23456789ABCDEFGHJKLMNPQRSTUVWXYZ").WithPadding(base32.NoPadding)

// CheckCode (核对码) is eight characters of the version's digest, to be read aloud.
func (v Version) CheckCode() string {
	if len(v.Digest) < 5 {
		return ""
	}
	return checkAlphabet.EncodeToString(v.Digest[:5])
}

// The conclusions of a secrecy review.
const (
	ReviewPass   = "可以公开"
	ReviewTrim   = "删改后公开"
	ReviewRefuse = "不得公开"
	ReviewUnsure = "不能确定，报保密行政管理部门"
)

// ReviewConclusions in the order in which the form lists them.
var ReviewConclusions = []string{ReviewPass, ReviewTrim, ReviewRefuse, ReviewUnsure}

// SecrecyReview (保密审查) concludes on one version, by somebody else than its author.
type SecrecyReview struct {
	ReleaseID  int64
	Version    int
	Digest     []byte
	Conclusion string
	Basis      string
	ByID       int64
	By         string
	ActedAt    time.Time
	EnteredAt  time.Time
}

// SignOff (审签) of one version by a leader: signed, or returned with reasons.
type SignOff struct {
	ReleaseID int64
	Version   int
	Digest    []byte
	Signed    bool
	Reason    string // when returned
	ByID      int64
	By        string
	ActedAt   time.Time
	EnteredAt time.Time
}

// Proof is what shows that something was done: an address, words, a screenshot.
type Proof struct {
	Address  string // link, page, or where it stands
	Note     string
	FileName string
	FileType string
	File     []byte // ≤ MaxProof
	Digest   []byte // SHA-256 of File
}

// MaxProof bounds a proof's file, in bytes.
const MaxProof = 8 << 20

// Publication (发布记录) is a text made public: by this office, or by another
// body and registered here. It meets the clock at its actual time.
type Publication struct {
	ID         int64
	IncidentID int64
	ReleaseID  int64 // 0: another body's
	Version    int
	Digest     []byte // of exactly the text that was signed
	Meets      string // "release", "briefing" or "response"
	Issuer     string // "": this office
	Channel    string
	Proof      Proof
	ByID       int64
	By         string
	ActedAt    time.Time
	EnteredAt  time.Time
}

// ReleaseFilter chooses releases.
type ReleaseFilter struct {
	State    string
	Incident int64
	Page
}
