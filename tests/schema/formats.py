#!/usr/bin/env python3
"""Holds the forms of drift, and check's SARIF, against readers that no one here wrote.

usage: tests/schema/formats.py LANDGRANT

SARIF is validated against the schema of OASIS (sarif-2.1.0.json, as serde-sarif 0.8.0 ships it), JUnit is
parsed as XML, metrics are read line by line as the textfile collector does.
"""

import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as xml

import jsonschema

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
SAMPLE = re.compile(r'landgrant_drift_[a-z_]+\{[a-z_]+="[^"\n]*"(,[a-z_]+="[^"\n]*")*\} -?[0-9.]+')


def main() -> None:
    landgrant = pathlib.Path(sys.argv[1]).resolve()
    validator = jsonschema.Draft7Validator(json.loads((HERE / "sarif-2.1.0.json").read_text()))
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        repository = folder / "repository"
        shutil.copytree(
            ROOT / "examples/e-wallet", repository, ignore=shutil.ignore_patterns(".landgrant")
        )

        def run(*words: str) -> subprocess.CompletedProcess:
            return subprocess.run(
                [landgrant, "-C", repository, *words], capture_output=True, text=True, check=False
            )

        forms = ["text", "json", "markdown", "sarif", "junit", "prometheus"]
        outs = [f"--out={form}={folder / form}" for form in forms]
        baseline = f"--baseline={folder / 'json'}"
        for words, code in [(outs, 2), ([baseline, "--fail-on=new", *outs], 0)]:
            ran = run("--sandbox", "drift", *words)
            assert ran.returncode == code, (ran.returncode, ran.stderr)
            validator.validate(json.loads((folder / "sarif").read_text()))
            document = json.loads((folder / "json").read_text())
            assert document["kind"] == "landgrant.drift" and document["items"], document
            suite = xml.parse(folder / "junit").getroot()[0]
            assert int(suite.get("tests")) == len(suite.findall("testcase"))
            for line in (folder / "prometheus").read_text().splitlines():
                assert line.startswith("# ") or SAMPLE.fullmatch(line), line
        (repository / "broken.toml").write_text("[group.x]\nmembres = []\n")
        validator.validate(json.loads(run("check", "--format", "sarif").stdout))
    print("formats: ok")


if __name__ == "__main__":
    main()
