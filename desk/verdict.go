package desk

import "context"

// The kinds of an item (诉求类型), as the hotlines name them.
const (
	KindConsult    = "咨询"
	KindHelp       = "求助"
	KindComplaint  = "投诉"
	KindReport     = "举报"
	KindSuggestion = "建议"
	KindPraise     = "表扬"
)

// Kinds in the order in which forms offer them.
var Kinds = []string{KindConsult, KindHelp, KindComplaint, KindReport, KindSuggestion, KindPraise}

// Urgency of an item.
const (
	UrgencyNormal = "一般"
	UrgencyRaised = "较急"
	UrgencyUrgent = "紧急"
)

// Urgencies from the least to the most pressing.
var Urgencies = []string{UrgencyNormal, UrgencyRaised, UrgencyUrgent}

// Levels of an incident (事件等级), 国务院令第493号. The empty string is ungraded.
const (
	LevelExtreme = "特别重大"
	LevelMajor   = "重大"
	LevelLarge   = "较大"
	LevelMinor   = "一般"
)

// Levels from the gravest down.
var Levels = []string{LevelExtreme, LevelMajor, LevelLarge, LevelMinor}

// Categories (领域) are the fifteen first-level classes.
var Categories = []string{
	"城乡建设", "交通运输", "环境保护", "劳动和社会保障", "教育文体", "卫生计生", "商贸旅游", "民政",
	"政法", "国土资源", "农村农业", "党务政务", "纪检监察", "经济管理", "科技与信息产业",
}

// Text is what a classifier reads: the words of an item as they came.
type Text struct {
	Title string
	Body  string
	At    string // RFC 3339 instant that relative times ("昨晚8时") refer to; may be empty
	Place string // given beside the words by the source or the operator; may be empty
}

// Verdict is what the classifier says of an item (系统初判建议): suggestions with
// the words that decided, never a decision. Empty strings and nils are unknown.
type Verdict struct {
	Kind        string             `json:"kind"`
	Category    string             `json:"category"`
	Departments []ScoredName       `json:"departments"`       // best first
	Refused     []string           `json:"refused,omitempty"` // departments that sent it back (退单)
	Region      *Region            `json:"region"`
	Place       string             `json:"place"`
	Urgency     string             `json:"urgency"`
	GroupRisk   float64            `json:"group_risk"` // 0..1
	Facts       Facts              `json:"facts"`
	Level       string             `json:"level"`
	Occurred    string             `json:"occurred"` // RFC 3339 when complete, else as precise as told ("--04-25T22:30")
	Rumour      float64            `json:"rumour"`   // 0..1, cues only, never a verdict on truth
	Sentiment   float64            `json:"sentiment"`
	SelfHarm    float64            `json:"self_harm,omitempty"` // 0..1, cues that somebody means to harm himself
	Threat      float64            `json:"threat,omitempty"`    // 0..1, cues that somebody threatens others
	Confidence  map[string]float64 `json:"confidence"`          // by field, 0..1
	Evidence    []Evidence         `json:"evidence"`
	Reasons     map[string]string  `json:"reasons,omitempty"` // by field, where something else than words of the text decided: ReasonUsual, …
	Model       string             `json:"model,omitempty"`   // which rules and weights spoke
}

// Department is the first of Departments, or "".
func (v *Verdict) Department() string {
	if v == nil || len(v.Departments) == 0 {
		return ""
	}
	return v.Departments[0].Name
}

// ScoredName is a name with a score in 0..1.
type ScoredName struct {
	Name  string  `json:"name"`
	Score float64 `json:"score"`
}

// Region is an administrative division: Code is the national code of 2, 4, 6 or 9
// digits, so that a prefix is the place above it.
type Region struct {
	Code string `json:"code"`
	Name string `json:"name"`
}

// Facts are figures read from the text; nil is unknown, which is not zero.
type Facts struct {
	Deaths         *int   `json:"deaths"`
	Missing        *int   `json:"missing"`
	Injured        *int   `json:"injured"`
	SeriousInjured *int   `json:"serious_injured"`
	Poisoned       *int   `json:"poisoned"`
	LossYuan       *int64 `json:"loss_yuan"`
	Crowd          *int   `json:"crowd"`
	AtRisk         *int   `json:"at_risk"` // trapped, cut off, or brought to safety
}

// Evidence is a span of the words as given that decided a field. Offsets are
// runes, End exclusive; In is "title" or "text". Weight is its share of all the words
// that speak for the field or, below nought, against it, −1 to 1; 0, and left out in
// JSON, where they are the only ones.
type Evidence struct {
	Field  string  `json:"field"`
	In     string  `json:"in"`
	Text   string  `json:"text"`
	Start  int     `json:"start"`
	End    int     `json:"end"`
	Weight float64 `json:"weight,omitempty"`
}

// Reading is all that is taken from a text in one pass.
type Reading struct {
	Verdict Verdict
	Tokens  []string // search tokens of title and body, lower-cased and simplified
	Doc     TopicDoc // what discovery keeps of it; Item, Topic and At are filled in later
}

// Classifier reads texts. Implementations are safe for concurrent use; an error
// for one text concerns that text alone. Intake never waits on it for longer than
// its context allows: an item is then stored unclassified and read later.
type Classifier interface {
	Read(ctx context.Context, text Text) (Reading, error)
}
