// Package mailbox reads an IMAP folder. It opens it read-only and peeks, so that
// nothing looks different to the people who use it; it goes by UIDVALIDITY and UID
// and never by flags, so that what others read is taken all the same.
//
// The bookmark moves with the raws it covers. When UIDVALIDITY changes, or UIDs
// start over, everything is fetched again: identity is the Message-ID, else the
// digest of the bytes, so that nothing comes in twice.
//
// The reader of messages is our own and tolerant. The strict ones (go-message's,
// the standard library's) stop at the first irregularity and decode charsets word
// by word; real letters have lines without a colon, boundaries that never close,
// base64 cut short and encoded words cut inside a character, and each of them is
// somebody's letter.
package mailbox
