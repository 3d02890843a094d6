package classify

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

const (
	// LineLimit is how long a line of input may be, in bytes; a longer one is
	// skipped with an error line.
	LineLimit = 16 << 20
	batchSize = 256 << 10 // bytes of lines that a worker takes at once
)

// job is a batch of lines on its way through a worker.
type job[T any] struct {
	lines   [][]byte // nil marks a line that was too long
	results []T
	done    chan error
}

// Each hands every line of in to handle, on the given number of workers, and what
// comes of it to take, one at a time and in the order of the input. Blank lines
// are passed over. At most a few batches are held at a time.
func Each[T any](ctx context.Context, in io.Reader, workers int, handle func(context.Context, Line) (T, error), take func(T) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	todo := make(chan *job[T], workers)
	order := make(chan *job[T], 2*workers)

	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for j := range todo {
				j.done <- j.work(ctx, handle)
			}
		})
	}
	var readErr error
	wg.Go(func() {
		defer close(order)
		defer close(todo)
		readErr = split(ctx, in, func(lines [][]byte) bool {
			j := &job[T]{lines: lines, done: make(chan error, 1)}
			select {
			case todo <- j:
			case <-ctx.Done():
				return false
			}
			select {
			case order <- j:
			case <-ctx.Done():
				return false
			}
			return true
		})
	})

	var err error
	for j := range order {
		if e := <-j.done; err == nil {
			err = e
		}
		for i := 0; i < len(j.results) && err == nil; i++ {
			err = take(j.results[i])
		}
		if err != nil {
			cancel(err)
		}
	}
	wg.Wait()
	if err != nil {
		return err
	}
	if readErr != nil {
		return readErr
	}
	return context.Cause(ctx)
}

func (j *job[T]) work(ctx context.Context, handle func(context.Context, Line) (T, error)) error {
	for i, raw := range j.lines {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		line := Line{ID: json.RawMessage("null"), Err: fmt.Errorf("一行超过 %d MiB", LineLimit>>20)}
		if raw != nil {
			line = ParseLine(raw)
		}
		result, err := handle(ctx, line)
		if err != nil {
			return err
		}
		j.results = append(j.results, result)
		j.lines[i] = nil
	}
	return nil
}

// split reads batches of lines until the end or until emit says no more. What is
// there already is handed on before waiting for more, so that a slow writer gets
// its answers line by line.
func split(ctx context.Context, in io.Reader, emit func([][]byte) bool) error {
	r := bufio.NewReaderSize(in, 64<<10)
	var lines [][]byte
	size := 0
	flush := func() bool {
		if len(lines) == 0 {
			return true
		}
		batch := lines
		lines, size = nil, 0
		return emit(batch)
	}
	for ctx.Err() == nil {
		line, err := readLine(r)
		if err != nil && !errors.Is(err, io.EOF) {
			flush()
			return fmt.Errorf("reading lines: %w", err)
		}
		if line == nil || len(bytes.TrimSpace(line)) > 0 {
			lines = append(lines, line)
			size += len(line)
		}
		if err != nil || size >= batchSize || r.Buffered() == 0 {
			if !flush() || err != nil {
				return nil
			}
		}
	}
	return nil
}

// readLine gives the next line, empty but not nil when blank; nil when it was too
// long, its rest skipped.
func readLine(r *bufio.Reader) ([]byte, error) {
	line := []byte{}
	for {
		part, err := r.ReadSlice('\n')
		if line != nil {
			if line = append(line, part...); len(line) > LineLimit {
				line = nil
			}
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return line, err
		}
	}
}
