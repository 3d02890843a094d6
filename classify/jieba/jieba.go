// Package jieba is the engine's segmenter: cppjieba through gojieba. It is the
// only package of the project that needs a C++ compiler.
package jieba

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"github.com/yanyiwu/gojieba"
)

// The dictionary and the HMM are gojieba v1.4.7's own (MIT, dict/LICENSE). The
// library insists on three more files: keyword weights and stop words, which
// cutting never reads, so one line each saves 6 MB of program and a third of the
// memory; and user words, which the office adds through Open.
//
//go:embed dict/*.utf8
var files embed.FS

// names in the order in which gojieba takes them, with the digest each must have:
// a damaged system dictionary would abort the whole process.
var names = [5][2]string{
	{"jieba.dict.utf8", "3043b77068e09c9904f27cad82f12b6ebe9dbdb5aeff3b25e45ab7f9c1122b55"},
	{"hmm_model.utf8", "f17790586ac86dd048c8adffed052c4bd2b28ed0682972c1275e59040c0589a7"},
	{"user.dict.utf8", "514110ef7471ae1cb80297ad7304c3dc52d12cffbee054b7561b3067b85a275b"},
	{"idf.utf8", "a4ecab5b1c07a2e2c3a46ffbece4536af11a200e8504f2b0f31e9548e1eabd27"},
	{"stop_words.utf8", "07b9904e083f832b015df200d3aa167332a74410cad58c82d2e607f40fb7efba"},
}

// chunk is how many bytes go to the segmenter at once: its working memory is
// some hundred bytes per rune, so a text of megabytes is cut in pieces.
const chunk = 32 << 10

// Segmenter cuts text into words. There is one per process, never freed: loading
// takes about a second and 100 MB, and a use after freeing would be a crash.
// It is safe for concurrent use.
type Segmenter struct {
	mu    sync.RWMutex // words may be added while others cut
	lib   *gojieba.Jieba
	user  map[string]struct{}
	quick *lexicon // the same dictionary, for cutting; nil once it was found to cut otherwise
	texts atomic.Uint64
}

// checked is how often a text is cut by the library too: each so many-th.
const checked = 4096

// shared is loaded by the first Open and is never let go.
var shared = sync.OnceValues(load)

// Open gives the process's segmenter and teaches it the given words (names of
// departments, places, policies). Words of one rune or with spaces are refused.
func Open(words ...string) (*Segmenter, error) {
	s, err := shared()
	if err != nil {
		return nil, err
	}
	if err := s.Add(words...); err != nil {
		return nil, err
	}
	return s, nil
}

// load writes the embedded files where the library can read them, loads, and
// removes them again.
func load() (_ *Segmenter, err error) {
	dir, err := os.MkdirTemp("", "huiying-dict-")
	if err != nil {
		return nil, fmt.Errorf("segmenter dictionaries: %w", err)
	}
	defer func() {
		if e := os.RemoveAll(dir); e != nil {
			err = errors.Join(err, e)
		}
	}()
	var paths []string
	for _, n := range names {
		data, err := files.ReadFile("dict/" + n[0])
		if err != nil {
			return nil, fmt.Errorf("segmenter dictionaries: %w", err)
		}
		sum := sha256.Sum256(data)
		if got := hex.EncodeToString(sum[:]); got != n[1] {
			return nil, fmt.Errorf("segmenter dictionary %s is damaged: digest %s", n[0], got)
		}
		path := filepath.Join(dir, n[0])
		if err := os.WriteFile(path, data, 0o600); err != nil {
			return nil, fmt.Errorf("segmenter dictionaries: %w", err)
		}
		paths = append(paths, path)
	}
	s := &Segmenter{user: map[string]struct{}{}}
	var wg sync.WaitGroup
	wg.Go(func() { s.quick, err = read(nil) })
	s.lib = gojieba.NewJieba(paths...)
	runtime.SetFinalizer(s.lib, nil) // never freed, whoever drops it
	wg.Wait()
	if err != nil {
		return nil, err
	}
	return s, nil
}

// read lays out the embedded dictionary with the office's words.
func read(office []string) (*lexicon, error) {
	var data [3][]byte
	for i := range data {
		var err error
		if data[i], err = files.ReadFile("dict/" + names[i][0]); err != nil {
			return nil, fmt.Errorf("segmenter dictionaries: %w", err)
		}
	}
	return newLexicon(data[0], data[1], data[2], office)
}

// Add teaches words; those known already cost nothing, new ones a fraction of a
// second for all together.
func (s *Segmenter) Add(words ...string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	added := false
	for _, w := range words {
		if _, ok := s.user[w]; ok {
			continue
		}
		if !utf8.ValidString(w) || utf8.RuneCountInString(w) < 2 || len(w) > 120 || clean(w) != w || hasSpace(w) {
			return fmt.Errorf("segmenter word %q: two runes or more, without spaces", w)
		}
		s.lib.AddWordEx(w, userTimes, "n")
		s.user[w] = struct{}{}
		added = true
	}
	if !added || s.quick == nil {
		return nil
	}
	var err error
	s.quick, err = read(slices.Sorted(maps.Keys(s.user)))
	return err
}

// Cut gives the words of a text in order. What the library can't take (NUL,
// invalid UTF-8) is replaced first; joined, the words are that cleaned text.
func (s *Segmenter) Cut(text string) []string { return s.Append(nil, text) }

// Append is Cut onto the end of words, whose room is used again. The words are the
// library's, found in our own layout of its dictionary; every so often the library
// cuts too, and if it ever differs it alone cuts from then on.
func (s *Segmenter) Append(words []string, text string) []string {
	text = clean(text)
	s.mu.RLock()
	quick := s.quick
	if quick == nil {
		words = s.library(words, text)
		s.mu.RUnlock()
		return words
	}
	if words == nil {
		words = make([]string, 0, len(text)/5+4)
	}
	from := len(words)
	for rest := text; len(rest) > 0; {
		n := boundary(rest)
		words = quick.cut(words, rest[:n])
		rest = rest[n:]
	}
	agreed := s.texts.Add(1)%checked != 1 || slices.Equal(words[from:], s.library(nil, text))
	s.mu.RUnlock()
	if !agreed {
		s.mu.Lock()
		s.quick = nil
		s.mu.Unlock()
		slog.Error("our layout of the dictionary cut a text otherwise than gojieba, which alone cuts from now on: slower, not wrong")
		return s.Append(words[:from], text)
	}
	return words
}

// Bare is gojieba's own Cut, for measuring beside it.
type Bare struct{ s *Segmenter }

// Bare gives the library as it is.
func (s *Segmenter) Bare() Bare { return Bare{s} }

// Cut gives gojieba's words.
func (b Bare) Cut(text string) []string {
	text = clean(text)
	b.s.mu.RLock()
	defer b.s.mu.RUnlock()
	return b.s.library(nil, text)
}

// library cuts with gojieba itself.
func (s *Segmenter) library(words []string, text string) []string {
	for len(text) > 0 {
		n := boundary(text)
		words = append(words, s.lib.Cut(text[:n], true)...)
		text = text[n:]
	}
	return words
}
