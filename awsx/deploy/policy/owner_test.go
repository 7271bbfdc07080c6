package policy

import (
	"testing"

	"gantry/awsx"
)

// TestOwners: the first glob that fits a cluster and a service, and what the tool will do.
func TestOwners(t *testing.T) {
	under := Policy{Owners: []Owner{{"prod", "pay-*", "Terraform"}, {"prod", "*", "ecspresso"}, {"lab-?", "*", "make-it"}}}
	for service, want := range map[string]string{
		"prod/pay-in": "the next Terraform apply undoes this, unless it is changed there too",
		"PROD/web":    "the next ecspresso deploy undoes this, unless it is changed there too",
		"lab-1/web":   "what make-it does next may undo this, unless it is changed there too",
		"staging/web": "",
	} {
		ref := awsx.Ref{ARN: "arn:aws:ecs:eu-west-1:1:service/" + service, Cluster: "arn:aws:ecs:eu-west-1:1:cluster/" + service[:len(service)-len("/web")]}
		if service == "prod/pay-in" {
			ref.Cluster = "arn:aws:ecs:eu-west-1:1:cluster/prod"
		}
		got := ""
		if o, ok := under.OwnerOf(ref); ok {
			got = o.Undoes()
		}
		if got != want {
			t.Errorf("%s: %q, want %q", service, got, want)
		}
	}
}
