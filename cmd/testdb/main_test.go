package main

import (
	"testing"

	"huiying/desk/pg/pgtest"
)

func TestRunPassesTheAddressAndTheExitCode(t *testing.T) {
	t.Setenv(pgtest.AdminEnv, "") // a cluster of its own, as `make test` starts it
	for script, want := range map[string]int{
		"":                                   2,
		"exit 0":                             0,
		"exit 3":                             3,
		"kill -9 $$":                         1,
		`test -n "$` + pgtest.AdminEnv + `"`: 0,
	} {
		t.Setenv(pgtest.AdminEnv, "")
		var arguments []string
		if script != "" {
			arguments = []string{"/bin/sh", "-c", script}
		}
		if got, err := run(t.Context(), arguments); got != want || (err != nil) != (want == 1 || want == 2) {
			t.Errorf("%q: %d, %v; want %d", script, got, err, want)
		}
	}
	t.Setenv(pgtest.AdminEnv, "postgres://given")
	if got, err := run(t.Context(), []string{"/bin/sh", "-c", `test "$` + pgtest.AdminEnv + `" = postgres://given`}); got != 0 || err != nil {
		t.Errorf("a given address isn't kept: %d, %v", got, err)
	}
}
