package memory

import (
	"encoding/binary"
	"errors"
	"io"
	"io/fs"
	"os"
)

// The header of a file of SQLite (https://www.sqlite.org/fileformat.html, 1.3).
const (
	magic         = "SQLite format 3\x00"
	headerSize    = 100
	atUserVersion = 60
	atApplication = 68
)

// Examine says why the file of a directory is not used, by what stands in its header; nil for
// one that is, and where there is none yet. It changes nothing, and opens no database.
func Examine(dir string) error {
	in, err := os.Open(Path(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer in.Close()
	header := make([]byte, headerSize)
	n, err := io.ReadFull(in, header)
	switch {
	case n == 0 && errors.Is(err, io.EOF):
		return nil // nothing was written yet
	case err != nil && !errors.Is(err, io.ErrUnexpectedEOF):
		return err
	case n < headerSize || string(header[:len(magic)]) != magic:
		return errors.New("the file cannot be read: the next console sets it aside and begins a new one")
	}
	number := func(at int) int64 { return int64(binary.BigEndian.Uint32(header[at:])) }
	id, v := number(atApplication), number(atUserVersion)
	if id == 0 && v == 0 {
		return nil // a database of nothing, which is taken for its own
	}
	return fits(id, v)
}
