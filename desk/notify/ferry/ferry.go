// Package ferry has notices carried to the outer nodes, in the signed batches that a
// gateway for files passes. What is outside takes them from there: this office has no
// line of its own to any provider.
package ferry

import (
	"context"
	"errors"
	"strconv"
	"time"

	"huiying/desk"
)

// Notifier hands messages to the ferry. Carry is desk.FerryNotice, set before the first
// message: it keeps the message for every outer node, once for its key, and says how
// many there are.
type Notifier struct {
	Carry func(ctx context.Context, key, text string) (nodes int, err error)
}

// waitForNode is when a message is tried again that has nowhere to go: a source may be
// paused for the moment.
const waitForNode = 30 * time.Second

// Send keeps the message for the next batch: sent is what is kept, since from there on
// nothing loses it. That somebody outside has it is the receipts' business.
func (n *Notifier) Send(ctx context.Context, m desk.Message) desk.Sent {
	nodes, err := n.Carry(ctx, m.Key, m.Text)
	switch {
	case err != nil:
		return desk.Sent{Outcome: desk.OutcomeRetry, Err: err}
	case nodes == 0:
		return desk.Sent{Outcome: desk.OutcomeRetry, RetryAfter: waitForNode, Err: errors.New("no outer node is configured, or all are paused")}
	}
	return desk.Sent{Outcome: desk.OutcomeSent, Receipt: "ferry/" + strconv.Itoa(nodes)}
}
