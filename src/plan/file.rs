//! A saved plan, read back: what was reviewed, to be compared with a plan made anew.

use super::change::{Action, Change, What};
use super::document::{FORMAT_VERSION, KIND, Step, digest_of};
use super::rows::{self, Rows};
use super::{Pairs, Plan};
use crate::id::{AccountId, PermissionSetName};
use crate::live::reading::Depth;
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// What a saved plan binds.
#[derive(Clone, Debug)]
pub struct Reviewed {
    /// Its short name.
    pub id: String,
    /// `o-…`.
    pub organization: String,
    /// The instance's ARN.
    pub instance: String,
    /// Its region.
    pub region: String,
    /// The first instant at which it may no longer be applied.
    pub expires: Timestamp,
    /// How deep the reading was that it was made from; plans that do not tell were made from full
    /// ones.
    pub depth: Depth,
    /// The selectors of `--only` that it was made with, in order; plans that do not tell are about
    /// everything.
    pub only: Vec<String>,
    /// The reviewed changes by address.
    steps: BTreeMap<String, Vec<Step>>,
    /// Whose access they change.
    rows: Rows,
    /// Accounts in which the reviewed grants of a permission set are.
    granted: BTreeMap<String, BTreeSet<String>>,
}

/// Why a file is not a plan that can be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Not JSON, or cut off.
    #[error("it is not a JSON document: {0}")]
    Json(String),
    /// Another kind of document.
    #[error("it is not a plan (`kind` is not \"{KIND}\")")]
    Kind,
    /// Written by a newer landgrant.
    #[error("its format version is {0}; this version reads {FORMAT_VERSION}")]
    Version(String),
    /// A part is missing or of another type.
    #[error("its `{0}` is missing or malformed")]
    Part(&'static str),
    /// Its changes are not those that its digest was made of.
    #[error("its changes do not match its digest: the file was edited or damaged")]
    Digest,
}

/// Reads a saved plan.
pub fn read(text: &str) -> Result<Reviewed, PlanFileError> {
    let document: Value =
        serde_json::from_str(text).map_err(|e| PlanFileError::Json(e.to_string()))?;
    if document.get("kind").and_then(Value::as_str) != Some(KIND) {
        return Err(PlanFileError::Kind);
    }
    let version =
        string(&document, "/format_version").ok_or(PlanFileError::Part("format_version"))?;
    if version.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(PlanFileError::Version(version));
    }
    let list =
        document.get("changes").and_then(Value::as_array).ok_or(PlanFileError::Part("changes"))?;
    let steps: Option<Vec<Step>> = list.iter().map(Step::read).collect();
    let steps = steps.ok_or(PlanFileError::Part("changes"))?;
    let rows = document.get("access").and_then(Rows::read).ok_or(PlanFileError::Part("access"))?;
    let digest = string(&document, "/digest").ok_or(PlanFileError::Part("digest"))?;
    let only = match document.pointer("/scope/only") {
        None => Vec::new(),
        Some(list) => texts(list).ok_or(PlanFileError::Part("scope.only"))?,
    };
    if digest_of(steps.clone(), &rows, &only) != digest {
        return Err(PlanFileError::Digest);
    }
    let text = |pointer, name| string(&document, pointer).ok_or(PlanFileError::Part(name));
    Ok(Reviewed {
        id: text("/id", "id")?,
        organization: text("/scope/organization", "scope.organization")?,
        instance: text("/scope/instance", "scope.instance")?,
        region: text("/scope/region", "scope.region")?,
        expires: text("/expires", "expires")?
            .parse()
            .map_err(|_| PlanFileError::Part("expires"))?,
        depth: string(&document, "/observed/depth")
            .and_then(|word| Depth::parse(&word))
            .unwrap_or_default(),
        only,
        granted: granted(&steps),
        steps: by_address(steps),
        rows,
    })
}

fn string(document: &Value, pointer: &str) -> Option<String> {
    document.pointer(pointer).and_then(Value::as_str).map(str::to_owned)
}

fn texts(list: &Value) -> Option<Vec<String>> {
    list.as_array()?.iter().map(|text| text.as_str().map(str::to_owned)).collect()
}

fn by_address(steps: Vec<Step>) -> BTreeMap<String, Vec<Step>> {
    let mut out: BTreeMap<String, Vec<Step>> = BTreeMap::new();
    for step in steps {
        out.entry(step.address.clone()).or_default().push(step);
    }
    out
}

fn granted(steps: &[Step]) -> BTreeMap<String, BTreeSet<String>> {
    let mut out: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for step in steps {
        if let (Some(account), Some(set)) =
            (string(&step.after, "/account_id"), string(&step.after, "/permission_set"))
        {
            out.entry(set).or_default().insert(account);
        }
    }
    out
}

impl Reviewed {
    /// Changes that were not reviewed. When there are none, what is left to do is a subset of what
    /// was agreed to, which is also how an interrupted apply goes on.
    pub fn unreviewed<'a>(&self, changes: &'a [Change]) -> Vec<&'a Change> {
        changes.iter().filter(|change| !self.covers(change)).collect()
    }

    /// Lines that name whose access a plan changes in a way that was not reviewed.
    pub fn unreviewed_access(&self, plan: &Plan) -> Vec<String> {
        let missing = self.rows.missing(&Rows::of(&plan.access));
        missing.iter().map(|(word, row)| rows::text(plan, word, row)).collect()
    }

    /// Whether a change is among the reviewed ones, or what is left of one of them.
    fn covers(&self, change: &Change) -> bool {
        let now = Step::of(change);
        let steps = self.steps.get(&change.address).map(Vec::as_slice).unwrap_or_default();
        if let What::ProvisionSet { name, accounts } = &change.what {
            let granted = self.granted.get(name.as_str());
            let was = |id: &str| {
                granted.is_some_and(|those| those.contains(id))
                    || steps.iter().any(|step| step.provisions(id))
            };
            return steps.iter().any(|step| step.has_ids(&now))
                && accounts.iter().all(|account| was(account.as_str()));
        }
        steps.iter().any(|step| step.leads_to(&now))
    }

    /// The pairs of every grant that it revokes.
    pub fn revoked(&self) -> Pairs {
        let steps = self.steps.values().flatten();
        steps
            .filter_map(|step| {
                let account = AccountId::parse(&string(&step.before, "/account_id")?)?;
                let set = string(&step.before, "/permission_set")?;
                Some((account, PermissionSetName::new(set)))
            })
            .collect()
    }

    /// How many of them remove something.
    pub fn removals(&self) -> usize {
        let delete = Action::Delete.name();
        self.steps.values().flatten().filter(|step| step.action == delete).count()
    }

    /// How many changes were reviewed.
    pub fn len(&self) -> usize {
        self.steps.values().map(Vec::len).sum()
    }

    /// Whether nothing was to be changed.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }
}

impl Step {
    /// Whether another step is this one, or what an interruption left of it: an edit of what was
    /// created, or a smaller edit to the same end.
    fn leads_to(&self, now: &Self) -> bool {
        let (create, update) = (Action::Create.name(), Action::Update.name());
        let same = self.action == now.action && self.before == now.before;
        let rest = now.action == update && [create, update].contains(&self.action.as_str());
        (same || rest) && self.after == now.after && self.has_ids(now)
    }

    /// Whether another step acts on the same things: every id that was known is the same. One that
    /// was not known is of something that the plan itself was to create.
    fn has_ids(&self, now: &Self) -> bool {
        let ids = self.ids.as_object();
        ids.is_some_and(|ids| ids.iter().all(|(key, id)| now.ids.get(key) == Some(id)))
    }

    /// Whether it brings a set to an account.
    fn provisions(&self, account: &str) -> bool {
        let accounts = self.after.get("accounts").and_then(Value::as_array);
        self.action == Action::Provision.name()
            && accounts.is_some_and(|accounts| accounts.iter().any(|a| a == account))
    }
}

#[cfg(test)]
mod tests;
