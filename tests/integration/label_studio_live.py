"""Tries the service as the backend of a real Label Studio, started here on loopback with SQLite.

    python -m tests.integration.label_studio_live --label-studio ls/bin/label-studio

Label Studio (the package `label-studio`) stands in an environment of its own, here ``ls``: it asks for older versions
of what the service uses. The script uploads the samples to a new project, connects the service, asks Label Studio to
retrieve predictions, and compares what it stored with what `Classifier` says. Exit status: 0 all are the same, 1 some
are not.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx

from tests.conftest import ROOT
from tests.serving import served
from wildvision import Classification, Classifier, Verdict
from wildvision.serve.label_studio import NOTHING

INTERFACE = (ROOT / "wildvision/serve/examples/label-studio.xml").read_text(encoding="utf-8")
STARTS_S = 240


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--label-studio", required=True, type=Path, help="The command of its environment.")
    options = parser.parse_args()
    token = secrets.token_hex(20)
    with started(options.label_studio, token) as address:
        held = try_out(address, token)
    print("held" if held else "NOT held")
    sys.exit(0 if held else 1)


@contextlib.contextmanager
def started(command: Path, token: str) -> Generator[str]:
    """Run Label Studio until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            **os.environ,
            "ML_BLOCK_LOCAL_IP": "false",  # it refuses backends on its own machine otherwise,
            "SSRF_PROTECTION_ENABLED": "false",  # and the webhook that it makes for each backend
            "COLLECT_ANALYTICS": "false",
            "LABEL_STUDIO_HOST": address,
        }
        environment.pop("PYTHONPATH", None)
        arguments = [
            "--no-browser",
            "--port",
            str(port),
            "--data-dir",
            folder,
            "--internal-host",
            "127.0.0.1",
        ]
        arguments += [
            "--username",
            "a@example.org",
            "--password",
            secrets.token_hex(8),
            "--user-token",
            token,
        ]
        log = Path(folder) / "log"
        with log.open("w") as stream:
            process = subprocess.Popen(
                [command, "start", *arguments, "--enable-legacy-api-token"],
                env=environment,
                stdout=stream,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        try:
            wait_for(address, process, log)
            yield address
        finally:
            process.terminate()
            process.wait(30)


def wait_for(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + STARTS_S
    while time.monotonic() < end and process.poll() is None:
        with contextlib.suppress(httpx.HTTPError):
            if httpx.get(f"{address}/health", trust_env=False).status_code == 200:
                return
        time.sleep(1)
    raise SystemExit(f"Label Studio did not start:\n{log.read_text()[-3000:]}")


def try_out(address: str, token: str) -> bool:
    """Print what Label Studio stored for each sample; returns whether it is what the classifier says."""
    samples = sorted((ROOT / "samples").glob("*.jpg"))
    client = httpx.Client(
        base_url=address, headers={"authorization": f"Token {token}"}, timeout=120, trust_env=False
    )
    with client, served("--label-studio", address, "--label-studio-token", token) as running:
        print("Label Studio", client.get("/api/version").json()["release"])
        project = checked(client.post("/api/projects", json={"title": "try", "label_config": INTERFACE}))[
            "id"
        ]
        for sample in samples:
            files = {"file": (sample.name, sample.read_bytes(), "image/jpeg")}
            checked(client.post(f"/api/projects/{project}/import", files=files))
        backend = {"url": f"{running.address}/label-studio", "project": project, "title": "wildvision"}
        connected = checked(client.post("/api/ml", json=backend))
        print("connected:", connected["readable_state"], connected["model_version"])
        action = {"id": "retrieve_tasks_predictions", "project": project}
        everything = {"selectedItems": {"all": True, "excluded": []}}
        checked(client.post("/api/dm/actions", params=action, json=everything))
        tasks = checked(client.get("/api/tasks", params={"project": project, "fields": "all"}))["tasks"]
        return compare(tasks, samples)


def checked(answer: httpx.Response) -> Any:
    if answer.is_error:
        raise SystemExit(f"{answer.request.url}: {answer.status_code} {answer.text[:1000]}")
    return answer.json()


def compare(tasks: list[dict[str, Any]], samples: list[Path]) -> bool:
    classifier, held = Classifier(), len(tasks) == len(samples)
    for task in tasks:
        name = task["data"]["image"].rpartition("-")[2]
        (sample,) = [path for path in samples if path.name == name]
        result = classifier.classify(sample)
        found = [p["result"][0]["value"]["choices"] for p in task["predictions"] if p["result"]]
        same = found == [[expected(result)]] and abs(task["predictions"][0]["score"] - score(result)) < 1e-4
        print(f"{name:24} {found} {'' if same else f'expected {expected(result)}'}")
        held = held and same
    return held


def expected(result: Classification) -> str:
    decided = result.verdict in (Verdict.FLAG, Verdict.REVIEW)
    return result.reason.category if decided and result.reason.category else NOTHING


def score(result: Classification) -> float:
    return result.score(result.reason.category or result.predictions[0].category)


if __name__ == "__main__":
    main()
