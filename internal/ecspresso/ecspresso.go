// Package ecspresso reads in a directory's ecspresso.yml which service the directory is about,
// so that commands need not be told. What else stands there is none of its business.
package ecspresso

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"gantry/internal/fault"
)

// Target is the service that a directory is about.
type Target struct {
	// File is what says so.
	File string
	// Cluster and Service are names, and Region is empty where the file leaves it to the
	// environment.
	Cluster, Service, Region string
}

// files are the names under which ecspresso looks for its configuration. Jsonnet, which it
// reads too, is a language of its own.
var files = []string{"ecspresso.yml", "ecspresso.yaml", "ecspresso.json"}

// largest is how much of a file is read; one of these has some dozen lines.
const largest = 1 << 20

// Find reads the file in a directory; ok is false where there is none. Values that the file
// takes from the environment are read by getenv. One that it takes from elsewhere, such as a
// state of Terraform, is an error: who knows it is ecspresso.
func Find(dir string, getenv func(string) string) (t Target, ok bool, err error) {
	for _, name := range files {
		t, err := read(filepath.Join(dir, name), getenv)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return Target{}, true, &fault.Error{Class: fault.Invalid, Op: "read", Resource: name, Err: err, Fix: "name CLUSTER/SERVICE on the command line"}
		}
		t.File = name
		return t, true, nil
	}
	return Target{}, false, nil
}

func read(file string, getenv func(string) string) (t Target, err error) {
	f, err := os.Open(file)
	if err != nil {
		return t, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, largest))
	if err != nil {
		return t, err
	}
	rendered, err := render(string(text), getenv)
	if err != nil {
		return t, err
	}
	var said struct{ Cluster, Service, Region string }
	if err := yaml.Unmarshal([]byte(rendered), &said); err != nil {
		return t, errors.New("it is no YAML") // whose words could quote what stands there
	}
	t = Target{Cluster: said.Cluster, Service: said.Service, Region: said.Region}
	if t.Cluster == "" {
		t.Cluster = "default" // ecspresso's own default
	}
	for name, value := range map[string]string{"cluster": t.Cluster, "service": t.Service, "region": t.Region} {
		if strings.Contains(value, elsewhere) {
			return t, fmt.Errorf("its %s is not known without ecspresso", name)
		}
	}
	if t.Service == "" {
		return t, errors.New("it names no service")
	}
	return t, nil
}

// call is what stands between braces in a template of ecspresso's: a function with texts in
// quotes of either kind (kayac/go-config).
var call = regexp.MustCompile("\\{\\{-?\\s*([a-z_]+)((?:\\s+(?:\"[^\"\\\\\n]*\"|`[^`\n]*`))*)\\s*-?\\}\\}")

// anyCall is whatever else stands there.
var anyCall = regexp.MustCompile(`(?s)\{\{.*?\}\}`)

// word is one text in quotes.
var word = regexp.MustCompile("\"[^\"]*\"|`[^`]*`")

// elsewhere stands for a value that this program cannot find out.
const elsewhere = "\ufffcelsewhere\ufffc"

// render replaces what a file takes from the environment. A variable that must be set and is
// not makes the file unreadable, as for ecspresso.
func render(text string, getenv func(string) string) (string, error) {
	var missing []string
	text = call.ReplaceAllStringFunc(text, func(s string) string {
		parts := call.FindStringSubmatch(s)
		var args []string
		for _, quoted := range word.FindAllString(parts[2], -1) {
			args = append(args, quoted[1:len(quoted)-1])
		}
		switch {
		case parts[1] == "must_env" && len(args) == 1:
			value := getenv(args[0])
			if value == "" {
				missing = append(missing, args[0])
			}
			return plain(value)
		case parts[1] == "env" && len(args) > 0:
			// The last of several is the default, those before it are names.
			for i, arg := range args {
				if value := getenv(arg); value != "" && (i < len(args)-1 || len(args) == 1) {
					return plain(value)
				}
			}
			if len(args) == 1 {
				return ""
			}
			return plain(args[len(args)-1])
		}
		return elsewhere
	})
	if len(missing) > 0 {
		return "", fmt.Errorf("it needs the environment variable %s, which is not set", strings.Join(missing, ", "))
	}
	return anyCall.ReplaceAllString(text, elsewhere), nil
}

// plain is a value that stays one in YAML, whatever quotes the file has around it.
func plain(value string) string {
	if strings.IndexFunc(value, func(r rune) bool {
		return r != '-' && r != '_' && r != '.' && r != '/' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	}) >= 0 {
		return elsewhere
	}
	return value
}
