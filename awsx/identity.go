package awsx

import (
	"cmp"
	"strings"
)

// ContextID names where a call goes: a profile, a region and an endpoint. The
// account is not part of it, because it is unknown until STS has answered.
// Every reference, snapshot key, plan and audit record carries one: rows of two
// accounts may be on one screen, and each call still goes where its row came from.
type ContextID struct {
	// Profile is the shared-config profile; empty means the SDK's default chain.
	Profile string
	// Region is the AWS region, such as eu-west-1.
	Region string
	// Endpoint overrides every service's address; empty means AWS itself.
	Endpoint string
}

// String returns the context as profile/region, with the endpoint when it is
// not AWS itself: the form used in breadcrumbs and audit records.
func (c ContextID) String() string {
	p := cmp.Or(c.Profile, "default")
	s := p + "/" + c.Region
	if c.Endpoint != "" {
		s += "@" + c.Endpoint
	}
	return s
}

// Ref points at one resource of one context. It is comparable and used as key.
type Ref struct {
	Context ContextID
	// Cluster is the ARN of the ECS cluster that the resource lives in. For a
	// cluster it equals ARN; for resources outside ECS it is empty.
	Cluster string
	// ARN is the resource's full Amazon Resource Name.
	ARN string
}

// Name returns the last part of the ARN: a service's or cluster's name, a
// task's id, a task definition's family:revision.
func (r Ref) Name() string { return ARNName(r.ARN) }

// ClusterName returns the name of the cluster the resource lives in.
func (r Ref) ClusterName() string { return ARNName(r.Cluster) }

// In returns a reference to another resource of the same context and cluster.
func (r Ref) In(arn string) Ref {
	return Ref{Context: r.Context, Cluster: r.Cluster, ARN: arn}
}

// ClusterRef returns the reference of the cluster that the resource lives in.
func (r Ref) ClusterRef() Ref {
	return Ref{Context: r.Context, Cluster: r.Cluster, ARN: r.Cluster}
}

// ARNName returns what follows the last slash of an ARN, or of its resource
// part when it has none. A string that is no ARN comes back unchanged.
func ARNName(arn string) string {
	if i := strings.LastIndexByte(arn, '/'); i >= 0 {
		return arn[i+1:]
	}
	if strings.HasPrefix(arn, "arn:") {
		if i := strings.LastIndexByte(arn, ':'); i >= 0 {
			return arn[i+1:]
		}
	}
	return arn
}

// ARNParts splits an ARN into its region, account and resource
// ("service/prod/api"); ok is false when the string is no ARN of six parts.
func ARNParts(arn string) (region, account, resource string, ok bool) {
	p := strings.SplitN(arn, ":", 6)
	if len(p) != 6 || p[0] != "arn" {
		return "", "", "", false
	}
	return p[3], p[4], p[5], true
}

// SplitRevision splits family:revision, or a task definition ARN, into family
// and revision; revision is empty when there is none.
func SplitRevision(s string) (family, revision string) {
	s = ARNName(s)
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		return s[:i], s[i+1:]
	}
	return s, ""
}

// Identity is who the credentials of a context belong to, as STS
// GetCallerIdentity tells it.
type Identity struct {
	Account string
	ARN     string
	// Environment is true when the credentials are keys of the environment. Beaten is the
	// profile that AWS_PROFILE names and that they win over, empty when it names none.
	Environment bool
	Beaten      string
}

// Keys says where keys of the environment come from and which profile they win over,
// empty when the credentials are a profile's.
func (i Identity) Keys() string {
	switch {
	case !i.Environment:
		return ""
	case i.Beaten != "":
		return "environment keys beat profile " + i.Beaten
	}
	return "environment keys"
}

// String says whose account calls go to, and as whom.
func (i Identity) String() string {
	who := i.ARN + " in account " + i.Account
	if keys := i.Keys(); keys != "" {
		who += " (" + keys + ")"
	}
	return who
}

// Noun is what the target of a change is called, by its ARN.
func (r Ref) Noun() string {
	_, _, resource, arn := ARNParts(r.ARN)
	switch {
	case strings.HasPrefix(resource, "autoScalingGroup:"):
		return "group"
	case !arn && strings.Contains(r.ARN, "/"):
		return "image" // which is named by its address
	}
	switch kind, _, _ := strings.Cut(resource, "/"); kind {
	case "cluster":
		return "cluster"
	case "task":
		return "task"
	case "container-instance":
		return "instance"
	case "task-definition":
		return "revision"
	}
	return "service"
}
