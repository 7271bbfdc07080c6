package archive

import (
	"archive/tar"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// Pack writes the files and directories of a directory as an archive, with their modes.
// Skipped are the names of what is neither, such as links and sockets.
func Pack(to io.Writer, dir string) (skipped []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	out := tar.NewWriter(to)
	err = fs.WalkDir(root.FS(), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || name == "." {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if !info.Mode().IsRegular() && !info.IsDir() {
			skipped = append(skipped, name)
			return nil
		}
		header, err := tar.FileInfoHeader(info, "")
		if err != nil {
			return err
		}
		// Who owns a file here is nobody there.
		*header = tar.Header{Typeflag: header.Typeflag, Name: name, Size: header.Size, Mode: header.Mode & 0o777, ModTime: header.ModTime}
		if info.IsDir() {
			header.Name += "/"
		}
		if err := out.WriteHeader(header); err != nil || info.IsDir() {
			return err
		}
		file, err := root.Open(filepath.FromSlash(name))
		if err != nil {
			return err
		}
		defer file.Close()
		_, err = io.Copy(out, file)
		return err
	})
	return skipped, errors.Join(err, out.Close())
}

// Unpack writes the files and directories of an archive into a directory that is there.
// What would be written outside of it is an error. Skipped are the names of what is neither
// a file nor a directory.
func Unpack(from io.Reader, dir string) (skipped []string, err error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	in := tar.NewReader(from)
	for {
		header, err := in.Next()
		switch {
		case errors.Is(err, io.EOF):
			return skipped, nil
		case err != nil:
			return skipped, fmt.Errorf("the archive is broken: %w", err)
		}
		name := path.Clean(header.Name)
		if name == "." {
			continue
		}
		if !filepath.IsLocal(filepath.FromSlash(name)) {
			return skipped, fmt.Errorf("the archive names %q, which lies outside", header.Name)
		}
		mode := fs.FileMode(header.Mode & 0o777)
		switch header.Typeflag {
		case tar.TypeDir:
			err = root.MkdirAll(name, mode|0o700)
		case tar.TypeReg:
			if err = root.MkdirAll(path.Dir(name), 0o755); err == nil {
				err = write(root, name, mode, in)
			}
		default:
			skipped = append(skipped, name)
		}
		if err != nil {
			return skipped, err
		}
	}
}

func write(root *os.Root, name string, mode fs.FileMode, from io.Reader) error {
	file, err := root.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, mode|0o200)
	if err != nil {
		return err
	}
	_, err = io.Copy(file, from)
	return errors.Join(err, file.Close())
}
