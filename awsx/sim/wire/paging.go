package wire

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"math"
	"sort"
	"strconv"
	"strings"
	"time"
)

// Paging cuts one page out of items that are sorted by key. The token carries
// the key of the last item that was shown, so that items which come and go
// between two pages neither hide others nor show them twice.
type Paging[T any] struct {
	Key        func(T) string
	Descending bool
	Fallback   int // page size when the request names none
	Max        int
	Token      string // how an answer calls the next token; empty is nextToken
}

const tokenPrefix = "sim1:"

// Cut returns the page that follows token, and the token of the page after it, empty
// on the last one. Size nil is the fallback; one out of range is refused.
func (p Paging[T]) Cut(items []T, token string, size *int) (page []T, next string, err error) {
	limit := p.Fallback
	if size != nil {
		limit = *size
		if limit < 1 || limit > p.Max {
			return nil, "", Invalid("maxResults must be between 1 and " + strconv.Itoa(p.Max) + ".")
		}
	}
	if items, err = p.After(items, token); err != nil {
		return nil, "", err
	}
	if len(items) <= limit {
		return items, "", nil
	}
	return items[:limit], EncodeToken(p.Key(items[limit-1])), nil
}

// After returns the items that come after what a token has shown.
func (p Paging[T]) After(items []T, token string) ([]T, error) {
	if token == "" {
		return items, nil
	}
	last, ok := DecodeToken(token)
	if !ok {
		return nil, Invalid("Invalid token.")
	}
	return items[p.beyond(items, last):], nil
}

// beyond is the index of the first item that comes after the key last.
func (p Paging[T]) beyond(items []T, last string) int {
	return sort.Search(len(items), func(i int) bool {
		if p.Descending {
			return p.Key(items[i]) < last
		}
		return p.Key(items[i]) > last
	})
}

// Countdown is a key that puts the newest first.
func Countdown(t time.Time) string { return fmt.Sprintf("%019d", math.MaxInt64-t.UnixNano()) }

// EncodeToken makes an opaque token of a key.
func EncodeToken(key string) string {
	return base64.StdEncoding.EncodeToString([]byte(tokenPrefix + key))
}

// DecodeToken returns the key of a token of EncodeToken.
func DecodeToken(token string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(raw), tokenPrefix)
}

// Answer answers a list call with the page that it asks for, each item as describe
// gives it.
func (p Paging[T]) Answer(field string, items []T, token string, size *int, describe func(T) any) ([]byte, error) {
	page, next, err := p.Cut(items, token, size)
	if err != nil {
		return nil, err
	}
	described := make([]any, len(page))
	for i, item := range page {
		described[i] = describe(item)
	}
	list := Encode(described) // at once, which costs half of one by one
	rest := map[string]string{}
	if next != "" {
		rest[cmp.Or(p.Token, "nextToken")] = next
	}
	return Envelope(field, [][]byte{list[1 : len(list)-1]}, rest), nil
}
