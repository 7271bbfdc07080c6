package sdk

import (
	"encoding/json"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
)

// overCBOR reports whether a request is of the protocol RPC v2 CBOR, and returns
// its operation: the end of the path.
func overCBOR(r *http.Request) (op string, ok bool) {
	return r.URL.Path[strings.LastIndexByte(r.URL.Path, '/')+1:], r.Header.Get("Smithy-Protocol") == "rpc-v2-cbor"
}

// fromCBOR decodes a request's body into what JSON would have been.
func fromCBOR(body []byte) (map[string]any, error) {
	v, err := cbor.Decode(body)
	if err != nil {
		return nil, err
	}
	m, _ := plain(v).(map[string]any)
	return m, nil
}

func plain(v cbor.Value) any {
	switch v := v.(type) {
	case cbor.Map:
		m := map[string]any{}
		for name, item := range v {
			m[name] = plain(item)
		}
		return m
	case cbor.List:
		l := []any{}
		for _, item := range v {
			l = append(l, plain(item))
		}
		return l
	case cbor.String:
		return string(v)
	case cbor.Uint:
		return float64(v)
	case cbor.Bool:
		return bool(v)
	}
	return nil
}

// toCBOR encodes an answer that is written as JSON; texts that are times become
// such.
func toCBOR(answer string) (string, error) {
	var v any
	if err := json.Unmarshal([]byte(answer), &v); err != nil {
		return "", err
	}
	return string(cbor.Encode(encodable(v))), nil
}

func encodable(v any) cbor.Value {
	switch v := v.(type) {
	case map[string]any:
		m := cbor.Map{}
		for name, item := range v {
			m[name] = encodable(item)
		}
		return m
	case []any:
		l := cbor.List{}
		for _, item := range v {
			l = append(l, encodable(item))
		}
		return l
	case string:
		if at, err := time.Parse(time.RFC3339, v); err == nil {
			return &cbor.Tag{ID: 1, Value: cbor.Float64(float64(at.UnixMilli()) / 1000)}
		}
		return cbor.String(v)
	case float64:
		if v == math.Trunc(v) && v >= 0 {
			return cbor.Uint(v)
		}
		return cbor.Float64(v)
	case bool:
		return cbor.Bool(v)
	}
	return &cbor.Nil{}
}
