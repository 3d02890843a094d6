package desk

// Directory is what pickers offer: the names that the office works with.
type Directory struct {
	Regions     []Region // administrative divisions in order of their codes, a division before what lies in it
	Departments []string // in the order of the classifier's table
}

// Region gives the division with that code.
func (d Directory) Region(code string) (Region, bool) {
	lo, hi := 0, len(d.Regions)
	for lo < hi {
		mid := (lo + hi) / 2
		if d.Regions[mid].Code < code {
			lo = mid + 1
		} else {
			hi = mid
		}
	}
	if lo < len(d.Regions) && d.Regions[lo].Code == code {
		return d.Regions[lo], true
	}
	return Region{}, false
}
