// Package machines is what clusters run on: EC2 instances, the launch templates and launch
// configurations that they come from, and the Auto Scaling groups that launch and terminate
// them, with the APIs of EC2 and of Auto Scaling. A machine whose user data names a cluster
// of the account joins it, and leaves it when it is terminated.
package machines
