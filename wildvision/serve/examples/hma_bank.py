"""Hash banks of Hasher-Matcher-Actioner: confirmed pictures go in by hash, and pictures are looked up there.

    python hma_bank.py add BANK PHOTO...      the photos' hashes, computed by the service, into a bank
    python hma_bank.py look-up PHOTO...       which banks know the photos

Photos never leave the platform: HMA gets their PDQ hashes. Its interface:
https://github.com/facebook/ThreatExchange/blob/main/hasher-matcher-actioner/docs/api.md. WILDVISION_URL and HMA_URL say
where both are.
"""

import os
import sys
from pathlib import Path

import httpx

LEAST_QUALITY = 50  # below, a hash says too little: the reference's own bound for PDQ
service = os.environ.get("WILDVISION_URL", "http://127.0.0.1:8000")
hma = os.environ.get("HMA_URL", "http://127.0.0.1:5100")
key = {"x-api-key": os.environ.get("WILDVISION_KEY", "")}


def pdq(photo: str) -> str | None:
    """Return the hash of a photo; None: it has too little detail to be found again."""
    with Path(photo).open("rb") as file:
        answer = httpx.post(f"{service}/v1/hash", files={"image": file}, headers=key, timeout=60)
    found = answer.raise_for_status().json()
    return found["pdq"] if (found["pdq_quality"] or 0) >= LEAST_QUALITY else None


def add(bank: str, photos: list[str]) -> None:
    """Put hashes into a bank, which is made if it is not there."""
    if httpx.get(f"{hma}/c/bank/{bank}").status_code == 404:
        httpx.post(f"{hma}/c/banks", json={"name": bank}).raise_for_status()
    for photo in photos:
        if (found := pdq(photo)) is None:
            sys.stdout.write(f"{photo}: too little detail\n")
            continue
        added = httpx.post(f"{hma}/c/bank/{bank}/signal", json={"pdq": found}).raise_for_status().json()
        sys.stdout.write(f"{photo}: {bank} {added['id']}\n")


def look_up(photos: list[str]) -> None:
    """Say which banks know a photo."""
    for photo in photos:
        found = pdq(photo)
        banks: list[str] = []
        if found is not None:
            query = {"signal_type": "pdq", "signal": found}
            banks = sorted(httpx.get(f"{hma}/m/lookup", params=query).raise_for_status().json())
        sys.stdout.write(f"{photo}: {', '.join(banks) or 'not known'}\n")


if __name__ == "__main__":
    if sys.argv[1] == "add":
        add(sys.argv[2], sys.argv[3:])
    else:
        look_up(sys.argv[2:])
