package desk

import (
	"context"
	"encoding/json"
	"time"
)

// Store is the desk's memory. Only use cases begin transactions, and no network
// call happens inside one.
type Store interface {
	// InTx runs fn in one transaction and commits if it returns nil. Rollback
	// doesn't depend on ctx. A lost database is a CodeUnavailable error.
	InTx(ctx context.Context, fn func(Tx) error) error
	// View runs fn on one consistent snapshot, read only.
	View(ctx context.Context, fn func(Tx) error) error
}

// Tx is what can be done inside a transaction, noun by noun. Lists come in id
// order. A record that isn't there is a CodeNotFound error; a broken rule of the
// database (a clash, a moved version) is a CodeConflict error.
type Tx interface {
	RawTx
	ItemTx
	TopicIndex
	TopicTx
	TopicActTx
	TopicTitleTx
	TopicSameTx
	HeatTx
	BurstTx
	SearchTx
	IncidentTx
	ClockTx
	ReleaseTx
	BriefingTx
	NoticeTx
	PersonTx
	SourceTx
	RecordTx
	SettingTx
	DrillTx
	SavedViewTx
	TitleTx
	ServiceRequestTx
	HookTx
	HabitTx
	CountTx
	HotTx
	PushTx
	ImportTx
	MailTx
	MirrorTx
	FerryTx
	ModelTx
	// Try runs fn so that, when it fails, what it did is undone and the transaction
	// goes on.
	Try(ctx context.Context, fn func() error) error
}

// RawTx keeps bytes as received.
type RawTx interface {
	// KeepRaw stores the raw (ID is set) as pending, unclaimed before claim.
	KeepRaw(ctx context.Context, raw *Raw, claim time.Time) error
	// LockRaw gives a raw with its bytes, locked, and whether it is done.
	LockRaw(ctx context.Context, id int64) (raw Raw, done bool, err error)
	RawDone(ctx context.Context, id int64) error
	// ClaimRaws takes pending raws whose claim is over, counts the attempt and
	// claims them until the given instant.
	ClaimRaws(ctx context.Context, now, until time.Time, limit int) ([]Raw, error)
	// RawRead counts that a claimed raw was read to the end.
	RawRead(ctx context.Context, id int64) error
	// RawRefused takes that back: what it holds can't be stored.
	RawRefused(ctx context.Context, id int64) error
	// Quarantine stores those that aren't in quarantine yet with the same bytes for
	// the same reason, and sets the ids: of those which are, that of the one there.
	Quarantine(ctx context.Context, q []Quarantined) (isNew []bool, err error)
	QuarantinedByID(ctx context.Context, id int64, lock bool) (Quarantined, error)
	ListQuarantined(ctx context.Context, scope Scope, state string, page Page) ([]Quarantined, error)
	SaveQuarantined(ctx context.Context, q Quarantined) error // state, item
}

// ItemTx keeps items.
type ItemTx interface {
	// ReserveItems gives ids, in order, to items whose (source, external id) isn't
	// there yet, for InsertItems to use; an identity that is there keeps id 0. Two of
	// the argument may not have one identity.
	ReserveItems(ctx context.Context, source int64, items []Item) error
	// InsertItems stores those whose (source, external id) isn't there yet; new
	// ones get their ID, unless they have one reserved. Positions in the answer are
	// those of the argument. Where an identity was reserved and is there by now, it may
	// be ErrRaced, which ends the transaction.
	InsertItems(ctx context.Context, items []Item) (isNew []bool, err error)
	// LockItems gives the current items by (source, external id), locked, for
	// those that exist; keyed by external id.
	LockItems(ctx context.Context, source int64, externalIDs []string) (map[string]Item, error)
	// ReplaceItem keeps the present content as a version and puts the new one in place.
	ReplaceItem(ctx context.Context, it Item, at time.Time) error
	// TakeAway marks an item whose original is gone; found is false where there is none
	// or it is marked already.
	TakeAway(ctx context.Context, source int64, gone Removal, at time.Time) (it Item, found bool, err error)
	// PutBack takes the mark away: it is there again.
	PutBack(ctx context.Context, id int64) error
	// Classified stores readings made after intake, verdict, tokens and all.
	Classified(ctx context.Context, items []Item) error
	// Unclassified gives items behind an id that the classifier has yet to read.
	Unclassified(ctx context.Context, after int64, limit int) ([]Item, error)
	ItemByID(ctx context.Context, scope Scope, id int64, lock bool) (Item, error)
	ItemVersions(ctx context.Context, id int64) ([]ItemVersion, error)
	ListItems(ctx context.Context, scope Scope, f ItemFilter) ([]Item, error)
	CountItems(ctx context.Context, scope Scope, f ItemFilter, since time.Time) (int, error)
	// SaveItem stores state, verdict, corrected fields and incident.
	SaveItem(ctx context.Context, it Item) error
	// ByPhone gives earlier items of a caller, newest first.
	ByPhone(ctx context.Context, scope Scope, phone string, limit int) ([]Item, error)
}

// Topic (话题) is items about the same matter.
type Topic struct {
	ID     int64
	Title  string
	Place  string
	Region string
	Count  int
	First  time.Time
	Last   time.Time
	Heat   float64 // points, 0..100: see HeatOf
	Named  bool    // a person gave it its title
	Items  []int64 // filled by TopicByID only
	// JoinedInto is the topic that it was joined into; 0: it stands for itself.
	JoinedInto int64
	Figures    *TopicFigures // what the heat was reckoned from; nil: not reckoned yet
}

// TopicFilter chooses topics; Query is words of the title or the place.
type TopicFilter struct {
	Query  string
	Region string // a code stands for everything below it
	ByHeat bool   // the hottest first, After the id of the last one seen; else in order of ids
	Page
}

// TopicTx keeps topics and the documents they are found by.
type TopicTx interface {
	NewTopics(ctx context.Context, list []*Topic) error // sets ids
	// PutDocs stores documents with their topic and near-duplicates and counts them in.
	PutDocs(ctx context.Context, items []Item) error
	TopicByID(ctx context.Context, scope Scope, id int64) (Topic, error)
	ListTopics(ctx context.Context, scope Scope, f TopicFilter) ([]Topic, error)
	NearOf(ctx context.Context, scope Scope, item int64) ([]Item, []float64, error)
	// TopicsLike gives other topics whose documents share keys with those of items, those with most in common first.
	TopicsLike(ctx context.Context, topic int64, items, but []int64, limit int) ([]int64, error)
}

// IncidentTx keeps incidents.
type IncidentTx interface {
	NewIncident(ctx context.Context, in *Incident) error
	IncidentByID(ctx context.Context, scope Scope, id int64, lock bool) (Incident, error)
	ListIncidents(ctx context.Context, scope Scope, f IncidentFilter) ([]Incident, error)
	// SaveIncident stores the incident if its Version is still the stored one, and raises it.
	SaveIncident(ctx context.Context, in *Incident) error
	Attach(ctx context.Context, incident int64, items []int64, at time.Time) (added []int64, err error)
	NewChange(ctx context.Context, c *Change) error
	ChangeByID(ctx context.Context, id int64, lock bool) (Change, error)
	SaveChange(ctx context.Context, c Change) error
	ListChanges(ctx context.Context, incident int64) ([]Change, error)
}

// ClockTx keeps clocks and their stages.
type ClockTx interface {
	NewClock(ctx context.Context, c *Clock, stages []Stage) error
	// ClocksOf gives all clocks of an incident with their stages, locked if asked.
	ClocksOf(ctx context.Context, incident int64, lock bool) ([]Clock, error)
	ClockByID(ctx context.Context, scope Scope, id int64) (Clock, error)
	ListClocks(ctx context.Context, scope Scope, f ClockFilter) ([]Clock, error)
	// SaveClock stores start, due, state and how it was met; pending stages are
	// replaced by the given ones unless nil.
	SaveClock(ctx context.Context, c Clock, stages []Stage) error
	// ClaimDue gives clocks that run and have pending stages due at now, with
	// those stages, both locked; other nodes skip them.
	ClaimDue(ctx context.Context, now time.Time, limit int) ([]Clock, error)
	// Fired marks stages fired or merged, and adds the ones that come next.
	Fired(ctx context.Context, done, next []Stage) error
	// NextStage is the instant at which the next pending stage is due.
	NextStage(ctx context.Context) (time.Time, bool, error)
}

// ReleaseTx keeps releases, their versions and what was concluded of them.
type ReleaseTx interface {
	NewRelease(ctx context.Context, r *Release) error
	// ReleaseByID gives a release with its current version and the review,
	// sign-off and publications that bind to it.
	ReleaseByID(ctx context.Context, scope Scope, id int64, lock bool) (Release, error)
	ListReleases(ctx context.Context, scope Scope, f ReleaseFilter) ([]Release, error)
	// SaveRelease stores state and holder if Lock is still the stored one, and raises it.
	SaveRelease(ctx context.Context, r *Release) error
	NewVersion(ctx context.Context, v Version) error
	Submitted(ctx context.Context, release int64, n int, at time.Time) error
	Versions(ctx context.Context, release int64) ([]Version, error)
	NewReview(ctx context.Context, r SecrecyReview) error
	NewSignOff(ctx context.Context, s SignOff) error
	Reviews(ctx context.Context, release int64) ([]SecrecyReview, error)
	SignOffs(ctx context.Context, release int64) ([]SignOff, error)
	NewPublication(ctx context.Context, p *Publication) error
	PublicationsOf(ctx context.Context, incident int64) ([]Publication, error) // without files
	ProofOf(ctx context.Context, scope Scope, publication int64) (Proof, error)
}

// BriefingTx keeps briefings. The database refuses clashes of room and of
// person among those not cancelled; the error is a CodeConflict.
type BriefingTx interface {
	NewBriefing(ctx context.Context, b *Briefing) error
	BriefingByID(ctx context.Context, scope Scope, id int64, lock bool) (Briefing, error)
	ListBriefings(ctx context.Context, scope Scope, f BriefingFilter) ([]Briefing, error)
	SaveBriefing(ctx context.Context, b *Briefing) error // with Version check
	// Clashes names the bookings that overlap with b in room, host or speakers,
	// whatever their scope.
	Clashes(ctx context.Context, b Briefing) ([]Clash, error)
	Rooms(ctx context.Context) ([]string, error)
	SpeakersKnown(ctx context.Context) ([]Speaker, error)
}

// NoticeTx keeps notices and deliveries.
type NoticeTx interface {
	// NewNotice stores a notice with its deliveries unless its key is there already.
	NewNotice(ctx context.Context, n *Notice) (isNew bool, err error)
	ListNotices(ctx context.Context, scope Scope, f NoticeFilter) ([]Notice, error)
	NoticeByID(ctx context.Context, scope Scope, id int64, lock bool) (Notice, error)
	AckNotice(ctx context.Context, id int64, who Actor, at time.Time) error
	// Supersede makes pending deliveries about the clock stale, but for the given notice.
	Supersede(ctx context.Context, clock, but int64) error
	// ClaimDeliveries takes pending deliveries that are due, deadlines first and
	// the newest of each clock, and holds them until the given instant. Channels
	// narrow it: a slow one must not stand before the others; none named is all.
	ClaimDeliveries(ctx context.Context, now, until time.Time, limit int, channels ...string) ([]Delivery, error)
	SaveDelivery(ctx context.Context, d Delivery) error
	// NextDelivery is the instant at which the next pending delivery through one of
	// the channels is due.
	NextDelivery(ctx context.Context, channels ...string) (time.Time, bool, error)
}

// PersonTx keeps people, sessions' owners and keys.
type PersonTx interface {
	NewPerson(ctx context.Context, p *Person) error
	PersonByName(ctx context.Context, name string, lock bool) (Person, error)
	PersonByID(ctx context.Context, id int64, lock bool) (Person, error)
	ListPeople(ctx context.Context) ([]Person, error)
	SavePerson(ctx context.Context, p Person) error
	// NewToken stores the digest of a bearer token of a person or a source.
	NewToken(ctx context.Context, digest []byte, person, source int64, at time.Time) error
	// DropTokens forgets the tokens of a person or a source.
	DropTokens(ctx context.Context, person, source int64) error
	// ByToken gives whose token it is.
	ByToken(ctx context.Context, digest []byte) (person, source int64, err error)
}

// SourceTx keeps sources.
type SourceTx interface {
	NewSource(ctx context.Context, s *Source) error
	SourceByName(ctx context.Context, name string) (Source, error)
	SourceByID(ctx context.Context, id int64) (Source, error)
	ListSources(ctx context.Context) ([]Source, error)
	SetSourceState(ctx context.Context, id int64, state string) error
	// SetSourceSecret stores the secret that a source's calls are signed with, and its settings.
	SetSourceSecret(ctx context.Context, id int64, secret string, settings json.RawMessage) error
	// MoveSource stores address, user name and password, and has it polled at once.
	MoveSource(ctx context.Context, s Source, at time.Time) error
	// ClaimSource leases one source of the given kinds whose poll is due.
	ClaimSource(ctx context.Context, kinds []string, now, until time.Time, lease string) (Source, bool, error)
	// RenewLease keeps a lease until the given instant if it is still held, else CodeConflict.
	RenewLease(ctx context.Context, id int64, lease string, until time.Time) error
	// MoveCursor moves the bookmark if the lease is still held, else CodeConflict.
	MoveCursor(ctx context.Context, id int64, lease string, cursor json.RawMessage) error
	// Polled ends a poll: outcome, next instant, lease given back.
	Polled(ctx context.Context, s Source) error
	NextPoll(ctx context.Context, kinds []string) (time.Time, bool, error)
	// Hasten makes a source due that nobody polls at the moment.
	Hasten(ctx context.Context, id int64, at time.Time) (bool, error)
}

// RecordTx keeps the record.
type RecordTx interface {
	// Record appends events, pending until sealed. It is the only way to write one.
	Record(ctx context.Context, events ...Event) error
	Timeline(ctx context.Context, incident int64) ([]Event, error)
	History(ctx context.Context, subject Subject) ([]Event, error)
	ListEvents(ctx context.Context, f EventFilter) ([]Event, error)
}

// EventFilter chooses events, for the record's page.
type EventFilter struct {
	Type, Actor string
	Page
}

// SettingTx keeps the few settings that administrators change while running.
type SettingTx interface {
	Setting(ctx context.Context, key string, lock bool) (json.RawMessage, error) // nil: not set
	SetSetting(ctx context.Context, key string, value json.RawMessage) error
}

// TitleTx looks through records by what they are called.
type TitleTx interface {
	// Titles gives the titles of a kind below an id (0: from the newest), the newest first.
	Titles(ctx context.Context, scope Scope, kind string, before int64, limit int) ([]Title, error)
}

// SavedViewTx keeps the filters that people have saved.
type SavedViewTx interface {
	NewView(ctx context.Context, v *SavedView) error
	// ViewByID also gives one that was removed.
	ViewByID(ctx context.Context, id int64, lock bool) (SavedView, error)
	// ListViews gives the owner's views of a page and those shared by people who
	// still have a login, without the removed.
	ListViews(ctx context.Context, owner int64, page string) ([]SavedView, error)
	// SaveView stores query, sharing and removal.
	SaveView(ctx context.Context, v SavedView) error
	// PurgeViews ends those removed before an instant.
	PurgeViews(ctx context.Context, before time.Time) error
}

// Feed reads the sealed record, by cursor. Waking is somebody else's business:
// this is the truth.
type Feed interface {
	// Head is the last place there is.
	Head(ctx context.Context) (Cursor, error)
	// After gives at most limit events behind the cursor, in order. A cursor of
	// another epoch, or beyond the head, is a CodeConflict error.
	After(ctx context.Context, c Cursor, limit int) ([]Sealed, error)
}
