package sdk

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"
	"github.com/google/go-cmp/cmp"

	"gantry/awsx/document"
)

// members returns the API's names of a shape's members, by the fields of the
// SDK's type for it, and which of them are lists.
func members(shape reflect.Type) (names, lists []string) {
	for i := range shape.NumField() {
		f := shape.Field(i)
		if !f.IsExported() {
			continue
		}
		name := strings.ToLower(f.Name[:1]) + f.Name[1:]
		names = append(names, name)
		if f.Type.Kind() == reflect.Slice {
			lists = append(lists, name)
		}
	}
	slices.Sort(names)
	slices.Sort(lists)
	return names, lists
}

// The lists of a task definition, by whether their order means something. What
// means nothing must not show in a diff.
var (
	orderMeansNothing = []string{"environment", "portMappings", "secrets", "tags"}
	orderIsKept       = []string{
		"command", "containerDefinitions", "credentialSpecs", "dependsOn", "dnsSearchDomains", "dnsServers", "dockerSecurityOptions",
		"entryPoint", "environmentFiles", "extraHosts", "inferenceAccelerators", "links", "mountPoints", "placementConstraints",
		"requiresCompatibilities", "resourceRequirements", "systemControls", "ulimits", "volumes", "volumesFrom",
	}
)

func sorted(names ...[]string) []string { return slices.Sorted(slices.Values(slices.Concat(names...))) }

// TestEveryFieldOfATaskDefinitionIsDecidedAbout fails when a later SDK brings a
// field: it is then to be dropped from clones, or known and, when it is a list,
// compared in order or not.
func TestEveryFieldOfATaskDefinitionIsDecidedAbout(t *testing.T) {
	sent, sentLists := members(reflect.TypeFor[ecs.RegisterTaskDefinitionInput]())
	read, _ := members(reflect.TypeFor[types.TaskDefinition]())
	container, containerLists := members(reflect.TypeFor[types.ContainerDefinition]())

	if d := cmp.Diff(sorted(document.KnownFields()), sent); d != "" {
		t.Errorf("the members of a registration (- known, + the SDK's):\n%s", d)
	}
	if d := cmp.Diff(sorted(document.KnownContainerFields()), container); d != "" {
		t.Errorf("the members of a container definition (- known, + the SDK's):\n%s", d)
	}
	// Tags are sent with a definition and read beside it.
	readable := slices.DeleteFunc(sorted(document.KnownFields(), document.ReadOnlyFields()), func(name string) bool { return name == "tags" })
	if d := cmp.Diff(readable, read); d != "" {
		t.Errorf("the members of a description (- sent or dropped, + the SDK's):\n%s", d)
	}
	for _, name := range document.ReadOnlyFields() {
		if slices.Contains(sent, name) {
			t.Errorf("%s can be sent and is dropped from clones", name)
		}
	}
	if d := cmp.Diff(sorted(orderMeansNothing, orderIsKept), sorted(sentLists, containerLists)); d != "" {
		t.Errorf("the lists (- decided about, + the SDK's):\n%s", d)
	}
}
