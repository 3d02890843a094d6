// Package ferry (摆渡) carries what comes in outside to the office, and what the public
// may see back, where between the two stands a gateway that passes files only (网闸).
//
// Each side has a folder that it reads and one that it writes. What goes over is
// batches: one file with a manifest (stream, number, digests), signed with the sender's
// ed25519 key. The receiver applies batches in order of their number and writes
// receipts, signed too: how far it has come, and which numbers it misses. The sender
// keeps a batch until it is confirmed, and sends it again when it is asked for or when
// nobody confirms it for long. So nothing is lost when files are, and a batch seen twice
// is harmless. Receipts may be lost, repeated and late: each holds the whole state.
package ferry
