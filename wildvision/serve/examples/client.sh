#!/bin/sh
# ./client.sh PHOTO: prints the verdict. WILDVISION_KEY holds the key, where the service has some.
set -eu
service=${WILDVISION_URL:-http://127.0.0.1:8000}
curl --silent --show-error --fail-with-body --retry 3 --retry-connrefused \
    --header "X-API-Key: ${WILDVISION_KEY:-}" \
    --form "image=@$1" "$service/v1/classify"
