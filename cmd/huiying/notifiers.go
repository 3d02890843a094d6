package main

import (
	"huiying/desk"
	"huiying/desk/notify"
	"huiying/desk/notify/ferry"
	"huiying/desk/notify/slack"
)

// notifiers is the table of channels that alerts go out by, of those that are
// configured: a new one is a few lines here.
func (c serveCmd) notifiers() (notify.Table, error) {
	table := notify.Table{}
	if c.SlackToken != "" || c.SlackChannel != "" {
		n, err := slack.New(slack.Options{Token: c.SlackToken, Channel: c.SlackChannel, APIURL: c.SlackAPIURL})
		if err != nil {
			return nil, err
		}
		table["slack"] = n
	}
	if c.FerryNotices {
		if c.FerryDir == "" {
			return nil, desk.Invalid("ferry-notices", "请同时用 --ferry-dir 指定摆渡文件夹")
		}
		table["ferry"] = &ferry.Notifier{}
	}
	return table, nil
}
