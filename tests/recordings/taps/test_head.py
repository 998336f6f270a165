import pytest

from rtlog.recordings.errors import RtlogError
from rtlog.recordings.taps.proxy.address import Listen, Upstream
from rtlog.recordings.taps.proxy.head import BadHeadError, parse_request, parse_response, readdressed, refusal

UPGRADE = (
    b"GET /v1/realtime?model=a%20b HTTP/1.1\r\nhost:  127.0.0.1:8787\r\nUpgrade: WebSocket\r\nConnection: Upgrade\r\n"
    b"sec-websocket-KEY: abc\r\nX-Odd:  two  spaces \r\n\r\n"
)
AZURE = Upstream.parse("wss://me.openai.azure.com/openai/v1")


def test_only_the_host_of_an_upgrade_changes():
    request = parse_request(UPGRADE)

    assert request.upgrades
    assert (request.method, request.path, request.target) == ("GET", "/v1/realtime", "/v1/realtime?model=a%20b")
    assert readdressed(request, AZURE) == UPGRADE.replace(b"host:  127.0.0.1:8787", b"Host: me.openai.azure.com")


def test_an_absolute_target_goes_to_the_upstream_and_nowhere_else():
    request = parse_request(b"GET http://elsewhere.example/a?b=c HTTP/1.1\r\nHost: elsewhere.example\r\n\r\n")

    sent = readdressed(request, Upstream.parse("http://127.0.0.1:9000/v1"))

    assert sent == b"GET /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:9000\r\nConnection: close\r\n\r\n"


def test_plain_http_is_the_last_of_its_connection():
    request = parse_request(
        b"POST /v1/x HTTP/1.1\r\nConnection: keep-alive\r\nKeep-Alive: 5\r\nContent-Length: 3\r\n\r\n"
    )

    assert not request.upgrades
    assert readdressed(request, AZURE) == (
        b"POST /v1/x HTTP/1.1\r\nHost: me.openai.azure.com\r\nContent-Length: 3\r\nConnection: close\r\n\r\n"
    )


@pytest.mark.parametrize(
    "raw", [b"hello\r\n\r\n", b"GET / HTTP/2\r\n\r\n", b"GET /\r\n\r\n", b"GET / HTTP/1.1\r\nx\r\n\r\n"]
)
def test_what_is_no_request_is_refused(raw: bytes):
    with pytest.raises(BadHeadError):
        parse_request(raw)


def test_a_response_gives_status_and_joined_headers():
    response = parse_response(b"HTTP/1.1 101 Switching Protocols\r\nSec-X: a\r\nsec-x: b\r\n\r\n")

    assert (response.status, response.interim, response.get("sec-x"), response.get("none")) == (
        101,
        False,
        "a, b",
        None,
    )
    assert parse_response(b"HTTP/1.1 100 Continue\r\n\r\n").interim
    with pytest.raises(BadHeadError):
        parse_response(b"nonsense\r\n\r\n")


def test_a_refusal_is_a_whole_response():
    head, _, body = refusal(502, "Bad Gateway", "no").partition(b"\r\n\r\n")

    assert body == b"rtlog: no\n"
    assert b"Content-Length: 10\r\n" in head
    assert b"Connection: close" in head


@pytest.mark.parametrize(
    ("url", "authority", "path", "secure"),
    [
        ("wss://api.openai.com", "api.openai.com", "/v1", True),
        ("https://api.openai.com/v1/", "api.openai.com", "/v1", True),
        ("ws://localhost:8080/", "localhost:8080", "", False),
        ("http://[::1]:80/x/y", "[::1]", "/x/y", False),
        ("host.example:444/v1", "host.example:444", "/v1", True),
    ],
)
def test_an_upstream_is_read(url: str, authority: str, path: str, secure: bool):  # noqa: FBT001 - a table's column
    upstream = Upstream.parse(url)

    assert (upstream.authority, upstream.path, upstream.secure) == (authority, path, secure)


@pytest.mark.parametrize("url", ["ftp://x", "wss://", "wss://h:99999", "wss://h/?key=a", "wss://u:p@h", "wss://ä.de"])
def test_a_bad_upstream_is_one_clear_line(url: str):
    with pytest.raises(RtlogError, match=r"^(upstream|the upstream) [^\n]+$"):
        Upstream.parse(url)


def test_where_to_listen():
    assert Listen.parse("192.0.2.1:80") == Listen("192.0.2.1", 80)
    assert Listen.parse(":80") == Listen.parse("80") == Listen("127.0.0.1", 80)
    assert Listen.parse("[::1]:0") == Listen("::1", 0)
    assert Listen("::1").loopback
    assert not Listen("192.0.2.1").loopback
    for bad in ("x", "h:x", "h:70000"):
        with pytest.raises(RtlogError, match="--listen"):
            Listen.parse(bad)
