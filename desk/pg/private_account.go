package pg

import (
	"fmt"
	"os"
	"os/exec"
	"os/user"
	"strconv"
	"syscall"

	"huiying/desk"
)

// account is whom the server runs as. PostgreSQL refuses to run as root, so root
// lends it another: the postgres user where there is one, else nobody.
type account struct {
	uid, gid uint32
	name     string
	switched bool // not the account of this process
}

// serverAccount chooses for a new cluster.
func serverAccount() (account, error) {
	if os.Geteuid() != 0 {
		return accountByID(os.Geteuid())
	}
	for _, name := range []string{"postgres", "nobody"} {
		if u, err := user.Lookup(name); err == nil {
			return fromUser(u)
		}
	}
	return account{}, &desk.Error{
		Code: desk.CodeUnavailable,
		Text: "以 root 启动时需要一个普通用户来运行数据库，本机既没有 postgres 也没有 nobody 用户；请安装 postgresql，或改用普通用户启动",
	}
}

// accountByID is the account of an existing cluster, or of this process.
func accountByID(uid int) (account, error) {
	u, err := user.LookupId(strconv.Itoa(uid))
	if err != nil {
		// initdb and peer authentication both need the name.
		return account{}, &desk.Error{
			Code: desk.CodeUnavailable, Cause: err,
			Text: "用户编号 %d 在本机没有登记（/etc/passwd），数据库不能以它运行；请换一个用户启动，或用 DATABASE_URL",
			Args: []any{uid},
		}
	}
	return fromUser(u)
}

func fromUser(u *user.User) (account, error) {
	uid, err := strconv.ParseUint(u.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("uid of %s: %w", u.Username, err)
	}
	gid, err := strconv.ParseUint(u.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("gid of %s: %w", u.Username, err)
	}
	return account{
		uid: uint32(uid), gid: uint32(gid), name: u.Username,
		switched: int(uid) != os.Geteuid(),
	}, nil
}

// apply makes a command run as the account, in a folder, in an environment that
// holds nothing of ours: no PG* variable, no locale, no secret.
func (a account) apply(command *exec.Cmd, dir string, bin binaries) {
	command.Dir = dir
	command.Env = []string{
		"PATH=" + bin.dir + ":/usr/bin:/bin",
		"LC_ALL=C.UTF-8", "LANG=C.UTF-8", "TZ=UTC", "HOME=/", "PWD=" + dir,
	}
	command.SysProcAttr = &syscall.SysProcAttr{}
	if a.switched {
		command.SysProcAttr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
}

// own gives a path to the account.
func (a account) own(path string) error {
	if !a.switched {
		return nil
	}
	return os.Lchown(path, int(a.uid), int(a.gid))
}
