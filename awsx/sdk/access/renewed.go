package access

import (
	"cmp"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aws/aws-sdk-go-v2/config"

	"gantry/awsx"
)

// Renewed reports whether the files that credentials come from changed since a context was
// opened, or since it last reported so: it is then opened anew, from these files. It reads
// their sizes and times, and makes no call.
func (o *Opener) Renewed(id awsx.ContextID) bool {
	now := o.stamp()
	o.mu.Lock()
	defer o.mu.Unlock()
	before, ok := o.stamps[id]
	if !ok || before == now {
		return false
	}
	o.stamps[id] = now
	if a := o.open[id]; a != nil {
		a.expired.Store(true)
	}
	return true
}

// sharedStamp tells whether anything changed in the shared config, in the credentials file,
// or among the sessions that logins keep: "aws sso login" and "aws login" write there.
func sharedStamp() string {
	env, err := config.NewEnvConfig()
	if err != nil {
		return ""
	}
	files := []string{
		cmp.Or(env.SharedConfigFile, config.DefaultSharedConfigFilename()),
		cmp.Or(env.SharedCredentialsFile, config.DefaultSharedCredentialsFilename()),
	}
	home, _ := os.UserHomeDir() // without one there are no sessions
	for _, cache := range []string{"sso", "login"} {
		// A pattern is wrong or right whatever there is.
		kept, _ := filepath.Glob(filepath.Join(home, ".aws", cache, "cache", "*.json"))
		files = append(files, kept...)
	}
	var stamp strings.Builder
	for _, name := range files {
		if info, err := os.Stat(name); err == nil {
			fmt.Fprintf(&stamp, "%s %d %d\n", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return stamp.String()
}
