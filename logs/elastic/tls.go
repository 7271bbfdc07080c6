package elastic

import (
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"gantry/internal/clean"
)

// httpTransport is the standard one, proxies from the environment included, with
// the trust and the certificate of a configuration.
func httpTransport(cfg Config) (*http.Transport, error) {
	base, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return nil, fmt.Errorf("the default HTTP transport is a %T", http.DefaultTransport)
	}
	secure, err := tlsConfig(cfg)
	if err != nil {
		return nil, err
	}
	t := base.Clone()
	t.MaxIdleConnsPerHost = 4
	t.TLSClientConfig = secure
	return t, nil
}

func tlsConfig(cfg Config) (*tls.Config, error) {
	secure := &tls.Config{MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" && cfg.Fingerprint != "" {
		return nil, errors.New("both a CA file and a fingerprint are set: keep one of them")
	}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("CA file: %w", err)
		}
		secure.RootCAs = x509.NewCertPool()
		if !secure.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("CA file %s: no certificate in it: want PEM", clean.Line(cfg.CAFile))
		}
	}
	if cfg.Fingerprint != "" {
		p, err := parsePin(cfg.Fingerprint)
		if err != nil {
			return nil, err
		}
		// The pin takes the place of the system's authorities: verify does what is
		// skipped here.
		secure.InsecureSkipVerify = true
		secure.VerifyConnection = p.verify
	}
	if (cfg.CertFile == "") != (cfg.KeyFile == "") {
		return nil, errors.New("client certificate and client key are wanted together, one of them is set")
	}
	if cfg.CertFile != "" {
		pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
		if err != nil {
			return nil, fmt.Errorf("client certificate %s: %w", clean.Line(cfg.CertFile), err)
		}
		secure.Certificates = []tls.Certificate{pair}
	}
	return secure, nil
}

// pin is the SHA-256 of a certificate that is trusted: the store's own, or that
// of the authority which signed it. The latter is what Elasticsearch prints when
// it sets up security, and its nodes send it along.
type pin [sha256.Size]byte

// parsePin reads hexadecimal digits, with colons between the bytes or without.
func parsePin(s string) (pin, error) {
	var p pin
	b, err := hex.DecodeString(strings.ReplaceAll(strings.TrimSpace(s), ":", ""))
	if err != nil || len(b) != len(p) {
		return p, fmt.Errorf("fingerprint %q: want the 64 hexadecimal digits of a SHA-256, with colons or without", clean.Line(s))
	}
	copy(p[:], b)
	return p, nil
}

func (p pin) String() string { return strings.ToUpper(hex.EncodeToString(p[:])) }

// verify accepts a connection whose certificate is pinned, or is signed by the
// one that is. That an authority's certificate is merely sent along proves
// nothing: anybody can send it. The host name is not compared: the pin says whose
// certificates are meant.
func (p pin) verify(cs tls.ConnectionState) error {
	for i, cert := range cs.PeerCertificates {
		if pin(sha256.Sum256(cert.Raw)) != p {
			continue
		}
		if i == 0 {
			return nil
		}
		roots, between := x509.NewCertPool(), x509.NewCertPool()
		roots.AddCert(cert)
		for _, c := range cs.PeerCertificates[1:i] {
			between.AddCert(c)
		}
		_, err := cs.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: roots, Intermediates: between})
		return err
	}
	last := cs.PeerCertificates[len(cs.PeerCertificates)-1]
	return &pinError{want: p, got: sha256.Sum256(last.Raw)}
}

// pinError is the failure of a connection none of whose certificates is pinned.
type pinError struct{ want, got pin }

func (e *pinError) Error() string {
	return fmt.Sprintf("the certificate's fingerprint is %s, not %s", e.got, e.want)
}
