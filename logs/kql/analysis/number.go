package analysis

import (
	"encoding/json"
	"strconv"
	"strings"
)

// Number reads a decimal number of a query, as a numeric field does.
func Number(s string) (float64, bool) {
	if strings.ContainsAny(s, "xXpP_nN") { // what only Go reads as a number, and NaN and infinities
		return 0, false
	}
	n, err := strconv.ParseFloat(s, 64)
	return n, err == nil
}

// Float returns the value of a decoded JSON number.
func Float(v any) (float64, bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		n, err := v.Float64()
		return n, err == nil
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	}
	return 0, false
}

// Decimal renders a number as the index of a text field has it.
func Decimal(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }
