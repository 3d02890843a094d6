//go:build !race

package main

// buildMode has the Makefile's flags, so that what it has compiled serves again.
var buildMode = []string{"-trimpath"}
