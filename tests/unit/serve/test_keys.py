from __future__ import annotations

import base64
from pathlib import Path

import pytest

from wildvision.errors import RequestError, ServiceError
from wildvision.serve.keys import new_key, read_keys


def test_a_key_lets_in_by_each_header(tmp_path: Path) -> None:
    (one, first), (two, second) = new_key("one"), new_key("two")
    (tmp_path / "keys").write_text(f"\n# people\n{first}\n{second}\n")
    keys = read_keys(tmp_path / "keys")
    assert one not in first
    basic = base64.b64encode(f"anybody:{two}".encode()).decode()
    assert keys.name({"x-api-key": one}) == "one"
    assert keys.name({"authorization": f"bearer {two}"}) == "two"
    assert keys.name({"authorization": f"Basic {basic}"}) == "two"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"x-api-key": ""},
        {"x-api-key": "\udcff"},
        {"authorization": "Bearer"},
        {"authorization": "Basic %%%"},
        {"authorization": "Basic //79"},
        {"authorization": "Digest a"},
    ],
)
def test_other_headers_do_not(headers: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(new_key("one")[1])
    with pytest.raises(RequestError) as caught:
        read_keys(tmp_path / "keys").name(headers)
    assert caught.value.status == 401


@pytest.mark.parametrize("text", ["", "# nobody", "one", "one abc", "one {a}\none {b}", "a b {a}"])
def test_a_malformed_file_is_refused(text: str, tmp_path: Path) -> None:
    (tmp_path / "keys").write_text(text.format(a="a" * 64, b="b" * 64))
    with pytest.raises(ServiceError):
        read_keys(tmp_path / "keys")


def test_a_name_has_few_characters() -> None:
    with pytest.raises(ServiceError):
        new_key("a name")
