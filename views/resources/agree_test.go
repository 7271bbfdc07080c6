package resources

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"gantry/awsx"
	"gantry/awsx/diagnose"
	"gantry/awsx/diagnose/cause"
	"gantry/awsx/sim"
	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/seed"
	"gantry/awsx/store"
	"gantry/internal/inquiry/why/whytest"
	"gantry/views"
	"gantry/views/livetable"
)

// place is who says how services stand: a screen or a command.
type place struct {
	name string
	says map[string]diagnose.Standing // by the service's name
}

// whyOfAll reads less of the services that are well than why of one does.
const whyOfAll = "gantry why CLUSTER"

func ofRows(name string, rows []*serviceRow) place {
	p := place{name, map[string]diagnose.Standing{}}
	for _, r := range rows {
		stands := r.around().Standing
		stands.Finding, stands.Troubles = r.Finding, r.Troubles
		p.says[r.service().Name] = stands
	}
	return p
}

// fill has a feed read all that it shows.
func fill(t *testing.T, feed livetable.Feed[*serviceRow]) {
	for range 4 {
		var visible []string
		for _, r := range feed.Build(time.Now()).Rows {
			visible = append(visible, fleetKey(r))
		}
		watches := feed.Watches
		if feed.More != nil {
			watches = slices.Concat(watches, feed.More())
		}
		for _, w := range watches {
			w.Need(store.Need{Visible: visible})
		}
		feed.Details(t.Context(), visible)
		whytest.Wait(2 * time.Second)
	}
}

// places asks all who say how the services of prod stand, at one moment: first those who read
// less than the services table, then those who read as much, then those who read more.
func places(t *testing.T, s *whytest.Site, names ...string) (less, same, more []place) {
	ctx := t.Context()
	cluster := s.Service(t, "prod", names[0]).ClusterRef()
	deps := &views.Deps{Store: s.Asks.Store, Now: time.Now}
	table := openServices(s.Asks.Store, cluster, nil, newGauges(deps))
	fleet := openFleet(s.Asks.Store, []awsx.ContextID{s.ID}, newGauges(deps))
	defer func() {
		for _, w := range slices.Concat(table.Watches, fleet.Watches) {
			w.Close()
		}
	}()
	fill(t, table)
	fill(t, fleet)
	answers, _, err := s.Asks.Cluster(ctx, cluster)
	s.Must(err)
	why := place{whyOfAll, map[string]diagnose.Standing{}}
	for _, a := range answers {
		why.says[a.Service().Name] = a.Standing
	}
	alone, _ := lookInside(ctx, deps, cluster)
	survey, err := s.Asks.Survey(ctx, cluster)
	s.Must(err)
	status := place{"gantry status", map[string]diagnose.Standing{}}
	for _, x := range survey.Standings {
		status.says[x.Service().Name] = x
	}
	list := slices.DeleteFunc(fleet.Build(time.Now()).Rows, func(r *serviceRow) bool { return r.service().Ref.ClusterRef() != cluster })
	same = []place{ofRows("services", table.Build(time.Now()).Rows), ofRows(":faults", list), status}
	one, each := place{"gantry status CLUSTER/SERVICE", map[string]diagnose.Standing{}}, place{"gantry why CLUSTER/SERVICE", map[string]diagnose.Standing{}}
	for _, name := range names {
		ref := s.Service(t, "prod", name)
		inspected, err := s.Asks.Inspect(ctx, ref)
		s.Must(err)
		one.says[name] = inspected.Standing
		answer, err := s.Asks.Service(ctx, ref)
		s.Must(err)
		each.says[name] = answer.Standing
	}
	return []place{ofRows("clusters", alone.faults)}, same, []place{one, why, each}
}

// refined are the kinds that a first reading may be found to be, once lines, instances and
// groups were read too.
var refined = map[cause.Kind][]cause.Kind{
	cause.Exits:        {cause.VariableMissing, cause.WrongArchitecture},
	cause.CheckRefused: {cause.PortWrong, cause.StartsSlowly},
	cause.StartsSlowly: {cause.PortWrong}, // it says that it may never listen there
	cause.CheckFails:   cause.Checks,
}

// unspecific are the kinds that say no more than that something is wrong.
var unspecific = []cause.Kind{cause.NotExplained, cause.SaidByECS, cause.DeploymentFailed, cause.Stuck}

// ofOthers are the kinds of what is wrong with a service that is well, and that is read in
// alarms and instances: a survey reads none of a service that is well, nor does why of a cluster.
var ofOthers = []cause.Kind{cause.AlarmRings, cause.NeverDrains}

// tells reports whether a kind, or what it was found to be, is among troubles.
func tells(all []diagnose.Trouble, kind cause.Kind) bool {
	return slices.ContainsFunc(all, func(t diagnose.Trouble) bool {
		return t.Kind == kind || slices.Contains(refined[kind], t.Kind) || tells(t.Follows, kind)
	})
}

// agree holds what is said of the services of prod together: who has read the same says the
// same words, and who has read less says less, and nothing else.
func agree(t *testing.T, s *whytest.Site, names ...string) {
	t.Helper()
	less, same, more := places(t, s, names...)
	levels := [][]place{less, same, more}
	shows := func(name string) string {
		var b strings.Builder
		for _, p := range slices.Concat(levels...) {
			if x, ok := p.says[name]; ok {
				fmt.Fprintf(&b, "%s says %s %q\n%s", p.name, x.Finding.Status, x.Finding.Why, whytest.Told(x.Troubles, "    "))
			}
		}
		return b.String()
	}
	for name, first := range same[0].says {
		for _, p := range same[1:] {
			x := p.says[name]
			if len(x.Troubles) == 0 && len(first.Troubles) > 0 && slices.Contains(ofOthers, first.Troubles[0].Kind) && x.Finding.Status == first.Finding.Status {
				continue
			}
			if x.Finding.Status != first.Finding.Status || x.Finding.Why != first.Finding.Why {
				t.Errorf("of %s, %s and %s say otherwise\n%s", name, same[0].name, p.name, shows(name))
			}
		}
		for i, level := range levels[:2] {
			for _, p := range level {
				x, ok := p.says[name]
				if !ok || len(x.Troubles) == 0 || slices.Contains(unspecific, x.Troubles[0].Kind) {
					continue
				}
				for _, q := range slices.Concat(levels[i+1:]...) {
					if q.name == whyOfAll && x.Finding.Status == diagnose.OK && slices.Contains(ofOthers, x.Troubles[0].Kind) {
						continue
					}
					if y, ok := q.says[name]; ok && !tells(y.Troubles, x.Troubles[0].Kind) {
						t.Errorf("of %s, %s says %q, which %s, who has read more, does not tell\n%s", name, p.name, x.Finding.Why, q.name, shows(name))
					}
				}
			}
		}
	}
}

// TestAllSayTheSameOfAnIncident: the list of clusters, the services table, that of all clusters,
// status and why, whoever is asked.
func TestAllSayTheSameOfAnIncident(t *testing.T) {
	for _, i := range whytest.Incidents {
		t.Run(i.Name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := i.Open(t)
				agree(t, s, "shop", "till")
			})
		})
	}
}

// TestAllSayTheSameInAnAccount of many services, in which several things go wrong: tasks stopped
// for every reason, and deployments that are another's, which no incident has.
func TestAllSayTheSameInAnAccount(t *testing.T) {
	for _, scenario := range []seed.Scenario{seed.CodeDeploy, seed.StopReasons} {
		t.Run(string(scenario), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := whytest.Open(t, sim.Options{Scenario: scenario})
				whytest.Wait(7 * time.Minute)
				survey, err := s.Asks.Survey(t.Context(), s.Service(t, "prod", "catalog").ClusterRef())
				s.Must(err)
				names := []string{"catalog"}
				for _, x := range survey.Standings {
					if bad := x.Finding.Status == diagnose.Failed || x.Finding.Status == diagnose.Degraded; bad && len(x.Troubles) == 0 {
						t.Errorf("%s is %s and has no finding", x.Service().Name, x.Finding.Status)
					}
					if len(x.Troubles) > 0 {
						names = append(names, x.Service().Name)
					}
				}
				agree(t, s, names...)
			})
		})
	}
}

// TestTheListOfClustersKeepsAReason: looking at services alone does not put fewer words in the
// place of those that all of a cluster's readings gave, and what it finds anew is read whole.
func TestTheListOfClustersKeepsAReason(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := whytest.Open(t, sim.Options{})
		whytest.Wait(time.Second)
		s.Configure("shop", 100, 200, false)
		s.Deploy("shop", "v9", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 3})
		whytest.Wait(5 * time.Minute)
		deps := &views.Deps{Store: s.Asks.Store, Now: time.Now}
		cluster := s.Service(t, "prod", "shop").ClusterRef()
		g := &insides{}
		look := func() (reasons []string) {
			listed, err := awsx.Collect(s.Port.Clusters(t.Context()))
			s.Must(err)
			g.look(t.Context(), deps, listed, []string{cluster.ARN})
			for _, r := range g.inside(cluster, time.Now()).faults {
				reasons = append(reasons, r.service().Name+": "+r.Finding.Why)
			}
			return reasons
		}
		look() // at services alone, which is shown until all was read
		want := []string{"shop: exit 3, breaker off"}
		for range 12 { // for as long as a survey is believed and longer
			if got := look(); !slices.Equal(got, want) {
				t.Fatalf("it says %q, want %q", got, want)
			}
			whytest.Wait(17 * time.Second)
		}
		s.Configure("till", 100, 200, false)
		s.Deploy("till", "v9", ecr.Behaviour{ExitAfter: 4 * time.Second, ExitCode: 7})
		for range 6 {
			whytest.Wait(17 * time.Second)
			look()
		}
		if got := look(); !slices.Contains(got, "till: exit 7, breaker off") {
			t.Errorf("once another service fails it says %q", got)
		}
	})
}
