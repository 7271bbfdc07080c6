package wire

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// Input is what a request asks, as a tree, whatever its protocol: of a form the
// parameters under their names, lists in the place of X.member.1 and so on. What
// cannot be read is no input.
func (r *Request) Input() map[string]any {
	if r.protocol == Query {
		return formTree(r.form, r.Service != nil && r.Service.EC2)
	}
	tree, err := DecodeTree(r.Body)
	if err != nil {
		return map[string]any{}
	}
	return tree
}

// formTree keeps of each parameter its first value, and of lists those of strings. Where
// EC2 lists filters, the values of each are a list under the filter's name.
func formTree(form url.Values, ec2 bool) map[string]any {
	tree := map[string]any{}
	between, read := ".member.", FormList
	if ec2 {
		between, read = ".", FormItems
	}
	for name, values := range form {
		list, rest, is := strings.Cut(name, between)
		if number, member, nested := strings.Cut(rest, "."); ec2 && nested {
			if member == "Name" {
				tree[values[0]] = anys(read(form, "Filter."+number+".Value"))
			}
			continue
		}
		switch {
		case !is:
			tree[name] = values[0]
		case tree[list] == nil:
			tree[list] = anys(read(form, list))
		}
	}
	return tree
}

func anys(texts []string) []any {
	items := make([]any, len(texts))
	for i, text := range texts {
		items[i] = text
	}
	return items
}

// Encode writes a tree as an operation's body of the request's protocol. In CBOR the
// members whose names end in Timestamp are times.
func (r *Request) Encode(tree any) []byte {
	switch r.protocol {
	case Query:
		var x XML
		each := "member"
		if r.Service.EC2 {
			each = "item"
		}
		x.members(tree, each)
		return x.Bytes()
	case CBOR:
		return encodeCBOR(timed("", tree))
	}
	return Encode(tree)
}

// members writes what an element holds, the items of lists under a name of their own.
func (x *XML) members(v any, each string) {
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			x.Open(name)
			x.members(v[name], each)
			x.Close(name)
		}
	case []any:
		for _, item := range v {
			x.Open(each)
			x.members(item, each)
			x.Close(each)
		}
	case string:
		_ = xml.EscapeText(x, []byte(v)) // a buffer does not fail
	case json.Number:
		x.WriteString(v.String())
	case bool:
		x.WriteString(strconv.FormatBool(v))
	}
}

// timed puts numbers that are times into the form by which CBOR tells them apart.
func timed(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		out := make(map[string]any, len(v))
		for name, member := range v {
			out[name] = timed(name, member)
		}
		return out
	case []any:
		out := make([]any, len(v))
		for i, item := range v {
			out[i] = timed(name, item)
		}
		return out
	case json.Number:
		if f, err := v.Float64(); err == nil && strings.HasSuffix(name, "Timestamp") {
			return Epoch{fromEpoch(f)}
		}
		if i, err := strconv.Atoi(v.String()); err == nil {
			return i
		}
		return Number(v, 0)
	}
	return v
}

// Answered puts the answer to a request into JSON, whatever the request's protocol.
// Of the Query protocol it is what stands within the result; all of it that is no
// list and no structure is text, and so is what is empty.
func (r *Request) Answered(body []byte) ([]byte, error) {
	switch r.protocol {
	case CBOR:
		tree, err := decodeCBOR(body)
		if err != nil {
			return nil, err
		}
		return Encode(tree), nil
	case Query:
		tree, err := xmlTree(body)
		if err != nil {
			return nil, err
		}
		if r.Service.EC2 {
			return Encode(tree), nil
		}
		return Encode(Object(tree)[r.Operation+"Result"]), nil
	}
	if !json.Valid(body) {
		return nil, errors.New("the answer is no JSON")
	}
	return body, nil
}

// Refused reads the code and the message of an error that a request was answered
// with; both are empty when it has none.
func (r *Request) Refused(body []byte) (code, message string) {
	if r.protocol == Query {
		tree, _ := xmlTree(body)
		e := Object(Object(tree)["Error"])
		if r.Service != nil && r.Service.EC2 {
			e = Object(Object(Object(tree)["Errors"])["Error"])
		}
		return Text(e["Code"]), Text(e["Message"])
	}
	answer, err := r.Answered(body)
	if err != nil {
		return "", ""
	}
	tree, _ := DecodeTree(answer)
	code = Text(tree["__type"])
	code = code[strings.LastIndexByte(code, '#')+1:]
	if message = Text(tree["message"]); message == "" {
		message = Text(tree["Message"])
	}
	return code, message
}

// xmlTree reads what the document's one element holds.
func xmlTree(body []byte) (any, error) {
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			return nil, err
		}
		if _, ok := token.(xml.StartElement); ok {
			return xmlElement(d, 0)
		}
	}
}

// xmlElement reads up to the end of an element that has begun.
func xmlElement(d *xml.Decoder, depth int) (any, error) {
	if depth > cborMaxDepth {
		return nil, errors.New("the answer is nested too deep")
	}
	var text strings.Builder
	var list []any
	tree := map[string]any{}
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return nil, err
		}
		switch token := token.(type) {
		case xml.StartElement:
			v, err := xmlElement(d, depth+1)
			if err != nil {
				return nil, err
			}
			if token.Name.Local == "member" || token.Name.Local == "item" {
				list = append(list, v)
			} else {
				tree[token.Name.Local] = v
			}
		case xml.CharData:
			text.Write(token)
		case xml.EndElement:
			switch {
			case list != nil:
				return list, nil
			case len(tree) > 0:
				return tree, nil
			}
			return text.String(), nil
		}
	}
}
