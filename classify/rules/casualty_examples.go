package rules

import (
	"fmt"
	"strings"

	"huiying/desk"
)

var casualtyExamples = []Example{
	{Title: "云泽市两车相撞致3死2伤", Want: "dead=3 injured=2"},
	{Body: "事故造成至少6人死亡,3人重伤,14人轻微伤。", Want: "dead=6 injured=17 serious=3"},
	{Body: "火灾未造成人员伤亡。", Want: "dead=0 injured=0"},
	{Body: "死亡人数升至47人,另有16人受伤。", Want: "dead=47 injured=16"},
	{Body: "一男子当场死亡。", Want: "dead=1"},
	{Title: "云泽一中32名学生疑似食物中毒", Want: "poisoned=32"},
	{Body: "二十四人失踪,十一人受伤。", Want: "missing=24 injured=11"},
	{Body: "去年该路段曾有5人死亡。", Want: ""},
	{Body: "小区有3人在等电梯。", Want: ""},
	{Body: "如果楼塌了,就有300多人死亡。", Want: ""},
	{Body: "3人当场死亡,另有2人经抢救无效死亡。", Want: "dead=5"},
	{Body: "化工车间炸了,火很大,三四个人受伤,快叫救护车。", Want: "injured=3"},
	{Body: "客车侧翻,十七八人受伤。", Want: "injured=17"},
	{Body: "食堂饭菜不新鲜,五六十名学生腹泻,七八个人住院。", Want: "poisoned=50"},
	{Body: "十几人受伤,3至5人失踪。", Want: "missing=3 injured=10"},
	{Body: "二十多人受伤。", Want: "injured=20"},
	{Body: "塌方致数十人受伤。", Want: "injured=10"},
	{Body: "爆炸致三十四人受伤。", Want: "injured=34"},
	{Body: "几人在三四楼受伤不详。", Want: ""},
}

func printCasualties(v *desk.Verdict) string {
	var b strings.Builder
	for _, f := range []struct {
		name  string
		value *int
	}{{"dead", v.Facts.Deaths}, {"missing", v.Facts.Missing}, {"injured", v.Facts.Injured}, {"serious", v.Facts.SeriousInjured}, {"poisoned", v.Facts.Poisoned}} {
		if f.value != nil {
			fmt.Fprintf(&b, " %s=%d", f.name, *f.value)
		}
	}
	return strings.TrimSpace(b.String())
}
