//! The landing zone on one screen: as text.

mod document;

use super::matrix::Head;
use super::{Page, Tone, counted};
use crate::id::OuPath;
use crate::live::AccountState;
use crate::status::{Account, Ending, Ou, Reached, Status, Tower, Zone};
use crate::text::visible;
use console::measure_text_width;
pub use document::document;
use std::collections::BTreeMap;

/// In an organization of more accounts than this only those are listed of which there is something to say.
const FEW: usize = 60;
/// Accounts of one OU that are listed all the same.
const OF_ONE: usize = 3;
/// Grants that end soon and are listed.
const ENDINGS: usize = 12;

/// The screen. `all` lists every account.
pub fn text(head: &Head, status: &Status, all: bool, color: bool) -> String {
    let mut page = Page::new(color);
    let Status { tower, ous, people, ending } = status;
    let accounts = || ous.values().flat_map(|ou| &ou.accounts);
    let active = accounts().filter(|a| a.state == AccountState::Active).count();
    let incomplete = if head.complete { "" } else { " · INCOMPLETE" };
    page.heading(
        "read",
        &format!("{} · {} · at {}{incomplete}", head.organization, head.region, head.ended),
    );
    page.heading(
        "accounts",
        &format!("{}, {active} ACTIVE", counted(accounts().count(), "account")),
    );
    self::tower(&mut page, tower, ous);
    page.heading("people", &people_line(*people));
    endings(&mut page, ending);
    page.gap();
    tree(&mut page, ous, all || accounts().count() <= FEW);
    page.finish()
}

fn people_line(people: Reached) -> String {
    let Reached { all, privileged, unknown } = people;
    let unknown = match unknown {
        0 => String::new(),
        n => format!(", {n} more with access of an unknown level"),
    };
    format!("{} with access, {privileged} with privileged access{unknown}", counted(all, "person"))
}

fn tower(page: &mut Page, tower: &Tower, ous: &BTreeMap<OuPath, Ou>) {
    let zone = match tower {
        Tower::Unknown => {
            page.row(0, Tone::Warn, "tower       ! not known: not asked for, or not readable");
            return;
        }
        Tower::None => {
            page.heading("tower", "there is no landing zone of Control Tower");
            return;
        }
        Tower::Zone(zone) => zone,
    };
    let Zone { zone, auto_enrols, controls: (controls, drifted) } = &**zone;
    let word = |word: &Option<String>| word.clone().unwrap_or_else(|| "not told".to_owned());
    let newer = match &zone.latest_version {
        Some(latest) if zone.is_outdated() => format!(" (update to {latest} available)"),
        _ => String::new(),
    };
    page.heading(
        "tower",
        &format!(
            "Control Tower {}{newer} · {} · {}",
            zone.version,
            word(&zone.status),
            word(&zone.drift)
        ),
    );
    let registered = ous.values().filter(|ou| ou.registered == Some(true)).count();
    let of = ous.values().filter(|ou| ou.registered.is_some()).count();
    let accounts = || ous.values().flat_map(|ou| &ou.accounts);
    let enrolled = accounts().filter(|account| account.enrolled == Some(true)).count();
    let by_itself = if *auto_enrols { ", enrols by itself" } else { "" };
    let of_them = if *drifted > 0 { format!(", {drifted} drifted") } else { String::new() };
    page.row(
        12,
        Tone::Plain,
        &format!(
            "{registered} of {} registered · {enrolled} of {} enrolled{by_itself} · {} enabled{of_them}",
            counted(of, "OU"),
            counted(accounts().count(), "account"),
            counted(*controls, "control"),
        ),
    );
    if zone.is_drifted() || zone.status.as_deref() == Some("FAILED") {
        let text = "! the landing zone is not as Control Tower made it: reset or repair it there";
        page.row(12, Tone::Warn, text);
    }
    for (path, ou) in ous.iter().filter(|(_, ou)| !ou.drifted.is_empty()) {
        let what: Vec<&str> = ou.drifted.iter().map(String::as_str).collect();
        page.row(12, Tone::Warn, &format!("! drifted in {path}: {}", what.join(", ")));
    }
}

fn endings(page: &mut Page, ending: &[Ending]) {
    if ending.is_empty() {
        page.heading("ending", "no grant soon");
        return;
    }
    page.heading("ending", &format!("{} soon", counted(ending.len(), "grant")));
    for ending in ending.iter().take(ENDINGS) {
        let Ending { over, at: _, until, account, permission_set, principal, people } = ending;
        let (tone, mark, word) =
            if *over { (Tone::Warn, "!", "ended") } else { (Tone::Plain, ".", "until") };
        let people = counted(*people, "person");
        let text = format!(
            "{mark} {word} {until}: {permission_set} on {account} for {principal} ({people})"
        );
        page.row(12, tone, &text);
    }
    if let Some(more) = ending.len().checked_sub(ENDINGS).filter(|more| *more > 0) {
        page.row(12, Tone::Quiet, &format!("… and {}", counted(more, "more grant")));
    }
}

/// A row of the tree: what is left, and the numbers and words right of it.
struct Line {
    indent: usize,
    name: String,
    tone: Tone,
    cells: Option<[String; 4]>,
    words: String,
}

const TITLES: [&str; 4] = ["people", "privileged", "unknown", "ending"];

fn tree(page: &mut Page, ous: &BTreeMap<OuPath, Ou>, all: bool) {
    let mut lines = Vec::new();
    for (path, ou) in ous {
        let name = path.name().map_or_else(|| "/".to_owned(), |name| format!("{name}/"));
        let indent = 2 * path.depth();
        let (tone, words) = ou_words(ou);
        lines.push(Line { indent, name, tone, cells: None, words });
        accounts(&mut lines, indent + 2, &ou.accounts, all);
    }
    let shown = |line: &Line| line.indent + measure_text_width(&visible(&line.name));
    let width = lines.iter().map(shown).max().unwrap_or_default().max(20) + 2;
    let has_unknown =
        lines.iter().filter_map(|l| l.cells.as_ref()).any(|cells| !cells[2].is_empty());
    let columns = |cells: &[String; 4]| {
        let cells =
            TITLES.iter().zip(cells).filter(|(title, _)| has_unknown || **title != "unknown");
        let texts = cells.map(|(title, cell)| format!("{cell:>width$}", width = title.len()));
        texts.collect::<Vec<_>>().join("  ")
    };
    let titles = columns(&TITLES.map(str::to_owned));
    page.row(0, Tone::Strong, &format!("{:<width$}{titles}  state and owner", "tree"));
    let blank = " ".repeat(titles.len());
    for line in &lines {
        let pad = " ".repeat(width.saturating_sub(shown(line)));
        let cells = line.cells.as_ref().map_or_else(|| blank.clone(), columns);
        let text = format!("{}{pad}{cells}  {}", line.name, line.words);
        page.row(line.indent, line.tone, text.trim_end());
    }
}

fn ou_words(ou: &Ou) -> (Tone, String) {
    let mut words = Vec::new();
    if ou.registered == Some(true) {
        words.push("registered".to_owned());
    } else if ou.registered == Some(false) {
        words.push("not registered".to_owned());
    }
    if ou.controls > 0 {
        words.push(counted(ou.controls, "control"));
    }
    if !ou.drifted.is_empty() {
        words.push("! drifted".to_owned());
    }
    let tone = if ou.drifted.is_empty() { Tone::Strong } else { Tone::Warn };
    (tone, words.join(" · "))
}

/// Whether there is something to say of an account.
fn is_remarkable(account: &Account) -> bool {
    account.state != AccountState::Active
        || account.management
        || account.enrolled == Some(false)
        || account.drifted
        || account.ending > 0
        || account.incomplete
        || account.people.all == 0
}

fn accounts(lines: &mut Vec<Line>, indent: usize, accounts: &[Account], all: bool) {
    let mut folded: Vec<&Account> = Vec::new();
    let fold = !all && accounts.len() > OF_ONE;
    for account in accounts {
        if fold && !is_remarkable(account) {
            folded.push(account);
            continue;
        }
        lines.push(line(indent, account));
    }
    if folded.is_empty() {
        return;
    }
    let most = |of: fn(&Reached) -> usize| folded.iter().map(|a| of(&a.people)).max().unwrap_or(0);
    let cells = [most(|r| r.all), most(|r| r.privileged), most(|r| r.unknown), 0];
    let cells = cells.map(|number| if number == 0 { String::new() } else { format!("≤{number}") });
    lines.push(Line {
        indent,
        name: format!("… {}", counted(folded.len(), "more account")),
        tone: Tone::Quiet,
        cells: Some(cells),
        words: "as they should be".to_owned(),
    });
}

fn line(indent: usize, account: &Account) -> Line {
    let Account {
        id,
        name,
        state,
        management,
        enrolled,
        drifted,
        owner,
        declared,
        people,
        ending,
        incomplete,
    } = account;
    let mut words = Vec::new();
    let mut warn = false;
    if *management {
        words.push("management account".to_owned());
    }
    if *state != AccountState::Active {
        warn = true;
        words.push(match state.as_str() {
            "" => "! state not told".to_owned(),
            state => format!("! {state}"),
        });
    }
    match enrolled {
        Some(true) => words.push("enrolled".to_owned()),
        Some(false) if !management => words.push("not enrolled".to_owned()),
        _ => {}
    }
    if *drifted {
        warn = true;
        words.push("! drifted from its OU".to_owned());
    }
    if *incomplete {
        warn = true;
        words.push("! not all of it could be read".to_owned());
    }
    if *declared == Some(false) {
        words.push("undeclared".to_owned());
    }
    words.extend(owner.clone());
    let number = |n: usize| if n == 0 { String::new() } else { n.to_string() };
    let cells = [
        people.all.to_string(),
        number(people.privileged),
        number(people.unknown),
        number(*ending),
    ];
    let name = if name.is_empty() { id.to_string() } else { format!("{name} {id}") };
    let tone = if warn { Tone::Warn } else { Tone::Plain };
    Line { indent, name, tone, cells: Some(cells), words: words.join(" · ") }
}
