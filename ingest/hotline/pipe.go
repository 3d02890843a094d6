package hotline

import "huiying/desk"

// ahead is how many chunks that are begun may wait for those before them.
const ahead = 2

// pipe puts chunks through the door in the order given: while it finishes one, the
// next ones are begun, kept and read. What is finished is told in the same order, from one
// goroutine.
type pipe struct {
	begin func(desk.Raw) (desk.Finish, error)
	begun chan desk.Finish
	ended chan struct{} // the finisher has stopped
	err   error         // why, to be read after ended
}

// newPipe starts the finisher. begin and finish get the time they may take from the
// caller; told gets the results of each chunk, its error stops the pipe.
func newPipe(begin func(desk.Raw) (desk.Finish, error), finish func(desk.Finish) ([]desk.Result, error), told func([]desk.Result) error) *pipe {
	p := &pipe{begin: begin, begun: make(chan desk.Finish, ahead), ended: make(chan struct{})}
	go func() {
		defer close(p.ended)
		for f := range p.begun {
			results, err := finish(f)
			if err == nil {
				err = told(results)
			}
			if err != nil {
				p.err = err
				return
			}
		}
	}()
	return p
}

// put begins a chunk. The error may be of an earlier one; after it nothing is taken.
func (p *pipe) put(raw desk.Raw) error {
	select {
	case <-p.ended:
		return p.err
	default:
	}
	f, err := p.begin(raw)
	if err != nil {
		return err
	}
	select {
	case p.begun <- f:
		return nil
	case <-p.ended:
		return p.err
	}
}

// close waits until all that was begun is finished, or can't be.
func (p *pipe) close() error {
	close(p.begun)
	<-p.ended
	return p.err
}
