package sim

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"math/rand/v2"
	"time"
)

// source makes the account's random choices, all from one seed.
type source struct{ *rand.Rand }

// Separate streams keep the control plane the same whether or not anyone
// listens to the logs, and the logs the same however often someone calls.
const (
	controlStream = 0x6563732d636f6e74
	logStream     = 0x6c6f672d6c696e65
	callStream    = 0x6170692d63616c6c
	asideStream   = 0x61736964652d7365
)

func newSource(seed, stream uint64) source {
	return source{rand.New(rand.NewPCG(seed, stream))}
}

func (s source) pick(alphabet string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[s.IntN(len(alphabet))]
	}
	return string(b)
}

// hex returns n hexadecimal digits.
func (s source) hex(n int) string { return s.pick("0123456789abcdef", n) }

// digits returns n decimal digits, the first of which is not zero.
func (s source) digits(n int) string {
	return s.pick("123456789", 1) + s.pick("0123456789", n-1)
}

// word returns n characters of the alphabet that ECS uses for the ids of
// service deployments.
func (s source) word(n int) string {
	return s.pick("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-", n)
}

// uuid returns a random identifier in the usual grouping.
func (s source) uuid() string {
	return s.hex(8) + "-" + s.hex(4) + "-4" + s.hex(3) + "-a" + s.hex(3) + "-" + s.hex(12)
}

// between returns a duration in [low, high).
func (s source) between(low, high time.Duration) time.Duration {
	if high <= low {
		return low
	}
	return low + time.Duration(s.Int64N(int64(high-low)))
}

// contentDigest is a digest that depends on its parts alone: a registry outside
// the account serves the same bytes under the same name.
func contentDigest(parts ...any) string {
	sum := sha256.Sum256([]byte(fmt.Sprint(parts...)))
	return "sha256:" + hex.EncodeToString(sum[:])
}

// arn composes a name in the account's partition, region and account.
func (a *Account) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + a.opts.Region + ":" + a.opts.AccountID + ":" + resource
}
