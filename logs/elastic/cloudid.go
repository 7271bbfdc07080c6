package elastic

import (
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"

	"gantry/internal/clean"
)

// cloudPort is the port of Elastic Cloud where a cloud id names none.
const cloudPort = "443"

// cloudAddress returns the address that a cloud id stands for. Elastic's console
// shows it as a label, a colon and base64; older ones were the base64 alone.
// Decoded it is host$elasticsearch$kibana, in which host or elasticsearch may end
// in a port, the latter's counting more.
func cloudAddress(id string) (string, error) {
	shown := clean.Line(id)
	encoded := id[strings.LastIndexByte(id, ':')+1:]
	plain, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(encoded, "="))
	if err != nil {
		return "", fmt.Errorf("cloud id %q: want it as the Elastic Cloud console shows it: what follows the colon is no base64", shown)
	}
	parts := strings.Split(string(plain), "$")
	if len(parts) < 2 {
		return "", fmt.Errorf("cloud id %q: want host and cluster in it, separated by $", shown)
	}
	host, port, err := hostPort(parts[0], cloudPort)
	if err != nil {
		return "", fmt.Errorf("cloud id %q: %w", shown, err)
	}
	cluster, port, err := hostPort(parts[1], port)
	if err != nil {
		return "", fmt.Errorf("cloud id %q: %w", shown, err)
	}
	address := "https://" + cluster + "." + host
	if port != cloudPort {
		address += ":" + port
	}
	return address, nil
}

// hostPort splits a name from the port that may follow it.
func hostPort(s, otherwise string) (host, port string, err error) {
	host, port = s, otherwise
	if strings.ContainsRune(s, ':') {
		if host, port, err = net.SplitHostPort(s); err != nil || port == "" {
			return "", "", errors.New("a port in it is wrong")
		}
	}
	if host == "" || strings.Trim(host, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-") != "" {
		return "", "", errors.New("a host name in it is wrong")
	}
	return host, port, nil
}
