package output

import (
	"fmt"
	"strings"
	"time"

	"gantry/awsx/sim/ecr"
	"gantry/awsx/sim/fleet"
	"gantry/awsx/sim/world"
)

// language tells what a container is written in, by its command.
func language(c *fleet.Container) string {
	if len(c.Def.Command) == 0 {
		return "go"
	}
	switch c.Def.Command[0] {
	case "gunicorn", "python", "python3":
		return "python"
	case "java", "node", "nginx":
		return c.Def.Command[0]
	}
	return "go"
}

// module is the container's name as a package or module is called.
func module(c *fleet.Container) string {
	return strings.NewReplacer("-", "_").Replace(c.Def.Name)
}

// stamp begins a line as the language's usual logger does.
func stamp(c *fleet.Container, at time.Time, level string) string {
	at = at.UTC()
	switch language(c) {
	case "python":
		return at.Format("2006-01-02 15:04:05,000") + " " + level + " " + module(c) + ": "
	case "java":
		return fmt.Sprintf("%s %5s 1 --- [main] c.e.%s.Application : ", at.Format("2006-01-02 15:04:05.000"), level, module(c))
	case "nginx":
		return at.Format("2006/01/02 15:04:05") + " [" + strings.ToLower(level) + "] 1#1: "
	}
	return at.Format(time.RFC3339) + " " + strings.ToLower(level) + " "
}

func startLine(c *fleet.Container, at time.Time) string {
	return stamp(c, at, "INFO") + "starting " + c.Def.Name + " " + ecr.ParseImage(c.Image).Tag
}

// line is one line of a container at work, and the level of its stream.
func (a *Writer) line(c *fleet.Container, failing bool) (level int, message string) {
	if failing && a.random.IntN(3) > 0 {
		if a.random.IntN(4) == 0 {
			return stderr, poolTrace(c, a.Now)
		}
		return stdout, a.requestLine(c, "GET", "/health", 503)
	}
	if len(c.Def.Ports) == 0 {
		return stdout, stamp(c, a.Now, "INFO") + fmt.Sprintf("job %08x done in %d ms, queue depth %d",
			a.random.Uint32(), 20+a.random.IntN(900), a.random.IntN(40))
	}
	switch n := a.random.IntN(200); {
	case n == 0:
		return stderr, handledTrace(c, a.Now, a.random.IntN(100_000))
	case n < 6:
		return stderr, stamp(c, a.Now, "WARN") + fmt.Sprintf("slow query: %d ms, select on %s_items", 500+a.random.IntN(2500), module(c))
	case n < 40:
		return stdout, a.requestLine(c, "GET", "/health", 200)
	}
	method, path := "GET", a.path(c)
	status := []int{200, 200, 200, 200, 200, 200, 201, 204, 304, 404}[a.random.IntN(10)]
	if status == 201 {
		method = "POST"
	}
	return stdout, a.requestLine(c, method, path, status)
}

func (a *Writer) path(c *fleet.Container) string {
	subject := c.Def.Name[strings.LastIndexByte(c.Def.Name, '-')+1:]
	return fmt.Sprintf("/%s/%d", subject, 1000+a.random.IntN(90_000))
}

func (a *Writer) requestLine(c *fleet.Container, method, path string, status int) string {
	took := 2 + a.random.IntN(60)
	if a.random.IntN(12) == 0 {
		took *= 9
	}
	id := fmt.Sprintf("%08x", a.random.Uint32())
	switch language(c) {
	case "node":
		return fmt.Sprintf(`{"level":"info","time":%q,"msg":"request completed","method":%q,"path":%q,"status":%d,"ms":%d,"request_id":%q}`,
			a.Now.UTC().Format("2006-01-02T15:04:05.000Z"), method, path, status, took, id)
	case "nginx":
		return fmt.Sprintf(`%s - - [%s] "%s %s HTTP/1.1" %d %d "-" "Mozilla/5.0" rt=0.%03d`,
			world.AddressIn(c.Task.Instance.Az, 0, 10+a.random.IntN(200)), a.Now.UTC().Format("02/Jan/2006:15:04:05 -0700"),
			method, path, status, 200+a.random.IntN(9000), took)
	}
	return stamp(c, a.Now, "INFO") + fmt.Sprintf("%s %s %d in %d ms request_id=%s", method, path, status, took, id)
}

// missingTrace is what a program leaves behind that needs a variable at start.
func missingTrace(c *fleet.Container, name string) string {
	m := module(c)
	switch language(c) {
	case "java":
		return "Exception in thread \"main\" java.lang.IllegalStateException: required environment variable " + name + " is not set\n" +
			"\tat com.example." + m + ".Settings.require(Settings.java:58)\n" +
			"\tat com.example." + m + ".Settings.load(Settings.java:31)\n" +
			"\tat com.example." + m + ".Application.main(Application.java:19)\n" +
			"Caused by: java.util.NoSuchElementException: KeyError: '" + name + "'\n" +
			"\tat com.example." + m + ".Environment.get(Environment.java:22)\n\t... 2 more"
	case "node":
		return "/app/settings.js:12\n    throw new Error(`KeyError: '" + name + "'`)\n    ^\n\nError: KeyError: '" + name + "'\n" +
			"    at required (/app/settings.js:12:11)\n    at Object.<anonymous> (/app/server.js:4:20)\n" +
			"    at Module._compile (node:internal/modules/cjs/loader:1554:14)"
	case "python":
		return "Traceback (most recent call last):\n" +
			"  File \"/usr/local/lib/python3.12/site-packages/gunicorn/arbiter.py\", line 608, in spawn_worker\n    worker.init_process()\n" +
			"  File \"/app/" + m + "/wsgi.py\", line 9, in <module>\n    app = create_app(load_settings())\n" +
			"  File \"/app/" + m + "/settings.py\", line 27, in load_settings\n    url = os.environ[\"" + name + "\"]\n" +
			"  File \"<frozen os>\", line 685, in __getitem__\nKeyError: '" + name + "'"
	}
	return "panic: KeyError: '" + name + "': not in the environment\n\ngoroutine 1 [running]:\nmain.mustEnv(...)\n" +
		"\t/src/main.go:41\nmain.main()\n\t/src/main.go:17 +0x1f4"
}

// fatalTrace is the end of a program that ran for a while.
func fatalTrace(c *fleet.Container, code int) string {
	return fmt.Sprintf("panic: runtime error: invalid memory address or nil pointer dereference\n\ngoroutine 27 [running]:\n"+
		"%s/queue.(*Consumer).next(0x0)\n\t/src/queue/consumer.go:88 +0x3c\nmain.run()\n\t/src/main.go:63 +0x8a\nexit status %d", module(c), code)
}

// poolTrace is a service that ran out of database connections.
func poolTrace(c *fleet.Container, at time.Time) string {
	m := module(c)
	if language(c) == "python" {
		return stamp(c, at, "ERROR") + "GET /health failed\nTraceback (most recent call last):\n" +
			"  File \"/app/" + m + "/health.py\", line 14, in check\n    with pool.connection(timeout=2):\n" +
			"  File \"/app/" + m + "/pool.py\", line 73, in connection\n    raise PoolTimeout(\"no connection free after 2.0 s\")\n" +
			m + ".pool.PoolTimeout: no connection free after 2.0 s"
	}
	return stamp(c, at, "ERROR") + "GET /health answered 503\n" +
		"java.sql.SQLTransientConnectionException: main-pool - Connection is not available, request timed out after 2000ms " +
		"(total=10, active=10, idle=0, waiting=37)\n" +
		"\tat com.zaxxer.hikari.pool.HikariPool.createTimeoutException(HikariPool.java:686)\n" +
		"\tat com.example." + m + ".Health.check(Health.java:44)\n" +
		"\tat com.example." + m + ".HealthController.get(HealthController.java:21)"
}

// handledTrace is a request that failed while the service went on.
func handledTrace(c *fleet.Container, at time.Time, order int) string {
	m := module(c)
	if language(c) == "java" {
		return stamp(c, at, "ERROR") + fmt.Sprintf("request for %d failed\n", order) +
			"java.net.SocketTimeoutException: Read timed out\n" +
			"\tat java.base/sun.nio.ch.NioSocketImpl.timedRead(NioSocketImpl.java:278)\n" +
			"\tat com.example." + m + ".Upstream.call(Upstream.java:102)"
	}
	return stamp(c, at, "ERROR") + fmt.Sprintf("request for %d failed\nTraceback (most recent call last):\n", order) +
		"  File \"/app/" + m + "/views.py\", line 118, in show\n    item = upstream.get(key, timeout=1)\n" +
		"TimeoutError: upstream did not answer within 1 s"
}

// executable is what the container's command runs.
func executable(c *fleet.Container) string {
	if len(c.Def.Command) == 0 {
		return "/app/" + c.Def.Name
	}
	return c.Def.Command[0]
}
