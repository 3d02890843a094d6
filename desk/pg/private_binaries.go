package pg

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"sort"
	"strconv"
	"strings"

	"huiying/desk"
)

// MinMajor is the oldest PostgreSQL that the program works with.
const MinMajor = 15

// binaries are one PostgreSQL installation of the machine.
type binaries struct {
	dir     string
	major   int
	version string // as the server prints it
}

func (b binaries) path(name string) string { return filepath.Join(b.dir, name) }

// findBinaries gives the newest installation ≥ MinMajor, or, when a cluster
// exists already, the one of its major version: a cluster can't be opened by any
// other.
func findBinaries(ctx context.Context, major int) (binaries, error) {
	return chooseBinaries(installations(ctx, candidateFolders(ctx)), major)
}

func chooseBinaries(found []binaries, major int) (binaries, error) {
	sort.SliceStable(found, func(i, j int) bool { return found[i].major > found[j].major })
	for _, b := range found {
		if b.major == major || major == 0 && b.major >= MinMajor {
			return b, nil
		}
	}
	if major != 0 {
		return binaries{}, &desk.Error{
			Code: desk.CodeUnavailable,
			Text: "数据目录里的数据库由 PostgreSQL %d 建立，本机没有装这个版本；请安装 postgresql-%d 后再启动",
			Args: []any{major, major}, Cause: fmt.Errorf("installed: %v", found),
		}
	}
	return binaries{}, &desk.Error{
		Code: desk.CodeUnavailable,
		Text: "本机没有 PostgreSQL %d 或更新的版本；请安装（Debian：apt-get install postgresql），或用 DATABASE_URL 指向单位已有的数据库",
		Args: []any{MinMajor}, Cause: fmt.Errorf("installed: %v", found),
	}
}

// candidateFolders lists where distributions put the server: Debian and its kin,
// the RPM packages of Kylin and its kin, a build from source, then what the PATH
// and pg_config say.
func candidateFolders(ctx context.Context) []string {
	var folders []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin", "/usr/local/pgsql/bin"} {
		found, err := filepath.Glob(pattern)
		if err == nil { // only a malformed pattern fails, and these aren't
			folders = append(folders, found...)
		}
	}
	if path, err := exec.LookPath("postgres"); err == nil {
		folders = append(folders, filepath.Dir(path))
	}
	if out, err := exec.CommandContext(ctx, "pg_config", "--bindir").Output(); err == nil {
		folders = append(folders, strings.TrimSpace(string(out)))
	}
	return folders
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)\S*)`)

// installations asks each folder's server for its version; folders without a
// whole server (client packages alone) are left out.
func installations(ctx context.Context, folders []string) []binaries {
	var found []binaries
	seen := map[string]bool{}
	for _, dir := range folders {
		if real, err := filepath.EvalSymlinks(dir); err == nil {
			dir = real
		}
		if !filepath.IsAbs(dir) || seen[dir] { // pg_config may have said nothing
			continue
		}
		seen[dir] = true
		if _, err := exec.LookPath(filepath.Join(dir, "initdb")); err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, filepath.Join(dir, "postgres"), "-V").Output()
		if err != nil {
			continue
		}
		match := versionLine.FindSubmatch(out)
		if match == nil {
			continue
		}
		major, err := strconv.Atoi(string(match[2]))
		if err != nil {
			continue
		}
		found = append(found, binaries{dir: dir, major: major, version: string(match[1])})
	}
	return found
}
