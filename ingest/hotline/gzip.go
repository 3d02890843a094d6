package hotline

import (
	"io"

	"huiying/desk"
)

const (
	// bombFree is what may be unpacked before its ratio is looked at.
	bombFree = 16 << 20
	// bombRatio is more than text ever shrinks by: JSON of repeated letters stays
	// under 100, deflate ends at 1,032.
	bombRatio = 300
)

// counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// bounded unpacks a stream of any length, but not a bomb.
type bounded struct {
	z      io.Reader
	packed *counter
	n      int64
}

func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.z.Read(p)
	b.n += int64(n)
	if b.n > bombFree && b.n > bombRatio*b.packed.n {
		return 0, desk.Invalid("", "压缩内容展开后异常庞大，已拒绝")
	}
	return n, err
}
