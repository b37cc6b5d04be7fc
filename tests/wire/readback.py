"""Reads back with boto3 what landgrant applied, and compares it with the TOML definitions.

    python tests/wire/readback.py http://127.0.0.1:PORT DIR

DIR is a policy repository whose definitions were applied to the sandbox that answers at the URL. Nothing of landgrant is
used: the definitions are read by tomllib, selectors and periods are worked out below, and the answers are those of AWS's
own client. Exits 0 only if what is declared is there, and what is enforced is all there is.
"""

import datetime
import fnmatch
import ipaddress
import json
import pathlib
import re
import sys
import tomllib

import boto3
from botocore.config import Config

NOW = datetime.datetime.now(datetime.timezone.utc)
DEFAULT_SESSION = "PT1H"
MANAGED = "arn:aws:iam::aws:policy/"
ROOT = "/"


def client(url, service):
    keys = {"aws_access_key_id": "sandbox", "aws_secret_access_key": "sandbox"}
    config = Config(parameter_validation=True, retries={"max_attempts": 1, "mode": "standard"})
    return boto3.client(service, endpoint_url=url, region_name="ap-southeast-1", config=config, **keys)


def every(service, operation, member, **arguments):
    pages = service.get_paginator(operation).paginate(**arguments)
    return [item for page in pages for item in page.get(member, [])]


# What is declared.


class Definitions:
    """All tables of all files, each definition with the folder of its file."""

    def __init__(self, root):
        self.settings = tomllib.loads((root / "landgrant.toml").read_text(encoding="utf-8"))
        self.tables = {name: {} for name in ("ou", "account", "permission_set", "network", "user", "group")}
        self.grants = []
        for path in sorted(root.rglob("*.toml")):
            if any(part.startswith(".") for part in path.relative_to(root).parts):
                continue
            document = tomllib.loads(path.read_text(encoding="utf-8"))
            for kind, known in self.tables.items():
                for name, body in document.get(kind, {}).items():
                    assert name not in known, f"{kind} {name} is defined twice"
                    known[name] = dict(body, folder=path.parent)
            self.grants += document.get("grant", [])

    def enforced(self, kind):
        return self.settings.get("manage", {}).get(kind) == "enforce"

    def policy(self, permission_set):
        """The inline policy as a document, networks filled in."""
        source = permission_set.get("inline_policy")
        if source is None:
            return None
        if isinstance(source, str):
            source = json.loads((permission_set["folder"] / source).read_text(encoding="utf-8"))
        return self.expand(source)

    def expand(self, value):
        if isinstance(value, dict):
            return {key: self.expand(inner) for key, inner in value.items()}
        if not isinstance(value, list):
            name = re.fullmatch(r"\$\{network\.([^}]+)\}", value) if isinstance(value, str) else None
            return self.tables["network"][name[1]]["cidrs"] if name else value
        out = []
        for item in value:
            expanded = self.expand(item)
            out += expanded if isinstance(expanded, list) and not isinstance(item, list) else [expanded]
        return out


def canonical(policy):
    """A policy in a form in which equal ones are equal: text or list, order of lists and statements do not matter."""
    if policy is None:
        return None
    if isinstance(policy, dict):
        return {key: canonical(value) for key, value in policy.items()}
    items = policy if isinstance(policy, list) else [policy]
    return sorted({json.dumps(canonical(i) if isinstance(i, (dict, list)) else i, sort_keys=True) for i in items})


def seconds(session):
    """The length of `8h`, `90m`, `1h30m` or `PT8H`."""
    text = session.upper().removeprefix("PT")
    units = {"H": 3600, "M": 60, "S": 1}
    return sum(int(number) * units[unit] for number, unit in re.findall(r"(\d+)([HMS])", text))


def arn(policy):
    return policy if policy.startswith("arn:") else MANAGED + policy


def customer(policy):
    path, name = policy.rsplit("/", 1) if "/" in policy else ("", policy)
    return (path + "/", name)


def holds(rule):
    """Whether a grant's period holds now; a day begins at 00:00 UTC and ends at its end."""

    def instant(value, days):
        if isinstance(value, datetime.datetime):
            return value
        midnight = datetime.datetime(value.year, value.month, value.day, tzinfo=datetime.timezone.utc)
        return midnight + datetime.timedelta(days=days)

    starts, expires = rule.get("starts"), rule.get("expires")
    return (starts is None or NOW >= instant(starts, 0)) and (expires is None or NOW < instant(expires, 1))


def selects(selector, account):
    """Whether a selector means an account; only its exact name or id means the management account."""
    terms = [term.strip() for term in selector.split(" & ")]
    exact = {f"account:{account['name']}", f"account:{account['id']}"}
    if account["management"] and not exact & set(terms):
        return False
    return account["active"] and all(means(term, account, exact) for term in terms)


def means(term, account, exact):
    kind, _, text = term.partition(":")
    if kind == "all":
        return True
    if kind == "account":
        return term in exact or any(fnmatch.fnmatchcase(account[key], text) for key in ("name", "id"))
    if kind == "tag":
        key, _, value = text.partition("=")
        return account["tags"].get(key) == value
    assert kind == "ou", term
    if text.endswith("**"):
        above = text.removesuffix("**").rstrip("/")
        return above == "" or account["ou"] == above or account["ou"].startswith(above + "/")
    return account["ou"] == text


# What is live.


class Live:
    """Everything that boto3 reads, by name."""

    def __init__(self, url):
        self.org, self.sso, self.store = (client(url, s) for s in ("organizations", "sso-admin", "identitystore"))
        instance = self.sso.list_instances()["Instances"][0]
        self.instance = {"InstanceArn": instance["InstanceArn"]}
        self.directory = {"IdentityStoreId": instance["IdentityStoreId"]}
        self.accounts = {}
        self.ous = set()
        self.read_organization()
        self.users = {u["UserId"]: u for u in every(self.store, "list_users", "Users", **self.directory)}
        self.groups = {g["GroupId"]: g for g in every(self.store, "list_groups", "Groups", **self.directory)}
        self.sets = {}
        for found in every(self.sso, "list_permission_sets", "PermissionSets", **self.instance):
            described = self.sso.describe_permission_set(**self.instance, PermissionSetArn=found)
            self.sets[found] = described["PermissionSet"]
        self.grants = set(self.read_grants())

    def read_organization(self):
        management = self.org.describe_organization()["Organization"]["MasterAccountId"]
        below = [(root["Id"], ROOT) for root in every(self.org, "list_roots", "Roots")]
        while below:
            parent, path = below.pop()
            for unit in every(self.org, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent):
                at = unit["Name"] if path == ROOT else f"{path}/{unit['Name']}"
                self.ous.add(at)
                below.append((unit["Id"], at))
            for account in every(self.org, "list_accounts_for_parent", "Accounts", ParentId=parent):
                tags = every(self.org, "list_tags_for_resource", "Tags", ResourceId=account["Id"])
                self.accounts[account["Name"]] = {
                    "id": account["Id"], "name": account["Name"], "email": account["Email"], "ou": path,
                    "active": account["State"] == "ACTIVE", "management": account["Id"] == management,
                    "tags": {tag["Key"]: tag["Value"] for tag in tags},
                }

    def read_grants(self):
        names = {account["id"]: name for name, account in self.accounts.items()}
        for found, described in self.sets.items():
            one = {**self.instance, "PermissionSetArn": found}
            for account in every(self.sso, "list_accounts_for_provisioned_permission_set", "AccountIds", **one):
                rows = every(self.sso, "list_account_assignments", "AccountAssignments", **one, AccountId=account)
                for row in rows:
                    kind, who = row["PrincipalType"].lower(), row["PrincipalId"]
                    known = self.groups if kind == "group" else self.users
                    name = known[who]["DisplayName" if kind == "group" else "UserName"] if who in known else who
                    yield (names[account], described["Name"], f"{kind}:{name}")

    def members(self, group):
        rows = every(self.store, "list_group_memberships", "GroupMemberships", **self.directory, GroupId=group)
        return {self.users[row["MemberId"]["UserId"]]["UserName"] for row in rows}

    def stale(self, found):
        status = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
        return every(self.sso, "list_accounts_for_provisioned_permission_set", "AccountIds", **self.instance,
                     PermissionSetArn=found, ProvisioningStatus=status)

    def parts(self, found):
        """A set's parts, in the shape of `declared_parts`."""
        one = {**self.instance, "PermissionSetArn": found}
        described = self.sets[found]
        boundary = None
        try:
            boundary = self.sso.get_permissions_boundary_for_permission_set(**one).get("PermissionsBoundary")
        except self.sso.exceptions.ResourceNotFoundException:
            pass
        if boundary:
            own = boundary.get("CustomerManagedPolicyReference")
            boundary = (own["Path"], own["Name"]) if own else boundary["ManagedPolicyArn"]
        inline = self.sso.get_inline_policy_for_permission_set(**one)["InlinePolicy"]
        managed = every(self.sso, "list_managed_policies_in_permission_set", "AttachedManagedPolicies", **one)
        own = every(self.sso, "list_customer_managed_policy_references_in_permission_set",
                    "CustomerManagedPolicyReferences", **one)
        tags = every(self.sso, "list_tags_for_resource", "Tags", **self.instance, ResourceArn=found)
        return {
            "description": described.get("Description"),
            "session": seconds(described["SessionDuration"]),
            "relay_state": described.get("RelayState"),
            "managed": {policy["Arn"] for policy in managed},
            "customer": {(policy["Path"], policy["Name"]) for policy in own},
            "inline": canonical(json.loads(inline)) if inline else None,
            "boundary": boundary,
            "tags": {tag["Key"]: tag["Value"] for tag in tags},
        }


def declared_parts(definitions, body):
    boundary = body.get("permissions_boundary")
    if boundary:
        boundary = arn(boundary["managed"]) if "managed" in boundary else customer(boundary["customer"])
    return {
        "description": body.get("description"),
        "session": seconds(body.get("session", DEFAULT_SESSION)),
        "relay_state": body.get("relay_state"),
        "managed": {arn(policy) for policy in body.get("managed_policies", [])},
        "customer": {customer(policy) for policy in body.get("customer_managed_policies", [])},
        "inline": canonical(definitions.policy(body)),
        "boundary": boundary,
        "tags": body.get("tags", {}),
    }


# The comparison.


class Report:
    def __init__(self):
        self.checked, self.wrong = 0, []

    def same(self, what, found, wanted):
        self.checked += 1
        if found != wanted:
            self.wrong.append(f"{what}:\n    live     {found}\n    declared {wanted}")

    def all_there(self, what, wanted, found):
        self.checked += len(wanted)
        self.wrong += [f"{what} missing: {item}" for item in sorted(set(wanted) - set(found))]

    def only(self, what, found, wanted, ignored):
        extra = sorted(item for item in set(found) - set(wanted) if not ignored(item))
        self.wrong += [f"{what} undeclared: {item}" for item in extra]


def globs(patterns):
    return lambda name: any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns)


def names_in(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def compare(definitions, live, report):
    ignore = definitions.settings.get("ignore", {})
    policies = pathlib.Path(__file__).resolve().parents[2] / "policies"
    tower = ignore.get("control_tower", True)
    built_in = [names_in(policies / f"control-tower-{kind}.txt") if tower else [] for kind in ("groups", "permission-sets")]
    ignored_group = globs(ignore.get("groups", []) + built_in[0])
    ignored_set = globs(ignore.get("permission_sets", []) + built_in[1])

    organization(definitions, live, report)
    directory(definitions, live, report, ignored_group)
    permission_sets(definitions, live, report, ignored_set)
    grants(definitions, live, report, ignored_group, ignored_set)


def organization(definitions, live, report):
    report.all_there("OU", definitions.tables["ou"], live.ous)
    for name, body in definitions.tables["account"].items():
        account = live.accounts[name]
        report.same(f"place of {name}", account["ou"], body.get("ou", account["ou"]))
        report.same(f"id of {name}", account["id"], body.get("id", account["id"]))
        wanted = body.get("tags", {})
        tags = account["tags"]
        if not definitions.enforced("accounts"):
            tags = {key: value for key, value in tags.items() if key in wanted}
        if "tags" in body:
            report.same(f"tags of {name}", tags, wanted)


def directory(definitions, live, report, ignored):
    users = {user["UserName"]: user for user in live.users.values()}
    groups = {group["DisplayName"]: group for group in live.groups.values()}
    report.all_there("user", definitions.tables["user"], users)
    for name, body in definitions.tables["user"].items():
        found = users.get(name, {}).get("Name", {})
        for key, member in (("given_name", "GivenName"), ("family_name", "FamilyName")):
            report.same(f"{key} of {name}", found.get(member), body.get(key, found.get(member)))
    report.all_there("group", definitions.tables["group"], groups)
    if definitions.enforced("groups"):
        report.only("group", groups, definitions.tables["group"], ignored)
    for name, body in definitions.tables["group"].items():
        if name not in groups:
            continue
        found = groups[name].get("Description")
        report.same(f"description of {name}", found, body.get("description", found))
        members, wanted = live.members(groups[name]["GroupId"]), set(body.get("members", []))
        report.same(f"members of {name}", members if definitions.enforced("memberships") else members & wanted, wanted)


def permission_sets(definitions, live, report, ignored):
    found = {described["Name"]: key for key, described in live.sets.items()}
    declared = definitions.tables["permission_set"]
    report.all_there("permission set", declared, found)
    if definitions.enforced("permission_sets"):
        report.only("permission set", found, declared, ignored)
    for name, body in declared.items():
        if name not in found:
            continue
        parts = live.parts(found[name])
        for key, wanted in declared_parts(definitions, body).items():
            report.same(f"{key} of {name}", parts[key], wanted)
        report.same(f"accounts with an old version of {name}", live.stale(found[name]), [])


def grants(definitions, live, report, ignored_group, ignored_set):
    wanted = set()
    for rule in filter(holds, definitions.grants):
        for name, account in live.accounts.items():
            inside = any(selects(selector, account) for selector in rule["in"])
            outside = any(selects(selector, account) for selector in rule.get("except", []))
            if inside and not outside:
                wanted |= {(name, allow, to) for allow in rule["allow"] for to in rule["to"]}

    def ignored(grant):
        _, permission_set, principal = grant
        return ignored_set(permission_set) or (principal.startswith("group:") and ignored_group(principal[6:]))

    report.all_there("grant", wanted, live.grants)
    if definitions.enforced("grants"):
        report.only("grant", live.grants, wanted, ignored)


def main():
    if len(sys.argv) != 3:
        sys.exit("usage: readback.py URL DIR")
    definitions, live, report = Definitions(pathlib.Path(sys.argv[2])), Live(sys.argv[1]), Report()
    for name, network in definitions.tables["network"].items():
        assert all(ipaddress.ip_network(cidr) for cidr in network["cidrs"]), name
    compare(definitions, live, report)
    for line in report.wrong:
        print(line, file=sys.stderr)
    if report.wrong:
        sys.exit(f"{len(report.wrong)} of {report.checked} facts are not as declared")
    print(f"{report.checked} facts read back by boto3 are as declared, {len(live.grants)} grants among them")


if __name__ == "__main__":
    main()
