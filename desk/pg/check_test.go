package pg

import (
	"log/slog"
	"strings"
	"testing"

	"huiying/desk"
)

func TestJudge(t *testing.T) {
	t.Parallel()
	good := findings{
		Version: 150020, VersionText: "15.20", Encoding: "UTF8", Locale: "C.UTF-8", KnowsHan: true,
		MayCreate: true, Database: "office", User: "desk", Fsync: "on",
	}
	for name, c := range map[string]struct {
		change func(*findings)
		want   string // in the message; "": accepted
	}{
		"good":            {func(f *findings) {}, ""},
		"newest":          {func(f *findings) { f.Version = 180001 }, ""},
		"schema is there": {func(f *findings) { f.SchemaExists = true }, ""},
		"no sync":         {func(f *findings) { f.Fsync = "off" }, ""}, // logged only
		"old":             {func(f *findings) { f.Version, f.VersionText = 140012, "14.12" }, "PostgreSQL 14.12"},
		"old and more":    {func(f *findings) { f.Version, f.Encoding = 140012, "LATIN1" }, "需要 15"},
		"encoding":        {func(f *findings) { f.Encoding = "EUC_CN" }, "EUC_CN"},
		"locale":          {func(f *findings) { f.KnowsHan, f.Locale = false, "C" }, "区域设置是 C"},
		"standby":         {func(f *findings) { f.ReadOnly = true }, "只读"},
		"no right":        {func(f *findings) { f.MayCreate = false }, "GRANT CREATE ON DATABASE office TO desk"},
		"no right inside": {func(f *findings) { f.MayCreate, f.SchemaExists = false, true }, "GRANT USAGE, CREATE ON SCHEMA huiying TO desk"},
	} {
		f := good
		c.change(&f)
		err := f.judge(DefaultSchema)
		if c.want == "" && err != nil || c.want != "" && (desk.CodeOf(err) != desk.CodeInvalid || !strings.Contains(err.Error(), c.want)) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

func TestCheckOnRealDatabases(t *testing.T) {
	t.Parallel()
	p := startTest(t, PrivateOptions{Dir: openDir(t), Throwaway: true})
	for _, statement := range []string{
		"CREATE DATABASE bytes ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0",
		"CREATE DATABASE plain ENCODING 'UTF8' LOCALE 'C' TEMPLATE template0",
		"CREATE ROLE guest",
		"CREATE SCHEMA locked",
	} {
		run(t, p.URL(), statement)
	}
	for name, c := range map[string]struct {
		url, schema, want string
		code              desk.Code
	}{
		"ours":            {url: p.URL()},
		"not an address":  {url: "postgres://a b c", want: "写法不对", code: desk.CodeInvalid},
		"no encoding":     {url: p.place.url("bytes"), want: "SQL_ASCII", code: desk.CodeInvalid},
		"no locale":       {url: p.place.url("plain"), want: "区域设置是 C", code: desk.CodeInvalid},
		"missing":         {url: p.place.url("missing"), want: "不存在", code: desk.CodeInvalid},
		"wrong user":      {url: strings.Replace(p.URL(), "huiying@", "guest@", 1), want: "不接受用户 guest", code: desk.CodeInvalid},
		"read only":       {url: p.URL() + "&default_transaction_read_only=on", want: "只读", code: desk.CodeInvalid},
		"no right":        {url: p.URL() + "&role=guest", want: "建立模式", code: desk.CodeInvalid},
		"no right inside": {url: p.URL() + "&role=guest", schema: "locked", want: "建表", code: desk.CodeInvalid},
		"nobody there":    {url: "postgres://u@127.0.0.1:1/d", want: "连不上数据库 127.0.0.1:1", code: desk.CodeUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			if c.schema == "" {
				c.schema = DefaultSchema
			}
			err := Check(t.Context(), c.url, c.schema, slog.New(slog.DiscardHandler))
			if desk.CodeOf(err) != c.code || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q (%s)", err, c.want, c.code)
			}
		})
	}
}

func TestSecretsStayOutOfMessages(t *testing.T) {
	t.Parallel()
	for _, url := range []string{"postgres://u:geheim@127.0.0.1:1/d", "postgres://u:geheim@ x/d"} {
		err := Check(t.Context(), url, DefaultSchema, slog.New(slog.DiscardHandler))
		if err == nil || strings.Contains(err.Error(), "geheim") {
			t.Errorf("%v", err)
		}
	}
}
