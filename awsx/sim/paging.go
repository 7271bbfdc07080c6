package sim

import (
	"encoding/base64"
	"fmt"
	"math"
	"slices"
	"sort"
	"strings"
	"time"
)

// paging cuts one page out of items that are sorted by key. The token carries
// the key of the last item that was shown, so that items which come and go
// between two pages neither hide others nor show them twice.
type paging[T any] struct {
	key        func(T) string
	descending bool
	fallback   int // page size when the request names none
	max        int
}

const tokenPrefix = "sim1:"

func (p paging[T]) cut(items []T, token string, size *int) (page []T, next string, err error) {
	limit := p.fallback
	if size != nil {
		limit = *size
		if limit < 1 || limit > p.max {
			return nil, "", invalid("maxResults must be between 1 and " + itoa(p.max) + ".")
		}
	}
	if items, err = p.after(items, token); err != nil {
		return nil, "", err
	}
	if len(items) <= limit {
		return items, "", nil
	}
	return items[:limit], encodeToken(p.key(items[limit-1])), nil
}

// after returns the items that come after what a token has shown.
func (p paging[T]) after(items []T, token string) ([]T, error) {
	if token == "" {
		return items, nil
	}
	last, ok := decodeToken(token)
	if !ok {
		return nil, invalid("Invalid token.")
	}
	return items[p.beyond(items, last):], nil
}

// beyond is the index of the first item that comes after the key last.
func (p paging[T]) beyond(items []T, last string) int {
	return sort.Search(len(items), func(i int) bool {
		if p.descending {
			return p.key(items[i]) < last
		}
		return p.key(items[i]) > last
	})
}

// countdown is a key that puts the newest first.
func countdown(t time.Time) string { return fmt.Sprintf("%019d", math.MaxInt64-t.UnixNano()) }

func encodeToken(key string) string {
	return base64.StdEncoding.EncodeToString([]byte(tokenPrefix + key))
}

func decodeToken(token string) (string, bool) {
	raw, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return "", false
	}
	return strings.CutPrefix(string(raw), tokenPrefix)
}

// insertName keeps a sorted list of distinct names.
func insertName(names []string, name string) []string {
	i, found := slices.BinarySearch(names, name)
	if found {
		return names
	}
	return slices.Insert(names, i, name)
}
