package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"huiying/desk"
	"huiying/desk/drill"
)

// scenariosFlag names the office's own scenarios.
type scenariosFlag struct {
	Dir string `name:"scenarios" env:"HUIYING_SCENARIOS" type:"path" help:"Folder of the office's own drill scenarios (*.yaml; see docs/scenarios.md), beside the shipped ones."`
}

// read gives the shipped scenarios and the office's own, which may take a shipped
// one's place. A file that is not right stops the program: a drill is planned, and
// its day is too late to find out.
func (f scenariosFlag) read() (drill.Library, error) {
	library, err := drill.Shipped()
	if err != nil || f.Dir == "" {
		return library, err
	}
	files, err := filepath.Glob(filepath.Join(f.Dir, "*"+drill.Ending))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("--scenarios %s: no *%s in it", f.Dir, drill.Ending)
	}
	for _, path := range files {
		s, err := readScenario(path)
		if err != nil {
			return nil, err
		}
		library[strings.TrimSuffix(filepath.Base(path), drill.Ending)] = s
	}
	return library, nil
}

func readScenario(path string) (drill.Scenario, error) {
	info, err := os.Stat(path)
	if err != nil {
		return drill.Scenario{}, err
	}
	if info.Size() > drill.MaxBytes {
		return drill.Scenario{}, fmt.Errorf("%s: larger than %d bytes", path, drill.MaxBytes)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return drill.Scenario{}, err
	}
	s, err := drill.Parse(b)
	if err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// scenariosOf is what people choose from, in the order of keys.
func scenariosOf(library drill.Library) (list []desk.Scenario) {
	for _, key := range slices.Sorted(maps.Keys(library)) {
		list = append(list, library[key].For(key))
	}
	return list
}
