"""Drives Control Tower, its catalog and Account Factory of a running `landgrant sandbox serve` with boto3.

    python tests/wire/tower.py http://127.0.0.1:PORT WORLD.json

The world is tests/wire/tower/sandbox.json, and the sandbox one that was started from it and not used before: the tests go
through one story in the order of their names. Exits 0 only if everything read back is as expected.
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

    def enabled(self, **arguments):
        return self.all(self.tower, "list_enabled_baselines", "enabledBaselines", **arguments)

    def controls(self, **arguments):
        return self.all(self.tower, "list_enabled_controls", "enabledControls", **arguments)

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


if __name__ == "__main__":
    if len(sys.argv) >= 3:
        URL, _ = sys.argv.pop(1), sys.argv.pop(1)
    if not URL:
        sys.exit("usage: tower.py URL WORLD.json   (or SANDBOX_URL)")
    unittest.main(verbosity=2)
