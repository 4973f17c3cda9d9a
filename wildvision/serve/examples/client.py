"""python client.py PHOTO: prints the verdict and why."""

import os
import sys
import time
from pathlib import Path

import httpx

service = os.environ.get("WILDVISION_URL", "http://127.0.0.1:8000")
headers = {"x-api-key": os.environ.get("WILDVISION_KEY", ""), "content-type": "image/jpeg"}
while True:
    answer = httpx.post(
        f"{service}/v1/classify", content=Path(sys.argv[1]).read_bytes(), headers=headers, timeout=60
    )
    if answer.status_code not in (429, 503):
        break
    time.sleep(int(answer.headers.get("retry-after", 1)))
found = answer.raise_for_status().json()
sys.stdout.write(f"{found['verdict']}: {found['reason']['message']}\n")
