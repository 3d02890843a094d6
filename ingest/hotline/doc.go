// Package hotline is the push door: programs POST items as JSON or NDJSON and are
// answered when these are durable. What cannot be an item goes to quarantine with
// the field named, and never sinks the good ones beside it.
//
// A stream of NDJSON is read in chunks: up to 500 lines or 1 MiB, or what has come
// when the sender pauses. Each chunk is one raw and one acknowledgement, written
// and flushed while the next is being read. A sender that is faster than the
// database is held back by TCP alone.
package hotline
