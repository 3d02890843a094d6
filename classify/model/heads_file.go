package model

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
)

const headsFormat = "huiying learnt heads 1\n"

// MaxFile is how large a model file may be, in bytes.
const MaxFile = 8 << 20

// ReadHeads reads what Bytes wrote.
func ReadHeads(data []byte) (*Heads, error) {
	if len(data) > MaxFile {
		return nil, fmt.Errorf("learnt heads: %d bytes are more than a model file may have", len(data))
	}
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	const most = 1<<headBits*(4+maxHeads) + 1<<20
	all, err := io.ReadAll(io.LimitReader(z, most+1))
	if err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	broken := errors.New("learnt heads: the file contradicts itself")
	rest, ok := bytes.CutPrefix(all, []byte(headsFormat))
	if !ok || len(all) > most || len(rest) < 8 {
		return nil, errors.New("learnt heads: not a file of learnt heads")
	}
	n, rows := int(binary.BigEndian.Uint32(rest)), int(binary.BigEndian.Uint32(rest[4:]))
	if rest = rest[8:]; n > len(rest) {
		return nil, broken
	}
	h := &Heads{}
	if err := json.Unmarshal(rest[:n], &h.head); err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	rest = rest[n:]
	for _, f := range h.head.Fields {
		if !slices.Contains(Learnt, f.Field) || len(f.Scale) != len(f.Labels) || len(f.Labels) < 2 {
			return nil, broken
		}
		h.width += len(f.Labels)
	}
	if h.head.Bits != headBits || h.width == 0 || h.width > maxHeads || rows > 1<<headBits || len(rest) != rows*(4+h.width) {
		return nil, broken
	}
	ids := make([]uint32, rows)
	for i := range ids {
		ids[i] = binary.BigEndian.Uint32(rest[4*i:])
		if ids[i] >= 1<<headBits || i > 0 && ids[i] <= ids[i-1] {
			return nil, broken
		}
	}
	rest = rest[4*rows:]
	h.rows = make([]int8, len(rest))
	for i, b := range rest {
		h.rows[i] = int8(b)
	}
	h.index(ids)
	return h, nil
}

// index prepares the look-ups for features in the order of their rows.
func (h *Heads) index(ids []uint32) {
	h.used = make([]used, 1<<headBits/64)
	for _, id := range ids {
		h.used[id/64].mask |= 1 << (id % 64)
	}
	before := uint32(0)
	at := 0
	for i := range h.used {
		h.used[i].before = before
		for at < len(ids) && int(ids[at]/64) == i {
			at, before = at+1, before+1
		}
	}
	h.pool = sync.Pool{New: func() any { return newExtractor(headBits) }}
}

// ids are the features that have rows, in order.
func (h *Heads) ids() []uint32 {
	var list []uint32
	for id := range uint32(1 << headBits) {
		if h.used[id/64].mask>>(id%64)&1 == 1 {
			list = append(list, id)
		}
	}
	return list
}

// Bytes is the file: the same heads give the same bytes.
func (h *Heads) Bytes() ([]byte, error) {
	text, err := json.Marshal(h.head)
	if err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	ids := h.ids()
	data := []byte(headsFormat)
	data = binary.BigEndian.AppendUint32(data, uint32(len(text)))
	data = binary.BigEndian.AppendUint32(data, uint32(len(ids)))
	data = append(data, text...)
	for _, id := range ids {
		data = binary.BigEndian.AppendUint32(data, id)
	}
	for _, x := range h.rows {
		data = append(data, byte(x))
	}
	var b bytes.Buffer
	z, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	if _, err := z.Write(data); err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	if err := z.Close(); err != nil {
		return nil, fmt.Errorf("learnt heads: %w", err)
	}
	return b.Bytes(), nil
}
