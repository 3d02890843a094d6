// Package mirror (镜像) is for a city that already runs a 12345 platform and keeps it.
// Its tickets are polled from a list in JSON over HTTP, by a declared mapping, and are
// read only here: each change there is a version of the item, with state, limit and
// replies. What is ours goes back: topic, incident and published lines of each ticket,
// whenever one of them changes. docs/mirror.md has the format of the mapping.
package mirror
