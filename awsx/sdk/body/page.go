package body

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"gantry/internal/clean"
	"gantry/internal/fault"
)

// pageHead is how much of an answer is looked at to tell a web page, in bytes.
const pageHead = 512

// webPageID names what refuses web pages among a call's middleware.
const webPageID = "GantryWebPage"

// webPage is an answer in HTML, which no API of AWS ever gives.
type webPage struct {
	status int
	title  string // as it was sent
}

// Error says what answered in the place of AWS.
func (p *webPage) Error() string {
	text := fmt.Sprintf("a web page answered in the place of AWS, HTTP %d", p.status)
	if p.title != "" {
		text += ": " + clean.Shown(p.title)
	}
	return text
}

// between reports whether the page comes from something between here and AWS, such
// as a proxy or the login page of a network, rather than from an emulator, which
// answers so about what it does not have and about its own faults.
func (p *webPage) between() bool {
	switch p.status {
	case http.StatusBadRequest, http.StatusNotFound, http.StatusMethodNotAllowed, http.StatusInternalServerError, http.StatusNotImplemented:
		return false
	}
	return true
}

// RefusePages has a web page end a call before anything reads it as an answer: to
// some of the SDK's readers it is one without a single field.
func RefusePages(stack *middleware.Stack) error {
	read := func(
		ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler,
	) (middleware.DeserializeOutput, middleware.Metadata, error) {
		out, md, err := next.HandleDeserialize(ctx, in)
		resp, ok := out.RawResponse.(*smithyhttp.Response)
		if err != nil || !ok {
			return out, md, err
		}
		buffered := bufio.NewReaderSize(resp.Body, pageHead)
		head, _ := buffered.Peek(pageHead) // what cannot be read fails its reader
		title, isPage := fault.WebPage(head)
		if !isPage {
			resp.Body = struct {
				io.Reader
				io.Closer
			}{buffered, resp.Body}
			return out, md, nil
		}
		_ = resp.Body.Close()
		return out, md, &webPage{resp.StatusCode, title}
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc(webPageID, read), middleware.After)
}

// PageFailure fills e when a web page answered.
func PageFailure(e *fault.Error, err error) bool {
	var page *webPage
	if !errors.As(err, &page) {
		return false
	}
	e.Class, e.Err = fault.Failed, page
	if page.between() {
		e.Class, e.Fix = fault.Offline, "look at the proxy (HTTPS_PROXY, NO_PROXY), or log in to the network"
	}
	return true
}
