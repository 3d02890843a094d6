package pg

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"

	"huiying/desk"
)

func digest(text string) []byte {
	sum := sha256.Sum256([]byte(text))
	return sum[:]
}

// prepare makes the cluster when it is new, and writes the settings, which may
// have changed with the program.
func (p *Private) prepare(ctx context.Context, fresh bool) error {
	if fresh {
		if err := p.initialise(ctx); err != nil {
			return err
		}
	}
	for name, text := range map[string]string{
		"server.conf": settings(p.opt, memory()),
		// Only through the socket, and the kernel says who is calling.
		"hba.conf":   "local all all peer map=huiying\n",
		"ident.conf": identities(p.place.who.name),
	} {
		if err := writeFile(filepath.Join(p.place.base, name), text, 0o644); err != nil {
			return folderError(p.place.base, err)
		}
	}
	return p.place.remember()
}

// initialise makes the cluster beside its place and moves it there when whole:
// a kill in the middle leaves no half cluster behind.
func (p *Private) initialise(ctx context.Context) error {
	next := p.place.cluster() + ".new"
	if err := os.RemoveAll(next); err != nil {
		return folderError(p.place.base, err)
	}
	if err := os.Mkdir(next, 0o700); err != nil {
		return folderError(p.place.base, err)
	}
	if err := p.place.who.own(next); err != nil {
		return folderError(p.place.base, err)
	}
	arguments := []string{
		"--pgdata=" + next, "--username=" + superuser,
		"--encoding=UTF8", "--locale=C.UTF-8", "--text-search-config=simple",
		"--data-checksums", "--auth-local=peer", "--auth-host=reject", "--no-instructions",
	}
	if p.opt.Throwaway {
		arguments = append(arguments, "--no-sync")
	}
	command := exec.CommandContext(ctx, p.bin.path("initdb"), arguments...)
	p.place.who.apply(command, next, p.bin)
	// A kill of this process ends initdb too. The signal is tied to the thread.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	command.SysProcAttr.Pdeathsig = syscall.SIGKILL
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	p.log.Info("making a private PostgreSQL cluster", "folder", p.place.cluster(), "version", p.bin.version)
	if err := command.Run(); err != nil {
		return &desk.Error{
			Code: desk.CodeUnavailable, Field: "data",
			Text:  "在 %s 建立数据库失败；请检查磁盘空间和目录权限",
			Args:  []any{p.place.base},
			Cause: fmt.Errorf("initdb: %w: %s", err, bytes.TrimSpace(out.Bytes())),
		}
	}
	if err := os.Rename(next, p.place.cluster()); err != nil {
		return folderError(p.place.base, err)
	}
	return nil
}

// serverArguments hold what must stay as it is; all else is in server.conf, where
// local.conf beside it may overrule it.
func (p place) serverArguments() []string {
	set := func(name, value string) string { return "--" + name + "=" + value }
	return []string{
		"-D", p.cluster(),
		set("config_file", filepath.Join(p.base, "server.conf")),
		set("hba_file", filepath.Join(p.base, "hba.conf")),
		set("ident_file", filepath.Join(p.base, "ident.conf")),
		set("listen_addresses", ""),
		set("port", socketPort),
		set("unix_socket_directories", `"`+strings.ReplaceAll(p.socket, `"`, `""`)+`"`),
		set("unix_socket_permissions", "0700"),
		set("logging_collector", "off"),
		set("log_destination", "stderr"),
		set("log_line_prefix", ""),
		// The server's log joins the program's, which must hold no personal data:
		// no statement, no "Key (phone)=(…)".
		set("log_error_verbosity", "terse"),
		set("log_min_error_statement", "panic"),
	}
}

// identities lets root and the server's own account in as the superuser.
func identities(account string) string {
	quoted := `"` + strings.ReplaceAll(account, `"`, `""`) + `"`
	return "huiying root " + superuser + "\nhuiying " + quoted + " " + superuser + "\n"
}

// settings fit one machine that runs the program beside the database. memory is
// in MiB.
func settings(opt PrivateOptions, memory int) string {
	var b strings.Builder
	put := func(name string, value any) { fmt.Fprintf(&b, "%s = '%v'\n", name, value) }
	b.WriteString("# Written by huiying at each start; put your own settings in local.conf beside it.\n")
	b.WriteString("include 'cluster/postgresql.conf'\n")
	put("max_connections", opt.MaxConnections)
	put("shared_buffers", strconv.Itoa(clamp(memory/8, 128, 4096))+"MB")
	put("effective_cache_size", strconv.Itoa(clamp(memory/2, 512, 65536))+"MB")
	put("maintenance_work_mem", strconv.Itoa(clamp(memory/32, 64, 512))+"MB")
	put("work_mem", "16MB")
	put("max_wal_size", "2GB")
	put("checkpoint_timeout", "10min")
	put("wal_compression", "on")
	put("random_page_cost", "1.1") // flash, not turning discs
	put("jit", "off")              // the desk's queries are short
	put("timezone", "UTC")
	put("log_timezone", "UTC")
	put("lc_messages", "C")
	if opt.Throwaway {
		put("fsync", "off")
		put("full_page_writes", "off")
		put("synchronous_commit", "off")
		put("wal_level", "minimal")
		put("max_wal_senders", 0)
		put("shared_buffers", "128MB")
	}
	b.WriteString("include_if_exists 'local.conf'\n")
	return b.String()
}

func clamp(value, low, high int) int { return min(max(value, low), high) }

// memory is the machine's, in MiB; 1024 when the kernel doesn't say.
func memory() int {
	file, err := os.Open("/proc/meminfo")
	if err != nil {
		return 1024
	}
	defer file.Close()
	for lines := bufio.NewScanner(file); lines.Scan(); {
		fields := strings.Fields(lines.Text())
		if len(fields) >= 2 && fields[0] == "MemTotal:" {
			if kib, err := strconv.Atoi(fields[1]); err == nil {
				return kib / 1024
			}
		}
	}
	return 1024
}
