//! A saved plan, read back: what was reviewed, to be compared with a plan made anew.

use super::Pairs;
use super::change::{Action, Change, What};
use super::document::{FORMAT_VERSION, KIND, SEAL, Step, VALID_AT_MOST, digest_of, seal_of};
use super::revert::Revert;
use super::rows::Rows;
use crate::id::{AccountId, PermissionSetName};
use crate::live::project::Labels;
use crate::live::reading::Depth;
use crate::text::json::{self, JsonError};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of the longest file that is read, and so of the longest plan that is saved.
pub const MOST_BYTES: u64 = 512 << 20;

/// How far two clocks may be apart: what AWS grants to requests.
const SKEW: SignedDuration = SignedDuration::from_mins(5);

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
    /// When the reading ended that it was made from.
    pub made: Timestamp,
    /// The first instant at which it may no longer be applied.
    pub expires: Timestamp,
    /// How deep the reading was that it was made from; plans that do not tell were made from full
    /// ones.
    pub depth: Depth,
    /// The selectors of `--only` that it was made with, in order; plans that do not tell are about
    /// everything.
    pub only: Vec<String>,
    /// The applied plan that it undoes; `None` where it does what is declared.
    pub revert: Option<Revert>,
    /// What it was made from.
    pub ground: Origin,
    /// The reviewed changes by address.
    pub(super) steps: BTreeMap<String, Vec<Step>>,
    /// Whose access they change.
    pub(super) rows: Rows,
    /// Accounts in which the reviewed grants of a permission set are.
    granted: BTreeMap<String, BTreeSet<String>>,
    /// Accounts that it was to create, by what they are called.
    pub(super) new_accounts: BTreeSet<String>,
}

/// What a plan was made from, to tell what has moved since.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    /// The fingerprint of the definitions as they were typed; `None` where that was not noted.
    pub definitions: Option<String>,
    /// Their commit, and whether they differed from it.
    pub git: Option<(String, bool)>,
    /// The fingerprints of the parts of what is live that the changes touch.
    pub parts: BTreeMap<String, String>,
}

/// Why a file is not a plan that can be applied.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PlanFileError {
    /// Longer than any plan that is saved.
    #[error("it is longer than {} MiB, the longest plan that is saved", MOST_BYTES >> 20)]
    TooLong,
    /// Not JSON, or cut off.
    #[error(transparent)]
    Json(#[from] JsonError),
    /// Another kind of document.
    #[error("it is not a plan: its `kind` is {0}, not \"{KIND}\"")]
    Kind(String),
    /// Of another major version.
    #[error(
        "its format version is {format}{}, and this landgrant ({}) reads {FORMAT_VERSION}",
        by.as_ref().map(|by| format!(" (landgrant {by})")).unwrap_or_default(),
        env!("CARGO_PKG_VERSION")
    )]
    Version {
        /// The document's version.
        format: String,
        /// The version of the landgrant that wrote it.
        by: Option<String>,
    },
    /// A part is missing or of another type.
    #[error("its `{0}` is missing or malformed")]
    Part(&'static str),
    /// It is not what was saved.
    #[error("it does not match its seal: it was edited or damaged after it was saved")]
    Seal,
    /// Its changes are not those that its digest was made of.
    #[error("its changes do not match its digest: it was edited or damaged after it was saved")]
    Digest,
}

/// Why a plan may not be applied at a time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untimely {
    /// Its time is over.
    #[error("it was valid until {0}")]
    Over(Timestamp),
    /// It was made later than now.
    #[error("it was made at {made}, and the clock here says {now}: one of the two is wrong")]
    Early {
        /// When the reading ended.
        made: Timestamp,
        /// The clock.
        now: Timestamp,
    },
}

/// Reads a saved plan.
pub fn read(bytes: &[u8]) -> Result<Reviewed, PlanFileError> {
    let document = json::parse(bytes)?;
    let kind = document.get("kind").and_then(Value::as_str);
    if kind != Some(KIND) {
        return Err(PlanFileError::Kind(
            kind.map_or_else(|| "missing".into(), |k| format!("{k:?}")),
        ));
    }
    let format =
        string(&document, "/format_version").ok_or(PlanFileError::Part("format_version"))?;
    if format.split('.').next() != FORMAT_VERSION.split('.').next() {
        return Err(PlanFileError::Version { format, by: string(&document, "/tool/version") });
    }
    let seal = string(&document, "/seal").ok_or(PlanFileError::Part(SEAL))?;
    if document.as_object().map(seal_of) != Some(seal) {
        return Err(PlanFileError::Seal);
    }
    contents(&document)
}

/// Reads what the seal has proven to be as it was saved.
fn contents(document: &Value) -> Result<Reviewed, PlanFileError> {
    let list =
        document.get("changes").and_then(Value::as_array).ok_or(PlanFileError::Part("changes"))?;
    let steps: Option<Vec<Step>> = list.iter().map(Step::read).collect();
    let steps = steps.ok_or(PlanFileError::Part("changes"))?;
    let rows = document.get("access").and_then(Rows::read).ok_or(PlanFileError::Part("access"))?;
    let text = |pointer, name| string(document, pointer).ok_or(PlanFileError::Part(name));
    let instant = |pointer, name| {
        text(pointer, name)?.parse::<Timestamp>().map_err(|_| PlanFileError::Part(name))
    };
    let only = match document.pointer("/scope/only") {
        None => Vec::new(),
        Some(list) => texts(list).ok_or(PlanFileError::Part("scope.only"))?,
    };
    if digest_of(steps.clone(), &rows, &only) != text("/digest", "digest")? {
        return Err(PlanFileError::Digest);
    }
    let depth = string(document, "/observed/depth").and_then(|word| Depth::parse(&word));
    Ok(Reviewed {
        id: text("/id", "id")?,
        organization: text("/scope/organization", "scope.organization")?,
        instance: text("/scope/instance", "scope.instance")?,
        region: text("/scope/region", "scope.region")?,
        made: instant("/observed/ended", "observed.ended")?,
        expires: instant("/expires", "expires")?,
        depth: depth.unwrap_or_default(),
        only,
        revert: match document.get("revert") {
            None | Some(Value::Null) => None,
            Some(revert) => Some(Revert::read(revert).ok_or(PlanFileError::Part("revert"))?),
        },
        ground: origin(document).ok_or(PlanFileError::Part("observed.parts"))?,
        granted: granted(&steps),
        new_accounts: new_accounts(&steps),
        steps: by_address(steps),
        rows,
    })
}

fn origin(document: &Value) -> Option<Origin> {
    let parts = document.pointer("/observed/parts")?.as_object()?.iter();
    let parts: Option<_> =
        parts.map(|(name, print)| Some((name.clone(), print.as_str()?.to_owned()))).collect();
    let dirty = document.pointer("/desired/git/dirty").and_then(Value::as_bool);
    Some(Origin {
        definitions: string(document, "/desired/definitions"),
        git: string(document, "/desired/git/commit").zip(dirty),
        parts: parts?,
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

/// What accounts are called that steps create.
fn new_accounts(steps: &[Step]) -> BTreeSet<String> {
    let created = steps.iter().filter(|step| step.action == Action::Create.name());
    created
        .filter(|s| s.address.starts_with("account/"))
        .filter_map(|s| string(&s.after, "/name"))
        .collect()
}

impl Reviewed {
    /// Whether it may be applied at an instant. One that was made in the future is not believed: its
    /// time would end too late.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Untimely> {
        let ends = self.made.checked_add(VALID_AT_MOST);
        let ends = ends.unwrap_or(Timestamp::MAX).min(self.expires);
        if self.made.duration_since(now) > SKEW {
            return Err(Untimely::Early { made: self.made, now });
        }
        if now >= ends { Err(Untimely::Over(ends)) } else { Ok(()) }
    }

    /// Changes that were not reviewed. When there are none, what is left to do is a subset of what
    /// was agreed to, which is also how an interrupted apply goes on.
    pub fn unreviewed<'a>(&self, changes: &'a [Change], labels: &Labels) -> Vec<&'a Change> {
        changes.iter().filter(|change| !self.covers(change, labels)).collect()
    }

    /// A change as it was, or would have been, reviewed: an account that the reviewed plan was to create
    /// had no id then.
    pub(super) fn step(&self, change: &Change, labels: &Labels) -> Step {
        let mut step = Step::of(change);
        if let What::CreateGrant(grant) | What::DeleteGrant(grant) = &change.what
            && self.new_accounts.contains(labels.of(&grant.account))
        {
            for value in [&mut step.before, &mut step.after] {
                if let Some(id) = value.pointer_mut("/account_id") {
                    *id = Value::Null;
                }
            }
        }
        step
    }

    /// Whether a change is among the reviewed ones, or what is left of one of them.
    fn covers(&self, change: &Change, labels: &Labels) -> bool {
        let now = self.step(change, labels);
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
        ((same || rest) && self.after == now.after || self.places(now)) && self.has_ids(now)
    }

    /// Whether it creates an account, and the other step is what is left of that: it stands in the root
    /// still, or lacks its tags.
    fn places(&self, now: &Self) -> bool {
        let part = |value: &Value, key: &str| value.get(key).cloned().unwrap_or_default();
        let same = |key| part(&self.after, key) == part(&now.after, key);
        let created = self.action == Action::Create.name() && self.after.get("email").is_some();
        created
            && match now.action.as_str() {
                "move" => part(&now.before, "ou") == "/" && same("ou"),
                "update" => now.after.get("tags").is_some() && same("tags"),
                _ => false,
            }
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
