package changestest

import (
	"strings"
	"time"

	"gantry/awsx"
	"gantry/awsx/awsxtest"
	"gantry/awsx/deploy"
	"gantry/ui"
	"gantry/views/changes"
	"gantry/views/editors"
	"gantry/views/images"
	"gantry/views/resources"
	"gantry/views/revisions"
)

// Tables opens the services of the cluster.
func Tables(c *changes.Changes, s awsx.Ref) ui.Screen {
	return resources.NewServices(c.Deps, s.ClusterRef())
}

// Images opens the service's images.
func Images(c *changes.Changes, s awsx.Ref) ui.Screen { return images.New(c, s) }

// Env opens the service's variables.
func Env(c *changes.Changes, s awsx.Ref) ui.Screen { return editors.NewEnvironment(c, s) }

// Revisions opens the revisions of the service's task definition.
func Revisions(c *changes.Changes, s awsx.Ref) ui.Screen { return revisions.NewRevisions(c, s, "") }

// Past opens how the service was deployed.
func Past(c *changes.Changes, s awsx.Ref) ui.Screen { return revisions.NewDeployments(c, s) }

// OnPlan opens the plan of an intent.
func OnPlan(intent deploy.Intent) func(*changes.Changes, awsx.Ref) ui.Screen {
	return func(c *changes.Changes, s awsx.Ref) ui.Screen {
		return changes.NewPlan(c, intent, nil, s)
	}
}

// Image deploys a tag of the image of api-orders.
func Image(tag string) deploy.SetImages {
	return deploy.SetImages{Images: map[string]string{"api-orders": ":" + tag}}
}

// RanDigest is what the tag v2 was when it ran.
const RanDigest = "sha256:9f3c000000000000000000000000000000000000000000000000000000000000"

// ECR is the registry of the shop's images.
const ECR = awsxtest.Number + ".dkr.ecr.eu-west-1.amazonaws.com/"

// Recorded gives the service a past: revision 1 was well, 2 was rolled back and 3
// succeeded and is in use. What ran of revision 1 was pushed over since.
func Recorded(f *Shopfloor) {
	History(f)
	f.Account.Edit(func(d *awsxtest.Data) {
		old := d.Images[ECR+"api-orders"][0]
		old.Tags, old.Digest, old.PushedAt = nil, RanDigest, awsxtest.Now.Add(-100*time.Hour)
		d.Images[ECR+"api-orders"] = append(d.Images[ECR+"api-orders"], old)
		records := d.Deployments[f.Service.ARN]
		for i := range records {
			records[i].ARN = strings.Replace(records[i].Target.ARN, "service-revision", "service-deployment", 1)
			records[i].StartedAt, records[i].FinishedAt = records[i].CreatedAt, records[i].CreatedAt.Add(150*time.Second)
			if records[i].Status != "SUCCESSFUL" {
				records[i].CreatedAt = records[i].CreatedAt.Add(30 * time.Minute)
				records[i].Rollback = &awsx.RollbackRecord{Reason: "Service deployment rolled back because the circuit breaker threshold was exceeded."}
				records[i].BreakerFailures, records[i].BreakerThreshold = 3, 3
			}
		}
		for i := range d.Revisions {
			d.Revisions[i].Images = []awsx.RevisionImage{{Container: "api-orders", Image: ECR + "api-orders:v2", Digest: RanDigest}}
		}
		third := d.Revisions[0]
		third.ARN = strings.TrimSuffix(third.ARN, third.ARN[strings.LastIndex(third.ARN, "/")+1:]) + "3"
		for _, s := range d.Services {
			if s.Ref == f.Service {
				third.TaskDefinition = s.TaskDefinition
			}
		}
		third.Images = []awsx.RevisionImage{{Container: "api-orders", Image: ECR + "api-orders:v3", Digest: "sha256:71aa"}}
		d.Revisions = append(d.Revisions, third)
		d.Deployments[f.Service.ARN] = append(records, awsx.ServiceDeployment{
			ARN: strings.Replace(third.ARN, "service-revision", "service-deployment", 1), Status: "SUCCESSFUL",
			Target:    awsx.RevisionShare{ARN: third.ARN},
			CreatedAt: awsxtest.Now.Add(-20 * time.Minute), StartedAt: awsxtest.Now.Add(-20 * time.Minute), FinishedAt: awsxtest.Now.Add(-16 * time.Minute),
		})
	})
}

// History gives the service three revisions, the newest in use, and deployments of
// the first two.
func History(f *Shopfloor) {
	f.Account.Edit(func(d *awsxtest.Data) {
		for i := range d.Services {
			s := &d.Services[i]
			if s.Ref != f.Service {
				continue
			}
			first := ""
			for _, td := range d.TaskDefinitions {
				if td.ARN == s.TaskDefinition {
					first = string(td.Raw)
				}
			}
			for _, n := range []string{"2", "3"} {
				doc := strings.NewReplacer(`api-orders:1"`, `api-orders:`+n+`"`, `"revision":1`, `"revision":`+n, `api-orders:v2"`, `api-orders:v`+n+`"`).Replace(first)
				td, err := awsx.ParseTaskDefinition(awsx.Document(doc), nil)
				if err != nil {
					panic(err)
				}
				d.TaskDefinitions = append(d.TaskDefinitions, td)
				s.TaskDefinition, s.Deployments[0].TaskDefinition = td.ARN, td.ARN
			}
			base := strings.TrimSuffix(s.TaskDefinition, "3")
			for n, status := range map[string]string{"1": "SUCCESSFUL", "2": "ROLLBACK_SUCCESSFUL"} {
				rev := strings.Replace(s.Ref.ARN, ":service/", ":service-revision/", 1) + "/" + n
				d.Revisions = append(d.Revisions, awsx.ServiceRevision{ARN: rev, TaskDefinition: base + n})
				d.Deployments[s.Ref.ARN] = append(d.Deployments[s.Ref.ARN], awsx.ServiceDeployment{
					Target: awsx.RevisionShare{ARN: rev}, Status: status, CreatedAt: awsxtest.Now.Add(-2 * time.Hour)})
			}
		}
	})
}
