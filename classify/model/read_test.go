package model

import (
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"encoding/json"
	"testing"

	"huiying/desk"
)

// packed is a model file around a head and its weights.
func packed(t testing.TB, start string, head any, weights []byte) []byte {
	t.Helper()
	text, err := json.Marshal(head)
	if err != nil {
		t.Fatal(err)
	}
	return squeezed(t, append(append(binary.BigEndian.AppendUint32([]byte(start), uint32(len(text))), text...), weights...))
}

func squeezed(t testing.TB, plain []byte) []byte {
	t.Helper()
	var file bytes.Buffer
	z := gzip.NewWriter(&file)
	if _, err := z.Write(plain); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// TestReadRefuses: a file that isn't whole, or whose head contradicts itself, is refused with a word.
func TestReadRefuses(t *testing.T) {
	t.Parallel()
	small := head{Bits: 10, Labels: []string{"a", "b"}, Scale: []float64{1, 1}, Bias: []float64{0, 0}, Steep: 1}
	few, many, short := small, small, small
	few.Labels, many.Bits, short.Scale = []string{"a"}, 25, nil
	weights := make([]byte, 2*line<<10)
	if _, err := Read(bytes.NewReader(packed(t, format, small, weights))); err != nil {
		t.Fatalf("a good one: %v", err)
	}
	for name, file := range map[string][]byte{
		"nothing": nil, "half": packed(t, format, small, weights)[:40], "no gzip": []byte("model"), "another format": packed(t, "huiying!"+format[8:], small, weights),
		"one class": packed(t, format, few, weights), "too many bits": packed(t, format, many, weights), "no scale": packed(t, format, short, weights),
		"cut weights": packed(t, format, small, weights[:100]), "no head": squeezed(t, []byte(format)), "a long head": squeezed(t, append([]byte(format), 0xff, 0xff, 0xff, 0xff)),
	} {
		if _, err := Read(bytes.NewReader(file)); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}

// FuzzRead gives the reader's inside what a broken or foreign file could hold.
func FuzzRead(f *testing.F) {
	small := head{Bits: 10, Labels: []string{"a", "b"}, Scale: []float64{1, 1}, Bias: []float64{0, 0}, Steep: 1}
	text, err := json.Marshal(small)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(text, []byte{1, 2, 3, 4})
	f.Add([]byte(`{"bits":24}`), []byte{})
	f.Fuzz(func(t *testing.T, head, weights []byte) {
		if len(head) > 1<<17 || len(weights) > 1<<10 {
			return
		}
		plain := append(binary.BigEndian.AppendUint32([]byte(format), uint32(len(head))), head...)
		if full := make([]byte, 2*line<<10); len(weights) > 0 {
			for i := range full {
				full[i] = weights[i%len(weights)]
			}
			plain = append(plain, full...)
		}
		m, err := Read(bytes.NewReader(squeezed(t, plain)))
		if err != nil {
			return
		}
		doc := document("充电桩坏了", "电动车充不上电")
		m.Judge(&doc, &desk.Verdict{Confidence: map[string]float64{}})
	})
}
