"""The service under load on loopback: throughput beside `Classifier`'s own, waiting times, and memory.

    python -m tests.benchmarks.serve load [--clients 32] [--seconds 10] [--rounds 3] [--model DIR]
    python -m tests.benchmarks.serve memory [--requests 100000] [--model DIR]

``load`` gives the same JPEGs of 1440 x 1080 to `Classifier.classify_stream`, with the number of threads that is fastest
here, and to the service by so many clients, in turns, so that drift of the machine hits both. Clients and service share
the cores. ``memory`` sends small pictures to ``/v1/classify`` and ``/v1/hash`` and prints the memory of all processes
(proportional set size) at every tenth. Exit status: 0 all held, 1 something did not.
"""

from __future__ import annotations

import argparse
import io
import itertools
import socket
import statistics
import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import psutil

from tests.benchmarks.classify import photo
from tests.benchmarks.soak import jpeg
from tests.serving import Running, served
from wildvision import Classifier

LEAST_SHARE = 0.85  # of the classifier's own throughput
FLAT = 1.10  # largest memory over the mean of the first measurements
PICTURES = 16


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    load = commands.add_parser("load")
    load.add_argument("--clients", type=int, default=32)
    load.add_argument("--seconds", type=float, default=10)
    load.add_argument("--rounds", type=int, default=3)
    memory = commands.add_parser("memory")
    memory.add_argument("--requests", type=int, default=100_000)
    for command in (load, memory):
        command.add_argument("--model")
    options = parser.parse_args()
    held = measure_load(options) if options.command == "load" else measure_memory(options)
    sys.exit(0 if held else 1)


def measure_load(options: argparse.Namespace) -> bool:
    """Print images a second of both, and how long requests took."""
    contents = [encoded(seed) for seed in range(PICTURES)]
    own = [Classifier(options.model), Classifier(options.model, threads=1)]
    shares: list[float] = []
    times: list[float] = []
    with served(*(("--model", options.model) if options.model else ())) as running:
        running.wait_until_ready(2)
        ask(running, contents, options.clients, 2)
        for _ in range(options.rounds):
            alone = [classified(classifier, contents, options.seconds) for classifier in own]
            found = ask(running, contents, options.clients, options.seconds)
            times += found
            rate = len(found) / options.seconds
            shares.append(rate / max(alone))
            print(
                f"classifier {alone[0]:.1f} or with one thread an image {alone[1]:.1f}, "
                f"service {rate:.1f} images a second: {shares[-1]:.2f}",
                flush=True,
            )
    p50, p99 = (float(np.quantile(times, share)) * 1000 for share in (0.5, 0.99))
    share = statistics.median(shares)
    held = share >= LEAST_SHARE
    print(f"{options.clients} clients, {len(times):,} requests: p50 {p50:.0f} ms, p99 {p99:.0f} ms")
    print(f"median share {share:.2f}, wanted {LEAST_SHARE}; {'held' if held else 'NOT held'}")
    return held


def encoded(seed: int) -> bytes:
    """Return a JPEG of 1440 x 1080, each another one."""
    buffer = io.BytesIO()
    photo(1440, 1080).rotate(seed, fillcolor=(90, 90, 90)).save(buffer, "JPEG", quality=88)
    return buffer.getvalue()


def classified(classifier: Classifier, contents: list[bytes], seconds: float) -> float:
    """Return how many images a second the classifier does by itself."""
    end, count, started = time.perf_counter() + seconds, 0, time.perf_counter()

    def sources() -> Iterator[bytes]:
        for content in itertools.cycle(contents):
            if time.perf_counter() > end:
                return
            yield content

    for outcome in classifier.classify_stream(sources()):
        outcome.unwrap()
        count += 1
    return count / (time.perf_counter() - started)


def ask(running: Running, contents: list[bytes], clients: int, seconds: float) -> list[float]:
    """Let so many clients ask for so long; returns the seconds that each answered request took."""
    times: list[list[float]] = [[] for _ in range(clients)]
    end = time.perf_counter() + seconds

    def client(number: int) -> None:
        with Connection(running.port) as connection:
            for content in itertools.islice(itertools.cycle(contents), number, None):
                started = time.perf_counter()
                if started > end:
                    return
                connection.post("/v1/classify", content)
                if time.perf_counter() <= end:
                    times[number].append(time.perf_counter() - started)

    threads = [threading.Thread(target=client, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [seconds for each in times for seconds in each]


class Connection:
    """A client that costs little beside what it measures: one connection, kept alive.

    Args:
        port: On this machine.
    """

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def __enter__(self) -> Connection:
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def post(self, path: str, content: bytes) -> None:
        """Send an image and read the answer, which must be 200."""
        head = f"POST {path} HTTP/1.1\r\nHost: a\r\nContent-Type: image/jpeg\r\nContent-Length: {len(content)}\r\n\r\n"
        self._socket.sendall(head.encode() + content)
        found = b""
        while b"\r\n\r\n" not in found:
            found += self._socket.recv(65536)
        head_of_answer, _, body = found.partition(b"\r\n\r\n")
        assert head_of_answer.startswith(b"HTTP/1.1 200"), found[:500]
        length = int(head_of_answer.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        while len(body) < length:
            body += self._socket.recv(65536)


def measure_memory(options: argparse.Namespace) -> bool:
    """Print the memory at every tenth of many small requests, three of four to be hashed."""
    contents = [jpeg(seed) for seed in range(100)]
    found: list[float] = []
    started = time.perf_counter()
    with served(*(("--model", options.model) if options.model else ())) as running:
        running.wait_until_ready(2)
        each = options.requests // 40
        for tenth in range(1, 11):
            threads = [threading.Thread(target=send, args=(running.port, contents, each)) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            found.append(memory_of(running))
            sent = tenth * each * 4
            rate = sent / (time.perf_counter() - started)
            print(f"{sent:>7,} requests  {found[-1] / 1e6:6.0f} MB  {rate:.0f} a second", flush=True)
    held = max(found) < FLAT * float(np.mean(found[:2]))
    print(f"largest {max(found) / 1e6:.0f} MB; {'held' if held else 'NOT held'}")
    return held


def send(port: int, contents: list[bytes], count: int) -> None:
    """Send so many pictures over one connection."""
    with Connection(port) as connection:
        for number in range(count):
            path = "/v1/classify" if number % 4 == 0 else "/v1/hash"
            connection.post(path, contents[number % len(contents)])


def memory_of(running: Running) -> float:
    """Return the bytes of the service's processes, shared pages counted once."""
    family = psutil.Process(running.process.pid)
    return sum(process.memory_full_info().pss for process in (family, *family.children(recursive=True)))


if __name__ == "__main__":
    main()
