"""The proxy's own certificate, for clients that speak TLS alone: made for one run, trusted by who is told its files.

No private key outlives the start: the authority's stays in memory, the certificate's passes through a file of mode
0600. So a client that was told to trust the authority trusts nothing that anybody can make later.
"""

import ssl
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Final

from rtlog.recordings.errors import RtlogError

NODE_VARIABLE: Final = "NODE_EXTRA_CA_CERTS"
"""Node trusts the file it names beside its own list."""
OPENSSL_VARIABLE: Final = "SSL_CERT_FILE"
"""Python, httpx and whoever asks OpenSSL trust the file it names and nothing else."""

_LOOPBACK: Final = ("localhost", "127.0.0.1", "::1")
_CAUSES: Final = {
    "UNKNOWN_CA": "it does not trust the proxy's certificate",
    "BAD_CERTIFICATE": "it does not trust the proxy's certificate",
    "CERTIFICATE_UNKNOWN": "it does not trust the proxy's certificate",
    "HTTP_REQUEST": "it spoke plain HTTP; its URL must start with https:// or wss://",
}


@dataclass(frozen=True, slots=True)
class Identity:
    """What the listener shows, and the environment *variables* that make clients trust it: name, path of a file."""

    context: ssl.SSLContext
    variables: Mapping[str, str]


@contextmanager
def certificate_for(host: str, environment: Mapping[str, str]) -> Iterator[Identity]:
    """Make a certificate for *host* and this machine's loopback; its files, in a folder of mode 0700, go at the end.

    What *environment* trusts already stays trusted. Raises RtlogError where the library is missing.
    """
    try:
        import trustme  # noqa: PLC0415 - an extra
    except ImportError as error:
        raise RtlogError("--tls needs a package that makes certificates: pip install 'rtlog[tls]'") from error
    authority = trustme.CA(organization_name="rtlog record")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_alpn_protocols(["http/1.1"])
    authority.issue_cert(*_names(host), organization_name="rtlog record").configure_cert(context)
    own = authority.cert_pem.bytes()
    with tempfile.TemporaryDirectory(prefix="rtlog-tls-") as folder:
        added, whole = Path(folder, "authority.pem"), Path(folder, "bundle.pem")
        added.write_bytes(own + _content(environment.get(NODE_VARIABLE)))
        whole.write_bytes(own + _trusted(environment))
        yield Identity(context, {NODE_VARIABLE: str(added), OPENSSL_VARIABLE: str(whole)})


def tell_failures(context: ssl.SSLContext, notice: Callable[[str], None]) -> None:
    """Let *notice* have one line for each kind of failed handshake: the loop keeps those to itself."""
    told: set[str] = set()

    class Telling(ssl.SSLObject):
        def do_handshake(self) -> None:
            try:
                super().do_handshake()
            except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
                raise
            except ssl.SSLError as error:
                cause = _cause(error)
                if cause not in told:
                    told.add(cause)
                    notice(f"a client could not connect: {cause}")
                raise

    kind: type[Any] = Telling
    context.sslobject_class = kind


def _cause(error: ssl.SSLError) -> str:
    reason = error.reason or type(error).__name__
    return next((cause for word, cause in _CAUSES.items() if word in reason), f"TLS: {reason}")


def _names(host: str) -> tuple[str, ...]:
    with suppress(ValueError):
        if ip_address(host).is_unspecified:
            return _LOOPBACK
    return tuple(dict.fromkeys((*_LOOPBACK, host)))


def _trusted(environment: Mapping[str, str]) -> bytes:
    """Give the certificates that OpenSSL would trust without us."""
    paths = ssl.get_default_verify_paths()
    named = environment.get(OPENSSL_VARIABLE) or paths.cafile
    if named:
        return _content(named)
    folder = Path(paths.capath) if paths.capath else None
    return b"".join(_content(str(path)) for path in sorted(folder.glob("*.[0-9]"))) if folder else b""


def _content(path: str | None) -> bytes:
    if not path:
        return b""
    try:
        return b"\n" + Path(path).read_bytes()
    except OSError:
        # The client itself would do without the file.
        return b""
