package drill

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"huiying/desk"
)

// doneBy are the acts by which the guide sees a step done: types of events.
var doneBy = []string{
	"item.logged", "item.corrected", "item.settled", "item.revealed", "incident.raised", "incident.judged", "incident.confirmed", "incident.facts",
	"incident.taken", "incident.attached", "incident.closed", "release.drafted", "release.submitted", "release.reviewed", "release.signed",
	"release.published", "briefing.scheduled", "briefing.held", "notice.acked",
}

// check says what is wrong with a scenario, and where.
func (s Scenario) check() error {
	switch {
	case s.Format != format:
		return desk.Invalid("scenario", "应写 scenario: %d，表示情景文件的格式版本", format)
	case trim(s.Title) == "" || utf8.RuneCountInString(s.Title) > 60:
		return desk.Invalid("title", "请写明情景的标题，不超过 60 字")
	case s.Length <= 0 || time.Duration(s.Length) > MaxLength:
		return desk.Invalid("length", "时长应大于 0、不超过 %d 小时，如 6h", int(MaxLength.Hours()))
	case len(s.Incoming) == 0:
		return desk.Invalid("incoming", "情景里没有来件")
	case len(s.Incoming) > MaxItems:
		return desk.Invalid("incoming", "来件有 %d 件，上限 %d 件", len(s.Incoming), MaxItems)
	}
	logins := map[string]bool{}
	for i, m := range s.People {
		at := fmt.Sprintf("people[%d]", i+1)
		if m.Login == "" || m.Name == "" {
			return desk.Invalid(at, "每个人都要有登录名 login 和姓名 name")
		}
		if logins[m.Login] {
			return desk.Invalid(at+".login", "登录名“%s”重复", m.Login)
		}
		logins[m.Login] = true
		if err := desk.CheckRoles([]desk.Role{desk.Role(m.Role)}); err != nil {
			return desk.Invalid(at+".role", "没有“%s”这个角色", m.Role)
		}
	}
	for i, g := range s.Guide {
		if err := s.checkStep(fmt.Sprintf("guide[%d]", i+1), g); err != nil {
			return err
		}
	}
	for _, in := range s.Incoming {
		if err := s.checkIncoming(fmt.Sprintf("incoming[%d]", in.n), in); err != nil {
			return err
		}
	}
	return nil
}

func (s Scenario) checkStep(at string, g Step) error {
	switch {
	case desk.CheckRoles([]desk.Role{desk.Role(g.For)}) != nil:
		return desk.Invalid(at+".for", "没有“%s”这个角色", g.For)
	case g.At < 0 || g.At > s.Length:
		return desk.Invalid(at+".at", "应在 0 到时长 %s 之间", time.Duration(s.Length))
	case trim(g.Happened) == "" || trim(g.Do) == "":
		return desk.Invalid(at, "请写明 happened（刚刚发生了什么）和 do（接下来怎么做）")
	case g.Href != "" && (!strings.HasPrefix(g.Href, "/") || strings.HasPrefix(g.Href, "//")):
		return desk.Invalid(at+".href", "应为本系统内的地址，以 / 开头，如 /incidents/new")
	case g.Done != "" && !slices.Contains(doneBy, g.Done):
		return desk.Invalid(at+".done", "没有“%s”这种动作，可用：%s", g.Done, strings.Join(doneBy, "、"))
	}
	return nil
}

func (s Scenario) checkIncoming(at string, in Incoming) error {
	texts := 0
	for _, text := range []string{in.Call, in.Letter, in.Post} {
		if trim(text) != "" {
			texts++
		}
		if utf8.RuneCountInString(text) > desk.MaxBody {
			return desk.Invalid(at, "正文超过 %d 字", desk.MaxBody)
		}
	}
	switch {
	case texts != 1:
		return desk.Invalid(at, "call（来电）、letter（来信）、post（媒体）三者须写一种，且只写一种")
	case in.At < 0 || in.At > s.Length:
		return desk.Invalid(at+".at", "应在 0 到时长 %s 之间", time.Duration(s.Length))
	case in.Call == "" && (in.Name != "" || in.Phone != "" || in.Place != ""):
		return desk.Invalid(at, "name、phone、place 只用于来电")
	case in.Letter == "" && (in.From != "" || in.Subject != ""):
		return desk.Invalid(at, "from、subject 只用于来信")
	case in.Letter != "" && (trim(in.From) == "" || trim(in.Subject) == ""):
		return desk.Invalid(at, "来信要写明 from（谁写的）和 subject（主题）")
	case in.Post == "" && (in.Outlet != "" || in.Title != ""):
		return desk.Invalid(at, "outlet、title 只用于媒体")
	case in.Post != "" && (trim(in.Outlet) == "" || trim(in.Title) == ""):
		return desk.Invalid(at, "媒体要写明 outlet（谁发的）和 title（标题）")
	case strings.ContainsAny(in.From+in.Subject, "\r\n"):
		return desk.Invalid(at, "from、subject 不能换行")
	}
	return nil
}
