// Package live brings the sealed record to everybody's screen as it grows. The
// hub reads the feed once per node and keeps the last of it in memory. Who listens
// is an audience: people whom the same events are shown in the same form. For each
// audience a message is rendered once, however many listen.
//
// Who joins behind is first led up to the present, at the pace at which they read,
// and then gets what is new as it comes, each event once and in order. Who reads
// too slowly is cut and comes back by cursor: nobody waits for anybody.
package live
