//! `[[control]]`: enable … in ….

use super::declared::{ControlRule, Declared, OuSelector};
use super::decode::{Node, Table, entries};
use super::organization::ou_path;
use super::policy;
use crate::diag::{Code, Diagnostic, Spanned};
use crate::id::ControlId;
use crate::text::suggest;
use serde_json::Value;
use std::collections::BTreeMap;
use toml::de::DeValue;

const FORMS: &str = "write an id (`AWS-GR_ENCRYPTED_VOLUMES`), `arn:aws:controltower:REGION::control/…` \
    or `arn:aws:controlcatalog:::control/…`";

/// Reads the list under `control`.
pub(super) fn controls(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Vec<Spanned<ControlRule>> {
    if !matches!(node.value, DeValue::Array(_)) {
        out.push(node.wrong_type("a list of tables").help("write each under [[control]]"));
        return Vec::new();
    }
    let items = node.items(out).unwrap_or_default();
    items.into_iter().filter_map(|item| control(item, out)).collect()
}

/// Reads one `[[control]]`. What is missing or wrong in it is left out.
fn control(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Spanned<ControlRule>> {
    let mut table = Table::of("control", node.span, node, out)?;
    let mut regions = Vec::new();
    let enable = table.required("enable", "write which controls: enable = [\"AWS-GR_…\"]");
    let enable = enable.and_then(|node| {
        node.some_strings(out, |text, out| {
            let id = id(text, out)?;
            let region = ControlId::region_of(text.value);
            regions.extend(region.map(|region| Spanned::new(region.to_owned(), text.span)));
            Some(id)
        })
    });
    let within = table.required("in", "write on which OUs: in = [\"ou:Workloads/Prod\"]");
    let within = within.and_then(|node| node.some_strings(out, ous));
    let parameters = table.optional("parameters").map(|node| parameters(node, out));
    table.finish(out);
    let rule = ControlRule {
        enable: enable.unwrap_or_default(),
        within: within.unwrap_or_default(),
        parameters: parameters.unwrap_or_default(),
        regions,
    };
    Some(Spanned::new(rule, node.span))
}

fn id(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<ControlId> {
    let Some(id) = ControlId::parse(text.value) else {
        let message = format!("`{}` is not a control", text.value);
        out.push(Diagnostic::new(Code::InvalidName, text.span, message).help(FORMS));
        return None;
    };
    if id.is_mandatory() {
        let message = format!("`{id}` is mandatory");
        out.push(
            Diagnostic::new(Code::InvalidValue, text.span, message)
                .label("no call enables or disables it")
                .help("remove it: every landing zone has it"),
        );
        return None;
    }
    Some(id)
}

/// Reads `ou:A/B` or `ou:A/B/**`.
fn ous(text: Spanned<&str>, out: &mut Vec<Diagnostic>) -> Option<OuSelector> {
    let (kind, rest) = text.value.split_once(':').unwrap_or((text.value, ""));
    if kind != "ou" || rest.is_empty() {
        let message = format!("`{}` does not name OUs", text.value);
        let found = Diagnostic::new(Code::InvalidSelector, text.span, message);
        let found = match kind {
            "account" | "tag" | "all" => {
                let why = "Control Tower enables controls on OUs, not on accounts";
                found.label(why).help("write `ou:A/B`, or `ou:A/B/**` for the OUs below it as well")
            }
            _ => found.help(match suggest(kind, ["ou"]).filter(|_| !rest.is_empty()) {
                Some(_) => format!("did you mean `ou:{rest}`?"),
                None => format!("write `ou:{}`", text.value.trim_matches('/')),
            }),
        };
        out.push(found);
        return None;
    }
    let (path, below) = match rest.strip_suffix("/**") {
        Some(path) => (path, true),
        None if rest == "**" => ("/", true),
        None => (rest, false),
    };
    if path.contains(['*', '?']) {
        let message = format!("`{}` holds a wildcard", text.value);
        let found = Diagnostic::new(Code::InvalidSelector, text.span, message);
        out.push(found.help("only a closing `/**` is one: every OU below"));
        return None;
    }
    let path = ou_path(Spanned::new(path, text.span), out)?;
    if path.depth() == 0 && !below {
        let message = "Control Tower enables no control on the root";
        let found = Diagnostic::new(Code::InvalidSelector, text.span, message);
        out.push(found.help("name OUs; `ou:**` is every OU"));
        return None;
    }
    Some(OuSelector { path, below })
}

fn parameters(node: Node<'_>, out: &mut Vec<Diagnostic>) -> BTreeMap<String, Spanned<Value>> {
    let DeValue::Table(table) = node.value else {
        out.push(node.wrong_type("a table").help("write it as { AllowedRegions = [\"…\"] }"));
        return BTreeMap::new();
    };
    let values = entries(node.span.file, table).into_iter();
    values
        .map(|(key, value)| {
            let place = value.span;
            (key.value.to_owned(), Spanned::new(policy::value(value, out), place))
        })
        .collect()
}

/// An ARN of Control Tower names the region of `identity_center.region`, which is the home region.
pub(super) fn regions(all: &Declared, out: &mut Vec<Diagnostic>) {
    let home = &all.settings.region.value;
    for region in all.controls.iter().flat_map(|rule| &rule.value.regions) {
        if !home.is_empty() && region.value != *home {
            let message = format!("the ARN is of {}, and Control Tower is in {home}", region.value);
            out.push(
                Diagnostic::new(Code::InvalidValue, region.span, message)
                    .help("write the id behind its last `/`: it is the same in every region"),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::tests::{declared, each};

    #[test]
    fn a_control_says_which_and_where() {
        each(&[
            ("[[control]]\n", "missing-key 1:1, missing-key 1:1"),
            ("[control]\nenable = []\n", "wrong-type 1:1"),
            (
                "[[control]]\nenable = [\"AWS-GR_A\", \"arn:aws:controlcatalog:::control/abc\"]\nin = [\"ou:A/B\", \"ou:**\"]\n",
                "",
            ),
            ("[[control]]\nenable = []\nin = [\"ou:A\"]\n", "invalid-value 2:10"),
            (
                "[[control]]\nenable = [\"a/b\", \"AWS-GR_CONFIG_ENABLED\"]\nin = [\"ou:A\"]\n",
                "invalid-name 2:11, invalid-value 2:18",
            ),
            (
                "[[control]]\nenable = [\"X\"]\nin = [\"account:a\", \"tag:a=b\", \"all\", \"Prod\", \"ou:/\", \"ou:A/*\", \"ou:A//B\"]\n",
                "invalid-selector 3:7, invalid-selector 3:20, invalid-selector 3:31, \
                 invalid-selector 3:38, invalid-selector 3:46, invalid-selector 3:54, invalid-name 3:64",
            ),
            (
                "[[control]]\nenable = [\"X\"]\nin = [\"ou:A\"]\nparameters = { a = 1, b = [\"x\"] }\nwith = 1\n",
                "unknown-key 5:1",
            ),
            (
                "[[control]]\nenable = [\"X\"]\nin = [\"ou:A\"]\nparameters = [1]\n",
                "wrong-type 4:14",
            ),
        ]);
    }

    #[test]
    fn parameters_are_json() {
        let text = "[[control]]\nenable = [\"X\"]\nin = [\"ou:A/**\"]\n\
            parameters = { AllowedRegions = [\"ap-southeast-1\"], deep = { n = 1 } }\n";
        let rule = &declared(text).controls[0].value;
        let values: Vec<String> =
            rule.parameters.iter().map(|(key, value)| format!("{key}={}", value.value)).collect();
        assert_eq!(values, ["AllowedRegions=[\"ap-southeast-1\"]", "deep={\"n\":1}"]);
        assert_eq!(rule.within[0].value.to_string(), "ou:A/**");
    }
}
