package jieba

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"huiying/desk/desktest/corpus"
	"pgregory.net/rapid"
)

func open(t testing.TB, words ...string) *Segmenter {
	t.Helper()
	s, err := Open(words...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCutJoinsToTheText(t *testing.T) {
	t.Parallel()
	s := open(t)
	text := "云泽市环城路积水严重，居民出行困难。"
	words := s.Cut(text)
	if strings.Join(words, "") != text {
		t.Errorf("words %q don't join to the text", words)
	}
	if !slices.Contains(words, "居民") || len(words) > 13 {
		t.Errorf("poor words: %q", words)
	}
}

func TestCutJoinsForAnyText(t *testing.T) {
	t.Parallel()
	s := open(t)
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.OneOf(rapid.String(), rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) })).Draw(t, "text")
		if got := strings.Join(s.Cut(text), ""); got != clean(text) {
			t.Fatalf("joined %q, want %q", got, clean(text))
		}
	})
}

func TestCutAfterNUL(t *testing.T) {
	t.Parallel()
	if got := strings.Join(open(t).Cut("积水\x00严重"), "|"); !strings.Contains(got, "严重") {
		t.Errorf("what follows a NUL is lost: %q", got)
	}
}

func TestCutLongLine(t *testing.T) {
	t.Parallel()
	line := strings.Repeat("云泽市环城路积水严重", 12<<20/30)
	total := 0
	for _, w := range open(t).Cut(line) {
		total += len(w)
	}
	if total != len(line) {
		t.Errorf("%d of %d bytes came back", total, len(line))
	}
}

func TestAddTeachesWords(t *testing.T) {
	t.Parallel()
	s := open(t, "栖霞浦汀")
	if words := s.Cut("位于栖霞浦汀附近"); !slices.Contains(words, "栖霞浦汀") {
		t.Errorf("the added word isn't cut: %q", words)
	}
	for _, bad := range []string{"", "水", "两 字", "坏\x00词", "\xff\xfe"} {
		if err := s.Add(bad); err == nil {
			t.Errorf("Add(%q) was taken", bad)
		}
	}
}

func TestCutWhileWordsAreAdded(t *testing.T) {
	t.Parallel()
	s := open(t)
	var wg sync.WaitGroup
	for i := range 4 {
		wg.Add(2)
		go func() {
			defer wg.Done()
			for range 200 {
				s.Cut("环城路的路灯坏了三天没人修")
			}
		}()
		go func() {
			defer wg.Done()
			if err := s.Add("新词" + strings.Repeat("云", i+1)); err != nil {
				t.Error(err)
			}
		}()
	}
	wg.Wait()
}

func TestDictionariesDontStay(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := load(); err != nil {
		t.Fatal(err)
	}
	left, err := filepath.Glob(filepath.Join(os.TempDir(), "huiying-dict-*"))
	if err != nil || len(left) > 0 {
		t.Errorf("left behind: %v %v", left, err)
	}
}

func FuzzBoundary(f *testing.F) {
	f.Add("云泽市。", 12000)
	f.Add("\xe4", 40000)
	for _, x := range corpus.Texts(f, 10) {
		f.Add(x.Body, 100)
	}
	f.Fuzz(func(t *testing.T, text string, times int) {
		if text == "" || times < 0 || times > 1<<16 || len(text)*times > 1<<20 {
			return
		}
		long := clean(strings.Repeat(text, times))
		for len(long) > 0 {
			n := boundary(long)
			if n <= 0 || n > len(long) || clean(long[:n]) != long[:n] {
				t.Fatalf("parted at %d inside a rune", n)
			}
			long = long[n:]
		}
	})
}
