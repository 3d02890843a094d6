// Package migrations holds the database's structure as numbered SQL files, run in
// order by desk/pg, forward only. A file that has been released is never edited:
// databases that ran the old text would silently differ. digests.txt, checked by
// this package's tests, holds what was released; `make digests` adds to it.
package migrations

import "embed"

// FS holds the numbered files.
//
//go:embed *.sql
var FS embed.FS
