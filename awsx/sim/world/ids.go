package world

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// Source makes the account's random choices, all from one seed.
type Source struct{ *rand.Rand }

// Separate streams keep the control plane the same whether or not anyone
// listens to the logs, and the logs the same however often someone calls.
const (
	controlStream = 0x6563732d636f6e74
	LogStream     = 0x6c6f672d6c696e65
	CallStream    = 0x6170692d63616c6c
	asideStream   = 0x61736964652d7365
)

// NewSource returns one of the streams of a seed.
func NewSource(seed, stream uint64) Source {
	return Source{rand.New(rand.NewPCG(seed, stream))}
}

// Pick returns n characters of an alphabet.
func (s Source) Pick(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

// Hex returns n hexadecimal digits.
func (s Source) Hex(n int) string { return s.Pick("0123456789abcdef", n) }

// Digits returns n decimal digits, the first of which is not zero.
func (s Source) Digits(n int) string {
	return s.Pick("123456789", 1) + s.Pick("0123456789", n-1)
}

// Word returns n characters of the alphabet that ECS uses for the ids of
// service deployments.
func (s Source) Word(n int) string {
	return s.Pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", n)
}

// UUID returns a random identifier in the usual grouping.
func (s Source) UUID() string {
	return s.Hex(8) + "-" + s.Hex(4) + "-4" + s.Hex(3) + "-a" + s.Hex(3) + "-" + s.Hex(12)
}

// Between returns a duration in [low, high).
func (s Source) Between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(s.Int64N(int64(high-low)))
}

// ContentDigest is a digest that depends on its parts alone: a registry outside
// the account serves the same bytes under the same name.
func ContentDigest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// ARN composes a name in the account's partition, region and account.
func (a *World) ARN(service, resource string) string {
	return "arn:aws:" + service + ":" + a.Region + ":" + a.AccountID + ":" + resource
}
