package web

import (
	"fmt"
	"html/template"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"huiying/web/webtest"
)

// chineseOutside lists text in Chinese, of a page in English, that isn't marked as what somebody wrote: the interface's own.
const chineseOutside = `(() => {
  const out = new Set([]);
  const walk = document.createTreeWalker(document.documentElement, NodeFilter.SHOW_TEXT);
  for (let n = walk.nextNode(); n; n = walk.nextNode()) {
    const at = n.parentElement;
    const said = n.data.replace(/“[^”]*”/g, ""); // what is quoted is somebody's
    if (at.matches("option") && /[A-Za-z]/.test(said)) continue; // a name in an option can't be marked
    if (/\p{Script=Han}/u.test(said) && !at.closest("[lang^=zh], script, style, textarea, noscript")) out.add(at.tagName.toLowerCase() + (at.className ? "." + at.className : "") + ": " + n.data.trim().slice(0, 60));
  }
  for (const at of document.querySelectorAll("[placeholder], [title], [aria-label], [alt], [data-key-label], [data-key-group]"))
    for (const name of ["placeholder", "title", "aria-label", "alt", "data-key-label", "data-key-group"])
      if (/\p{Script=Han}/u.test(at.getAttribute(name) ?? "") && !at.closest("[lang^=zh]")) out.add(name + ": " + at.getAttribute(name).slice(0, 60));
  return [...out].slice(0, 12);
})()`

// TestBrowserUX33English: no page in English shows a word of the interface in Chinese; what people wrote is marked as theirs.
func TestBrowserUX33English(t *testing.T) {
	t.Parallel()
	x := tour(t, func(tab *webtest.Tab) { tab.Eval(`document.cookie = "huiying_lang=en; path=/"`, nil) })
	x.each(func(t *testing.T, p place, tab *webtest.Tab) {
		var found []string
		if tab.Eval(chineseOutside, &found); len(found) > 0 {
			t.Errorf("%s:\n  %s", p.name, strings.Join(found, "\n  "))
		}
		var body string
		if tab.Eval("document.body.innerText", &body); unfilled(body) != "" {
			t.Errorf("%s shows a text that nothing was put into: …%s…", p.name, unfilled(body))
		}
		var wide bool
		if tab.Eval("document.documentElement.scrollWidth > innerWidth", &wide); wide {
			t.Errorf("%s is wider than the window in English", p.name)
		}
		if p.name == "desk" {
			tab.Press("?")
			tab.Wait(`document.getElementById("keys").open`)
			if tab.Eval(chineseOutside, &found); len(found) > 0 {
				t.Errorf("the sheet of keys:\n  %s", strings.Join(found, "\n  "))
			}
		}
	})
}

// TestForeignMarked: values are marked where they stand as text and nowhere else, once however often a template is walked, and
// what they hold stays text.
func TestForeignMarked(t *testing.T) {
	t.Parallel()
	v, err := shanghai()
	if err != nil {
		t.Fatal(err)
	}
	set, err := template.New("x").Funcs(v.funcs(LangEnglish)).Parse(`<title>{{.A}}</title><a title="{{.A}}"{{if .B}} class="{{.A}}"{{end}}>{{.A}}</a><select><option>{{.A}}</option></select>` +
		`<p>{{t "%s 前" .A}}|{{t "保存"}}|{{t "%s：%s" (t "办理") .A}}|{{.C}}{{with .A}}<b>{{.}}</b>{{end}}</p>{{range .D}}<i data-x="{{.}}">{{.}}</i>{{end}}`)
	if err != nil {
		t.Fatal(err)
	}
	markForeign(set.Tree)
	markForeign(set.Tree)
	var out strings.Builder
	if err := set.Execute(&out, map[string]any{"A": "周<b>敏", "B": true, "C": 7, "D": []string{"一", "x"}}); err != nil {
		t.Fatal(err)
	}
	const name = `<span lang="zh-CN">周&lt;b&gt;敏</span>`
	want := `<title>周&lt;b&gt;敏</title><a title="周&lt;b&gt;敏" class="周&lt;b&gt;敏">` + name + `</a><select><option>周&lt;b&gt;敏</option></select>` +
		`<p>by ` + name + `|Save|With: ` + name + `|7<b>` + name + `</b></p><i data-x="一"><span lang="zh-CN">一</span></i><i data-x="x">x</i>`
	if out.String() != want {
		t.Errorf("got  %s\nwant %s", out.String(), want)
	}
}

// saidInGo are the interface texts that Go hands to the catalogue or to a view that does.
var saidInGo = regexp.MustCompile(`(?:\.t\(|\.Text\([^",]*, |\bSay\(|\b(?:Label|Title|Word|Why|Name|Role|Kind|Text): )"((?:[^"\\]|\\.)*)"`)

// TestGoTranslated: what Go says in an interface text has its English: marked as somebody's, it would look like a name.
func TestGoTranslated(t *testing.T) {
	t.Parallel()
	english, err := loadCatalogue(bothSets[0])
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") || strings.HasPrefix(file, "look") || strings.HasPrefix(file, "api") || file == "release_skeleton.go" {
			continue // samples, the API's Chinese, and official texts
		}
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range saidInGo.FindAllStringSubmatch(string(raw), -1) {
			seen++
			if _, ok := english[m[1]]; !ok && han.MatchString(m[1]) {
				t.Errorf("%s: %q has no English in en.json", file, m[1])
			}
		}
	}
	if seen < 150 {
		t.Errorf("only %d texts found; the pattern no longer finds them", seen)
	}
}

// TestBrowserUX33Typography: Chinese is set as Chinese, dates and deadlines are said in the page's language.
func TestBrowserUX33Typography(t *testing.T) {
	t.Parallel()
	x := tour(t, nil)
	tab := x.as("chenlu")
	tab.Goto(fmt.Sprintf("%s/releases/%d", x.url, x.rel.ID))
	var faults []string
	tab.Eval(`(() => {
  const out = [], body = getComputedStyle(document.body), p = document.querySelector(".official p:not(.sign)"), s = getComputedStyle(p);
  if (body.lineBreak !== "strict") out.push("lines may begin with closing punctuation: " + body.lineBreak);
  if (!/tabular-nums/.test(body.fontVariantNumeric)) out.push("figures dance");
  if (s.fontSize !== "17px" || Math.abs(parseFloat(s.lineHeight) / 17 - 1.95) > .01 || s.textIndent !== "34px") out.push("official text: " + [s.fontSize, s.lineHeight, s.textIndent]);
  if (!/^(FangSong|仿宋|"仿宋)/.test(s.fontFamily)) out.push("official text isn't asked for in 仿宋: " + s.fontFamily);
  if (document.documentElement.lang !== "zh-CN") out.push("the page's language is " + document.documentElement.lang);
  const width = (text, space) => { const n = document.createElement("span"); n.textContent = text; n.style.textAutospace = space; p.append(n); const w = n.getBoundingClientRect().width; n.remove(); return w; };
  if (CSS.supports("text-autospace", "normal") && !(width("死亡12人", "") > width("死亡12人", "no-autospace") + 2)) out.push("no thin space between Han and figures");
  return out;
})()`, &faults)
	for _, fault := range faults {
		t.Error(fault)
	}
	for lang, want := range map[string]struct{ date, left string }{"zh-CN": {`^2026年11月2[12]日 ?\d\d:\d\d:\d\d$`, `^还剩 1小时3\d分$`}, "en": {`^2[12] Nov 2026 ?\d\d:\d\d:\d\d$`, `^1 h 3\d min left$`}} {
		tab.Eval(fmt.Sprintf(`document.cookie = "huiying_lang=%s; path=/"`, lang), nil)
		tab.Goto(fmt.Sprintf("%s/releases/%d", x.url, x.rel.ID))
		var left string
		tab.Eval(`document.querySelector("time-left").title`, &left)
		if date := strings.Join(strings.Fields(tab.Text("office-clock")), " "); !regexp.MustCompile(want.date).MatchString(date) || !regexp.MustCompile(want.left).MatchString(left) {
			t.Errorf("%s: %q, %q", lang, date, left)
		}
	}
}
