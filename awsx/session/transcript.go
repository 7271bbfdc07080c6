package session

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"strings"
)

// ErrCut is the error of a session that ended before the script in it had told its end.
var ErrCut = errors.New("the session ended before the command did: what came of it may be incomplete")

// Transcript reads what a script prints through a terminal: text of any kind, and between
// it lines of the script's own, which begin with a word that nothing else begins a line with.
type Transcript struct {
	in   *bufio.Reader
	word string
	// crlf is true when the terminal ends lines its own way, as without stty in the image.
	crlf bool
}

// NewTranscript reads the transcript of a script that was made with a word.
func NewTranscript(in io.Reader, word string) *Transcript {
	return &Transcript{in: bufio.NewReaderSize(in, 64<<10), word: word}
}

// Next copies what comes to a writer up to the script's next line, and returns that line's
// mark, the character after the word, and its fields. The line break before the script's
// line is the script's own and is not copied.
func (t *Transcript) Next(to io.Writer) (mark byte, fields []string, err error) {
	broke := false // a line break is held back, which may be the script's
	begun := true  // at the beginning of a line
	for {
		line, err := t.in.ReadSlice('\n')
		if err != nil && len(line) == 0 {
			if broke {
				_, _ = to.Write([]byte{'\n'}) // the cut is the error that counts
			}
			return 0, nil, cut(err)
		}
		if rest, ours := bytes.CutPrefix(line, []byte(t.word)); ours && begun && err == nil && len(rest) > 1 {
			t.crlf = bytes.HasSuffix(rest, []byte("\r\n"))
			return rest[0], strings.Fields(string(rest[1:])), nil
		}
		if broke {
			if _, err := to.Write([]byte{'\n'}); err != nil {
				return 0, nil, err
			}
		}
		ends := line[len(line)-1] == '\n'
		text := line
		if ends {
			text = line[:len(line)-1]
			if t.crlf {
				text = bytes.TrimSuffix(text, []byte{'\r'})
			}
		}
		broke, begun = ends, ends
		if _, err := to.Write(text); err != nil {
			return 0, nil, err
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, nil, cut(err)
		}
	}
}

func cut(err error) error {
	if errors.Is(err, io.EOF) {
		return ErrCut
	}
	return err
}
