//! Plans for tests, of nothing but their changes.

use crate::live::Taken;
use crate::live::project::Labels;
use crate::plan::change::{Change, Reason, Risk, What};
use crate::plan::{Observed, Place, Plan};
use jiff::Timestamp;
use std::collections::BTreeMap;

/// A plan of these changes, which depend on nothing.
pub(crate) fn of(whats: Vec<What>) -> Plan {
    let labels = Labels::default();
    let changes = whats.into_iter().enumerate().map(|(i, what)| Change {
        id: format!("c{}", i + 1),
        address: what.address(&labels),
        what,
        reason: Reason { word: "declared", detail: String::new() },
        origin: None,
        needs: Vec::new(),
        after: Vec::new(),
        risk: Risk::Low,
        until: None,
        ids: BTreeMap::new(),
        calls: Vec::new(),
    });
    let now = Timestamp::UNIX_EPOCH;
    let scope = Place {
        organization: "o-abcde12345".into(),
        instance: "ssoins-1".into(),
        region: "us-east-1".into(),
        caller: None,
    };
    Plan {
        scope,
        observed: Observed {
            taken: Taken { started: now, ended: now, by: None, calls: BTreeMap::new() },
            gaps: Vec::new(),
            counts: crate::plan::Counts::default(),
            fingerprint: String::new(),
            parts: BTreeMap::new(),
        },
        desired_fingerprint: String::new(),
        changes: changes.collect(),
        access: crate::access::delta::Delta::default(),
        held: Vec::new(),
        ignored: BTreeMap::new(),
        unmanaged: [].into(),
        findings: Vec::new(),
        removals: (0, Vec::new()),
        labels,
        admin_sets: ([].into(), [].into()),
        causes: BTreeMap::new(),
    }
}
