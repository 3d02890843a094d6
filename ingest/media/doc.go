// Package media reads feeds: RSS, Atom, RDF and JSON Feed. A poll is one
// conditional GET; the raw is the document as received, kept when its digest has
// changed, and every entry in it is an item whose identity is the feed's own.
// What the bookmark holds (validators and digest) moves with the raw.
package media
