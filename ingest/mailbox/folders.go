package mailbox

import (
	"slices"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"

	"huiying/ingest"
)

// everyFolder as the path of a mailbox's address takes all folders of the account
// but those in which nobody's letters are kept.
const everyFolder = "*"

// maxFolders bounds the folders of one account.
const maxFolders = 100

// box is a folder of an account.
type box struct {
	name string
	sent bool // what the account itself sent is kept there
}

// foldersOf are the folders that a source reads.
func foldersOf(c *imapclient.Client, to place) (boxes []box, err error) {
	if to.folders[0] != everyFolder {
		for _, f := range to.folders {
			boxes = append(boxes, box{f, sentName(f[strings.LastIndexAny(f, "/.")+1:])})
		}
		return boxes, nil
	}
	return everyBox(c)
}

func everyBox(c *imapclient.Client) ([]box, error) {
	list, err := c.List("", "*", nil).Collect()
	if err != nil {
		return nil, ingest.Failed(err, "列出邮箱文件夹时连接中断")
	}
	var boxes []box
	for _, b := range list {
		known := slices.ContainsFunc(boxes, func(have box) bool { return have.name == b.Mailbox })
		if readable(b) && !known && len(boxes) < maxFolders {
			boxes = append(boxes, box{b.Mailbox, slices.Contains(b.Attrs, imap.MailboxAttrSent) || sentName(lastName(b))})
		}
	}
	slices.SortFunc(boxes, func(a, b box) int { // INBOX first: what is new is there
		switch {
		case strings.EqualFold(a.name, "INBOX"):
			return -1
		case strings.EqualFold(b.name, "INBOX"):
			return 1
		}
		return strings.Compare(a.name, b.name)
	})
	if len(boxes) == 0 {
		return nil, ingest.Failed(nil, "这个邮箱账号没有可读的文件夹")
	}
	return boxes, nil
}

// sentName knows the names under which mail programs keep what was sent.
func sentName(name string) bool {
	return slices.Contains([]string{"sent", "sent items", "sent messages", "sent mail", "已发送", "已发送邮件", "已发邮件", "已发送消息"}, strings.ToLower(name))
}

// apart are names under which mail programs keep what isn't a letter to the office.
var apart = []string{"trash", "deleted", "deleted items", "deleted messages", "junk", "junk email", "junk e-mail", "spam", "drafts", "outbox",
	"已删除", "已删除邮件", "已删除消息", "垃圾箱", "垃圾邮件", "垃圾件箱", "广告邮件", "病毒邮件", "草稿", "草稿箱", "发件箱", "回收站"}

func readable(b *imap.ListData) bool {
	for _, a := range b.Attrs {
		switch a {
		case imap.MailboxAttrNoSelect, imap.MailboxAttrNonExistent, imap.MailboxAttrTrash, imap.MailboxAttrJunk, imap.MailboxAttrDrafts, imap.MailboxAttrAll, imap.MailboxAttrFlagged:
			return false
		}
	}
	return !slices.Contains(apart, strings.ToLower(lastName(b)))
}

// lastName is a folder's name without those of the folders that it is in.
func lastName(b *imap.ListData) string {
	if b.Delim == 0 {
		return b.Mailbox
	}
	return b.Mailbox[strings.LastIndex(b.Mailbox, string(b.Delim))+1:]
}
