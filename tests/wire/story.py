"""Drives a running `landgrant sandbox serve` with boto3 and the AWS CLI through one story.

    python -m venv .venv && .venv/bin/pip install -r tests/wire/requirements.txt
    .venv/bin/python tests/wire/story.py http://127.0.0.1:PORT WORLD.json

The world file is the one that the sandbox was started from. It must have an organization with a management account and
at least one other active account; the story makes everything else that it needs, and removes it again. The same two
arguments can come from SANDBOX_URL and SANDBOX_WORLD. Exits 0 only if everything read back is as expected.
"""

import json
import os
import shutil
import subprocess
import sys
import time
import unittest
from datetime import datetime

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError, ParamValidationError

URL = os.environ.get("SANDBOX_URL", "")
WORLD = os.environ.get("SANDBOX_WORLD", "")
REGION = "us-east-1"
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}]})
MANAGED = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def client(service):
    return boto3.client(
        service,
        endpoint_url=URL,
        region_name=REGION,
        aws_access_key_id="sandbox",
        aws_secret_access_key="sandbox",
        config=Config(parameter_validation=True, retries={"max_attempts": 1, "mode": "standard"}),
    )


class Story(unittest.TestCase):
    """Each test stands on its own; the world is the same before and after."""

    @classmethod
    def setUpClass(cls):
        with open(WORLD, encoding="utf-8") as file:
            cls.world = json.load(file)
        cls.sso, cls.store = client("sso-admin"), client("identitystore")
        cls.org, cls.sts = client("organizations"), client("sts")
        organization = cls.world["organization"]
        cls.management = organization["management_account"]
        cls.root = organization["root"]
        others = [a for a in organization["accounts"] if a.get("state", "ACTIVE") == "ACTIVE" and a["id"] != cls.management]
        cls.account = others[0]["id"]
        center = cls.world["identity_center"]
        cls.instance, cls.directory = center["instance_arn"], center["identity_store_id"]

    def refused(self, code, call, **arguments):
        """The error of a call that must fail with this code."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        self.assertEqual(error["Error"]["Code"], code, error)
        self.assertTrue(error["Error"]["Message"], error)
        self.assertTrue(error["ResponseMetadata"].get("RequestId"), error)
        return error

    def all(self, service, operation, member, **arguments):
        """Everything that a paginator finds."""
        pages = service.get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(member, [])]

    def awaited(self, describe, request, member, **arguments):
        """The status of a request once it is no longer in progress."""
        for _ in range(200):
            status = describe(InstanceArn=self.instance, **{request: arguments["id"]})[member]
            if status["Status"] != "IN_PROGRESS":
                return status
            time.sleep(0.05)
        self.fail("the request never ended")

    def group(self, name):
        answer = self.store.create_group(IdentityStoreId=self.directory, DisplayName=name, Description="wire")
        self.addCleanup(self.forget, self.store.delete_group, IdentityStoreId=self.directory, GroupId=answer["GroupId"])
        return answer["GroupId"]

    def user(self, name):
        answer = self.store.create_user(
            IdentityStoreId=self.directory, UserName=name, DisplayName="Wire User",
            Name={"GivenName": "Wire", "FamilyName": "User"},
            Emails=[{"Value": name, "Type": "work", "Primary": True}], Title="Tester",
        )
        self.addCleanup(self.forget, self.store.delete_user, IdentityStoreId=self.directory, UserId=answer["UserId"])
        return answer["UserId"]

    def forget(self, call, **arguments):
        """Cleans up what the test itself may have removed already."""
        try:
            call(**arguments)
        except ClientError as error:
            self.assertIn("NotFound", error.response["Error"]["Code"])

    def assign(self, arn, kind, principal, account=None):
        answer = self.sso.create_account_assignment(
            InstanceArn=self.instance, TargetId=account or self.account, TargetType="AWS_ACCOUNT",
            PermissionSetArn=arn, PrincipalType=kind, PrincipalId=principal,
        )["AccountAssignmentCreationStatus"]
        self.assertEqual(answer["Status"], "IN_PROGRESS")
        return self.awaited(self.sso.describe_account_assignment_creation_status, "AccountAssignmentCreationRequestId",
                            "AccountAssignmentCreationStatus", id=answer["RequestId"])

    def revoke(self, arn, kind, principal):
        answer = self.sso.delete_account_assignment(
            InstanceArn=self.instance, TargetId=self.account, TargetType="AWS_ACCOUNT",
            PermissionSetArn=arn, PrincipalType=kind, PrincipalId=principal,
        )["AccountAssignmentDeletionStatus"]
        return self.awaited(self.sso.describe_account_assignment_deletion_status, "AccountAssignmentDeletionRequestId",
                            "AccountAssignmentDeletionStatus", id=answer["RequestId"])

    def provision(self, arn):
        answer = self.sso.provision_permission_set(
            InstanceArn=self.instance, PermissionSetArn=arn, TargetType="ALL_PROVISIONED_ACCOUNTS",
        )["PermissionSetProvisioningStatus"]
        return self.awaited(self.sso.describe_permission_set_provisioning_status, "ProvisionPermissionSetRequestId",
                            "PermissionSetProvisioningStatus", id=answer["RequestId"])

    def stale(self, arn):
        return self.all(self.sso, "list_accounts_for_provisioned_permission_set", "AccountIds",
                        InstanceArn=self.instance, PermissionSetArn=arn,
                        ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED")

    def test_who_and_where(self):
        caller = self.sts.get_caller_identity()
        self.assertEqual(caller["Account"], self.management)
        self.assertIn(f":sts::{self.management}:assumed-role/", caller["Arn"])
        self.refused("InvalidAction", self.sts.get_session_token)
        instances = self.all(self.sso, "list_instances", "Instances")
        self.assertEqual([i["InstanceArn"] for i in instances], [self.instance])
        self.assertEqual(instances[0]["OwnerAccountId"], self.management)
        self.assertEqual(instances[0]["IdentityStoreId"], self.directory)
        self.assertEqual(instances[0]["CreatedDate"].year, instances[0]["Regions"][0]["AddedDate"].year)
        instance = self.sso.describe_instance(InstanceArn=self.instance)
        self.assertTrue(instance["PermissionSetsEnabled"])
        region = instance["PrimaryRegion"]
        self.assertTrue(self.sso.describe_region(InstanceArn=self.instance, RegionName=region)["IsPrimaryRegion"])
        self.assertEqual(self.all(self.sso, "list_regions", "Regions", InstanceArn=self.instance)[0]["RegionName"], region)
        other = "arn:aws:sso:::instance/ssoins-0000000000000000"
        self.refused("ResourceNotFoundException", self.sso.list_permission_sets, InstanceArn=other)
        self.refused("UnknownOperationException", client("servicecatalog").list_portfolios)

    def test_a_permission_set_lives(self):
        sso, instance = self.sso, self.instance
        made = sso.create_permission_set(
            InstanceArn=instance, Name="WireSet", Description="made by the wire", SessionDuration="PT2H",
            RelayState="https://console.aws.amazon.com/", Tags=[{"Key": "team", "Value": "wire"}],
        )["PermissionSet"]
        arn = made["PermissionSetArn"]
        one = {"InstanceArn": instance, "PermissionSetArn": arn}
        self.assertEqual((made["Name"], made["SessionDuration"]), ("WireSet", "PT2H"))
        self.assertIn(arn, self.all(sso, "list_permission_sets", "PermissionSets", InstanceArn=instance))
        self.refused("ConflictException", sso.create_permission_set, InstanceArn=instance, Name="WireSet")
        for wrong in ({"Name": "a b"}, {"Name": "Ok", "SessionDuration": "PT99H"}, {"Name": "Ok", "Description": "\u2013"}):
            self.refused("ValidationException", sso.create_permission_set, InstanceArn=instance, **wrong)
        with self.assertRaises(ParamValidationError):
            sso.create_permission_set(InstanceArn=instance, Name="")

        sso.attach_managed_policy_to_permission_set(**one, ManagedPolicyArn=MANAGED)
        reference = {"Name": "Guard", "Path": "/platform/"}
        sso.attach_customer_managed_policy_reference_to_permission_set(**one, CustomerManagedPolicyReference=reference)
        sso.put_inline_policy_to_permission_set(**one, InlinePolicy=POLICY)
        self.refused("ResourceNotFoundException", sso.get_permissions_boundary_for_permission_set, **one)
        sso.put_permissions_boundary_to_permission_set(**one, PermissionsBoundary={"ManagedPolicyArn": MANAGED})
        policies = self.all(sso, "list_managed_policies_in_permission_set", "AttachedManagedPolicies", **one)
        self.assertEqual(policies, [{"Name": "ViewOnlyAccess", "Arn": MANAGED}])
        references = self.all(sso, "list_customer_managed_policy_references_in_permission_set",
                              "CustomerManagedPolicyReferences", **one)
        self.assertEqual(references, [reference])
        self.assertEqual(sso.get_inline_policy_for_permission_set(**one)["InlinePolicy"], POLICY)
        boundary = sso.get_permissions_boundary_for_permission_set(**one)["PermissionsBoundary"]
        self.assertEqual(boundary, {"ManagedPolicyArn": MANAGED})

        group = self.group("wire-set-group")
        self.assertEqual(self.assign(arn, "GROUP", group)["Status"], "SUCCEEDED")
        rows = self.all(sso, "list_account_assignments", "AccountAssignments", **one, AccountId=self.account)
        self.assertEqual(rows, [{"AccountId": self.account, "PermissionSetArn": arn, "PrincipalType": "GROUP", "PrincipalId": group}])
        provisioned = self.all(sso, "list_permission_sets_provisioned_to_account", "PermissionSets",
                               InstanceArn=instance, AccountId=self.account)
        self.assertIn(arn, provisioned)
        self.assertEqual(self.stale(arn), [])

        sso.update_permission_set(**one, Description="changed")
        described = sso.describe_permission_set(**one)["PermissionSet"]
        self.assertNotIn("RelayState", described)
        self.assertEqual((described["Description"], described["SessionDuration"]), ("changed", "PT2H"))
        self.assertEqual(self.stale(arn), [self.account])
        self.assertEqual(self.provision(arn)["Status"], "SUCCEEDED")
        self.assertEqual(self.stale(arn), [])

        sso.tag_resource(InstanceArn=instance, ResourceArn=arn, Tags=[{"Key": "env", "Value": "test"}])
        sso.untag_resource(InstanceArn=instance, ResourceArn=arn, TagKeys=["team"])
        tags = self.all(sso, "list_tags_for_resource", "Tags", InstanceArn=instance, ResourceArn=arn)
        self.assertEqual(tags, [{"Key": "env", "Value": "test"}])
        self.assertEqual(self.stale(arn), [])

        self.refused("ConflictException", sso.delete_permission_set, **one)
        self.assertEqual(self.revoke(arn, "GROUP", group)["Status"], "SUCCEEDED")
        self.assertIn("404", self.revoke(arn, "GROUP", group)["FailureReason"])
        self.assertIn("404", self.provision(arn)["FailureReason"])
        sso.detach_managed_policy_from_permission_set(**one, ManagedPolicyArn=MANAGED)
        self.refused("ResourceNotFoundException", sso.detach_managed_policy_from_permission_set, **one, ManagedPolicyArn=MANAGED)
        sso.detach_customer_managed_policy_reference_from_permission_set(**one, CustomerManagedPolicyReference=reference)
        sso.delete_inline_policy_from_permission_set(**one)
        sso.delete_inline_policy_from_permission_set(**one)
        self.assertEqual(sso.get_inline_policy_for_permission_set(**one)["InlinePolicy"], "")
        sso.delete_permissions_boundary_from_permission_set(**one)
        sso.delete_permission_set(**one)
        self.refused("ResourceNotFoundException", sso.describe_permission_set, **one)

    def test_assignments_of_people(self):
        sso, instance = self.sso, self.instance
        arn = sso.create_permission_set(InstanceArn=instance, Name="WirePeople")["PermissionSet"]["PermissionSetArn"]
        group, user = self.group("wire-people"), self.user("wire.people@wallet.example")
        self.store.create_group_membership(IdentityStoreId=self.directory, GroupId=group, MemberId={"UserId": user})
        self.assertEqual(self.assign(arn, "GROUP", group)["Status"], "SUCCEEDED")
        rows = self.all(sso, "list_account_assignments_for_principal", "AccountAssignments", InstanceArn=instance,
                        PrincipalId=user, PrincipalType="USER", Filter={"AccountId": self.account})
        self.assertEqual([(r["PrincipalType"], r["PrincipalId"]) for r in rows], [("GROUP", group)])
        # The statuses of all requests, in short, hold those of this test.
        statuses = self.all(sso, "list_account_assignment_creation_status", "AccountAssignmentsCreationStatus",
                            InstanceArn=instance, Filter={"Status": "SUCCEEDED"})
        self.assertTrue(statuses and all(s["Status"] == "SUCCEEDED" for s in statuses))
        self.all(sso, "list_account_assignment_deletion_status", "AccountAssignmentsDeletionStatus", InstanceArn=instance)
        self.all(sso, "list_permission_set_provisioning_status", "PermissionSetsProvisioningStatus", InstanceArn=instance)
        nobody = "1234567890-00000000-0000-4000-8000-00000000ffff"
        self.refused("ResourceNotFoundException", sso.create_account_assignment, InstanceArn=instance,
                     TargetId=self.account, TargetType="AWS_ACCOUNT", PermissionSetArn=arn,
                     PrincipalType="USER", PrincipalId=nobody)
        # A deleted group leaves its row behind; deleting the row fails, and the row is gone.
        self.store.delete_group(IdentityStoreId=self.directory, GroupId=group)
        one = {"InstanceArn": instance, "PermissionSetArn": arn, "AccountId": self.account}
        self.assertEqual(len(self.all(sso, "list_account_assignments", "AccountAssignments", **one)), 1)
        ended = self.revoke(arn, "GROUP", group)
        self.assertEqual(ended["Status"], "FAILED")
        self.assertIn("not found in directory", ended["FailureReason"])
        self.assertEqual(self.all(sso, "list_account_assignments", "AccountAssignments", **one), [])
        sso.delete_permission_set(InstanceArn=instance, PermissionSetArn=arn)

    def test_the_directory(self):
        store, directory = self.store, {"IdentityStoreId": self.directory}
        groups = [self.group(f"wire-group-{n}") for n in range(3)]
        listed = {g["GroupId"]: g for g in self.all(store, "list_groups", "Groups", **directory, MaxResults=2)}
        self.assertTrue(set(groups) <= set(listed))
        self.assertEqual(listed[groups[0]]["DisplayName"], "wire-group-0")
        error = self.refused("ConflictException", store.create_group, **directory, DisplayName="WIRE-GROUP-0")
        self.assertEqual(error["Reason"], "UNIQUENESS_CONSTRAINT_VIOLATION")
        self.refused("ValidationException", store.create_group, **directory, DisplayName="AWSAdministrators")
        self.refused("ValidationException", store.list_groups, **directory, NextToken="garbage")
        found = self.all(store, "list_groups", "Groups", **directory,
                         Filters=[{"AttributePath": "DisplayName", "AttributeValue": "wire-group-1"}])
        self.assertEqual([g["GroupId"] for g in found], [groups[1]])
        revision = listed[groups[0]]["Revision"]
        rename = dict(directory, GroupId=groups[0], Revision=revision,
                      Operations=[{"AttributePath": "displayName", "AttributeValue": "wire-renamed"},
                                  {"AttributePath": "description"}])
        store.update_group(**rename)
        self.assertEqual(self.refused("ConflictException", store.update_group, **rename)["Reason"], "CONCURRENT_MODIFICATION")
        group = store.describe_group(**directory, GroupId=groups[0])
        self.assertEqual(group["DisplayName"], "wire-renamed")
        self.assertNotIn("Description", group)
        unique = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": "wire-renamed"}}
        self.assertEqual(store.get_group_id(**directory, AlternateIdentifier=unique)["GroupId"], groups[0])

        user = self.user("wire.user@wallet.example")
        unique = {"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": "wire.user@wallet.example"}}
        self.assertEqual(store.get_user_id(**directory, AlternateIdentifier=unique)["UserId"], user)
        store.update_user(**directory, UserId=user, Operations=[{"AttributePath": "name.familyName", "AttributeValue": "Changed"}])
        described = store.describe_user(**directory, UserId=user)
        self.assertEqual(described["Name"], {"GivenName": "Wire", "FamilyName": "Changed"})
        self.assertEqual((described["Title"], described["UserStatus"]), ("Tester", "ENABLED"))
        self.assertEqual(described["Emails"][0]["Value"], "wire.user@wallet.example")
        self.assertIn(user, [u["UserId"] for u in self.all(store, "list_users", "Users", **directory)])

        member = {"UserId": user}
        made = store.create_group_membership(**directory, GroupId=groups[0], MemberId=member)["MembershipId"]
        self.refused("ConflictException", store.create_group_membership, **directory, GroupId=groups[0], MemberId=member)
        found = store.get_group_membership_id(**directory, GroupId=groups[0], MemberId=member)
        self.assertEqual(found["MembershipId"], made)
        self.assertEqual(store.describe_group_membership(**directory, MembershipId=made)["MemberId"], member)
        of_group = self.all(store, "list_group_memberships", "GroupMemberships", **directory, GroupId=groups[0])
        of_user = self.all(store, "list_group_memberships_for_member", "GroupMemberships", **directory, MemberId=member)
        self.assertEqual([m["MembershipId"] for m in of_group + of_user], [made, made])
        results = store.is_member_in_groups(**directory, MemberId=member, GroupIds=groups[:2])["Results"]
        self.assertEqual([r["MembershipExists"] for r in results], [True, False])
        store.delete_group_membership(**directory, MembershipId=made)
        error = self.refused("ResourceNotFoundException", store.describe_group_membership, **directory, MembershipId=made)
        self.assertEqual(error["ResourceType"], "GROUP_MEMBERSHIP")

    def test_the_organization(self):
        org = self.org
        self.assertEqual(org.describe_organization()["Organization"]["MasterAccountId"], self.management)
        self.assertEqual([r["Id"] for r in self.all(org, "list_roots", "Roots")], [self.root])
        accounts = {a["Id"]: a for a in self.all(org, "list_accounts", "Accounts")}
        self.assertEqual(set(accounts), {a["id"] for a in self.world["organization"]["accounts"]})
        self.assertEqual(org.describe_account(AccountId=self.account)["Account"], accounts[self.account])
        self.assertTrue(accounts[self.account]["Paths"][0].endswith(f"/{self.account}/"))
        self.assertEqual(accounts[self.account]["State"], "ACTIVE")
        home = self.all(org, "list_parents", "Parents", ChildId=self.account)[0]["Id"]

        made = org.create_organizational_unit(ParentId=self.root, Name="Wire", Tags=[{"Key": "a", "Value": "b"}])
        unit = made["OrganizationalUnit"]["Id"]
        self.refused("DuplicateOrganizationalUnitException", org.create_organizational_unit, ParentId=self.root, Name="Wire")
        self.assertIn(unit, [u["Id"] for u in self.all(
            org, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=self.root)])
        self.assertIn({"Id": unit, "Type": "ORGANIZATIONAL_UNIT"},
                      self.all(org, "list_children", "Children", ParentId=self.root, ChildType="ORGANIZATIONAL_UNIT"))
        org.update_organizational_unit(OrganizationalUnitId=unit, Name="Wired")
        described = org.describe_organizational_unit(OrganizationalUnitId=unit)["OrganizationalUnit"]
        self.assertEqual(described["Name"], "Wired")
        self.assertTrue(described["Path"].endswith(f"{self.root}/{unit}/"))

        self.refused("SourceParentNotFoundException", org.move_account,
                     AccountId=self.account, SourceParentId=unit, DestinationParentId=home)
        org.move_account(AccountId=self.account, SourceParentId=home, DestinationParentId=unit)
        there = self.all(org, "list_accounts_for_parent", "Accounts", ParentId=unit)
        self.assertEqual([a["Id"] for a in there], [self.account])
        self.refused("OrganizationalUnitNotEmptyException", org.delete_organizational_unit, OrganizationalUnitId=unit)
        org.move_account(AccountId=self.account, SourceParentId=unit, DestinationParentId=home)

        org.tag_resource(ResourceId=unit, Tags=[{"Key": "c", "Value": "d"}])
        org.untag_resource(ResourceId=unit, TagKeys=["a"])
        tags = self.all(org, "list_tags_for_resource", "Tags", ResourceId=unit)
        self.assertEqual(tags, [{"Key": "c", "Value": "d"}])
        org.delete_organizational_unit(OrganizationalUnitId=unit)
        self.refused("OrganizationalUnitNotFoundException", org.describe_organizational_unit, OrganizationalUnitId=unit)
        self.refused("TargetNotFoundException", org.list_tags_for_resource, ResourceId=unit)
        error = self.refused("InvalidInputException", org.list_accounts, NextToken="garbage")
        self.assertEqual(error["Reason"], "INVALID_NEXT_TOKEN")
        self.all(org, "list_delegated_administrators", "DelegatedAdministrators")
        access = self.all(org, "list_aws_service_access_for_organization", "EnabledServicePrincipals")
        self.assertIn("sso.amazonaws.com", [a["ServicePrincipal"] for a in access])

    def test_the_event_history(self):
        trail = client("cloudtrail")
        group = self.group("wire-trail")
        by_name = [{"AttributeKey": "EventName", "AttributeValue": "CreateGroup"}]
        # One read for each question: two a second are allowed.
        mine = []
        for event in self.slowly(trail.lookup_events, LookupAttributes=by_name)["Events"]:
            text = json.loads(event["CloudTrailEvent"])
            self.assertEqual((event["EventName"], event["EventSource"]), ("CreateGroup", "identitystore.amazonaws.com"))
            self.assertEqual((text["eventID"], text["readOnly"]), (event["EventId"], False))
            self.assertEqual(event["EventTime"].timestamp(), datetime.fromisoformat(text["eventTime"]).timestamp())
            mine += [text] if (text.get("responseElements") or {}).get("groupId") == group else []
        self.assertEqual(len(mine), 1)
        self.assertIn("Boto3", mine[0]["userAgent"])
        self.assertIn(self.management, mine[0]["userIdentity"]["arn"])
        self.assertEqual(mine[0]["requestParameters"]["identityStoreId"], self.directory)
        self.assertNotIn("wire-trail", json.dumps(mine[0]))
        newest = self.slowly(trail.lookup_events, MaxResults=1)
        self.assertEqual(len(newest["Events"]), 1)
        self.assertEqual(newest["Events"][0]["ReadOnly"], "false")
        two = by_name + [{"AttributeKey": "ReadOnly", "AttributeValue": "false"}]
        time.sleep(0.6)
        self.refused("InvalidLookupAttributesException", trail.lookup_events, LookupAttributes=two)
        time.sleep(0.6)
        self.refused("InvalidTimeRangeException", trail.lookup_events, StartTime=2_000_000, EndTime=1_000_000)
        time.sleep(0.6)
        self.refused("InvalidNextTokenException", trail.lookup_events, NextToken="no")

    def slowly(self, lookup, **arguments):
        """A lookup, and what follows from an empty first page."""
        answer = lookup(**arguments)
        while not answer["Events"] and answer.get("NextToken"):
            time.sleep(0.6)
            answer = lookup(NextToken=answer["NextToken"], **arguments)
        time.sleep(0.6)
        return answer

    def aws(self, *arguments):
        """The AWS CLI's answer."""
        beside = os.path.join(os.path.dirname(sys.executable), "aws")
        command = [beside if os.path.exists(beside) else shutil.which("aws") or "aws", *arguments,
                   "--endpoint-url", URL, "--region", REGION, "--output", "json"]
        environment = dict(os.environ, AWS_ACCESS_KEY_ID="sandbox", AWS_SECRET_ACCESS_KEY="sandbox",
                           AWS_EC2_METADATA_DISABLED="true", AWS_PAGER="")
        done = subprocess.run(command, capture_output=True, text=True, env=environment, timeout=60, check=False)
        return done.returncode, done.stdout, done.stderr

    def test_the_command_line(self):
        code, out, err = self.aws("sso-admin", "list-instances")
        self.assertEqual(code, 0, err)
        self.assertEqual(json.loads(out)["Instances"][0]["InstanceArn"], self.instance)
        code, out, err = self.aws("organizations", "list-accounts", "--query", "length(Accounts)")
        self.assertEqual((code, int(out)), (0, len(self.world["organization"]["accounts"])), err)
        code, out, err = self.aws("sts", "get-caller-identity")
        self.assertEqual(json.loads(out)["Account"], self.management, err)
        code, out, err = self.aws("identitystore", "list-groups", "--identity-store-id", self.directory)
        self.assertEqual(code, 0, err)
        code, out, err = self.aws("identitystore", "describe-group", "--identity-store-id", self.directory,
                                  "--group-id", "00000000-0000-4000-8000-000000000000")
        self.assertNotEqual(code, 0)
        self.assertIn("ResourceNotFoundException", err)


if __name__ == "__main__":
    if len(sys.argv) >= 3:
        URL, WORLD = sys.argv.pop(1), sys.argv.pop(1)
    if not (URL and WORLD):
        sys.exit("usage: story.py URL WORLD.json   (or SANDBOX_URL and SANDBOX_WORLD)")
    unittest.main(verbosity=2)
