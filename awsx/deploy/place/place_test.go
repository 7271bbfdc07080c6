package place

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"gantry/awsx"
	"gantry/awsx/document"
)

func tree(t *testing.T, doc string) *document.Node {
	t.Helper()
	n, err := document.Parse([]byte(doc))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestFootprints(t *testing.T) {
	cases := map[string]struct{ doc, want string }{
		"of the task":      {`{"cpu":"256","memory":"0.5 GB","containerDefinitions":[{"cpu":1024,"memory":4096}]}`, "256 CPU, 512 MiB"},
		"of its container": {`{"containerDefinitions":[{"cpu":100,"memory":300},{"cpu":28,"memory":600,"memoryReservation":200}]}`, "128 CPU, 500 MiB"},
		"of neither":       {`{"containerDefinitions":[{}]}`, "0 CPU, 0 MiB"},
		"static ports":     {`{"networkMode":"bridge","containerDefinitions":[{"portMappings":[{"containerPort":80,"hostPort":8080},{"containerPort":53,"hostPort":53,"protocol":"udp"},{"containerPort":9,"hostPort":0}]}]}`, "0 CPU, 0 MiB, port 8080, port 53/udp"},
		"host network":     {`{"networkMode":"host","containerDefinitions":[{"portMappings":[{"containerPort":80}]}]}`, "0 CPU, 0 MiB, port 80"},
		"own interface":    {`{"networkMode":"awsvpc","containerDefinitions":[{"portMappings":[{"containerPort":80,"hostPort":80}]}]}`, "0 CPU, 0 MiB"},
	}
	for name, c := range cases {
		if got := FootprintOf(tree(t, c.doc)).String(); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
	}
}

// TestWhatFitsCanBePlaced places as many tasks as were said to fit, one after
// the other, and then one more.
func TestWhatFitsCanBePlaced(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ports := rapid.SliceOfN(rapid.SampledFrom([]int{80, 443}), 0, 2)
		p := Placement{Footprint: Footprint{
			cpu: rapid.IntRange(0, 1024).Draw(t, "cpu"), memory: rapid.IntRange(1, 2048).Draw(t, "memory"), tcp: ports.Draw(t, "ports"),
			gpus: rapid.IntRange(0, 2).Draw(t, "GPUs"), interfaces: rapid.IntRange(0, 1).Draw(t, "interfaces"),
		}, distinct: rapid.Bool().Draw(t, "distinct")}
		var fleet []awsx.Instance
		own := map[string]int{}
		for n := range rapid.IntRange(0, 5).Draw(t, "instances") {
			i := awsx.Instance{Ref: awsx.Ref{ARN: fmt.Sprint("i-", n)}, Status: "ACTIVE", AgentConnected: true,
				CPU: awsx.Capacity{Remaining: rapid.IntRange(0, 4096).Draw(t, "free CPU")}, Memory: awsx.Capacity{Remaining: rapid.IntRange(0, 8192).Draw(t, "free memory")}}
			i.UsedPorts = ports.Draw(t, "used")
			i.GPUs.Remaining = rapid.IntRange(0, 4).Draw(t, "free GPUs")
			i.InstanceType = rapid.SampledFrom([]string{"m5.large", "r5.2xlarge", "m5.24xlarge", ""}).Draw(t, "type")
			own[i.Ref.ARN] = rapid.IntRange(0, 1).Draw(t, "own")
			fleet = append(fleet, i)
		}
		const enough = 1 << 20
		said := Look(fleet, p, p.Footprint, own, enough).Fits
		for range said {
			if !put(fleet, p, own) {
				t.Fatalf("%d were said to fit, and one finds no room", said)
			}
		}
		if put(fleet, p, own) {
			t.Fatalf("%d were said to fit, and there is room for another", said)
		}
	})
}

// put puts one task on the first instance that takes it.
func put(fleet []awsx.Instance, p Placement, own map[string]int) bool {
	for n := range fleet {
		i := &fleet[n]
		if roomOn(*i, own[i.Ref.ARN], p.Footprint).lacks(p) != (shortage{}) {
			continue
		}
		i.CPU.Remaining -= p.cpu
		i.Memory.Remaining -= p.memory
		i.GPUs.Remaining -= p.gpus
		i.UsedPorts = append(i.UsedPorts, p.tcp...)
		own[i.Ref.ARN]++
		return true
	}
	return false
}
