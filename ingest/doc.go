// Package ingest brings items in: the contract of a source, the runner that polls
// the ones that are polled, and the guard that everything outbound goes through.
// Every source ends at one door, desk.Receive.
//
// A kind of source is a package below this one and a line in cmd's table (Kind).
// Its Parser is pure: the same raw gives the same parts, so that what was kept
// can be read again. Its Poller fetches bytes and hands them to Keep together
// with the bookmark that covers them; both are kept in one transaction.
//
// Polls are rows with leases, not jobs in a queue: when a source is due is a
// predicate on its own row, as with everything else that falls due here. Any node
// claims a due source with SKIP LOCKED and a fresh lease. Keep and the end of the
// poll carry the lease; a node that was paused past it is refused by the store and
// leaves nothing behind, neither a raw nor a bookmark.
package ingest
