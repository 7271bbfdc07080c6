package app

import (
	"context"
	"sync"

	"gantry/awsx"
	"gantry/internal/app/noting"
	"gantry/internal/config"
	"gantry/internal/names"
)

// naming opens accounts whose listings are noted by name, for the completion of a shell.
type naming struct {
	awsx.Opener
	app *App
	// What names contexts, of the configuration that was opened: it is read anew on the loop.
	first    string
	contexts []config.NamedContext

	mu    sync.Mutex
	books map[string]*names.Book // by the path of their file
}

// Open opens an account. Only contexts that a command line can name are noted.
func (n *naming) Open(ctx context.Context, id awsx.ContextID) (awsx.Account, error) {
	account, err := n.Opener.Open(ctx, id)
	of, ok := n.named(id)
	if err != nil || !ok {
		return account, err
	}
	return noting.Account(account, n.book(names.Path(n.app.auditDir, of))), nil
}

func (n *naming) book(path string) *names.Book {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.books[path] == nil {
		n.books[path] = names.Read(path)
	}
	return n.books[path]
}

// close writes what was noted. It is a comfort: what goes wrong with it is nobody's trouble.
func (n *naming) close() error {
	n.mu.Lock()
	defer n.mu.Unlock()
	for path, book := range n.books {
		_ = book.Write(path)
	}
	return nil
}

// named is the name of a context as completion knows it: before anything of it was asked for.
func (n *naming) named(id awsx.ContextID) (string, bool) {
	if id == n.app.Context {
		return n.first, true
	}
	for _, c := range n.contexts {
		if c.ID == id {
			return c.ID.String(), true
		}
	}
	return "", false
}

// NamesOf is the name of the context that a configuration begins with, under which completion
// finds what was listed there.
func NamesOf(cfg config.Config) string { return cfg.Context.String() }
