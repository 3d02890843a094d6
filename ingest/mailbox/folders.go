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

// foldersOf are the folders that a source reads.
func foldersOf(c *imapclient.Client, to place) ([]string, error) {
	if to.folders[0] != everyFolder {
		return to.folders, nil
	}
	boxes, err := c.List("", "*", nil).Collect()
	if err != nil {
		return nil, ingest.Failed(err, "列出邮箱文件夹时连接中断")
	}
	var names []string
	for _, b := range boxes {
		if readable(b) && !slices.Contains(names, b.Mailbox) && len(names) < maxFolders {
			names = append(names, b.Mailbox)
		}
	}
	slices.SortFunc(names, func(a, b string) int { // INBOX first: what is new is there
		switch {
		case strings.EqualFold(a, "INBOX"):
			return -1
		case strings.EqualFold(b, "INBOX"):
			return 1
		}
		return strings.Compare(a, b)
	})
	if len(names) == 0 {
		return nil, ingest.Failed(nil, "这个邮箱账号没有可读的文件夹")
	}
	return names, nil
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
	name := b.Mailbox
	if b.Delim != 0 {
		name = name[strings.LastIndex(name, string(b.Delim))+1:]
	}
	return !slices.Contains(apart, strings.ToLower(name))
}
