package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// TestRow1KilledMidLoad is row 1 of the promises: while items stream in, the
// program, its database, or both are killed with SIGKILL, again and again. What a
// sender was told is stored, at each restart and at the end; nothing is there
// twice; nothing is left half-way. In full it is 100,000 items and forty kills.
func TestRow1KilledMidLoad(t *testing.T) {
	t.Parallel()
	total, kills := 2000, 3
	if endure() {
		total, kills = 100_000, 40
	}
	p := newProgram(t)
	p.start()
	l := newLoad(p, caller{p, p.must("", "source", "add", "hotline", "--name", "热线")}, total)
	ctx, stop := context.WithCancel(t.Context())
	defer l.ended.Wait()
	defer stop()
	l.start(ctx, 4)
	began := time.Now()
	hits := map[string]int{}
	for k := range kills {
		// Wherever it stands when so much has been acknowledged.
		p.awaitFor(10*time.Minute, "the load to go on", func() bool { return l.count() >= total*(k+1)/(kills+2) })
		what := []string{"database", "program", "both"}[k%3]
		hits[what]++
		if what != "program" {
			p.killDatabase()
		}
		if what != "database" {
			p.stop(syscall.SIGKILL)
			p.start()
			l.url.Store(p.url)
		}
		p.awaitReady()
		l.holds(t, p.databaseURL(), fmt.Sprintf("after kill %d, of the %s", k+1, what))
	}
	p.awaitFor(10*time.Minute, "all to be acknowledged", func() bool { return l.count() == total })
	l.ended.Wait()
	took := time.Since(began)
	url := p.databaseURL()
	// Office time moves on, so that the sweep takes up at once what was left between the commits.
	p.move(5 * time.Minute)
	p.await("the sweep to finish what was left", func() bool { return number(t, url, "SELECT count(*) FROM huiying.raw WHERE NOT done") == 0 })
	l.holds(t, url, "at the end")
	if n := number(t, url, "SELECT count(*) FROM huiying.item"); n != total {
		t.Errorf("%d items of %d", n, total)
	}
	for what, sql := range map[string]string{
		"items in a second version": "SELECT count(*) FROM huiying.item WHERE version <> 1",
		"in quarantine":             "SELECT count(*) FROM huiying.quarantine",
		"items without a topic":     "SELECT count(*) FROM huiying.item WHERE topic_id IS NULL AND verdict IS NOT NULL",
	} {
		if n := number(t, url, sql); n != 0 {
			t.Errorf("%d %s", n, what)
		}
	}
	for _, id := range unrecorded(t, url) {
		t.Errorf("the record doesn't have item %s exactly once", id)
	}
	if l.refused[500] > 0 {
		t.Errorf("answers: %v", l.refused)
	}
	t.Logf("figure: %d items, %d acknowledgements, under %d kill -9 (%d of the database, %d of the program, %d of both) in %v: 0 lost, 0 twice, 0 left half-way",
		total, l.heard, kills, hits["database"], hits["program"], hits["both"], took.Round(time.Second))
}

// unrecorded are items whose coming in isn't on the record exactly once.
func unrecorded(t *testing.T, url string) (ids []string) {
	t.Helper()
	db, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	list := func(sql string) []string {
		rows, err := db.Query(t.Context(), sql)
		if err != nil {
			t.Fatal(err)
		}
		all, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(err)
		}
		return all
	}
	told := map[string]int{}
	for _, id := range list(`SELECT subject_id FROM huiying.event WHERE type = 'item.created' AND subject_kind = 'item'
		UNION ALL SELECT line->>'id' FROM huiying.event e, json_array_elements(e.data->'items') line WHERE e.type = 'item.created' AND e.subject_kind = 'batch' AND line->>'status' = 'created'`) {
		told[id]++
	}
	for _, id := range list("SELECT id::text FROM huiying.item") {
		if told[id] != 1 && len(ids) < 20 {
			ids = append(ids, id)
		}
	}
	return ids
}

// killDatabase kills every process of the private cluster with SIGKILL.
func (p *program) killDatabase() {
	p.t.Helper()
	killed := 0
	for _, pid := range p.databaseProcesses() {
		if err := syscall.Kill(pid, syscall.SIGKILL); err == nil {
			killed++
		}
	}
	if killed == 0 {
		p.t.Fatal("no process of the database was found")
	}
}

// databaseProcesses are those that stand in this test's cluster.
func (p *program) databaseProcesses() (list []int) {
	p.t.Helper()
	entries, err := os.ReadDir("/proc")
	if err != nil {
		p.t.Fatal(err)
	}
	for _, e := range entries {
		var pid int
		if _, err := fmt.Sscan(e.Name(), &pid); err != nil {
			continue
		}
		// Others' processes can't be looked at, and some end meanwhile.
		at, err := os.Readlink(filepath.Join("/proc", e.Name(), "cwd"))
		if err != nil || !strings.HasPrefix(at, p.data+"/") {
			continue
		}
		if name, err := os.ReadFile(filepath.Join("/proc", e.Name(), "comm")); err == nil && strings.HasPrefix(string(name), "postgres") {
			list = append(list, pid)
		}
	}
	return list
}
