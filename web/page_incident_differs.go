package web

import (
	"fmt"
	"time"

	"huiying/desk"
)

// roomDiffers is how many items that say otherwise than our releases the room lists.
const roomDiffers = 6

// differsBox is what items of an incident say otherwise than the office's releases about it.
type differsBox struct {
	Rows []differsItem
	All  int // items
	More int // items beyond Rows
}

// differsItem is one item with its differences.
type differsItem struct {
	Href    string
	Channel string // interface text
	At      time.Time
	Lines   []differsLine
}

type differsLine struct {
	What string // interface text
	Told string // what the item says, in a sentence
	Said string // what the release says
	Href string // of the release
	When string // of its publication
}

// differsBox tells the differences item by item, the newest first.
func (r teller) differsBox(all []desk.ItemDifferences) differsBox {
	box := differsBox{All: len(all), More: max(0, len(all)-roomDiffers)}
	for _, d := range all[:min(len(all), roomDiffers)] {
		row := differsItem{Href: fmt.Sprintf("/items/%d", d.Item.ID), Channel: d.Item.Channel.Name(), At: d.Item.ReceivedAt}
		for _, one := range d.List {
			line := differsLine{What: one.What, Told: r.t("来件称“%s”", one.Told.Text), Said: r.t("通报称“%s”", one.Says.Text), Href: releaseHome(one.Release), When: r.dates().short(one.At)}
			if one.Silent {
				line.Said = r.t("通报只说“%s”，没有说到%s", one.Says.Text, r.t(one.What))
			}
			row.Lines = append(row.Lines, line)
		}
		box.Rows = append(box.Rows, row)
	}
	return box
}
