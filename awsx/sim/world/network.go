package world

import "strconv"

// Zones are the availability zones of the region.
func (a *World) Zones() []string {
	return []string{a.Region + "a", a.Region + "b", a.Region + "c"}
}

func zoneNumber(az string) int { return int(az[len(az)-1] - 'a') }

// SubnetOf is the subnet of a zone.
func SubnetOf(az string) string { return "subnet-0c5d2e8f1a7b3946" + strconv.Itoa(zoneNumber(az)) }

// AddressIn is an address of the zone's part of the network.
func AddressIn(az string, third, fourth int) string {
	return "10.2" + strconv.Itoa(zoneNumber(az)) + "." + strconv.Itoa(third) + "." + strconv.Itoa(fourth)
}
