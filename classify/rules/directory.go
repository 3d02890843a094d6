package rules

import (
	"cmp"
	"slices"
	"strings"

	"huiying/desk"
)

// Directory gives the names that the rules know, for pickers: every administrative
// division of the country, and the departments.
func Directory() (desk.Directory, error) {
	g, err := loadPlaces()
	if err != nil {
		return desk.Directory{}, err
	}
	d := desk.Directory{Regions: make([]desk.Region, 0, len(g.names))}
	for code, name := range g.names {
		if generic[name] || strings.Contains(name, "直辖") {
			continue
		}
		d.Regions = append(d.Regions, desk.Region{Code: code, Name: name})
	}
	slices.SortFunc(d.Regions, func(a, b desk.Region) int { return cmp.Compare(a.Code, b.Code) })
	for _, c := range departmentSet().words {
		for _, name := range c.tags {
			if name != "" && name != "其他" {
				d.Departments = append(d.Departments, name)
			}
		}
	}
	return d, nil
}
