#!/usr/bin/env python3
"""Makes evidence packs of the e-wallet, whole and incomplete, and judges them without landgrant.

usage: tests/matrix/evidence.py LANDGRANT

The same snapshot gives the same bytes. Every hash and row count is as the manifest tells, every tie-out
holds, and every file of an incomplete pack says so. `verify` names whatever is changed, missing or foreign.
"""

import csv
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

import openpyxl

ROOT = pathlib.Path(__file__).resolve().parents[2]
FILES = {
    "access.csv", "access.jsonl", "privileged.csv", "assignments.csv", "principals.csv", "memberships.csv",
    "permission-sets.json", "accounts.csv", "not-covered.csv", "completeness.json", "matrix.xlsx",
    "report.html", "manifest.json", "SHA256SUMS",
}


def run(landgrant, *words):
    """A command's exit code and all that it says."""
    done = subprocess.run([landgrant, *map(str, words)], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def records(path):
    with path.open(newline="") as lines:
        return list(csv.DictReader(lines))


def judge(pack, complete):
    """Whether a pack is what its manifest tells."""
    assert {path.name for path in pack.iterdir()} == FILES, sorted(pack.iterdir())
    manifest = json.loads((pack / "manifest.json").read_text())
    assert manifest["complete"] is complete
    assert {one["name"] for one in manifest["files"]} == FILES - {"manifest.json", "SHA256SUMS"}
    for one in manifest["files"]:
        path = pack / one["name"]
        assert (one["sha256"], one["bytes"]) == (sha256(path), path.stat().st_size), one
        if path.suffix == ".csv":
            assert one["rows"] == len(records(path)), one
        elif path.suffix == ".jsonl":
            assert one["rows"] == len(path.read_text().splitlines()) - 1, one
    sums = [f"{sha256(pack / name)}  {name}\n" for name in sorted(FILES - {"SHA256SUMS"})]
    assert (pack / "SHA256SUMS").read_text() == "".join(sums)
    told = json.loads((pack / "completeness.json").read_text())
    assert len(told["tie_outs"]) == 4 and all(tie["holds"] for tie in told["tie_outs"]), told
    access = records(pack / "access.csv")
    loud = [row for row in access if row["access_level"] in ("admin", "privileged", "unknown", "")]
    assert records(pack / "privileged.csv") == loud
    return access, told


def marked(pack):
    """Whether every file says that not everything was read."""
    for path in pack.iterdir():
        if path.suffix == ".xlsx":
            book = openpyxl.load_workbook(path)
            text = " ".join(str(cell) for row in book["not covered"].values for cell in row)
        else:
            text = path.read_text()
        if path.name != "SHA256SUMS":
            assert "INCOMPLETE" in text, path.name


def main(landgrant):
    landgrant = str(pathlib.Path(landgrant).resolve())
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        wallet = ROOT / "examples/e-wallet"
        snapshot = folder / "live.json"
        code, said = run(landgrant, "-C", wallet, "--live", wallet / "sandbox.json", "snapshot", "--out", snapshot)
        assert code == 0, said

        def pack(of, into):
            return run(landgrant, "-C", wallet, "--live", of, "matrix", "--evidence", folder / into)

        for into in ("one", "two"):
            code, said = pack(snapshot, into)
            assert code == 0, said
        access, told = judge(folder / "one", True)
        for path in (folder / "one").iterdir():
            assert path.read_bytes() == (folder / "two" / path.name).read_bytes(), path.name
        code, said = pack(snapshot, "one")
        assert code == 64 and "not empty" in said, said

        changed = 0
        whole = folder / "one"
        code, said = run(landgrant, "verify", whole)
        assert code == 0 and "as written" in said, said
        for path in sorted(whole.iterdir()):
            content = path.read_bytes()
            for place in (0, len(content) // 2, len(content) - 1):
                path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
                code, said = run(landgrant, "verify", whole)
                assert code == 3 and path.name in said, (path.name, place, said)
                changed += 1
            path.unlink()
            code, said = run(landgrant, "verify", whole)
            assert code == 3 and f"missing {path.name}" in " ".join(said.split()), (path.name, said)
            path.write_bytes(content)
        (whole / "more.csv").write_text("")
        code, said = run(landgrant, "verify", whole)
        assert code == 3 and "foreign  more.csv" in said, said

        document = json.loads(snapshot.read_text())
        group = document["identity_center"]["groups"][0]["id"]
        document["gaps"] = [{"part": f"memberships/{group}", "operation": "identitystore:ListGroupMemberships",
                             "code": "AccessDeniedException", "message": "no"}]
        (folder / "gap.json").write_text(json.dumps(document))
        code, said = pack(folder / "gap.json", "gap")
        assert code == 7 and "INCOMPLETE" in said, (code, said)
        judge(folder / "gap", False)
        marked(folder / "gap")
        code, said = run(landgrant, "verify", folder / "gap")
        assert code == 0 and "INCOMPLETE" in said, said
    print(f"{len(FILES)} files, {len(access)} rows, {told['population']['grants']} grants, {changed} changed bytes found")


if __name__ == "__main__":
    main(*sys.argv[1:])
