package store

import (
	"context"
	"maps"
	"slices"
	"time"

	"gantry/awsx"
	"gantry/internal/fault"
)

// rulesRefused is how long a rule is left alone that may not be read.
const rulesRefused = 10 * time.Minute

// ruleReading is the last attempt to read a listener rule.
type ruleReading struct {
	triedAt time.Time
	refused bool
}

// weigh reads the listener rules that shift traffic between the pairs of groups of
// load balancer entries, those that were not tried within maxAge. That they cannot be
// read is no failure: which group is live is then told by where tasks are registered.
func (c *groupCache) weigh(ctx context.Context, r awsx.TargetReader, id awsx.ContextID, entries []awsx.LoadBalancer, maxAge time.Duration) {
	due := c.dueRules(id, entries, maxAge)
	if len(due) == 0 {
		return
	}
	found, err := r.RuleWeights(ctx, due)
	if ctx.Err() != nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, rule := range due {
		c.rules[groupKey{id, rule}] = ruleReading{wall(), fault.Lasting(err)}
	}
	weights := map[string]map[string]int{}
	for _, w := range found {
		weights[w.Rule] = w.Weights
	}
	for _, lb := range entries {
		to, ok := weights[lb.ProductionRule]
		if !ok {
			continue
		}
		for _, arn := range []string{lb.TargetGroup, lb.Alternate} {
			g := c.reading(groupKey{id, arn})
			if old, known := g.weights[lb.ProductionRule]; known && old == to[arn] {
				continue
			}
			g.weights = maps.Clone(g.weights) // snapshots have the old one
			if g.weights == nil {
				g.weights = map[string]int{}
			}
			g.weights[lb.ProductionRule] = to[arn]
			c.changed(g)
		}
	}
}

// dueRules returns the rules of entries with a pair of groups that are to be read.
func (c *groupCache) dueRules(id awsx.ContextID, entries []awsx.LoadBalancer, maxAge time.Duration) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	var due []string
	for _, lb := range entries {
		if lb.Alternate == "" || lb.ProductionRule == "" || slices.Contains(due, lb.ProductionRule) {
			continue
		}
		age := maxAge
		last := c.rules[groupKey{id, lb.ProductionRule}]
		if last.refused {
			age = rulesRefused
		}
		if last.triedAt.IsZero() || time.Since(last.triedAt) >= age {
			due = append(due, lb.ProductionRule)
		}
	}
	return due
}
