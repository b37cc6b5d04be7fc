//! What tests of several forms need.

use super::Head;
use jiff::Timestamp;

/// Of nothing in particular.
pub(super) fn head() -> Head {
    Head {
        from: "live",
        organization: "o-abcdefghij".to_owned(),
        instance: "arn:aws:sso:::instance/ssoins-1".to_owned(),
        identity_store: "d-1".to_owned(),
        region: "ap-southeast-1".to_owned(),
        caller: None,
        standing: "unknown",
        started: Timestamp::UNIX_EPOCH,
        ended: Timestamp::UNIX_EPOCH,
        as_of: Timestamp::UNIX_EPOCH,
        complete: true,
        gaps: Vec::new(),
        depth: "full",
        reading: "by pair".to_owned(),
        not_seen: Vec::new(),
        definitions: "absent",
        git: None,
        filter: Vec::new(),
    }
}
