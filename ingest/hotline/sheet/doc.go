// Package sheet reads tables, CSV and XLSX, as lines of the push API: what a table
// brings passes the same door, is quarantined for the same reasons and is mended in
// the same way as what a program pushes.
//
// A table comes from anywhere. Its text may be UTF-8, GB18030 or UTF-16; its columns
// are called what its maker liked; and it may be made to harm: a workbook is
// weighed before it is opened (limits.go), a formula is never looked at, only the
// value that was stored beside it.
package sheet
