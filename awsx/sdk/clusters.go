package sdk

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ecs"
	"github.com/aws/aws-sdk-go-v2/service/ecs/types"

	"gantry/awsx"
	"gantry/awsx/sdk/body"
)

// Page sizes and batches as the service limits them.
const (
	listPage          = 100 // ListClusters, ListServices, ListTasks, …
	describeServices  = 10
	describeResources = 100 // clusters, tasks, container instances
	describeRevisions = 20  // service deployments, service revisions
)

type wireCluster struct {
	ClusterArn        string   `json:"clusterArn"`
	ClusterName       string   `json:"clusterName"`
	Status            string   `json:"status"`
	Services          int      `json:"activeServicesCount"`
	Running           int      `json:"runningTasksCount"`
	Pending           int      `json:"pendingTasksCount"`
	Instances         int      `json:"registeredContainerInstancesCount"`
	CapacityProviders []string `json:"capacityProviders"`
	Settings          []struct {
		Name  string `json:"name"`
		Value string `json:"value"`
	} `json:"settings"`
	Tags json.RawMessage `json:"tags"`
}

// Clusters lists (100 a call) and describes (100 a call) all clusters.
func (a Account) Clusters(ctx context.Context) awsx.Pages[awsx.Cluster] {
	list := func(ctx context.Context, token *string) ([]string, *string, error) {
		out, err := a.ECS.ListClusters(ctx, &ecs.ListClustersInput{MaxResults: aws.Int32(listPage), NextToken: token})
		if err != nil {
			return nil, nil, a.Classify(ctx, "", err)
		}
		return out.ClusterArns, out.NextToken, nil
	}
	return gather(ctx, list, describeResources, func(ctx context.Context, arns []string) (page awsx.Page[awsx.Cluster], err error) {
		page.Untagged, err = a.known.tags.Ask("ecs:DescribeClusters", func(tags bool) error {
			_, err := a.ECS.DescribeClusters(ctx, &ecs.DescribeClustersInput{
				Clusters: arns, Include: append(with(tags, types.ClusterFieldTags), types.ClusterFieldSettings),
			}, body.Page(&page, "clusters", func(w *wireCluster) awsx.Cluster { return a.cluster(w, tags) }))
			return a.Classify(ctx, "", err)
		})
		return page, err
	})
}

// cluster is a cluster as it was sent; tags tells whether they were asked for.
func (a Account) cluster(w *wireCluster, tags bool) awsx.Cluster {
	arn := intern(w.ClusterArn)
	c := awsx.Cluster{
		Ref: a.Ref(arn, arn), Name: w.ClusterName, Status: intern(w.Status),
		Services: w.Services, Running: w.Running, Pending: w.Pending, Instances: w.Instances,
		CapacityProviders: w.CapacityProviders, Tags: a.known.tags.Of(w.Tags, tags),
	}
	for _, s := range w.Settings {
		if s.Name == string(types.ClusterSettingNameContainerInsights) {
			c.Insights = intern(s.Value)
		}
	}
	return c
}
