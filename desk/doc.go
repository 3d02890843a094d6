// Package desk is the domain: what an office receives (items), what it responds
// to (incidents), by when (clocks), with which words (releases, briefings), and
// the record of every act (events). It holds the values, the transitions, the
// use cases with their permission checks, and the ports that they need; adapters
// (PostgreSQL, HTTP, IMAP, Slack) import it and it imports none of them.
//
// Two times run through it. At is office time: read once per use case from
// Desk.Now and handed down. What people did carries the actual time (实际时间)
// and the entry time (录入时间); clocks are judged by the actual one.
package desk
