// Package merge reads several log stores as one logs.Source: a query is split by the
// fields that it names, each store is asked for its own lines, and the answers are
// put in one order.
//
// It knows no store. How pages of several answers are joined is logs.OldestFirst and
// logs.NewestFirst, which a store that searches in parts uses as well.
package merge
