package wire

import (
	"bytes"
	"encoding/xml"
	"net/url"
	"strconv"
)

// queryResponse wraps what an operation of the Query protocol returned.
func queryResponse(namespace, operation string, result []byte, id string) []byte {
	var b bytes.Buffer
	b.Grow(len(result) + 320)
	b.WriteString("<" + operation + `Response xmlns="` + namespace + `"><` + operation + "Result>")
	b.Write(result)
	b.WriteString("</" + operation + "Result><ResponseMetadata><RequestId>" + id +
		"</RequestId></ResponseMetadata></" + operation + "Response>")
	return b.Bytes()
}

// ec2Response is queryResponse in the dialect of EC2.
func ec2Response(namespace, operation string, result []byte, id string) []byte {
	return []byte("<" + operation + `Response xmlns="` + namespace + `"><requestId>` + id + "</requestId>" +
		string(result) + "</" + operation + "Response>")
}

func ec2Failure(e *Error, id string) []byte {
	var x XML
	x.Open("Response")
	x.Open("Errors")
	x.Open("Error")
	x.Text("Code", e.code)
	x.Text("Message", e.message)
	x.Close("Error")
	x.Close("Errors")
	x.Text("RequestID", id)
	x.Close("Response")
	return x.Bytes()
}

func queryFailure(e *Error, id string) []byte {
	var x XML
	x.Open("ErrorResponse")
	x.Open("Error")
	x.Text("Type", e.side())
	x.Text("Code", e.code)
	x.Text("Message", e.message)
	x.Close("Error")
	x.Text("RequestId", id)
	x.Close("ErrorResponse")
	return x.Bytes()
}

// XML builds the answers of the Query protocol.
type XML struct{ bytes.Buffer }

// Open begins an element.
func (x *XML) Open(name string) { x.WriteString("<" + name + ">") }

// Close ends an element.
func (x *XML) Close(name string) { x.WriteString("</" + name + ">") }

// Text writes an element unless value is empty.
func (x *XML) Text(name, value string) {
	if value == "" {
		return
	}
	x.Open(name)
	_ = xml.EscapeText(x, []byte(value)) // a buffer does not fail
	x.Close(name)
}

// Number writes an element with a whole number.
func (x *XML) Number(name string, n int) { x.Text(name, strconv.Itoa(n)) }

// Bool writes an element with true or false.
func (x *XML) Bool(name string, b bool) { x.Text(name, strconv.FormatBool(b)) }

// Members writes a list whose items do writes.
func Members[T any](x *XML, name string, items []T, do func(T)) {
	listed(x, name, "member", items, do)
}

// Items writes a list as EC2 does.
func Items[T any](x *XML, name string, items []T, do func(T)) { listed(x, name, "item", items, do) }

func listed[T any](x *XML, name, each string, items []T, do func(T)) {
	x.Open(name)
	for _, item := range items {
		x.Open(each)
		do(item)
		x.Close(each)
	}
	x.Close(name)
}

// Strings writes a list of strings.
func (x *XML) Strings(name string, items []string) {
	x.Open(name)
	for _, item := range items {
		x.Text("member", item)
	}
	x.Close(name)
}

// FormList reads X.member.1, X.member.2 and so on.
func FormList(form url.Values, name string) []string { return FormItems(form, name+".member") }

// FormItems reads X.1, X.2 and so on, as EC2 has lists.
func FormItems(form url.Values, name string) []string {
	var items []string
	for i := 1; ; i++ {
		values, ok := form[name+"."+strconv.Itoa(i)]
		if !ok || len(values) == 0 {
			return items
		}
		items = append(items, values[0])
	}
}
