package notify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"gantry/internal/clean"
	"gantry/internal/notify"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// key is the part of a webhook's address that is as good as a password.
const key = "T0/B0/k3yOfTheHook"

// hook is a webhook in a bubble of time: each request gets the next answer, the
// last one for ever.
type hook struct {
	mu      sync.Mutex
	answers []answer
	texts   []string
	at      []time.Duration // since the first request
	began   time.Time
	warned  []string
}

type answer struct {
	status int
	body   string
	retry  string
	delay  time.Duration
	err    error
}

func (h *hook) RoundTrip(r *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	var message map[string]string
	if err := json.Unmarshal(body, &message); err != nil || len(message) != 1 || r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/json" {
		return nil, fmt.Errorf("%s of %s", r.Method, body)
	}
	h.mu.Lock()
	if h.began.IsZero() {
		h.began = time.Now()
	}
	h.texts, h.at = append(h.texts, message["text"]), append(h.at, time.Since(h.began))
	a := h.answers[0]
	if len(h.answers) > 1 {
		h.answers = h.answers[1:]
	}
	h.mu.Unlock()
	select {
	case <-r.Context().Done():
		return nil, r.Context().Err()
	case <-time.After(a.delay):
	}
	if a.err != nil {
		return nil, a.err
	}
	res := &http.Response{StatusCode: a.status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(a.body)), Request: r}
	if a.retry != "" {
		res.Header.Set("Retry-After", a.retry)
	}
	return res, nil
}

func (h *hook) warn(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.warned = append(h.warned, err.Error())
}

// send sends messages and closes the sender within a deadline.
func (h *hook) send(within time.Duration, texts ...string) {
	s := notify.New(notify.Options{URL: "https://hooks.example.com/services/" + key, Transport: h, Warn: h.warn})
	for _, text := range texts {
		s.Send(text)
	}
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	s.Close(ctx)
}

func TestMessagesArriveInOrder(t *testing.T) {
	var got []string
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got = append(got, r.URL.Path+" "+string(b))
	}))
	defer server.Close()
	s := notify.New(notify.Options{URL: clean.Secret(server.URL + "/" + key), Warn: func(err error) { t.Error(err) }})
	for _, text := range []string{"one", "two", "\"three\"\nlines"} {
		s.Send(text)
	}
	s.Close(t.Context())
	s.Send("after the end")
	s.Close(t.Context())
	want := fmt.Sprintf(`[/%[1]s {"text":"one"} /%[1]s {"text":"two"} /%[1]s {"text":"\"three\"\nlines"}]`, key)
	if fmt.Sprint(got) != want {
		t.Errorf("got %s", got)
	}
}

func TestWhatIsSentAgainAndWhen(t *testing.T) {
	const ok = http.StatusOK
	for name, c := range map[string]struct {
		answers []answer
		at      []time.Duration // of the requests
		warning string          // empty when the message arrived
	}{
		"taken":                      {[]answer{{status: ok}}, []time.Duration{0}, ""},
		"busy":                       {[]answer{{status: 429, retry: "7"}, {status: ok}}, []time.Duration{0, 7 * time.Second}, ""},
		"busy until a time":          {[]answer{{status: 429, retry: "Sat, 01 Jan 2000 00:00:20 GMT"}, {status: ok}}, []time.Duration{0, 20 * time.Second}, ""},
		"busy for ever":              {[]answer{{status: 429, retry: "7"}}, []time.Duration{0, 7 * time.Second}, "answered 429 Too Many Requests"},
		"busy for too long":          {[]answer{{status: 429, retry: "31"}}, []time.Duration{0}, "answered 429"},
		"a fault":                    {[]answer{{status: 503}, {status: ok}}, []time.Duration{0, time.Second}, ""},
		"two faults":                 {[]answer{{status: 500}}, []time.Duration{0, time.Second}, "answered 500 Internal Server Error"},
		"refused":                    {[]answer{{status: 403, body: "invalid_token\n"}}, []time.Duration{0}, "answered 403 Forbidden: invalid_token"},
		"gone":                       {[]answer{{status: 404, body: "<html>no hook at /services/" + key}}, []time.Duration{0}, "answered 404 Not Found"},
		"elsewhere":                  {[]answer{{status: 302}}, []time.Duration{0}, "answered 302 Found"},
		"reset":                      {[]answer{{err: errors.New("connection reset")}}, []time.Duration{0}, "connection reset"},
		"never":                      {[]answer{{delay: time.Hour}}, []time.Duration{0}, "did not answer within 10s"},
		"slow":                       {[]answer{{status: ok, delay: 9 * time.Second}}, []time.Duration{0}, ""},
		"busy and then no answer":    {[]answer{{status: 429, retry: "1"}, {delay: time.Hour}}, []time.Duration{0, time.Second}, "did not answer"},
		"a header that says no time": {[]answer{{status: 429, retry: "soon"}, {status: ok}}, []time.Duration{0, time.Second}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h := &hook{answers: c.answers}
				h.send(time.Hour, "hello")
				if fmt.Sprint(h.at) != fmt.Sprint(c.at) {
					t.Errorf("requests at %s, want %s", h.at, c.at)
				}
				warned := strings.Join(h.warned, "\n")
				if (c.warning == "") != (warned == "") || !strings.Contains(warned, c.warning) {
					t.Errorf("warned %q, want %q", warned, c.warning)
				}
				if strings.Contains(warned, key) || strings.Contains(warned, "hooks.example.com") {
					t.Errorf("the warning holds the address: %s", warned)
				}
			})
		})
	}
}

func TestSendingNeverWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hook{answers: []answer{{delay: time.Hour}}}
		s := notify.New(notify.Options{URL: "https://hooks.example.com", Transport: h, Warn: h.warn})
		began := time.Now()
		s.Send("hello")
		synctest.Wait() // the worker has it
		for range 199 {
			s.Send("hello")
		}
		if took := time.Since(began); took > 0 {
			t.Errorf("sending took %s", took)
		}
		h.mu.Lock()
		if n := len(h.warned); n != 135 || !strings.Contains(h.warned[0], "dropped: 64 messages already wait") {
			t.Errorf("%d warnings: %q", n, h.warned[:min(n, 1)])
		}
		h.warned = nil
		h.mu.Unlock()
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		s.Close(ctx)
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("closing took %s, and its deadline was 5s", took)
		}
		if len(h.warned) != 1 || !strings.Contains(h.warned[0], "65 messages not sent before") {
			t.Errorf("warned %q", h.warned)
		}
	})
}

func TestAPauseEndsWithTheDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := &hook{answers: []answer{{status: 429, retry: "20"}}}
		began := time.Now()
		h.send(3*time.Second, "hello")
		if took := time.Since(began); took != 3*time.Second || len(h.warned) != 1 {
			t.Errorf("it took %s: %q", took, h.warned)
		}
	})
}

func TestAnAddressThatIsNoneIsNotRepeated(t *testing.T) {
	h := &hook{}
	s := notify.New(notify.Options{URL: "https://hooks\x7f/" + key, Transport: h, Warn: h.warn})
	s.Send("hello")
	s.Close(t.Context())
	if len(h.warned) != 1 || strings.Contains(h.warned[0], key) {
		t.Errorf("warned %q", h.warned)
	}
}
