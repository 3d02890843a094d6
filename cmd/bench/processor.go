package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// processor is the seconds of processor time that this process has used.
func processor() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

// memory is what a process holds resident and the most that it has held, in MB, as
// the kernel says it.
func memory(pid int) (resident, peak float64, err error) {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, 0, err
	}
	for line := range strings.Lines(string(status)) {
		for name, into := range map[string]*float64{"VmRSS:": &resident, "VmHWM:": &peak} {
			if rest, ok := strings.CutPrefix(line, name); ok {
				if _, err := fmt.Sscan(rest, into); err != nil {
					return 0, 0, err
				}
				*into = *into * 1024 / 1e6
			}
		}
	}
	return resident, peak, nil
}

// ticks of processor time in a second, as /proc counts them.
const ticks = 100

// databaseProcessor is the seconds of processor time that the private PostgreSQL has
// used, all of its processes together: they are this process's children and theirs.
func databaseProcessor() (seconds float64, err error) {
	files, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return 0, err
	}
	type process struct {
		parent int
		used   float64
	}
	all := map[int]process{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			continue // it has ended
		}
		// pid (name) state parent …; the 14th to 17th are its own time and that of children
		// that have ended.
		text := string(b)
		end := strings.LastIndexByte(text, ')')
		pid, err := strconv.Atoi(text[:max(strings.IndexByte(text, ' '), 0)])
		fields := strings.Fields(text[end+1:])
		if err != nil || len(fields) < 15 || !strings.Contains(text[:end], "(postgres") {
			continue
		}
		p := process{}
		if p.parent, err = strconv.Atoi(fields[1]); err != nil {
			return 0, err
		}
		for _, f := range fields[11:15] {
			n, err := strconv.ParseFloat(f, 64)
			if err != nil {
				return 0, err
			}
			p.used += n / ticks
		}
		all[pid] = p
	}
	ours := 0
	for _, p := range all {
		at := p
		for at.parent != os.Getpid() {
			next, ok := all[at.parent]
			if !ok {
				break
			}
			at = next
		}
		if at.parent == os.Getpid() {
			seconds += p.used
			ours++
		}
	}
	if ours == 0 {
		return 0, errors.New("the database's processes aren't found")
	}
	return seconds, nil
}
