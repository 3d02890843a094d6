// Package stream reads a firehose of mentions from NATS JetStream: a durable consumer
// of the office's own cluster, or of the server that this program runs itself.
//
// A message is acknowledged once what it holds is committed, and not before. The
// bookmark names the sequence numbers that are kept and moves with the raws: what
// is delivered again because an acknowledgement was lost is acknowledged again and
// kept no second time, and where even the bookmark doesn't know it, identity makes it
// harmless. A message that can't be read goes to quarantine with its bytes, and is
// acknowledged like the others: it never holds them up.
//
// All nodes share one consumer. One of them reads at a time, under the lease of the
// source; when it dies another goes on, and what the dead one held comes again when
// the server has waited for its acknowledgement long enough (ackWait).
package stream
