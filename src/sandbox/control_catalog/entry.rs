//! What is known of a control, whoever told it: the document, the built-in table, or an enabled control of the world.

use super::super::id;
use super::super::world::{Control, World, governance::last};
use super::builtin::{Builtin, Kind, MANDATORY, OPTIONAL};
use std::collections::BTreeMap;

/// A control.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in super::super) struct Entry {
    /// The catalog's ARN; none where the catalog does not have it.
    pub(in super::super) arn: Option<String>,
    /// The last part of its ARN in Control Tower.
    pub(in super::super) tower: Option<String>,
    pub(in super::super) aliases: Vec<String>,
    pub(in super::super) name: String,
    pub(in super::super) behavior: String,
    pub(in super::super) severity: Option<String>,
    pub(in super::super) mandatory: bool,
    /// None where nobody told.
    pub(in super::super) kind: Option<Kind>,
    /// Name, and whether it must be given. None where nobody told.
    pub(in super::super) parameters: Option<Vec<(String, bool)>>,
}

const CATALOG: &str = "arn:aws:controlcatalog:::control/";

impl Entry {
    /// What tells it from others, whichever ARN is used.
    pub(in super::super) fn key(&self) -> String {
        let tower = || self.tower.clone().unwrap_or_default();
        self.arn.clone().unwrap_or_else(tower)
    }

    /// Whether one of its ARNs is this.
    fn is(&self, arn: &str) -> bool {
        if is_catalog(arn) {
            return self.arn.as_deref().is_some_and(|own| last(own) == last(arn));
        }
        self.tower.as_deref() == Some(last(arn))
    }

    fn builtin(from: &Builtin, mandatory: bool) -> Self {
        Self {
            arn: (!from.opaque.is_empty()).then(|| format!("{CATALOG}{}", from.opaque)),
            tower: Some(from.tower.to_owned()),
            aliases: vec![from.alias.to_owned()],
            name: from.name.to_owned(),
            behavior: from.kind.behavior().to_owned(),
            severity: Some(from.severity.to_owned()),
            mandatory,
            kind: Some(from.kind),
            parameters: Some(
                from.parameters.iter().map(|(k, must)| ((*k).to_owned(), *must)).collect(),
            ),
        }
    }

    /// What the document says goes before what the table says.
    fn document(from: &Control, known: Option<Self>) -> Self {
        let known = known.unwrap_or_default();
        let bare: Vec<String> = from.aliases.iter().map(|alias| last(alias).to_owned()).collect();
        let of_arn = from.aliases.iter().find(|alias| alias.starts_with("arn:"));
        // Older controls have their alias in Control Tower's ARN, newer ones letters that tell nothing.
        let of_alias = from.aliases.iter().find(|alias| alias.starts_with("AWS-GR_"));
        let tower = of_arn.or(of_alias).map(|arn| last(arn).to_owned());
        Self {
            arn: is_catalog(&from.arn).then(|| from.arn.clone()),
            tower: tower.or(known.tower),
            aliases: if bare.is_empty() { known.aliases } else { bare },
            name: if from.name.is_empty() { known.name } else { from.name.clone() },
            behavior: match &from.behavior {
                Some(behavior) if !behavior.is_empty() => behavior.clone(),
                _ => known.behavior,
            },
            severity: from.severity.clone().or(known.severity),
            mandatory: from.mandatory || known.mandatory,
            kind: from.implementation.as_deref().and_then(Kind::of_name).or(known.kind),
            // The document tells names alone; which of them must be given, the table may know.
            parameters: known.parameters.or_else(|| {
                let names = from.parameters.as_ref()?;
                Some(names.iter().map(|name| (name.clone(), false)).collect())
            }),
        }
    }

    /// A control of which nothing is known but that it is enabled.
    fn unknown(arn: &str) -> Self {
        let own = last(arn);
        let catalog = is_catalog(arn);
        let opaque = id::hex(&format!("control/{own}"), 25);
        Self {
            arn: Some(if catalog { arn.to_owned() } else { format!("{CATALOG}{opaque}") }),
            tower: (!catalog).then(|| own.to_owned()),
            aliases: if catalog { Vec::new() } else { vec![own.to_owned()] },
            name: own.to_owned(),
            behavior: "DETECTIVE".to_owned(),
            ..Self::default()
        }
    }
}

fn is_catalog(arn: &str) -> bool {
    arn.contains(":controlcatalog:")
}

/// All controls by key.
pub(in super::super) fn all(world: &World) -> BTreeMap<String, Entry> {
    let optional = OPTIONAL.iter().map(|known| Entry::builtin(known, false));
    let mandatory = MANDATORY.iter().map(|known| Entry::builtin(known, true));
    let all = optional.chain(mandatory).map(|entry| (entry.key(), entry));
    let mut all: BTreeMap<String, Entry> = all.collect();
    for control in &world.control_tower.controls {
        let names = std::iter::once(&control.arn).chain(&control.aliases);
        let names = names.filter(|name| !name.is_empty());
        let same = |entry: &Entry| {
            names.clone().any(|name| {
                if name.starts_with("arn:") { entry.is(name) } else { entry.aliases.contains(name) }
            })
        };
        let known = all.values().find(|entry| same(entry)).cloned();
        if let Some(known) = &known {
            all.remove(&known.key());
        }
        let entry = Entry::document(control, known);
        if !entry.key().is_empty() {
            all.insert(entry.key(), entry);
        }
    }
    for enabled in world.control_tower.enabled_controls.values() {
        if !all.values().any(|entry| entry.is(&enabled.control)) {
            let entry = Entry::unknown(&enabled.control);
            all.insert(entry.key(), entry);
        }
    }
    all
}

/// A control by either of its ARNs.
pub(in super::super) fn find(world: &World, arn: &str) -> Option<Entry> {
    all(world).into_values().find(|entry| entry.is(arn))
}
