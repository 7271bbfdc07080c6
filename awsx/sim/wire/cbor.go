package wire

import (
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
)

// The subset of CBOR (RFC 8949) that the Smithy RPC v2 protocol uses. Trees are
// those of decodeTree, with integers as int and epoch for times.

// Major types.
const (
	cborUint = iota
	cborNegative
	cborBytes
	cborText
	cborArray
	cborMap
	cborTag
	cborSimple
)

const (
	cborIndefinite = 31
	cborBreak      = 0xff
	cborEpochTag   = 1
	cborMaxDepth   = 32
)

var errCBOR = errors.New("the request body is not valid CBOR")

// encodeCBOR marshals a tree of this package's own making.
func encodeCBOR(v any) []byte { return appendCBOR(nil, v) }

func appendCBOR(b []byte, v any) []byte {
	switch v := v.(type) {
	case nil:
		return append(b, 0xf6)
	case bool:
		if v {
			return append(b, 0xf5)
		}
		return append(b, 0xf4)
	case int:
		if v < 0 {
			return appendHead(b, cborNegative, uint64(-1-v))
		}
		return appendHead(b, cborUint, uint64(v))
	case float64:
		return binary.BigEndian.AppendUint64(append(b, 0xfb), math.Float64bits(v))
	case Epoch:
		return appendCBOR(appendHead(b, cborTag, cborEpochTag), float64(v.UnixMilli())/1000)
	case string:
		return append(appendHead(b, cborText, uint64(len(v))), v...)
	case []any:
		b = appendHead(b, cborArray, uint64(len(v)))
		for _, item := range v {
			b = appendCBOR(b, item)
		}
		return b
	case map[string]any:
		b = appendHead(b, cborMap, uint64(len(v)))
		for _, name := range slices.Sorted(maps.Keys(v)) {
			b = appendCBOR(appendCBOR(b, name), v[name])
		}
		return b
	}
	panic(fmt.Sprintf("sim: encode CBOR: %T", v))
}

func appendHead(b []byte, major byte, n uint64) []byte {
	major <<= 5
	switch {
	case n < 24:
		return append(b, major|byte(n))
	case n <= math.MaxUint8:
		return append(b, major|24, byte(n))
	case n <= math.MaxUint16:
		return binary.BigEndian.AppendUint16(append(b, major|25), uint16(n))
	case n <= math.MaxUint32:
		return binary.BigEndian.AppendUint32(append(b, major|26), uint32(n))
	}
	return binary.BigEndian.AppendUint64(append(b, major|27), n)
}

// decodeCBOR reads one value, which must be all there is.
func decodeCBOR(body []byte) (any, error) {
	d := cborDecoder{rest: body}
	v, err := d.value(0)
	if err == nil && len(d.rest) > 0 {
		err = errCBOR
	}
	return v, err
}

type cborDecoder struct{ rest []byte }

// take removes the next n bytes.
func (d *cborDecoder) take(n uint64) ([]byte, error) {
	if n > uint64(len(d.rest)) {
		return nil, errCBOR
	}
	taken := d.rest[:n]
	d.rest = d.rest[n:]
	return taken, nil
}

// head reads a major type, its additional information and its argument.
func (d *cborDecoder) head() (major, info byte, argument uint64, err error) {
	first, err := d.take(1)
	if err != nil {
		return 0, 0, 0, err
	}
	major, info = first[0]>>5, first[0]&31
	switch {
	case info < 24 || info == cborIndefinite:
		return major, info, uint64(info), nil
	case info > 27:
		return 0, 0, 0, errCBOR
	}
	raw, err := d.take(1 << (info - 24))
	if err != nil {
		return 0, 0, 0, err
	}
	var wide [8]byte
	copy(wide[8-len(raw):], raw)
	return major, info, binary.BigEndian.Uint64(wide[:]), nil
}

func (d *cborDecoder) value(depth int) (any, error) {
	if depth > cborMaxDepth {
		return nil, errCBOR
	}
	major, info, n, err := d.head()
	if err != nil {
		return nil, err
	}
	if info == cborIndefinite && major < cborBytes {
		return nil, errCBOR
	}
	switch major {
	case cborUint, cborNegative:
		if n > math.MaxInt64 {
			return nil, errCBOR
		}
		if major == cborNegative {
			return -1 - int(n), nil
		}
		return int(n), nil
	case cborBytes, cborText:
		return d.text(major, info, n)
	case cborArray:
		items := []any{}
		err := d.each(info, n, func() error {
			item, err := d.value(depth + 1)
			items = append(items, item)
			return err
		})
		return items, err
	case cborMap:
		return d.object(info, n, depth)
	case cborTag:
		return d.value(depth + 1) // what a tag means is plain from the member
	}
	return simpleCBOR(info, n)
}

// text joins the chunks of an indefinite string.
func (d *cborDecoder) text(major, info byte, n uint64) (string, error) {
	if info != cborIndefinite {
		raw, err := d.take(n)
		return string(raw), err
	}
	var joined []byte
	err := d.each(info, 0, func() error {
		kind, inner, size, err := d.head()
		if err != nil || kind != major || inner == cborIndefinite {
			return errCBOR
		}
		chunk, err := d.take(size)
		joined = append(joined, chunk...)
		return err
	})
	return string(joined), err
}

func (d *cborDecoder) object(info byte, n uint64, depth int) (map[string]any, error) {
	members := map[string]any{}
	err := d.each(info, n, func() error {
		name, err := d.value(depth + 1)
		if err != nil {
			return err
		}
		key, ok := name.(string)
		if !ok {
			return errCBOR
		}
		members[key], err = d.value(depth + 1)
		return err
	})
	return members, err
}

// each runs do n times, or until the break of an indefinite length.
func (d *cborDecoder) each(info byte, n uint64, do func() error) error {
	for i := uint64(0); info == cborIndefinite || i < n; i++ {
		if info == cborIndefinite && len(d.rest) > 0 && d.rest[0] == cborBreak {
			d.rest = d.rest[1:]
			return nil
		}
		if err := do(); err != nil {
			return err
		}
	}
	return nil
}

func simpleCBOR(info byte, n uint64) (any, error) {
	switch info {
	case 20, 21:
		return info == 21, nil
	case 22, 23:
		return nil, nil
	case 26:
		return float64(math.Float32frombits(uint32(n))), nil
	case 27:
		return math.Float64frombits(n), nil
	}
	return nil, errCBOR
}
