//! What is not applied, whoever asks.

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::plan::Plan;

/// Refuses what removes more than it may, unless exactly that number was acknowledged.
pub(super) fn limits(plan: &Plan, accepted: Option<usize>) -> Result<(), Failure> {
    let (removals, excess) = &plan.removals;
    if excess.is_empty() || accepted == Some(*removals) {
        return Ok(());
    }
    if let Some(accepted) = accepted {
        let message = format!("the plan removes {removals}, and --accept-removals says {accepted}");
        return Err(Failure::new(Exit::Refused, message));
    }
    let over: Vec<String> = excess
        .iter()
        .map(|e| format!("{} of {} {} ({} may be)", e.removals, e.live, e.kind, e.limit))
        .collect();
    Err(Failure::new(Exit::Refused, format!("the plan removes {}", over.join(", ")))
        .hint(format!("where that is meant, say so: --accept-removals {removals}")))
}
