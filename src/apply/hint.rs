//! What usually lies behind a failure, told by AWS's words.

/// A hint for a message of AWS, where its cause is known.
///
/// The texts are those that users of other tools reported (docs/aws.md); AWS does not document
/// them, so they are matched loosely.
pub fn hint(message: &str) -> Option<&'static str> {
    let lower = message.to_lowercase();
    let has = |word: &str| lower.contains(word);
    if has("customer managed polic") || (has("policy") && has("does not exist")) {
        return Some(
            "a customer managed policy must exist in the account, with the same path and name, before the set is provisioned there",
        );
    }
    if has("not found in directory") {
        return Some("the user or group was deleted; run plan again to see what is left");
    }
    if has("saml provider") {
        return Some(
            "in the management account the caller needs iam:*SAMLProvider* and iam:*Role* on aws-reserved/sso.amazonaws.com",
        );
    }
    if has("limitexceeded") || has("quota") || has("cannot exceed") {
        return Some(
            "a quota is exhausted: see Service Quotas for IAM roles in the account, or for Identity Center",
        );
    }
    if has("suspended") || has("not active") || has("pending_closure") {
        return Some("the account is not ACTIVE: nothing can be granted in it");
    }
    if has("signature expired")
        || has("requestexpired")
        || has("requesttimetooskewed")
        || has("signature not yet current")
    {
        return Some("this machine's clock differs from AWS's: set it right, and run apply again");
    }
    if has("kms") {
        return Some(
            "Identity Center is encrypted with a key of yours: the caller needs to use it, and it must be enabled",
        );
    }
    if has("still in progress") || has("no answer") {
        return Some(
            "AWS may be carrying it out still: run plan in a while to see whether it is done",
        );
    }
    if has("conflictexception") || has("concurrentmodification") {
        return Some("another change is in its way, of another tool perhaps: run apply again");
    }
    if has("throttl") || has("toomanyrequests") || has("rate exceeded") {
        return Some("the quota is shared with other tools: run apply again");
    }
    if has("accessdenied") || has("not authorized") {
        return Some("the caller's role lacks this operation: see policies/landgrant-apply.json");
    }
    if has("expiredtoken") || has("expired") {
        return Some("get new credentials and run apply again: it goes on where it stopped");
    }
    None
}

#[cfg(test)]
mod tests {
    use super::hint;

    #[test]
    fn known_causes_have_a_hint() {
        for message in [
            "Received a 404 status error: User not found in directory",
            "The policy arn:aws:iam::111122223333:policy/Guard does not exist",
            "AccessDeniedException: not authorized to perform sso:CreatePermissionSet",
            "Received a 4xx status error: Account 111122223333 is not active, its state is SUSPENDED",
            "InvalidSignatureException: Signature expired: 20261123T090000Z is now earlier than",
            "still in progress after 600 s",
        ] {
            assert!(hint(message).is_some(), "{message}");
        }
        assert!(hint("Signature expired: …").is_some_and(|hint| hint.contains("clock")));
        assert_eq!(hint("something else"), None);
    }
}
