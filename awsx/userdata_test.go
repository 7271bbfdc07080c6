package awsx_test

import (
	"bytes"
	"compress/gzip"
	"encoding/base64"
	"testing"

	"gantry/awsx"
)

// TestJoinsOfUserData in the forms in which it is written: echo, heredoc, cloud-config, a
// message of several parts, compressed, Bottlerocket's TOML and PowerShell.
func TestJoinsOfUserData(t *testing.T) {
	part := base64.StdEncoding.EncodeToString([]byte("#!/bin/sh\necho ECS_CLUSTER=inner >> /etc/ecs/ecs.config\n"))
	for _, c := range []struct{ name, data, cluster, line string }{
		{"echo", "#!/bin/bash\necho ECS_CLUSTER=blue >> /etc/ecs/ecs.config\n", "blue", "ECS_CLUSTER=blue"},
		{"echo in quotes", `echo "ECS_CLUSTER=blue" >> /etc/ecs/ecs.config`, "blue", "ECS_CLUSTER=blue"},
		{"value in quotes", `echo 'ECS_CLUSTER="blue"' | tee /etc/ecs/ecs.config`, "blue", `ECS_CLUSTER="blue"`},
		{"no blank before the sign", "echo ECS_CLUSTER=blue>>/etc/ecs/ecs.config", "blue", "ECS_CLUSTER=blue"},
		{"heredoc", "cat <<'EOF' >> /etc/ecs/ecs.config\nECS_CLUSTER=green-2\nECS_LOGLEVEL=debug\nEOF\n", "green-2", "ECS_CLUSTER=green-2"},
		{"lines of Windows", "cat <<EOF\r\nECS_CLUSTER=green\r\nEOF\r\n", "green", "ECS_CLUSTER=green"},
		{"the last one counts", "ECS_CLUSTER=a\nECS_CLUSTER=b\n", "b", "ECS_CLUSTER=b"},
		{"a comment", "# ECS_CLUSTER=old\necho ECS_CLUSTER=new\n", "new", "ECS_CLUSTER=new"},
		{"printf", `printf 'ECS_CLUSTER=blue\nECS_LOGLEVEL=info\n' > /etc/ecs/ecs.config`, "blue", "ECS_CLUSTER=blue"},
		{"export", "export ECS_CLUSTER=blue; start", "blue", "ECS_CLUSTER=blue"},
		{"cloud-config", "#cloud-config\nwrite_files:\n- path: /etc/ecs/ecs.config\n  content: ECS_CLUSTER=blue\n", "blue", "ECS_CLUSTER=blue"},
		{"a variable of the shell", "echo ECS_CLUSTER=${NAME} >> /etc/ecs/ecs.config", "", "ECS_CLUSTER=${NAME}"},
		{"another variable", "MY_ECS_CLUSTER=x\n", "default", "no ECS_CLUSTER: an agent joins default then"},
		{"nothing", "", "default", "no ECS_CLUSTER: an agent joins default then"},
		{"Bottlerocket", "[settings.ecs]\ncluster = \"rocket\"\n", "rocket", `cluster = "rocket"`},
		{"PowerShell", "<powershell>\nInitialize-ECSAgent -Cluster 'win' -EnableTaskIAMRole\n</powershell>", "win", "Initialize-ECSAgent -Cluster 'win'"},
		{"several parts", "Content-Type: multipart/mixed; boundary=\"==B==\"\n\n--==B==\nContent-Type: text/x-shellscript\nContent-Transfer-Encoding: base64\n\n" + part + "\n--==B==--\n", "inner", "ECS_CLUSTER=inner"},
	} {
		encoded := base64.StdEncoding.EncodeToString([]byte(c.data))
		if got := awsx.JoinsOf(encoded); got.Cluster != c.cluster || got.Line != c.line {
			t.Errorf("%s: %+v", c.name, got)
		}
		var packed bytes.Buffer
		w := gzip.NewWriter(&packed)
		_, _ = w.Write([]byte(c.data))
		_ = w.Close()
		if got := awsx.JoinsOf(base64.StdEncoding.EncodeToString(packed.Bytes())); got.Cluster != c.cluster {
			t.Errorf("%s, compressed: %+v", c.name, got)
		}
	}
	if got := awsx.JoinsOf("%%%"); got.Cluster != "" || got.Line == "" {
		t.Errorf("no base64: %+v", got)
	}
}

// FuzzJoinsOf: user data is whatever somebody typed.
func FuzzJoinsOf(f *testing.F) {
	f.Add([]byte("echo ECS_CLUSTER=a"))
	f.Add([]byte{0x1f, 0x8b, 8, 0})
	f.Fuzz(func(t *testing.T, data []byte) {
		if got := awsx.JoinsOf(base64.StdEncoding.EncodeToString(data)); got.Line == "" {
			t.Errorf("nothing said of %q", data)
		}
	})
}
