// Package notify tells a team's chat of changes through an incoming webhook that
// takes what Slack's do: a JSON object with the member text. What it cannot tell
// is a warning: the change it tells of neither waits for it nor fails with it.
package notify

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"sync"
	"time"

	"gantry/internal/clean"
	"gantry/internal/crash"
	"gantry/internal/words"
)

const (
	// queued is how many messages wait at most. A change has two of them, so what
	// is beyond that comes from a webhook that has not answered for long.
	queued = 64
	// patience is how long one request may take.
	patience = 10 * time.Second
	// pause is how long the second request waits when the first answer names no
	// time, and mostPause the longest time that an answer may name.
	pause     = time.Second
	mostPause = 30 * time.Second
)

// Options are what a sender needs. URL and Warn are required.
type Options struct {
	// URL is the webhook's. Whoever has it can write to the channel, so no error
	// repeats it.
	URL clean.Secret
	// Transport makes the requests; nil makes them as the environment's proxy
	// settings say.
	Transport http.RoundTripper
	// Warn is told what could not be sent. It must be safe for concurrent use and
	// return at once.
	Warn func(error)
}

// Sender posts messages to one webhook, in order, from a goroutine of its own. It
// is safe for concurrent use.
type Sender struct {
	o      Options
	client *http.Client
	ctx    context.Context // ends when Close has no more time
	stop   context.CancelFunc
	done   chan struct{}
	// A fault while a message is sent ends the messages and nothing else.
	working crash.Group

	mu     sync.Mutex
	closed bool
	queue  chan string
}

// New returns a sender. Close must be called to end it.
func New(o Options) *Sender {
	if o.Transport == nil {
		o.Transport = http.DefaultTransport.(*http.Transport).Clone()
	}
	s := &Sender{o: o, queue: make(chan string, queued), done: make(chan struct{})}
	// A redirect would carry the message to somewhere that nobody configured.
	s.client = &http.Client{Transport: o.Transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.working.Go(s.work)
	return s
}

// Send queues a message and returns at once. A message that finds no room is
// dropped with a warning, and one after Close is dropped.
func (s *Sender) Send(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return
	}
	select {
	case s.queue <- text:
	default:
		s.o.Warn(fmt.Errorf("notify: a message was dropped: %s already wait for the webhook", words.Count(queued, "message")))
	}
}

// Close sends what is queued until ctx is done, gives up what is left then, and
// returns once the goroutine has ended.
func (s *Sender) Close(ctx context.Context) {
	s.mu.Lock()
	if !s.closed {
		s.closed = true
		close(s.queue)
	}
	s.mu.Unlock()
	select {
	case <-s.done:
	case <-ctx.Done():
	}
	s.stop()
	<-s.done
	s.client.CloseIdleConnections()
}

func (s *Sender) work() {
	defer close(s.done)
	lost := 0
	for text := range s.queue {
		switch err := s.deliver(text); {
		case err == nil:
		case s.ctx.Err() != nil:
			lost++
		default:
			s.o.Warn(fmt.Errorf("notify: a message was not sent: %w", err))
		}
	}
	if lost > 0 {
		s.o.Warn(fmt.Errorf("notify: %s not sent before gantry ended", words.Count(lost, "message")))
	}
}

// deliver posts a message, a second time where the webhook asks for it or has a
// fault of its own. A request without an answer may have arrived and is not
// repeated.
func (s *Sender) deliver(text string) error {
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	err = s.post(body)
	var r *refusal
	if !errors.As(err, &r) || !r.again() {
		return err
	}
	select {
	case <-s.ctx.Done():
		return err
	case <-time.After(r.wait):
	}
	return s.post(body)
}

// refusal is an answer other than success.
type refusal struct {
	status int
	word   string // the answer, when it is one word such as invalid_payload
	wait   time.Duration
}

// Error names the status, and the word when there is one.
func (r *refusal) Error() string {
	text := fmt.Sprintf("the webhook answered %d %s", r.status, http.StatusText(r.status))
	if r.word != "" {
		text += ": " + r.word
	}
	return text
}

// again reports whether the same request may do better in a while that is worth
// waiting for.
func (r *refusal) again() bool {
	return (r.status == http.StatusTooManyRequests || r.status >= 500) && r.wait <= mostPause
}

// plainWord is what Slack's webhooks answer when they refuse. Anything else may
// be a page that repeats the request.
var plainWord = regexp.MustCompile(`^[a-z_]{2,40}$`)

func (s *Sender) post(body []byte) error {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.o.URL.Reveal(), bytes.NewReader(body))
	if err != nil {
		return errors.New("the webhook's address is no URL")
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := s.client.Do(req)
	if err != nil {
		return withoutURL(err)
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 512)) // what is missing of it is not needed
	if res.StatusCode/100 == 2 {
		return nil
	}
	r := &refusal{status: res.StatusCode, wait: retryAfter(res.Header.Get("Retry-After"))}
	if word := string(bytes.TrimSpace(answer)); plainWord.MatchString(word) {
		r.word = word
	}
	return r
}

// withoutURL takes the address out of what net/http says.
func withoutURL(err error) error {
	if e := (*url.Error)(nil); errors.As(err, &e) {
		err = e.Err
	}
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("the webhook did not answer within %s", patience)
	}
	return err
}

// retryAfter reads the header of that name, in seconds or as a date (RFC 9110).
func retryAfter(header string) time.Duration {
	if seconds, err := strconv.Atoi(header); err == nil && seconds >= 0 {
		return time.Duration(min(seconds, 3600)) * time.Second
	}
	if at, err := http.ParseTime(header); err == nil {
		return max(time.Until(at), 0)
	}
	return pause
}
