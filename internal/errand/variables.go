package errand

// Variable is a value of a row, by the name under which arguments take it.
type Variable struct{ Name, Means string }

// The names of the variables.
const (
	Context   = "CONTEXT"
	Profile   = "PROFILE"
	Region    = "REGION"
	Endpoint  = "ENDPOINT"
	Account   = "ACCOUNT"
	Cluster   = "CLUSTER"
	Service   = "SERVICE"
	Task      = "TASK"
	Container = "CONTAINER"
	Runtime   = "RUNTIME"
	Instance  = "INSTANCE"
	Image     = "IMAGE"
	Digest    = "DIGEST"
	Revision  = "REVISION"
	Group     = "GROUP"
	Name      = "NAME"
	ARN       = "ARN"
)

// Variables are all that a row can have, in the order of the documentation.
func Variables() []Variable {
	return []Variable{
		{Context, "the context, as the configuration calls it"},
		{Profile, "the profile of the context"},
		{Region, "its region"},
		{Endpoint, "the address of its services, where the configuration sets one"},
		{Account, "the number of the account"},
		{Cluster, "the name of the cluster"},
		{Service, "the name of the service, or of that to which a task belongs"},
		{Task, "the id of the task"},
		{Container, "the name of the container; of a task with one, its"},
		{Runtime, "the id by which the host's runtime knows that container"},
		{Instance, "the EC2 id of the instance, or of that under a task"},
		{Image, "the image, as the definition or the registry has it"},
		{Digest, "its digest, sha256:…"},
		{Revision, "the task definition, as FAMILY:REVISION"},
		{Group, "the name of the Auto Scaling group"},
		{Name, "what the row's resource is called, whatever it is"},
		{ARN, "its ARN, or the address of an image"},
	}
}

func names() []string {
	var list []string
	for _, v := range Variables() {
		list = append(list, "$"+v.Name)
	}
	return list
}
