package document

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// documentLimit is the size that the service admits for the document of one
// task definition, in bytes (ECS service quotas: task definition size, 64 KiB).
const documentLimit = 64 << 10

// ReadOnlyFields are the members of a task definition that only the service
// sets: by them a document that is read differs from one that is sent. They are
// dropped by name, here and nowhere else; everything else is carried, known or
// not.
func ReadOnlyFields() []string {
	return []string{
		"taskDefinitionArn", "revision", "status", "requiresAttributes", "compatibilities",
		"registeredAt", "registeredBy", "deregisteredAt", "deleteRequestedAt",
	}
}

// Registrable returns a tree that can be registered as the next revision: the
// document without its read-only fields, and with the tags that were read beside
// it. Keys that start with aws: are the service's own and refused from callers.
func Registrable(td *awsx.TaskDefinition) (*Node, error) {
	tree, err := Parse(td.Raw)
	if err != nil || tree.Kind != Object {
		return nil, fault.Errorf(fault.Invalid, "plan", td.ARN, "the task definition's document is no JSON object")
	}
	for _, name := range ReadOnlyFields() {
		tree.Drop(name)
	}
	tree.Drop("tags")
	if tags := ownTags(td.Tags); len(tags) > 0 {
		list := &Node{Kind: Array}
		for _, t := range tags {
			list.Items = append(list.Items, Fields("key", t.Key, "value", t.Value))
		}
		tree.Set("tags", list)
	}
	return tree, nil
}

func ownTags(tags []awsx.Tag) []awsx.Tag {
	return slices.DeleteFunc(slices.Clone(tags), func(t awsx.Tag) bool {
		return len(t.Key) >= 4 && strings.EqualFold(t.Key[:4], "aws:")
	})
}

// Container finds a container definition in a document by name.
func (n *Node) Container(name string) *Node {
	for _, c := range n.List("containerDefinitions") {
		if c.Word("name") == name {
			return c
		}
	}
	return nil
}

// Images returns the images of a document's containers, each once, in their order.
func (n *Node) Images() []string {
	var images []string
	for _, c := range n.List("containerDefinitions") {
		if image := c.Word("image"); image != "" {
			images = words.AddNew(images, image)
		}
	}
	return images
}

// ContainerNames returns the names of a document's containers, in its order.
func (n *Node) ContainerNames() []string {
	var names []string
	for _, c := range n.List("containerDefinitions") {
		names = append(names, c.Word("name"))
	}
	return names
}

// PickContainer resolves the name an intent gives; an empty one means the only
// container there is.
func (n *Node) PickContainer(name string) (*Node, error) {
	names := n.ContainerNames()
	if name == "" && len(names) == 1 {
		name = names[0]
	}
	if c := n.Container(name); c != nil {
		return c, nil
	}
	all := strings.Join(names, ", ")
	if name == "" {
		return nil, invalid("the task definition has several containers: name one of %s", all)
	}
	return nil, invalid("container %q is not in the task definition: expected one of %s", name, all)
}

// UnknownFields names the fields of a document that this version knows nothing
// about. They are carried all the same; the preview says so.
func UnknownFields(tree *Node) []string {
	var names []string
	for _, m := range tree.Members {
		if !slices.Contains(KnownFields(), m.Name) {
			names = append(names, m.Name)
		}
	}
	for _, c := range tree.List("containerDefinitions") {
		for _, m := range c.Members {
			if !slices.Contains(KnownContainerFields(), m.Name) {
				names = append(names, "containerDefinitions["+c.Word("name")+"]."+m.Name)
			}
		}
	}
	return names
}

// KnownFields are the members of a RegisterTaskDefinition request as of ECS
// API 2014-11-13 in SDK 1.104.1.
func KnownFields() []string {
	return []string{
		"containerDefinitions", "family", "cpu", "memory", "enableFaultInjection", "ephemeralStorage",
		"executionRoleArn", "taskRoleArn", "inferenceAccelerators", "ipcMode", "pidMode", "networkMode",
		"placementConstraints", "proxyConfiguration", "requiresCompatibilities", "runtimePlatform",
		"volumes", "tags",
	}
}

// KnownContainerFields are the members of a container definition in the same
// version of the API.
func KnownContainerFields() []string {
	return []string{
		"command", "cpu", "credentialSpecs", "dependsOn", "disableNetworking", "dnsSearchDomains",
		"dnsServers", "dockerLabels", "dockerSecurityOptions", "entryPoint", "environment",
		"environmentFiles", "essential", "extraHosts", "firelensConfiguration", "healthCheck", "hostname",
		"image", "interactive", "links", "linuxParameters", "logConfiguration", "memory",
		"memoryReservation", "mountPoints", "name", "portMappings", "privileged", "pseudoTerminal",
		"readonlyRootFilesystem", "repositoryCredentials", "resourceRequirements", "restartPolicy",
		"secrets", "startTimeout", "stopTimeout", "systemControls", "ulimits", "user",
		"versionConsistency", "volumesFrom", "workingDirectory",
	}
}

// Seal writes the tree as the document to send, and refuses one that
// the service would refuse for its size.
func Seal(tree *Node) (awsx.Document, error) {
	doc := tree.Bytes()
	if len(doc) > documentLimit {
		return nil, invalid("the task definition would be %d bytes and the service admits %d: shorten the environment or move values to Parameter Store", len(doc), documentLimit)
	}
	return doc, nil
}
