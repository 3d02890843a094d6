package drill

import (
	"embed"
	"path"
	"strings"
	"time"

	"huiying/desk"
)

// Our own scenarios: invented cities, invented people, in our own words.
//
//go:embed scenarios/*.yaml
var shipped embed.FS

// Ending is that of scenarios' files; the key of a scenario is its file's name without it.
const Ending = ".yaml"

// Library is the scenarios that can be played, by key.
type Library map[string]Scenario

// Shipped gives our own scenarios.
func Shipped() (Library, error) {
	files, err := shipped.ReadDir("scenarios")
	if err != nil {
		return nil, err
	}
	l := Library{}
	for _, f := range files {
		b, err := shipped.ReadFile(path.Join("scenarios", f.Name()))
		if err != nil {
			return nil, err
		}
		s, err := Parse(b)
		if err != nil {
			return nil, err
		}
		l[strings.TrimSuffix(f.Name(), Ending)] = s
	}
	return l, nil
}

// For gives what people choose from about a scenario.
func (s Scenario) For(key string) desk.Scenario {
	cast := make([]desk.Member, len(s.People))
	for i, m := range s.People {
		cast[i] = desk.Member{Login: m.Login, Name: m.Name, Role: desk.Role(m.Role), Department: m.Department}
	}
	return desk.Scenario{Key: key, Cast: cast, Title: s.Title, TitleEN: s.TitleEN, About: trim(s.About), AboutEN: trim(s.AboutEN), Starts: time.Duration(s.Starts),
		Length: time.Duration(s.Length), Items: len(s.Incoming)}
}
