//go:build integration

package codify

import (
	"encoding/json"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// schemas prints, as cfn-lint knows them, the properties of resources that a template may
// set: a list of names by type and by path, those of items included: Volumes.Host.SourcePath.
const schemas = `
import json, sys
from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER as manager
out = {}
for kind in json.load(sys.stdin):
    schema = manager.get_resource_schema("eu-west-1", kind).schema
    fixed = {p.split("/")[-1] for p in schema.get("readOnlyProperties", [])}
    def walk(node, path):
        if "$ref" in node:
            node = schema["definitions"][node["$ref"].split("/")[-1]]
        if node.get("type") == "array":
            return walk(node["items"], path)
        for name, inner in node.get("properties", {}).items():
            if path or name not in fixed:
                at = path + "." + name if path else name
                names.append(at)
                walk(inner, at)
    names = []
    walk({"properties": schema["properties"]}, "")
    out[kind] = names
print(json.dumps(out))
`

// TestShapesAreTheSchemas holds the table of shapes against the resource schemas that
// cfn-lint carries, which are CloudFormation's: no template may have a property that is
// none. CloudFormation learns of new ones all the time: those that the table lacks are told
// here, and in a template among what it leaves out.
func TestShapesAreTheSchemas(t *testing.T) {
	all := readShapes()
	ours := map[string][]string{}
	var walk func(kind, shape, path string)
	walk = func(kind, shape, path string) {
		for _, p := range all[shape] {
			ours[kind] = append(ours[kind], joined(path, p.name))
			walk(kind, p.shape, joined(path, p.name))
		}
	}
	var kinds []string
	for name := range all {
		if strings.HasPrefix(name, "AWS::") {
			kinds = append(kinds, name)
			walk(name, name, "")
		}
	}
	asked, err := json.Marshal(kinds)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("python3", "-c", schemas)
	cmd.Stdin = strings.NewReader(string(asked))
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("cfn-lint is needed (pip install cfn-lint): %v", err)
	}
	var theirs map[string][]string
	if err := json.Unmarshal(out, &theirs); err != nil {
		t.Fatal(err)
	}
	// Actions of the stack, targets that the service registers, and a policy's own target in
	// words, for which it refers to the resource.
	spared := []string{"ForceNewDeployment", "Targets", "ResourceId", "ScalableDimension", "ServiceNamespace"}
	for kind, names := range theirs {
		for _, name := range ours[kind] {
			if !slices.Contains(names, name) {
				t.Errorf("%s has no %s", kind, name)
			}
		}
		for _, name := range names {
			first, _, _ := strings.Cut(name, ".")
			if !slices.Contains(ours[kind], name) && !slices.Contains(spared, first) {
				t.Logf("the shape of %s lacks %s", kind, name)
			}
		}
	}
}
