package wire

import (
	"bytes"
	"encoding/json"
	"errors"
	"net/url"
)

// Operation acts on a request and returns the answer's body: JSON, or in the
// Query protocol what stands within the result element.
type Operation func(*Request) ([]byte, error)

// JSON makes an operation of one with a typed input. A body that does not decode
// is answered as the services' own front end does.
func JSON[In any](do func(*In) ([]byte, error)) Operation {
	return Signed(func(_ *Request, in *In) ([]byte, error) { return do(in) })
}

// Signed is JSON for one that also asks what it was signed for.
func Signed[In any](do func(*Request, *In) ([]byte, error)) Operation {
	return func(r *Request) ([]byte, error) {
		in := new(In)
		if len(bytes.TrimSpace(r.Body)) > 0 {
			if err := json.Unmarshal(r.Body, in); err != nil {
				return nil, Malformed(err)
			}
		}
		return do(r, in)
	}
}

// Tree makes an operation of one whose answer is a tree, which the
// request's protocol encodes.
func Tree[In any](do func(*In) (any, error)) Operation {
	return Signed(func(r *Request, in *In) ([]byte, error) {
		tree, err := do(in)
		if err != nil {
			return nil, err
		}
		return r.protocol.encode(tree), nil
	})
}

// Raw makes an operation of one that reads the JSON itself.
func Raw(do func(body []byte) ([]byte, error)) Operation {
	return func(r *Request) ([]byte, error) { return do(r.Body) }
}

// Form makes an operation of one of the Query protocol.
func Form(do func(url.Values) ([]byte, error)) Operation {
	return func(r *Request) ([]byte, error) { return do(r.form) }
}

// Malformed is the error of a body that does not decode.
func Malformed(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return Fail("SerializationException", "Unexpected "+wrong.Value+" for "+wrong.Field)
	}
	return Fail("SerializationException", "The request body is not valid JSON: "+err.Error())
}
