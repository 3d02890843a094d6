package sheet

import (
	"bytes"
	"testing"
	"time"

	"huiying/desk"
)

// The bytes of an upload go when the policy's time is up; what became of each row, its
// size and its digest stay. What runs, or is young, keeps them.
func TestUploadedBytesGo(t *testing.T) {
	t.Parallel()
	d := openDesk(t)
	who := d.As(desk.RoleSysadmin)
	file := list(20)
	old := finish(t, d, begin(t, d, file).ID)
	left, err := d.NewImport(t.Context(), who, d.Source.ID, "放着.csv", file)
	if err != nil {
		t.Fatal(err)
	}
	sweep := func() {
		t.Helper()
		if _, err := d.RunImports(t.Context(), d.Clock.Now()); err != nil {
			t.Fatal(err)
		}
	}
	kept := func(id int64) (m desk.Import) {
		t.Helper()
		err := d.Store.View(t.Context(), func(tx desk.Tx) (err error) {
			m, err = tx.ImportByID(t.Context(), id, false, true)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	days := d.Policy.Imports.KeepDays
	if days < 1 {
		t.Fatalf("the policy keeps uploads for %d days", days)
	}
	d.Clock.Move(time.Duration(days)*24*time.Hour - time.Hour)
	sweep()
	if m := kept(old.ID); !bytes.Equal(m.File, file) || m.Gone {
		t.Errorf("gone before its time: %d bytes", len(m.File))
	}
	young, err := d.NewImport(t.Context(), who, d.Source.ID, "新的.csv", file)
	if err != nil {
		t.Fatal(err)
	}
	d.Clock.Move(2 * time.Hour)
	sweep()
	for id, gone := range map[int64]bool{old.ID: true, left.ID: true, young.ID: false} {
		m := kept(id)
		if (m.File == nil) != gone || m.Gone != gone || m.Size != len(file) || len(m.Digest) != 32 {
			t.Errorf("%s: %d bytes of %d, gone %v", m.FileName, len(m.File), m.Size, m.Gone)
		}
	}
	rows := 0
	if err := d.ImportResults(t.Context(), who, old.ID, func(desk.ImportRow) error { rows++; return nil }); err != nil || rows != 20 {
		t.Errorf("%d rows: %v", rows, err)
	}
	if _, err := d.StartImport(t.Context(), who, left.ID); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("begun without its file: %v", err)
	}
	if _, _, err := d.CheckImport(t.Context(), who, left.ID); desk.CodeOf(err) != desk.CodeConflict {
		t.Errorf("checked without its file: %v", err)
	}
	if m, look, err := d.ImportLook(t.Context(), who, left.ID); err != nil || !m.Gone || len(look.First) != 0 {
		t.Errorf("%+v %v", look, err)
	}
	if _, err := d.StartImport(t.Context(), who, young.ID); err != nil {
		t.Error(err)
	}
}
