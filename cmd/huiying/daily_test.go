package main

import (
	"bytes"
	"errors"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"huiying/desk"
	"huiying/desk/pg/pgtest"
)

// TestDaily: a vendor's table is shown, brought in without what was left out, and harmless again.
func TestDaily(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "日报.csv")
	if err := os.WriteFile(file, []byte("序号,标题,平台,链接,阅读量\n1,清水路积水,微博,https://weibo.example/1,1.2万\n2,不要的,微博,,\n3,桥面开裂,抖音,,7\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(c dailyCmd) string {
		t.Helper()
		var out bytes.Buffer
		c.File = file
		if err := c.Run(t.Context(), streams{out: &out}, slog.New(slog.DiscardHandler)); err != nil {
			t.Fatal(err)
		}
		return out.String()
	}
	if got := run(dailyCmd{DryRun: true}); strings.Count(got, "\n") != 3 || !strings.Contains(got, "1\t微博\t清水路积水\t\t\thttps://weibo.example/1\t12000") {
		t.Errorf("%s", got)
	}
	c := dailyCmd{Skip: []int{2}}
	c.DatabaseURL = pgtest.New(t)
	if got := run(c); strings.Count(got, "created") != 2 || strings.Contains(got, "不要的") {
		t.Errorf("%s", got)
	}
	if got := run(c); strings.Count(got, "duplicate") != 2 {
		t.Errorf("%s", got)
	}
}

// TestDailyReader: a file is taken for what its name says, and one that isn't that is refused at its field.
func TestDailyReader(t *testing.T) {
	t.Parallel()
	captured := time.Date(2026, 11, 20, 9, 0, 0, 0, time.UTC)
	list, err := dailyReader{}.ReadDaily("日报.CSV", []byte("标题,平台\n清水路积水,微博\n"), captured, time.UTC)
	if err != nil || len(list) != 1 || list[0].Title != "清水路积水" || !list[0].Captured.Equal(captured) {
		t.Errorf("%+v, %v", list, err)
	}
	for _, name := range []string{"日报.docx", "日报.doc", "日报.pdf", "日报", "日报.xlsx"} {
		list, err := dailyReader{}.ReadDaily(name, []byte("%PDF-1.7"), captured, time.UTC)
		var e *desk.Error
		if !errors.As(err, &e) || e.Code != desk.CodeInvalid || e.Field != "file" || len(list) > 0 {
			t.Errorf("%s: %d entries, %v", name, len(list), err)
		}
	}
}
