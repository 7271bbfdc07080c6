package awsx

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// ProviderShare is an entry of a capacity provider strategy: of the tasks that a service
// runs, Base go to the provider first, and of all others as many as its weight among those
// of the strategy says.
type ProviderShare struct {
	Provider     string
	Base, Weight int
}

// String tells the share in words, such as "FARGATE weight 1, base 2".
func (s ProviderShare) String() string {
	words := fmt.Sprintf("%s weight %d", s.Provider, s.Weight)
	if s.Base != 0 {
		words += fmt.Sprintf(", base %d", s.Base)
	}
	return words
}

// CapacityStrategy is over which capacity providers tasks are spread. An empty one leaves
// that to the launch type.
type CapacityStrategy []ProviderShare

// Names are the providers, in the strategy's order.
func (c CapacityStrategy) Names() []string {
	var names []string
	for _, share := range c {
		names = append(names, share.Provider)
	}
	return names
}

// String tells the strategy in words.
func (c CapacityStrategy) String() string {
	var shares []string
	for _, share := range c {
		shares = append(shares, share.String())
	}
	return strings.Join(shares, "; ")
}

// Typed spells the strategy as ParseStrategy reads it.
func (c CapacityStrategy) Typed() string {
	var shares []string
	for _, share := range c {
		typed := share.Provider + "=" + strconv.Itoa(share.Weight)
		if share.Base != 0 {
			typed += "," + strconv.Itoa(share.Base)
		}
		shares = append(shares, typed)
	}
	return strings.Join(shares, " ")
}

// Same reports whether two strategies spread tasks alike: the order of the shares means
// nothing, and need not come back as it was sent.
func (c CapacityStrategy) Same(other CapacityStrategy) bool {
	byName := func(a, b ProviderShare) int { return cmp.Compare(a.Provider, b.Provider) }
	return slices.Equal(slices.SortedFunc(slices.Values(c), byName), slices.SortedFunc(slices.Values(other), byName))
}

// ParseStrategy reads shares as they are typed: PROVIDER=WEIGHT, or PROVIDER=WEIGHT,BASE.
func ParseStrategy(shares []string) (CapacityStrategy, error) {
	var c CapacityStrategy
	for _, typed := range shares {
		name, numbers, ok := strings.Cut(typed, "=")
		weight, base, based := strings.Cut(numbers, ",")
		share := ProviderShare{Provider: name}
		var err, wrong error
		if share.Weight, err = strconv.Atoi(weight); based {
			share.Base, wrong = strconv.Atoi(base)
		}
		if !ok || name == "" || err != nil || wrong != nil {
			return nil, fmt.Errorf("%q: expected PROVIDER=WEIGHT[,BASE], such as FARGATE_SPOT=3 or FARGATE=1,2", typed)
		}
		c = append(c, share)
	}
	return c, nil
}

// FargateProvider reports whether a capacity provider is one of Fargate's own.
func FargateProvider(name string) bool { return name == "FARGATE" || name == "FARGATE_SPOT" }
