package session

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"strconv"
	"strings"
)

// Line is both directions of a session with a script.
type Line struct {
	In  io.Writer // what is typed
	Out io.Reader // what is printed
	// Word is that by which the script was made.
	Word string
}

// Facts are what is known of what a script sends.
type Facts struct {
	Directory bool // it comes as an archive
	Size      int64
	Sum       string // SHA-256 in hex; empty where the container cannot tell
}

// said is the end of what a session printed before its script said something.
type said struct{ bytes.Buffer }

// Write keeps what is shown of an error.
func (s *said) Write(p []byte) (int, error) {
	const most = 8 << 10
	s.Buffer.Write(p)
	if over := s.Len() - most; over > 0 {
		s.Next(over)
	}
	return len(p), nil
}

// words is the last line of it, without those of the plugin that say that a session begins
// or ends.
func (s *said) words() string { return LastWords(s.String()) }

// LastWords is the last line of what a plugin printed, without those that only say that a
// session begins or ends; empty where there is none.
func LastWords(printed string) string {
	last := ""
	for line := range strings.Lines(printed) {
		line = strings.TrimSpace(line)
		if line != "" && !strings.HasPrefix(line, "Starting session with") && !strings.HasPrefix(line, "Exiting session with") {
			last = line
		}
	}
	return last
}

// reason adds what was printed to an error.
func reason(err error, printed *said) error {
	if words := printed.words(); words != "" {
		return fmt.Errorf("%w: %s", err, words)
	}
	return err
}

// Code waits for the command of Run, copies what it prints, and returns its exit code.
func (l Line) Code(to io.Writer) (int, error) {
	t, before := NewTranscript(l.Out, l.Word), &said{}
	if _, _, err := l.await(t, before, '+', 0); err != nil {
		return 0, err
	}
	_, code, err := l.await(t, to, '-', 1)
	if err != nil {
		return 0, err
	}
	return code, l.leave()
}

// await copies up to the script's line of a mark, which must have as many fields, and
// returns them with the number that the first of them is.
func (l Line) await(t *Transcript, to io.Writer, mark byte, fields int) ([]string, int, error) {
	got, words, err := t.Next(to)
	if err != nil {
		if before, ok := to.(*said); ok {
			err = reason(err, before)
		}
		return nil, 0, err
	}
	if got != mark || len(words) < fields {
		return nil, 0, fmt.Errorf("the script in the container said %q instead of %q", got, mark)
	}
	code := 0
	if fields > 0 {
		if code, err = strconv.Atoi(words[0]); err != nil {
			return nil, 0, fmt.Errorf("the script in the container gave no number: %w", err)
		}
	}
	return words, code, nil
}

// leave lets the script end.
func (l Line) leave() error {
	_, err := io.WriteString(l.In, "\n")
	return err
}

// tell answers a script's question.
func (l Line) tell(yes bool) error {
	word := "no\n"
	if yes {
		word = "ok\n"
	}
	_, err := io.WriteString(l.In, word)
	return err
}

// Receive takes what the command of Send prints. Accept is asked with what it is, before
// anything comes, and returns where the bytes go; its error declines. What came is compared
// with the size and the checksum.
func (l Line) Receive(accept func(Facts) (io.Writer, error)) (Facts, error) {
	t, before := NewTranscript(l.Out, l.Word), &said{}
	words, code, err := l.await(t, before, '+', 4)
	if err != nil {
		return Facts{}, err
	}
	if code != 0 {
		return Facts{}, errors.Join(reason(errors.New("the container cannot read it"), before), l.leave())
	}
	f := Facts{Directory: words[1] == "dir", Sum: strings.Trim(words[3], "-")}
	if f.Size, err = strconv.ParseInt(words[2], 10, 64); err != nil {
		return f, fmt.Errorf("the script in the container gave no size: %w", err)
	}
	to, err := accept(f)
	if err != nil {
		return f, errors.Join(err, l.tell(false), l.leave())
	}
	if err := l.tell(true); err != nil {
		return f, err
	}
	came := &counted{to: to, sum: sha256.New()}
	decode := &decoder{to: came}
	_, code, err = l.await(t, decode, '-', 1)
	if err == nil && code != 0 {
		err = fmt.Errorf("the container stopped reading it (exit code %d)", code)
	}
	if err := errors.Join(err, decode.close()); err != nil {
		return f, err
	}
	return f, errors.Join(came.check(f.Size, f.Sum), l.leave())
}

// Deliver gives bytes to the command of Take, and lets it put them in their place once the
// size and the checksum that it saw are those of what was sent.
func (l Line) Deliver(from io.Reader) (Facts, error) {
	t, before := NewTranscript(l.Out, l.Word), &said{}
	_, code, err := l.await(t, before, '+', 1)
	if err != nil {
		return Facts{}, err
	}
	if code != 0 {
		return Facts{}, errors.Join(reason(errors.New("the container cannot write there"), before), l.leave())
	}
	sum, encode := sha256.New(), base64.NewEncoder(base64.StdEncoding, &lines{to: l.In})
	size, err := io.Copy(io.MultiWriter(encode, sum), from)
	if err != nil {
		return Facts{}, err
	}
	// At the beginning of a line ctrl+d is the end of the input.
	if err := encode.Close(); err != nil {
		return Facts{}, err
	}
	if _, err := io.WriteString(l.In, "\n\x04"); err != nil {
		return Facts{}, err
	}
	f := Facts{Size: size, Sum: hex.EncodeToString(sum.Sum(nil))}
	during := &said{}
	words, code, err := l.await(t, during, '=', 3)
	if err != nil {
		return f, err
	}
	if code != 0 {
		return f, errors.Join(reason(fmt.Errorf("the container could not write it (exit code %d)", code), during), l.leave())
	}
	came := Facts{Sum: strings.Trim(words[2], "-")}
	came.Size, _ = strconv.ParseInt(words[1], 10, 64)
	if differs := same(came.Size, came.Sum, f); differs != nil {
		return f, errors.Join(differs, l.tell(false), l.leave())
	}
	f.Sum = came.Sum
	if err := l.tell(true); err != nil {
		return f, err
	}
	after := &said{}
	_, code, err = l.await(t, after, '-', 1)
	if err == nil && code != 0 {
		err = reason(fmt.Errorf("the container could not put it in its place (exit code %d)", code), after)
	}
	return f, errors.Join(err, l.leave())
}

// counted counts and sums up what goes through it.
type counted struct {
	to   io.Writer
	sum  hash.Hash
	size int64
}

// Write passes on.
func (c *counted) Write(p []byte) (int, error) {
	_, _ = c.sum.Write(p) // never fails
	c.size += int64(len(p))
	return c.to.Write(p)
}

func (c *counted) check(size int64, sum string) error {
	return same(size, sum, Facts{Size: c.size, Sum: hex.EncodeToString(c.sum.Sum(nil))})
}

// same compares what the container says with what is here; a checksum that it cannot tell
// is not compared.
func same(size int64, sum string, here Facts) error {
	switch {
	case size != here.Size:
		return fmt.Errorf("it is %d bytes in the container and %d here", size, here.Size)
	case sum != "" && sum != here.Sum:
		return fmt.Errorf("its checksum is %s in the container and %s here", sum, here.Sum)
	}
	return nil
}

// lines breaks base64 into lines that a terminal's line buffer holds.
type lines struct {
	to io.Writer
	at int
}

// Write writes lines of 76 characters.
func (l *lines) Write(p []byte) (int, error) {
	const width = 76
	var out []byte
	for rest := p; len(rest) > 0; {
		n := min(width-l.at, len(rest))
		out, rest, l.at = append(out, rest[:n]...), rest[n:], l.at+n
		if l.at == width {
			out, l.at = append(out, '\n'), 0
		}
	}
	if _, err := l.to.Write(out); err != nil {
		return 0, err
	}
	return len(p), nil
}

// decoder decodes base64 that comes in pieces and with line breaks.
type decoder struct {
	to   io.Writer
	rest []byte
	err  error
}

// Write decodes whole groups. It never fails: what follows has to be read all the same.
func (d *decoder) Write(p []byte) (int, error) {
	for _, b := range p {
		if b > ' ' {
			d.rest = append(d.rest, b)
		}
	}
	whole := len(d.rest) / 4 * 4
	if d.err == nil && whole > 0 {
		plain := make([]byte, base64.StdEncoding.DecodedLen(whole))
		n, err := base64.StdEncoding.Decode(plain, d.rest[:whole])
		if err != nil {
			d.err = fmt.Errorf("what came is not base64: %w", err)
		} else if _, err := d.to.Write(plain[:n]); err != nil {
			d.err = err
		}
	}
	d.rest = append(d.rest[:0], d.rest[whole:]...)
	return len(p), nil
}

func (d *decoder) close() error {
	if d.err == nil && len(d.rest) > 0 {
		d.err = errors.New("what came ends within a group of base64")
	}
	return d.err
}
