"""Write down what the released model says of the samples: ``python -m tests.golden.write``, once a release."""

from __future__ import annotations

import json
from pathlib import Path

from wildvision import Classifier

HERE = Path(__file__).parent


def main() -> None:
    classifier = Classifier(threads=1)
    golden = {}
    for path in sorted((HERE.parents[1] / "samples").glob("*.jpg")):
        result = classifier.classify(path)
        scores = {p.category: round(p.score, 4) for p in result.predictions}
        golden[path.name] = {"verdict": result.verdict, "scores": scores}
    (HERE / "samples.json").write_text(json.dumps(golden, indent=2) + "\n")


if __name__ == "__main__":
    main()
