package hotline

import (
	"context"
	"errors"
	"io"

	"huiying/desk"
)

// Lines puts NDJSON of any length through the door, chunk by chunk, and hands the
// results of each commit to took, one after the other, their indexes counted over
// the whole. It stops at the first chunk that isn't taken; repeating the whole is
// harmless. begin is desk.Begin.
func Lines(ctx context.Context, begin func(context.Context, desk.Source, desk.Batch) (desk.Finish, error), src desk.Source, in io.Reader,
	took func([]desk.Result) error) error {
	next := 0
	var failed error
	var chunk block
	pipe := newPipe(func(raw desk.Raw) (desk.Finish, error) {
		return begin(ctx, src, desk.Batch{Raws: []desk.Raw{raw}})
	}, func(f desk.Finish) ([]desk.Result, error) { return f(ctx) }, func(results []desk.Result) error {
		for i := range results {
			results[i].Index += next
		}
		next += len(results)
		return took(results)
	})
	commit := func() bool {
		if chunk.lines == 0 {
			return true
		}
		raw := chunk.raw()
		chunk = block{}
		failed = pipe.put(raw)
		return failed == nil
	}
	var end error
	blocks(in, func(b block) bool {
		if b.oversize > 0 && !commit() {
			return false
		}
		chunk.bytes, chunk.lines, chunk.oversize = append(chunk.bytes, b.bytes...), chunk.lines+b.lines, b.oversize
		end = b.err
		if b.err != nil || b.oversize > 0 || chunk.lines >= chunkLines || len(chunk.bytes) >= chunkBytes {
			return commit()
		}
		return true
	})
	if err := pipe.close(); failed == nil {
		failed = err
	}
	if failed != nil {
		return failed
	}
	if errors.Is(end, io.EOF) {
		return nil
	}
	return end
}
