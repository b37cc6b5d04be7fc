#!/usr/bin/env python3
"""Compares what `landgrant matrix` says with what this program finds in the same snapshot.

usage: tests/matrix/check.py LANDGRANT

Takes the world of every scenario and example, as a snapshot. Every person's paths must be there and no
other; every assignment must be a row; csv, json and the workbook must say the same; no cell may be one that a
spreadsheet runs, and account ids must be twelve digits.
"""

import csv
import io
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import openpyxl

ROOT = pathlib.Path(__file__).resolve().parents[2]
RUNS = ("=", "+", "-", "@", "\t", "\r", "\n")
HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\ufeff\u200b-\u200f\u2028-\u202e\u2060-\u206f"
    "\ufff9-\ufffb\U000e0000-\U000e007f]"
)


def cell(value):
    """A value of a JSON row as its csv cell has it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        value = "; ".join(value)
    text = str(value)
    mark = "'" if text.startswith(RUNS) else ""
    return mark + HIDDEN.sub(lambda found: f"\\u{{{ord(found[0]):x}}}", text)


def run(landgrant, folder, *words):
    """What a command prints; it may find the definitions wrong or the reading incomplete."""
    command = [landgrant, "-C", str(folder), *words]
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode not in (0, 7, 65):
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stderr.decode()}")
    return done.stdout.decode()


def expected(snapshot):
    """Every path of every person, and every assignment, by the snapshot alone."""
    center = snapshot["identity_center"]
    users = {user["id"]: user["user_name"] for user in center["users"]}
    groups = {group["id"]: group["name"] for group in center["groups"]}
    sets = {one["arn"]: one["name"] for one in center["permission_sets"]}
    members = {one["group"]: one["users"] for one in center["memberships"]}
    paths, grants = set(), set()
    for one in center["assignments"]:
        account, arn = one["account"], one["permission_set"]
        for group in one.get("groups", []):
            grants.add((account, arn, "GROUP", group))
            for user in members.get(group, []):
                paths.add((users[user], account, sets[arn], f"group:{groups[group]}"))
        for user in one.get("users", []):
            grants.add((account, arn, "USER", user))
            if user in users:
                paths.add((users[user], account, sets[arn], f"user:{users[user]}"))
    return paths, grants


def rows(landgrant, folder, by):
    """The rows as JSON has them, once csv has been found to say the same."""
    words = ["--live", str(folder / "live.json"), "matrix", "--by", by, "--format"]
    head, *lines = map(json.loads, run(landgrant, folder, *words, "json").splitlines())
    assert head["kind"] == "landgrant.matrix", head
    table = list(csv.reader(io.StringIO(run(landgrant, folder, *words, "csv"), newline="")))
    assert table[0] == head["columns"], table[0]
    assert len(table) == len(lines) + 1, f"{len(table) - 1} rows in csv, {len(lines)} in json"
    for line, row in zip(lines, table[1:], strict=True):
        for name, text in zip(table[0], row, strict=True):
            assert not text.startswith(RUNS), f"{name}: {text!r} would run"
            # What nobody knows is a word in csv, because an empty cell would say that there is none.
            unknown = line[name] is None and text == "unknown"
            assert unknown or text == cell(line[name]), f"{name}: {text!r} is {line[name]!r}"
        assert line["account_id"] is None or re.fullmatch(r"[0-9]{12}", line["account_id"])
    workbook(landgrant, folder, words, table)
    return lines


def workbook(landgrant, folder, words, table):
    """Whether a workbook opens, holds what csv holds, and nothing that runs."""
    path = folder / "matrix.xlsx"
    run(landgrant, folder, *words, "xlsx", "--out", str(path))
    first = path.read_bytes()
    run(landgrant, folder, *words, "xlsx", "--out", str(path))
    assert path.read_bytes() == first, "the same matrix gives another workbook"
    book = openpyxl.load_workbook(path)
    lists = ["people", "groups", "permission sets", "accounts", "not covered"]
    assert book.sheetnames[1:] == lists, book.sheetnames
    for sheet in book:
        assert sheet.freeze_panes == "A2" and sheet.auto_filter.ref, sheet.title
        for row in sheet.iter_rows():
            for one in row:
                assert one.data_type in "sn", f"{sheet.title} {one.coordinate} is of type {one.data_type}"
                assert not str(one.value).startswith(RUNS), f"{sheet.title} {one.coordinate} would run"
    found = [["" if value is None else value for value in row] for row in book.worksheets[0].values]
    numbers = {at for at, name in enumerate(table[0]) if name == "people"}
    for row, line in zip(found, table, strict=True):
        for at, (value, text) in enumerate(zip(row, line, strict=True)):
            kind = int if at in numbers and row is not found[0] and value != "" else str
            assert isinstance(value, kind) and str(value) == text, f"{value!r} is {text!r} in csv"


def check(landgrant, folder):
    run(landgrant, folder, "--sandbox", "snapshot", "--out", str(folder / "live.json"))
    snapshot = json.loads((folder / "live.json").read_text("utf-8"))
    paths, grants = expected(snapshot)
    people = rows(landgrant, folder, "person")
    key = ("person", "account_id", "permission_set", "via")
    told = [tuple(row[name] for name in key) for row in people if row["row"] == "access"]
    assert len(told) == len(set(told)), "a path is told twice"
    assert set(told) == paths, f"not told {paths - set(told)}, invented {set(told) - paths}"
    key = ("account_id", "permission_set_arn", "principal_type", "principal_id")
    told = [tuple(row[name] for name in key) for row in rows(landgrant, folder, "grant")]
    assert sorted(told) == sorted(grants), f"not told {grants - set(told)}"
    return len(paths), len(grants)


def worlds():
    """The world of each, with its place."""
    for path in sorted((ROOT / "tests/scenarios").iterdir()):
        if path.is_dir():
            own = path / "world.json"
            yield path, own if own.exists() else path.parent / "world.json"
    for path in sorted((ROOT / "examples").iterdir()):
        if (path / "sandbox.json").exists():
            yield path, path / "sandbox.json"


def main(landgrant):
    landgrant = str(pathlib.Path(landgrant).resolve())
    total = [0, 0, 0]
    for place, world in worlds():
        with tempfile.TemporaryDirectory() as name:
            folder = pathlib.Path(name)
            settings = 'schema = 1\n[identity_center]\nregion = "ap-southeast-1"\n'
            (folder / "landgrant.toml").write_text(settings + 'identity_source = "external"\n')
            shutil.copy(world, folder / "sandbox.json")
            try:
                found = check(landgrant, folder)
            except AssertionError as error:
                sys.exit(f"{place.relative_to(ROOT)}: {error}")
            total = [total[0] + 1, total[1] + found[0], total[2] + found[1]]
    print(f"{total[0]} worlds, {total[1]} paths, {total[2]} assignments")


if __name__ == "__main__":
    main(*sys.argv[1:])
