// Package pg keeps the desk in PostgreSQL: all SQL of the project is here.
//
// # Record, sealer, feed
//
// An act writes its events in its own transaction: rows of the insert-only table
// event, each with a mark in event_pending. Numbers of rows say nothing about the
// order of commits, so readers don't use them. The sealer (any node, one short
// transaction at a time under an advisory lock) takes the pending events that it
// sees, in order of id, and appends them to the table feed with gapless numbers.
// A reader by cursor (epoch and number) therefore misses nothing, whatever commits
// late, and a restored database goes on where it was.
//
// # The chain
//
// Each row of feed carries a digest; algorithm names how it is made. "SHA-256":
//
//	digest = SHA-256( previous digest ‖ seq ‖ sealed_at ‖ event )
//
// The previous digest of the first row is 32 zero bytes. seq and instants are
// signed 64-bit big-endian numbers, instants in microseconds since 1970 UTC
// (±infinity are the largest and smallest number). event is the columns of the row
// in the order id, at, acted_at, actor_id, actor, via, type, subject_kind,
// subject_id, incident_id, region, department, source_id, data, before, after,
// why: a zero byte for NULL; else a one byte and the number, or, for text and
// JSON, a one byte, the length in bytes as such a number, and the bytes as stored.
//
// Heads of the chain (epoch, number, digest) are exported to a file outside the
// database. Without it, whoever may write to the database could make the whole
// chain anew; with it, Verify finds that too.
//
// # Waking
//
// After a commit the loops concerned are woken: those of this process at once,
// those of other nodes by NOTIFY. It is sent outside the act's transaction by one
// goroutine, since NOTIFY holds a lock of the whole server until its commit. A
// wake-up is a hint; loops also look by themselves.
package pg
