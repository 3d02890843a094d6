package desk

import "testing"

func TestDefault(t *testing.T) {
	p, err := DefaultPolicy()
	if err != nil {
		t.Fatal(err)
	}
	t.Log(len(p.Rules), p.Office, p.Levels)
}
