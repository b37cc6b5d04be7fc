//! Plans for tests, of nothing but their changes.

use super::*;
use crate::id::{GroupId, GroupName, OuId, OuPath};
use crate::live::Taken;
use crate::live::project::Labels;
use crate::live::reading::{Reading, Standing};
use crate::model::Group;
use crate::plan::change::{Reason, Risk, What};
use crate::plan::{Observed, Place, document};
use jiff::Timestamp;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// A plan of these changes, which depend on nothing.
pub(crate) fn of(whats: Vec<What>) -> Plan {
    let labels = Labels::default();
    let changes = whats.into_iter().enumerate().map(|(i, what)| Change {
        id: format!("c{}", i + 1),
        address: what.address(&labels),
        what,
        reason: Reason { word: "declared", detail: String::new() },
        origin: None,
        needs: Vec::new(),
        after: Vec::new(),
        risk: Risk::Low,
        until: None,
        ids: BTreeMap::new(),
        calls: Vec::new(),
        along: Vec::new(),
        people: None,
    });
    let now = Timestamp::UNIX_EPOCH;
    let scope = Place {
        organization: "o-abcde12345".into(),
        instance: "ssoins-1".into(),
        region: "us-east-1".into(),
        management: crate::id::AccountId::parse("000000000000").unwrap(),
        caller: None,
        standing: Standing::default(),
    };
    Plan {
        scope,
        observed: Observed {
            control_tower: None,
            taken: Taken {
                started: now,
                ended: now,
                by: None,
                calls: BTreeMap::new(),
                standing: Standing::default(),
                reading: Reading::default(),
            },
            gaps: Vec::new(),
            counts: crate::plan::Counts::default(),
            fingerprint: String::new(),
            parts: BTreeMap::new(),
        },
        desired_fingerprint: String::new(),
        changes: changes.collect(),
        access: crate::access::delta::Delta::default(),
        held: Vec::new(),
        withheld: Vec::new(),
        only: None,
        reverts: None,
        newly_enforced: BTreeMap::new(),
        valid: document::VALID,
        left_out: BTreeMap::new(),
        ignored: BTreeMap::new(),
        unmanaged: [].into(),
        findings: Vec::new(),
        refused: Vec::new(),
        removals: (0, Vec::new()),
        labels,
        levels: ([].into(), [].into()),
        causes: BTreeMap::new(),
    }
}

/// A change that neither writes in an account nor depends on anything.
pub(crate) fn edit(n: usize) -> What {
    What::DeleteGroup(GroupName::new(format!("g{n}")), Group::default())
}

fn done(answer: Answer) -> Done {
    Done { answer, request_id: None, attempts: 1 }
}

/// Counts how many calls are under way at once; each takes a second.
#[derive(Default)]
struct Counting {
    now: AtomicUsize,
    most: AtomicUsize,
}

impl Target for Counting {
    async fn carry_out(
        &self,
        call: &Call,
        created: &Created,
        _decides: bool,
        _tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Done, Failure> {
        let now = self.now.fetch_add(1, Ordering::SeqCst) + 1;
        self.most.fetch_max(now, Ordering::SeqCst);
        tokio::time::sleep(Duration::from_secs(1)).await;
        self.now.fetch_sub(1, Ordering::SeqCst);
        let Call::CreateOrganizationalUnit { parent, path, .. } = call else {
            return Ok(done(Answer::Done));
        };
        if let crate::call::Ref::Created(path) = parent {
            assert!(created.ous.contains_key(path), "{path} was created before");
        }
        Ok(done(Answer::Ou(path.clone(), OuId::new("ou-ab12-00000001"))))
    }
}

#[tokio::test(start_paused = true)]
async fn organizations_is_written_to_by_one_at_a_time() {
    let path = |text: &str| OuPath::parse(text).unwrap();
    let mut plan = of(["A", "A/B", "C"].map(|text| What::CreateOu(path(text))).into());
    for change in &mut plan.changes {
        let What::CreateOu(path) = &change.what else { continue };
        change.calls = vec![Call::CreateOrganizationalUnit {
            parent: match path.parent() {
                Some(parent) if parent != OuPath::root() => crate::call::Ref::Created(parent),
                _ => crate::call::Ref::Known(OuId::new("r-ab12")),
            },
            name: "N".into(),
            path: path.clone(),
        }];
    }
    plan.changes[1].needs = vec!["c1".into()];
    let target = Counting::default();
    let report = run(&plan, &target, Caps::default(), &Stop::default(), &|_| Ok(())).await;
    assert!(report.is_complete(), "{report:?}");
    assert_eq!(target.most.load(Ordering::SeqCst), 1);
}

/// Is asked to stop while its first call is being carried out.
struct Interrupted<'a>(&'a Stop);

impl Target for Interrupted<'_> {
    async fn carry_out(
        &self,
        _call: &Call,
        _created: &Created,
        _decides: bool,
        _tell: &(dyn Fn(Step<'_>) + Sync),
    ) -> Result<Done, Failure> {
        // Nobody waits at this moment, so nobody is woken: the flag alone must do.
        self.0.interrupt();
        tokio::time::sleep(Duration::from_secs(1)).await;
        Ok(done(Answer::Done))
    }
}

#[tokio::test(start_paused = true)]
async fn a_request_to_stop_is_answered_once_and_what_is_under_way_is_awaited() {
    let names = ["a", "b"].map(GroupName::new);
    let mut plan = of(names.map(|name| What::DeleteGroup(name, Group::default())).into());
    for change in &mut plan.changes {
        change.calls = vec![Call::DeleteGroup { group: GroupId::new("g-1") }];
    }
    plan.changes[1].after = vec!["c1".into()];
    let stop = Stop::default();
    let told = Mutex::new(Vec::new());
    let hear = |event: Event<'_>| {
        if let Event::Stopping(under_way, _) = event {
            told.lock().unwrap().push(under_way);
        }
        Ok(())
    };
    let report = run(&plan, &Interrupted(&stop), Caps::default(), &stop, &hear).await;
    assert_eq!(report.counts(), (1, 0, 1));
    assert!(report.interrupted);
    assert_eq!(told.lock().unwrap().len(), 1);
}
