package mailbox

import (
	"bytes"
	"net/http"
	"strings"
)

// magic are beginnings that say what a file is, beside those that the standard
// library knows.
var magic = []struct{ begin, kind string }{
	{"MZ", "application/x-msdownload"}, {"\x7fELF", "application/x-executable"}, {"\xcf\xfa\xed\xfe", "application/x-executable"},
	{"#!", "text/x-shellscript"}, {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"}, {"{\\rtf", "application/rtf"},
	{"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"}, {"Rar!\x1a\x07", "application/vnd.rar"}, {"\xfd7zXZ\x00", "application/x-xz"}, {"BZh", "application/x-bzip2"},
	{"II*\x00", "image/tiff"}, {"MM\x00*", "image/tiff"}, {"\x00\x00\x00\x18ftypheic", "image/heic"}, {"\x00\x00\x00\x24ftypheic", "image/heic"},
	{"#!AMR", "audio/amr"}, {"\x4c\x00\x00\x00\x01\x14\x02\x00", "application/x-ms-shortcut"}, {"ITSF", "application/vnd.ms-htmlhelp"},
	{"MSCF", "application/vnd.ms-cab-compressed"}, {"SQLite format 3\x00", "application/vnd.sqlite3"},
}

// inZip are names in a zip archive by which it is something more, the surest first.
var inZip = []struct{ name, kind string }{
	{"/vbaProject.bin", "application/vnd.ms-office.macroenabled"},
	{"xl/workbook.bin", "application/vnd.ms-excel.sheet.binary.macroenabled.12"},
	{"word/document.xml", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"},
	{"xl/workbook.xml", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	{"ppt/presentation.xml", "application/vnd.openxmlformats-officedocument.presentationml.presentation"},
	{"OFD.xml", "application/ofd"}, {"AndroidManifest.xml", "application/vnd.android.package-archive"}, {"META-INF/MANIFEST.MF", "application/java-archive"},
}

// zipNames is where an archive's names stand: at its end. Nothing is unpacked and no
// list of them made, however long somebody has made it.
const zipNames = 1 << 20

// sniff says what a file is by its bytes; "application/octet-stream" when they say
// nothing.
func sniff(b []byte) string {
	if len(b) == 0 {
		return "application/x-empty"
	}
	for _, m := range magic {
		if bytes.HasPrefix(b, []byte(m.begin)) {
			return m.kind
		}
	}
	kind, _, _ := strings.Cut(http.DetectContentType(b), ";")
	if kind != "application/zip" {
		return kind
	}
	for _, m := range inZip {
		if bytes.Contains(b[max(0, len(b)-zipNames):], []byte(m.name)) {
			return m.kind
		}
	}
	return kind
}
