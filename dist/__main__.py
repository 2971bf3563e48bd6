"""Optimises one ONNX model and compares its answers with the original's: `python -B TOOL JOB OUT`.

JOB is a folder with job.json and the model's files below model/; OUT is an empty folder, which gets the new model and report.json.
Exit code 0 with a `problem` in the report: this model cannot be optimised so. Any other exit code is a defect, or the machine's fault.
"""

import hashlib
import json
import sys
from importlib.metadata import version
from pathlib import Path

from answers import ask, compared
from problem import Problem
from questions import questions
from steps import optimised


def main(job: Path, out: Path) -> None:
    wanted = json.loads((job / "job.json").read_text())
    source = job / "model"
    report = {
        "tools": {name: version(name) for name in ("numpy", "onnx", "onnxruntime")},
        # What was really read: the caller compares it with what was validated.
        "read": {path: digest(source / path) for path in sorted(wanted["files"])},
        "written": None,
        "steps": [],
        "comparison": None,
        "problem": None,
    }
    if report["read"] != wanted["files"]:
        # Nothing is parsed: the caller, too, sees that the files are others.
        report["problem"] = "its files are not those that were validated"
        write(report, out)
        return
    try:
        before = source / wanted["model"]
        after = out / before.name
        report["steps"] = optimised(before, after, wanted["steps"])
        if any(step["changed"] for step in report["steps"]):
            asked = questions(wanted["questions"], before)
            report["written"] = digest(after)
            report["comparison"] = compared(*ask(before, after, asked, wanted["threads"]))
        else:
            after.unlink(missing_ok=True)
    except Problem as problem:
        report["problem"] = str(problem)
        after.unlink(missing_ok=True)
    write(report, out)


def write(report: dict, out: Path) -> None:
    (out / "report.json").write_text(json.dumps(report, indent=1, sort_keys=True, allow_nan=False) + "\n")


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
