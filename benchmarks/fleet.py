"""Whether every way of analyzing many recordings says the same, and what each costs: `python benchmarks/fleet.py`.

Makes recordings (seeded): voice sessions of all lengths, every thirtieth one with a race, of several SDK releases,
days and providers, some packed, some cut, some broken. Analyzes them alone, by processes and, where the extras are
installed, by a local Dask cluster, from the disk and from an S3-compatible server (moto), with and without results.
Prints seconds, the processor's seconds, the largest process (of Linux) and the store's requests; exits with 1 where
reports or results differ. Goal: two processes on two free cores take at most two thirds of the time.
"""

import argparse
import contextlib
import gzip
import hashlib
import json
import logging
import os
import random
import re
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).parent))
from generate import MEGABYTE, generate

from rtlog.analyzers.fleet.rows import TABLES

SAMPLES: Final = sorted(Path(str(files("rtlog.recordings.samples"))).glob("*.rtlog.jsonl"))
RELEASES: Final = ("1.8.7", "1.8.8", "1.8.9")
PROVIDERS: Final = ("openai", "openai", "azure")
RACES: Final = 30
SESSIONS: Final = 200
"""Different sessions; more recordings than that are the same ones with other origins, for making them takes long."""
METHOD: Final = re.compile("[A-Z]{3,}")
BUCKET: Final = "fleet"
GOAL: Final = 1.5


@dataclass(frozen=True, slots=True)
class Cost:
    """What one way cost, and the digest of what it said and of the tables that it left, where there are any."""

    way: str
    wall: float
    cpu: float
    peak_mb: float
    requests: dict[str, int]
    said: str
    tables: str | None


# What stands beside this file must not stand in for what boto3 imports: there is an html.py.
sys.path[:] = [place for place in sys.path if place != str(Path(__file__).parent)]


def make(folder: Path, recordings: int, size: int) -> None:
    """Fill *folder* with so many recordings, *size* bytes in all before packing."""
    folder.mkdir(parents=True, exist_ok=True)
    chance = random.Random(20_261_121)  # noqa: S311 - reproducible, not secret
    weights = [chance.lognormvariate(0, 0.8) for _ in range(min(recordings, SESSIONS))]
    made = [folder / f"session-{number}" for number in range(len(weights))]
    for number, (path, weight) in enumerate(zip(made, weights, strict=True)):
        share = size * weight / sum(weights) * len(weights) / recordings
        generate(path, int(share), audio="keep" if number % 4 == 0 else "meta", seed=number)
    for number in range(recordings):
        races = number % RACES == 0
        session = SAMPLES[number // RACES % len(SAMPLES)] if races else made[number % len(made)]
        vary(session.read_bytes(), folder / f"{number:06}.rtlog.jsonl", chance, number)
    for path in made:
        path.unlink()


def vary(recording: bytes, path: Path, chance: random.Random, number: int) -> None:
    """Write *recording* to *path* with an origin of its own; some are packed, cut or broken."""
    header, rest = recording.split(b"\n", 1)
    day = f"2026-11-{1 + number % 20:02}T{number % 24:02}:00:00.000000000Z"
    told = {"id": f"01FLEET{number:019}", "started": day, "provider": chance.choice(PROVIDERS)}
    told |= {"client": None, "sdk": {"livekit-agents": chance.choice(RELEASES)}}
    whole = json.dumps(json.loads(header) | told, separators=(",", ":")).encode() + b"\n" + rest
    if number % 97 == 1:
        whole = whole[: len(whole) // 2]
    if number % 499 == 2:
        whole = b"\x89PNG\0\0\0"
    if number % 10 == 3:
        path.with_name(f"{path.name}.gz").write_bytes(gzip.compress(whole, 1, mtime=0))
    else:
        path.write_bytes(whole)


def run(way: str, source: str, options: list[str], requests: Counter[str], base: str) -> Cost:
    """Analyze *source* with *options*; *base* is left out of the paths that are compared."""
    requests.clear()
    results = next((Path(options[n + 1]) for n, option in enumerate(options) if option == "--results"), None)
    with tempfile.TemporaryFile() as out:
        command = [sys.executable, "-m", "rtlog.cli", "analyze", source, "--isolated", "--format", "jsonl", *options]
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=out, stderr=subprocess.DEVNULL, start_new_session=True) as process:
            cpu, peak = watched(process)
        wall = time.perf_counter() - started
        if process.returncode not in {0, 1, 2, 3}:
            raise SystemExit(f"{' '.join(command)} exited with {process.returncode}")
        out.seek(0)
        said = hashlib.sha256()
        for line in out:
            said.update(line.replace(base.encode(), b""))
    held = tables_of(results, base) if results else None
    return Cost(way, wall, cpu, peak, dict(requests), said.hexdigest()[:12], held)


def watched(process: "subprocess.Popen[bytes]") -> tuple[float, float]:
    """Wait for *process*; give the processor's seconds of all of its session, and the MB of the largest in it."""
    ticks: dict[str, int] = {}
    peaks: dict[str, int] = {}
    while True:
        try:
            process.wait(0.2)
        except subprocess.TimeoutExpired:
            for folder in Path("/proc").glob("[0-9]*"):
                with contextlib.suppress(OSError):
                    fields = (folder / "stat").read_text().rpartition(")")[2].split()
                    if int(fields[3]) == process.pid:
                        ticks[folder.name] = int(fields[11]) + int(fields[12])
                        peak = re.search(r"VmHWM:\s+(\d+)", (folder / "status").read_text())
                        # One that has just ended tells nothing.
                        peaks[folder.name] = max(peaks.get(folder.name, 0), int(peak[1]) if peak else 0)
        else:
            return sum(ticks.values()) / os.sysconf("SC_CLK_TCK"), max(peaks.values(), default=0) / 1024


def tables_of(results: Path, base: str) -> str:
    """Give the digest of every row of every table, in its order."""
    from rtlog.cli.fleet.results import opened  # noqa: PLC0415 - needs an extra

    digest = hashlib.sha256()
    with opened(results) as database:
        for name in TABLES:
            found = database.execute(f"FROM {name}")
            while rows := found.fetchmany(10_000):
                digest.update(repr(rows).replace(base, "").encode())
    return digest.hexdigest()[:12]


@contextlib.contextmanager
def store(folder: Path, requests: Counter[str]) -> Iterator[None]:
    """Serve the recordings of *folder* as `s3://fleet/`, and count what is asked for."""
    import boto3  # noqa: PLC0415 - an extra
    from moto.server import ThreadedMotoServer  # noqa: PLC0415

    class Count(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            line = record.getMessage().partition('"')[2]
            if line:
                requests["LIST" if "list-type=" in line else METHOD.findall(line)[0]] += 1

    log = logging.getLogger("werkzeug")
    log.handlers, log.propagate = [Count()], False
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=True)
    server.start()
    _, port = server.get_host_and_port()
    os.environ |= {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
    }
    client = boto3.client("s3")
    client.create_bucket(Bucket=BUCKET)
    for path in sorted(folder.iterdir()):
        client.put_object(Bucket=BUCKET, Key=path.name, Body=path.read_bytes())
    yield
    server.stop()


def ways(folder: Path, scratch: Path, requests: Counter[str]) -> Iterator[Cost]:
    """Analyze *folder* in every way that can be had."""
    here, base = str(folder), f"{folder}/"

    def results(name: str) -> list[str]:
        return ["--results", str(scratch / name)] if find_spec("duckdb") else []

    dask = ["--engine", "dask", "-j", "2"]
    yield run("alone", here, [], requests, base)
    yield run("-j 2", here, ["-j", "2"], requests, base)
    yield run("alone, Parquet", here, results("alone"), requests, base)
    yield run("-j 2, Parquet", here, ["-j", "2", *results("two")], requests, base)
    yield run("-j 2, DuckDB", here, ["-j", "2", *results("two.duckdb")], requests, base)
    if find_spec("distributed"):
        yield run("Dask, Parquet", here, [*dask, *results("dask")], requests, base)
    if find_spec("moto") and find_spec("s3fs"):
        with store(folder, requests):
            there, base = f"s3://{BUCKET}/*.jsonl*", f"s3://{BUCKET}/"
            yield run("S3, -j 2, Parquet", there, ["-j", "2", *results("s3")], requests, base)
            if find_spec("distributed"):
                yield run("S3, Dask, Parquet", there, [*dask, *results("s3-dask")], requests, base)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--recordings", type=int, default=5_000)
    parser.add_argument("--size", type=float, default=2_000, help="megabytes (10^6 bytes) in all")
    parser.add_argument("--bar", action="store_true", help=f"fail below {GOAL} times the speed with two processes")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rtlog-fleet-") as scratch:
        folder = Path(scratch) / "recordings"
        make(folder, arguments.recordings, int(arguments.size * MEGABYTE))
        size = sum(path.stat().st_size for path in folder.iterdir())
        print(f"{arguments.recordings:,} recordings, {size / MEGABYTE:,.0f} MB", flush=True)
        costs = []
        for cost in ways(folder, Path(scratch), Counter()):
            costs.append(cost)
            asked = ", ".join(f"{count:,} {method}" for method, count in sorted(cost.requests.items()))
            print(
                f"{cost.way:<18} {cost.wall:7.1f} s  {cost.cpu:7.1f} s of processor  {cost.peak_mb:5.0f} MB at most"
                f"  {cost.said}  {cost.tables or '-':<12}  {asked}".rstrip(),
                flush=True,
            )
    same = len({cost.said for cost in costs}) == 1 and len({cost.tables for cost in costs if cost.tables}) <= 1
    speed = costs[0].wall / costs[1].wall
    print(f"two processes: {speed:.2f} times the speed; {'identical' if same else 'DIFFERENT'} reports and results")
    sys.exit(not same or (arguments.bar and speed < GOAL))


if __name__ == "__main__":
    main()
