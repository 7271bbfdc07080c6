package snapshot

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"gantry/awsx/document"
	"gantry/internal/fault"
)

// Options say what of a document is hidden when it is written.
type Options struct {
	// Reveal leaves secrets as they are.
	Reveal bool
	// Anonymous replaces account numbers, each by the same one wherever it stands.
	Anonymous bool
}

// Bytes writes a document as it may leave.
func (d *Document) Bytes(o Options) ([]byte, error) {
	out := *d
	out.Revealed, out.Anonymous = o.Reveal, o.Anonymous
	raw, err := json.Marshal(out)
	if err != nil {
		return nil, err
	}
	tree, err := document.Parse(raw)
	if err != nil {
		return nil, err
	}
	if !o.Reveal {
		document.Mask(tree)
	}
	if o.Anonymous {
		anonymise(tree)
	}
	return []byte(tree.Indented() + "\n"), nil
}

// Save writes a document to a file that only its owner can read. The file is there
// whole or not at all; one of that name is replaced.
func (d *Document) Save(path string, o Options) error {
	failed := func(err error) error {
		return &fault.Error{Class: fault.Invalid, Op: "write the snapshot", Resource: path, Err: err}
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		return failed(errors.New("that is not a file"))
	}
	content, err := d.Bytes(o)
	if err != nil {
		return failed(err)
	}
	tmp, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*") // 0600
	if err != nil {
		return failed(err)
	}
	defer os.Remove(tmp.Name()) // nothing is there once it was renamed
	_, err = tmp.Write(content)
	err = errors.Join(err, tmp.Sync(), tmp.Close())
	if err == nil {
		err = os.Rename(tmp.Name(), path)
	}
	if err != nil {
		return failed(err)
	}
	return nil
}

// Load reads a document. The error is of class invalid and says whether the file is no
// snapshot, one that is cut, or one of a newer version.
func Load(path string) (*Document, error) {
	content, err := os.ReadFile(path)
	var d *Document
	if err == nil {
		d, err = Read(content)
	}
	if err != nil {
		var pathErr *os.PathError
		if errors.As(err, &pathErr) {
			err = pathErr.Err
		}
		return nil, &fault.Error{Class: fault.Invalid, Op: "open the snapshot", Resource: path, Err: err}
	}
	return d, nil
}

// Read reads a document, with errors as those of Load.
func Read(content []byte) (*Document, error) {
	var head struct {
		Format  string `json:"format"`
		Version int    `json:"version"`
	}
	err := json.Unmarshal(content, &head)
	switch {
	case endsEarly(content) && claims(content):
		return nil, errors.New("the snapshot is cut off: copy the file again, or take it anew")
	case err != nil && !claims(content), err == nil && head.Format != Format:
		return nil, errors.New("that is no snapshot of gantry, which gantry snapshot makes")
	case err == nil && head.Version > Version:
		return nil, fmt.Errorf("the snapshot has format %d, of a newer gantry than this one, which reads up to %d: use the newer one", head.Version, Version)
	case err == nil && head.Version < 1:
		err = fmt.Errorf("its version is %d", head.Version)
	}
	d := &Document{}
	if err == nil {
		err = json.Unmarshal(content, d)
	}
	if err == nil && d.Taken.IsZero() {
		err = errors.New("it does not say when it was taken")
	}
	if err != nil {
		return nil, fmt.Errorf("the snapshot is damaged: %w", err)
	}
	return d, nil
}

// claims reports whether a file begins as a snapshot does.
func claims(content []byte) bool {
	return bytes.Contains(content[:min(len(content), 200)], []byte(Format))
}

// endsEarly reports whether a file is the beginning of JSON, and not all of it.
func endsEarly(content []byte) bool {
	d := json.NewDecoder(bytes.NewReader(content))
	var all json.RawMessage
	err := d.Decode(&all)
	return errors.Is(err, io.ErrUnexpectedEOF)
}
