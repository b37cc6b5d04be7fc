//! What is asked of Control Tower.

use super::Lookup;
use crate::call::{Call, OuTarget};
use crate::id::OuPath;
use crate::model::{Control, Placed};
use std::collections::BTreeMap;

impl Lookup<'_> {
    /// An OU as Control Tower names it.
    pub(super) fn governed(&self, ou: &OuPath) -> Option<OuTarget> {
        Some(OuTarget { prefix: self.ids.tower.as_ref()?.ou_prefix.clone(), ou: self.ou(ou)? })
    }

    /// Where Control Tower manages Identity Center, the baseline wants that named.
    pub(super) fn enable_baseline(&self, ou: &OuPath) -> Option<Call> {
        let tower = self.ids.tower.as_ref()?;
        let key = "IdentityCenterEnabledBaselineArn".to_owned();
        let parameters = match &tower.identity_center {
            Some(arn) => BTreeMap::from([(key, arn.to_string())]),
            None if tower.manages_identity_center => return None,
            None => BTreeMap::new(),
        };
        Some(Call::EnableBaseline {
            baseline: tower.baseline.clone()?,
            version: tower.version.clone()?,
            target: self.governed(ou)?,
            parameters,
        })
    }

    /// Drift is mended first: Control Tower updates no control that has drifted, nor one that is the same.
    pub(super) fn update_control(
        &self,
        at: &Placed,
        before: &Control,
        after: &Control,
    ) -> Option<Vec<Call>> {
        let enabled = self.ids.tower.as_ref()?.enabled_controls.get(at)?;
        let reset = before.drifted.then(|| Call::ResetEnabledControl { enabled: enabled.clone() });
        let differs = before.parameters != after.parameters;
        let update = differs.then(|| Call::UpdateEnabledControl {
            enabled: enabled.clone(),
            parameters: after.parameters.clone(),
        });
        Some(reset.into_iter().chain(update).collect())
    }
}
