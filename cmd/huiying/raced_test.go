//go:build race

package main

// buildMode builds the program with the race detector when the tests have it, and
// otherwise as they are, so that what they have compiled serves again.
var buildMode = []string{"-race"}
