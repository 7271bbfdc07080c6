package awsxtest

import (
	"context"
	"slices"
	"time"

	"gantry/awsx"
)

// AlarmTurns implements awsx.HistoryReader.
func (a *Account) AlarmTurns(ctx context.Context, alarm string, from, to time.Time, limit int) ([]awsx.AlarmTurn, error) {
	if err := a.begin(ctx, AlarmTurns, alarm); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return newest(a.data.Turns, func(t awsx.AlarmTurn) time.Time { return t.At }, from, to, limit,
		func(t awsx.AlarmTurn) bool { return alarm == "" || t.Alarm == alarm }), nil
}

// TrailEvents implements awsx.HistoryReader.
func (a *Account) TrailEvents(ctx context.Context, call string, from, to time.Time, limit int) ([]awsx.TrailEvent, error) {
	if err := a.begin(ctx, TrailEvents, call); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	return newest(a.data.Trail, func(e awsx.TrailEvent) time.Time { return e.At }, from, to, limit,
		func(e awsx.TrailEvent) bool { return e.Call == call }), nil
}

// ClusterScalings implements awsx.HistoryReader: of the Doings of the cluster's services.
func (a *Account) ClusterScalings(ctx context.Context, cluster awsx.Ref, from time.Time, limit int) ([]awsx.ScalingActivity, error) {
	if err := a.begin(ctx, ClusterScalings, cluster.ARN); err != nil {
		return nil, err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	var all []awsx.ScalingActivity
	for _, s := range a.data.Services {
		if s.Ref.ClusterRef() != cluster {
			continue
		}
		for _, did := range a.data.Doings[s.Ref.ARN].Activities {
			did.Service = s.Name
			all = append(all, did)
		}
	}
	return newest(all, func(s awsx.ScalingActivity) time.Time { return s.StartedAt }, from, time.Time{}, limit, func(awsx.ScalingActivity) bool { return true }), nil
}

// newest are those of a range of time that are wanted, the newest first.
func newest[T any](all []T, at func(T) time.Time, from, to time.Time, limit int, wanted func(T) bool) []T {
	found := slices.DeleteFunc(slices.Clone(all), func(x T) bool {
		return !wanted(x) || at(x).Before(from) || !to.IsZero() && at(x).After(to)
	})
	slices.SortStableFunc(found, func(x, y T) int { return at(y).Compare(at(x)) })
	if limit > 0 && len(found) > limit {
		found = found[:limit]
	}
	return found
}
