package main

import (
	"log/slog"

	"huiying/ingest/media/stream"
)

// streamFlags are those of the embedded message server.
type streamFlags struct {
	Listen string `placeholder:"ADDR" help:"Start the embedded NATS server at once, at this address. Default: at 127.0.0.1:4222, once a source nats://embedded/… needs it."`
	Cert   string `type:"path" placeholder:"FILE" help:"Its certificate (PEM); needed to listen beyond this machine."`
	Key    string `type:"path" placeholder:"FILE" help:"The certificate's key (PEM)."`
}

func (f streamFlags) server(dir string, log *slog.Logger) *stream.Server {
	return &stream.Server{Dir: dir, Listen: f.Listen, Cert: f.Cert, Key: f.Key, Log: log}
}
