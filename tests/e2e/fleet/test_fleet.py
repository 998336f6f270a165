"""Recordings in an S3-compatible store, analyzed here, by processes and by a Dask cluster of two workers.

The store is moto's server, the cluster is Dask's own, both on loopback. Needs the extras `s3`, `dask` and `fleet`, and
moto[server]: `.ci/long` makes an environment that has them.
"""

import contextlib
import gzip
import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import files
from pathlib import Path
from threading import Thread
from typing import Any, ClassVar

import pytest

for extra in ("s3fs", "distributed", "moto", "flask", "duckdb"):
    pytest.importorskip(extra, reason=f"needs {extra}: the extras s3, dask and fleet, and moto[server]")

SAMPLES = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
RACE, CLEAN = SAMPLES[0], SAMPLES[1]
COMMAND = [sys.executable, "-m", "rtlog.cli", "analyze"]
ENGINES = [["-j", "1"], ["-j", "2"], ["--engine", "dask", "-j", "2"]]
NOT_OURS = {"AWS_PROFILE", "AWS_SESSION_TOKEN", "DASK_SCHEDULER_ADDRESS"}


def analyze(*arguments: object, env: dict[str, str] | None = None) -> "subprocess.CompletedProcess[str]":
    whole = {key: value for key, value in os.environ.items() if key not in NOT_OURS} | (env or {})
    return subprocess.run([*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False, env=whole)


@pytest.fixture(scope="module")
def store() -> Iterator[dict[str, str]]:
    """Give the environment in which `s3://calls` is a bucket with every sample, two days of them, packed.

    One more object is no recording, and one is packed and cut.
    """
    from moto.server import ThreadedMotoServer  # noqa: PLC0415 - see above

    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    _, port = server.get_host_and_port()
    environment = {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    held = {f"2026/11/{20 + n % 2}/{path.name}.gz": gzip.compress(path.read_bytes()) for n, path in enumerate(SAMPLES)}
    held["2026/11/21/broken.jsonl.gz"] = b"\x89PNG\0\0\0"
    held["2026/11/21/notes.txt"] = b"no recording"
    held["2026/11/22/cut.jsonl.gz"] = gzip.compress(RACE.read_bytes())[:2000]
    put(environment, held)
    yield environment
    server.stop()


def put(environment: dict[str, str], held: dict[str, bytes]) -> None:
    import boto3  # noqa: PLC0415 - see above

    client = boto3.client(
        "s3",
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        aws_access_key_id="test",
        aws_secret_access_key="test",  # noqa: S106 - of a server of our own
        region_name="us-east-1",
    )
    client.create_bucket(Bucket="calls")
    for key, body in held.items():
        client.put_object(Bucket="calls", Key=key, Body=body)
    client.close()


def told(ran: "subprocess.CompletedProcess[str]") -> list[dict[str, Any]]:
    """Give the reports, each without its path."""
    return [
        {**report, "path": ""} for report in json.loads(ran.stdout)["recordings"] if report["verdict"] != "unreadable"
    ]


@pytest.fixture(scope="module")
def expected(store: dict[str, str]) -> "subprocess.CompletedProcess[str]":
    return analyze("s3://calls/**/*.jsonl.gz", "--format", "json", env=store)


def test_objects_are_recordings_like_files(expected: "subprocess.CompletedProcess[str]", tmp_path: Path):
    reports = json.loads(expected.stdout)["recordings"]
    paths = [report["path"] for report in reports]
    assert expected.returncode == 2
    assert expected.stderr.splitlines() == [
        "rtlog: s3://calls/2026/11/21/broken.jsonl.gz: is a binary file, not a recording"
    ]
    assert paths == sorted(paths)
    assert paths[0] == f"s3://calls/2026/11/20/{SAMPLES[0].name}.gz"
    assert len(paths) == len(SAMPLES) + 2

    cut = next(report for report in reports if report["path"].endswith("/cut.jsonl.gz"))
    local = tmp_path / "cut.jsonl.gz"
    local.write_bytes(gzip.compress(RACE.read_bytes())[:2000])
    (same,) = json.loads(analyze(local, "--format", "json").stdout)["recordings"]
    assert {**cut, "path": "", "coverage": None} == {**same, "path": "", "coverage": None}
    by_day = [path for place in (0, 1) for path in SAMPLES[place::2]]
    assert told(expected)[:-1] == told(analyze(*by_day, "--format", "json"))


@pytest.mark.parametrize("engine", ENGINES[1:], ids=["processes", "dask"])
def test_every_engine_says_the_same(
    engine: list[str], store: dict[str, str], expected: "subprocess.CompletedProcess[str]", tmp_path: Path
):
    ran = analyze("s3://calls/**/*.jsonl.gz", "--format", "json", "--results", tmp_path / "r", *engine, env=store)

    assert (ran.returncode, ran.stdout, ran.stderr) == (expected.returncode, expected.stdout, expected.stderr)
    assert (tmp_path / "r" / "findings.parquet").is_file()


def test_a_folder_of_the_store_is_one_like_any_other(store: dict[str, str]):
    ran = analyze("s3://calls/2026/11/20", "--format", "json", env=store)

    assert len(json.loads(ran.stdout)["recordings"]) == len(SAMPLES[::2])


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("s3://calls/2027/**/*.jsonl", "s3://calls/2027/**/*.jsonl: matches no recording"),
        ("s3://calls/2026/gone.jsonl", "s3://calls/2026/gone.jsonl: cannot be read ("),
        ("s3://nobodys/*.jsonl", "s3://nobodys/*.jsonl: "),
        ("gopher://a/b.jsonl", "gopher://a/b.jsonl: no such store can be read: "),
    ],
)
def test_what_is_not_there_is_said_in_a_line(store: dict[str, str], url: str, complaint: str):
    ran = analyze(url, env=store)

    assert ran.returncode == 2
    assert ran.stderr.startswith(f"rtlog: {complaint}")
    assert ran.stderr.count("\n") == 1


class Moody(BaseHTTPRequestHandler):
    """A store that fails: each `/flaky…` once, each `/dead…` always; it counts what it is asked for."""

    asked: ClassVar[Counter[str]] = Counter()
    body = RACE.read_bytes()

    def do_HEAD(self) -> None:
        self._head(200)

    def do_GET(self) -> None:
        name = self.path.partition("?")[0]
        self.asked[name] += 1
        if "dead" in name or ("flaky" in name and self.asked[name] == 1):
            self.send_error(500)
            return
        self._head(200)
        self.wfile.write(self.body)

    def _head(self, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(self.body)))
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@pytest.fixture
def moody() -> Iterator[str]:
    Moody.asked.clear()
    with ThreadingHTTPServer(("127.0.0.1", 0), Moody) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        yield f"127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("engine", ENGINES, ids=["alone", "processes", "dask"])
def test_an_object_that_cannot_be_read_is_tried_once_more_then_named(moody: str, engine: list[str]):
    urls = [f"http://somebody:secret@{moody}/{name}.jsonl?signature=secret" for name in ("good", "flaky", "dead")]

    ran = analyze(*urls, "--format", "json", *engine)
    good, flaky, dead = json.loads(ran.stdout)["recordings"]
    assert ran.returncode == 2
    assert (good["path"], flaky["path"]) == (f"http://{moody}/good.jsonl", f"http://{moody}/flaky.jsonl")
    assert {**flaky, "path": ""} == {**good, "path": ""}
    assert good["verdict"] == "findings"
    assert (dead["verdict"], dead["path"]) == ("unreadable", f"http://{moody}/dead.jsonl")
    assert ran.stderr.startswith(f"rtlog: http://{moody}/dead.jsonl: cannot be read")
    assert ran.stderr.count("\n") == 1
    assert "secret" not in ran.stdout + ran.stderr
    assert Moody.asked == {"/good.jsonl": 1, "/flaky.jsonl": 2, "/dead.jsonl": 2}


def holders(fifo: Path) -> set[int]:
    """Give the processes, this one aside, that have *fifo* open."""
    found = set()
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if str(fifo) in {str(link.readlink()) for link in (folder / "fd").iterdir()}:
                found.add(int(folder.name))
        except OSError:
            continue  # it has ended meanwhile
    return found - {os.getpid()}


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="finds the worker through /proc")
def test_dask_workers_that_are_killed_are_replaced_and_the_recording_is_named(tmp_path: Path):
    fifo = tmp_path / "held.rtlog.jsonl"
    told = tmp_path / "told.json"
    os.mkfifo(fifo)
    command = [
        *COMMAND,
        *map(str, SAMPLES),
        str(fifo),
        "--engine",
        "dask",
        "-j",
        "2",
        "--format",
        "json",
        "-o",
        str(told),
    ]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        killed: set[int] = set()
        with fifo.open("wb"):  # until a worker has opened it
            while running.poll() is None:
                for worker in holders(fifo) - killed:
                    with contextlib.suppress(ProcessLookupError):
                        os.kill(worker, signal.SIGKILL)
                    killed.add(worker)
        _, err = running.communicate()

    *others, held = json.loads(told.read_text())["recordings"]
    assert running.returncode == 2
    assert (held["path"], held["verdict"]) == (str(fifo), "unreadable")
    assert err == f"rtlog: {fifo}: workers ended over it, again and again (KilledWorker: out of memory?)\n"
    assert [report["verdict"] for report in others] == [
        report["verdict"] for report in json.loads(analyze(*SAMPLES, "--format", "json").stdout)["recordings"]
    ]


CLUSTER = """
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, host="127.0.0.1", dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""


def test_a_cluster_that_is_there_is_used(tmp_path: Path):
    (tmp_path / "cluster.py").write_text(CLUSTER)
    with subprocess.Popen(
        [sys.executable, tmp_path / "cluster.py"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as cluster:
        assert cluster.stdout is not None
        address = cluster.stdout.readline().strip()
        ran = analyze(*SAMPLES, "--engine", "dask", "--format", "json", env={"DASK_SCHEDULER_ADDRESS": address})
        cluster.communicate("\n")

    assert address.startswith("tcp://127.0.0.1:")
    assert (ran.returncode, ran.stderr) == (1, "")
    assert ran.stdout == analyze(*SAMPLES, "--format", "json").stdout


def test_dask_workers_take_what_the_command_was_told(tmp_path: Path):
    (tmp_path / "rtlog.toml").write_text("[rules.RT101]\n")

    one, other = (
        analyze(RACE, CLEAN, "--select", "RT101", "--format", "json", "--config", tmp_path / "rtlog.toml", *engine)
        for engine in (ENGINES[0], ENGINES[2])
    )
    assert {finding["rule"] for report in json.loads(other.stdout)["recordings"] for finding in report["findings"]} == {
        "RT101"
    }
    assert (one.stdout, one.stderr, one.returncode) == (other.stdout, other.stderr, other.returncode)


@pytest.mark.parametrize("missing", ["fsspec", "dask"])
def test_without_the_extra_a_line_says_what_to_install(missing: str):
    program = f"import sys; sys.modules['{missing}'] = None; from rtlog.cli.app import main; main()"
    arguments = ["s3://calls/*.jsonl"] if missing == "fsspec" else [str(RACE), "--engine", "dask"]

    ran = subprocess.run(
        [sys.executable, "-c", program, "analyze", *arguments], capture_output=True, text=True, check=False
    )
    assert (ran.returncode, ran.stdout) == (2, "")
    assert ran.stderr.endswith(f"pip install 'rtlog[{'s3' if missing == 'fsspec' else 'dask'}]'\n")
    assert ran.stderr.count("\n") == 1
