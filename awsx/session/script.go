package session

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

// NewWord returns a word with which the lines of one script begin.
func NewWord() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand never fails (Go 1.24)
	return "gantry-" + hex.EncodeToString(b[:])
}

// Words spells a command for ExecuteCommand, whose agent splits it as a shell would.
func Words(words ...string) string {
	spelled := make([]string, len(words))
	for i, w := range words {
		spelled[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		if w != "" && strings.Trim(w, plain) == "" {
			spelled[i] = w
		}
	}
	return strings.Join(spelled, " ")
}

// plain are the characters that need no quotes.
const plain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_./:=,+@%"

// Shell is what is begun where nobody names a command: bash where the image has one.
func Shell() string {
	return Words("/bin/sh", "-c", "if command -v bash >/dev/null 2>&1; then exec bash; fi; exec sh")
}

// The scripts run under /bin/sh in the container, at a terminal that the agent makes. They
// end only once they have read a line: the agent drops what a process printed last when it
// ends at once. A script has no line breaks, so that no process list shows its word at the
// beginning of a line.
const (
	quiet = `stty -echo -opost 2>/dev/null; n=$1; shift; `
	end   = `; read -r n`

	// runScript runs the words after it, without input, and tells their exit code.
	runScript = quiet + `printf "\n%s+\n" "$n"; "$@" </dev/null; r=$?; printf "\n%s-%s\n" "$n" "$r"` + end

	// sendScript prints a file, or a directory as an archive, once it was told "ok" after
	// saying what it is, how long and under which checksum.
	sendScript = quiet + `f=$1; k=file; t=$f; r=0; ` +
		`if [ -d "$f" ]; then k=dir; t=${TMPDIR:-/tmp}/$n; trap "rm -f \"$t\"" EXIT HUP TERM; tar -cf "$t" -C "$f" . || r=$?; fi; ` +
		`s=$(wc -c <"$t") || r=$?; h=$(sha256sum <"$t" 2>/dev/null) || h=-; ` +
		`printf "\n%s+%s %s %s %s\n" "$n" "$r" "$k" "${s:-0}" "${h%% *}"; ` +
		`if [ "$r" = 0 ] && read -r a && [ "$a" = ok ]; then base64 <"$t"; r=$?; fi; printf "\n%s-%s\n" "$n" "$r"` + end

	// takeScript takes a file, or a directory as an archive, up to the end of the input,
	// says what came, and puts it in its place once it was told "ok".
	takeScript = quiet + `d=$1; k=$2; m=$3; b=$4; r=0; ` +
		`if [ "$k" = dir ]; then mkdir -p "$d" || r=$?; t=${TMPDIR:-/tmp}/$n; else if [ -d "$d" ]; then d=${d%/}/$b; fi; t=$d.$n; fi; ` +
		`trap "rm -f \"$t\"" EXIT HUP TERM; if [ "$r" = 0 ]; then (: >"$t") || r=1; fi; printf "\n%s+%s\n" "$n" "$r"; ` +
		`if [ "$r" = 0 ]; then base64 -d >"$t"; r=$?; s=$(wc -c <"$t"); h=$(sha256sum <"$t" 2>/dev/null) || h=-; ` +
		`printf "\n%s=%s %s %s\n" "$n" "$r" "${s:-0}" "${h%% *}"; ` +
		`if [ "$r" = 0 ] && read -r a && [ "$a" = ok ]; then if [ "$k" = dir ]; then tar -xf "$t" -C "$d"; else chmod "$m" "$t" && mv -f "$t" "$d"; fi; r=$?; else r=1; fi; fi; ` +
		`printf "\n%s-%s\n" "$n" "$r"` + end
)

// Run is the command that runs words so that RunCode can tell their exit code.
func Run(word string, words ...string) string {
	return Words(append([]string{"/bin/sh", "-c", runScript, "gantry", word}, words...)...)
}

// Send is the command that sends what lies at a path of the container.
func Send(word, path string) string {
	return Words("/bin/sh", "-c", sendScript, "gantry", word, path)
}

// Take is the command that takes a file of a name and a mode, in octal, or a directory as
// an archive, to a path of the container.
func Take(word, path string, directory bool, mode, name string) string {
	kind := "file"
	if directory {
		kind = "dir"
	}
	return Words("/bin/sh", "-c", takeScript, "gantry", word, path, kind, mode, name)
}
