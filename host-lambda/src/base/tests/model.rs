//! Random histories on a site of a few files: after the last deploy's purge no edge keeps what the bucket no longer has.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::world::{SITE, World, reference};
use super::*;
use crate::ports::{Action, Execution, Revision};

const FILES: usize = 4;

/// The content of each file.
type Tree = [u8; FILES];

#[derive(Debug, Clone)]
enum Event {
    /// An execution starts: of a new commit with this tree, or of an earlier one again.
    Start { tree: Tree, again: Option<usize> },
    /// The deploy action of an execution uploads these files; it ends well when they are all.
    Upload { execution: usize, files: [bool; FILES] },
    /// It stops where it is.
    Stop { execution: usize },
    /// Visitors of an edge cache these files.
    Visit { edge: usize, files: [bool; FILES] },
    /// The purge of an execution that was deployed whole, up to so many parts for each distribution.
    Purge { execution: usize, parts: [usize; 2] },
}

fn event() -> impl Strategy<Value = Event> {
    let files = || any::<[bool; FILES]>();
    let tree = || proptest::array::uniform4(0..3_u8);
    prop_oneof![
        2 => (tree(), proptest::option::weighted(0.3, 0..4_usize)).prop_map(|(tree, again)| Event::Start { tree, again }),
        2 => (0..5_usize).prop_map(|execution| Event::Upload { execution, files: [true; FILES] }),
        1 => (0..5_usize, files()).prop_map(|(execution, files)| Event::Upload { execution, files }),
        1 => (0..5_usize).prop_map(|execution| Event::Stop { execution }),
        3 => (0..2_usize, files()).prop_map(|(edge, files)| Event::Visit { edge, files }),
        3 => (0..5_usize, proptest::array::uniform2(0..3_usize))
            .prop_map(|(execution, parts)| Event::Purge { execution, parts }),
    ]
}

/// The site: a bucket, two edges, and AWS as the search sees it.
struct Model {
    world: World,
    trees: BTreeMap<String, Tree>,
    bucket: Tree,
    edges: [[Option<u8>; FILES]; 2],
    now: i64,
    mode: Base,
}

const EDGES: [&str; 2] = ["E1", "E2"];

impl Model {
    fn new(mode: Base) -> Self {
        let mut model = Self {
            world: World { page: 3, ..World::default() },
            trees: BTreeMap::new(),
            bucket: [0; FILES],
            edges: [[None; FILES]; 2],
            now: 0,
            mode,
        };
        // A first deploy that went well.
        model.start([0; FILES], None);
        model.upload(0, [true; FILES]);
        model.purge(0, [2, 2]);
        for distribution in EDGES {
            let ledger = model.world.ledger.entry(distribution.to_owned()).or_default();
            ledger.clear();
            ledger.push(reference(None, &commit(0), "e0", "1/1", 0));
        }
        model
    }

    fn start(&mut self, tree: Tree, again: Option<usize>) {
        self.now += 1;
        let made = self.trees.len();
        let id = again.filter(|again| *again < made).map_or_else(|| commit(made), commit);
        self.trees.entry(id.clone()).or_insert(tree);
        // In a line, as pushed.
        let parents = if made == 0 { vec![] } else { vec![commit(made - 1)] };
        self.world.commits.entry(id.clone()).or_insert(parents);
        let execution = format!("e{}", self.world.executions.len());
        self.world.actions.insert(execution.clone(), vec![self.action("Source", "CodeCommit", Some(self.now))]);
        self.world.executions.push(Execution {
            id: execution,
            status: "InProgress".into(),
            rollback: again.is_some(),
            started: Some(self.now),
            updated: Some(self.now),
            revisions: vec![Revision { action: "Source".into(), revision: id }],
        });
    }

    fn action(&self, category: &str, provider: &str, ended: Option<i64>) -> Action {
        Action {
            stage: if category == "Source" { "Source" } else { "Deploy" }.into(),
            action: provider.into(),
            category: category.into(),
            provider: provider.into(),
            status: if ended.is_some() { "Succeeded" } else { "InProgress" }.into(),
            started: Some(self.now),
            ended,
        }
    }

    fn status(&self, execution: usize) -> &str {
        self.world.executions.get(execution).map_or("", |execution| &execution.status)
    }

    fn set_status(&mut self, execution: usize, status: &str) {
        let execution = &mut self.world.executions[execution];
        status.clone_into(&mut execution.status);
        execution.updated = Some(self.now);
    }

    fn deploy_action(&mut self, execution: usize) -> &mut Action {
        let started = self.action("Deploy", "S3", None);
        let actions = self.world.actions.get_mut(&format!("e{execution}")).expect("started");
        if actions.len() == 1 {
            actions.push(started);
        }
        &mut actions[1]
    }

    fn upload(&mut self, execution: usize, files: [bool; FILES]) {
        self.now += 1;
        if self.status(execution) != "InProgress" {
            return;
        }
        let now = self.now;
        let action = self.deploy_action(execution);
        if action.ended.is_some() {
            return;
        }
        if files == [true; FILES] {
            action.ended = Some(now);
            action.status = "Succeeded".into();
        }
        let tree = self.trees[&self.world.executions[execution].revisions[0].revision];
        for file in (0..FILES).filter(|file| files[*file]) {
            self.bucket[file] = tree[file];
        }
    }

    fn stop(&mut self, execution: usize) {
        self.now += 1;
        if self.status(execution) != "InProgress" {
            return;
        }
        let now = self.now;
        let actions = self.world.actions.get_mut(&format!("e{execution}")).expect("started");
        for action in actions.iter_mut().filter(|action| action.ended.is_none()) {
            action.ended = Some(now);
            action.status = "Abandoned".into();
        }
        self.set_status(execution, "Stopped");
    }

    fn visit(&mut self, edge: usize, files: [bool; FILES]) {
        for file in (0..FILES).filter(|file| files[*file]) {
            self.edges[edge][file].get_or_insert(self.bucket[file]);
        }
    }

    /// Purges as many parts of each distribution's plan; whether that was all.
    fn purge(&mut self, execution: usize, parts: [usize; 2]) -> bool {
        self.now += 1;
        let name = format!("e{execution}");
        let deployed = self.world.actions.get(&name).and_then(|actions| actions.get(1));
        if deployed.is_none_or(|action| action.status != "Succeeded") || self.status(execution) == "Stopped" {
            return false;
        }
        let head = self.world.executions[execution].revisions[0].revision.clone();
        let (base, paths) = self.plan(&head, &name);
        let all = paths.chunks(2).collect::<Vec<_>>();
        for (edge, distribution) in EDGES.iter().enumerate() {
            for (index, batch) in all.iter().enumerate().take(parts[edge]) {
                let digest = paths.iter().fold(7, |digest, path| digest * 31 + u64::try_from(*path).expect("few"));
                let part = format!("{}/{}", index + 1, all.len());
                let reference = reference(base.as_deref(), &head, &name, &part, digest);
                let ledger = self.world.ledger.entry((*distribution).to_owned()).or_default();
                // A reference that came before purges nothing.
                if !ledger.contains(&reference) {
                    ledger.push(reference);
                    for file in *batch {
                        self.edges[edge][*file] = None;
                    }
                }
            }
        }
        let done = parts.iter().all(|parts| *parts >= all.len());
        self.set_status(execution, if done { "Succeeded" } else { "Failed" });
        done
    }

    /// The base that was found, and the files of the union of the steps.
    fn plan(&self, head: &str, execution: &str) -> (Option<String>, Vec<usize>) {
        let invocation = Invocation::lasting("r", Duration::from_mins(1));
        let history = History::new("site", "main");
        let ports = Ports { codecommit: &self.world, cloudfront: &self.world, pipeline: &self.world };
        let (mode, execution) = (self.mode, Some(execution));
        let deploy = Deploy { mode, site: SITE, pipeline: Some("pipe"), execution, head, distributions: &EDGES };
        let denials = Denials::default();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
        let outcome = runtime.block_on(find(&ports, &history, &denials, &invocation, &deploy));
        match outcome.expect("nothing fails") {
            Outcome::Everything { .. } => (None, (0..FILES).collect()),
            Outcome::Diffs { diffs, base, .. } => {
                let nothing = [u8::MAX; FILES];
                let of = |id: Option<&str>| id.map_or(nothing, |id| self.trees[id]);
                let changed = diffs.iter().flat_map(|diff| {
                    let (before, after) = (of(diff.base.as_deref()), of(Some(&diff.head)));
                    (0..FILES).filter(move |file| before[*file] != after[*file])
                });
                (base, changed.collect::<BTreeSet<_>>().into_iter().collect())
            }
        }
    }

    fn run(&mut self, event: &Event) {
        match *event {
            Event::Start { tree, again } => self.start(tree, again),
            Event::Upload { execution, files } => self.upload(execution, files),
            Event::Stop { execution } => self.stop(execution),
            Event::Visit { edge, files } => self.visit(edge, files),
            Event::Purge { execution, parts } => drop(self.purge(execution, parts)),
        }
    }
}

fn commit(number: usize) -> String {
    format!("{number:040x}")
}

fn ends_clean(mode: Base, events: &[Event], last: (Tree, Option<usize>)) -> Result<(), TestCaseError> {
    let mut model = Model::new(mode);
    for event in events {
        model.run(event);
    }
    for execution in 0..model.world.executions.len() {
        model.stop(execution);
    }
    let execution = model.world.executions.len();
    model.start(last.0, last.1);
    model.upload(execution, [true; FILES]);
    // A first try that fails half way.
    model.purge(execution, [1, 0]);
    prop_assert!(model.purge(execution, [2, 2]));
    for edge in model.edges {
        for (file, kept) in edge.iter().enumerate() {
            prop_assert!(kept.is_none_or(|kept| kept == model.bucket[file]), "file {} of {:?}", file, model.bucket);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn whatever_failed_before_nothing_stale_is_left_by_the_ledger(
        events in proptest::collection::vec(event(), 0..24),
        last in (proptest::array::uniform4(0..3_u8), proptest::option::weighted(0.3, 0..4_usize)),
    ) {
        ends_clean(Base::Ledger, &events, last)?;
    }

    #[test]
    fn whatever_failed_before_nothing_stale_is_left_by_the_pipeline(
        events in proptest::collection::vec(event(), 0..24),
        last in (proptest::array::uniform4(0..3_u8), proptest::option::weighted(0.3, 0..4_usize)),
    ) {
        ends_clean(Base::Pipeline, &events, last)?;
    }
}
