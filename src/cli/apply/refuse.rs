//! What is not applied, whoever asks.

use crate::cli::exit::Exit;
use crate::cli::failure::Failure;
use crate::plan::file::Reviewed;
use crate::plan::{Plan, Refusal};
use crate::text::visible;

/// Refuses what breaks a rule, and what removes more than it may unless exactly that number was
/// acknowledged. Of a saved plan the number is that of the plan that was reviewed: the same command
/// goes on after an interruption.
pub(super) fn limits(
    plan: &Plan,
    reviewed: Option<&Reviewed>,
    accepted: Option<usize>,
) -> Result<(), Failure> {
    rules(plan)?;
    let (now, excess) = &plan.removals;
    let removals = reviewed.map_or(*now, Reviewed::removals);
    // Where nothing is left to do, nothing is acknowledged.
    if let Some(accepted) = accepted.filter(|n| *n != removals && !plan.changes.is_empty()) {
        let message = format!("the plan removes {removals}, and --accept-removals says {accepted}");
        return Err(Failure::new(Exit::Refused, message)
            .hint("the number is that of the plan that was reviewed, of all kinds together"));
    }
    if excess.is_empty() || accepted.is_some() {
        return Ok(());
    }
    let over: Vec<String> = excess
        .iter()
        .map(|e| format!("{} of {} {} ({} may be)", e.removals, e.live, e.kind, e.limit))
        .collect();
    Err(Failure::new(Exit::Refused, format!("the plan removes {}", over.join(", ")))
        .hint(format!("where that is meant, say so: --accept-removals {removals}")))
}

/// Refuses what no option allows.
fn rules(plan: &Plan) -> Result<(), Failure> {
    let Some(Refusal { message, help, .. }) = plan.refused.first() else { return Ok(()) };
    let message = match plan.refused.len() {
        1 => visible(message),
        more => format!("{} (and {} more)", visible(message), more - 1),
    };
    Err(Failure::new(Exit::Refused, message).hint(visible(help)))
}
