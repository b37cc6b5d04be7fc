//! `[[keep]]`, as typed, and what it has in common with a grant.

use super::{Declared, GrantRule, PrincipalRef};
use crate::diag::Spanned;
use crate::id::PermissionSetName;
use crate::source::selector::Selector;
use schemars::JsonSchema;

/// A grant that must stand before a plan, after it and at every step of it. It grants nothing: the
/// grant is declared, or left alone, elsewhere. A plan that would break it is refused.
#[derive(Clone, Debug, JsonSchema)]
#[schemars(deny_unknown_fields)]
pub struct Keep {
    /// Who keeps it: `group:NAME` or `user:NAME`, at least one. Each keeps its grant.
    #[schemars(length(min = 1))]
    pub to: Vec<Spanned<PrincipalRef>>,
    /// What they keep: names of permission sets, at least one. Ignored ones can be kept too.
    #[schemars(length(min = 1))]
    pub allow: Vec<Spanned<PermissionSetName>>,
    /// Where they keep it: selectors of accounts, at least one. The management account is meant by its
    /// exact name or id alone.
    #[schemars(rename = "in", length(min = 1))]
    pub within: Vec<Spanned<Selector>>,
    /// Selectors of accounts that are not meant after all. None, if left out.
    #[schemars(default)]
    pub except: Vec<Spanned<Selector>>,
    /// How many people must reach each permission set in each account through these groups and users,
    /// all together. 1, if left out.
    #[schemars(range(min = 1, max = 4_294_967_295_u32))]
    pub min_people: Option<u32>,
    /// Why it is kept; shown where a plan is refused.
    pub reason: Option<String>,
    /// Where it was asked for; for readers of the file.
    pub ticket: Option<String>,
    /// A person to ask; for readers of the file.
    pub owner: Option<String>,
}

/// What grants and keeps have in common: to … allow … in …, all but ….
#[derive(Clone, Copy, Debug)]
pub struct Sentence<'d> {
    /// Principals.
    pub to: &'d [Spanned<PrincipalRef>],
    /// Permission sets.
    pub allow: &'d [Spanned<PermissionSetName>],
    /// Accounts.
    pub within: &'d [Spanned<Selector>],
    /// Accounts that are not meant after all.
    pub except: &'d [Spanned<Selector>],
}

impl GrantRule {
    /// To whom, what, where.
    pub fn sentence(&self) -> Sentence<'_> {
        let Self { to, allow, within, except, .. } = self;
        Sentence { to, allow, within, except }
    }
}

impl Keep {
    /// To whom, what, where.
    pub fn sentence(&self) -> Sentence<'_> {
        let Self { to, allow, within, except, .. } = self;
        Sentence { to, allow, within, except }
    }
}

impl Declared {
    /// All that names principals, permission sets and accounts: grants, then keeps.
    pub fn sentences(&self) -> impl Iterator<Item = Sentence<'_>> {
        let grants = self.grants.iter().map(|rule| rule.value.sentence());
        grants.chain(self.settings.keeps.iter().map(|keep| keep.value.sentence()))
    }
}
