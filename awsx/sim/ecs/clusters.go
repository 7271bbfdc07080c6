package ecs

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// API is the API of ECS over a fleet.
type API struct {
	*fleet.Fleet
	runTokens map[string]runRecord // by client token
}

// New returns the API over a fleet.
func New(f *fleet.Fleet) *API { return &API{Fleet: f, runTokens: map[string]runRecord{}} }

// Operations are those of ECS.
func (a *API) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"ListClusters":                  wire.JSON(a.listClusters),
		"DescribeClusters":              wire.JSON(a.describeClusters),
		"ListServices":                  wire.JSON(a.listServices),
		"DescribeServices":              wire.JSON(a.describeServices),
		"UpdateService":                 wire.Raw(a.updateService),
		"DeleteService":                 wire.JSON(a.deleteService),
		"ListTasks":                     wire.JSON(a.listTasks),
		"DescribeTasks":                 wire.JSON(a.describeTasks),
		"RunTask":                       wire.Raw(a.runTask),
		"StopTask":                      wire.JSON(a.stopTask),
		"ListTaskDefinitions":           wire.JSON(a.listTaskDefinitions),
		"ListTaskDefinitionFamilies":    wire.JSON(a.listFamilies),
		"DescribeTaskDefinition":        wire.JSON(a.describeTaskDefinition),
		"RegisterTaskDefinition":        wire.Raw(a.registerTaskDefinition),
		"DeregisterTaskDefinition":      wire.JSON(a.deregisterTaskDefinition),
		"ListContainerInstances":        wire.JSON(a.listInstances),
		"DescribeContainerInstances":    wire.JSON(a.describeInstances),
		"UpdateContainerInstancesState": wire.JSON(a.updateInstancesState),
		"ListServiceDeployments":        wire.JSON(a.listServiceDeployments),
		"DescribeServiceDeployments":    wire.JSON(a.describeServiceDeployments),
		"StopServiceDeployment":         wire.JSON(a.stopServiceDeployment),
		"ContinueServiceDeployment":     wire.JSON(a.continueServiceDeployment),
		"DescribeServiceRevisions":      wire.JSON(a.describeServiceRevisions),
		"DescribeCapacityProviders":     wire.JSON(a.describeCapacityProviders),
		"ListTagsForResource":           wire.JSON(a.listTags),
		"TagResource":                   wire.Raw(a.tagResource),
		"UntagResource":                 wire.JSON(a.untagResource),
		"DescribeTaskSets":              wire.JSON(a.describeTaskSets),
		"GetTaskProtection":             wire.JSON(a.getTaskProtection),
		"UpdateTaskProtection":          wire.JSON(a.updateTaskProtection),
		"ListAccountSettings":           wire.JSON(a.listAccountSettings),
	}
}

// findCluster takes a name or an ARN; the empty name is the cluster "default",
// which need not exist.
func (a *API) findCluster(name string) (*fleet.Cluster, error) {
	name = cmp.Or(name, "default")
	if err := a.ours(name); err != nil {
		return nil, err
	}
	c := a.ClusterByName[world.Tail(name)]
	if c == nil || world.IsARN(name) && c.ARN != name {
		return nil, wire.Fail("ClusterNotFoundException", "Cluster not found.")
	}
	return c, nil
}

// ours refuses an ARN of another region or account.
func (a *API) ours(name string) error {
	parts := strings.SplitN(name, ":", 6)
	switch {
	case len(parts) != 6 || parts[0] != "arn":
	case parts[3] != a.Region:
		return wire.Invalid("Identifier is for " + parts[3] + ". Your region is " + a.Region)
	case parts[4] != a.AccountID:
		return wire.Invalid("Identifier is for " + parts[4] + ". Your accountId is " + a.AccountID)
	}
	return nil
}

// clusterOf finds the cluster of a call that may name it only within the ARN of
// something in it.
func (a *API) clusterOf(name, resource string) (*fleet.Cluster, error) {
	if name == "" && world.IsARN(resource) {
		if parts := strings.Split(resource, "/"); len(parts) == 3 {
			name = parts[1]
		}
	}
	return a.findCluster(name)
}

func (a *API) findService(c *fleet.Cluster, name string) *fleet.Service {
	if world.IsARN(name) {
		if s := a.Services[name]; s != nil && s.Cluster == c {
			return s
		}
		// The old form of the ARN has no cluster in it.
		if strings.Count(name, "/") > 1 {
			return nil
		}
	}
	return c.ByName[world.Tail(name)]
}

func (a *API) findTask(c *fleet.Cluster, name string) *fleet.Task {
	if !world.IsARN(name) {
		name = a.ARN("ecs", "task/"+c.Name+"/"+name)
	}
	if t := a.Tasks[name]; t != nil && t.Cluster == c {
		return t
	}
	return nil
}

func (a *API) findInstance(c *fleet.Cluster, name string) *fleet.Instance {
	if !world.IsARN(name) {
		name = a.ARN("ecs", "container-instance/"+c.Name+"/"+name)
	}
	if i := a.Instances[name]; i != nil && i.Cluster == c {
		return i
	}
	return nil
}

func (a *API) listClusters(in *listInput) ([]byte, error) {
	return list(in, "clusterArns", 100, a.Clusters, func(c *fleet.Cluster) string { return c.ARN })
}

type describeClustersInput struct {
	Clusters []string `json:"clusters"`
	Include  []string `json:"include"`
}

type clusterDoc struct {
	ARN                string        `json:"clusterArn"`
	Name               string        `json:"clusterName"`
	Status             string        `json:"status"`
	Instances          int           `json:"registeredContainerInstancesCount"`
	Running            int           `json:"runningTasksCount"`
	Pending            int           `json:"pendingTasksCount"`
	Services           int           `json:"activeServicesCount"`
	Statistics         []nameText    `json:"statistics"`
	Tags               []world.Tag   `json:"tags"`
	Settings           []nameText    `json:"settings"`
	CapacityProviders  []string      `json:"capacityProviders"`
	CapacityStrategies []fleet.Share `json:"defaultCapacityProviderStrategy"`
}

type nameText struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (a *API) describeClusters(in *describeClustersInput) ([]byte, error) {
	if len(in.Clusters) > 100 {
		return nil, wire.Invalid("Clusters cannot be more than 100.")
	}
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	return a.describeAll("clusters", "cluster/", in.Clusters, func(name string) []byte {
		c, err := a.findCluster(name)
		if err != nil {
			return nil
		}
		return wire.Encode(describeCluster(c, in.Include))
	}), nil
}

func describeCluster(c *fleet.Cluster, include []string) clusterDoc {
	doc := clusterDoc{
		ARN: c.ARN, Name: c.Name, Status: fleet.Active,
		Instances: len(c.Instances), Services: len(c.Services),
		Statistics: []nameText{}, Tags: []world.Tag{}, Settings: []nameText{},
		CapacityProviders: append([]string{}, c.Providers...), CapacityStrategies: append([]fleet.Share{}, c.Default...),
	}
	for _, i := range c.Instances {
		up, coming := i.Counts()
		doc.Running += up
		doc.Pending += coming
	}
	runs, comes := c.OnFargate()
	onEC2, comingEC2 := doc.Running, doc.Pending
	doc.Running, doc.Pending = doc.Running+runs, doc.Pending+comes
	fargateServices := 0
	for _, s := range c.Services {
		if describeLaunch(s).Platform != "" {
			fargateServices++
		}
	}
	if slices.Contains(include, "STATISTICS") {
		doc.Statistics = []nameText{
			{"runningEC2TasksCount", strconv.Itoa(onEC2)}, {"runningFargateTasksCount", strconv.Itoa(runs)},
			{"pendingEC2TasksCount", strconv.Itoa(comingEC2)}, {"pendingFargateTasksCount", strconv.Itoa(comes)},
			{"activeEC2ServiceCount", strconv.Itoa(doc.Services - fargateServices)}, {"activeFargateServiceCount", strconv.Itoa(fargateServices)},
			{"drainingEC2ServiceCount", "0"}, {"drainingFargateServiceCount", "0"},
		}
	}
	if slices.Contains(include, "TAGS") {
		doc.Tags = c.Tags
	}
	if slices.Contains(include, "SETTINGS") {
		doc.Settings = []nameText{{"containerInsights", c.Insights}}
	}
	return doc
}
