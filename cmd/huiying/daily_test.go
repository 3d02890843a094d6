package main

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

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
