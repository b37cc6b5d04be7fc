//! Accounts that are declared closed.

use super::super::select::OrgView;
use super::super::{Context, Desired, Held, Hold};
use crate::diag::Spanned;
use crate::id::AccountId;
use crate::live::AccountState;
use crate::model::address;
use crate::source::declared;

/// What Control Tower calls the accounts that it cannot do without, in any case ("Shared accounts",
/// AWS Control Tower User Guide): the names that it proposes, however they are joined.
const SHARED: [&str; 2] = ["log archive", "audit"];

/// Closes an account, where it is declared so; says whether it is.
///
/// Nothing selects it from then on: what is granted in it goes first, where grants are enforced.
pub(super) fn close(
    context: &Context<'_>,
    (id, account): (&AccountId, &Spanned<declared::Account>),
    desired: &mut Desired,
    view: &mut OrgView,
) -> bool {
    let Some(closed) = account.value.closed.as_ref().filter(|closed| closed.value) else {
        return false;
    };
    let Some(live) = context.live.organization.accounts.get(id) else { return false };
    let hold = if *id == context.live.organization.management_account {
        let detail = "it is the management account, which AWS does not close";
        Some((Hold::Protected, detail.to_owned()))
    } else if SHARED.contains(&live.name.to_lowercase().replace(['-', '_'], " ").as_str()) {
        let detail = format!("it is Control Tower's {} account", live.name);
        Some((Hold::Protected, detail))
    } else if matches!(live.state, AccountState::PendingActivation) {
        Some((Hold::Inactive, "it is being set up: AWS closes it only afterwards".to_owned()))
    } else {
        None
    };
    if let Some((reason, detail)) = hold {
        let address = address::account(context.projection.labels.of(id));
        let origin = Some(closed.span);
        desired.held.push(Held { address, action: "delete", reason, detail, origin });
        return true;
    }
    if let Some(target) = desired.state.accounts.get_mut(id) {
        target.closed = true;
    }
    if live.state == AccountState::Active {
        view.places.remove(id);
    }
    true
}
