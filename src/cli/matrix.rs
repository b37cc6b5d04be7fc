//! `landgrant matrix`: who reaches what, and by which path.

use super::args::{By, From, Global, MatrixArgs, MatrixFormat};
use super::between;
use super::env::Env;
use super::evidence;
use super::exit::Exit;
use super::failure::Failure;
use super::output::output;
use super::planning::{self, Reach};
use crate::access::matrix::filter::{Chosen, Filter, Nothing};
use crate::access::matrix::{Definitions, Matrix, Source, of_live, of_state};
use crate::diag::{emit, has_errors, sort};
use crate::id::AccountId;
use crate::live::part::part_name;
use crate::live::project::{Ids, Projection, project};
use crate::live::reading::Depth;
use crate::live::{Gap, Live, Part};
use crate::model::State;
use crate::plan::{self, predict};
use crate::render::html;
use crate::render::matrix::{self as rendered, Format, Head, Missing};
use crate::resolve::scope::Scope;
use crate::resolve::select::{OrgView, matches};
use crate::resolve::{Desired, Rules, resolve};
use crate::source::selector::Selector;
use crate::source::{self, declared::Declared};
use crate::store;
use crate::text::visible;
use jiff::Timestamp;
use std::collections::BTreeSet;
use std::io::Write;

/// Definitions as far as there are any.
pub struct Typed {
    /// As typed; empty where there are none.
    pub declared: Declared,
    /// `None` where there are no definitions; else whether they are without errors.
    pub whole: Option<bool>,
}

/// What a matrix is asked for of.
#[derive(Clone, Copy, Debug)]
pub struct Asked<'a> {
    /// Of which state.
    pub from: From,
    /// When periods are judged; `None` takes the usual time.
    pub as_of: Option<Timestamp>,
    /// Selectors of accounts.
    pub only: &'a [String],
    /// Whether Control Tower is read as well.
    pub tower: bool,
}

impl Asked<'_> {
    /// Of a state, and of all accounts.
    pub fn of(from: From) -> Self {
        Self { from, as_of: None, only: &[], tower: false }
    }
}

/// Everything that a matrix is made from.
pub struct World {
    /// The definitions.
    pub typed: Typed,
    /// What is live.
    pub live: Live,
    /// The same, by name.
    pub projection: Projection,
    /// The definitions, resolved.
    pub desired: Desired,
    /// What is ignored.
    pub scope: Scope,
    /// The state that was asked for, where it is not what is live.
    state: Option<(State, Ids)>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    from: From,
    as_of: Timestamp,
}

/// Reads, and writes the rows.
pub async fn matrix(
    env: &Env,
    global: &Global,
    args: &MatrixArgs,
    color: bool,
) -> Result<Exit, Failure> {
    if let Some(paths) = &args.diff {
        return between::diff(env, args, paths, color);
    }
    let format = match args.format.unwrap_or(MatrixFormat::Csv) {
        MatrixFormat::Csv => Some(Format::Csv),
        MatrixFormat::Text => {
            return Err(Failure::new(Exit::Usage, "text is for --diff: take markdown, or csv"));
        }
        MatrixFormat::Json => Some(Format::Json),
        MatrixFormat::Xlsx => Some(Format::Xlsx),
        MatrixFormat::Markdown => Some(Format::Markdown),
        MatrixFormat::Html => None,
    };
    evidence::check(args)?;
    let asked = Asked { as_of: args.as_of, only: &args.only, ..Asked::of(args.from) };
    let world = world(env, global, asked, color).await?;
    let matrix = world.matrix();
    let chosen =
        Chosen::of(&world.filter(args)?, &matrix).map_err(|nothing| none(&world, &nothing))?;
    let mut head = world.head(env, global, &matrix);
    head.filter = typed_filter(args);
    if let Some(folder) = &args.evidence {
        return evidence::write(env, (global, folder), &world, (&matrix, &head, &chosen));
    }
    let by = match args.by {
        By::Person => rendered::By::Person,
        By::Grant => rendered::By::Grant,
    };
    let write = |out: &mut (dyn Write + Send)| match format {
        Some(format) => rendered::write((&matrix, &head), (by, &chosen), format, out),
        // A page shows both, by person and by grant.
        None => html::matrix::write((&matrix, &head), &chosen, out),
    };
    output(env, args.out.as_deref(), write)?;
    tell(env, &head);
    Ok(world.exit(&head))
}

/// Reads what a matrix is made from. Who has a snapshot alone, without definitions, has all but origins.
pub async fn world(
    env: &Env,
    global: &Global,
    Asked { from, as_of, only, tower }: Asked<'_>,
    color: bool,
) -> Result<World, Failure> {
    let typed = typed(env, global, from, color)?;
    let all_tags = only.iter().any(|text| text.contains("tag:"));
    let reach = Reach { all_tags, control_tower: tower, ..Reach::new(global, Depth::Full) };
    let (live, connection) = planning::observe(env, global, &typed.declared, &reach).await?;
    if let Some(connection) = &connection {
        connection.check()?;
    }
    let projection = project(&live);
    let as_of = as_of.unwrap_or_else(|| match from {
        // What is live is judged as of when it was read.
        From::Live => live.taken.ended,
        From::Desired | From::Planned => (env.now)(),
    });
    let mut world = World {
        scope: Scope::new(&typed.declared, &live, &projection),
        typed,
        desired: Desired::default(),
        state: None,
        gaps: live.gaps.iter().filter(|gap| gap.part != Part::Standing).cloned().collect(),
        live,
        projection,
        from,
        as_of,
    };
    if world.typed.whole.is_some() {
        world.resolve(env, color)?;
    }
    world.imagine(env);
    Ok(world)
}

/// Reads the definitions. What is live can be told without them, or with what is right of them.
fn typed(env: &Env, global: &Global, from: From, color: bool) -> Result<Typed, Failure> {
    if from == From::Live && !store::exists(&global.directory.join("landgrant.toml")) {
        env.err(&format!(
            "note: there is no landgrant.toml in {}: where grants are declared is not known\n",
            visible(&global.directory.display().to_string())
        ));
        return Ok(Typed { declared: Declared::default(), whole: None });
    }
    if from != From::Live {
        let declared = planning::definitions(env, global, color)?;
        return Ok(Typed { declared, whole: Some(true) });
    }
    let tree = store::read_tree(&global.directory)
        .map_err(|e| Failure::file("reading", &global.directory, &e).exit(Exit::Definitions))?;
    let (declared, files, diagnostics) = source::load(&tree);
    let errors = has_errors(&diagnostics);
    if errors {
        env.err(&emit::text(&files, &diagnostics, color));
    }
    Ok(Typed { declared, whole: Some(!errors) })
}

impl World {
    fn resolve(&mut self, env: &Env, color: bool) -> Result<(), Failure> {
        let declared = &self.typed.declared;
        let (desired, mut diagnostics) =
            resolve(declared, &self.live, &self.projection, self.as_of);
        sort(&mut diagnostics);
        let errors = has_errors(&diagnostics);
        if errors || self.from != From::Live {
            env.err(&emit::text(&declared.files, &diagnostics, color));
        }
        if errors && self.from != From::Live {
            // A name that is not found may be among what could not be read.
            let unread = if self.live.gaps.is_empty() { Exit::Done } else { Exit::Incomplete };
            return Err(Failure::said(Exit::Definitions.worst(unread)));
        }
        if errors {
            self.typed.whole = Some(false);
        }
        if self.typed.whole == Some(false) {
            env.err("note: the definitions have errors: what seems to be undeclared may be declared, so its status is unknown\n");
        }
        self.desired = desired;
        Ok(())
    }

    /// Makes the state that was asked for.
    fn imagine(&mut self, env: &Env) {
        let (live, projection, desired) = (&self.live, &self.projection, &self.desired);
        let ids = plan::renamed_ids(&projection.ids, &desired.renames);
        match self.from {
            From::Live => {}
            From::Desired => {
                self.gaps.extend(projection.ambiguous.iter().cloned());
                self.state = Some((desired.state.clone(), ids));
            }
            From::Planned => {
                let rules = Rules::of(&self.typed.declared);
                let plan = plan::make(live, projection, desired, &rules);
                let before = plan::renamed(&projection.state, &desired.renames);
                let whats = plan.changes.iter().map(|change| &change.what);
                let after = predict::predict(&before, whats);
                if plan.is_refused() {
                    env.err("note: the plan is refused: landgrant plan says why, and nothing of it would be applied\n");
                }
                self.gaps = plan.observed.gaps.into_iter().map(|(gap, _)| gap).collect();
                self.gaps.retain(|gap| gap.part != Part::Standing);
                self.state = Some((after, ids));
            }
        }
    }

    /// The definitions, where there are any.
    pub fn definitions(&self) -> Option<Definitions<'_>> {
        self.typed.whole.map(|whole| Definitions {
            declared: &self.typed.declared,
            desired: &self.desired,
            scope: &self.scope,
            as_of: self.as_of,
            whole,
        })
    }

    /// Who reaches what.
    pub fn matrix(&self) -> Matrix<'_> {
        let definitions = self.definitions();
        let (live, projection) = (&self.live, &self.projection);
        match (&self.state, definitions) {
            (Some((state, ids)), Some(definitions)) => {
                let source = Source { state, ids, live, projection, gaps: &self.gaps };
                of_state(&source, definitions)
            }
            _ => of_live(live, projection, definitions),
        }
    }

    /// What it is of.
    pub fn head(&self, env: &Env, global: &Global, matrix: &Matrix<'_>) -> Head {
        let Projection { ids, labels, .. } = &self.projection;
        let missing = |gap: &Gap| Missing::of(gap, part_name(&gap.part, ids, labels));
        let head = Head::of(&self.live, self.gaps.iter().map(missing).collect());
        Head {
            from: match self.from {
                From::Live => "live",
                From::Desired => "desired",
                From::Planned => "planned",
            },
            as_of: self.as_of,
            complete: head.complete && matrix.knows_members(),
            definitions: match self.typed.whole {
                None => "absent",
                Some(true) => "resolved",
                Some(false) => "errors",
            },
            git: self.typed.whole.and_then(|_| (env.git)(&global.directory)),
            ..head
        }
    }

    fn filter(&self, args: &MatrixArgs) -> Result<Filter, Failure> {
        let within = match args.only.as_slice() {
            [] => None,
            texts => Some(self.selected(texts)?),
        };
        Ok(Filter {
            accounts: args.account.clone(),
            within,
            people: args.person.clone(),
            groups: args.group.clone(),
            sets: args.permission_set.clone(),
        })
    }

    /// The accounts that selectors mean, whatever their state: a report leaves nothing out for it. One that
    /// means none would look as if nobody had access there.
    fn selected(&self, texts: &[String]) -> Result<BTreeSet<AccountId>, Failure> {
        let mut view = OrgView::as_it_is(&self.live, &self.projection);
        if self.state.is_some() {
            view.places.extend(self.desired.organization.places.clone());
        }
        let mut all = BTreeSet::new();
        for text in texts {
            // It has been read when the command line was.
            let Ok(selector) = Selector::parse(text) else { continue };
            let meant = view.places.values().filter(|place| matches(&selector, place));
            let meant: Vec<AccountId> = meant.map(|place| place.id.clone()).collect();
            if meant.is_empty() {
                return Err(self.means_nothing(&format!("`--only {text}` selects no account")));
            }
            all.extend(meant);
        }
        Ok(all)
    }

    /// How a command ends that was asked about what is not there.
    pub fn means_nothing(&self, message: &str) -> Failure {
        if self.gaps.is_empty() {
            return Failure::new(Exit::Usage, message);
        }
        Failure::new(Exit::Incomplete, format!("{message}, of those that could be read"))
    }

    /// How a command ends that told all of it.
    pub fn exit(&self, head: &Head) -> Exit {
        let errors = if self.typed.whole == Some(false) { Exit::Definitions } else { Exit::Done };
        if head.complete { errors } else { Exit::Incomplete.worst(errors) }
    }
}

fn typed_filter(args: &MatrixArgs) -> Vec<(&'static str, String)> {
    let flags: [(&'static str, &Vec<String>); 5] = [
        ("--account", &args.account),
        ("--only", &args.only),
        ("--person", &args.person),
        ("--group", &args.group),
        ("--permission-set", &args.permission_set),
    ];
    let each = flags.into_iter().flat_map(|(flag, all)| all.iter().map(move |text| (flag, text)));
    each.map(|(flag, text)| (flag, text.clone())).collect()
}

/// A filter that means nothing would look as if nobody had access.
fn none(world: &World, nothing: &Nothing) -> Failure {
    let Nothing { what, pattern, near } = nothing;
    let failure = world.means_nothing(&format!("no {what} is called `{pattern}`"));
    match near {
        Some(near) => failure.hint(format!("did you mean `{near}`?")),
        None => failure,
    }
}

/// Says what the rows lack.
pub fn tell(env: &Env, head: &Head) {
    for missing in &head.gaps {
        let Missing { part, operation, code, message } = missing;
        let operation = if operation.is_empty() { String::new() } else { format!("{operation}: ") };
        let text = format!("not read: {part}: {operation}{code}: {message}");
        env.err(&format!("{}\n", visible(&text)));
    }
    for unseen in &head.not_seen {
        env.err(&format!("not seen (but by --read full): {}\n", visible(unseen)));
    }
    if !head.complete {
        env.err("INCOMPLETE: rows that this touches say so, and there may be more than there are rows\n");
    }
}
