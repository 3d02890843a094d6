package desk

import (
	"bytes"
	"regexp"
	"slices"
)

// Hidden says that the actor may know that it lies there, and why, and may put it
// through the door again, but sees nothing of what is in it: it is 保密 or 举报, or may
// be, and only those who may see personal data see such.
func (q Quarantined) Hidden(who Actor) bool {
	return q.Sealed && who.SourceID == 0 && !who.May(ActItemReveal)
}

// hide leaves nothing of the bytes that the actor may not see.
func (q *Quarantined) hide(who Actor) {
	if q.Hidden(who) {
		q.Bytes, q.Head = nil, nil
	}
}

var errHiddenQuarantined = Forbidden("这一件是保密或举报内容，须由有查看权限的同事修改")

// reports are 举报 and 检举 in UTF-8 and in GBK.
var reports = [][]byte{[]byte("举报"), []byte("检举"), {0xbe, 0xd9, 0xb1, 0xa8}, {0xbc, 0xec, 0xbe, 0xd9}}

// escapedReport is the same as JSON's escapes, forms and letters write it (\u4e3e, %E4, =E4).
var escapedReport = regexp.MustCompile(`(?i)\\u4e3e\\u62a5|\\u68c0\\u4e3e|[%=]E4[%=]B8[%=]BE[%=]E6[%=]8A[%=]A5|[%=]E6[%=]A3[%=]80[%=]E4[%=]B8[%=]BE|[%=]BE[%=]D9[%=]B1[%=]A8`)

// tellsReport says whether bytes, readable or not, speak of 举报: who informs against
// somebody isn't to be read by those who administer the program.
func tellsReport(b []byte) bool {
	return slices.ContainsFunc(reports, func(word []byte) bool { return bytes.Contains(b, word) }) ||
		bytes.ContainsAny(b, `\%=`) && escapedReport.Match(b)
}

// RolesWith gives the roles that permit an act, in the order of RoleNames.
func RolesWith(act Act) (roles []Role) {
	for _, r := range RoleNames {
		if slices.Contains(permissions[r.Role], act) {
			roles = append(roles, r.Role)
		}
	}
	return roles
}
