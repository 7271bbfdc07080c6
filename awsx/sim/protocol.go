package sim

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"net/url"
	"strconv"
)

// The services of the JSON 1.1 protocol, by the prefix of X-Amz-Target.
func jsonService(prefix string) string {
	switch prefix {
	case "AmazonEC2ContainerServiceV20141113":
		return "ecs"
	case "AmazonEC2ContainerRegistry_V20150921":
		return "ecr"
	case "AnyScaleFrontendService":
		return "application-autoscaling"
	case "Logs_20140328":
		return "logs"
	case cloudWatchTarget:
		return "cloudwatch"
	}
	return ""
}

// The services of the Query protocol, by their API version.
func queryService(version string) string {
	switch version {
	case "2015-12-01":
		return "elbv2"
	case "2011-06-15":
		return "sts"
	}
	return ""
}

func jsonOperation(service, name string) func(*Account, []byte) ([]byte, error) {
	switch service {
	case "ecr":
		return ecrOperation(name)
	case "application-autoscaling":
		return scalingOperation(name)
	}
	return ecsOperation(name)
}

func queryOperation(service, name string) func(*Account, url.Values) ([]byte, error) {
	if service == "sts" {
		return stsOperation(name)
	}
	return elbOperation(name)
}

// takes adapts an operation with a typed input to the raw request body. A body
// that does not decode is answered as the services' own front end does.
func takes[In any](do func(*Account, *In) ([]byte, error)) func(*Account, []byte) ([]byte, error) {
	return func(a *Account, body []byte) ([]byte, error) {
		in := new(In)
		if len(bytes.TrimSpace(body)) > 0 {
			if err := json.Unmarshal(body, in); err != nil {
				return nil, malformed(err)
			}
		}
		return do(a, in)
	}
}

func malformed(err error) error {
	if wrong, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return fail("SerializationException", "Unexpected "+wrong.Value+" for "+wrong.Field)
	}
	return fail("SerializationException", "The request body is not valid JSON: "+err.Error())
}

func namespace(service string) string {
	if service == "sts" {
		return "https://sts.amazonaws.com/doc/2011-06-15/"
	}
	return "http://elasticloadbalancing.amazonaws.com/doc/2015-12-01/"
}

func queryResponse(req *request, result []byte, id string) []byte {
	var b bytes.Buffer
	b.Grow(len(result) + 320)
	b.WriteString("<" + req.operation + `Response xmlns="` + namespace(req.service) + `"><` + req.operation + "Result>")
	b.Write(result)
	b.WriteString("</" + req.operation + "Result><ResponseMetadata><RequestId>" + id +
		"</RequestId></ResponseMetadata></" + req.operation + "Response>")
	return b.Bytes()
}

func queryFailure(e *apiError, id string) []byte {
	var x xmlWriter
	x.open("ErrorResponse")
	x.open("Error")
	x.text("Type", e.side())
	x.text("Code", e.code)
	x.text("Message", e.message)
	x.close("Error")
	x.text("RequestId", id)
	x.close("ErrorResponse")
	return x.Bytes()
}

// xmlWriter builds the answers of the Query protocol.
type xmlWriter struct{ bytes.Buffer }

func (x *xmlWriter) open(name string) { x.WriteString("<" + name + ">") }

func (x *xmlWriter) close(name string) { x.WriteString("</" + name + ">") }

// text writes an element unless value is empty.
func (x *xmlWriter) text(name, value string) {
	if value == "" {
		return
	}
	x.open(name)
	_ = xml.EscapeText(x, []byte(value)) // a buffer does not fail
	x.close(name)
}

func (x *xmlWriter) number(name string, n int) { x.text(name, strconv.Itoa(n)) }

func (x *xmlWriter) bool(name string, b bool) { x.text(name, strconv.FormatBool(b)) }

// members writes a list whose items do writes.
func members[T any](x *xmlWriter, name string, items []T, do func(T)) {
	x.open(name)
	for _, item := range items {
		x.open("member")
		do(item)
		x.close("member")
	}
	x.close(name)
}

// strings writes a list of strings.
func (x *xmlWriter) strings(name string, items []string) {
	x.open(name)
	for _, item := range items {
		x.text("member", item)
	}
	x.close(name)
}

// formList reads X.member.1, X.member.2 and so on.
func formList(form url.Values, name string) []string {
	var items []string
	for i := 1; ; i++ {
		values, ok := form[name+".member."+strconv.Itoa(i)]
		if !ok || len(values) == 0 {
			return items
		}
		items = append(items, values[0])
	}
}
