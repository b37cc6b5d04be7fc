//! `[network.NAME]`: named CIDR lists that inline policies refer to.

use super::declared::{Declared, Network};
use super::decode::{Node, Table, entries};
use super::names::NETWORK;
use super::{Parsed, define, meant};
use crate::diag::{Code, Diagnostic, FileId, Span, Spanned};
use ipnet::IpNet;
use std::collections::BTreeMap;
use toml::de::{DeTable, DeValue};

/// The networks by name.
pub(super) type Networks = BTreeMap<String, Spanned<Network>>;

/// Reads every `[network.NAME]` of a file, however `network` is spelled.
pub(super) fn of(file: &Parsed<'_>, all: &mut Networks, out: &mut Vec<Diagnostic>) {
    for (key, node) in entries(file.file, &file.root) {
        if let ("network", DeValue::Table(table)) = (meant(key.value), node.value) {
            networks(file.file, table, all, out);
        }
    }
}

fn networks(file: FileId, table: &DeTable<'_>, all: &mut Networks, out: &mut Vec<Diagnostic>) {
    for (name, node) in entries(file, table) {
        let title = format!("network.{}", name.value);
        let Some(mut table) = Table::of(title, name.span, node, out) else { continue };
        let cidrs = table
            .required("cidrs", "write the ranges: cidrs = [\"10.20.0.0/16\"]")
            .and_then(|node| cidrs(node, out));
        table.finish(out);
        if let Some(name) = NETWORK.check(name, out) {
            let network = Network { cidrs: cidrs.unwrap_or_default() };
            define(all, "network", name.value, Spanned::new(network, name.span), out);
        }
    }
}

fn cidrs(node: Node<'_>, out: &mut Vec<Diagnostic>) -> Option<Vec<Spanned<IpNet>>> {
    node.some_strings(out, |text, out| {
        let net = text.value.parse::<IpNet>().ok();
        // Zeros before an IPv4 octet mean octal to some readers.
        let net = net.filter(|net| matches!(net, IpNet::V6(_)) || net.to_string() == text.value);
        let help = match net {
            None => "write an address and a prefix length: 10.20.0.0/16".to_owned(),
            Some(net) if net.trunc() != net => format!("write {}", net.trunc()),
            Some(net) => return Some(net),
        };
        let message = format!("`{}` is not a CIDR range", text.value);
        let label = if net.is_some() { "bits stand after the prefix" } else { "" };
        out.push(Diagnostic::new(Code::InvalidCidr, text.span, message).label(label).help(help));
        None
    })
}

/// Reports ranges of two networks that overlap.
///
/// CIDR ranges are nested or apart, so in order of address and prefix every range that holds the
/// current one is still open, and the open ones are nested in each other.
pub(super) fn overlaps(declared: &Declared, out: &mut Vec<Diagnostic>) {
    let mut all: Vec<(IpNet, &str, Span)> = declared
        .networks
        .iter()
        .flat_map(|(name, network)| {
            network.value.cidrs.iter().map(move |c| (c.value, name.as_str(), c.span))
        })
        .collect();
    all.sort_by_key(|&(net, name, span)| (net.network(), net.prefix_len(), name, span));
    let mut open: Vec<(IpNet, &str, Span)> = Vec::new();
    for (net, name, span) in all {
        while open.last().is_some_and(|(outer, _, _)| !outer.contains(&net)) {
            open.pop();
        }
        if let Some((outer, other, place)) = open.iter().rev().find(|(_, other, _)| *other != name)
        {
            let message = format!("`{net}` of `{name}` overlaps `{outer}` of `{other}`");
            out.push(
                Diagnostic::new(Code::OverlappingNetworks, span, message)
                    .related(*place, "the other range")
                    .help("let each address belong to one network"),
            );
        }
        // The same range again would only repeat what is open, without a bound on how often.
        if open.last().is_none_or(|(outer, _, _)| *outer != net) {
            open.push((net, name, span));
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::source::tests::each;

    #[test]
    fn networks_are_checked() {
        each(&[
            ("[network.a]\n", "missing-key 1:10"),
            ("[network.a]\ncidrs = []\n", "invalid-value 2:9"),
            ("[network.\"a b\"]\ncidrs = [\"10.0.0.0/8\"]\n", "invalid-name 1:10"),
            (
                "[network.a]\ncidrs = [\"10.0.0.0\", \"10.0.0.1/8\", \"::/0\", \"010.0.0.0/8\"]\n",
                "invalid-cidr 2:10, invalid-cidr 2:22, invalid-cidr 2:44",
            ),
            ("[network.a]\ncidrs = [\"10.0.0.0/8\", \"10.1.0.0/16\"]\n", ""),
            (
                "[network.b]\ncidrs = [\"10.0.0.0/8\"]\n[network.a]\ncidrs = [\"10.1.0.0/16\", \
              \"11.0.0.0/8\"]\n",
                "overlapping-networks 4:10",
            ),
            (
                "[network.a]\ncidrs = [\"fd00::/8\"]\n[network.b]\ncidrs = [\"fd00::/8\"]\n",
                "overlapping-networks 4:10",
            ),
        ]);
    }
}
