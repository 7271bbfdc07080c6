package machines

import (
	"cmp"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"gantry/awsx/sim/wire"
	"gantry/awsx/sim/world"
)

// Operations are those of EC2.
func (p *Park) Operations() map[string]wire.Operation {
	return map[string]wire.Operation{
		"DescribeInstances":              wire.Form(p.describeInstances),
		"DescribeLaunchTemplateVersions": wire.Form(p.describeVersions),
	}
}

// filters are the conditions of a call, values by name.
func filters(form url.Values) map[string][]string {
	found := map[string][]string{}
	for i := 1; ; i++ {
		at := "Filter." + strconv.Itoa(i)
		name := form.Get(at + ".Name")
		if name == "" {
			return found
		}
		found[name] = wire.FormItems(form, at+".Value")
	}
}

// describeInstances names machines by id, of which an unknown one refuses the call, or
// chooses them by filters, which leave unknown ones out (DescribeInstances).
func (p *Park) describeInstances(form url.Values) ([]byte, error) {
	ids, size := wire.FormItems(form, "InstanceId"), (*int)(nil)
	for _, id := range ids {
		if p.Find(id) == nil {
			return nil, wire.Fail("InvalidInstanceID.NotFound", "The instance ID '"+id+"' does not exist")
		}
	}
	if text := form.Get("MaxResults"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 5 || n > 1000 {
			return nil, wire.Fail("InvalidParameterValue", "Value ( "+text+" ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.")
		}
		if len(ids) > 0 {
			return nil, wire.Fail("InvalidParameterCombination", "The parameter instancesSet cannot be used with the parameter maxResults")
		}
		size = &n
	}
	conditions := filters(form)
	for name := range conditions {
		if !strings.HasPrefix(name, "tag:") && (&Machine{}).value(name) == nil {
			return nil, wire.Fail("InvalidParameterValue", "The filter '"+name+"' is invalid")
		}
	}
	machines := slices.DeleteFunc(slices.Clone(p.machines), func(m *Machine) bool {
		if len(ids) > 0 && !slices.Contains(ids, m.ID) {
			return true
		}
		for name, values := range conditions {
			if v := m.value(name); v == nil || !slices.Contains(values, *v) {
				return true
			}
		}
		return false
	})
	slices.SortFunc(machines, func(a, b *Machine) int { return cmp.Compare(a.ID, b.ID) })
	pages := wire.Paging[*Machine]{Key: func(m *Machine) string { return m.ID }, Fallback: 1000, Max: 1000}
	page, next, err := pages.Cut(machines, form.Get("NextToken"), size)
	if err != nil {
		return nil, wire.Fail("InvalidParameterValue", "Unable to parse pagination token")
	}
	var x wire.XML
	wire.Items(&x, "reservationSet", page, func(m *Machine) {
		x.Text("reservationId", "r-"+m.ID[2:])
		x.Text("ownerId", p.AccountID)
		wire.Items(&x, "instancesSet", []*Machine{m}, func(m *Machine) { m.describe(&x) })
	})
	x.Text("nextToken", next)
	return x.Bytes(), nil
}

// value is what a filter compares, nil for one that is not known.
func (m *Machine) value(filter string) *string {
	group := ""
	if m.Group != nil {
		group = m.Group.Name
	}
	v, ok := map[string]string{
		"instance-id": m.ID, "instance-state-name": m.state, "private-ip-address": m.IP, "instance-type": m.Type,
		"availability-zone": m.Az, "tag:" + groupTag: group,
	}[filter]
	if !ok {
		return nil
	}
	return &v
}

// groupTag is the tag by which EC2 tells whose a machine is.
const groupTag = "aws:autoscaling:groupName"

func (m *Machine) describe(x *wire.XML) {
	x.Text("instanceId", m.ID)
	x.Text("imageId", m.Image)
	x.Open("instanceState")
	x.Number("code", map[string]int{starting: 0, running: 16, shuttingDown: 32, terminated: 48}[m.state])
	x.Text("name", m.state)
	x.Close("instanceState")
	x.Text("instanceType", m.Type)
	x.Text("launchTime", stamp(m.launchedAt))
	x.Open("placement")
	x.Text("availabilityZone", m.Az)
	x.Text("tenancy", "default")
	x.Close("placement")
	if m.state == starting || m.state == running {
		x.Text("privateDnsName", "ip-"+strings.ReplaceAll(m.IP, ".", "-")+".internal")
		x.Text("privateIpAddress", m.IP)
		x.Text("subnetId", world.SubnetOf(m.Az))
	}
	x.Text("architecture", "x86_64")
	if m.Group != nil {
		wire.Items(x, "tagSet", []world.Tag{{Key: groupTag, Value: m.Group.Name}, {Key: "Name", Value: m.Group.Name}}, func(t world.Tag) {
			x.Text("key", t.Key)
			x.Text("value", t.Value)
		})
	}
}

func (p *Park) describeVersions(form url.Values) ([]byte, error) {
	id, name := form.Get("LaunchTemplateId"), form.Get("LaunchTemplateName")
	i := slices.IndexFunc(p.Templates, func(t *Template) bool { return t.ID == id || t.Name == name })
	switch {
	case id == "" && name == "":
		return nil, wire.Fail("MissingParameter", "The request must contain the parameter LaunchTemplateId or LaunchTemplateName")
	case i < 0 && id != "":
		return nil, wire.Fail("InvalidLaunchTemplateId.NotFound", "The specified launch template, with template ID "+id+", does not exist.")
	case i < 0:
		return nil, wire.Fail("InvalidLaunchTemplateName.NotFoundException", "The specified launch template, with template name "+name+", does not exist.")
	}
	t := p.Templates[i]
	var numbers []int
	for _, version := range wire.FormItems(form, "LaunchTemplateVersion") {
		n := t.number(version)
		if n == 0 {
			return nil, wire.Fail("InvalidLaunchTemplateId.VersionNotFound", "Could not find the specified version "+version+" for the launch template with ID "+t.ID+".")
		}
		if !slices.Contains(numbers, n) {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) == 0 {
		for n := len(t.Versions); n > 0; n-- {
			numbers = append(numbers, n)
		}
	}
	var x wire.XML
	wire.Items(&x, "launchTemplateVersionSet", numbers, func(n int) {
		l := t.Versions[n-1]
		x.Text("launchTemplateId", t.ID)
		x.Text("launchTemplateName", t.Name)
		x.Number("versionNumber", n)
		x.Text("createTime", stamp(l.CreatedAt))
		x.Text("createdBy", "arn:aws:iam::"+p.AccountID+":user/platform")
		x.Bool("defaultVersion", n == t.Default)
		x.Open("launchTemplateData")
		x.Text("imageId", l.Image)
		x.Text("instanceType", l.Type)
		x.Text("userData", l.encoded())
		x.Close("launchTemplateData")
	})
	return x.Bytes(), nil
}
