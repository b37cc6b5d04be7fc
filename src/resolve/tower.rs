//! Baselines and controls: what is declared on which OU, and what may go.

use super::{Context, Desired, Held, Hold, organization};
use crate::diag::{Code, Diagnostic, Span, Spanned};
use crate::id::{ControlId, ControlName, OuPath};
use crate::live::Part;
use crate::live::control_tower::ControlTower;
use crate::model::{Baseline, Control, Parameters, Placed, address};
use crate::source::declared::{ControlRule, Mode, Origin};
use std::collections::{BTreeMap, BTreeSet};

pub(super) fn resolve(context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
    let there = |ou: &OuPath| desired.state.ous.contains(ou);
    let baselines = desired.live.baselines.iter().filter(|(ou, _)| there(ou));
    let controls = desired.live.controls.iter().filter(|(at, _)| there(&at.ou));
    (desired.state.baselines, desired.state.controls) = (
        baselines.map(|(ou, baseline)| (ou.clone(), *baseline)).collect(),
        controls.map(|(at, control)| (at.clone(), control.clone())).collect(),
    );
    let tower = Tower::of(context);
    tower.baselines(context, desired);
    tower.controls(context, desired, out);
    undeclared(context, desired);
}

/// What is known of Control Tower.
struct Tower<'a> {
    tower: Option<&'a ControlTower>,
    /// Why nothing can be enabled at all.
    none: Option<String>,
    /// Whether it is known which OUs are registered.
    registered: bool,
}

/// A control that is declared on an OU, and where that is written.
struct Wanted {
    parameters: Parameters,
    origin: Origin,
    drift: bool,
}

impl<'a> Tower<'a> {
    fn of(context: &Context<'a>) -> Self {
        let live = context.live;
        let tower = live.control_tower.as_ref();
        let zone = live.gap_for(&Part::LandingZone).is_none();
        let none = tower.filter(|tower| zone && tower.landing_zone.is_none()).map(|_| {
            let region = &live.identity_center.region;
            format!("there is no landing zone of Control Tower in {region}")
        });
        let registered = tower.is_some() && zone && live.gap_for(&Part::Baselines).is_none();
        Self { tower, none, registered }
    }

    /// Parents come first: an OU is registered only below one that is.
    fn baselines(&self, context: &Context<'_>, desired: &mut Desired) {
        for (ou, declared) in &context.declared.ous {
            let Some(baseline) = &declared.value.baseline else { continue };
            desired.origins.baselines.insert(ou.clone(), baseline.span);
            let held = |detail: String| Held {
                address: address::baseline(ou),
                action: "create",
                reason: Hold::ControlTower,
                detail,
                origin: Some(baseline.span),
            };
            if let Some(none) = &self.none {
                desired.held.push(held(none.clone()));
                continue;
            }
            let there = desired.state.baselines.contains_key(ou);
            let parent = ou.parent().filter(|parent| parent.depth() > 0);
            let parent = parent.filter(|parent| !desired.state.baselines.contains_key(parent));
            if let Some(parent) = parent.filter(|_| self.registered && !there) {
                let detail =
                    format!("OU {parent} above it is not registered: give it `baseline` as well");
                desired.held.push(held(detail));
                continue;
            }
            desired.state.baselines.insert(ou.clone(), Baseline::default());
        }
    }

    fn controls(&self, context: &Context<'_>, desired: &mut Desired, out: &mut Vec<Diagnostic>) {
        let mut wanted: BTreeMap<Placed, Wanted> = BTreeMap::new();
        for rule in &context.declared.controls {
            let ous = ous(context, rule, desired, out);
            let taken = self.known(context, rule, out);
            for (id, name, keys) in &taken {
                for (ou, selector) in &ous {
                    let placed = Placed { ou: ou.clone(), control: name.clone() };
                    let of = |(key, value): (&String, &Spanned<serde_json::Value>)| {
                        (key.clone(), value.value.clone())
                    };
                    let own =
                        rule.value.parameters.iter().filter(|(key, _)| {
                            keys.as_ref().is_none_or(|keys| keys.contains(*key))
                        });
                    let parameters: Parameters = own.map(of).collect();
                    let origin = Origin { span: id.span, selector: Some(selector.clone()) };
                    let drift = self.tower.is_none_or(|tower| tower.may_be_reset(&id.value));
                    match wanted.get(&placed) {
                        Some(first) if first.parameters != parameters => {
                            out.push(twice(&placed, id.span, first.origin.span));
                        }
                        Some(_) => {}
                        None => {
                            let new = Wanted { parameters, origin, drift };
                            wanted.insert(placed, new);
                        }
                    }
                }
            }
        }
        for (placed, wanted) in wanted {
            self.place(placed, wanted, desired);
        }
    }

    /// Puts a declared control where it belongs, or says why not.
    fn place(&self, placed: Placed, wanted: Wanted, desired: &mut Desired) {
        let Wanted { parameters, origin, drift } = wanted;
        let live = desired.live.controls.get(&placed);
        let held = |action, detail: String| Held {
            address: address::control(&placed),
            action,
            reason: Hold::ControlTower,
            detail,
            origin: Some(origin.span),
        };
        let why = match (&self.none, live) {
            (Some(none), _) => Some(held("create", none.clone())),
            (None, Some(live)) if live.drifted && !drift => Some(held(
                "update",
                "it has drifted, and Control Tower resets no service control policy: reset the \
                 landing zone, or register the OU again"
                    .to_owned(),
            )),
            (None, None)
                if self.registered && !desired.state.baselines.contains_key(&placed.ou) =>
            {
                let detail = format!(
                    "OU {} is not registered with Control Tower: give it `baseline`",
                    placed.ou
                );
                Some(held("create", detail))
            }
            _ => None,
        };
        desired.origins.controls.insert(placed.clone(), origin);
        match why {
            Some(why) => desired.held.push(why),
            None => {
                desired.state.controls.insert(placed, Control { parameters, drifted: false });
            }
        }
    }

    /// The controls of a rule by name, each with the keys that it takes, as far as those are known.
    fn known<'r>(
        &self,
        context: &Context<'_>,
        rule: &'r Spanned<ControlRule>,
        out: &mut Vec<Diagnostic>,
    ) -> Vec<(&'r Spanned<ControlId>, ControlName, Option<BTreeSet<String>>)> {
        let mut taken = Vec::new();
        let mut unused: BTreeSet<&String> = rule.value.parameters.keys().collect();
        let mut all_known = true;
        for id in &rule.value.enable {
            let known = self.tower.and_then(|tower| tower.control(&id.value));
            if known.is_some_and(|control| control.arn.is_none()) {
                let message = format!("there is no control `{}` that can be enabled", id.value);
                out.push(Diagnostic::new(Code::UnknownName, id.span, message).help(
                    "the catalog of controls has its ids (`aws controlcatalog list-controls`)",
                ));
                all_known = false;
                continue;
            }
            if known.is_some_and(|control| control.mandatory) {
                let message = format!("`{}` is mandatory", id.value);
                out.push(
                    Diagnostic::new(Code::InvalidValue, id.span, message)
                        .help("remove it: every landing zone has it"),
                );
                all_known = false;
                continue;
            }
            let keys = known.and_then(|control| control.parameters.as_ref());
            let keys: Option<BTreeSet<String>> = keys.map(|keys| keys.iter().cloned().collect());
            match &keys {
                Some(keys) => unused.retain(|key| !keys.contains(*key)),
                None => all_known = false,
            }
            let name = match self.tower {
                Some(tower) => tower.name_of(&id.value),
                None => ControlName::new(id.value.id()),
            };
            taken.push((id, name, keys));
        }
        if all_known && context.live.gap_for(&Part::ControlCatalog).is_none() {
            for key in unused {
                let Some(value) = rule.value.parameters.get(key) else { continue };
                let message = format!("none of these controls has a parameter `{key}`");
                out.push(Diagnostic::new(Code::UnknownKey, value.span, message).help("remove it"));
            }
        }
        taken
    }
}

/// The OUs that a rule means, as the tree will be, with the selector that does.
fn ous(
    context: &Context<'_>,
    rule: &Spanned<ControlRule>,
    desired: &Desired,
    out: &mut Vec<Diagnostic>,
) -> Vec<(OuPath, String)> {
    let mut found: BTreeMap<OuPath, String> = BTreeMap::new();
    for selector in &rule.value.within {
        let meant = desired.state.ous.iter().filter(|ou| selector.value.matches(ou));
        let mut any = false;
        for ou in meant {
            any = true;
            found.entry(ou.clone()).or_insert_with(|| selector.value.to_string());
        }
        let tree = context.live.gap_for(&Part::Ous).is_none();
        if !any && tree && selector.value.path.depth() > 0 {
            let path = &selector.value.path;
            let message = format!("OU `{path}` is neither declared nor live");
            let near = organization::names(&desired.state.ous);
            let near =
                near.nearest(&path.to_string()).map(|near| format!("did you mean `ou:{near}`?"));
            out.push(
                Diagnostic::new(Code::UnknownName, selector.span, message)
                    .help(near.unwrap_or_else(|| format!("declare it as `[ou.\"{path}\"]`"))),
            );
        }
    }
    found.into_iter().collect()
}

fn twice(placed: &Placed, span: Span, first: Span) -> Diagnostic {
    let Placed { ou, control } = placed;
    let message =
        format!("control `{control}` is enabled on OU `{ou}` with two kinds of parameters");
    Diagnostic::new(Code::DuplicateDefinition, span, message)
        .label("defined again")
        .related(first, "first defined here")
        .help("remove one of the two")
}

/// Leaves out, where controls are enforced, what is undeclared; lists it elsewhere. Baselines stay: an
/// OU is never unregistered because nobody speaks of it.
fn undeclared(context: &Context<'_>, desired: &mut Desired) {
    let enforced = context.manage().controls == Mode::Enforce;
    for placed in desired.live.controls.keys() {
        if desired.origins.controls.contains_key(placed) {
            continue;
        }
        if !enforced {
            desired.unmanaged.insert(address::control(placed));
        } else {
            desired.state.controls.remove(placed);
        }
    }
    for ou in desired.live.baselines.keys() {
        let own = desired.protected_ous.contains(ou) || desired.origins.baselines.contains_key(ou);
        if !own {
            desired.unmanaged.insert(address::baseline(ou));
        }
    }
}
