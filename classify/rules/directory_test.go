package rules

import (
	"slices"
	"testing"

	"huiying/desk"
)

func TestDirectory(t *testing.T) {
	t.Parallel()
	d, err := Directory()
	if err != nil {
		t.Fatal(err)
	}
	if len(d.Regions) < 40_000 || !slices.IsSortedFunc(d.Regions, func(a, b desk.Region) int {
		if a.Code < b.Code {
			return -1
		}
		return 1
	}) {
		t.Errorf("%d divisions, or out of order", len(d.Regions))
	}
	for code, want := range map[string]string{"5306": "昭通市", "530602": "昭阳区", "11": "北京市"} {
		if r, ok := d.Region(code); !ok || r.Name != want {
			t.Errorf("%s is %q, want %s", code, r.Name, want)
		}
	}
	if r, ok := d.Region("990000"); ok {
		t.Errorf("990000 is %q", r.Name)
	}
	for _, want := range []string{"住建局", "水务公司", "卫健委"} {
		if !slices.Contains(d.Departments, want) {
			t.Errorf("no %s among %v", want, d.Departments)
		}
	}
}
