"""Drives Control Tower, its catalog and Account Factory of a running `landgrant sandbox serve` with boto3.

    python tests/wire/tower.py http://127.0.0.1:PORT WORLD.json

Operations should take some 300 ms: what disturbs another must find it under way. The world is
tests/wire/tower/sandbox.json, and the sandbox one that was started from it and not used before: the tests go through one
story in the order of their names. Exits 0 only if everything read back is as expected.
"""

import os
import sys
import time
import unittest

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

URL = os.environ.get("SANDBOX_URL", "")
REGION = "ap-southeast-1"
MANAGEMENT, LOGS, AUDIT, PROD_ACCOUNT, DEV_ACCOUNT = (f"70010000000{n}" for n in range(1, 6))
SECURITY, SANDBOX, WORKLOADS, PROD = (
    f"arn:aws:organizations::{MANAGEMENT}:ou/o-94cbe4d2ae/ou-ab12-{unit}"
    for unit in ("5f6f5811", "9fa4ff12", "b8b26a0e", "6c580cd7"))
TOWER = f"arn:aws:controltower:{REGION}::"
REGISTRATION = f"{TOWER}baseline/17BSJV3IGJ2QSGA2"
IDENTITY_CENTER = f"{TOWER}baseline/LN25R72TTG6IGPTQ"
VOLUMES = f"{TOWER}control/AWS-GR_ENCRYPTED_VOLUMES"
VOLUMES_CATALOG = "arn:aws:controlcatalog:::control/503uicglhjkokaajywfpt6ros"
ABSENT = f"arn:aws:controltower:{REGION}:{MANAGEMENT}:enabledcontrol/AAAAAAAAAAAAAAAA"


def account_arn(account):
    return f"arn:aws:organizations::{MANAGEMENT}:account/o-94cbe4d2ae/{account}"


def client(service):
    return boto3.client(
        service, endpoint_url=URL, region_name=REGION, aws_access_key_id="sandbox", aws_secret_access_key="sandbox",
        config=Config(parameter_validation=True, retries={"max_attempts": 1, "mode": "standard"}))


class Story(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tower, cls.catalog, cls.org = client("controltower"), client("controlcatalog"), client("organizations")
        cls.products, cls.store, cls.sso = client("servicecatalog"), client("identitystore"), client("sso-admin")

    def refused(self, code, status, call, **arguments):
        """The error of a call that must fail with this code and this HTTP status."""
        with self.assertRaises(ClientError) as caught:
            call(**arguments)
        error = caught.exception.response
        self.assertEqual(error["Error"]["Code"], code, error)
        self.assertEqual(error["ResponseMetadata"]["HTTPStatusCode"], status, error)
        self.assertTrue(error["Error"]["Message"], error)
        return error

    def all(self, service, operation, member, **arguments):
        """Everything that a paginator finds."""
        pages = service.get_paginator(operation).paginate(**arguments)
        return [item for page in pages for item in page.get(member, [])]

    def pages(self, call, member, **arguments):
        """The same of Service Catalog, which has paginators for some operations alone."""
        found, token = [], {}
        while True:
            page = call(**arguments, **token)
            found += page.get(member, [])
            if not page.get("NextPageToken"):
                return found
            token = {"PageToken": page["NextPageToken"]}

    def parent(self, account):
        return self.all(self.org, "list_parents", "Parents", ChildId=account)[0]["Id"]

    def enabled(self, **arguments):
        return self.all(self.tower, "list_enabled_baselines", "enabledBaselines", **arguments)

    def controls(self, **arguments):
        return self.all(self.tower, "list_enabled_controls", "enabledControls", **arguments)

    def awaited(self, get, member, operation, expected="SUCCEEDED"):
        """An operation once it is no longer in progress."""
        for _ in range(1000):
            found = get(operationIdentifier=operation)[member]
            if found["status"] != "IN_PROGRESS":
                self.assertEqual(found["status"], expected, found)
                self.assertGreaterEqual(found["endTime"], found["startTime"])
                return found
            time.sleep(0.02)
        self.fail("the operation never ended")

    def of_baseline(self, answer, expected="SUCCEEDED"):
        operation = answer["operationIdentifier"]
        return self.awaited(self.tower.get_baseline_operation, "baselineOperation", operation, expected)

    def of_control(self, answer, expected="SUCCEEDED"):
        operation = answer["operationIdentifier"]
        return self.awaited(self.tower.get_control_operation, "controlOperation", operation, expected)

    def identity_center(self):
        found = self.enabled(filter={"baselineIdentifiers": [IDENTITY_CENTER]})[0]["arn"]
        return [{"key": "IdentityCenterEnabledBaselineArn", "value": found}]

    def registration(self, unit):
        """The enabled baseline of a unit."""
        found = self.enabled(filter={"baselineIdentifiers": [REGISTRATION], "targetIdentifiers": [unit]})
        self.assertEqual(len(found), 1)
        return found[0]

    def enrolment(self, account):
        """The enabled baseline of an account, none where it is not enrolled."""
        found = self.enabled(includeChildren=True, filter={"targetIdentifiers": [account_arn(account)],
                                                           "baselineIdentifiers": [REGISTRATION]})
        return found[0] if found else None

    def zone(self):
        arn = self.all(self.tower, "list_landing_zones", "landingZones")[0]["arn"]
        return self.tower.get_landing_zone(landingZoneIdentifier=arn)["landingZone"]

    def record(self, answer, expected="SUCCEEDED"):
        """A record of Service Catalog once it has ended, with its outputs and the statuses it went through."""
        record, seen = answer["RecordDetail"]["RecordId"], [answer["RecordDetail"]["Status"]]
        for _ in range(5000):
            found = self.products.describe_record(Id=record)["RecordDetail"]
            status = found["Status"]
            if status != seen[-1]:
                seen.append(status)
            if status in ("SUCCEEDED", "FAILED"):
                self.assertEqual(status, expected, found)
                outputs = self.pages(self.products.describe_record, "RecordOutputs", Id=record)
                return found, {o["OutputKey"]: o["OutputValue"] for o in outputs}, seen
            time.sleep(0.002)
        self.fail("the record never ended")

    def test_01_the_landing_zone(self):
        zones = self.all(self.tower, "list_landing_zones", "landingZones")
        self.assertEqual(len(zones), 1)
        arn = zones[0]["arn"]
        zone = self.tower.get_landing_zone(landingZoneIdentifier=arn)["landingZone"]
        self.assertEqual((zone["version"], zone["latestAvailableVersion"], zone["status"]), ("3.3", "3.3", "ACTIVE"))
        self.assertEqual(zone["driftStatus"], {"status": "IN_SYNC"})
        self.assertEqual(zone["manifest"]["centralizedLogging"]["accountId"], LOGS)
        self.assertEqual(zone["manifest"]["securityRoles"]["accountId"], AUDIT)
        self.assertNotIn("remediationTypes", zone)
        self.refused("ResourceNotFoundException", 404, self.tower.get_landing_zone, landingZoneIdentifier="nothing")

    def test_02_baselines(self):
        baselines = self.all(self.tower, "list_baselines", "baselines", PaginationConfig={"PageSize": 4})
        names = {b["name"]: b["arn"] for b in baselines}
        self.assertEqual(names["AWSControlTowerBaseline"], REGISTRATION)
        self.assertEqual(len(names), 7)
        self.assertEqual(self.tower.get_baseline(baselineIdentifier=IDENTITY_CENTER)["name"], "IdentityCenterBaseline")
        self.refused("ResourceNotFoundException", 404, self.tower.get_baseline,
                     baselineIdentifier=f"{TOWER}baseline/AAAAAAAAAAAAAAAA")
        self.refused("ValidationException", 400, self.tower.get_baseline, baselineIdentifier="x")
        self.refused("ValidationException", 400, self.tower.list_baselines, nextToken="garbage")

    def test_03_enabled_baselines(self):
        enabled = self.enabled()
        self.assertTrue(all("parentIdentifier" not in e for e in enabled))
        own = {e["targetIdentifier"]: e for e in enabled if e["baselineIdentifier"] == REGISTRATION}
        self.assertEqual(list(own), [SECURITY])
        parent = own[SECURITY]
        self.assertEqual(parent["statusSummary"]["status"], "SUCCEEDED")
        self.assertEqual(parent["driftStatusSummary"], {"types": {"inheritance": {"status": "IN_SYNC"}}})
        children = self.enabled(includeChildren=True, filter={"parentIdentifiers": [parent["arn"]]},
                                PaginationConfig={"PageSize": 5})
        self.assertEqual({c["targetIdentifier"] for c in children}, {account_arn(LOGS), account_arn(AUDIT)})
        identity = self.enabled(filter={"baselineIdentifiers": [IDENTITY_CENTER]})
        self.assertEqual([i["targetIdentifier"] for i in identity], [account_arn(MANAGEMENT)])
        details = self.tower.get_enabled_baseline(enabledBaselineIdentifier=parent["arn"])["enabledBaselineDetails"]
        self.assertEqual((details["targetIdentifier"], details["baselineVersion"]), (SECURITY, "4.0"))
        self.refused("ResourceNotFoundException", 404, self.tower.get_enabled_baseline, enabledBaselineIdentifier=ABSENT)
        self.assertEqual(self.enabled(filter={"statuses": ["FAILED"]}), [])

    def test_04_enabled_controls(self):
        controls = self.controls(PaginationConfig={"PageSize": 2})
        self.assertTrue(controls and all(c["targetIdentifier"] == SECURITY for c in controls))
        mandatory = controls[0]
        self.assertEqual(mandatory["driftStatusSummary"]["driftStatus"], "IN_SYNC")
        details = self.tower.get_enabled_control(enabledControlIdentifier=mandatory["arn"])["enabledControlDetails"]
        self.assertEqual(details["targetRegions"], [{"name": REGION}])
        inherited = self.controls(targetIdentifier=account_arn(AUDIT))
        self.assertEqual({i["parentIdentifier"] for i in inherited}, {c["arn"] for c in controls})
        below = self.controls(targetIdentifier=SECURITY, includeChildren=True)
        self.assertEqual(len(below), 3 * len(controls))
        self.refused("ResourceNotFoundException", 404, self.tower.list_enabled_controls, targetIdentifier=WORKLOADS)
        self.refused("ResourceNotFoundException", 404, self.tower.get_enabled_control, enabledControlIdentifier=ABSENT)

    def test_05_the_catalog(self):
        by_alias, by_catalog = (self.catalog.get_control(ControlArn=arn) for arn in (VOLUMES, VOLUMES_CATALOG))
        for answer in (by_alias, by_catalog):
            answer.pop("ResponseMetadata")
        self.assertEqual(by_alias, by_catalog)
        self.assertEqual((by_alias["Arn"], by_alias["Aliases"]), (VOLUMES_CATALOG, ["AWS-GR_ENCRYPTED_VOLUMES"]))
        self.assertEqual(by_alias["Implementation"]["Type"], "AWS::Config::ConfigRule")
        controls = self.all(self.catalog, "list_controls", "Controls", PaginationConfig={"PageSize": 10})
        self.assertGreaterEqual(len(controls), 25)
        region = next(c for c in controls if "CT.MULTISERVICE.PV.1" in c["Aliases"])
        self.assertEqual(region["ParameterRequirementSummary"], "REQUIRED")
        parameters = self.catalog.get_control(ControlArn=region["Arn"])["Parameters"]
        self.assertIn({"Name": "AllowedRegions", "Requirement": "REQUIRED"}, parameters)
        hooks = {"Implementations": {"Types": ["AWS::CloudFormation::Type::HOOK"]}}
        self.assertEqual({c["Behavior"] for c in self.all(self.catalog, "list_controls", "Controls", Filter=hooks)},
                         {"PROACTIVE"})
        self.assertEqual(self.all(self.catalog, "list_control_mappings", "ControlMappings"), [])
        # Mandatory controls are not in the catalog.
        self.refused("ResourceNotFoundException", 404, self.catalog.get_control,
                     ControlArn=f"{TOWER}control/AWS-GR_CLOUDTRAIL_ENABLED")
        self.refused("ValidationException", 400, self.catalog.list_controls, NextToken="garbage")

    def test_06_tags(self):
        arn = self.enabled()[0]["arn"]
        self.tower.tag_resource(resourceArn=arn, tags={"team": "platform", "a b": "ä&c"})
        self.assertEqual(self.tower.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "platform", "a b": "ä&c"})
        self.tower.untag_resource(resourceArn=arn, tagKeys=["a b", "absent"])
        self.assertEqual(self.tower.list_tags_for_resource(resourceArn=arn)["tags"], {"team": "platform"})
        self.refused("ResourceNotFoundException", 404, self.tower.list_tags_for_resource, resourceArn=ABSENT)

    def test_10_a_unit_is_registered(self):
        enable = {"baselineIdentifier": REGISTRATION, "baselineVersion": "4.0", "targetIdentifier": WORKLOADS}
        parameters = self.identity_center()
        for wrong in ({"parameters": []}, {"baselineVersion": "3.0", "parameters": parameters},
                      {"targetIdentifier": account_arn(DEV_ACCOUNT), "parameters": parameters},
                      {"targetIdentifier": PROD, "parameters": parameters},
                      {"targetIdentifier": SECURITY, "parameters": parameters},
                      {"baselineIdentifier": IDENTITY_CENTER, "parameters": parameters},
                      {"parameters": [{"key": "IdentityCenterEnabledBaselineArn", "value": "x"}]}):
            self.refused("ValidationException", 400, self.tower.enable_baseline, **{**enable, **wrong})
        self.refused("ResourceNotFoundException", 404, self.tower.enable_baseline,
                     **{**enable, "targetIdentifier": WORKLOADS[:-8] + "00000000", "parameters": parameters})
        first = self.tower.enable_baseline(**enable, parameters=parameters, tags={"a": "b"})
        error = self.refused("ConflictException", 409, self.tower.enable_baseline,
                             **{**enable, "targetIdentifier": SANDBOX, "parameters": parameters})
        self.assertIn("in progress", error["Error"]["Message"])
        self.assertEqual(self.registration(WORKLOADS)["statusSummary"],
                         {"status": "UNDER_CHANGE", "lastOperationIdentifier": first["operationIdentifier"]})
        done = self.of_baseline(first)
        self.assertEqual(done["operationType"], "ENABLE_BASELINE")
        own = self.registration(WORKLOADS)
        self.assertEqual((own["arn"], own["statusSummary"]["status"]), (first["arn"], "SUCCEEDED"))
        child = self.enrolment(DEV_ACCOUNT)
        self.assertEqual((child["parentIdentifier"], child["baselineVersion"]), (own["arn"], "4.0"))
        self.assertIsNone(self.enrolment(PROD_ACCOUNT))
        self.assertEqual(self.tower.list_tags_for_resource(resourceArn=own["arn"])["tags"], {"a": "b"})
        mandatory = self.controls(targetIdentifier=WORKLOADS)
        self.assertIn(f"{TOWER}control/AWS-GR_CONFIG_CHANGE_PROHIBITED", [m["controlIdentifier"] for m in mandatory])
        for call in (self.tower.disable_baseline, self.tower.reset_enabled_baseline):
            self.refused("ValidationException", 400, call, enabledBaselineIdentifier=child["arn"])
        self.refused("ValidationException", 400, self.tower.update_enabled_baseline,
                     enabledBaselineIdentifier=child["arn"], baselineVersion="4.0", parameters=parameters)
        self.of_baseline(self.tower.enable_baseline(**{**enable, "targetIdentifier": PROD}, parameters=parameters))
        self.assertIsNotNone(self.enrolment(PROD_ACCOUNT))
        self.refused("ValidationException", 400, self.tower.disable_baseline, enabledBaselineIdentifier=own["arn"])
        self.refused("ResourceNotFoundException", 404, self.tower.get_baseline_operation,
                     operationIdentifier="00000000-0000-4000-8000-000000000000")

    def test_11_a_control_is_enabled(self):
        enable = {"controlIdentifier": VOLUMES, "targetIdentifier": WORKLOADS}
        for wrong, code, status in (
                ({"controlIdentifier": f"{TOWER}control/AWS-GR_CONFIG_CHANGE_PROHIBITED"}, "ValidationException", 400),
                ({"targetIdentifier": account_arn(DEV_ACCOUNT)}, "ValidationException", 400),
                ({"parameters": [{"key": "AllowedRegions", "value": ["x"]}]}, "ValidationException", 400),
                ({"targetIdentifier": SANDBOX}, "ResourceNotFoundException", 404),
                ({"controlIdentifier": f"{TOWER}control/AWS-GR_NOTHING"}, "ResourceNotFoundException", 404),
                ({"controlIdentifier": VOLUMES.replace(REGION, "us-east-1")}, "ResourceNotFoundException", 404)):
            self.refused(code, status, self.tower.enable_control, **{**enable, **wrong})
        first = self.tower.enable_control(**enable)
        self.refused("ConflictException", 409, self.tower.reset_enabled_baseline,
                     enabledBaselineIdentifier=self.registration(WORKLOADS)["arn"])
        done = self.of_control(first)
        self.assertEqual((done["operationType"], done["controlIdentifier"], done["targetIdentifier"]),
                         ("ENABLE_CONTROL", VOLUMES, WORKLOADS))
        self.assertEqual(done["enabledControlIdentifier"], first["arn"])
        for form in (VOLUMES, VOLUMES_CATALOG):
            error = self.refused("ValidationException", 400, self.tower.enable_control,
                                 **{**enable, "controlIdentifier": form})
            self.assertIn("already enabled", error["Error"]["Message"])
        inherited = self.controls(targetIdentifier=PROD, filter={"controlIdentifiers": [VOLUMES]})
        self.assertEqual([i["parentIdentifier"] for i in inherited], [first["arn"]])
        of_account = self.controls(targetIdentifier=account_arn(PROD_ACCOUNT), filter={"controlIdentifiers": [VOLUMES]})
        self.assertEqual([i["parentIdentifier"] for i in of_account], [inherited[0]["arn"]])
        for arn in (inherited[0]["arn"], of_account[0]["arn"]):
            self.refused("ValidationException", 400, self.tower.disable_control, enabledControlIdentifier=arn)
        self.of_control(self.tower.reset_enabled_control(enabledControlIdentifier=first["arn"]))
        listed = self.all(self.tower, "list_control_operations", "controlOperations",
                          filter={"enabledControlIdentifiers": [first["arn"]]})
        self.assertEqual([o["operationType"] for o in listed], ["RESET_ENABLED_CONTROL", "ENABLE_CONTROL"])
        # Any form of the control ends it.
        off = self.tower.disable_control(controlIdentifier=VOLUMES_CATALOG, targetIdentifier=WORKLOADS)
        self.assertEqual(self.of_control(off)["controlIdentifier"], VOLUMES)
        self.assertEqual(self.controls(includeChildren=True, filter={"controlIdentifiers": [VOLUMES]}), [])
        self.refused("ResourceNotFoundException", 404, self.tower.disable_control,
                     controlIdentifier=VOLUMES, targetIdentifier=WORKLOADS)

    def test_12_a_control_with_parameters(self):
        region = next(c["Arn"] for c in self.all(self.catalog, "list_controls", "Controls")
                      if "CT.MULTISERVICE.PV.1" in c["Aliases"])
        enable = {"controlIdentifier": region, "targetIdentifier": PROD}
        self.refused("ValidationException", 400, self.tower.enable_control, **enable)
        here = [{"key": "AllowedRegions", "value": [REGION]}]
        arn = self.tower.enable_control(**enable, parameters=here)["arn"]
        others = [self.tower.enable_control(controlIdentifier=f"{TOWER}control/{name}", targetIdentifier=PROD)
                  for name in ("AWS-GR_RESTRICTED_SSH", "AWS-GR_RESTRICT_ROOT_USER")]
        for other in others:
            self.of_control(other)
        details = self.tower.get_enabled_control(enabledControlIdentifier=arn)["enabledControlDetails"]
        self.assertEqual((details["controlIdentifier"], details["parameters"]), (region, here))
        self.assertEqual(details["statusSummary"]["status"], "SUCCEEDED")
        update = {"enabledControlIdentifier": arn}
        self.refused("ValidationException", 400, self.tower.update_enabled_control, **update, parameters=here)
        both = [{"key": "AllowedRegions", "value": [REGION, "eu-west-1"]},
                {"key": "ExemptedPrincipalArns", "value": ["arn:aws:iam::*:role/Break"]}]
        self.of_control(self.tower.update_enabled_control(**update, parameters=both))
        details = self.tower.get_enabled_control(enabledControlIdentifier=arn)["enabledControlDetails"]
        self.assertEqual(details["parameters"], both)
        # No control of a service control policy can be reset.
        self.refused("ValidationException", 400, self.tower.reset_enabled_control, **update)
        self.refused("ValidationException", 400, self.tower.disable_baseline,
                     enabledBaselineIdentifier=self.registration(PROD)["arn"])
        for enabled in [arn] + [other["arn"] for other in others]:
            self.of_control(self.tower.disable_control(enabledControlIdentifier=enabled))

    def test_20_a_move_drifts_and_is_repaired(self):
        work, prod = WORKLOADS.rsplit("/", 1)[1], PROD.rsplit("/", 1)[1]
        self.org.move_account(AccountId=DEV_ACCOUNT, SourceParentId=work, DestinationParentId=prod)
        drift = self.enrolment(DEV_ACCOUNT)["driftStatusSummary"]["types"]["inheritance"]["status"]
        self.assertEqual((drift, self.zone()["driftStatus"]["status"]), ("DRIFTED", "DRIFTED"))
        drifted = self.enabled(filter={"inheritanceDriftStatuses": ["DRIFTED"]})
        self.assertEqual([d["targetIdentifier"] for d in drifted], [PROD])
        own = self.registration(PROD)["arn"]
        self.of_baseline(self.tower.reset_enabled_baseline(enabledBaselineIdentifier=own))
        child = self.enrolment(DEV_ACCOUNT)
        self.assertEqual((child["parentIdentifier"], self.zone()["driftStatus"]["status"]), (own, "IN_SYNC"))
        self.org.move_account(AccountId=DEV_ACCOUNT, SourceParentId=prod, DestinationParentId=work)
        self.assertEqual(self.zone()["driftStatus"]["status"], "DRIFTED")
        self.org.move_account(AccountId=DEV_ACCOUNT, SourceParentId=work, DestinationParentId=prod)
        self.assertEqual(self.zone()["driftStatus"]["status"], "IN_SYNC")

    def test_21_the_landing_zone_is_reset(self):
        security = SECURITY.rsplit("/", 1)[1]
        self.org.update_organizational_unit(OrganizationalUnitId=security, Name="Renamed")
        zone = self.zone()
        self.assertEqual(zone["driftStatus"]["status"], "DRIFTED")
        answer = self.tower.reset_landing_zone(landingZoneIdentifier=zone["arn"])
        self.assertEqual(self.zone()["status"], "PROCESSING")
        self.refused("ConflictException", 409, self.tower.enable_control,
                     controlIdentifier=VOLUMES, targetIdentifier=WORKLOADS)
        get = self.tower.get_landing_zone_operation
        done = self.awaited(get, "operationDetails", answer["operationIdentifier"])
        self.assertEqual(done["operationType"], "RESET")
        self.assertEqual((self.zone()["status"], self.zone()["driftStatus"]["status"]), ("ACTIVE", "IN_SYNC"))
        unit = self.org.describe_organizational_unit(OrganizationalUnitId=security)["OrganizationalUnit"]
        self.assertEqual(unit["Name"], "Security")
        listed = self.all(self.tower, "list_landing_zone_operations", "landingZoneOperations",
                          filter={"types": ["RESET"]})
        self.assertEqual([o["operationIdentifier"] for o in listed], [answer["operationIdentifier"]])

    def test_22_moved_accounts_are_enrolled(self):
        zone = self.zone()
        self.refused("ValidationException", 400, self.tower.update_landing_zone,
                     landingZoneIdentifier=zone["arn"], version="3.3")
        answer = self.tower.update_landing_zone(landingZoneIdentifier=zone["arn"], version="3.3",
                                                manifest=zone["manifest"], remediationTypes=["INHERITANCE_DRIFT"])
        self.awaited(self.tower.get_landing_zone_operation, "operationDetails", answer["operationIdentifier"])
        self.assertEqual(self.zone()["remediationTypes"], ["INHERITANCE_DRIFT"])
        work, prod = WORKLOADS.rsplit("/", 1)[1], PROD.rsplit("/", 1)[1]
        self.org.move_account(AccountId=DEV_ACCOUNT, SourceParentId=prod, DestinationParentId=work)
        for _ in range(1000):
            child = self.enrolment(DEV_ACCOUNT)
            if child["parentIdentifier"] == self.registration(WORKLOADS)["arn"]:
                break
            time.sleep(0.02)
        self.assertEqual(child["driftStatusSummary"]["types"]["inheritance"]["status"], "IN_SYNC")
        self.assertEqual(self.zone()["driftStatus"]["status"], "IN_SYNC")

    def provision(self, name, token=None, unit="Workloads", **changes):
        product = self.product()
        values = {"AccountEmail": f"aws+{name}@wallet.example", "AccountName": name, "ManagedOrganizationalUnit": unit,
                  "SSOUserEmail": "lead@wallet.example", "SSOUserFirstName": "An", "SSOUserLastName": "Nguyen"}
        values.update(changes)
        return self.products.provision_product(
            ProductId=product["id"], ProvisioningArtifactId=product["artifact"], PathId=product["path"],
            ProvisionedProductName=name, ProvisionToken=token or f"token-{name}",
            ProvisioningParameters=[{"Key": k, "Value": v} for k, v in values.items() if v is not None])

    def product(self):
        """The ids that provisioning needs, found as a client finds them."""
        found = self.pages(self.products.search_products, "ProductViewSummaries",
                           Filters={"FullTextSearch": ["AWS Control Tower Account Factory"]})
        product = found[0]["ProductId"]
        described = self.products.describe_product(Id=product)
        artifact = [a["Id"] for a in described["ProvisioningArtifacts"] if a["Guidance"] == "DEFAULT"]
        active = [a["Id"] for a in self.products.list_provisioning_artifacts(ProductId=product)[
            "ProvisioningArtifactDetails"] if a["Active"]]
        self.assertEqual(artifact, active)
        path = self.all(self.products, "list_launch_paths", "LaunchPathSummaries", ProductId=product)[0]["Id"]
        self.assertEqual([p["Id"] for p in described["LaunchPaths"]], [path])
        return {"id": product, "artifact": artifact[0], "path": path,
                "old": [a["Id"] for a in described["ProvisioningArtifacts"] if a["Guidance"] == "DEPRECATED"][0]}

    def provisioned(self, level="Account", **arguments):
        found = self.pages(self.products.search_provisioned_products, "ProvisionedProducts",
                           AccessLevelFilter={"Key": level, "Value": "self"}, **arguments)
        return {p["Name"]: p for p in found}

    def test_30_the_product(self):
        product = self.product()
        found = self.all(self.products, "search_products_as_admin", "ProductViewDetails")
        self.assertEqual([p["ProductViewSummary"]["ProductId"] for p in found], [product["id"]])
        self.assertEqual(self.pages(self.products.search_products, "ProductViewSummaries",
                                    Filters={"FullTextSearch": ["other"]}), [])
        described = self.products.describe_product_as_admin(Name="AWS Control Tower Account Factory")
        self.assertEqual(described["ProductViewDetail"]["ProductViewSummary"]["ProductId"], product["id"])
        form = self.products.describe_provisioning_parameters(
            ProductId=product["id"], ProvisioningArtifactId=product["artifact"])["ProvisioningArtifactParameters"]
        self.assertEqual([p["ParameterKey"] for p in form],
                         ["AccountEmail", "AccountName", "ManagedOrganizationalUnit", "SSOUserEmail",
                          "SSOUserFirstName", "SSOUserLastName"])
        self.assertIn("Prod (ou-ab12-6c580cd7)", form[2]["ParameterConstraints"]["AllowedValues"])
        self.refused("InvalidParametersException", 400, self.products.describe_provisioning_parameters,
                     ProductId=product["id"], ProvisioningArtifactId=product["old"])
        self.refused("ResourceNotFoundException", 400, self.products.describe_product, Id="prod-nothing")
        # What was enrolled by other ways has its product, but not the caller's.
        self.assertEqual(self.provisioned("User"), {})
        self.assertEqual({p["PhysicalId"] for p in self.provisioned().values()}, {PROD_ACCOUNT, DEV_ACCOUNT})

    def test_31_an_account_is_provisioned(self):
        for wrong in ({"AccountEmail": None}, {"Extra": "x"}, {"AccountEmail": "none"}, {"SSOUserFirstName": ""}):
            self.refused("InvalidParametersException", 400, self.provision, name="vended", **wrong)
        first = self.provision("vended", unit="Prod (ou-ab12-6c580cd7)")
        detail = first["RecordDetail"]
        self.assertEqual((detail["Status"], detail["RecordType"], detail["ProvisionedProductType"]),
                         ("CREATED", "PROVISION_PRODUCT", "CONTROL_TOWER_ACCOUNT"))
        again = self.provision("vended", unit="Prod (ou-ab12-6c580cd7)")
        self.assertEqual(again["RecordDetail"]["RecordId"], detail["RecordId"])
        self.refused("InvalidParametersException", 400, self.provision, name="vended", unit="Workloads")
        self.refused("DuplicateResourceException", 400, self.provision, name="vended", token="other")
        self.assertEqual(self.provisioned(Filters={"SearchQuery": ["name:vended"]})["vended"]["Status"], "UNDER_CHANGE")
        done, outputs, seen = self.record(first)
        self.assertNotIn("IN_PROGRESS_IN_ERROR", seen)
        account = outputs["AccountId"]
        self.assertEqual(outputs["AccountEmail"], "aws+vended@wallet.example")
        self.assertEqual(self.parent(account), "ou-ab12-6c580cd7")
        self.assertEqual(self.enrolment(account)["parentIdentifier"], self.registration(PROD)["arn"])
        own = self.provisioned("User")["vended"]
        self.assertEqual((own["Status"], own["PhysicalId"], own["LastSuccessfulProvisioningRecordId"]),
                         ("AVAILABLE", account, done["RecordId"]))
        by_name = self.pages(self.products.get_provisioned_product_outputs, "Outputs",
                             ProvisionedProductName="vended", OutputKeys=["AccountId"])
        self.assertEqual(by_name[0]["OutputValue"], account)
        described = self.products.describe_provisioned_product(Name="vended")["ProvisionedProductDetail"]
        self.assertEqual((described["Id"], described["Status"]), (own["Id"], "AVAILABLE"))
        scanned = self.all(self.products, "scan_provisioned_products", "ProvisionedProducts",
                           AccessLevelFilter={"Key": "Account", "Value": "self"}, PaginationConfig={"PageSize": 1})
        self.assertEqual({p["Name"] for p in scanned}, {"vended", "loyalty-prod", "loyalty-dev"})
        # Its user is there and administers it.
        users = self.all(self.store, "list_users", "Users", IdentityStoreId="d-1234567890")
        user = next(u["UserId"] for u in users if u["UserName"] == "lead@wallet.example")
        rows = self.all(self.sso, "list_account_assignments_for_principal", "AccountAssignments", PrincipalId=user,
                        InstanceArn="arn:aws:sso:::instance/ssoins-1234567890abcdef", PrincipalType="USER")
        self.assertEqual([r["AccountId"] for r in rows], [account])

    def test_32_an_account_that_cannot_be(self):
        for name, changes, reason in (
                ("taken", {"AccountEmail": "AWS+audit@wallet.example"}, "EMAIL_ALREADY_EXISTS"),
                ("nowhere", {"ManagedOrganizationalUnit": "Prod"}, "Prod"),
                ("free", {"ManagedOrganizationalUnit": "Sandbox"}, "not registered")):
            done, outputs, _ = self.record(self.provision(name, **changes), "FAILED")
            self.assertIn(reason, done["RecordErrors"][0]["Description"])
            self.assertEqual(outputs, {})
            self.assertEqual(self.provisioned()[name]["Status"], "ERROR")
            self.refused("InvalidParametersException", 400, self.provision, name=name, token="again", **changes)
            self.record(self.products.terminate_provisioned_product(
                ProvisionedProductName=name, TerminateToken=f"end-{name}"))
            self.assertNotIn(name, self.provisioned())

    def test_33_an_account_is_moved_and_unmanaged(self):
        keys = ["AccountEmail", "AccountName", "SSOUserEmail", "SSOUserFirstName", "SSOUserLastName"]
        unit = [{"Key": "ManagedOrganizationalUnit", "Value": "Workloads"}]
        same = [{"Key": key, "UsePreviousValue": True} for key in keys]
        update = {"ProvisionedProductName": "vended", "UpdateToken": "move"}
        self.refused("InvalidParametersException", 400, self.products.update_provisioned_product,
                     **update, ProvisioningParameters=unit)
        done, outputs, _ = self.record(
            self.products.update_provisioned_product(**update, ProvisioningParameters=unit + same))
        account = outputs["AccountId"]
        self.assertEqual(done["RecordType"], "UPDATE_PROVISIONED_PRODUCT")
        self.assertEqual(self.parent(account), "ou-ab12-b8b26a0e")
        child = self.enrolment(account)
        self.assertEqual(child["parentIdentifier"], self.registration(WORKLOADS)["arn"])
        self.assertEqual(self.zone()["driftStatus"]["status"], "IN_SYNC")
        renamed = [{"Key": "AccountName", "Value": "other"}] + unit + [p for p in same if p["Key"] != "AccountName"]
        self.record(self.products.update_provisioned_product(
            ProvisionedProductName="vended", UpdateToken="rename", ProvisioningParameters=renamed), "FAILED")
        self.assertEqual(self.provisioned()["vended"]["Status"], "TAINTED")
        product = self.provisioned()["vended"]["Id"]
        self.record(self.products.terminate_provisioned_product(ProvisionedProductId=product, TerminateToken="end"))
        self.assertIsNone(self.enrolment(account))
        self.assertEqual(self.parent(account), "r-ab12")
        self.refused("ResourceNotFoundException", 400, self.products.describe_provisioned_product, Id=product)

    def test_90_a_unit_is_deregistered(self):
        for unit in (PROD, WORKLOADS):
            own = self.registration(unit)["arn"]
            self.of_baseline(self.tower.disable_baseline(enabledBaselineIdentifier=own))
            self.refused("ResourceNotFoundException", 404, self.tower.get_enabled_baseline, enabledBaselineIdentifier=own)
            self.refused("ResourceNotFoundException", 404, self.tower.list_enabled_controls, targetIdentifier=unit)
        self.assertIsNone(self.enrolment(PROD_ACCOUNT))
        self.assertEqual(self.provisioned(), {})
        security = self.registration(SECURITY)["arn"]
        self.refused("ValidationException", 400, self.tower.disable_baseline, enabledBaselineIdentifier=security)


if __name__ == "__main__":
    if len(sys.argv) >= 3:
        URL, _ = sys.argv.pop(1), sys.argv.pop(1)
    if not URL:
        sys.exit("usage: tower.py URL WORLD.json   (or SANDBOX_URL)")
    unittest.main(verbosity=2)
