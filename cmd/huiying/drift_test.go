package main

import (
	"fmt"
	"os"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"huiying/classify"
	"huiying/desk"
	"huiying/desk/desktest/corpus"
)

// evil are texts that would hurt a segmenter: long ones are made at need.
func evil(t testing.TB) []string {
	t.Helper()
	long := make([]byte, 12<<20)
	for i := range long {
		long[i] = "积水严重"[i%12]
	}
	list := []string{"\x00", "\xff\xfe\x00积水", string(long), "😀😀😀", string([]rune{0x10FFFF, 0xFFFD, 0x200D}),
		strings.Repeat("\xe4\xb8", 50_000), strings.Repeat("a", 200_000), strings.Repeat("积\x00水", 20_000), strings.Repeat("🏳️‍🌈", 10_000),
		strings.Repeat("\u0301", 50_000), strings.Repeat("號", 50_000), "\u202e" + strings.Repeat("１２３", 20_000), strings.Repeat("\n", 100_000)}
	for _, x := range corpus.Texts(t, 50) {
		list = append(list, x.Title+"\n"+x.Body, strings.ToValidUTF8(x.Body[:len(x.Body)/2], "\xff"))
	}
	return list
}

// TestRow32HostileTexts is row 32 of the promises: what would hurt a segmenter
// doesn't hurt a verdict.
func TestRow32HostileTexts(t *testing.T) {
	t.Parallel()
	e, _, _ := whole(t)
	for _, text := range evil(t) {
		r, err := e.Read(t.Context(), desk.Text{Title: text, Body: text})
		if err != nil {
			t.Fatal(err)
		}
		for _, token := range r.Tokens {
			if !utf8.ValidString(token) {
				t.Fatalf("token %q", token)
			}
		}
	}
}

// TestRow32Drift: reading hostile texts among others, on two threads, for a long
// time takes no more memory at its end than after its beginning. It asks the kernel,
// which counts what the segmenter's C++ holds too. Not parallel: the figure is the
// process's. In full it is twenty minutes of the 24 hours promised.
func TestRow32Drift(t *testing.T) {
	length := 8 * time.Second
	if endure() {
		length = 20 * time.Minute
	}
	e, _, _ := whole(t)
	list := evil(t)
	for _, x := range classify.SampleTexts(2000) {
		list = append(list, x.Title+x.Body)
	}
	read := func(until time.Time) (n int) {
		var both sync.WaitGroup
		var count atomic.Int64
		for worker := range 2 {
			both.Go(func() {
				for i := worker; time.Now().Before(until); i += 2 {
					text := list[i%len(list)]
					if len(text) > 1<<20 && i > 4*len(list) && i%(10*len(list)) > len(list) {
						continue // the longest takes most of the time: each tenth round
					}
					if _, err := e.Read(t.Context(), desk.Text{Title: text, Body: text}); err != nil {
						t.Error(err)
						return
					}
					count.Add(1)
				}
			})
		}
		both.Wait()
		return int(count.Load())
	}
	read(time.Now().Add(length / 4)) // what is kept for good is there after that
	before := resident(t)
	n := read(time.Now().Add(length))
	after := resident(t)
	drift := 100 * float64(after-before) / float64(before)
	if drift > 5 {
		t.Errorf("%d MiB before, %d MiB after %d texts: %+.1f %%", before>>20, after>>20, n, drift)
	}
	t.Logf("figure: %d texts, hostile ones among them, in %v of the 24 hours promised: %d MiB resident, then %d MiB (%+.1f %%)", n, length, before>>20, after>>20, drift)
}

// resident is what the kernel says that the process holds, in bytes, once what Go
// doesn't need has been given back.
func resident(t *testing.T) int64 {
	t.Helper()
	debug.FreeOSMemory()
	b, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		t.Fatal(err)
	}
	var total, pages int64
	if _, err := fmt.Sscan(string(b), &total, &pages); err != nil {
		t.Fatal(err)
	}
	return pages * int64(os.Getpagesize())
}
