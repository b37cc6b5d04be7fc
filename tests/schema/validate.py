#!/usr/bin/env python3
"""Compares what the JSON Schema says of definition files with what the loader says.

usage: tests/schema/validate.py LANDGRANT

Takes every policy repository of examples/, tests/scenarios/ and tests/definitions/. The schema must take
each file in which the loader finds no error. It must reject each file with an error that a schema can
judge. What stands under examples/ and tests/definitions/valid must be without errors altogether.
"""

import collections
import datetime
import json
import pathlib
import re
import subprocess
import sys
import tomllib

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]

# Errors that a schema judges: a file that has one of them must be rejected.
JUDGED = {
    "invalid-cidr",
    "invalid-name",
    "invalid-period",
    "invalid-policy-reference",
    "invalid-principal",
    "invalid-selector",
    "invalid-session",
    "invalid-tag",
    "invalid-value",
    "missing-key",
    "reserved-name",
    "unknown-key",
    "unsupported-schema",
    "wrong-type",
}

# Errors with such a code that are beyond a schema all the same, by their message and label.
BEYOND = {
    # No expression looks at the bits of an address.
    "invalid-cidr": r"bits stand after",
    # A schema compares no two values, and knows no calendar.
    "invalid-period": r"ends before|calendar",
    # The lengths of a path and of a name are counted apart.
    "invalid-policy-reference": r"`[^`]{512,}",
    # Sums of more than one unit are only roughly judged.
    "invalid-session": r"[0-9][hH][0-9]+[mM]|[0-9][hHmM][0-9]+[sS]",
    # Letters and digits beyond Latin-1 are too many to list.
    "invalid-tag": r"[^\x00-\xff]",
    # Two paths are not compared; `nan` compares with nothing.
    "invalid-value": r"cannot become|`max_share`.*nan",
    # Which file is the one of the settings is not known; where it has some, the rest is asked for.
    "missing-key": r"`landgrant\.toml` lacks",
    # Dates reach a validator as strings, and 1.0 is an integer in JSON.
    "wrong-type": r"takes a date, not a string|not a date or time|an integer, not a float",
}


def judged(diagnostic):
    code = diagnostic["code"]
    if code not in JUDGED:
        return False
    text = f"{diagnostic['message']} {diagnostic.get('label') or ''}"
    return code not in BEYOND or not re.search(BEYOND[code], text)


def plain(value):
    """The value as a validator of TOML sees it: dates and times are strings."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, (datetime.date, datetime.time)):
        return value.isoformat()
    return value


def checked(landgrant, repository):
    """The loader's errors by file."""
    command = [landgrant, "-C", str(repository), "check", "--format", "json"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode not in (0, 65):
        sys.exit(f"{' '.join(command)}: exit {run.returncode}\n{run.stderr}")
    errors = collections.defaultdict(list)
    for diagnostic in json.loads(run.stdout)["diagnostics"]:
        if diagnostic["severity"] == "error":
            errors[diagnostic["file"]].append(diagnostic)
    return errors


def repositories():
    """Policy repositories, and whether they have to be without errors."""
    for folder, valid in [
        ("examples", True),
        ("tests/definitions/valid", True),
        ("tests/definitions/invalid", False),
        ("tests/scenarios", False),
    ]:
        for path in sorted((ROOT / folder).iterdir()):
            if path.is_dir():
                yield (path / "defs" if folder == "tests/scenarios" else path), valid


def main(landgrant):
    schema = json.loads(subprocess.run([landgrant, "schema"], capture_output=True, check=True).stdout)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    wrong, counts, codes = [], collections.Counter(), set()
    for repository, must_be_valid in repositories():
        errors = checked(landgrant, repository)
        if must_be_valid and errors:
            wrong.append(f"{repository.relative_to(ROOT)}: {dict(errors)}")
        for path in sorted(repository.rglob("*.toml")):
            name = path.relative_to(repository).as_posix()
            if any(part.startswith(".") for part in name.split("/")):
                continue
            try:
                document = plain(tomllib.loads(path.read_text("utf-8-sig")))
            except (tomllib.TOMLDecodeError, UnicodeDecodeError):
                counts["not TOML"] += 1
                continue
            found = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(document)]
            expected = [error for error in errors[name] if judged(error)]
            place = path.relative_to(ROOT)
            if expected and not found:
                said = "; ".join(f"{error['code']}: {error['message']}" for error in expected)
                wrong.append(f"{place} is taken, but: {said}")
            elif found and not errors[name]:
                wrong.append(f"{place} is rejected: {'; '.join(found)[:600]}")
            elif expected:
                codes.update(error["code"] for error in expected)
                counts["rejected"] += 1
            else:
                counts["beyond a schema" if errors[name] else "taken"] += 1
    print(", ".join(f"{number} {what}" for what, number in sorted(counts.items())))
    print(f"judged: {', '.join(sorted(codes))}")
    for line in wrong:
        print(line, file=sys.stderr)
    sys.exit(1 if wrong or not counts["rejected"] else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
