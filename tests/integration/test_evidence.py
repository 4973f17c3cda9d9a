"""Evidence: an untouched bundle verifies, and one changed byte of anything in it is found and named."""

from __future__ import annotations

import io
import json
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from PIL import Image
from PIL.ExifTags import GPS, IFD, Base

from tests.tiny_model import write_tiny_model
from wildvision.archive import ScanOptions, ScanRun
from wildvision.archive.decisions import Decision, Decisions, Outcome
from wildvision.archive.folder import ScanFolder
from wildvision.cli import main
from wildvision.errors import EvidenceError
from wildvision.evidence import verify
from wildvision.evidence.canonical import canonical, digest
from wildvision.evidence.chain import chained, faults
from wildvision.evidence.exif import read_exif


def photo(seed: int, *, located: bool = False) -> bytes:
    pixels = np.random.default_rng(seed).integers(0, 255, (12, 16, 3), np.uint8)
    pixels[..., 1:] //= 4
    exif = Image.Exif()
    if located:
        exif[Base.Make], exif[Base.Model] = "Maker", "Phone 1"
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = "2026:01:02 03:04:05"
        place = exif.get_ifd(IFD.GPSInfo)
        place[GPS.GPSLatitude], place[GPS.GPSLatitudeRef] = (1.0, 30.0, 0.0), "S"
        place[GPS.GPSLongitude], place[GPS.GPSLongitudeRef] = (36.0, 45.0, 36.0), "E"
    buffer = io.BytesIO()
    Image.fromarray(pixels).resize((160, 120), Image.Resampling.BICUBIC).save(buffer, "JPEG", exif=exif)
    return buffer.getvalue()


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_tiny_model(tmp_path / "model")


@pytest.fixture
def results(model: Path, tmp_path: Path) -> Path:
    photos = tmp_path / "secret place"
    photos.mkdir()
    for seed in range(3):
        (photos / f"{seed}.jpg").write_bytes(photo(seed, located=seed == 0))
    list(
        ScanRun(tmp_path / "results", ScanOptions(sources=(str(photos),), model=str(model), workers=0)).run()
    )
    decisions = Decisions(tmp_path / "results")
    (row, *_) = ScanFolder(tmp_path / "results").read(0)
    decisions.add(
        Decision(
            ids=(row.id,), sha256s=(row.sha256 or "",), reviewer="ann", outcome=Outcome.CONFIRMED, category="ivory",
            note="a note", case_id="C-7",
        )
    )  # fmt: skip
    decisions.close()
    return tmp_path / "results"


@pytest.fixture
def key(tmp_path: Path) -> Path:
    pem = Ed25519PrivateKey.generate().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (tmp_path / "key.pem").write_bytes(pem)
    return tmp_path / "key.pem"


def run(*arguments: object) -> Any:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


@pytest.fixture
def bundle(results: Path, tmp_path: Path, key: Path) -> Path:
    outcome = run(
        "evidence", results, "--to", tmp_path / "case.zip", "--key", key, "--case", "C-7", "--operator", "op"
    )
    assert outcome.exit_code == 0, outcome.output
    return tmp_path / "case.zip"


def members(bundle: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(bundle) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(bundle: Path, change: Callable[[dict[str, bytes]], None]) -> Path:
    content = members(bundle)
    change(content)
    out = bundle.with_name("changed.zip")
    with zipfile.ZipFile(out, "w") as archive:
        for name, value in content.items():
            archive.writestr(name, value)
    return out


def test_an_untouched_bundle_verifies(bundle: Path, model: Path) -> None:
    outcome = run("verify", bundle, "--model", model)
    assert outcome.exit_code == 0, outcome.output
    assert "DIFFERS" not in outcome.output
    for words in (
        "chain: 3 entries",
        "signature: by the key",
        "record 3: scores come out again",
        "policy as recorded",
    ):
        assert words in outcome.output


def test_a_record_holds_what_was_seen_judged_and_decided(bundle: Path) -> None:
    entries = [json.loads(line) for line in members(bundle)["chain.jsonl"].splitlines()]
    (record,) = (entry["record"] for entry in entries if entry["record"]["decisions"])
    assert record["exif"] == {"taken": "2026:01:02 03:04:05", "make": "Maker", "model": "Phone 1"}
    assert (record["operator"], record["case_id"]) == ("op", "C-7")
    assert record["decisions"][0]["note"] == "a note"
    assert record["answer"]["verdict"] == "FLAG"
    assert record["answer"]["scores"].keys() == {"ivory", "pangolin", "bone"}
    assert max(max(row) for row in record["map"]["rows"]) == 255
    text = members(bundle)["page.html"].decode()
    assert text.count("data:image/jpeg;base64") == 3
    assert "a note" in text


def lines(content: dict[str, bytes], chosen: slice) -> None:
    content["chain.jsonl"] = b"\n".join(content["chain.jsonl"].splitlines()[chosen])


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda m: m.update({"originals/000002.jpeg": m["originals/000002.jpeg"] + b"x"}), "record 2: its image has"),
        (lambda m: m.pop("originals/000001.jpeg"), "record 1: the bundle holds its image"),
        (lambda m: m.update({"chain.jsonl": m["chain.jsonl"].replace(b'"op"', b'"oq"', 1)}), "entry 1: its record"),
        (lambda m: lines(m, slice(1, None)), "entry 1: it does not follow"),
        (lambda m: lines(m, slice(-1)), "head: it counts 3 entries"),
        (lambda m: lines(m, slice(None, None, -1)), "does not follow"),
        (lambda m: m.update({"head.json": m["head.json"].replace(b'"signature": "', b'"signature": "A')}), "signature"),
    ],
)  # fmt: skip
def test_each_change_is_found_and_named(
    bundle: Path, model: Path, change: Callable[[dict[str, bytes]], None], says: str
) -> None:
    outcome = run("verify", rewritten(bundle, change), "--model", model)
    assert outcome.exit_code == 1
    assert any(line.startswith("DIFFERS") and says in line for line in outcome.output.splitlines()), (
        outcome.output
    )


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_a_byte_changed_in_the_file_itself_is_found_and_the_rest_is_checked(
    bundle: Path, model: Path, method: int
) -> None:
    content, broken = members(bundle), bundle.with_name("broken.zip")
    with zipfile.ZipFile(broken, "w", method) as archive:
        for name, value in content.items():
            archive.writestr(name, value)
        start = archive.getinfo("originals/000002.jpeg").header_offset + 30 + len("originals/000002.jpeg")
    changed = bytearray(broken.read_bytes())
    for place in range(start + 40, start + 60):
        changed[place] ^= 0xFF
    broken.write_bytes(changed)
    outcome = run("verify", broken, "--model", model)
    assert outcome.exit_code == 1
    assert "DIFFERS  record 2: its image can be read" in outcome.output
    assert "matches  record 3: scores come out again" in outcome.output


def test_a_member_that_is_there_twice_is_refused(bundle: Path, model: Path) -> None:
    with zipfile.ZipFile(bundle, "a") as archive, pytest.warns(UserWarning, match="Duplicate name"):
        archive.writestr("originals/000002.jpeg", photo(9))
    outcome = run("verify", bundle, "--model", model)
    assert outcome.exit_code == 2
    assert "found several" in " ".join(outcome.output.split())


def test_a_whole_new_chain_has_another_head_and_another_key(bundle: Path, model: Path) -> None:
    lines = [json.loads(line) for line in members(bundle)["chain.jsonl"].splitlines()]
    forged = chained([{**entry["record"], "operator": "else"} for entry in lines])

    def change(content: dict[str, bytes]) -> None:
        head = json.loads(content["head.json"])
        content["chain.jsonl"] = b"".join(canonical(entry) + b"\n" for entry in forged)
        content["head.json"] = json.dumps({**head, "sha256": forged[-1]["sha256"]}).encode()

    outcome = run("verify", rewritten(bundle, change), "--model", model)
    assert outcome.exit_code == 1
    assert "DIFFERS  signature: it is that of its key" in outcome.output
    outcome = run("verify", bundle, "--model", model, "--key", "00" * 32)
    assert outcome.exit_code == 1
    assert f"wanted {'00' * 32}" in outcome.output


def test_another_model_is_found(bundle: Path, model: Path) -> None:
    manifest = json.loads((model / "manifest.json").read_text())
    manifest["categories"][0]["calibration"]["slope"] = 2.5
    (model / "manifest.json").write_text(json.dumps(manifest))
    outcome = run("verify", bundle, "--model", model)
    assert outcome.exit_code == 1
    assert "DIFFERS  record 1: calibration as recorded" in outcome.output
    (model / "model.onnx").write_bytes((model / "model.onnx").read_bytes() + b"\0")
    outcome = run("verify", bundle, "--model", model)
    assert "DIFFERS  record 1: its model is at hand" in outcome.output


def test_a_single_record_and_its_image(bundle: Path, model: Path, tmp_path: Path) -> None:
    content = members(bundle)
    (tmp_path / "one.json").write_bytes(content["chain.jsonl"].splitlines()[0])
    (tmp_path / "one.jpg").write_bytes(content["originals/000001.jpeg"])
    outcome = run("verify", tmp_path / "one.json", tmp_path / "one.jpg", "--model", model)
    assert outcome.exit_code == 0, outcome.output
    (tmp_path / "one.jpg").write_bytes(content["originals/000002.jpeg"])
    assert run("verify", tmp_path / "one.json", tmp_path / "one.jpg", "--model", model).exit_code == 1
    assert run("verify", tmp_path / "one.json").exit_code == 1  # nothing was compared: that is no success


def test_a_redacted_bundle_holds_no_picture_place_or_name(results: Path, tmp_path: Path, model: Path) -> None:
    outcome = run("evidence", results, "--to", tmp_path / "r.zip", "--redact", "--place", "--operator", "op")
    assert outcome.exit_code == 0, outcome.output
    content = members(tmp_path / "r.zip")
    assert not any(name.startswith("originals/") for name in content)
    for value in content.values():
        for word in (b"secret place", b"data:image", b"latitude", b"a note", b"reviewer"):
            assert word not in value
    assert run("verify", tmp_path / "r.zip", "--model", model).exit_code == 0


def test_the_place_is_recorded_only_where_it_is_asked_for(results: Path, tmp_path: Path) -> None:
    run("evidence", results, "--to", tmp_path / "p.zip", "--place")
    records = [json.loads(line)["record"] for line in members(tmp_path / "p.zip")["chain.jsonl"].splitlines()]
    (found,) = (record["exif"] for record in records if record["exif"])
    assert (found["latitude"], found["longitude"]) == (-1.5, 36.76)


def test_what_changed_since_the_scan_is_not_in_the_bundle_and_said(results: Path, tmp_path: Path) -> None:
    (tmp_path / "secret place" / "1.jpg").write_bytes(photo(50))
    outcome = run("evidence", results, "--to", tmp_path / "b.zip")
    assert outcome.exit_code == 1
    assert "2 records" in outcome.output
    assert "1 images could not be read again or changed" in outcome.output


def test_nothing_to_write_and_keys_that_are_none_are_named(results: Path, tmp_path: Path) -> None:
    outcome = run("evidence", results, "--to", tmp_path / "x.zip", "--outcome", "unsure")
    assert outcome.exit_code == 2
    assert not (tmp_path / "x.zip").exists()
    other = generate_private_key(65537, 2048).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for content in (b"no key", other):
        (tmp_path / "bad.pem").write_bytes(content)
        outcome = run("evidence", results, "--to", tmp_path / "x.zip", "--key", tmp_path / "bad.pem")
        assert outcome.exit_code == 2
        assert "expected an Ed25519 private key" in " ".join(outcome.output.split())


@pytest.mark.parametrize(
    "content", [b"", b"[]", b"{}", b'{"schema": "other"}', b'{"record": 3}', b"\xff\xfe"]
)
def test_what_is_no_record_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.json").write_bytes(content)
    with pytest.raises(EvidenceError):
        list(verify(tmp_path / "x.json"))


def test_hostile_bundles_are_refused_or_found_wrong(bundle: Path, model: Path) -> None:
    for change in (
        lambda m: m.pop("head.json"),
        lambda m: m.update({"chain.jsonl": b"{\n"}),
        lambda m: m.update({"head.json": b"[]"}),
        lambda m: m.update({"chain.jsonl": b"[1]\n"}),
        lambda m: m.update({"chain.jsonl": b"{}\n"}),
        lambda m: m.update({"chain.jsonl": b'{"number":1,"record":{"image":{"format":{}}},"sha256":1}\n'}),
    ):
        assert run("verify", rewritten(bundle, change), "--model", model).exit_code in (1, 2)


def test_published_canonical_json() -> None:
    """The example of RFC 8785, section 3.2.2."""
    value = json.loads(
        '{"numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001], '
        '"string": "\\u20ac$\\u000F\\u000aA\'\\u0042\\u0022\\u005c\\\\\\"\\/", "literals": [null, true, false]}'
    )
    assert canonical(value).decode() == (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    with pytest.raises(EvidenceError):
        canonical(float("nan"))


def test_a_chain_of_none_and_of_many() -> None:
    assert faults(chained([])) == []
    entries = chained([{"n": n} for n in range(50)])
    assert faults(entries) == []
    assert entries[0]["previous"] == "0" * 64
    assert entries[7]["sha256"] == digest({k: v for k, v in entries[7].items() if k != "sha256"})
    assert len(faults([*entries[:20], *entries[21:]])) == 29


@pytest.mark.parametrize("seed", range(20))
def test_damaged_exif_gives_less_and_never_fails(seed: int) -> None:
    draw = np.random.default_rng(seed)
    content = bytearray(photo(0, located=True))
    for _ in range(30):
        content[int(draw.integers(2, 400))] = int(draw.integers(256))
    found = read_exif(bytes(content), place=True)
    assert all(isinstance(value, str | float) for value in found.values())
    canonical(found)


def test_openssl_makes_keys_that_are_taken(results: Path, tmp_path: Path) -> None:
    try:
        subprocess.run(
            ["openssl", "genpkey", "-algorithm", "ed25519", "-out", str(tmp_path / "k.pem")],
            check=True, capture_output=True,
        )  # fmt: skip
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no openssl with Ed25519 here")
    assert run("evidence", results, "--to", tmp_path / "s.zip", "--key", tmp_path / "k.pem").exit_code == 0
