package edits_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
	"gantry/awsx/deploy/edits"
	"gantry/awsx/document"
	"gantry/internal/clean"
	"gantry/internal/fault"
)

func vars(pairs ...string) []awsx.EnvVar {
	var list []awsx.EnvVar
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, awsx.EnvVar{Name: pairs[i], Value: clean.Secret(pairs[i+1])})
	}
	return list
}

// example is a definition whose first container has two variables and a secret.
func example(t *testing.T) *document.Node {
	t.Helper()
	tree, err := document.Parse([]byte(`{"family":"shop","containerDefinitions":[
		{"name":"web","image":"shop:1",
		 "environment":[{"name":"LOG_LEVEL","value":"info"},{"name":"DB_PASSWORD","value":"old-canary"}],
		 "secrets":[{"name":"API_KEY","valueFrom":"/shop/key"}]},
		{"name":"proxy","image":"proxy:1"}]}`))
	if err != nil {
		t.Fatal(err)
	}
	return tree
}

func TestEnvironmentEdits(t *testing.T) {
	cases := []struct {
		name string
		edit edits.Env
		want []string // NAME=value as they stand afterwards
	}{
		{"merge keeps the rest and the order", edits.Env{Set: vars("NEW", "1", "LOG_LEVEL", "debug")}, []string{"LOG_LEVEL=debug", "DB_PASSWORD=old-canary", "NEW=1"}},
		{"unset takes one", edits.Env{Unset: []string{"LOG_LEVEL"}}, []string{"DB_PASSWORD=old-canary"}},
		{"replace leaves exactly these", edits.Env{Set: vars("ONLY", "x"), Replace: true}, []string{"ONLY=x"}},
		{"an empty value is a value", edits.Env{Set: vars("LOG_LEVEL", "")}, []string{"LOG_LEVEL=", "DB_PASSWORD=old-canary"}},
		{"values may hold anything", edits.Env{Set: vars("LOG_LEVEL", "a\n\"b\"\\ é\x01")}, []string{"LOG_LEVEL=a\n\"b\"\\ é\x01", "DB_PASSWORD=old-canary"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := example(t)
			changes, err := edits.SetEnv(tree, map[string]edits.Env{"web": c.edit})
			if err != nil || len(changes) == 0 {
				t.Fatalf("changes %v (%v)", changes, err)
			}
			var got []string
			for _, v := range tree.Container("web").List("environment") {
				got = append(got, v.Word("name")+"="+v.Word("value"))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEnvironmentEditsThatAreRefused(t *testing.T) {
	cases := []struct {
		name string
		edit edits.Env
		want string
	}{
		{"no name", edits.Env{Set: vars("", "canary")}, "a variable has no name"},
		{"a name with a space", edits.Env{Set: vars("A B", "canary")}, "expected a letter or _"},
		{"a digit first", edits.Env{Set: vars("1A", "canary")}, "expected a letter or _"},
		{"a name with an equals sign", edits.Env{Set: vars("A=B", "canary")}, "expected a letter or _"},
		{"a secret of the container", edits.Env{Set: vars("API_KEY", "canary")}, "cannot be in both its environment and its secrets"},
		{"set twice", edits.Env{Set: vars("A", "canary", "A", "canary")}, "set twice"},
		{"set and unset", edits.Env{Set: vars("A", "canary"), Unset: []string{"A"}}, "both set and unset"},
		{"unset of nothing", edits.Env{Unset: []string{"LOGLEVEL"}}, `no variable "LOGLEVEL" to unset`},
		{"the mask", edits.Env{Set: vars("A", "canary"+clean.Mask)}, "contains the mask"},
		{"not UTF-8", edits.Env{Set: vars("A", "canary\xff")}, "not UTF-8"},
		{"a NUL", edits.Env{Set: vars("A", "canary\x00")}, "NUL byte"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := example(t)
			before := string(tree.Bytes())
			_, err := edits.SetEnv(tree, map[string]edits.Env{"web": c.edit})
			if err == nil || fault.ClassOf(err) != fault.Invalid || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an Invalid error with %q", err, c.want)
			}
			if err != nil && strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows the value: %v", err)
			}
			if string(tree.Bytes()) != before {
				t.Error("a refused edit changed the document")
			}
		})
	}
}

func TestRenamedVariablesKeepTheirValuesAndPlaces(t *testing.T) {
	cases := []struct {
		name string
		edit edits.Env
		want string
		says string
	}{
		{"one", edits.Env{Rename: map[string]string{"DB_PASSWORD": "DB_PASS"}}, "LOG_LEVEL=info DB_PASS=old-canary", "web rename DB_PASSWORD to DB_PASS"},
		{"two that swap", edits.Env{Rename: map[string]string{"DB_PASSWORD": "LOG_LEVEL", "LOG_LEVEL": "DB_PASSWORD"}}, "DB_PASSWORD=info LOG_LEVEL=old-canary", "web rename LOG_LEVEL to DB_PASSWORD, rename DB_PASSWORD to LOG_LEVEL"},
		{"to the name of one that goes", edits.Env{Rename: map[string]string{"DB_PASSWORD": "LOG_LEVEL"}, Unset: []string{"LOG_LEVEL"}}, "LOG_LEVEL=old-canary", "web unset LOG_LEVEL, rename DB_PASSWORD to LOG_LEVEL"},
		{"beside another", edits.Env{Rename: map[string]string{"LOG_LEVEL": "LEVEL"}, Set: vars("NEW", "1")}, "LEVEL=info DB_PASSWORD=old-canary NEW=1", "web rename LOG_LEVEL to LEVEL, add NEW"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			tree := example(t)
			changes, err := edits.SetEnv(tree, map[string]edits.Env{"web": c.edit})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, v := range tree.Container("web").List("environment") {
				got = append(got, v.Word("name")+"="+v.Word("value"))
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("the environment is %v, want %s", got, c.want)
			}
			if got := edits.DescribeEnv(changes); got != c.says {
				t.Errorf("it says %q, want %q", got, c.says)
			}
		})
	}
}

func TestRenamesThatAreRefused(t *testing.T) {
	rename := func(pairs ...string) map[string]string {
		m := map[string]string{}
		for i := 0; i < len(pairs); i += 2 {
			m[pairs[i]] = pairs[i+1]
		}
		return m
	}
	cases := []struct {
		name string
		edit edits.Env
		want string
	}{
		{"of nothing", edits.Env{Rename: rename("LOGLEVEL", "X")}, `no variable "LOGLEVEL" to rename`},
		{"to no name", edits.Env{Rename: rename("LOG_LEVEL", "A B")}, "expected a letter or _"},
		{"to itself", edits.Env{Rename: rename("LOG_LEVEL", "LOG_LEVEL")}, "renamed to itself"},
		{"to a taken name", edits.Env{Rename: rename("LOG_LEVEL", "DB_PASSWORD")}, "that name is taken"},
		{"to the name of one that is set", edits.Env{Rename: rename("LOG_LEVEL", "X"), Set: vars("X", "1")}, "that name is taken"},
		{"two to one name", edits.Env{Rename: rename("LOG_LEVEL", "X", "DB_PASSWORD", "X")}, "that name is taken"},
		{"to a secret's name", edits.Env{Rename: rename("LOG_LEVEL", "API_KEY")}, "that is a secret of container web"},
		{"of one that is set", edits.Env{Rename: rename("LOG_LEVEL", "X"), Set: vars("LOG_LEVEL", "1")}, "renamed and also set or unset"},
		{"of one that is unset", edits.Env{Rename: rename("LOG_LEVEL", "X"), Unset: []string{"LOG_LEVEL"}}, "renamed and also set or unset"},
		{"beside replacing all", edits.Env{Rename: rename("LOG_LEVEL", "X"), Replace: true}, "exclude each other"},
	}
	for _, c := range cases {
		tree := example(t)
		before := string(tree.Bytes())
		_, err := edits.SetEnv(tree, map[string]edits.Env{"web": c.edit})
		if fault.ClassOf(err) != fault.Invalid || err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %v, want %q", c.name, err, c.want)
		}
		if string(tree.Bytes()) != before {
			t.Errorf("%s: a refused edit changed the document", c.name)
		}
	}
}
