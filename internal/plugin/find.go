package plugin

import (
	"context"
	"fmt"
	"net"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"gantry/awsx/session"
	"gantry/internal/fault"
	"gantry/internal/process"
)

// patience is how long the plugin may take to say its version.
const patience = 5 * time.Second

// Find looks for the plugin on PATH and asks it for its version. The error is the
// context's.
func Find(ctx context.Context, lookPath func(string) (string, error)) (session.Plugin, error) {
	path, err := lookPath(session.PluginName)
	if err != nil {
		return session.Plugin{}, ctx.Err()
	}
	var said strings.Builder
	cmd := exec.Command(path, "--version")
	cmd.Stdout = &said
	asking, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	p := session.Plugin{Path: path}
	if process.Run(asking, cmd, time.Second) == nil {
		p.Version = strings.TrimSpace(said.String())
	}
	return p, ctx.Err()
}

// Free refuses a local port that something listens on already.
func Free(port int) error {
	if port == 0 {
		return nil
	}
	l, err := net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return &fault.Error{Class: fault.Invalid, Op: "plan", Fix: "take another local port", Err: fmt.Errorf("the local port %d cannot be taken: %w", port, err)}
	}
	return l.Close()
}
