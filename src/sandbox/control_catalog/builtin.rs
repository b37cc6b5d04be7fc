//! Some well-known controls, as AWS publishes them. The ids are AWS's where they are public; the others only look so.

/// How a control is implemented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Kind {
    Scp,
    Rcp,
    Config,
    Hook,
}

impl Kind {
    /// `Implementation.Type`
    pub(in super::super) fn name(self) -> &'static str {
        match self {
            Self::Scp => "AWS::Organizations::Policy::SERVICE_CONTROL_POLICY",
            Self::Rcp => "AWS::Organizations::Policy::RESOURCE_CONTROL_POLICY",
            Self::Config => "AWS::Config::ConfigRule",
            Self::Hook => "AWS::CloudFormation::Type::HOOK",
        }
    }

    /// The other way.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        let all = [Self::Scp, Self::Rcp, Self::Config, Self::Hook];
        all.into_iter().find(|kind| kind.name() == name)
    }

    pub(super) fn behavior(self) -> &'static str {
        match self {
            Self::Scp | Self::Rcp => "PREVENTIVE",
            Self::Config => "DETECTIVE",
            Self::Hook => "PROACTIVE",
        }
    }
}

/// A control that the sandbox knows by itself.
pub(super) struct Builtin {
    /// The last part of the catalog's ARN; empty for those that are not in the catalog.
    pub(super) opaque: &'static str,
    /// The last part of Control Tower's ARN: the alias of the older ones, letters that tell nothing of the others.
    pub(super) tower: &'static str,
    pub(super) alias: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) severity: &'static str,
    /// Name, and whether it must be given.
    pub(super) parameters: &'static [(&'static str, bool)],
}

const fn control(
    opaque: &'static str,
    id: &'static str,
    kind: Kind,
    severity: &'static str,
    name: &'static str,
) -> Builtin {
    Builtin { opaque, tower: id, alias: id, name, kind, severity, parameters: &[] }
}

/// One whose ARN of Control Tower does not tell the alias, and which has parameters.
const fn newer(
    (opaque, tower, alias): (&'static str, &'static str, &'static str),
    kind: Kind,
    severity: &'static str,
    parameters: &'static [(&'static str, bool)],
    name: &'static str,
) -> Builtin {
    Builtin { opaque, tower, alias, name, kind, severity, parameters }
}

const PRINCIPALS: &[(&str, bool)] = &[("ExemptedPrincipalArns", false)];
const PRINCIPALS_AND_RESOURCES: &[(&str, bool)] =
    &[("ExemptedPrincipalArns", false), ("ExemptedResourceArns", false)];
const REGIONS: &[(&str, bool)] =
    &[("AllowedRegions", true), ("ExemptedPrincipalArns", false), ("ExemptedActions", false)];

use Kind::{Config, Hook, Rcp, Scp};

/// Those that may be enabled: strongly recommended and elective ones.
#[rustfmt::skip]
pub(super) const OPTIONAL: [Builtin; 27] = [
    control("503uicglhjkokaajywfpt6ros", "AWS-GR_ENCRYPTED_VOLUMES", Config, "MEDIUM", "Detect whether encryption is enabled for Amazon EBS volumes attached to Amazon EC2 instances"),
    control("2j9gjxqfo040xtx8kd1jf4ni6", "AWS-GR_EBS_OPTIMIZED_INSTANCE", Config, "LOW", "Detect whether Amazon EBS optimization is enabled for Amazon EC2 instances"),
    control("8c3i4catfgmyy1e19476v06rr", "AWS-GR_EC2_VOLUME_INUSE_CHECK", Config, "LOW", "Detect whether Amazon EBS volumes are attached to Amazon EC2 instances"),
    control("4jc77cq1lcr7g64xywwypykv8", "AWS-GR_RDS_INSTANCE_PUBLIC_ACCESS_CHECK", Config, "CRITICAL", "Detect whether public access to Amazon RDS database instances is enabled"),
    control("1h4eyqyyonp19dlrreqf1i3w0", "AWS-GR_RDS_SNAPSHOTS_PUBLIC_PROHIBITED", Config, "CRITICAL", "Detect whether public access to Amazon RDS database snapshots is enabled"),
    control("e34kieahgkm0lggs5g0s412jt", "AWS-GR_RDS_STORAGE_ENCRYPTED", Config, "MEDIUM", "Detect whether storage encryption is enabled for Amazon RDS database instances"),
    control("df2ta5ytg2zatj1q7y5e09u32", "AWS-GR_RESTRICTED_COMMON_PORTS", Config, "HIGH", "Detect whether unrestricted incoming TCP traffic is allowed"),
    control("6rilu41n0gb9w6mxrkyewoer4", "AWS-GR_RESTRICTED_SSH", Config, "HIGH", "Detect whether unrestricted internet connection through SSH is allowed"),
    control("5kvme4m5d2b4d7if2fs5yg2ui", "AWS-GR_RESTRICT_ROOT_USER", Scp, "CRITICAL", "Disallow actions as a root user"),
    control("8ui9y3oace2513xarz8aqojl7", "AWS-GR_RESTRICT_ROOT_USER_ACCESS_KEYS", Scp, "CRITICAL", "Disallow creation of access keys for the root user"),
    control("24izmu4k16gv9tvd7sexnyrfy", "AWS-GR_ROOT_ACCOUNT_MFA_ENABLED", Config, "HIGH", "Detect whether MFA for the root user is enabled"),
    control("8sw3pbid15t9cbww8d2w2qwgf", "AWS-GR_S3_BUCKET_PUBLIC_READ_PROHIBITED", Config, "CRITICAL", "Detect whether public read access to Amazon S3 buckets is allowed"),
    control("9j9nwxj789d82sypnukhyyowy", "AWS-GR_S3_BUCKET_PUBLIC_WRITE_PROHIBITED", Config, "CRITICAL", "Detect whether public write access to Amazon S3 buckets is allowed"),
    control("50z1ot237wl8u1lv5ufau6qqo", "AWS-GR_SUBNET_AUTO_ASSIGN_PUBLIC_IP_DISABLED", Config, "MEDIUM", "Detect whether Amazon VPC subnets are assigned a public IP address"),
    control("aemn4s3hxv9erree434pvjboi", "AWS-GR_AUTOSCALING_LAUNCH_CONFIG_PUBLIC_IP_DISABLED", Config, "HIGH", "Detect whether Amazon EC2 Auto Scaling launch configurations give public IP addresses"),
    newer(("dvuaav61i5cnfazfelmvn9m6k", "AWS-GR_DISALLOW_CROSS_REGION_NETWORKING", "AWS-GR_DISALLOW_CROSS_REGION_NETWORKING"), Scp, "MEDIUM", PRINCIPALS, "Disallow cross-Region networking for Amazon EC2, Amazon CloudFront, and AWS Global Accelerator"),
    newer(("41ngl8m5c4eb1myoz0t707n7h", "AWS-GR_DISALLOW_VPC_INTERNET_ACCESS", "AWS-GR_DISALLOW_VPC_INTERNET_ACCESS"), Scp, "HIGH", PRINCIPALS, "Disallow internet access for an Amazon VPC instance managed by a customer"),
    newer(("5rlqt6yj6u0v0gb62pqdy4ae", "AWS-GR_DISALLOW_VPN_CONNECTIONS", "AWS-GR_DISALLOW_VPN_CONNECTIONS"), Scp, "MEDIUM", PRINCIPALS, "Disallow Amazon Virtual Private Network connections"),
    control("dekrrxbiux86m6jdowdsbamze", "AWS-GR_DMS_REPLICATION_NOT_PUBLIC", Config, "CRITICAL", "Detect whether replication instances for AWS DMS are public"),
    control("87qo8rsoettjrxjevmjqcw1tu", "AWS-GR_EBS_SNAPSHOT_PUBLIC_RESTORABLE_CHECK", Config, "CRITICAL", "Detect whether Amazon EBS snapshots are restorable by all AWS accounts"),
    newer(("7mo7a2h2ebsq71l8k6uzr96ou", "QTWRDHVQEUGJ", "CT.S3.PV.5"), Rcp, "HIGH", PRINCIPALS_AND_RESOURCES, "Require that the organization's Amazon S3 resources are accessible only by IAM principals that belong to the organization, or by an AWS service"),
    newer(("dvhe47fxg5o6lryqrq9g6sxg4", "NBLVSYJXRKOA", "CT.SECRETSMANAGER.PV.1"), Rcp, "HIGH", PRINCIPALS, "Require that the organization's AWS Secrets Manager resources are accessible only by IAM principals that belong to the organization, or by an AWS service"),
    newer(("5mhjhod4ky44haldvja2v4x3a", "VZWFDXKQYLHM", "CT.APIGATEWAY.PR.1"), Hook, "MEDIUM", &[], "Require an Amazon API Gateway REST and WebSocket API to have logging activated"),
    newer(("3bq1zkk0hyudnlzbtsd3gzobz", "XLSIRLRDKWVQ", "CT.CLOUDFORMATION.PR.1"), Scp, "CRITICAL", &[], "Disallow management of resource types, modules, and hooks within the AWS CloudFormation registry"),
    newer(("6oxnm6bclh3hc24y9xvj3rlgu", "UWYKAUHSRUKZ", "CT.DOCUMENTDB.PR.1"), Hook, "MEDIUM", &[], "Require an Amazon DocumentDB cluster to be encrypted at rest"),
    newer(("ebp8wq1vdmjyf4n3hk27xt5uc", "BRGLCIPEZUAS", "CT.LAMBDA.PV.1"), Scp, "HIGH", PRINCIPALS, "Require an AWS Lambda function URL to use AWS IAM-based authentication"),
    newer(("bzx3rt6vq82p1hyw05ukefm9d", "HNPDKLWEKUVZ", "CT.MULTISERVICE.PV.1"), Scp, "HIGH", REGIONS, "Deny access to AWS based on the requested AWS Region for an organizational unit"),
];

/// Those that Control Tower enables by itself. They are not in the catalog, and no call changes them.
#[rustfmt::skip]
pub(super) const MANDATORY: [Builtin; 9] = [
    control("", "AWS-GR_AUDIT_BUCKET_DELETION_PROHIBITED", Scp, "CRITICAL", "Disallow deletion of log archive"),
    control("", "AWS-GR_AUDIT_BUCKET_PUBLIC_READ_PROHIBITED", Config, "CRITICAL", "Detect public read access setting for log archive"),
    control("", "AWS-GR_CLOUDTRAIL_CHANGE_PROHIBITED", Scp, "CRITICAL", "Disallow configuration changes to CloudTrail"),
    control("", "AWS-GR_CLOUDTRAIL_ENABLED", Scp, "HIGH", "Enable CloudTrail in all available Regions"),
    control("", "AWS-GR_CONFIG_CHANGE_PROHIBITED", Scp, "CRITICAL", "Disallow configuration changes to AWS Config"),
    control("", "AWS-GR_CONFIG_ENABLED", Scp, "HIGH", "Enable AWS Config in all available Regions"),
    control("", "AWS-GR_IAM_ROLE_CHANGE_PROHIBITED", Scp, "CRITICAL", "Disallow changes to AWS IAM roles set up by AWS Control Tower and AWS CloudFormation"),
    control("", "AWS-GR_LAMBDA_CHANGE_PROHIBITED", Scp, "CRITICAL", "Disallow changes to AWS Lambda functions set up by AWS Control Tower"),
    control("", "AWS-GR_REGION_DENY", Scp, "HIGH", "Deny access to AWS based on the requested AWS Region for the landing zone"),
];

/// The mandatory controls that every registered unit has.
pub(in super::super) const EVERYWHERE: [&str; 3] = [
    "AWS-GR_CLOUDTRAIL_CHANGE_PROHIBITED",
    "AWS-GR_CONFIG_CHANGE_PROHIBITED",
    "AWS-GR_IAM_ROLE_CHANGE_PROHIBITED",
];
/// Those of the unit that keeps the logs.
pub(in super::super) const SECURITY: [&str; 2] =
    ["AWS-GR_AUDIT_BUCKET_DELETION_PROHIBITED", "AWS-GR_AUDIT_BUCKET_PUBLIC_READ_PROHIBITED"];
