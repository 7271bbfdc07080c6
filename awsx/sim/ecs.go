package sim

import "strings"

// ecsOperation returns the handler of an operation, or nil for one that the
// account does not have.
func ecsOperation(name string) func(*Account, []byte) ([]byte, error) {
	switch name {
	case "ListClusters":
		return takes((*Account).listClusters)
	case "DescribeClusters":
		return takes((*Account).describeClusters)
	case "ListServices":
		return takes((*Account).listServices)
	case "DescribeServices":
		return takes((*Account).describeServices)
	case "UpdateService":
		return (*Account).updateService
	case "ListTasks":
		return takes((*Account).listTasks)
	case "DescribeTasks":
		return takes((*Account).describeTasks)
	case "RunTask":
		return (*Account).runTask
	case "StopTask":
		return takes((*Account).stopTask)
	case "ListTaskDefinitions":
		return takes((*Account).listTaskDefinitions)
	case "ListTaskDefinitionFamilies":
		return takes((*Account).listFamilies)
	case "DescribeTaskDefinition":
		return takes((*Account).describeTaskDefinition)
	case "RegisterTaskDefinition":
		return (*Account).registerTaskDefinition
	case "DeregisterTaskDefinition":
		return takes((*Account).deregisterTaskDefinition)
	case "ListContainerInstances":
		return takes((*Account).listInstances)
	case "DescribeContainerInstances":
		return takes((*Account).describeInstances)
	case "UpdateContainerInstancesState":
		return takes((*Account).updateInstancesState)
	case "ListServiceDeployments":
		return takes((*Account).listServiceDeployments)
	case "DescribeServiceDeployments":
		return takes((*Account).describeServiceDeployments)
	case "StopServiceDeployment":
		return takes((*Account).stopServiceDeployment)
	case "ContinueServiceDeployment":
		return takes((*Account).continueServiceDeployment)
	case "DescribeServiceRevisions":
		return takes((*Account).describeServiceRevisions)
	case "ListTagsForResource":
		return takes((*Account).listTags)
	}
	return nil
}

// failure is an entry of the failures of a describe call.
type failure struct {
	ARN    string `json:"arn"`
	Reason string `json:"reason"`
	Detail string `json:"detail,omitempty"`
}

// described ends a describe answer.
type described struct {
	Failures []failure `json:"failures"`
}

// tokened ends a list answer.
type tokened struct {
	NextToken string `json:"nextToken,omitempty"`
}

func missing(arn string) failure { return failure{ARN: arn, Reason: "MISSING"} }

// tail is the last part of an ARN, or the whole of a plain name.
func tail(name string) string { return name[strings.LastIndexByte(name, '/')+1:] }

func isARN(name string) bool { return strings.HasPrefix(name, "arn:") }

// findCluster takes a name or an ARN; the empty name is the cluster "default",
// which need not exist.
func (a *Account) findCluster(name string) (*cluster, error) {
	if name == "" {
		name = "default"
	}
	c := a.clusterByName[tail(name)]
	if c == nil || isARN(name) && c.arn != name {
		return nil, fail("ClusterNotFoundException", "Cluster not found.")
	}
	return c, nil
}

// clusterOf finds the cluster of a call that may name it only within the ARN of
// something in it.
func (a *Account) clusterOf(name, resource string) (*cluster, error) {
	if name == "" && isARN(resource) {
		if parts := strings.Split(resource, "/"); len(parts) == 3 {
			name = parts[1]
		}
	}
	return a.findCluster(name)
}

func (a *Account) findService(c *cluster, name string) *service {
	if isARN(name) {
		if s := a.services[name]; s != nil && s.cluster == c {
			return s
		}
		// The old form of the ARN has no cluster in it.
		if strings.Count(name, "/") > 1 {
			return nil
		}
	}
	return c.byName[tail(name)]
}

func (a *Account) findTask(c *cluster, name string) *task {
	if !isARN(name) {
		name = a.arn("ecs", "task/"+c.name+"/"+name)
	}
	if t := a.tasks[name]; t != nil && t.cluster == c {
		return t
	}
	return nil
}

func (a *Account) findInstance(c *cluster, name string) *instance {
	if !isARN(name) {
		name = a.arn("ecs", "container-instance/"+c.name+"/"+name)
	}
	if i := a.instances[name]; i != nil && i.cluster == c {
		return i
	}
	return nil
}

func includes(fields []string, want string) bool {
	for _, f := range fields {
		if f == want {
			return true
		}
	}
	return false
}

type listInput struct {
	Cluster    string `json:"cluster"`
	MaxResults *int   `json:"maxResults"`
	NextToken  string `json:"nextToken"`
}

func (a *Account) listClusters(in *listInput) ([]byte, error) {
	p := paging[*cluster]{key: func(c *cluster) string { return c.name }, fallback: 100, max: 100}
	return p.list("clusterArns", a.clusters, in.NextToken, in.MaxResults, func(c *cluster) string { return c.arn })
}

// list answers a list call with the page that it asks for, each item by its ARN
// or name.
func (p paging[T]) list(field string, items []T, token string, size *int, name func(T) string) ([]byte, error) {
	page, next, err := p.cut(items, token, size)
	if err != nil {
		return nil, err
	}
	docs := make([][]byte, len(page))
	for i, item := range page {
		docs[i] = []byte(`"` + name(item) + `"`)
	}
	return envelope(field, docs, tokened{next}), nil
}

type describeClustersInput struct {
	Clusters []string `json:"clusters"`
	Include  []string `json:"include"`
}

type clusterDoc struct {
	ARN                string     `json:"clusterArn"`
	Name               string     `json:"clusterName"`
	Status             string     `json:"status"`
	Instances          int        `json:"registeredContainerInstancesCount"`
	Running            int        `json:"runningTasksCount"`
	Pending            int        `json:"pendingTasksCount"`
	Services           int        `json:"activeServicesCount"`
	Statistics         []nameText `json:"statistics"`
	Tags               []tag      `json:"tags"`
	Settings           []nameText `json:"settings"`
	CapacityProviders  []string   `json:"capacityProviders"`
	CapacityStrategies []string   `json:"defaultCapacityProviderStrategy"`
}

type nameText struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

func (a *Account) describeClusters(in *describeClustersInput) ([]byte, error) {
	if len(in.Clusters) > 100 {
		return nil, invalid("Clusters cannot be more than 100.")
	}
	if len(in.Clusters) == 0 {
		in.Clusters = []string{"default"}
	}
	out := described{Failures: []failure{}}
	docs := [][]byte{}
	for _, name := range in.Clusters {
		c, err := a.findCluster(name)
		if err != nil {
			if !isARN(name) {
				name = a.arn("ecs", "cluster/"+name)
			}
			out.Failures = append(out.Failures, missing(name))
			continue
		}
		docs = append(docs, encode(c.describe(in.Include)))
	}
	return envelope("clusters", docs, out), nil
}

func (c *cluster) describe(include []string) clusterDoc {
	doc := clusterDoc{
		ARN: c.arn, Name: c.name, Status: active,
		Instances: len(c.instances), Services: len(c.services),
		Statistics: []nameText{}, Tags: []tag{}, Settings: []nameText{},
		CapacityProviders: []string{}, CapacityStrategies: []string{},
	}
	for _, i := range c.instances {
		up, coming := i.counts()
		doc.Running += up
		doc.Pending += coming
	}
	if includes(include, "STATISTICS") {
		doc.Statistics = []nameText{
			{"runningEC2TasksCount", itoa(doc.Running)}, {"runningFargateTasksCount", "0"},
			{"pendingEC2TasksCount", itoa(doc.Pending)}, {"pendingFargateTasksCount", "0"},
			{"activeEC2ServiceCount", itoa(doc.Services)}, {"activeFargateServiceCount", "0"},
			{"drainingEC2ServiceCount", "0"}, {"drainingFargateServiceCount", "0"},
		}
	}
	if includes(include, "TAGS") {
		doc.Tags = c.tags
	}
	if includes(include, "SETTINGS") {
		doc.Settings = []nameText{{"containerInsights", "disabled"}}
	}
	return doc
}
