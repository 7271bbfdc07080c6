package sessions

import (
	"encoding/json"
	"regexp"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Board is the sessions of an account.
type Board struct {
	*fleet.Fleet
	open map[string]string // targets by the session's id
}

// New returns the sessions of a fleet's account, of which there are none.
func New(f *fleet.Fleet) *Board { return &Board{Fleet: f, open: map[string]string{}} }

// Operations are those of Systems Manager.
func (b *Board) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"StartSession":                wire.JSON(b.startSession),
		"TerminateSession":            wire.JSON(b.terminateSession),
		"DescribeInstanceInformation": wire.JSON(b.describeInformation),
	}
}

// ECSOperations are those of ECS.
func (b *Board) ECSOperations() map[string]wire.Operation {
	return map[string]wire.Operation{"ExecuteCommand": wire.JSON(b.executeCommand)}
}

// begin opens a session.
func (b *Board) begin(prefix, target string) (id, url, token string) {
	id = prefix + b.Rng.Hex(17)
	b.open[id] = target
	return id, "wss://session.invalid/v1/data-channel/" + id + "?role=publish_subscribe", b.Rng.Word(160)
}

type executeInput struct {
	Cluster     string `json:"cluster"`
	Task        string `json:"task"`
	Container   string `json:"container"`
	Command     string `json:"command"`
	Interactive bool   `json:"interactive"`
}

// notEnabled is what ECS says of a task without the flag, and of one without the agent.
const notEnabled = "The execute command failed because execute command was not enabled when the task was run or the execute command agent isn’t running. Wait and try again or run a new task with execute command enabled and try again."

func (b *Board) executeCommand(in *executeInput) ([]byte, error) {
	t := b.task(in.Cluster, in.Task)
	switch {
	case t == nil || t.Last == fleet.Stopped:
		return nil, wire.Invalid("The referenced task was not found.")
	case in.Command == "":
		return nil, wire.Invalid("Command cannot be empty.")
	case !in.Interactive:
		return nil, wire.Invalid("Interactive is the only mode supported currently.")
	case in.Container == "" && len(t.Containers) > 1:
		return nil, wire.Invalid("Container name is required for tasks with more than one container.")
	}
	for _, c := range t.Containers {
		if in.Container != "" && c.Def.Name != in.Container {
			continue
		}
		switch status, _ := c.ExecAgent(); status {
		case "":
			return nil, wire.Invalid(notEnabled)
		case fleet.Running:
		default:
			return nil, wire.Fail("TargetNotConnectedException", "The execute command failed due to an internal error. Try again later.")
		}
		id, url, token := b.begin("ecs-execute-command-", target(c))
		return json.Marshal(map[string]any{
			"clusterArn": t.Cluster.ARN, "taskArn": t.ARN, "containerArn": c.ARN, "containerName": c.Def.Name, "interactive": true,
			"session": map[string]string{"sessionId": id, "streamUrl": url, "tokenValue": token},
		})
	}
	return nil, wire.Invalid("The container " + in.Container + " is not a container of the task.")
}

func (b *Board) task(cluster, name string) *fleet.Task {
	if !world.IsARN(name) {
		name = b.ARN("ecs", "task/"+world.Tail(cluster)+"/"+name)
	}
	return b.Tasks[name]
}

// target is how Systems Manager names a container.
func target(c *fleet.Container) string {
	return "ecs:" + c.Task.Cluster.Name + "_" + c.Task.ID + "_" + c.RuntimeID
}

type startInput struct {
	Target       string              `json:"Target"`
	DocumentName string              `json:"DocumentName"`
	Parameters   map[string][]string `json:"Parameters"`
	Reason       string              `json:"Reason"`
}

// required are the parameters that a document wants.
func required(document string) (names []string, known bool) {
	switch document {
	case "", "SSM-SessionManagerRunShell":
		return nil, true
	case "AWS-StartPortForwardingSession":
		return []string{"portNumber"}, true
	case "AWS-StartPortForwardingSessionToRemoteHost":
		return []string{"host", "portNumber"}, true
	}
	return nil, false
}

var portNumber = regexp.MustCompile(`^[1-9][0-9]{0,4}$`)

func (b *Board) startSession(in *startInput) ([]byte, error) {
	names, known := required(in.DocumentName)
	if !known {
		return nil, wire.Fail("InvalidDocument", "Document with name "+in.DocumentName+" does not exist.")
	}
	for _, name := range names {
		if v := in.Parameters[name]; len(v) != 1 || v[0] == "" || name == "portNumber" && !portNumber.MatchString(v[0]) {
			return nil, wire.Fail("InvalidParameters", "Parameter "+name+" is missing or not valid.")
		}
	}
	if !b.connected(in.Target) {
		return nil, wire.Fail("TargetNotConnected", in.Target+" is not connected.")
	}
	id, url, token := b.begin("demo-", in.Target)
	return json.Marshal(map[string]string{"SessionId": id, "StreamUrl": url, "TokenValue": token})
}

// connected reports whether a target's agent answers.
func (b *Board) connected(name string) bool {
	if !strings.HasPrefix(name, "ecs:") {
		i := b.machine(name)
		return i != nil && i.Connected
	}
	for _, t := range b.Tasks {
		for _, c := range t.Containers {
			if status, _ := c.ExecAgent(); status == fleet.Running && target(c) == name {
				return true
			}
		}
	}
	return false
}

func (b *Board) machine(id string) *fleet.Instance {
	for _, i := range b.Instances {
		if i.EC2 == id && !i.Fargate {
			return i
		}
	}
	return nil
}

type terminateInput struct {
	SessionID string `json:"SessionId"`
}

func (b *Board) terminateSession(in *terminateInput) ([]byte, error) {
	if b.open[in.SessionID] == "" {
		return nil, wire.Fail("DoesNotExistException", "Session "+in.SessionID+" does not exist")
	}
	delete(b.open, in.SessionID)
	return json.Marshal(map[string]string{"SessionId": in.SessionID})
}

type informationInput struct {
	Filters []struct {
		Key    string
		Values []string
	}
}

type informationDoc struct {
	ID           string `json:"InstanceId"`
	Ping         string `json:"PingStatus"`
	Agent        string `json:"AgentVersion"`
	Latest       bool   `json:"IsLatestVersion"`
	PlatformType string `json:"PlatformType"`
	PlatformName string `json:"PlatformName"`
	ResourceType string `json:"ResourceType"`
	IP           string `json:"IPAddress"`
	Computer     string `json:"ComputerName"`
}

func (b *Board) describeInformation(in *informationInput) ([]byte, error) {
	found := []informationDoc{}
	for _, f := range in.Filters {
		if f.Key != "InstanceIds" {
			return nil, wire.Fail("InvalidFilterKey", "The simulator filters machines by InstanceIds.")
		}
		for _, id := range f.Values {
			i := b.machine(id)
			if i == nil {
				continue
			}
			ping := "Online"
			if !i.Connected {
				ping = "ConnectionLost"
			}
			found = append(found, informationDoc{ID: id, Ping: ping, Agent: "3.3.2299.0", Latest: true, PlatformType: "Linux", PlatformName: "Amazon Linux",
				ResourceType: "EC2Instance", IP: i.IP, Computer: i.Host})
		}
	}
	return json.Marshal(map[string]any{"InstanceInformationList": found})
}
