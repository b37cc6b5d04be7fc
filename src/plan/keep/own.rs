//! The access by which the caller is here.

use crate::id::{AccountId, PermissionSetName, UserName};
use crate::model::State;

/// Roles that Identity Center makes of permission sets are called so, with the set's name and a hash
/// behind it ("Referencing permission sets in resource policies", IAM Identity Center User Guide).
const ROLE: &str = "AWSReservedSSO_";

/// A person who came in by a permission set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) struct Own {
    pub(super) account: AccountId,
    pub(super) set: PermissionSetName,
    pub(super) person: UserName,
}

/// Who asks, as far as that can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in super::super) enum Caller {
    /// A person by a permission set.
    Person(Own),
    /// By a permission set, under a name that no user has.
    Stranger(String),
    /// Anything else: a role of its own, a user of IAM, the root user.
    Other,
}

/// Reads `arn:aws:sts::ACCOUNT:assumed-role/AWSReservedSSO_SET_HASH/USERNAME`, and finds the user.
pub(in super::super) fn caller(arn: Option<&str>, state: &State) -> Caller {
    let Some((account, set, name)) = arn.and_then(parts) else { return Caller::Other };
    let Some(person) = user(&name, state) else { return Caller::Stranger(name) };
    Caller::Person(Own { account, set, person })
}

fn parts(arn: &str) -> Option<(AccountId, PermissionSetName, String)> {
    let mut fields = arn.splitn(6, ':');
    let (arn, _partition, service) = (fields.next()?, fields.next()?, fields.next()?);
    let (_region, account, rest) = (fields.next()?, fields.next()?, fields.next()?);
    if arn != "arn" || service != "sts" {
        return None;
    }
    let mut names = rest.strip_prefix("assumed-role/")?.splitn(2, '/');
    let (role, session) = (names.next()?, names.next()?);
    // The set's own name may hold underscores; the hash holds none.
    let (set, hash) = role.strip_prefix(ROLE)?.rsplit_once('_')?;
    let whole = !set.is_empty() && !hash.is_empty() && !session.is_empty();
    let account = AccountId::parse(account)?;
    whole.then(|| (account, PermissionSetName::new(set), session.to_owned()))
}

/// The user of that name; where none is written so, the only one that differs by case alone.
fn user(name: &str, state: &State) -> Option<UserName> {
    let exact = UserName::new(name);
    if state.users.contains_key(&exact) {
        return Some(exact);
    }
    let folded = name.to_lowercase();
    let mut alike = state.users.keys().filter(|user| user.as_str().to_lowercase() == folded);
    let first = alike.next()?;
    alike.next().is_none().then(|| first.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_is_a_person_where_the_role_is_of_a_set() {
        let role = |text: &str| parts(&format!("arn:aws:sts::111122223333:assumed-role/{text}"));
        let (account, set, name) =
            role("AWSReservedSSO_Break_Glass_0123456789abcdef/an@x.example").unwrap();
        assert_eq!(
            (account.as_str(), set.as_str(), name.as_str()),
            ("111122223333", "Break_Glass", "an@x.example")
        );
        for other in
            ["landgrant/ci", "AWSReservedSSO_X/an", "AWSReservedSSO_X_1/", "AWSReservedSSO__1/a"]
        {
            assert_eq!(role(other), None, "{other}");
        }
        assert_eq!(parts("arn:aws:iam::111122223333:root"), None);
        assert_eq!(parts("arn:aws:sts::1:assumed-role/AWSReservedSSO_X_1/a"), None);
        assert_eq!(parts(""), None);
    }
}
