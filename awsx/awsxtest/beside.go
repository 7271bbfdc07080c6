package awsxtest

import (
	"context"
	"slices"
	"strings"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// Platforms implements awsx.PlatformReader, by the image's digest.
func (a *Account) Platforms(ctx context.Context, repository, reference string) ([]string, error) {
	if err := a.begin(ctx, Platforms, repository+":"+reference); err != nil {
		return nil, err
	}
	if err := a.repository(repository); err != nil {
		return nil, err
	}
	image, err := a.image("ecr:BatchGetImage", repository, reference)
	if err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.data.Platforms[image.Digest]), nil
}

// GroupDetails implements awsx.GroupDetailReader.
func (a *Account) GroupDetails(ctx context.Context, arns []string) ([]awsx.GroupDetails, error) {
	if err := a.begin(ctx, GroupDetails, strings.Join(arns, ",")); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.GroupDetails
	for _, arn := range arns {
		if !slices.ContainsFunc(a.data.TargetGroups, func(g awsx.TargetGroup) bool { return g.ARN == arn }) {
			continue
		}
		d, ok := a.data.GroupDetails[arn]
		if !ok {
			d.DeregistrationDelay = 300 * time.Second
		}
		d.ARN, d.Tags = arn, slices.Clone(d.Tags)
		found = append(found, d)
	}
	if len(arns) == 1 && len(found) == 0 {
		return nil, fault.Errorf(fault.NotFound, "elasticloadbalancing:DescribeTargetGroupAttributes", arns[0], "One or more target groups not found")
	}
	return found, nil
}

// ScalableTarget implements awsx.ScalingReader.
func (a *Account) ScalableTarget(ctx context.Context, service awsx.Ref) (awsx.ScalableTarget, error) {
	if err := a.begin(ctx, ScalableTarget, service.ARN); err != nil {
		return awsx.ScalableTarget{}, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	t, ok := a.data.ScalableTargets[service.ARN]
	if !ok {
		return awsx.ScalableTarget{}, fault.Errorf(fault.NotFound, "application-autoscaling:DescribeScalableTargets", service.ARN,
			"the service is not registered with Application Auto Scaling")
	}
	t.Service, t.Policies = service, slices.Clone(t.Policies)
	for i := range t.Policies {
		t.Policies[i].Alarms = slices.Clone(t.Policies[i].Alarms)
	}
	return t, nil
}

// AlarmsByName implements awsx.AlarmReader.
func (a *Account) AlarmsByName(ctx context.Context, names []string) ([]awsx.Alarm, error) {
	return a.alarms(ctx, AlarmsByName, strings.Join(names, ","), func(alarm awsx.Alarm) bool { return slices.Contains(names, alarm.Name) })
}

// AlarmsIn implements awsx.AlarmReader.
func (a *Account) AlarmsIn(ctx context.Context, state string) ([]awsx.Alarm, error) {
	return a.alarms(ctx, AlarmsIn, state, func(alarm awsx.Alarm) bool { return alarm.State == state })
}

func (a *Account) alarms(ctx context.Context, op Op, resource string, chosen func(awsx.Alarm) bool) ([]awsx.Alarm, error) {
	if err := a.begin(ctx, op, resource); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var found []awsx.Alarm
	for _, alarm := range a.data.Alarms {
		if chosen(alarm) {
			alarm.Metrics, alarm.Actions = slices.Clone(alarm.Metrics), slices.Clone(alarm.Actions)
			found = append(found, alarm)
		}
	}
	return found, nil
}

// AllAlarms implements awsx.AlarmReader.
func (a *Account) AllAlarms(ctx context.Context) awsx.Pages[awsx.Alarm] {
	return func(yield func(awsx.Page[awsx.Alarm], error) bool) {
		found, err := a.alarms(ctx, AllAlarms, "", func(awsx.Alarm) bool { return true })
		yield(awsx.Page[awsx.Alarm]{Items: awsx.Own(found), Total: len(found), Complete: err == nil}, err)
	}
}

// Exists implements awsx.DependencyReader.
func (a *Account) Exists(ctx context.Context, d awsx.Dependency) error {
	if err := a.begin(ctx, Exists, d.ID); err != nil {
		return err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.Contains(a.data.Absent, d.ID) {
		return fault.Errorf(fault.NotFound, "exists", d.ID, "there is no such %s", d.Kind)
	}
	return nil
}

// Schedules implements awsx.ScheduleReader.
func (a *Account) Schedules(ctx context.Context) awsx.Pages[awsx.Schedule] {
	return func(yield func(awsx.Page[awsx.Schedule], error) bool) {
		err := a.begin(ctx, Schedules, "")
		a.mu.Lock()
		found := slices.Clone(a.data.Schedules)
		a.mu.Unlock()
		if err != nil {
			found = nil
		}
		yield(awsx.Page[awsx.Schedule]{Items: awsx.Own(found), Total: len(found), Complete: err == nil}, err)
	}
}
