package pg

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"huiying/desk"
)

func TestChooseBinaries(t *testing.T) {
	t.Parallel()
	found := []binaries{{"/14", 14, "14.1"}, {"/17", 17, "17.2"}, {"/15", 15, "15.20"}}
	for name, c := range map[string]struct {
		found []binaries
		major int
		want  string // folder; "": refused
	}{
		"the newest":                {found, 0, "/17"},
		"the cluster's":             {found, 15, "/15"},
		"the cluster's, though old": {found, 14, "/14"},
		"the cluster's is missing":  {found, 16, ""},
		"only an old one":           {found[:1], 0, ""},
		"none":                      {nil, 0, ""},
	} {
		got, err := chooseBinaries(found[:0:0], c.major)
		if len(c.found) > 0 {
			got, err = chooseBinaries(append([]binaries(nil), c.found...), c.major)
		}
		if got.dir != c.want || (c.want == "") != (desk.CodeOf(err) == desk.CodeUnavailable) {
			t.Errorf("%s: %q, %v", name, got.dir, err)
		}
	}
}

func TestInstallations(t *testing.T) {
	t.Parallel()
	make := func(name, version string) string {
		dir := filepath.Join(t.TempDir(), name)
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
		for _, program := range []string{"postgres", "initdb"} {
			if err := os.WriteFile(filepath.Join(dir, program), []byte("#!/bin/sh\necho '"+version+"'\n"), 0o755); err != nil {
				t.Fatal(err)
			}
		}
		return dir
	}
	whole := make("whole", "postgres (PostgreSQL) 16.4 (Debian 16.4-1)")
	beta := make("beta", "postgres (PostgreSQL) 19beta1")
	odd := make("odd", "something else")
	clients := make("clients", "postgres (PostgreSQL) 17.1")
	if err := os.Remove(filepath.Join(clients, "initdb")); err != nil {
		t.Fatal(err)
	}
	found := installations(t.Context(), []string{whole, odd, clients, "", "/nowhere", beta, whole + "/"})
	if len(found) != 2 || found[0].major != 16 || found[0].version != "16.4" || found[1].major != 19 {
		t.Errorf("found %+v", found)
	}
}

func TestServerLog(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := &serverLog{ctx: context.Background(), log: slog.New(slog.NewTextHandler(&out, nil))}
	for _, piece := range []string{"LOG:  quiet\nWARN", "ING:  loud\nPANIC:  la", "st\n", "no severity\n", strings.Repeat("x", 70<<10)} {
		if n, err := log.Write([]byte(piece)); n != len(piece) || err != nil {
			t.Fatal(n, err)
		}
	}
	text := out.String()
	if strings.Contains(text, "quiet") || !strings.Contains(text, "level=WARN msg=\"postgres: loud\"") || !strings.Contains(text, "level=ERROR msg=\"postgres: last\"") {
		t.Errorf("logged:\n%s", text)
	}
	if !strings.Contains(log.last(), "PANIC:  last; no severity; xxx") || len(log.rest) != 0 {
		t.Errorf("kept %.80q", log.last())
	}
	var none *serverLog
	if none.last() != "" {
		t.Error("a server never started has said something")
	}
}

func TestSettingsFollowTheMachine(t *testing.T) {
	t.Parallel()
	for memory, want := range map[int]string{512: "128MB", 8192: "1024MB", 1 << 20: "4096MB"} {
		if text := settings(PrivateOptions{}, memory); !strings.Contains(text, "shared_buffers = '"+want+"'\n") || strings.Contains(text, "fsync") {
			t.Errorf("%d MiB:\n%s", memory, text)
		}
	}
	if !strings.Contains(settings(PrivateOptions{Throwaway: true}, 512), "fsync = 'off'") {
		t.Error("a throw-away cluster syncs")
	}
	if memory() < 64 {
		t.Errorf("memory %d MiB", memory())
	}
}

func TestEnvironmentDoesNotReachTheServer(t *testing.T) {
	t.Setenv("PGOPTIONS", "-c nonsense=1")
	t.Setenv("PGSERVICE", "nowhere")
	t.Setenv("LC_ALL", "xx_XX")
	p := startTest(t, PrivateOptions{Dir: openDir(t), Throwaway: true})
	ask[int](t, p.URL(), "SELECT 1")
	if os.Getenv("PGSERVICE") != "" {
		t.Error("PG* variables stay")
	}
}
