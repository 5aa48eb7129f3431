"""Proxies and certificates are those that `requests` uses, and redirects set no credentials and no cookies."""

from __future__ import annotations

import base64
import contextlib
import datetime
import ipaddress
import socket
import ssl
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from segments_hf.errors import AssetError

from .fetching import Client

BODY = b"the body of the asset"


@contextlib.contextmanager
def serving(redirects=None, certificate=None, tunnel_status=200):
    """Run a server that records its requests, and yield its port and the path and headers of each request.

    The server is also an HTTP proxy, which responds for every host, and a tunnel to ports of 127.0.0.1.

    Args:
        redirects: The headers of the redirect for each path. The response to any other path is `BODY`.
        certificate: The file with the key and certificate of an HTTPS server; None for an HTTP server.
        tunnel_status: The status of the response to a request for a tunnel. A status other than 200 refuses it.
    """
    seen = []

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            seen.append((self.path, dict(self.headers)))
            headers = (redirects or {}).get(self.path)
            self.send_response(302 if headers else 200)
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.send_header("Content-Length", "0" if headers else str(len(BODY)))
            self.end_headers()
            self.wfile.write(b"" if headers else BODY)

        def do_CONNECT(self):
            seen.append((self.path, dict(self.headers)))
            self.send_response(tunnel_status)
            self.end_headers()
            if tunnel_status != 200:
                self.close_connection = True
                return
            with socket.create_connection(("127.0.0.1", int(self.path.partition(":")[2]))) as target:
                backward = threading.Thread(target=self._copy, args=(target, self.connection))
                backward.start()
                self._copy(self.connection, target)
                backward.join()
            self.close_connection = True

        def _copy(self, source, target):
            with contextlib.suppress(OSError):
                while data := source.recv(65536):
                    target.sendall(data)
                target.shutdown(socket.SHUT_WR)

        def log_message(self, *args):
            pass

    class Server(ThreadingHTTPServer):
        def handle_error(self, request, client_address):
            pass  # clients that do not trust the certificate disconnect

    with Server(("127.0.0.1", 0), Handler) as httpd:
        httpd.daemon_threads = True
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            httpd.socket = context.wrap_socket(httpd.socket, server_side=True)
        thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield httpd.server_address[1], seen
        httpd.shutdown()
        thread.join()


@pytest.fixture(autouse=True)
def no_proxies_and_certificates(monkeypatch):
    """Remove the environment variables that set proxies, hosts without a proxy, and certificates."""
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


@pytest.fixture
def client():
    client = Client(timeout=5)
    yield client
    client.close()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return a file with a key and a self-signed certificate for 127.0.0.1."""
    x509 = pytest.importorskip("cryptography.x509")
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.timezone.utc)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    path.write_bytes(secret + signed.public_bytes(pem))
    return path


class TestProxies:
    def test_a_proxy_of_the_environment_is_used_and_gets_its_password(self, client, monkeypatch):
        with serving() as (port, seen):
            monkeypatch.setenv("HTTP_PROXY", f"http://jane:p%40w@127.0.0.1:{port}")
            assert client.get("http://host.example/a.jpg?sig=x") == BODY
        (path, headers), *_ = seen
        assert path == "http://host.example/a.jpg?sig=x"
        assert headers["Host"] == "host.example"
        assert headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"jane:p@w").decode()

    def test_the_variable_no_proxy_is_respected(self, client, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with serving() as (port, seen):
            assert client.get(f"http://127.0.0.1:{port}/a.jpg") == BODY
        assert seen[0][0] == "/a.jpg"

    def test_https_goes_through_a_tunnel(self, client, monkeypatch, certificate):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
        with serving() as (proxy_port, tunnels), serving(certificate=certificate) as (port, seen):
            monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy_port}")
            assert client.get(f"https://127.0.0.1:{port}/a.jpg") == BODY
            client.close()
        assert [path for path, _ in tunnels] == [f"127.0.0.1:{port}"]
        assert [path for path, _ in seen] == ["/a.jpg"]

    def test_a_refused_tunnel_is_an_error_with_the_status_of_the_proxy(self, client, monkeypatch):
        with serving(tunnel_status=407) as (proxy_port, tunnels):
            monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy_port}")
            with pytest.raises(AssetError, match="the proxy refused the connection with HTTP 407"):
                client.get("https://127.0.0.1:9/a.jpg")
            client.close()
        assert {path for path, _ in tunnels} == {"127.0.0.1:9"}

    def test_an_unreachable_proxy_is_an_error(self, client, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://proxy.invalid:1")
        monkeypatch.setattr("segments_hf.assets.host_names._PAUSES", ())
        with pytest.raises(AssetError, match=r"cannot reach proxy\.invalid"):
            client.get("http://host.example/a.jpg")

    def test_a_proxy_of_another_scheme_is_refused(self, client, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "socks5://127.0.0.1:9")
        with pytest.raises(AssetError, match="proxy of scheme 'socks5'"):
            client.get("http://host.example/a.jpg")

    def test_a_malformed_url_of_a_proxy_is_an_error_without_its_password(self, client, monkeypatch):
        monkeypatch.setenv("HTTP_PROXY", "http://user:secret@proxy\u2100")
        with pytest.raises(AssetError, match="malformed URL of a proxy") as caught:
            client.get("http://host.example/a.jpg")
        assert "secret" not in str(caught.value)


class TestCertificates:
    @pytest.mark.parametrize("name", ["REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"])
    def test_certificates_of_the_environment_are_trusted(self, client, monkeypatch, certificate, name):
        monkeypatch.setenv(name, str(certificate))
        with serving(certificate=certificate) as (port, _):
            assert client.get(f"https://127.0.0.1:{port}/a.jpg") == BODY
            client.close()

    def test_other_certificates_are_not_trusted(self, client, certificate):
        with (
            serving(certificate=certificate) as (port, seen),
            pytest.raises(AssetError, match="certificate verify failed"),
        ):
            client.get(f"https://127.0.0.1:{port}/a.jpg?sig=secret", retries=1)
        assert seen == []

    def test_a_missing_certificate_file_is_an_error(self, client, monkeypatch):
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", "/nowhere/bundle.pem")
        with pytest.raises(AssetError, match=r"/nowhere/bundle\.pem: cannot read the certificates"):
            client.get("https://127.0.0.1:9/a.jpg")


class TestRedirects:
    def test_credentials_in_the_location_of_a_redirect_are_not_sent(self, client):
        with serving() as (port, seen):
            location = f"http://jane:secret@127.0.0.1:{port}/b"
            with serving({"/a": {"Location": location}}) as (first_port, _):
                assert client.get(f"http://127.0.0.1:{first_port}/a") == BODY
        assert "Authorization" not in seen[0][1]

    def test_cookies_are_not_kept(self, client):
        with serving({"/a": {"Location": "/b", "Set-Cookie": "session=secret; Path=/"}}) as (port, seen):
            client.get(f"http://127.0.0.1:{port}/a")
        assert [(path, headers.get("Cookie")) for path, headers in seen] == [("/a", None), ("/b", None)]

    def test_a_redirect_keeps_every_character_of_a_signature(self, client):
        query = "X-Amz-Signature=a%2Fb%2f%3D+c&x=~(1)&response=a%20b%3Bc"
        with serving({"/a%2Fb": {"Location": f"/c%2fd?{query}"}}) as (port, seen):
            client.get(f"http://127.0.0.1:{port}/a%2Fb")
        assert seen[1][0] == f"/c%2fd?{query}"


def test_requests_have_a_user_agent(client):
    with serving() as (port, seen):
        client.get(f"http://127.0.0.1:{port}/a")
    assert seen[0][1]["User-Agent"].startswith("segments-hf/")
