package body

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/awsx"
	"gantry/internal/fault"
)

// answer makes an ECS call hand the body of a successful answer to decode,
// straight from the wire. The SDK then sees an empty object. Decode runs again
// when the call is repeated and must start afresh each time.
func answer(decode func(io.Reader) error) func(*ecs.Options) {
	read := func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, md, err := next.HandleDeserialize(ctx, in)
		if err != nil {
			return out, md, err
		}
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if !ok || resp.StatusCode/100 != 2 {
			return out, md, nil
		}
		body := resp.Body
		defer body.Close()
		if err := decode(body); err != nil {
			return out, md, &smithy.DeserializationError{Err: err}
		}
		// What is left unread would keep the connection from being used again.
		if _, err := io.Copy(io.Discard, body); err != nil {
			return out, md, &smithy.DeserializationError{Err: err}
		}
		resp.Body = io.NopCloser(strings.NewReader("{}"))
		return out, md, nil
	}
	return func(o *ecs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Deserialize.Insert(middleware.DeserializeMiddlewareFunc("GantryAnswer", read), webPageID, middleware.Before)
		})
	}
}

// Request makes an ECS call send body instead of what the SDK serialized. The
// length and the signature are computed from it afterwards.
func Request(body []byte) func(*ecs.Options) {
	write := func(
		ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler,
	) (middleware.SerializeOutput, middleware.Metadata, error) {
		req, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return middleware.SerializeOutput{}, middleware.Metadata{}, fmt.Errorf("unexpected transport %T", in.Request)
		}
		req, err := req.SetStream(bytes.NewReader(body))
		if err != nil {
			return middleware.SerializeOutput{}, middleware.Metadata{}, &smithy.SerializationError{Err: err}
		}
		in.Request = req
		return next.HandleSerialize(ctx, in)
	}
	return func(o *ecs.Options) {
		o.APIOptions = append(o.APIOptions, func(stack *middleware.Stack) error {
			return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("GantryRequest", write), middleware.After)
		})
	}
}

// Into decodes a whole answer into a fresh T at each attempt.
func Into[T any](to *T) func(*ecs.Options) {
	return answer(func(r io.Reader) error {
		var fresh T
		if err := json.NewDecoder(r).Decode(&fresh); err != nil {
			return err
		}
		*to = fresh
		return nil
	})
}

// Page decodes a describe call's answer: the elements of the list named
// field, one at a time, each turned into what is kept, and the failures.
func Page[W, T any](page *awsx.Page[T], field string, keep func(*W) T) func(*ecs.Options) {
	return KnownPage(page, field, nil, keep)
}

// KnownPage is Page for what is read again and again: what an element was made into before
// is taken from known, and must not be changed by whoever gets it.
func KnownPage[W, T any](page *awsx.Page[T], field string, known *Known[T], keep func(*W) T) func(*ecs.Options) {
	return answer(func(r io.Reader) error { return readPage(r, page, field, known, keep) })
}

func readPage[W, T any](r io.Reader, page *awsx.Page[T], field string, known *Known[T], keep func(*W) T) error {
	if known == nil {
		fresh, err := decodePage(r, field, func(d *json.Decoder, fresh *awsx.Page[T]) error {
			return decodeElements(d, func(w *W) error {
				item := keep(w)
				fresh.Items = append(fresh.Items, &item)
				return nil
			})
		})
		if err == nil {
			*page = fresh
		}
		return err
	}
	read, err := known.answer(r, func(all []byte) (*answered[T], error) {
		var a answered[T]
		var err error
		a.page, err = decodePage(bytes.NewReader(all), field, func(d *json.Decoder, fresh *awsx.Page[T]) error {
			var raw json.RawMessage
			return decodeEach(d, &raw, func() error {
				item, of, err := known.element(raw, func() (*T, error) {
					var w W
					if err := json.Unmarshal(raw, &w); err != nil {
						return nil, err
					}
					item := keep(&w)
					return &item, nil
				})
				if err == nil {
					fresh.Items, a.of = append(fresh.Items, item), append(a.of, of)
				}
				return err
			})
		})
		return &a, err
	})
	if err == nil {
		*page = read
	}
	return err
}

// decodePage walks a describe call's answer, whose list of elements is decoded by elements.
func decodePage[T any](r io.Reader, field string, elements func(*json.Decoder, *awsx.Page[T]) error) (fresh awsx.Page[T], err error) {
	err = decodeFields(r, func(name string, d *json.Decoder) error {
		switch name {
		case field:
			return elements(d, &fresh)
		case "failures":
			return decodeElements(d, func(f *awsx.Missing) error {
				fresh.Missing = append(fresh.Missing, *f)
				return nil
			})
		}
		return d.Decode(new(json.RawMessage))
	})
	return fresh, err
}

// decodeFields walks the fields of the object that r holds.
func decodeFields(r io.Reader, field func(name string, d *json.Decoder) error) error {
	d := json.NewDecoder(r)
	if err := expect(d, '{'); err != nil {
		return err
	}
	for d.More() {
		t, err := d.Token()
		if err != nil {
			return err
		}
		name, _ := t.(string)
		if err := field(name, d); err != nil {
			return err
		}
	}
	return expect(d, '}')
}

// decodeElements hands each element of the list that follows to each; null is an empty
// list.
func decodeElements[W any](d *json.Decoder, each func(*W) error) error {
	var zero, w W
	return decodeEach(d, &w, func() error {
		err := each(&w)
		w = zero
		return err
	})
}

// decodeEach decodes the elements of the list that follows one by one into the same place,
// and calls each after every one of them.
func decodeEach(d *json.Decoder, place any, each func() error) error {
	t, err := d.Token()
	if err != nil || t == nil {
		return err
	}
	if t != json.Delim('[') {
		return fmt.Errorf("expected a list, got %v", t)
	}
	for d.More() {
		if err := d.Decode(place); err != nil {
			return err
		}
		if err := each(); err != nil {
			return err
		}
	}
	return expect(d, ']')
}

func expect(d *json.Decoder, delim json.Delim) error {
	t, err := d.Token()
	if err != nil {
		if err == io.EOF {
			return io.ErrUnexpectedEOF
		}
		return err
	}
	if t != delim {
		return fmt.Errorf("expected %v, got %.20v", delim, t)
	}
	return nil
}

// JSON makes an ECS call send a value as JSON in the place of what the
// SDK would have written.
func JSON(op, resource string, value any) (func(*ecs.Options), error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, fault.Errorf(fault.Invalid, op, resource, "the request cannot be written as JSON: %w", err)
	}
	return Request(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), nil
}
