package check

import (
	"slices"
	"strings"

	"gantry/awsx"
	"gantry/awsx/deploy/read"
	"gantry/internal/fault"
	"gantry/internal/words"
)

// checkImages tells whether the images that would run exist. Only private ECR
// repositories can be asked.
func checkImages(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	var found, skipped, missing []string
	for _, image := range d.Tree.Images() {
		state, asked := cur.Images[image]
		switch {
		case !asked:
			skipped = append(skipped, image+" is not in a private ECR repository")
		case state.Err == nil:
			found = append(found, describeImage(image, state.Image))
		case fault.ClassOf(state.Err) == fault.NotFound:
			missing = append(missing, image)
		default:
			skipped = append(skipped, image+": "+read.Why(state.Err))
		}
	}
	switch {
	case len(missing) > 0:
		return finding(Image, Broken, "not in its repository: %s", strings.Join(missing, ", "))
	case len(skipped) > 0 && len(found) == 0:
		return finding(Image, Skipped, "%s", strings.Join(skipped, "; "))
	}
	return finding(Image, OK, "%s", strings.Join(append(found, skipped...), "; "))
}

func describeImage(image string, found awsx.Image) string {
	s := awsx.ARNName(image) + " exists"
	if found.Digest != "" && !strings.Contains(image, "@") {
		s += ", " + awsx.ShortDigest(found.Digest)
	}
	return s
}

// checkPlatform tells whether the images were built for the machines that would
// run them. The manifest of one image does not say, unless the image runs already.
func checkPlatform(cur read.Current, d Change) Finding {
	if !d.runs() {
		return Finding{}
	}
	wanted, source := platforms(cur, d)
	proven := runningImages(cur)
	var suited, silent, wrong []string
	for _, image := range d.Tree.Images() {
		state, asked := cur.Images[image]
		if !asked || state.Err != nil {
			continue // the check of the images tells
		}
		name := awsx.ARNName(image)
		switch {
		case state.PlatformErr != nil:
			silent = append(silent, name+": "+read.Why(state.PlatformErr))
		case len(state.Platforms) == 0 && slices.Contains(proven, state.Image.Digest):
			suited = append(suited, name+" runs here")
		case len(state.Platforms) == 0:
			silent = append(silent, name+" does not say what it is built for")
		case slices.ContainsFunc(wanted, func(p string) bool { return !slices.Contains(state.Platforms, p) }):
			wrong = append(wrong, name+" is built for "+strings.Join(state.Platforms, ", "))
		default:
			suited = append(suited, name)
		}
	}
	needed := source + " " + strings.Join(wanted, ", ")
	switch {
	case len(suited)+len(silent)+len(wrong) == 0:
		return Finding{}
	case len(wanted) == 0:
		return finding(Platform, Skipped, "neither the task definition nor the instances say what the tasks run on")
	case len(wrong) > 0 && len(wanted) > 1:
		return finding(Platform, Warning, "%s and %s", strings.Join(wrong, "; "), needed)
	case len(wrong) > 0:
		return finding(Platform, Broken, "%s and %s", strings.Join(wrong, "; "), needed)
	case len(silent) > 0:
		return finding(Platform, Skipped, "%s; %s", strings.Join(silent, "; "), needed)
	}
	return finding(Platform, OK, "built for %s: %s", strings.Join(wanted, ", "), strings.Join(suited, ", "))
}

// runningImages returns the digests of what the service runs: wherever its tasks
// go, these have started.
func runningImages(cur read.Current) []string {
	var digests []string
	for _, t := range cur.Tasks.Value {
		for _, c := range t.Containers {
			if t.LastStatus == "RUNNING" && c.ImageDigest != "" {
				digests = words.AddNew(digests, c.ImageDigest)
			}
		}
	}
	return digests
}

// platforms names what the tasks may come to run on, in Docker's spelling, and
// who says so: the task definition, Fargate's default (ECS, RuntimePlatform), or
// the instances.
func platforms(cur read.Current, d Change) (wanted []string, source string) {
	arch := d.Tree.Get("runtimePlatform").Word("cpuArchitecture")
	system := d.Tree.Get("runtimePlatform").Word("operatingSystemFamily")
	fargate := cur.Service.OnFargate()
	if arch == "" && fargate {
		arch = "X86_64"
	}
	if arch != "" {
		source = "the task definition wants"
		if fargate {
			source = "Fargate runs"
		}
		return []string{platform(system, arch)}, source
	}
	for _, i := range cur.Fleet.Value {
		if a := i.Attributes["ecs.cpu-architecture"]; a != "" && i.Status == "ACTIVE" {
			wanted = words.AddNew(wanted, platform(i.Attributes["ecs.os-type"], a))
		}
	}
	slices.Sort(wanted)
	return wanted, "the instances are"
}

// platform spells a system and an architecture of ECS as image indexes do.
func platform(system, arch string) string {
	name := "linux"
	if strings.HasPrefix(strings.ToLower(system), "windows") {
		name = "windows"
	}
	switch strings.ToLower(arch) {
	case "x86_64":
		return name + "/amd64"
	case "arm64":
		return name + "/arm64"
	}
	return name + "/" + strings.ToLower(arch)
}
