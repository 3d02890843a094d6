package web

import (
	"fmt"
	"testing"

	"huiying/desk"
	"huiying/web/webtest"
)

// TestBrowserCategories: the shift lead puts a category below one of the fifteen, chooses it for an item by its
// sounds, and finds the item under the class; then the department sends the item back. Typed, but for the first link.
func TestBrowserCategories(t *testing.T) {
	t.Parallel()
	n := newNight(t)
	n.person(desk.RoleShiftLead, "banzhang", "吴班长")
	ids, _ := n.matter("锦绣家园停水两小时")
	b := webtest.Start(t)
	tab := n.tab(t, b, "banzhang", "/categories")
	tab.Click(`.categories a[href*="do=add"]`)
	tab.Wait(`document.getElementById("add")?.open`)
	tab.Focus("#f-add-name")
	tab.Type("供水保障")
	tab.Focus("#f-add-words")
	tab.Type("停水、水压")
	tab.Press("Ctrl+Enter")
	tab.Wait(`location.search === "" && document.querySelector(".categories [data-level='2']")?.textContent.includes("供水保障")`)
	n.shoot(t, tab, "categories")

	tab.Goto(fmt.Sprintf("%s/items/%d", n.url, ids[0]))
	lineUp(tab)
	tab.Press("c")
	tab.Wait(`document.getElementById("correct").open`)
	tab.Eval(`document.querySelector("#f-category").select()`, nil)
	tab.Focus("#f-category")
	tab.Type("gsbz")
	tab.Wait(`document.querySelector("#f-category-list [role=option]")?.textContent.includes("供水保障")`)
	tab.Press("Enter")
	tab.Wait(`document.querySelector("#correct form").elements.category.value === "城乡建设/供水保障"`)
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector(".verdict")?.textContent.includes("城乡建设 › 供水保障") && document.querySelector(".verdict").textContent.includes("已由人工判定")`)

	tab.Press("b")
	tab.Wait(`document.getElementById("return").open`)
	tab.Focus("#f-return-why")
	tab.Type("小区内管网由物业维修")
	tab.Press("Ctrl+Enter")
	tab.Wait(`document.querySelector(".verdict")?.textContent.includes("水务公司已退单")`)
	n.shoot(t, tab, "item-returned")

	tab.Goto(n.url + "/items?category=城乡建设")
	tab.Wait(fmt.Sprintf(`document.getElementById("item-%d")?.textContent.includes("城乡建设 › 供水保障")`, ids[0]))
	tab.Goto(n.url + "/items?category=城乡建设/供水保障")
	tab.Wait(fmt.Sprintf(`document.getElementById("item-%d") && document.querySelector("#filter-category").value === "城乡建设 › 供水保障"`, ids[0]))
}
