package elastic

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/hex"
	"encoding/pem"
	"io"
	"log"
	"math/big"
	"net"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"gantry/internal/fault"
)

// authority signs certificates.
type authority struct {
	t    *testing.T
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) *authority {
	a := &authority{t: t}
	a.cert, a.key = a.sign(&x509.Certificate{
		Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}, time.Now().Add(time.Hour))
	return a
}

// sign makes a key and a certificate for it; the authority's own is signed by
// itself.
func (a *authority) sign(c *x509.Certificate, until time.Time) (*x509.Certificate, *ecdsa.PrivateKey) {
	a.t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		a.t.Fatal(err)
	}
	c.SerialNumber, c.NotBefore, c.NotAfter = big.NewInt(time.Now().UnixNano()), time.Now().Add(-24*time.Hour), until
	parent, signer := a.cert, a.key
	if parent == nil {
		parent, signer = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, &key.PublicKey, signer)
	if err != nil {
		a.t.Fatal(err)
	}
	cert, err := x509.ParseCertificate(der)
	if err != nil {
		a.t.Fatal(err)
	}
	return cert, key
}

// leaf is a certificate for names, or for the address of the tests' servers when
// there are none, with its authority's behind it.
func (a *authority) leaf(until time.Time, names ...string) tls.Certificate {
	c := &x509.Certificate{
		Subject: pkix.Name{CommonName: "leaf"}, DNSNames: names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}
	if len(names) == 0 {
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	}
	cert, key := a.sign(c, until)
	return tls.Certificate{Certificate: [][]byte{cert.Raw, a.cert.Raw}, PrivateKey: key, Leaf: cert}
}

// file writes PEM blocks into a file.
func (a *authority) file(blocks ...*pem.Block) string {
	var all bytes.Buffer
	for _, b := range blocks {
		if err := pem.Encode(&all, b); err != nil {
			a.t.Fatal(err)
		}
	}
	name := filepath.Join(a.t.TempDir(), "file.pem")
	if err := os.WriteFile(name, all.Bytes(), 0o600); err != nil {
		a.t.Fatal(err)
	}
	return name
}

func (a *authority) caFile() string {
	return a.file(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw})
}

// files are a certificate and its key as mutual TLS wants them.
func (a *authority) files(c tls.Certificate) (cert, key string) {
	der, err := x509.MarshalPKCS8PrivateKey(c.PrivateKey)
	if err != nil {
		a.t.Fatal(err)
	}
	return a.file(&pem.Block{Type: "CERTIFICATE", Bytes: c.Certificate[0]}), a.file(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}

// print is a certificate's fingerprint as Elasticsearch prints it.
func print(c *x509.Certificate) string {
	sum := sha256.Sum256(c.Raw)
	return hex.EncodeToString(sum[:])
}

// colons is a fingerprint as openssl prints it.
func colons(s string) string {
	var pairs []string
	for i := 0; i < len(s); i += 2 {
		pairs = append(pairs, strings.ToUpper(s[i:i+2]))
	}
	return strings.Join(pairs, ":")
}

func tlsOf(c tls.Certificate) *tls.Config { return &tls.Config{Certificates: []tls.Certificate{c}} }

// secure serves a store with a certificate.
func secure(t *testing.T, c tls.Certificate, clients *x509.CertPool) string {
	s := httptest.NewUnstartedServer(one(t))
	s.Config.ErrorLog = log.New(io.Discard, "", 0)
	s.TLS = tlsOf(c)
	if clients != nil {
		s.TLS.ClientAuth, s.TLS.ClientCAs = tls.RequireAndVerifyClientCert, clients
	}
	s.StartTLS()
	t.Cleanup(s.Close)
	return s.URL
}

func TestWhichCertificatesAreTrusted(t *testing.T) {
	ours, theirs := newAuthority(t, "ours"), newAuthority(t, "theirs")
	soon := time.Now().Add(time.Hour)
	good := ours.leaf(soon)
	// An impostor has a certificate of its own making, and sends ours behind it.
	forged := theirs.leaf(soon)
	forged.Certificate[1] = ours.cert.Raw
	people := x509.NewCertPool()
	people.AddCert(ours.cert)
	cert, key := ours.files(ours.leaf(soon))
	strangerCert, strangerKey := theirs.files(theirs.leaf(soon))
	plain := httptest.NewServer(one(t))
	defer plain.Close()

	for name, c := range map[string]struct {
		url  string
		cfg  Config
		says string
	}{
		"by the authority's file":         {secure(t, good, nil), Config{CAFile: ours.caFile()}, ""},
		"by the authority's fingerprint":  {secure(t, good, nil), Config{Fingerprint: print(ours.cert)}, ""},
		"by its own fingerprint":          {secure(t, good, nil), Config{Fingerprint: colons(print(good.Leaf))}, ""},
		"pinned, whatever name it is for": {secure(t, ours.leaf(soon, "other.example"), nil), Config{Fingerprint: print(ours.cert)}, ""},
		"unknown authority": {secure(t, good, nil), Config{},
			"certificate signed by unknown authority (give the CA file of the store's certificate, or its fingerprint)"},
		"another authority": {secure(t, forged, nil), Config{CAFile: ours.caFile()}, "(give the CA file"},
		"wrong host name": {secure(t, ours.leaf(soon, "es.example"), nil), Config{CAFile: ours.caFile()},
			"(use the name that the certificate is made for)"},
		"expired": {secure(t, ours.leaf(time.Now().Add(-time.Hour)), nil), Config{CAFile: ours.caFile()},
			"has expired or is not yet valid: current time"},
		"expired, what to do": {secure(t, ours.leaf(time.Now().Add(-time.Hour)), nil), Config{CAFile: ours.caFile()},
			"(the store's certificate has to be renewed, or this machine's clock set)"},
		"expired below a pin": {secure(t, ours.leaf(time.Now().Add(-time.Hour)), nil), Config{Fingerprint: print(ours.cert)},
			"(the store's certificate has to be renewed"},
		"wrong fingerprint": {secure(t, good, nil), Config{Fingerprint: print(theirs.cert)},
			strings.ToUpper("fingerprint is " + print(ours.cert))[len("FINGERPRINT IS "):]},
		"wrong fingerprint, what to do": {secure(t, good, nil), Config{Fingerprint: print(theirs.cert)},
			"(set the fingerprint that the store prints now, if its certificate was renewed; if not, something else answers there)"},
		"an authority that only goes along": {secure(t, forged, nil), Config{Fingerprint: print(ours.cert)}, "unknown authority"},
		"with a client's certificate":       {secure(t, good, people), Config{CAFile: ours.caFile(), CertFile: cert, KeyFile: key}, ""},
		"pinned, with a client's":           {secure(t, good, people), Config{Fingerprint: print(good.Leaf), CertFile: cert, KeyFile: key}, ""},
		"without a client's certificate": {secure(t, good, people), Config{CAFile: ours.caFile()},
			"(the store refused the TLS connection: it may want a client certificate, or another one)"},
		"with a stranger's certificate": {secure(t, good, people), Config{CAFile: ours.caFile(), CertFile: strangerCert, KeyFile: strangerKey},
			"(the store refused the TLS connection"},
		"plain HTTP": {strings.Replace(plain.URL, "http:", "https:", 1), Config{}, "(the store speaks plain HTTP: use an http:// address)"},
	} {
		c.cfg.Addresses = []string{c.url}
		id, err := newest(t, c.cfg)
		switch {
		case c.says == "" && (err != nil || id != "1"):
			t.Errorf("%s: %v", name, err)
		case c.says != "" && (err == nil || fault.ClassOf(err) != fault.Offline || !strings.Contains(err.Error(), c.says)):
			t.Errorf("%s: %v\nwant %s", name, err, c.says)
		}
	}
}
