package web

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/web/webtest"
)

// named gives the office names to pick from.
func (n *evening) named() {
	n.Directory = desk.Directory{Regions: []desk.Region{{Code: "53", Name: "滇省"}, {Code: "5399", Name: "云泽市"}, {Code: "539901", Name: "长安区"}, {Code: "539902", Name: "河口区"}, {Code: "539902001", Name: "河口街道"}},
		Departments: []string{"住建局", "城管局", "水务公司", "卫健委"}}
	n.Policy.Office.Region = "5399"
}

// searched are the names of fields that people search in, whatever page they stand on.
var searched = []string{"department", "region", "category", "room", "host", "level", "incident", "type"}

// TestBrowserUX6PickersAreComboboxes: whatever there is much to choose from, on every page, is a combobox after ARIA 1.2
// with a name and a list of its own; no select is longer than a glance.
func TestBrowserUX6PickersAreComboboxes(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.named()
	combos := 0
	n.crawl(t, func(t *testing.T, tab *webtest.Tab, v visit) {
		for _, s := range pressables(tab).Selects {
			var many int
			if _, err := fmt.Sscan(s.Key, &many); err != nil || many > filterMost+1 {
				t.Errorf("%s %s: the select %s has %s options", v.login, v.path, s.What, s.Key)
			}
			for _, name := range searched {
				if s.What == name && s.What != "level" {
					t.Errorf("%s %s: %s is a select", v.login, v.path, name)
				}
			}
		}
		var wrong []string
		tab.Eval(`[...document.querySelectorAll("combo-box")].map((box) => {
			const input = box.querySelector("input[role=combobox]"), list = document.getElementById(input.getAttribute("aria-controls"));
			const named = input.labels?.length || input.getAttribute("aria-label");
			return named && list?.getAttribute("role") === "listbox" && list.getAttribute("aria-label") && input.getAttribute("aria-autocomplete") === "list" && input.getAttribute("aria-expanded") === "false" && input.autocomplete === "off" ? "" : box.outerHTML.slice(0, 200);
		})`, &wrong)
		for _, w := range wrong {
			if combos++; w != "" {
				t.Errorf("%s %s: no combobox: %s", v.login, v.path, w)
			}
		}
	})
	if combos < 25 {
		t.Errorf("only %d comboboxes were seen", combos)
	}
}

// TestBrowserUX6PickersFindBySound: each kind of picker is found in by initials and by syllables, with the keyboard alone.
func TestBrowserUX6PickersFindBySound(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.named()
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "zhoumin", "/seat")
	pick := func(field, typed, want string) {
		t.Helper()
		tab.Focus(field)
		tab.Eval(`document.activeElement.select()`, nil)
		tab.Type(typed)
		tab.Wait(fmt.Sprintf(`document.activeElement.getAttribute("aria-expanded") === "true" && document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))?.textContent.startsWith(%q)`, want))
		tab.Press("Enter")
		tab.Wait(fmt.Sprintf(`document.querySelector(%q).value === %q && document.querySelector(%q).getAttribute("aria-expanded") === "false"`, field, want, field))
	}
	pick("#f-department", "sw", "水务公司")
	pick("#f-department", "weijian", "卫健委")
	pick("#f-region", "hkq", "河口区")
	pick("#f-region", "cha", "长安区") // 长 has two sounds
	pick("#f-category", "hjbh", "环境保护")
	pick("#f-kind", "qiuzhu", "求助")
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	tab.Goto(n.url + "/incidents/new")
	pick("#f-level", "zd", "重大")
	pick("#f-region", "hekou", "河口区")
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	tab = n.tab(t, webtest.Start(t), "chenlu", fmt.Sprintf("/briefings/new?incident=%d", c.blast.ID))
	pick("#f-new-incident", "yzhg", "云泽化工园区爆炸事故")
	pick("#f-new-room", "xwfb", "新闻发布厅")
	pick("#f-new-host", "ljp", "李建平")
	tab.Eval(`document.getElementById("f-new-speakers").value = ""`, nil)
	tab.Focus("#f-new-add")
	tab.Type("ljp")
	tab.Wait(`document.getElementById("f-new-add").getAttribute("aria-activedescendant")`)
	tab.Press("Enter")
	tab.Wait(`document.getElementById("f-new-speakers").value === "李建平 副市长" && document.getElementById("f-new-add").value === ""`)
	tab.Eval(`document.querySelector("form[data-guard]").removeAttribute("data-guard")`, nil)
	// In a filter bar half a word changes nothing; what is taken does; emptied, the filter is gone.
	tab.Goto(n.url + "/items")
	pick("#filter-category", "cxjs", "城乡建设")
	tab.Wait(`new URLSearchParams(location.search).get("category") === "城乡建设"`)
	pick("#filter-region", "hkq", "河口区")
	tab.Wait(`new URLSearchParams(location.search).get("region") === "539902"`)
	tab.Eval(`document.querySelector("#filter-region").value = ""; 0`, nil)
	tab.Press("Enter")
	tab.Wait(`!new URLSearchParams(location.search).get("region") && new URLSearchParams(location.search).get("category") === "城乡建设"`)
}

// TestBrowserUX18SavedFilters: filters stand in the address; saved under a name by keys alone, shared, found by a colleague,
// removed and brought back.
func TestBrowserUX18SavedFilters(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.fill()
	browser := webtest.Start(t)
	tab := n.tab(t, browser, "zhoumin", "/items?kind=求助&evil=1&after=0")
	n.shoot(t, tab, "views-none")
	ready := `document.readyState === "complete" && "ready" in document.documentElement.dataset`
	tab.Press("/")
	tab.Type("停水")
	tab.Wait(`new URLSearchParams(location.search).get("q") === "停水"`)
	tab.Press("Tab")
	tab.Eval(`document.activeElement.blur(); 0`, nil)
	tab.Press("f")
	tab.Wait(`document.activeElement.matches("#views summary")`)
	tab.Press("Tab")
	tab.Wait(`document.activeElement.id === "f-view-name"`)
	tab.Type("<b>夜间停水求助</b>")
	tab.Press("Tab", "Tab", " ", "Shift+Tab", "Enter")
	query := "kind=" + url.QueryEscape("求助") + "&q=" + url.QueryEscape("停水")
	tab.Wait(fmt.Sprintf(`location.search === %q && document.querySelector("#toasts").textContent.includes("已存为常用筛选") && %s`, "?"+query, ready))
	var bold bool
	if tab.Eval(`document.querySelector("#views b, #toasts b") !== null`, &bold); bold {
		t.Error("a name is markup")
	}
	tab.Eval(`document.querySelector("#views").open = true`, nil)
	n.shoot(t, tab, "views-open")

	// A colleague has it, opens it, and may not take it away.
	other := n.tab(t, browser, "chenlu", "/items")
	other.Press("f", "Tab")
	other.Wait(`document.activeElement.matches(".view-line a") && document.activeElement.textContent.includes("周敏")`)
	other.Press("Enter")
	other.Wait(fmt.Sprintf(`location.search === %q && %s`, "?"+query, ready))
	other.Wait(`document.querySelector("#filter-category, [name=kind]") && document.querySelector("[name=kind]").value === "求助" && document.querySelector("[name=q]").value === "停水" && document.querySelector("#views a[aria-current]")`)
	var may int
	if other.Eval(`document.querySelectorAll("#views form[action$=remove], #views form[action$=share]").length`, &may); may != 0 {
		t.Errorf("a colleague is offered %d acts on it", may)
	}

	// Removed with a key, brought back with another.
	tab.Goto(n.url + "/items?" + query)
	tab.Press("f")
	tab.Focus(`#views form[action$=remove] button`)
	tab.Press("Enter")
	tab.Wait(`document.querySelector("#toasts").textContent.includes("已删除") && !document.querySelector(".view-line") && ` + ready)
	tab.Focus("#toasts form button")
	tab.Press("Enter")
	tab.Wait(`document.querySelector("#toasts").textContent.includes("已恢复") && document.querySelector(".view-line") && ` + ready)
	tab.Goto(n.url + "/notices?state=open")
	n.shoot(t, tab, "views-notices")
}

// TestBrowserUX18LiveKeepsFilters: what is fetched anew because something happened is what the address says: the releases of
// the state that was chosen, the week that is looked at, the incidents that were searched for.
func TestBrowserUX18LiveKeepsFilters(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	c := n.fill()
	tab := n.tab(t, webtest.Start(t), "chenlu", "/releases")
	lineUp(tab)
	tab.Eval(`document.querySelector("[name=state]").value = "draft"; document.querySelector("[name=state]").dispatchEvent(new Event("input", {bubbles: true})); 0`, nil)
	tab.Wait(`location.search.includes("state=draft") && document.querySelectorAll(".release-row").length === 0`)
	rel := must(n.DraftRelease(t.Context(), c.press, c.chicken.ID, desk.ReleaseResponse, "关于网传视频的回应", "正文"))
	tab.Wait(`document.querySelectorAll(".release-row").length === 1 && document.querySelector(".release-row").textContent.includes("网传视频")`)
	must(n.SubmitRelease(t.Context(), c.press, rel.ID, 1))
	tab.Wait(`document.querySelectorAll(".release-row").length === 0`)

	next := n.now().Add(7 * 24 * time.Hour)
	tab.Goto(n.url + "/briefings?week=" + next.Format("2006-01-02"))
	lineUp(tab)
	tab.Wait(`document.querySelectorAll(".cal-entry").length === 0`)
	// One in the present week and one in the week that is looked at: the second shows, the first doesn't.
	book := func(title, room string, at time.Time) {
		must(n.ScheduleBriefing(t.Context(), c.press, desk.Briefing{IncidentID: c.chicken.ID, Title: title, Room: room, Host: title, Starts: at, Ends: at.Add(time.Hour), Speakers: []desk.Speaker{{Name: title + "人"}}}))
	}
	book("本周的会", "二号厅", n.now().Add(12*time.Hour))
	book("下周的会", "三号厅", next.Truncate(24*time.Hour).Add(2*time.Hour))
	tab.Wait(`document.querySelector(".cal-entry")?.textContent.includes("下周的会")`)
	var all string
	if tab.Eval(`document.querySelector("#week").textContent`, &all); strings.Contains(all, "本周的会") {
		t.Error("the present week's booking came into the week that is looked at")
	}
	tab.Focus("#filter-room")
	tab.Type("xwfbt")
	tab.Press("Enter")
	tab.Wait(`location.search.includes("room=") && location.search.includes("week=") && document.querySelectorAll(".cal-entry").length === 0`)
}
