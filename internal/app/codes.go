package app

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	tea "charm.land/bubbletea/v2"

	"gantry/awsx/sdk/access"
	"gantry/ui"
	"gantry/ui/form"
)

// CodeRequest asks for the code that an MFA device shows.
type CodeRequest = access.CodeRequest

// codes carries what is asked of the operator by calls that wait for a code to the loop,
// which alone may open a dialog, and the answer back. A code is kept nowhere.
type codes struct {
	tell func()

	mu     sync.Mutex
	closed chan struct{}
	asked  []codeAsked // not shown yet
}

// codeAsked is a request under way. Its answer is an empty code when nobody gives one.
type codeAsked struct {
	access.CodeRequest
	answer chan string
}

func newCodes(tell func()) *codes { return &codes{tell: tell, closed: make(chan struct{})} }

// ask waits for the operator. It is called by any goroutine but the loop.
func (c *codes) ask(ctx context.Context, q access.CodeRequest) (string, error) {
	asked := codeAsked{q, make(chan string, 1)}
	c.mu.Lock()
	c.asked = append(c.asked, asked)
	c.mu.Unlock()
	c.tell()
	select {
	case code := <-asked.answer:
		return code, nil
	case <-c.closed:
		return "", context.Canceled
	case <-ctx.Done():
		return "", ctx.Err()
	}
}

// close ends what waits.
func (c *codes) close() error {
	close(c.closed)
	return nil
}

// show opens a dialog for each request that is new.
func (c *codes) show(h *ui.Host) {
	if c == nil {
		return
	}
	c.mu.Lock()
	asked := slices.Clone(c.asked)
	c.asked = nil
	c.mu.Unlock()
	for _, q := range asked {
		answer := func(code string) (tea.Cmd, error) {
			q.answer <- code
			return nil, nil
		}
		h.Modal(form.New(h.Theme(), form.Options{
			Title: "MFA code for the profile " + q.Profile,
			Fields: []form.Field{{
				Label: "code", Wrong: q.Refused, Help: "the digits that " + q.Device + " shows now", Check: checkCode,
			}},
			Submit: func(values []string) (tea.Cmd, error) { return answer(strings.TrimSpace(values[0])) },
			Cancel: func() tea.Cmd {
				q.answer <- ""
				return nil
			},
		}))
	}
}

// checkCode takes what STS takes for a code (AssumeRole, TokenCode).
func checkCode(value string) error {
	value = strings.TrimSpace(value)
	if len(value) != 6 || strings.Trim(value, "0123456789") != "" {
		return errors.New("a code has six digits")
	}
	return nil
}
