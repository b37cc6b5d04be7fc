//! Drift as metrics, for the textfile collector of a node exporter. No label names a person or an account.

use crate::drift::baseline::News;
use crate::drift::fail::FailOn;
use crate::drift::{Class, Drift, Item, Severity};
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// The whole text: gauges, each with the organization, so that files of several can stand side by side.
pub fn prometheus(drift: &Drift, on: FailOn) -> String {
    let mut out = Metrics { organization: &drift.scope.organization, text: String::new() };
    let mut items = Vec::new();
    for class in Class::ALL {
        for severity in Severity::ALL {
            for (accepted, word) in [(false, "false"), (true, "true")] {
                let is = |item: &&Item| {
                    (item.class, item.severity, item.is_accepted()) == (class, severity, accepted)
                };
                let labels =
                    [("class", class.name()), ("severity", severity.name()), ("accepted", word)];
                items.push((labels.to_vec(), count(drift.items.iter().filter(is).count())));
            }
        }
    }
    out.gauge("items", "What is live otherwise than declared.", &items);
    let failing = count(drift.counting(on).count());
    out.one("failing_items", "Items that count for the exit code.", failing);
    out.one("accepted_over", "Acceptances whose time is over.", count(drift.accepts.over.len()));
    out.one("gaps", "Parts that could not be read.", count(drift.gaps.len()));
    let complete = u8::from(drift.is_complete()).to_string();
    out.one("observation_complete", "Whether everything was read.", complete);
    if let Some(since) = &drift.since {
        let news = [News::New, News::Worse, News::Unchanged].map(|news| {
            let those = drift.items.iter().filter(|item| item.news == Some(news));
            (vec![("news", news.name())], count(those.count()))
        });
        let gone = [("resolved", &since.resolved), ("hidden", &since.hidden)]
            .map(|(word, items)| (vec![("news", word)], count(items.len())));
        let all = [news.as_slice(), gone.as_slice()].concat();
        out.gauge("news_items", "Items by what they are since the run before.", &all);
    }
    for (name, help, kinds) in [
        ("ignored", "What the definitions hand off.", &drift.ignored),
        ("unmanaged", "What is live, undeclared and no item.", &drift.unmanaged),
    ] {
        out.gauge(name, help, &by_kind(kinds));
    }
    let calls = drift.taken.calls.values().sum::<u64>().to_string();
    out.one("calls", "Calls to AWS that the reading took.", calls);
    let last = seconds(drift.taken.ended);
    out.one("last_run_timestamp_seconds", "When the last reading ended.", last);
    if let Some(complete) = drift.last_complete {
        let help = "When everything was last read.";
        out.one("last_complete_timestamp_seconds", help, seconds(complete));
    }
    out.text
}

fn count(number: usize) -> String {
    number.to_string()
}

fn seconds(time: Timestamp) -> String {
    time.as_second().to_string()
}

type Sample<'l> = (Vec<(&'l str, &'l str)>, String);

fn by_kind<'l>(kinds: &BTreeMap<&'l str, usize>) -> Vec<Sample<'l>> {
    kinds.iter().map(|(kind, number)| (vec![("kind", *kind)], count(*number))).collect()
}

struct Metrics<'d> {
    organization: &'d str,
    text: String,
}

impl Metrics<'_> {
    fn one(&mut self, name: &str, help: &str, value: String) {
        self.gauge(name, help, &[(Vec::new(), value)]);
    }

    fn gauge(&mut self, name: &str, help: &str, samples: &[Sample<'_>]) {
        if samples.is_empty() {
            return;
        }
        // Writing to a String cannot fail.
        let _infallible = writeln!(self.text, "# HELP landgrant_drift_{name} {help}");
        let _infallible = writeln!(self.text, "# TYPE landgrant_drift_{name} gauge");
        for (labels, value) in samples {
            let organization = [("organization", self.organization)];
            let labels = organization.iter().chain(labels);
            let labels: Vec<String> =
                labels.map(|(key, value)| format!("{key}=\"{}\"", escaped(value))).collect();
            let labels = labels.join(",");
            let _infallible = writeln!(self.text, "landgrant_drift_{name}{{{labels}}} {value}");
        }
    }
}

fn escaped(label: &str) -> String {
    crate::text::visible(label).replace('\\', "\\\\").replace('"', "\\\"")
}
