package audit

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"gantry/internal/clean"
)

const keySize = 32 // bytes

// ErrShared marks a key that others than its owner have access to.
var ErrShared = errors.New("can be used by others")

// Seal returns the HMAC-SHA256 of a variable's value under the installation's
// key. A plain hash would give short values away to whoever can guess them; the
// name goes in as well, so that equal values of different variables look unlike.
func (l *Log) Seal(name string, value clean.Secret) string {
	mac := hmac.New(sha256.New, l.key)
	mac.Write([]byte(name + "\x00" + value.Reveal()))
	return "hmac-sha256:" + hex.EncodeToString(mac.Sum(nil))
}

// loadKey reads the key, or makes one. Of several processes that make one at
// the same time, the first wins and all use its key.
func loadKey(path string) ([]byte, error) {
	key, err := readKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return key, err
	}
	if err := makeKey(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, err
	}
	return readKey(path)
}

func readKey(path string) ([]byte, error) {
	key, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 {
		return nil, fmt.Errorf("key %s %w (mode %04o), who could then guess the values that the journal seals: chmod 600 %s", path, ErrShared, mode, path)
	}
	if len(key) != keySize {
		return nil, fmt.Errorf("key %s has %d bytes, expected %d: restore it, or remove it to start with a new one", path, len(key), keySize)
	}
	return key, nil
}

// makeKey writes a key beside its place and links it there, so that nobody ever
// reads half of one.
func makeKey(path string) (err error) {
	key := make([]byte, keySize)
	_, _ = rand.Read(key)                                  // crypto/rand never fails (Go 1.24)
	tmp, err := os.CreateTemp(filepath.Dir(path), "key-*") // 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(tmp.Name())) }()
	_, writeErr := tmp.Write(key)
	if err := errors.Join(writeErr, tmp.Sync(), tmp.Close()); err != nil {
		return err
	}
	return os.Link(tmp.Name(), path)
}
