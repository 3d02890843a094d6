package main

import (
	"context"
	"log/slog"
	"reflect"
	"time"

	"huiying/desk"
)

// ownWords takes up the office's words and duty list when its policy file changes. All
// else in the file holds from the next start on: clocks that run don't change under
// people's hands.
type ownWords struct {
	file   policyFlag
	reader *classifier
	log    *slog.Logger
	seen   desk.OfficeReading
	failed string // said already
}

// RunOnce reads the file. One that can't be read or is wrong changes nothing, and is
// said once.
func (o *ownWords) RunOnce(context.Context, time.Time) (bool, error) {
	policy, err := o.file.read()
	if err == nil {
		if reflect.DeepEqual(policy.Reading, o.seen) {
			o.failed = ""
			return false, nil
		}
		err = o.reader.use(policy)
	}
	if err != nil {
		if said := refusal(err); said != o.failed {
			o.failed = said
			o.log.Error("the policy file's words and duties stay as they were", "why", said)
		}
		return false, nil
	}
	o.seen, o.failed = policy.Reading, ""
	o.log.Info("words and duties of the office taken up", "words", len(o.seen.Words), "duties", len(o.seen.Duties))
	return false, nil
}
