package awsx_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"gantry/awsx"
)

func TestParsedViewNamesWhatPlacementGoesBy(t *testing.T) {
	td, err := awsx.ParseTaskDefinition(awsx.Document(`{"family":"api","requiresAttributes":[{"name":"ecs.capability.task-eni"},{"name":"disk","value":"ssd"}],
		"placementConstraints":[{"type":"memberOf","expression":"attribute:disk == ssd"},{"type":"distinctInstance"}],
		"requiresCompatibilities":["EC2","FARGATE"],"runtimePlatform":{"cpuArchitecture":"ARM64","operatingSystemFamily":"LINUX"}}`), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ got, want any }{
		{td.RequiresAttributes, []string{"ecs.capability.task-eni", "disk=ssd"}},
		{td.PlacementConstraints, []string{"memberOf(attribute:disk == ssd)", "distinctInstance"}},
		{td.LaunchTypes, []string{"EC2", "FARGATE"}},
		{td.Architecture + " " + td.OS, "ARM64 LINUX"},
	} {
		if d := cmp.Diff(c.want, c.got); d != "" {
			t.Error(d)
		}
	}
}
