package wire

import (
	"reflect"
	"testing"
	"time"

	"github.com/aws/smithy-go/encoding/cbor"
	"pgregory.net/rapid"
)

// The SDK's own decoder must read what is written, and what its encoder writes
// must be read.
func TestCBORIsThatOfTheSDK(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		tree := map[string]any{
			"text":   rapid.String().Draw(r, "text"),
			"number": rapid.Int().Draw(r, "number"),
			"real":   rapid.Float64().Draw(r, "real"),
			"flag":   rapid.Bool().Draw(r, "flag"),
			"list":   []any{rapid.IntRange(-300, 300).Draw(r, "small"), nil, map[string]any{"deep": rapid.StringN(0, 400, -1).Draw(r, "deep")}},
		}
		encoded := encodeCBOR(tree)
		value, err := cbor.Decode(encoded)
		if err != nil {
			r.Fatal(err)
		}
		back, err := decodeCBOR(cbor.Encode(value))
		if err != nil || !reflect.DeepEqual(back, any(tree)) {
			r.Fatalf("%v\nwant %v (%v)", back, tree, err)
		}
	})
}

func TestATimeIsTaggedAsOne(t *testing.T) {
	want := time.UnixMilli(1_700_000_000_123)
	value, err := cbor.Decode(encodeCBOR(Epoch{want}))
	if err != nil {
		t.Fatal(err)
	}
	if got, err := cbor.AsTime(value); err != nil || !got.Equal(want) {
		t.Errorf("%s (%v), want %s", got, err, want)
	}
}

func TestIndefiniteLengthsAreRead(t *testing.T) {
	// {_ "a": [_ 1, (_ "x", "y")]}
	body := []byte{0xbf, 0x61, 'a', 0x9f, 0x01, 0x7f, 0x61, 'x', 0x61, 'y', 0xff, 0xff, 0xff}
	got, err := decodeCBOR(body)
	if want := any(map[string]any{"a": []any{1, "xy"}}); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%v (%v), want %v", got, err, want)
	}
}

func TestHostileCBORIsRefused(t *testing.T) {
	deep := make([]byte, 4096)
	for i := range deep {
		deep[i] = 0x81
	}
	for name, body := range map[string][]byte{
		"nothing":        {},
		"cut short":      {0x61},
		"long text":      {0x7b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"endless array":  {0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00},
		"no break":       {0x9f, 0x01},
		"lone break":     {0xff},
		"key no string":  {0xa1, 0x01, 0x01},
		"more than one":  {0x01, 0x01},
		"reserved":       {0x1c},
		"deep":           deep,
		"large integer":  {0x1b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff},
		"mixed chunks":   {0x7f, 0x41, 0x01, 0xff},
		"integer open":   {0x1f},
		"half a float":   {0xfb, 0x01},
		"unknown simple": {0xe0},
	} {
		if v, err := decodeCBOR(body); err == nil {
			t.Errorf("%s was read as %v", name, v)
		}
	}
}

func FuzzCBOR(f *testing.F) {
	f.Add(encodeCBOR(map[string]any{"AlarmNames": []any{"a", "b"}, "MaxRecords": 100}))
	f.Fuzz(func(t *testing.T, body []byte) { _, _ = decodeCBOR(body) })
}
