package desk

import (
	"slices"
	"strings"
	"time"
)

// Role is what somebody is at the desk. The strings are stable: command line,
// API and database use them.
type Role string

// The roles of the office.
const (
	RoleOperator   Role = "operator"    // 话务员
	RoleShiftLead  Role = "shift-lead"  // 班长
	RoleDispatcher Role = "dispatcher"  // 派单员
	RoleCallerBack Role = "caller-back" // 回访员
	RoleInspector  Role = "inspector"   // 质检员
	RoleDuty       Role = "duty"        // 值班员
	RolePress      Role = "press"       // 新闻发布员
	RoleLeader     Role = "leader"      // 领导
	RoleSecrecy    Role = "secrecy"     // 保密审查员
	RoleDepartment Role = "department"  // 责任单位
	RoleAuditor    Role = "auditor"     // 审计员
	RoleSysadmin   Role = "sysadmin"    // 系统管理员
	RoleSecadmin   Role = "secadmin"    // 安全保密管理员
)

// RoleNames gives each role its Chinese name, in the order in which forms list them.
var RoleNames = []struct {
	Role Role
	Name string
}{
	{RoleOperator, "话务员"}, {RoleShiftLead, "班长"}, {RoleDispatcher, "派单员"}, {RoleCallerBack, "回访员"},
	{RoleInspector, "质检员"}, {RoleDuty, "值班员"}, {RolePress, "新闻发布员"}, {RoleLeader, "领导"},
	{RoleSecrecy, "保密审查员"}, {RoleDepartment, "责任单位"}, {RoleAuditor, "审计员"},
	{RoleSysadmin, "系统管理员"}, {RoleSecadmin, "安全保密管理员"},
}

// Name is the Chinese name of the role.
func (r Role) Name() string {
	for _, n := range RoleNames {
		if n.Role == r {
			return n.Name
		}
	}
	return string(r)
}

// administrators are the three that one person never combines (三员分立).
var administrators = []Role{RoleSysadmin, RoleSecadmin, RoleAuditor}

// CheckRoles refuses unknown roles, none at all, and two of the three
// administrators in one person.
func CheckRoles(roles []Role) error {
	if len(roles) == 0 {
		return Invalid("role", "请至少指定一个角色")
	}
	admins := 0
	for _, r := range roles {
		if !slices.ContainsFunc(RoleNames, func(n struct {
			Role Role
			Name string
		}) bool {
			return n.Role == r
		}) {
			return Invalid("role", "没有“%s”这个角色", string(r))
		}
		if slices.Contains(administrators, r) {
			admins++
		}
	}
	if admins > 1 || admins == 1 && len(roles) > 1 {
		return Invalid("role", "系统管理员、安全保密管理员、审计员须由不同的人担任，也不兼任业务角色")
	}
	return nil
}

// Person is somebody with a login.
type Person struct {
	ID           int64
	Name         string // login name
	DisplayName  string
	PasswordHash string // argon2id
	Roles        []Role
	Region       string // scope: region code prefix; "" is everywhere
	Department   string // scope: department; "" is every one
	FailedLogins int
	LockedUntil  *time.Time
	DisabledAt   *time.Time
	CreatedAt    time.Time
}

// Actor is who acts in a use case: a person, a source with its key, or the desk itself.
type Actor struct {
	PersonID   int64 // 0 unless a person
	SourceID   int64 // 0 unless a source's key
	Name       string
	Roles      []Role
	Region     string
	Department string
	Via        string // "session", "token", "key" (of a source), "cli" or "system"
}

// System is the desk acting by itself.
var System = Actor{Name: "系统", Via: "system"}

// ActorOf is the person acting through a session or a token.
func ActorOf(p Person, via string) Actor {
	name := p.DisplayName
	if name == "" {
		name = p.Name
	}
	return Actor{PersonID: p.ID, Name: name, Roles: p.Roles, Region: p.Region, Department: p.Department, Via: via}
}

// Act is something that needs permission.
type Act string

// The acts that roles permit.
const (
	ActItemRead       Act = "item.read"
	ActItemLog        Act = "item.log"        // log a call at the seat
	ActDutyLog        Act = "duty.log"        // log calls and documents that reach the duty room (来电来文)
	ActItemReturn     Act = "item.return"     // send an item back (退单): the department itself, or who notes it for it
	ActItemReveal     Act = "item.reveal"     // see a masked phone or ID number; recorded
	ActItemCorrect    Act = "item.correct"    // overrule the machine's verdict
	ActItemSettle     Act = "item.settle"     // set an item aside as needing no answer
	ActItemReply      Act = "item.reply"      // answer a letter of the public box
	ActItemExport     Act = "item.export"     // take items out as a file; recorded
	ActTopicArrange   Act = "topic.arrange"   // join, split and move topics
	ActIncidentRead   Act = "incident.read"   // incidents, clocks, releases, briefings
	ActIncidentRaise  Act = "incident.raise"  // raise, attach items, note facts
	ActIncidentGrade  Act = "incident.grade"  // 初判, 核定, anchors, closing
	ActIncidentSecond Act = "incident.second" // be the second person for a delay or downgrade
	ActReleaseDraft   Act = "release.draft"
	ActReleaseReview  Act = "release.review" // 保密审查
	ActReleaseSign    Act = "release.sign"   // 审签
	ActReleasePublish Act = "release.publish"
	ActBriefing       Act = "briefing.schedule"
	ActNoticeAck      Act = "notice.ack"
	ActSourceManage   Act = "source.manage"
	ActQuarantine     Act = "quarantine.mend"
	ActQuarantineSee  Act = "quarantine.reveal" // see what lies there as it is, to mend it; recorded
	ActPersonManage   Act = "person.manage"
	ActAlertText      Act = "alert.text" // let a channel carry the incident's text; two administrators
	ActRecordRead     Act = "record.read"
	ActHandover       Act = "handover.read"   // what stands at the change of shift
	ActMediaPaste     Act = "media.paste"     // bring in what has no feed, note its figures
	ActDrill          Act = "drill.manage"    // begin, end and purge drills
	ActModelManage    Act = "model.manage"    // learnt models: see how they compare, switch
	ActCategoryManage Act = "category.manage" // the tree of categories: what lies below the fifteen, words, names
)

// permissions is the whole table of who may what. Scope (region, department)
// narrows it further, per record.
var permissions = map[Role][]Act{
	RoleOperator:   {ActItemRead, ActItemLog},
	RoleShiftLead:  {ActItemRead, ActItemReturn, ActTopicArrange, ActItemExport, ActItemLog, ActDutyLog, ActItemReveal, ActItemCorrect, ActItemSettle, ActItemReply, ActQuarantine, ActQuarantineSee, ActHandover, ActDrill, ActCategoryManage},
	RoleDispatcher: {ActItemRead, ActItemReturn, ActTopicArrange, ActItemLog, ActItemCorrect, ActItemSettle, ActItemReply, ActItemReveal},
	RoleCallerBack: {ActItemRead, ActItemReveal},
	RoleInspector:  {ActItemRead},
	RoleDuty: {ActItemRead, ActItemReturn, ActTopicArrange, ActItemExport, ActItemLog, ActDutyLog, ActItemReveal, ActItemCorrect, ActItemSettle, ActItemReply, ActIncidentRead, ActIncidentRaise, ActIncidentGrade,
		ActIncidentSecond, ActReleaseDraft, ActReleasePublish, ActBriefing, ActNoticeAck, ActQuarantine, ActQuarantineSee, ActHandover, ActDrill, ActMediaPaste},
	RolePress:      {ActItemRead, ActItemExport, ActMediaPaste, ActIncidentRead, ActReleaseDraft, ActReleasePublish, ActBriefing, ActNoticeAck, ActHandover, ActDrill},
	RoleLeader:     {ActItemRead, ActIncidentRead, ActIncidentSecond, ActReleaseSign, ActNoticeAck, ActHandover, ActDrill},
	RoleSecrecy:    {ActIncidentRead, ActReleaseReview},
	RoleDepartment: {ActItemRead, ActItemReturn},
	RoleAuditor:    {ActRecordRead},
	RoleSysadmin:   {ActSourceManage, ActQuarantine, ActAlertText, ActDrill, ActModelManage, ActCategoryManage},
	RoleSecadmin:   {ActPersonManage, ActAlertText},
}

// Shell is whoever runs the program's commands on its own machine: who can read
// the database's address needs no role.
var Shell = Actor{Name: "命令行", Via: "cli"}

// ViaWall is how a wall screen (大屏) acts: it was left signed in for weeks in a room that
// many people enter, so it may look at incidents and nothing else, whoever signed it in.
const ViaWall = "wall"

// May says whether a role of the actor permits the act. The desk itself and the
// shell may all.
func (a Actor) May(act Act) bool {
	if a.Via == ViaWall && act != ActIncidentRead {
		return false
	}
	if a.Via == "system" || a.Via == "cli" {
		return true
	}
	for _, r := range a.Roles {
		if slices.Contains(permissions[r], act) {
			return true
		}
	}
	return false
}

// Has says whether the actor holds the role.
func (a Actor) Has(r Role) bool { return slices.Contains(a.Roles, r) }

// need is the one permission check of the use cases.
func (a Actor) need(act Act) error {
	if a.Name == "" {
		return &Error{Code: CodeUnauthenticated, Text: "请先登录"}
	}
	if !a.May(act) {
		return Forbidden("您的角色没有这项权限，请联系有权限的同事办理")
	}
	return nil
}

// Scope narrows what somebody sees to a region subtree and a department.
type Scope struct {
	Region     string // code prefix; "" is everywhere
	Department string // "" is every one
	Office     string // the office's own region: where an item without a region counts as lying
	SourceID   int64  // set for a source's key: nothing but its own
}

// noDepartment is no department's name.
const noDepartment = "（未指定单位）"

// ScopeOf is the scope of the actor in an office that lies in the given region. Who
// acts for a department that isn't named sees no department's items, not everybody's.
func (a Actor) ScopeOf(office string) Scope {
	if a.Department == "" && a.Has(RoleDepartment) {
		a.Department = noDepartment
	}
	return Scope{Region: a.Region, Department: a.Department, Office: office, SourceID: a.SourceID}
}

// Sees says whether a record of that region, department and source is in scope.
func (s Scope) Sees(region, department string, source int64) bool {
	if s.SourceID != 0 {
		return s.SourceID == source
	}
	if region == "" {
		region = s.Office
	}
	return strings.HasPrefix(region, s.Region) && (s.Department == "" || s.Department == department)
}
