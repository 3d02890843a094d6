//go:build race

package main

// raceEnabled: the program under test is built as the test is.
const raceEnabled = true
