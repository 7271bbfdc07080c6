package changes

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"gantry/awsx"
	"gantry/awsx/deploy"
	"gantry/awsx/session"
	"gantry/internal/archive"
	"gantry/internal/cli/command"
	"gantry/internal/cli/printing"
	"gantry/internal/plugin"
	"gantry/internal/process"
)

// mostCopied is how much one copy may hold: it travels as text through a terminal, and a
// kilobyte takes the plugin a millisecond at least.
const mostCopied = 100 << 20

var _ = commands.Add(program.copyCommand)

func (p program) copyCommand() *cobra.Command {
	var f sessionFlags
	cmd := &cobra.Command{
		Use:   "cp CLUSTER/SERVICE|TASK:PATH PATH",
		Short: "Copy a file or a directory out of a container, or into it the other way round",
		Long: `Copy a file or a directory out of a container, or into one when the second argument names
it. Of a directory the contents are copied, into the directory that is named, which is made
where there is none; links and devices are left out. A single - is standard output or input.

The bytes travel as base64 through ECS Exec's terminal, and the size and the SHA-256 checksum
of both sides are compared before anything takes its place. It takes /bin/sh, base64 and, for
directories, tar in the container, and room there for a directory's archive. One copy may hold
100 MiB; more belongs in S3.`,
		Args: command.Arguments(2),
		RunE: func(cmd *cobra.Command, args []string) error {
			from, fromThere := remotePath(args[0])
			to, toThere := remotePath(args[1])
			switch {
			case fromThere && toThere:
				return command.Usagef("both are in a container: copy to this machine first, and from here into the other one")
			case !fromThere && !toThere:
				return command.Usagef("%s", notRemote(args))
			case fromThere:
				return p.copyOut(cmd.Context(), f, from, args[1])
			}
			return p.copyIn(cmd.Context(), f, args[0], to)
		},
	}
	f.add(cmd, true)
	return cmd
}

// inContainer is a path in a container of a target.
type inContainer struct{ target, path string }

// remotePath splits CLUSTER/NAME:PATH. What begins as a path of this machine is one.
func remotePath(s string) (inContainer, bool) {
	if s == "-" || strings.HasPrefix(s, ".") || filepath.IsAbs(s) {
		return inContainer{}, false
	}
	at := strings.Index(s, ":")
	if strings.HasPrefix(s, "arn:") { // whose own colons come before its slashes
		at = strings.Index(s, "/")
		if colon := strings.Index(s[max(at, 0):], ":"); at >= 0 && colon >= 0 {
			at += colon
		} else {
			at = -1
		}
	}
	if at < 0 || !strings.Contains(s[:at], "/") || at == len(s)-1 {
		return inContainer{}, false
	}
	return inContainer{s[:at], s[at+1:]}, true
}

// notRemote says why none of two arguments is taken for a path in a container: one of them
// lacks its path or its cluster, or none looks like one.
func notRemote(args []string) string {
	for _, arg := range args {
		target, path, colon := strings.Cut(arg, ":")
		if strings.HasPrefix(arg, "arn:") { // whose own colons come before its slashes
			target, path, colon = strings.TrimSuffix(arg, ":"), "", true
		}
		if target == "" || arg == "-" || strings.HasPrefix(arg, ".") || filepath.IsAbs(arg) {
			continue
		}
		if _, err := os.Lstat(arg); err == nil {
			continue // it is meant
		}
		switch clustered := strings.Contains(target, "/"); {
		case clustered && path == "" && (colon || strings.Count(target, "/") == 1):
			return fmt.Sprintf("%s names no path in the container, such as %s:/tmp/dump.txt", printing.Shown(arg), printing.Shown(target))
		case colon && !clustered:
			return fmt.Sprintf("%s names no cluster: expected CLUSTER/%s:%s", printing.Shown(arg), printing.Shown(target), printing.Shown(cmp.Or(path, "PATH")))
		}
	}
	return "neither is in a container: expected one to be CLUSTER/SERVICE:PATH, as in prod/api:/tmp/dump.txt ./dump.txt"
}

// copyOut copies what lies at a path of a container to one of this machine.
func (p program) copyOut(ctx context.Context, f sessionFlags, from inContainer, to string) error {
	find, err := shellTarget(from.target)
	if err != nil {
		return err
	}
	word := session.NewWord()
	in := deploy.OpenShell{Container: f.container, Command: session.Send(word, from.path), What: "copy from " + from.path}
	join := func(ctx context.Context, j plugin.Joiner, s awsx.Session) (string, error) {
		place := &landing{to: to, name: path.Base(path.Clean(from.path)), out: printing.Copied(p.Out)}
		defer place.drop()
		var facts session.Facts
		err := j.Converse(ctx, s, process.Grace, func(in io.Writer, out io.Reader) (err error) {
			facts, err = session.Line{In: in, Out: out, Word: word}.Receive(place.accept)
			return err
		})
		if err != nil {
			return "", err
		}
		skipped, err := place.land(facts)
		p.leftOut(skipped)
		return copied(facts), err
	}
	return p.session(ctx, f, find, shelled(in), p.copying(join))
}

// copying joins a session that copies, and says what was copied.
func (p program) copying(join func(context.Context, plugin.Joiner, awsx.Session) (string, error)) func(plugin.Joiner) joining {
	return func(j plugin.Joiner) joining {
		return func(ctx context.Context, s awsx.Session, tell func(string)) (deploy.Held, error) {
			words, err := join(ctx, j, s)
			if err != nil {
				return deploy.Held{Open: true}, noScript(err)
			}
			fmt.Fprintln(p.Err, printing.Shown(words))
			return deploy.Held{Words: words}, nil
		}
	}
}

func (p program) leftOut(names []string) {
	for _, name := range names {
		fmt.Fprintln(p.Err, "warning: left out, neither a file nor a directory: "+printing.Shown(name))
	}
}

// copied says what was copied, and how far it was compared.
func copied(f session.Facts) string {
	words := fmt.Sprintf("copied %d bytes", f.Size)
	if f.Directory {
		words += " of archive"
	}
	if f.Sum == "" {
		return words + "; sizes are the same, checksums were not compared: the container has no sha256sum"
	}
	return words + ", SHA-256 " + f.Sum
}

// landing is where what comes out of a container goes: beside its place first.
type landing struct {
	to, name string
	out      io.Writer
	file     *os.File // beside its place; nil for standard output
}

// accept makes room for what comes.
func (l *landing) accept(f session.Facts) (io.Writer, error) {
	info, err := os.Stat(l.to)
	isDir := err == nil && info.IsDir()
	switch {
	case f.Size > mostCopied:
		return nil, fmt.Errorf("it is %d bytes, and a copy may hold %d", f.Size, mostCopied)
	case l.to == "-" && f.Directory:
		return nil, errors.New("a directory cannot go to standard output")
	case l.to == "-":
		return l.out, nil
	case f.Directory && err == nil && !isDir:
		return nil, fmt.Errorf("%s is a file, and a directory comes", l.to)
	case !f.Directory && isDir:
		l.to = filepath.Join(l.to, l.name)
	}
	l.file, err = os.CreateTemp(filepath.Dir(filepath.Clean(l.to)), ".gantry-cp-")
	return l.file, err
}

// land puts what came in its place.
func (l *landing) land(f session.Facts) (skipped []string, err error) {
	switch {
	case l.file == nil:
		return nil, nil
	case !f.Directory:
		return nil, errors.Join(l.file.Chmod(0o644), l.file.Close(), os.Rename(l.file.Name(), l.to))
	}
	if _, err := l.file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(l.to, 0o755); err != nil {
		return nil, err
	}
	return archive.Unpack(l.file, l.to)
}

// drop removes what is left beside its place.
func (l *landing) drop() {
	if l.file != nil {
		_, _ = l.file.Close(), os.Remove(l.file.Name()) // it may have been put in its place
	}
}

// copyIn copies a file or a directory of this machine to a path of a container.
func (p program) copyIn(ctx context.Context, f sessionFlags, from string, to inContainer) error {
	find, err := shellTarget(to.target)
	if err != nil {
		return err
	}
	load, err := p.load(from)
	if err != nil {
		return err
	}
	defer load.drop()
	word := session.NewWord()
	in := deploy.OpenShell{Container: f.container, Command: session.Take(word, to.path, load.directory, load.mode, load.name), What: "copy to " + to.path}
	join := func(ctx context.Context, j plugin.Joiner, s awsx.Session) (string, error) {
		var facts session.Facts
		err := j.Converse(ctx, s, process.Grace, func(in io.Writer, out io.Reader) (err error) {
			facts, err = session.Line{In: in, Out: out, Word: word}.Deliver(load.file)
			return err
		})
		facts.Directory = load.directory
		return copied(facts), err
	}
	return p.session(ctx, f, find, shelled(in), p.copying(join))
}

// load is what goes into a container.
type load struct {
	file       *os.File
	name, mode string
	directory  bool
	temporary  bool
}

func (l load) drop() {
	_ = l.file.Close() // it was read only
	if l.temporary {
		_ = os.Remove(l.file.Name())
	}
}

// load opens what is copied: a directory as an archive, and standard input as a file.
func (p program) load(from string) (load, error) {
	l := load{name: filepath.Base(from), mode: "644"}
	if from == "-" {
		l.name = "stdin"
		return l.gathered(func(to io.Writer) error {
			n, err := io.Copy(to, io.LimitReader(p.In, mostCopied+1))
			if n > mostCopied {
				err = tooMuch(n)
			}
			return err
		})
	}
	info, err := os.Stat(from)
	if err != nil {
		return l, &command.ExitError{Code: command.ExitUsage, Err: err}
	}
	if l.directory = info.IsDir(); l.directory {
		return l.gathered(func(to io.Writer) error {
			skipped, err := archive.Pack(to, from)
			p.leftOut(skipped)
			return err
		})
	}
	if info.Size() > mostCopied {
		return l, tooMuch(info.Size())
	}
	l.mode = fmt.Sprintf("%o", info.Mode().Perm())
	l.file, err = os.Open(from)
	return l, err
}

func tooMuch(size int64) error {
	return command.Usagef("it is %d bytes, and a copy may hold %d", size, mostCopied)
}

// gathered writes what is copied to a temporary file.
func (l load) gathered(write func(io.Writer) error) (load, error) {
	file, err := os.CreateTemp("", "gantry-cp-")
	if err != nil {
		return l, err
	}
	l.file, l.temporary = file, true
	err = write(file)
	size, seekErr := file.Seek(0, io.SeekCurrent)
	if err == nil && size > mostCopied {
		err = tooMuch(size)
	}
	if _, again := file.Seek(0, io.SeekStart); errors.Join(err, seekErr, again) != nil {
		l.drop()
		return l, errors.Join(err, seekErr, again)
	}
	return l, nil
}
