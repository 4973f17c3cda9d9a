"""The policy in force: read again when its file changes, without a pause in answering."""

from __future__ import annotations

import hashlib
import logging
from pathlib import Path

import msgspec

from wildvision.archive.decide import read_policy
from wildvision.errors import ManifestError, RequestError
from wildvision.manifest import Manifest, Policy
from wildvision.serve.jobs import Judging

_log = logging.getLogger(__name__)


class Policies:
    """The thresholds that requests are judged by.

    Args:
        manifest: Of the model.
        chosen: Name of one of its policies or path of a JSON file; None: the model's default.

    Raises:
        ManifestError: There is no such policy, the file is none, or it has a threshold for what is no product here.
    """

    def __init__(self, manifest: Manifest, chosen: str | None) -> None:
        self._manifest, self._chosen = manifest, chosen or manifest.default_policy
        self._named = {name: _judging(name) for name in manifest.policies}
        self._stamp = self._look()
        self._current = self._read()

    @property
    def current(self) -> Judging:
        """The one in force."""
        return self._current

    def thresholds(self, judging: Judging) -> Policy:
        """Return the policy itself."""
        policy = judging.policy
        return self._manifest.policies[policy] if isinstance(policy, str) else policy

    def name(self, judging: Judging) -> str:
        """Return its name, as results have it."""
        return judging.policy if isinstance(judging.policy, str) else "custom"

    def get(self, name: str | None) -> Judging:
        """Return what a request asks for.

        Args:
            name: Of one of the model's policies; None: the one in force.

        Raises:
            RequestError: The model has no such policy.
        """
        if name is None:
            return self._current
        if name not in self._named:
            raise RequestError(
                f"expected one of the policies {', '.join(sorted(self._named))}, found {name[:80]!r}",
                status=422,
            )
        return self._named[name]

    def has_changed(self) -> bool:
        """Whether the file is another one than when it was last looked at."""
        found = self._look()
        changed, self._stamp = found != self._stamp, found
        return changed

    def reload(self) -> bool:
        """Read the file again; one that is no policy leaves the old one in force. Returns whether it was one."""
        try:
            self._current = self._read()
        except ManifestError:
            _log.exception("the policy stays as it was")
            return False
        _log.warning("policy in force: %s %s", self.name(self._current), self._current.digest[:12])
        return True

    def _read(self) -> Judging:
        policy = read_policy(self._chosen)
        if isinstance(policy, str) and policy not in self._named:
            raise ManifestError(
                f"expected one of the policies {sorted(self._named)} or a file PATH.json, found {policy!r}",
                model=self._manifest.id,
            )
        if isinstance(policy, Policy) and (
            unknown := set(policy.thresholds) - set(self._manifest.product_ids)
        ):
            raise ManifestError(
                f"expected thresholds for products of {self._manifest.id} only, found some for {sorted(unknown)}",
                model=self._chosen,
            )
        return _judging(policy)

    def _look(self) -> tuple[int, int, int] | None:
        """Return what tells one state of the file from the next; None: no file."""
        if not self._chosen.endswith(".json"):
            return None
        try:
            status = Path(self._chosen).stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size, status.st_ino


def _judging(policy: Policy | str) -> Judging:
    return Judging(
        policy=policy, digest=hashlib.sha256(msgspec.json.encode(policy, order="sorted")).hexdigest()
    )
