package main

import "github.com/alexedwards/argon2id"

// passwords are argon2id: 19 MiB, two passes, one lane (OWASP's first choice
// for servers that must not be starved of memory by sign-ins).
type passwords struct{}

var argon = &argon2id.Params{Memory: 19 * 1024, Iterations: 2, Parallelism: 1, SaltLength: 16, KeyLength: 32}

// Hash implements desk.Passwords.
func (passwords) Hash(password string) (string, error) { return argon2id.CreateHash(password, argon) }

// Check implements desk.Passwords.
func (passwords) Check(password, hash string) (bool, error) {
	return argon2id.ComparePasswordAndHash(password, hash)
}
