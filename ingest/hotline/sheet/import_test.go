package sheet

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"huiying/desk"
	"huiying/ingest"
	"huiying/ingest/hotline"
	"huiying/ingest/ingesttest"
)

var kind = ingest.Kind{Name: desk.KindHotline, Channel: desk.ChannelHotline, Parser: hotline.Parser{}}

func openDesk(t testing.TB) *ingesttest.Door {
	t.Helper()
	d := ingesttest.Open(t, kind, desk.Source{})
	d.Sheets = Reader{}
	return d
}

// list is a CSV of n rows; each 100th has nothing in it that could be an item.
func list(n int) []byte {
	var b bytes.Buffer
	b.WriteString("工单编号,标题,内容,来电时间,联系电话\n")
	for i := range n {
		title, body := fmt.Sprintf("云泽街 %d 号路灯不亮", i), "整段都不亮"
		if i%100 == 99 {
			title, body = "", ""
		}
		fmt.Fprintf(&b, "N%06d,%s,%s,2026-03-05 %02d:%02d,1390000%04d\n", i, title, body, i/60%24, i%60, i%10000)
	}
	return b.Bytes()
}

func begin(t testing.TB, d *ingesttest.Door, file []byte) desk.Import {
	t.Helper()
	who := d.As(desk.RoleSysadmin)
	m, err := d.NewImport(t.Context(), who, d.Source.ID, "导出.csv", file)
	if err == nil {
		m, err = d.StartImport(t.Context(), who, m.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// finish runs the loop until there is nothing to do.
func finish(t testing.TB, d *ingesttest.Door, id int64) desk.Import {
	t.Helper()
	for range 200 {
		more, err := d.RunImports(t.Context(), d.Clock.Move(2*time.Minute))
		if err != nil {
			t.Fatal(err)
		}
		if !more {
			break
		}
	}
	m, err := d.Import(t.Context(), d.As(desk.RoleSysadmin), id)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func fates(t testing.TB, d *ingesttest.Door, id int64) (list []desk.ImportRow) {
	t.Helper()
	if err := d.ImportResults(t.Context(), d.As(desk.RoleSysadmin), id, func(r desk.ImportRow) error { list = append(list, r); return nil }); err != nil {
		t.Fatal(err)
	}
	return list
}

func TestImportFromUploadToResult(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	who := d.As(desk.RoleSysadmin)
	m, err := d.NewImport(t.Context(), who, d.Source.ID, "导出.csv", list(1200))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.NewImport(t.Context(), d.As(desk.RoleDuty), d.Source.ID, "导出.csv", list(2)); desk.CodeOf(err) != desk.CodeForbidden {
		t.Errorf("a duty officer: %v", err)
	}
	if _, look, err := d.ImportLook(t.Context(), who, m.ID); err != nil || look.First[0][4] == "13900000000" {
		t.Errorf("the look shows a number: %v %v", look.First, err)
	}
	_, check, err := d.CheckImport(t.Context(), who, m.ID)
	if err != nil || check.Rows != 1200 || check.Good != 1188 || check.Bad != 12 || check.Known != 0 || check.Faults[0].Row != 101 || check.Faults[0].Field != "body" {
		t.Errorf("dry run %+v %v", check, err)
	}
	if n := len(d.Items()); n != 0 {
		t.Fatalf("a dry run brought %d items in", n)
	}
	if _, err := d.StartImport(t.Context(), who, m.ID); err != nil {
		t.Fatal(err)
	}
	done := finish(t, d, m.ID)
	if done.State != desk.ImportDone || done.Created != 1188 || done.Quarantined != 12 || done.Total != 1200 || done.LastRow != 1201 {
		t.Errorf("%+v", done)
	}
	rows := fates(t, d, m.ID)
	if len(rows) != 1200 || rows[0].Row != 2 || rows[0].Status != desk.StatusCreated || rows[99].Status != desk.StatusQuarantined || rows[99].Reason == "" {
		t.Errorf("%d rows, %+v %+v", len(rows), rows[0], rows[99])
	}
	if it := d.Items()["N000061"]; it.OccurredAt == nil || it.OccurredAt.UTC().Format(time.RFC3339) != "2026-03-04T17:01:00Z" {
		t.Errorf("%+v", it)
	}
	// The same file again is harmless.
	again := finish(t, d, begin(t, d, list(1200)).ID)
	if again.Duplicate != 1188 || again.Created != 0 || len(d.Items()) != 1188 {
		t.Errorf("again: %+v", again)
	}
	if _, check, err := d.CheckImport(t.Context(), who, again.ID); err != nil || check.Known != 1188 {
		t.Errorf("%+v %v", check, err)
	}
}

// dying lets the n-th transaction fail, as when the node is killed or its database goes.
type dying struct {
	desk.Store
	mu   sync.Mutex
	left int
}

var errDead = errors.New("the node is dead")

func (s *dying) InTx(ctx context.Context, fn func(desk.Tx) error) error {
	s.mu.Lock()
	s.left--
	dead := s.left < 0
	s.mu.Unlock()
	if dead {
		return errDead
	}
	return s.Store.InTx(ctx, fn)
}

// A node dies at each step of an import; another takes it up, and every row has its
// fate once.
func TestImportSurvivesItsNode(t *testing.T) {
	t.Parallel()
	for step := 1; step < 12; step += 2 {
		d := openDesk(t)
		m := begin(t, d, list(1700))
		alive := d.Desk.Store
		d.Desk.Store = &dying{Store: alive, left: step}
		_, err := d.RunImports(t.Context(), d.Clock.Now())
		d.Desk.Store = alive
		t.Logf("died after %d transactions: %v", step, err)
		// Before the lease is over nobody takes it up.
		if more, err := d.RunImports(t.Context(), d.Clock.Now()); more || err != nil {
			t.Errorf("step %d: taken up at once: %v", step, err)
		}
		done := finish(t, d, m.ID)
		if done.State != desk.ImportDone || done.Brought() != 1700 || len(fates(t, d, m.ID)) != 1700 || len(d.Items()) != 1683 {
			t.Errorf("step %d: %+v", step, done)
		}
	}
}

// Many nodes look for work at once: one import, one node, and nothing twice.
func TestImportOnManyNodes(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	ids := []int64{begin(t, d, list(900)).ID, begin(t, d, list(700)).ID}
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			for range 10 {
				if _, err := d.RunImports(t.Context(), d.Clock.Now()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	created := 0
	for i, want := range []int{900, 700} {
		m := finish(t, d, ids[i])
		if created += m.Created; m.State != desk.ImportDone || m.Brought() != want {
			t.Errorf("%+v", m)
		}
	}
	if n := len(d.Items()); n != 891 || created != 891 {
		t.Errorf("%d items, %d counted as created", n, created)
	}
}

func TestImportIsStoppedAndGoneOnWith(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	who := d.As(desk.RoleSysadmin)
	m := begin(t, d, list(600))
	if stopped, err := d.DropImport(t.Context(), who, m.ID); err != nil || stopped.State != desk.ImportFailed {
		t.Fatal(stopped, err)
	}
	if more, err := d.RunImports(t.Context(), d.Clock.Now()); more || err != nil {
		t.Errorf("a stopped one runs: %v", err)
	}
	if _, err := d.MapImport(t.Context(), who, m.ID, m.Mapping); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("mapped after it began: %v", err)
	}
	if _, err := d.StartImport(t.Context(), who, m.ID); err != nil {
		t.Fatal(err)
	}
	if done := finish(t, d, m.ID); done.Created != 594 {
		t.Errorf("%+v", done)
	}
}

// A file that breaks off in the middle brings in what stands before, and says where it stopped.
func TestImportOfABrokenFile(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	m := finish(t, d, begin(t, d, append(list(700), []byte("X1,\"没有结束,内容\nX2,标题,内容\n")...)).ID)
	if m.State != desk.ImportFailed || m.Failure == "" || m.LastRow < 501 || m.Brought() < 500 {
		t.Errorf("%+v", m)
	}
}

func TestMappingIsChecked(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	who := d.As(desk.RoleSysadmin)
	m, err := d.NewImport(t.Context(), who, d.Source.ID, "a.csv", []byte("甲,乙\n一,二\n"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.StartImport(t.Context(), who, m.ID); desk.CodeOf(err) != desk.CodeInvalid {
		t.Errorf("begun without a title: %v", err)
	}
	for _, fields := range [][]string{{"", ""}, {"place", ""}, {"title", "title"}, {"title", "nonsense"}} {
		to := m.Mapping
		to.Fields = fields
		if _, err := d.MapImport(t.Context(), who, m.ID, to); desk.CodeOf(err) != desk.CodeInvalid {
			t.Errorf("%q: %v", fields, err)
		}
	}
	to := m.Mapping
	to.Header = 0
	if m, err = d.MapImport(t.Context(), who, m.ID, to); err != nil {
		t.Fatal(err)
	}
	to = m.Mapping
	to.Fields = []string{"title", "body"}
	if m, err = d.MapImport(t.Context(), who, m.ID, to); err != nil || m.Mapping.Header != 0 {
		t.Fatal(m, err)
	}
	if _, err := d.StartImport(t.Context(), who, m.ID); err != nil {
		t.Fatal(err)
	}
	if done := finish(t, d, m.ID); done.Created != 2 {
		t.Errorf("%+v", done)
	}
}

// TestManyRowsInLittleMemory: a workbook of many rows streams; how many doesn't matter.
func TestManyRowsInLittleMemory(t *testing.T) {
	n := 20_000
	file := book(t, func(f *excelize.File) {
		w, err := f.NewStreamWriter("Sheet1")
		if err != nil {
			t.Fatal(err)
		}
		for i := range n + 1 {
			row := []any{fmt.Sprintf("N%06d", i), fmt.Sprintf("云泽街 %d 号路灯不亮", i), "整段都不亮，请派人来看看", 46086.5 + float64(i)/1e4}
			if i == 0 {
				row = []any{"工单编号", "标题", "内容", "来电时间"}
			}
			if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
				t.Fatal(err)
			}
		}
		if err := w.Flush(); err != nil {
			t.Fatal(err)
		}
	})
	d := openDesk(t)
	id := begin(t, d, file).ID
	runtime.GC()
	top, stop := peak()
	began := time.Now()
	m := finish(t, d, id)
	stop()
	t.Logf("%d rows of a workbook of %d KiB in %v, +%d MiB", n, len(file)>>10, time.Since(began).Round(time.Millisecond), top()>>20)
	if m.Created != n {
		t.Errorf("%+v", m)
	}
	if top()>>20 > 64 {
		t.Errorf("+%d MiB", top()>>20)
	}
}
