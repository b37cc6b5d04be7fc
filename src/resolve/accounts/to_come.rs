//! Declared accounts that are still to be created.

use super::super::select::{OrgView, Place, matches};
use super::super::{Context, Desired, Held, Hold, scope};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{AccountId, OuPath};
use crate::live::{AccountState, Part};
use crate::model::{Account, AccountOwner, NewAccount, Vendor, address};
use crate::source::declared::{self, CreateAccounts};
use crate::text::Names;

/// Longest name of an account that is created; there are longer ones (`CreateAccount`,
/// `AccountName`).
const LONGEST_NAME: usize = 50;

type Declared<'d> = (&'d str, &'d Spanned<declared::Account>);

/// Puts a declared account that does not exist among those that are desired, under an id that stands for
/// it; `None` where it is not to be created, which has then been said.
pub(super) fn add<'n>(
    context: &Context<'_>,
    (name, account): Declared<'_>,
    names: impl FnOnce() -> &'n Names,
    (desired, view): (&mut Desired, &mut OrgView),
    out: &mut Vec<Diagnostic>,
) -> Option<AccountId> {
    if account.value.closed.as_ref().is_some_and(|closed| closed.value) {
        desired.notes.push(format!(
            "account `{name}` is declared closed and is not in the organization any more: its table can go"
        ));
        return None;
    }
    let hold = if context.live.gap_for(&Part::Accounts).is_some() {
        Some((Hold::Gap, "the list of accounts could not be read".to_owned()))
    } else if let Some(id) = &account.value.id {
        let detail = format!("no account of the organization has the id {}", id.value);
        Some((Hold::NoAccount, detail))
    } else if context.declared.settings.create_accounts == CreateAccounts::Never {
        let near = names().nearest(name).map(|near| format!("; is it `{near}`?"));
        let near = near.unwrap_or_default();
        let detail = format!("no such account, and accounts are never created here{near}");
        Some((Hold::NoAccount, detail))
    } else {
        None
    };
    if let Some((reason, detail)) = hold {
        let address = address::account(name);
        let origin = Some(account.span);
        desired.held.push(Held { address, action: "create", reason, detail, origin });
        return None;
    }
    let new = new(context, (name, account), out)?;
    let id = AccountId::to_come(desired.new_accounts.len() + 1);
    let tags = account.value.tags.as_ref().map(|tags| tags.value.clone()).unwrap_or_default();
    let place = Place {
        id: id.clone(),
        name: name.to_owned(),
        ou: OuPath::root(),
        tags: tags.clone(),
        state: AccountState::Active,
        management: false,
    };
    view.places.insert(id.clone(), place);
    let ou = OuPath::root();
    desired.state.accounts.insert(id.clone(), Account { ou, tags, closed: false });
    desired.new_accounts.insert(id.clone(), new);
    Some(id)
}

/// What it takes to create it. Whatever is missing is said at once.
fn new(
    context: &Context<'_>,
    (name, account): Declared<'_>,
    out: &mut Vec<Diagnostic>,
) -> Option<NewAccount> {
    let mut lacks = |span: Span, what: String, help: &str| {
        let message = format!("account `{name}` is to be created and {what}");
        out.push(Diagnostic::new(Code::MissingKey, span, message).help(help));
    };
    let declared::Account { id: _, email, ou, tags: _, owner, closed: _ } = &account.value;
    let long = name.len() > LONGEST_NAME;
    if long {
        let what = format!("its name has more than {LONGEST_NAME} characters");
        lacks(
            account.span,
            what,
            "choose a shorter one; AWS takes no longer ones for new accounts",
        );
    }
    if email.is_none() {
        let help = "add `email`, an address that no AWS account has yet; if the account exists, its name \
                    or `id` is another";
        lacks(account.span, "has no `email`".to_owned(), help);
    }
    let by = match context.declared.settings.create_accounts {
        CreateAccounts::Never => return None,
        CreateAccounts::Organizations => Some(Vendor::Organizations),
        CreateAccounts::AccountFactory => {
            if ou.as_ref().is_none_or(|ou| ou.value.depth() == 0) {
                let help = "add `ou`, the path of one that Control Tower has registered: Account Factory \
                            puts no account into the root";
                lacks(account.span, "has no `ou`".to_owned(), help);
            }
            let help = "add `owner = { email = \"…\", given_name = \"…\", family_name = \"…\" }`: Account \
                        Factory makes that user, with administrator access to the account";
            let owned = owner.as_ref().and_then(|owner| {
                Some(AccountOwner {
                    email: owner.email.value.clone(),
                    given_name: owner.given_name.as_ref()?.value.clone(),
                    family_name: owner.family_name.as_ref()?.value.clone(),
                })
            });
            if owned.is_none() {
                let span = owner.as_ref().map_or(account.span, |owner| owner.email.span);
                lacks(span, "its `owner` is not whole".to_owned(), help);
            }
            let placed = ou.as_ref().is_some_and(|ou| ou.value.depth() > 0);
            owned.filter(|_| placed).map(Vendor::AccountFactory)
        }
    };
    let email = email.as_ref()?.value.clone();
    by.filter(|_| !long).map(|by| NewAccount { name: name.to_owned(), email, by })
}

/// A new account that `[ignore]` hands off would be an error from the next run on.
pub(super) fn stays_in_sight(
    context: &Context<'_>,
    place: &Place,
    account: &Spanned<declared::Account>,
    out: &mut Vec<Diagnostic>,
) {
    let by = context.declared.settings.ignore.accounts.iter().find(|s| matches(&s.value, place));
    if let Some(selector) = by {
        let what = format!("account `{}`, as it is declared,", place.name);
        out.push(scope::ignored(account.span, &what, Some(selector.span)));
    }
}
