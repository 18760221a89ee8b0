"""What is trained from the present data, and where it lies.

The model and the embedding belong to the code and the messages that they were made of. The knowledge is no part of
that: an entry that is added or changed is found without training.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

from bot.settings import ROOT

MODELS = ROOT / "models"
KEPT = 2
_SOURCES = ("config.yml", "domain.yml", "data/nlu/**/*.yml", "data/rules.yml", "data/stories*", "data/lookups/*.yml")
# What serves or measures a model, as against what is in it.
_SERVING = {
    "calibration.py",
    "channel.py",
    "difference.py",
    "evaluation.py",
    "evidence.py",
    "finder.py",
    "index.py",
    "kept_endpoint.py",
    "measuring.py",
    "parse.py",
    "pictures.py",
    "report.py",
    "serve.py",
    "speedups.py",
    "tracker_store.py",
}


def fingerprint(root: Path = ROOT) -> str:
    """Twelve hexadecimal digits that change whenever what the model is made of changes."""
    paths = {path for pattern in _SOURCES for path in root.glob(pattern) if path.is_file()}
    paths |= {path for path in (root / "nlu").rglob("*.py") if path.name not in _SERVING}
    paths |= {path for path in (root / "nlu").rglob("*.yml") if path.name != "weights.yml"}
    total = hashlib.sha256()
    for path in sorted(paths):
        total.update(f"{path.relative_to(root).as_posix()}\0".encode())
        total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()[:12]


def present_model(models: Path = MODELS, root: Path = ROOT) -> Path:
    """Where the model for the present data lies, or would lie."""
    return models / f"awrach-{fingerprint(root)}.tar.gz"


def present_embedding(models: Path = MODELS, root: Path = ROOT) -> Path:
    """Where the embedding lies, or would lie, by which answers are found; see `nlu.finding`."""
    return models / f"awrach-{fingerprint(root)}.npz"


def remove_old(models: Path = MODELS) -> None:
    """Removes our own models and embeddings but the two newest of each."""
    for kind in ("awrach-*.tar.gz", "awrach-*.npz"):
        ours = sorted(models.glob(kind), key=lambda path: path.stat().st_mtime, reverse=True)
        for path in ours[KEPT:]:
            path.unlink(missing_ok=True)
