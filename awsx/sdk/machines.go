package sdk

import (
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"gantry/awsx"
	"gantry/internal/fault"
)

// machinesNamed is how many instances one call names: a filter takes 200 values.
const machinesNamed = 100

// Machines describes EC2 instances. They are chosen by a filter: named as such, one that is
// gone would fail the call for all others (EC2, InvalidInstanceID.NotFound).
func (a Account) Machines(ctx context.Context, ids []string) ([]awsx.Machine, error) {
	var found []awsx.Machine
	for part := range slices.Chunk(ids, machinesNamed) {
		machines, err := all(ctx, 0, func(ctx context.Context, token *string) ([]awsx.Machine, *string, error) {
			out, err := a.EC2().DescribeInstances(ctx, &ec2.DescribeInstancesInput{
				Filters: []types.Filter{{Name: aws.String("instance-id"), Values: part}}, NextToken: token,
			})
			if err != nil {
				return nil, nil, a.Classify(ctx, "", err)
			}
			var machines []awsx.Machine
			for _, r := range out.Reservations {
				for _, i := range r.Instances {
					machines = append(machines, machineOf(i))
				}
			}
			return machines, out.NextToken, nil
		})
		found = append(found, machines...)
		if err != nil {
			return found, err
		}
	}
	return found, nil
}

// groupTag is the tag by which Auto Scaling marks what it launches.
const groupTag = "aws:autoscaling:groupName"

func machineOf(i types.Instance) awsx.Machine {
	m := awsx.Machine{
		ID: aws.ToString(i.InstanceId), PrivateIP: aws.ToString(i.PrivateIpAddress), Type: string(i.InstanceType),
		Image: aws.ToString(i.ImageId), LaunchedAt: aws.ToTime(i.LaunchTime),
	}
	if i.State != nil {
		m.State = string(i.State.Name)
	}
	if i.Placement != nil {
		m.Zone = aws.ToString(i.Placement.AvailabilityZone)
	}
	for _, t := range i.Tags {
		if aws.ToString(t.Key) == groupTag {
			m.Group = aws.ToString(t.Value)
		}
	}
	return m
}

// Launch reads what a launch configuration or a version of a launch template launches.
func (a Account) Launch(ctx context.Context, source awsx.LaunchSource) (awsx.Launch, error) {
	if source.Configuration != "" {
		return a.configuration(ctx, source)
	}
	const op = "ec2:DescribeLaunchTemplateVersions"
	in := ec2.DescribeLaunchTemplateVersionsInput{Versions: []string{source.Version}}
	switch {
	case source.TemplateID != "":
		in.LaunchTemplateId = &source.TemplateID
	case source.Template != "":
		in.LaunchTemplateName = &source.Template
	default:
		return awsx.Launch{}, &fault.Error{Class: fault.Invalid, Op: op, Err: errors.New("neither a launch configuration nor a launch template is named")}
	}
	if source.Version == "" {
		in.Versions = []string{"$Default"}
	}
	out, err := a.EC2().DescribeLaunchTemplateVersions(ctx, &in)
	if err != nil {
		return awsx.Launch{}, a.Classify(ctx, source.String(), err)
	}
	if len(out.LaunchTemplateVersions) == 0 || out.LaunchTemplateVersions[0].LaunchTemplateData == nil {
		return awsx.Launch{}, fault.Errorf(fault.NotFound, op, source.String(), "no such version")
	}
	v := out.LaunchTemplateVersions[0]
	return awsx.Launch{
		Source: awsx.LaunchSource{
			TemplateID: aws.ToString(v.LaunchTemplateId), Template: aws.ToString(v.LaunchTemplateName), Version: strconv.FormatInt(aws.ToInt64(v.VersionNumber), 10),
		},
		Image: aws.ToString(v.LaunchTemplateData.ImageId), Type: string(v.LaunchTemplateData.InstanceType),
		Joins: awsx.JoinsOf(aws.ToString(v.LaunchTemplateData.UserData)),
	}, nil
}

func (a Account) configuration(ctx context.Context, source awsx.LaunchSource) (awsx.Launch, error) {
	out, err := a.Groups().DescribeLaunchConfigurations(ctx, &autoscaling.DescribeLaunchConfigurationsInput{LaunchConfigurationNames: []string{source.Configuration}})
	if err != nil {
		return awsx.Launch{}, a.Classify(ctx, source.Configuration, err)
	}
	if len(out.LaunchConfigurations) == 0 {
		return awsx.Launch{}, fault.Errorf(fault.NotFound, "autoscaling:DescribeLaunchConfigurations", source.Configuration, "no such launch configuration")
	}
	c := out.LaunchConfigurations[0]
	return awsx.Launch{
		Source: awsx.LaunchSource{Configuration: source.Configuration}, Image: aws.ToString(c.ImageId), Type: aws.ToString(c.InstanceType),
		Joins: awsx.JoinsOf(aws.ToString(c.UserData)),
	}, nil
}
