"""python client.py PHOTO: prints the verdict and why."""

import os
import sys
import time
from pathlib import Path

import httpx


def main(photo: str) -> None:
    """Ask about a photo, as often as the service asks to come again."""
    service = os.environ.get("WILDVISION_URL", "http://127.0.0.1:8000")
    headers = {"x-api-key": os.environ.get("WILDVISION_KEY", ""), "content-type": "image/jpeg"}
    content = Path(photo).read_bytes()
    answer = httpx.post(f"{service}/v1/classify", content=content, headers=headers, timeout=60)
    while answer.status_code in {429, 503}:
        time.sleep(int(answer.headers.get("retry-after", "1")))
        answer = httpx.post(f"{service}/v1/classify", content=content, headers=headers, timeout=60)
    found = answer.raise_for_status().json()
    sys.stdout.write(f"{found['verdict']}: {found['reason']['message']}\n")


if __name__ == "__main__":
    main(sys.argv[1])
