package web

import (
	"fmt"
	"net/http"
	"path"
	"strconv"
	"strings"

	"huiying/desk"
)

// itemReply writes the public reply to a letter of the box, or its next version.
func (s *Server) itemReply(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "reply", "version")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	version, err := number64(form, "version")
	if err != nil || version == nil {
		version = new(int64)
	}
	_, err = s.Desk.AnswerLetter(r.Context(), identityOf(r.Context()).who, id, int(*version), form.Value("reply"))
	if err != nil {
		if form.fail(s, r, err) {
			s.itemPage(w, r, id, form.Status(), itemBody{Form: keepFields(form), Dialog: "reply", Reply: form.Value("reply")})
			return
		}
		s.Fail(w, r, err)
		return
	}
	s.done(w, r, fmt.Sprintf("/items/%d", id), "答复已公开，写信人凭查询码可以看到")
}

// itemFile hands out an attachment: never shown in place, whatever it says it is.
func (s *Server) itemFile(w http.ResponseWriter, r *http.Request) {
	id, err := pathID(r, "id")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	form, err := readForm(r, "n", "why")
	if err != nil {
		s.Fail(w, r, err)
		return
	}
	n, err := number64(form, "n")
	if err == nil && n == nil {
		err = desk.Invalid("n", "请选择附件")
	}
	var f desk.File
	if err == nil {
		f, err = s.Desk.DownloadFile(r.Context(), identityOf(r.Context()).who, id, int(*n), form.Value("why"))
	}
	if err != nil {
		if form.fail(s, r, err) {
			s.itemPage(w, r, id, form.Status(), itemBody{Form: whyIn(keepFields(form), "file"), Dialog: "file"})
			return
		}
		s.Fail(w, r, err)
		return
	}
	writeFile(w, f.Name, f.Bytes)
}

// keepFields keeps faults and drops values: the item's own fields are read anew.
func keepFields(f Form) Form {
	f.Values = nil
	return f
}

// whyIn points the error summary at the reason in one dialog: several on the page ask for one.
func whyIn(f Form, dialog string) Form {
	for i := range f.Errors {
		if f.Errors[i].ID == "f-why" {
			f.Errors[i].ID = "f-" + dialog + "-why"
		}
	}
	return f
}

// FileRow is an attachment as the item's page lists it.
type FileRow struct {
	desk.File
	Kind   string // interface text
	Light  string // red for what runs, yellow for what isn't what its name says
	Warn   string // interface text
	Length string
}

// fileKinds are kinds of file in words, with the endings that go with them.
var fileKinds = map[string]struct{ word, endings string }{
	"image/jpeg": {"图片", ".jpg .jpeg .jfif"}, "image/png": {"图片", ".png"}, "image/gif": {"图片", ".gif"}, "image/webp": {"图片", ".webp"}, "image/bmp": {"图片", ".bmp"},
	"image/tiff": {"图片", ".tif .tiff"}, "image/heic": {"图片", ".heic .heif"}, "application/pdf": {"PDF 文件", ".pdf"}, "application/ofd": {"OFD 文件", ".ofd"},
	"application/vnd.openxmlformats-officedocument.wordprocessingml.document":   {"Word 文档", ".docx"},
	"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet":         {"Excel 表格", ".xlsx"},
	"application/vnd.openxmlformats-officedocument.presentationml.presentation": {"演示文稿", ".pptx"},
	"application/x-ole-storage": {"Office 文档（旧格式）", ".doc .xls .ppt .wps .et .dps .msg"}, "application/rtf": {"文档", ".rtf .doc"},
	"text/plain": {"文字", ".txt .csv .log .md .ics .vcf .json .xml .eml"}, "text/html": {"网页", ".html .htm"}, "text/xml": {"文字", ".xml .svg"},
	"application/zip": {"压缩包", ".zip .wps .odt .ods"}, "application/x-rar-compressed": {"压缩包", ".rar"}, "application/vnd.rar": {"压缩包", ".rar"},
	"application/x-7z-compressed": {"压缩包", ".7z"}, "application/x-gzip": {"压缩包", ".gz .tgz"}, "audio/mpeg": {"录音", ".mp3"}, "audio/wave": {"录音", ".wav"}, "audio/amr": {"录音", ".amr"},
	"video/mp4": {"视频", ".mp4 .m4a .m4v .mov .3gp"}, "video/webm": {"视频", ".webm"}, "video/avi": {"视频", ".avi"}, "application/x-empty": {"空文件", ""},
}

// runs are kinds of file that do something when they are opened.
var runs = map[string]bool{"application/x-msdownload": true, "application/x-executable": true, "text/x-shellscript": true, "application/x-ms-shortcut": true,
	"application/vnd.ms-office.macroenabled": true, "application/vnd.ms-htmlhelp": true, "application/java-archive": true, "application/vnd.android.package-archive": true,
	"application/vnd.ms-excel.sheet.binary.macroenabled.12": true}

func fileRows(files []desk.File) []FileRow {
	rows := make([]FileRow, len(files))
	for i, f := range files {
		row := FileRow{File: f, Kind: "其他文件", Length: sizeWords(f.Size)}
		k, known := fileKinds[f.Kind]
		ext := strings.ToLower(path.Ext(f.Name))
		switch {
		case runs[f.Kind]:
			row.Kind, row.Light, row.Warn = "程序或含宏文件", LightRed, "可能有害，不要在办公电脑上打开"
		case known:
			row.Kind = k.word
			if ext != "" && k.endings != "" && !strings.Contains(" "+k.endings+" ", " "+ext+" ") {
				row.Light, row.Warn = LightYellow, "内容与文件名不符"
			}
		}
		if f.Refused != "" {
			row.Light, row.Warn = LightYellow, f.Refused
		}
		rows[i] = row
	}
	return rows
}

// sizeWords is a length as people read it.
func sizeWords(n int64) string {
	switch {
	case n < 1000:
		return strconv.FormatInt(n, 10) + " B"
	case n < 1_000_000:
		return strconv.FormatFloat(float64(n)/1000, 'f', 1, 64) + " KB"
	}
	return strconv.FormatFloat(float64(n)/1_000_000, 'f', 1, 64) + " MB"
}

// letters adds to the item's page what letters have beside their words.
func (b *itemBody) letters(rd teller) {
	f := b.File
	b.Files = fileRows(f.Files)
	for _, it := range f.Thread {
		b.Thread = append(b.Thread, NearRow{ItemRow: rd.itemRow(it)})
	}
	for _, row := range b.Files {
		if row.Refused == "" {
			b.Fetch = append(b.Fetch, Option{Value: strconv.Itoa(row.N), Text: row.Name})
		}
	}
	b.FromBox = f.Item.FromBox()
	b.Hidden = f.Item.Sealed && !rd.who.May(desk.ActItemReveal)
	b.May["file"] = len(b.Fetch) > 0 && rd.who.May(desk.ActItemReveal)
	b.May["original"] = rd.who.May(desk.ActItemReveal)
	b.May["reply"] = b.FromBox && !b.Hidden && rd.who.May(desk.ActItemReply)
	if n := len(f.Replies); n > 0 {
		b.Answered = &f.Replies[n-1]
		if b.Reply == "" {
			b.Reply = b.Answered.Body
		}
	}
}

// ReplyVersion is that on which the form for a reply is opened.
func (b itemBody) ReplyVersion() int { return len(b.File.Replies) }
