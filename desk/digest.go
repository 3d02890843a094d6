package desk

import "crypto/sha256"

// sha is the digest that raws and proofs are known by.
func sha(b []byte) []byte {
	sum := sha256.Sum256(b)
	return sum[:]
}
