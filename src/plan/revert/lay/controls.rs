//! Controls of Control Tower.

use super::{Laying, cannot, changed};
use crate::model::{Control, Placed};
use crate::plan::change::What;
use crate::plan::revert::Refusal;

impl Laying<'_> {
    /// Undoes what was done by Control Tower.
    pub(super) fn governed(&mut self, what: &What) -> Result<(), Refusal> {
        match what {
            What::EnableControl(at, control) => self.enabled(at, control),
            What::DisableControl(at, control) => self.disabled(at, control),
            What::UpdateControl { at, before, after } => self.updated(at, before, after),
            What::ResetBaseline(_) => Err(cannot("drift is not brought back")),
            _ => Err(cannot("an OU is unregistered in the console of Control Tower alone")),
        }
    }

    fn enabled(&mut self, at: &Placed, left: &Control) -> Result<(), Refusal> {
        match self.desired.live.controls.get(at) {
            None => Ok(()),
            Some(now) if now.parameters == left.parameters => {
                self.state().controls.remove(at);
                Ok(())
            }
            Some(_) => Err(changed("its parameters are others by now")),
        }
    }

    fn disabled(&mut self, at: &Placed, before: &Control) -> Result<(), Refusal> {
        match self.desired.live.controls.get(at) {
            None if self.desired.live.baselines.contains_key(&at.ou) => {
                let again = Control { drifted: false, ..before.clone() };
                self.state().controls.insert(at.clone(), again);
                Ok(())
            }
            None => Err(changed(format!("OU {} is not registered any more", at.ou))),
            Some(now) if now.parameters == before.parameters => Ok(()),
            Some(_) => Err(changed("it is enabled again, with other parameters")),
        }
    }

    fn updated(&mut self, at: &Placed, before: &Control, after: &Control) -> Result<(), Refusal> {
        if before.parameters == after.parameters {
            return Err(cannot("drift is not brought back"));
        }
        match self.desired.live.controls.get(at) {
            None => Err(changed("it is not enabled any more")),
            Some(now) if now.parameters == before.parameters => Ok(()),
            Some(now) if now.parameters == after.parameters => {
                let again = Control { parameters: before.parameters.clone(), drifted: now.drifted };
                self.state().controls.insert(at.clone(), again);
                Ok(())
            }
            Some(_) => Err(changed("its parameters are others by now")),
        }
    }
}
