//! Levels of permission sets.

use super::{Classified, Level, Levels};
use crate::model::{Boundary, CustomerPolicy, PermissionSet, Policy, PolicyArn, Session};

fn set(managed: &[&str], inline: Option<&str>) -> PermissionSet {
    let arn = |name: &&str| PolicyArn(format!("arn:aws:iam::aws:policy/{name}"));
    PermissionSet {
        description: None,
        session: Session::DEFAULT,
        relay_state: None,
        managed_policies: managed.iter().map(arn).collect(),
        customer_managed_policies: [].into(),
        inline_policy: inline.map(Policy::new),
        permissions_boundary: None,
        tags: [].into(),
    }
}

fn allowing(actions: &str) -> Classified {
    let policy = format!(r#"{{"Statement":[{{"Effect":"Allow",{actions},"Resource":"*"}}]}}"#);
    Levels::shipped().of(&set(&[], Some(&policy)))
}

#[test]
fn managed_policies_have_the_level_that_is_listed() {
    for (names, level, reason) in [
        (&[][..], Level::None, "no policy allows anything"),
        (&["ReadOnlyAccess"], Level::Read, "policy ReadOnlyAccess"),
        (&["ReadOnlyAccess", "PowerUserAccess"], Level::Privileged, "policy PowerUserAccess"),
        (&["AdministratorAccess"], Level::Admin, "policy AdministratorAccess"),
        (&["job-function/ViewOnlyAccess"], Level::Read, "policy job-function/ViewOnlyAccess"),
        // AWS has no such policy under this path.
        (&["own/AdministratorAccess"], Level::Unknown, "not known: policy own/AdministratorAccess"),
        (
            &["ReadOnlyAccess", "NewOfTomorrow"],
            Level::Unknown,
            "not known: policy NewOfTomorrow; at least read: policy ReadOnlyAccess",
        ),
        (
            &["PowerUserAccess", "NewOfTomorrow"],
            Level::Privileged,
            "policy PowerUserAccess; not known: policy NewOfTomorrow",
        ),
    ] {
        let found = Levels::shipped().of(&set(names, None));
        assert_eq!((found.level, found.reason.as_str()), (level, reason));
    }
}

#[test]
fn what_people_attach_is_listed() {
    let cases = [
        // The policies of Control Tower's own sets.
        (Level::Admin, "AdministratorAccess"),
        (Level::Privileged, "PowerUserAccess"),
        (Level::Privileged, "AWSOrganizationsFullAccess"),
        (Level::Privileged, "AWSServiceCatalogAdminFullAccess"),
        (Level::Privileged, "AWSServiceCatalogEndUserFullAccess"),
        (Level::Read, "ReadOnlyAccess"),
        // Those of job functions.
        (Level::Privileged, "job-function/DataScientist"),
        (Level::Privileged, "job-function/DatabaseAdministrator"),
        (Level::Privileged, "job-function/NetworkAdministrator"),
        (Level::Privileged, "job-function/SystemAdministrator"),
        (Level::Write, "job-function/Billing"),
        (Level::Write, "job-function/SupportUser"),
        (Level::Read, "job-function/ViewOnlyAccess"),
        (Level::Read, "SecurityAudit"),
        // Roles can be handed on.
        (Level::Privileged, "AWSLambda_FullAccess"),
        (Level::Privileged, "AmazonECS_FullAccess"),
        (Level::Privileged, "AmazonSSMFullAccess"),
        (Level::Privileged, "AWSCloudFormationFullAccess"),
        (Level::Privileged, "AWSCodeBuildDeveloperAccess"),
        // A role that AWS alone can take is no way up.
        (Level::Write, "AmazonEC2FullAccess"),
        (Level::Write, "AmazonRDSFullAccess"),
        (Level::Write, "ElasticLoadBalancingFullAccess"),
        (Level::Write, "AmazonS3FullAccess"),
        (Level::Write, "AmazonEC2ContainerRegistryPowerUser"),
        (Level::Write, "AWSKeyManagementServicePowerUser"),
        (Level::Read, "AmazonEC2ContainerRegistryReadOnly"),
        (Level::Read, "AWSLambda_ReadOnlyAccess"),
        (Level::Read, "AWSSSOReadOnly"),
        (Level::Read, "CloudWatchLogsReadOnlyAccess"),
        // Named read-only, and yet: it takes a token for somebody else.
        (Level::Privileged, "AnthropicReadOnlyAccess"),
        (Level::None, "AWSDenyAll"),
    ];
    for (level, name) in cases {
        assert_eq!(Levels::shipped().of(&set(&[name], None)).level, level, "{name}");
    }
}

#[test]
fn some_reading_verbs_do_more_and_some_other_verbs_only_read() {
    for (action, level) in [
        ("sts:GetCallerIdentity", Level::Read),
        ("sts:GetFederationToken", Level::Privileged),
        ("sts:Get*", Level::Privileged),
        ("sso:GetRoleCredentials", Level::Privileged),
        ("sso:GetPermissionSet", Level::Read),
        ("states:GetActivityTask", Level::Write),
        ("states:Get*", Level::Write),
        ("redshift:GetClusterCredentialsWithIAM", Level::Write),
        ("ecr:GetAuthorizationToken", Level::Read),
        ("lambda:GetFunction", Level::Read),
        ("secretsmanager:GetSecretValue", Level::Read),
        ("kms:Decrypt", Level::Read),
        ("apigateway:GET", Level::Read),
        ("logs:FilterLogEvents", Level::Read),
        ("LOGS:startquery", Level::Read),
        ("logs:Start*", Level::Write),
        ("dynamodb:PartiQLSelect", Level::Read),
        ("dynamodb:PartiQL*", Level::Write),
        ("access-analyzer:ValidatePolicy", Level::Read),
        ("cloudformation:ValidateTemplate", Level::Read),
        ("athena:StartQueryExecution", Level::Write),
        ("ce:GetCostAndUsage", Level::Read),
        ("tag:GetResources", Level::Read),
        ("tag:TagResources", Level::Write),
        ("iam:SimulatePrincipalPolicy", Level::Read),
        ("iam:GenerateCredentialReport", Level::Read),
        ("iam:Generate*", Level::Privileged),
        ("iam:CreateServiceLinkedRole", Level::Write),
        ("iam:Create*", Level::Privileged),
        ("identitystore:IsMemberInGroups", Level::Read),
        ("identitystore:CreateGroupMembership", Level::Privileged),
        ("sqs:ReceiveMessage", Level::Write),
    ] {
        assert_eq!(allowing(&format!(r#""Action":"{action}""#)).level, level, "{action}");
    }
}

#[test]
fn inline_statements_have_the_level_of_what_they_allow() {
    for (actions, level) in [
        (r#""Action":"s3:Get*""#, Level::Read),
        (r#""Action":["s3:List*","ec2:DescribeInstances"]"#, Level::Read),
        (r#""Action":"s3:G*""#, Level::Write),
        (r#""Action":"s3:*""#, Level::Write),
        (r#""Action":"dynamodb:PutItem""#, Level::Write),
        (r#""Action":"iam:ListRoles""#, Level::Read),
        (r#""Action":"IAM:passrole""#, Level::Privileged),
        (r#""Action":"iam:P*""#, Level::Privileged),
        (r#""Action":"iam:*""#, Level::Admin),
        (r#""Action":["s3:Get*","*"]"#, Level::Admin),
        (r#""Action":"*:*""#, Level::Admin),
        (r#""Action":"iam:?*""#, Level::Admin),
        (r#""Action":"ssm:*""#, Level::Privileged),
        (r#""Action":"sso:CreateAccountAssignment""#, Level::Privileged),
        (r#""NotAction":["iam:*","organizations:*"]"#, Level::Privileged),
        (r#""NotAction":"s3:*""#, Level::Admin),
        (r#""Action":7"#, Level::Unknown),
        (r#""Action":"s3:Get*","NotAction":"s3:Get*""#, Level::Unknown),
    ] {
        assert_eq!(allowing(actions).level, level, "{actions}");
    }
    assert_eq!(allowing(r#""Action":["s3:Get*","iam:PassRole"]"#).reason, "inline iam:PassRole");
}

#[test]
fn what_takes_away_or_cannot_be_read_lowers_nothing() {
    let levels = Levels::shipped();
    let denying = r#"{"Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;
    assert_eq!(levels.of(&set(&[], Some(denying))).level, Level::None);
    assert_eq!(levels.of(&set(&["AdministratorAccess"], Some(denying))).level, Level::Admin);
    assert_eq!(levels.of(&set(&["ReadOnlyAccess"], Some("{"))).level, Level::Unknown);

    let own = CustomerPolicy { path: "/".to_owned(), name: "Own".to_owned() };
    let mut bounded = set(&["ReadOnlyAccess"], None);
    bounded.customer_managed_policies.insert(own.clone());
    bounded.permissions_boundary = Some(Boundary::Customer(own));
    let Classified { level, reason } = levels.of(&bounded);
    assert_eq!(level, Level::Unknown);
    assert_eq!(
        reason,
        "not known: customer managed policy /Own; at least read: policy ReadOnlyAccess; \
         permissions boundary /Own may take away"
    );
}
