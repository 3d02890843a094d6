package pg

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"huiying/desk"
)

const (
	databaseName  = "huiying"
	adminDatabase = "postgres"
	superuser     = "huiying"
	socketPort    = "5432" // only names the socket file; nothing listens on a network
	// maxSocketPath is what sockaddr_un holds, less its closing NUL and one to spare.
	maxSocketPath = 106
)

// place is where a cluster lies and whom it belongs to. base belongs to whoever
// starts the program, so that root never writes where the server's account
// could have laid a link; inside it cluster and socket belong to the account.
type place struct {
	data   string // the program's data folder
	base   string // holds cluster/, socket/ and the settings
	socket string // folder of the socket
	who    account
}

func (p place) cluster() string     { return filepath.Join(p.base, "cluster") }
func (p place) lockFile() string    { return filepath.Join(p.base, "lock") }
func (p place) addressFile() string { return addressFile(p.data) }

func addressFile(data string) string { return filepath.Join(data, "database.url") }

// url is the address of one of the cluster's databases. It names all that the
// environment could otherwise fill in.
func (p place) url(database string) string {
	query := url.Values{"host": {p.socket}, "port": {socketPort}, "sslmode": {"disable"}}
	return (&url.URL{Scheme: "postgres", User: url.User(superuser), Path: "/" + database, RawQuery: query.Encode()}).String()
}

// choosePlace finds the cluster of a data folder, or makes room for a new one:
// in the folder itself, or in systemDir under an id kept in the folder when the
// server's account can't enter the folder (a clone in root's home).
func choosePlace(ctx context.Context, data, systemDir string, log *slog.Logger) (place, error) {
	p := place{data: data}
	idFile := filepath.Join(data, "postgres.id")
	id, err := os.ReadFile(idFile)
	switch {
	case err == nil:
		p.base = filepath.Join(systemDir, strings.TrimSpace(string(id)))
		if !exists(p.cluster()) {
			// A new, empty cluster here would look like a desk that lost everything.
			return place{}, &desk.Error{
				Code: desk.CodeUnavailable, Field: "data",
				Text: "数据目录 %s 的数据库应在 %s，但那里没有；请从备份恢复该目录。确定要另建空库时，先删除 %s",
				Args: []any{data, p.base, idFile},
			}
		}
		log.Info("数据库不在数据目录内", "data", data, "database", p.base)
	case errors.Is(err, os.ErrNotExist):
		p.base = filepath.Join(data, "postgres")
	default:
		return place{}, folderError(data, err)
	}
	if exists(p.cluster()) {
		err = p.adopt(ctx)
	} else {
		err = p.settle(ctx, systemDir, log)
	}
	if err != nil {
		return place{}, err
	}
	return p, p.chooseSocket()
}

// adopt takes an existing cluster with the account that owns it.
func (p *place) adopt(ctx context.Context) error {
	info, err := os.Stat(p.cluster())
	if err != nil {
		return folderError(p.base, err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return fmt.Errorf("owner of %s unknown", p.cluster())
	}
	if p.who, err = accountByID(int(owner.Uid)); err != nil {
		return err
	}
	if p.who.switched && os.Geteuid() != 0 {
		return &desk.Error{
			Code: desk.CodeUnavailable, Field: "data",
			Text: "数据目录 %s 属于用户 %s；请以该用户或 root 启动",
			Args: []any{p.data, p.who.name},
		}
	}
	if err := p.who.enter(ctx, p.cluster()); err != nil {
		return &desk.Error{
			Code: desk.CodeUnavailable, Field: "data", Cause: err,
			Text: "运行数据库的用户 %s 进不了 %s；请给它的各级上级目录加上通行权限（chmod o+x）",
			Args: []any{p.who.name, p.cluster()},
		}
	}
	return nil
}

// settle makes room for a new cluster.
func (p *place) settle(ctx context.Context, systemDir string, log *slog.Logger) error {
	var err error
	if p.who, err = serverAccount(); err != nil {
		return err
	}
	if err := os.MkdirAll(p.base, 0o711); err != nil {
		return folderError(p.data, err)
	}
	if p.who.enter(ctx, p.base) == nil {
		return nil
	}
	// What a killed start left in it may stay; it is in nobody's way.
	if err := os.Remove(p.base); err != nil && !errors.Is(err, syscall.ENOTEMPTY) {
		return folderError(p.base, err)
	}
	random := make([]byte, 8)
	if _, err := rand.Read(random); err != nil {
		return err
	}
	p.base = filepath.Join(systemDir, hex.EncodeToString(random))
	if err := os.MkdirAll(p.base, 0o711); err != nil {
		return folderError(systemDir, err)
	}
	if err := p.who.enter(ctx, p.base); err != nil {
		return &desk.Error{
			Code: desk.CodeUnavailable, Field: "data", Cause: err,
			Text: "运行数据库的用户 %s 既进不了数据目录 %s，也进不了 %s；请给其中一处加上通行权限（chmod o+x）",
			Args: []any{p.who.name, p.data, systemDir},
		}
	}
	// Says to whoever tidies up there whose it is.
	if err := writeFile(filepath.Join(p.base, "data-folder"), p.data+"\n", 0o600); err != nil {
		return folderError(p.base, err)
	}
	log.Warn("运行数据库的用户进不了数据目录，数据库另放一处；备份时两处都要", "data", p.data, "account", p.who.name, "database", p.base)
	return nil
}

// remember keeps in the data folder where the cluster went. It is written once
// the cluster exists, so that an id always leads to one.
func (p place) remember() error {
	if filepath.Dir(p.base) == p.data {
		return nil
	}
	return writeFile(filepath.Join(p.data, "postgres.id"), filepath.Base(p.base)+"\n", 0o600)
}

// enter tries, as the account, to stand in a folder: the kernel's own answer,
// with every parent's mode and every ACL in it.
func (a account) enter(ctx context.Context, dir string) error {
	command := exec.CommandContext(ctx, "/bin/sh", "-c", ":")
	a.apply(command, dir, binaries{dir: "/bin"})
	return command.Run()
}

// chooseSocket keeps the socket beside the cluster unless its path would be too
// long for the kernel or unreadable for clients.
func (p *place) chooseSocket() error {
	p.socket = filepath.Join(p.base, "socket")
	parent := os.FileMode(0o711)
	if !fitsSocket(p.socket) {
		sum := hex.EncodeToString(digest(p.base))[:12]
		if os.Geteuid() == 0 {
			if err := os.MkdirAll("/run/huiying", parent); err != nil {
				return folderError("/run/huiying", err)
			}
			p.socket = "/run/huiying/" + sum
		} else {
			p.socket = filepath.Join(os.TempDir(), "huiying-"+strconv.Itoa(os.Geteuid())+"-"+sum)
			if !fitsSocket(p.socket) {
				return folderError(p.socket, errors.New("socket path too long"))
			}
		}
	}
	if err := os.Mkdir(p.socket, 0o700); err != nil && !errors.Is(err, os.ErrExist) {
		return folderError(p.socket, err)
	}
	// In a shared folder somebody else may have been first.
	info, err := os.Lstat(p.socket)
	if err != nil {
		return folderError(p.socket, err)
	}
	owner, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.IsDir() || owner.Uid != p.who.uid && int(owner.Uid) != os.Geteuid() {
		return folderError(p.socket, errors.New("socket folder is somebody else's"))
	}
	if err := p.who.own(p.socket); err != nil {
		return folderError(p.socket, err)
	}
	return nil
}

// fitsSocket also wants no comma, at which clients part a list of hosts.
func fitsSocket(dir string) bool {
	return len(filepath.Join(dir, ".s.PGSQL."+socketPort)) <= maxSocketPath && !strings.Contains(dir, ",")
}

// clusterMajor is the major version of the existing cluster, 0 when there is none.
func (p place) clusterMajor() (int, error) {
	text, err := os.ReadFile(filepath.Join(p.cluster(), "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) && !exists(p.cluster()) {
		return 0, nil
	}
	if err != nil {
		return 0, folderError(p.cluster(), err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0, folderError(p.cluster(), fmt.Errorf("PG_VERSION: %w", err))
	}
	return major, nil
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
