"""What the pod template and the image say: environment variables, and the facts that the build wrote beside the code."""

import json
import os
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Settings:
    model: str
    revision: str
    digest: str
    model_dir: Path
    app_dir: Path
    port: int
    workers: int
    threads: int
    max_body_bytes: int
    drain_seconds: float
    finish_seconds: int
    """Whole cores that this process may use."""
    cores: int
    """The model's file below model_dir and its format, as the build chose; None: the user's own code loads what it needs."""
    file: str | None = None
    format: str = ""
    """Where ONNX Runtime computes, in order of preference."""
    providers: tuple[str, ...] = ("cpu",)
    """Inputs of the contract as `{"name", "dtype", "shape"}`; empty when the contract is unknown."""
    inputs: list[dict] = field(default_factory=list)

    @property
    def entry(self) -> Path:
        """The user's own inference code; the file need not exist."""
        return self.app_dir / "inference.py"


def read_settings(env: dict[str, str] | None = None) -> Settings:
    env = dict(os.environ) if env is None else env
    app_dir = Path(env.get("MLDEPLOY_APP_DIR", "/app"))
    contract = app_dir / "contract.json"
    facts = json.loads(contract.read_text()) if contract.exists() else {}
    model = facts.get("model") or {}
    return Settings(
        model=env.get("MLDEPLOY_MODEL", "model"),
        revision=env.get("MLDEPLOY_REVISION", "r0"),
        digest=env.get("MLDEPLOY_MODEL_DIGEST", ""),
        model_dir=Path(env.get("MLDEPLOY_MODEL_DIR", "/model")),
        app_dir=app_dir,
        port=_number(env, "MLDEPLOY_PORT", 8000, int),
        workers=_number(env, "MLDEPLOY_WORKERS", 1, int, least=1),
        threads=_number(env, "MLDEPLOY_THREADS", 1, int, least=1),
        max_body_bytes=_number(env, "MLDEPLOY_MAX_BODY_BYTES", 10 * 1024 * 1024, int, least=1),
        drain_seconds=_number(env, "MLDEPLOY_DRAIN_SECONDS", 5.0, float),
        finish_seconds=_number(env, "MLDEPLOY_FINISH_SECONDS", 20, int, least=1),
        cores=_number(env, "OMP_NUM_THREADS", 1, int, least=1),
        file=model.get("file"),
        format=model.get("format", ""),
        providers=tuple(model.get("providers", ("cpu",))),
        inputs=facts.get("inputs", []),
    )


def _number(env, name, default, kind, least=0):
    text = env.get(name, "")
    if text == "":
        return default
    try:
        value = kind(text)
    except ValueError:
        raise SystemExit(f"{name}={text!r} is not a number") from None
    if not least <= value < 2**53:
        raise SystemExit(f"{name}={text!r} must be at least {least}")
    return value
