package ui

import "errors"

// errWindows says why nothing is stopped.
var errWindows = errors.New("no program is stopped and gone on with on Windows: use another window")

// stop stops nothing.
func stop() error { return errWindows }
