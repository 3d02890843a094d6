package web

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserUX2EverywhereIMEKeysAreTheInputMethods: on every page, in every field that takes text, the keys with which a
// candidate is composed and confirmed send no form, ask the server nothing, press no shortcut and choose nothing; the
// text goes in.
func TestBrowserUX2EverywhereIMEKeysAreTheInputMethods(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	fields := 0
	n.crawl(t, func(t *testing.T, tab *webtest.Tab, v visit) {
		var ids []string
		tab.Eval(`(() => {
			window.acted = [];
			for (const form of document.forms) form.noValidate = true;
			document.addEventListener("submit", (event) => { event.preventDefault(); acted.push("submit " + event.target.action); });
			document.addEventListener("htmx:before:request", (event) => { acted.push("request"); });
			document.addEventListener("click", (event) => acted.push("click " + event.target.textContent.trim().slice(0, 20)), true);
			document.addEventListener("combo:taken", (event) => acted.push("taken " + event.detail.text));
			const scope = [...document.querySelectorAll("dialog[open]")].at(-1) ?? document;
			const found = [...scope.querySelectorAll("input:is(:not([type]), [type=text], [type=search], [type=tel]), textarea")].filter((n) => n.checkVisibility() && !n.disabled && !n.readOnly);
			return found.map((n, i) => (n.dataset.ime = i, String(i)));
		})()`, &ids)
		for _, id := range ids {
			fields++
			at := fmt.Sprintf(`document.querySelector('[data-ime="%s"]')`, id)
			tab.Eval(at+`.value = ""; `+at+`.focus(); acted.length = 0; 0`, nil)
			tab.Compose("zheng", "郑")
			tab.ComposeKeys("e", "?", "ArrowDown", "Escape", " ", "1")
			var got struct {
				Acted []string
				Value string
				Name  string
				Open  int
			}
			tab.Eval(`({Acted: acted.filter((a) => a !== "request"), Value: `+at+`.value, Name: `+at+`.name || `+at+`.id, Open: document.querySelectorAll("dialog[open]").length})`, &got)
			if len(got.Acted) > 0 {
				t.Errorf("%s %s, field %s: while composing %v", v.login, v.path, got.Name, got.Acted)
			}
			if !strings.Contains(got.Value, "郑") {
				t.Errorf("%s %s, field %s: the candidate isn't in it: %q", v.login, v.path, got.Name, got.Value)
			}
			if want := strings.Contains(v.path, "?do=") && !strings.Contains(v.path, "do=edit") || strings.Contains(v.path, "person="); want != (got.Open == 1) {
				t.Errorf("%s %s, field %s: %d dialogs stand open", v.login, v.path, got.Name, got.Open)
			}
		}
	})
	if fields < 60 {
		t.Errorf("only %d fields were tried", fields)
	}
	t.Logf("%d fields", fields)
}

// control is what can be pressed, as a page has it.
type control struct{ What, Key, Row, Text string }

// controls gives what can be pressed on the page or in its open dialog, and every key with whatever has it.
const controls = `(() => {
	const seen = (n) => n.checkVisibility({visibilityProperty: true});
	const dialog = [...document.querySelectorAll("dialog[open]")].at(-1);
	const text = (n) => n.dataset.keyLabel ?? n.textContent.replace(/\s+/g, " ").trim().slice(0, 30);
	const row = (n) => n.closest("[data-row]")?.id || (n.closest("[data-row]") ? "row" : "");
	const acts = [...(dialog ?? document.querySelector(".page")).querySelectorAll("button, a.button, summary, [role=button]")]
		.filter((n) => seen(n) && !n.closest("combo-box, .toasts, .menu-sheet") && !n.hasAttribute("data-close"))
		.map((n) => ({What: n.localName, Key: n.dataset.key ?? "", Row: row(n), Text: text(n)}));
	const keys = [...(dialog ?? document).querySelectorAll("[data-key]")].filter(seen).map((n) => ({What: n.localName, Key: n.dataset.key.toLowerCase(), Row: row(n), Text: text(n)}));
	return JSON.stringify({Acts: acts, Keys: keys, Rows: document.querySelectorAll("[data-row]").length, Dialog: dialog?.id ?? "", Selects: [...(dialog ?? document).querySelectorAll("select")].filter(seen).map((n) => ({What: n.name, Key: String(n.options.length), Text: n.options[0].textContent, Row: ""}))});
})()`

type pressable struct {
	Acts, Keys, Selects []control
	Rows                int
	Dialog              string
}

func pressables(tab *webtest.Tab) (p pressable) {
	var raw string
	tab.Eval(controls, &raw)
	if err := json.Unmarshal([]byte(raw), &p); err != nil {
		panic(err)
	}
	return p
}

// clashes says which keys of a page stand for two things, are hidden by a shorter one, or are those of walking.
func (p pressable) clashes() (out []string) {
	by := map[string][]control{}
	for _, k := range p.Keys {
		by[k.Key] = append(by[k.Key], k)
	}
	for key, list := range by {
		alone := 0
		rows := map[string]string{}
		for _, k := range list {
			if k.Row == "" {
				alone++
			} else if other, ok := rows[k.Row]; ok && k.Row != "row" {
				out = append(out, fmt.Sprintf("%s is both %s and %s in %s", key, other, k.Text, k.Row))
			}
			rows[k.Row] = k.Text
		}
		if alone > 1 || alone == 1 && len(list) > 1 {
			out = append(out, fmt.Sprintf("%s stands for %v", key, list))
		}
		if (key == "j" || key == "k") && p.Rows > 0 {
			out = append(out, key+" walks the rows and is "+list[0].Text)
		}
		for other := range by {
			if strings.HasPrefix(other, key+" ") {
				out = append(out, fmt.Sprintf("%s (%s) hides %s", key, list[0].Text, other))
			}
		}
	}
	return out
}

// TestBrowserUX22EveryActHasAKey: on every page everything that can be pressed has a key of its own; what a menu opens is
// reached by Tab; ? lists every key that works, grouped.
func TestBrowserUX22EveryActHasAKey(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	acts := 0
	n.crawl(t, func(t *testing.T, tab *webtest.Tab, v visit) {
		p := pressables(tab)
		for _, a := range p.Acts {
			acts++
			if a.Key == "" {
				t.Errorf("%s %s: %s “%s” has no key", v.login, v.path, a.What, a.Text)
			}
		}
		for _, c := range p.clashes() {
			t.Errorf("%s %s: %s", v.login, v.path, c)
		}
		if p.Dialog != "" || v.login == "" {
			return
		}
		// The sheet lists each of them.
		tab.Eval(`document.activeElement.blur(); 0`, nil)
		tab.Press("?")
		tab.Wait(`document.getElementById("keys").open`)
		sheet := strings.Join(strings.Fields(strings.ToLower(tab.Text("#keys .keys-list"))), "")
		for _, k := range p.Keys {
			if k.Row != "" {
				continue // rows share their keys; one line stands for all
			}
			if text := strings.Join(strings.Fields(strings.ToLower(k.Text)), ""); text != "" && !strings.Contains(sheet, strings.TrimRight(strings.Split(text, "（")[0], "0123456789")[:min(3, len(text))]) {
				t.Errorf("%s %s: the sheet lacks %s %q: %s", v.login, v.path, k.Key, k.Text, sheet)
			}
		}
		tab.Press("Escape")
		tab.Wait(`!document.getElementById("keys").open && document.activeElement !== document.body`)
	})
	if acts < 60 {
		t.Errorf("only %d acts were seen", acts)
	}
}

// TestClashesAreSeen: the oracle above can fail.
func TestClashesAreSeen(t *testing.T) {
	t.Parallel()
	for name, p := range map[string]pressable{
		"twice":      {Keys: []control{{Key: "a", Text: "one"}, {Key: "a", Text: "two"}}},
		"in one row": {Keys: []control{{Key: "a", Text: "one", Row: "r1"}, {Key: "a", Text: "two", Row: "r1"}}},
		"with rows":  {Keys: []control{{Key: "a", Text: "one"}, {Key: "a", Text: "two", Row: "r1"}}},
		"hidden":     {Keys: []control{{Key: "g", Text: "one"}, {Key: "g d", Text: "two"}}},
		"walking":    {Keys: []control{{Key: "j", Text: "one"}}, Rows: 2},
	} {
		if len(p.clashes()) == 0 {
			t.Errorf("%s: not seen", name)
		}
	}
	if c := (pressable{Keys: []control{{Key: "a", Row: "r1"}, {Key: "a", Row: "r2"}, {Key: "b"}, {Key: "g d"}}, Rows: 2}).clashes(); len(c) > 0 {
		t.Errorf("a clash where there is none: %v", c)
	}
}

// TestBrowserUX22LettersCanBeTurnedOff: keys of one character stop, ? among them, those with Ctrl go on; it is remembered,
// and can be turned on again without them.
func TestBrowserUX22LettersCanBeTurnedOff(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/incidents")
	tab.Press("?")
	tab.Wait(`document.getElementById("keys").open`)
	tab.Focus("[data-letter-keys]")
	tab.Press(" ")
	tab.Press("Escape")
	tab.Wait(`!document.getElementById("keys").open`)
	tab.Goto(n.url + "/incidents")
	for _, key := range []string{"n", "?", "/", "j", "g", "i"} {
		tab.Press(key)
	}
	tab.Press("Ctrl+K") // comes after all of them
	tab.Wait(`document.getElementById("palette").open`)
	var got string
	tab.Eval(`location.pathname + document.getElementById("keys").open + document.activeElement.closest("[data-row], .filters")`, &got)
	if got != "/incidentsfalsenull" {
		t.Errorf("a key of one character acted although they are off: %s", got)
	}
	tab.Type("kuaijiejian")
	tab.Wait(`document.querySelector("#palette [aria-selected=true]")?.textContent.includes("快捷键")`)
	tab.Press("Enter")
	tab.Wait(`document.getElementById("keys").open && !document.querySelector("[data-letter-keys]").checked`)
	tab.Focus("[data-letter-keys]")
	tab.Press(" ", "Escape")
	tab.Wait(`!document.getElementById("keys").open`)
	tab.Press("n")
	tab.Wait(`location.pathname === "/incidents/new"`)
}

// TestBrowserUX22FocusIsNeverLost: whatever a key did, something has the focus afterwards: a dialog closed, a row gone, a row
// redrawn, a form sent and the page drawn anew, a button switched off, a menu put away.
func TestBrowserUX22FocusIsNeverLost(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	must2(n.FireDue(t.Context(), n.now()))
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/")
	lineUp(tab)
	has := func(what, where string) {
		t.Helper()
		tab.Wait(`document.activeElement && document.activeElement !== document.body && document.activeElement.checkVisibility()`)
		if where != "" {
			tab.Wait(where)
		}
	}
	has("after signing in by keys", "")
	tab.Press("?")
	tab.Wait(`document.getElementById("keys").open`)
	tab.Press("Escape")
	has("after the sheet", `!document.getElementById("keys").open`)
	tab.Press("Ctrl+K")
	tab.Wait(`document.getElementById("palette").open`)
	tab.Press("Escape")
	has("after the palette", `!document.getElementById("palette").open`)

	// The alert that was acknowledged goes; the next one's button has the focus, or the page's text.
	for range 2 {
		var alert string
		tab.Eval(`document.querySelector("#desk-alerts [data-key=A]")?.closest("section").id ?? ""`, &alert)
		if alert == "" {
			break
		}
		tab.Focus("#" + alert + " [data-key=A]")
		tab.Press("Enter")
		tab.Wait(fmt.Sprintf("!document.getElementById(%q)", alert))
		has("after an acknowledged alert went", "")
	}
	// A row is redrawn under the hand by the feed.
	tab.Press("j")
	tab.Wait(`document.activeElement.closest("[data-row]")`)
	must(n.TakeIncident(t.Context(), n.person(desk.RoleDuty, "second", "丁值班"), c.chicken.ID))
	tab.Wait(`document.querySelector(".clocks").textContent.includes("丁值班")`)
	has("after a morph", `document.activeElement.closest("[data-row]")`)
	// A row goes altogether: its neighbour has the focus.
	tab.Eval(`document.querySelector(".items > li a").focus(); document.activeElement.closest("li").remove(); 0`, nil)
	has("after a row went", `document.activeElement.closest(".items > li")`)
	// A button is switched off while it has the focus.
	tab.Eval(`const b = document.querySelector(".search-box"); b.focus(); b.disabled = true; 0`, nil)
	has("after a button was switched off", "")
	tab.Eval(`document.querySelector(".search-box").disabled = false`, nil)

	// A form is sent by a key and the page comes again.
	tab.Goto(n.url + "/items")
	tab.Press("f")
	has("with the menu open", `document.querySelector("#views").open && document.activeElement.matches("#views summary")`)
	tab.Press("Escape")
	has("with the menu put away", `!document.querySelector("#views").open && document.activeElement.matches("#views summary")`)
	tab.Goto(n.url + "/items/8")
	tab.Press("x")
	tab.Wait(`document.body.textContent.includes("恢复为待处理") && document.readyState === "complete" && "ready" in document.documentElement.dataset`)
	has("after an act drew the page anew", `document.activeElement.dataset.key === "X"`)
	tab.Press("c")
	tab.Wait(`document.getElementById("correct").open`)
	tab.Press("Escape")
	has("after a dialog", `!document.getElementById("correct").open`)
	tab.Press("g", "e")
	tab.Wait(`location.pathname === "/incidents" && document.readyState === "complete" && "ready" in document.documentElement.dataset`)
	has("on another page", "")
	// A filter redraws the list; the filter keeps the focus.
	tab.Press("/")
	tab.Type("爆炸")
	tab.Wait(`location.search.includes("q=")`)
	has("after a filter", `document.activeElement.name === "q"`)
	// What the focus is on can be seen; behind the last control it is in the bar of the browser.
	for range 12 {
		tab.Press("Tab")
		var outline string
		tab.Eval(`(() => { const n = document.activeElement, s = getComputedStyle(n); return n === document.body || n.matches(":focus-visible") && s.outlineStyle !== "none" && parseFloat(s.outlineWidth) >= 2 ? "" : n.outerHTML.slice(0, 160) + s.outline; })()`, &outline)
		if outline != "" {
			t.Errorf("the focus can't be seen on %s", outline)
		}
	}
}
