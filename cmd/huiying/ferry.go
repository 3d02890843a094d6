package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/alexedwards/scs/v2/memstore"

	"huiying/desk"
	"huiying/ingest/ferry"
	"huiying/web"
)

// ferryCmd is the outer end of a gateway that passes files only (网闸).
type ferryCmd struct {
	Key   ferryKeyCmd   `cmd:"" help:"Make the key that one side signs with, once, and print its public key."`
	Serve ferryServeCmd `cmd:"" help:"Run the public letter box with a spool on this machine's disk, and the ferry to the office."`
	Once  ferryOnceCmd  `cmd:"" help:"Do one round of the ferry: unpack what came, pack what is new."`
}

type ferryKeyCmd struct {
	File string `required:"" type:"path" help:"File that holds the secret; made when it isn't there."`
}

// Run prints the public key, which is no secret; the secret stays in its file.
func (c ferryKeyCmd) Run(std streams) error {
	secret, err := os.ReadFile(c.File)
	if errors.Is(err, fs.ErrNotExist) {
		secret = []byte(rand.Text() + rand.Text() + "\n")
		err = writeNew(c.File, secret)
	}
	if err != nil {
		return err
	}
	key, err := signingKey(secret)
	if err != nil {
		return err
	}
	_, err = fmt.Fprintln(std.out, ferry.PublicText(key.Public().(ed25519.PublicKey)))
	return err
}

// writeNew writes a file that isn't there yet, for its owner alone.
func writeNew(path string, b []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

// signingKey is the key of a secret's file.
func signingKey(file []byte) (ed25519.PrivateKey, error) {
	secret := bytes.TrimSpace(file)
	if len(secret) < 40 {
		return nil, desk.Invalid("key-file", "密钥文件无法识别，请用 huiying ferry key 生成")
	}
	return ferry.KeyOf(string(secret))
}

// ferryFlags are the folders and keys of an outer node.
type ferryFlags struct {
	Dir     string `required:"" type:"path" help:"Folder of this node: letters until they are inside, how they stand, what was published."`
	In      string `required:"" type:"existingdir" help:"Folder in which the gateway puts what comes from the office."`
	Out     string `required:"" type:"existingdir" help:"Folder from which the gateway takes what goes to the office."`
	KeyFile string `required:"" type:"existingfile" help:"This node's secret, made by huiying ferry key."`
	Peer    string `required:"" help:"The office's public key."`
}

func (f ferryFlags) open(ctx context.Context, log *slog.Logger) (*ferry.Outer, error) {
	secret, err := os.ReadFile(f.KeyFile)
	if err != nil {
		return nil, err
	}
	key, err := signingKey(secret)
	if err != nil {
		return nil, err
	}
	peer, err := ferry.ReadPublic(f.Peer)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(f.Dir, 0o750); err != nil {
		return nil, err
	}
	ctx, stop := context.WithTimeout(ctx, 5*time.Second)
	defer stop()
	o, err := ferry.OpenOuter(ctx, ferry.OuterOptions{Dir: ferry.Folder{Dir: f.Dir}, In: ferry.Folder{Dir: f.In}, Out: ferry.Folder{Dir: f.Out},
		Key: key, Peer: peer, Real: time.Now, Log: log})
	if errors.Is(err, context.DeadlineExceeded) {
		return nil, fmt.Errorf("%s is another process's: %w", filepath.Clean(f.Dir), err)
	}
	return o, err
}

type ferryOnceCmd struct{ ferryFlags }

func (c ferryOnceCmd) Run(ctx context.Context, log *slog.Logger) error {
	o, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer o.Close()
	return o.RunOnce(ctx)
}

type ferryServeCmd struct {
	ferryFlags
	Every  time.Duration `default:"10s" help:"Time between two rounds of the ferry."`
	Policy policyFlag    `embed:""`
	Box    boxFlags      `embed:""`
}

func (c ferryServeCmd) Run(ctx context.Context, log *slog.Logger) error {
	return c.run(ctx, log, func(string) {})
}

// run serves until ctx ends; ready is told the address.
func (c ferryServeCmd) run(ctx context.Context, log *slog.Logger, ready func(address string)) error {
	policy, err := c.Policy.read()
	if err != nil {
		return err
	}
	outer, err := c.open(ctx, log)
	if err != nil {
		return err
	}
	defer outer.Close()
	// There is no database here: the desk of this node knows the policy and the time.
	d := &desk.Desk{Policy: policy, Now: time.Now, Real: time.Now, Log: log}
	return c.Box.serve(ctx, log, ready, web.Options{Desk: d, Box: desk.OuterBox{Spool: outer, Now: time.Now}, Sessions: memstore.NewWithCleanupInterval(0)},
		func(ctx context.Context) error { return c.rounds(ctx, outer, log) })
}

// rounds does a round of the ferry again and again. A round that fails is logged and
// tried again: the letter box goes on taking letters.
func (c ferryServeCmd) rounds(ctx context.Context, outer *ferry.Outer, log *slog.Logger) error {
	tick := time.NewTicker(max(c.Every, 100*time.Millisecond))
	defer tick.Stop()
	for {
		if err := outer.RunOnce(ctx); err != nil && ctx.Err() == nil {
			log.Error("a round of the ferry failed and will be tried again", "error", err)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-tick.C:
		}
	}
}
