//! How long an apply takes at the quota.

use super::Plan;
use crate::call::Call;

impl Plan {
    /// Seconds at the quota: about 18 requests a second, and ten assignments or two provisionings at a
    /// time that take about three seconds each (docs/aws.md).
    pub fn estimate(&self) -> usize {
        let calls = self.changes.iter().flat_map(|change| &change.calls);
        let (mut all, mut assignments, mut provisionings) = (0_usize, 0_usize, 0_usize);
        let (mut baselines, mut controls) = (0_usize, 0_usize);
        for call in calls {
            all += 1;
            match call {
                Call::CreateAccountAssignment { .. } | Call::DeleteAccountAssignment { .. } => {
                    assignments += 1;
                }
                Call::ProvisionPermissionSet { .. } => provisionings += 1,
                Call::EnableBaseline { .. } | Call::ResetEnabledBaseline { .. } => baselines += 1,
                Call::EnableControl { .. }
                | Call::UpdateEnabledControl { .. }
                | Call::ResetEnabledControl { .. }
                | Call::DisableControl { .. } => controls += 1,
                _ => {}
            }
        }
        let waits = 3 * (assignments.div_ceil(10) + provisionings.div_ceil(2));
        // Minutes each [U], one at a time; but a hundred controls.
        let waits = waits + 600 * baselines + 60 * controls.div_ceil(100);
        all.div_ceil(18).max(1) + waits
    }
}
