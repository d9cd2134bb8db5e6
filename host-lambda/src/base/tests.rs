mod model;
mod world;

use std::time::Duration;

use world::{SITE, Went, World, id, reference};

use super::*;
use crate::ports::{Action, Revision};

/// Finds the base of a deploy of `head` by execution `own`; the steps as `ab bc`, `-` where there is nothing before.
struct Search<'a> {
    deploy: Deploy<'a>,
    denials: Denials,
}

impl<'a> Search<'a> {
    fn of(head: &'a str, own: &'a str) -> Self {
        let deploy = Deploy {
            mode: Base::Ledger,
            site: SITE,
            pipeline: Some("pipe"),
            execution: Some(own),
            head,
            distributions: &["E1"],
        };
        Self { deploy, denials: Denials::default() }
    }

    fn by(mut self, mode: Base) -> Self {
        self.deploy.mode = mode;
        self
    }

    fn on(mut self, distributions: &'a [&'a str]) -> Self {
        self.deploy.distributions = distributions;
        self
    }

    async fn outcome(&self, world: &World) -> Result<Outcome, Failure> {
        let invocation = Invocation::lasting("r", Duration::from_mins(1));
        let history = History::new("site", "main");
        let ports = Ports { codecommit: world, cloudfront: world, pipeline: world };
        find(&ports, &history, &self.denials, &invocation, &self.deploy).await
    }

    /// The steps and the codes of the warnings.
    async fn steps(&self, world: &World) -> (String, Vec<&'static str>) {
        match self.outcome(world).await.expect("nothing to wait for") {
            Outcome::Diffs { diffs, base, warnings } => {
                assert_eq!(base, diffs.first().and_then(|diff| diff.base.clone()));
                let short = |id: &str| id[..1].to_owned();
                let step = |diff: &Arc<CommitDiff>| {
                    diff.base.as_deref().map_or_else(|| "-".to_owned(), short) + &short(&diff.head)
                };
                let steps: Vec<String> = diffs.iter().map(step).collect();
                (steps.join(" "), warnings.iter().map(|warning| warning.code).collect())
            }
            Outcome::Everything { why, warnings } => {
                ("everything".to_owned(), warnings.iter().chain([&why]).map(|warning| warning.code).collect())
            }
        }
    }
}

async fn steps(world: &World, head: char, own: &str) -> (String, Vec<&'static str>) {
    Search::of(&id(head), own).steps(world).await
}

fn quiet(steps: &str) -> (String, Vec<&'static str>) {
    (steps.to_owned(), vec![])
}

#[tokio::test]
async fn the_next_commit_is_compared_with_what_the_ledger_has() {
    let world = World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
    assert_eq!(steps(&world, 'b', "e2").await, quiet("ab"));
    let calls = ["ListInvalidations", "GetInvalidation", "ListPipelineExecutions", "GetDifferences"];
    assert_eq!(world.take_calls(), calls, "four reads");
}

#[tokio::test]
async fn trap_04_several_commits_in_one_push_are_one_step() {
    let world = World::line("abcd").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'd', Went::Running);
    assert_eq!(steps(&world, 'd', "e2").await, quiet("ad"));
    // What the parent alone would have missed.
    assert_eq!(Search::of(&id('d'), "e2").by(Base::Parent).steps(&world).await, quiet("cd"));
}

#[tokio::test]
async fn trap_05_a_merge_is_compared_with_what_was_deployed() {
    let world = World::line("ab").commit('c', "a").commit('d', "bc");
    let world = world.ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'd', Went::Running);
    assert_eq!(steps(&world, 'd', "e2").await, quiet("ad"));
    let denied = world.denying(&["ListPipelineExecutions"]);
    assert_eq!(steps(&denied, 'd', "e2").await.0, "ab bd", "by first parents");
}

#[tokio::test]
async fn trap_06_a_root_commit_is_its_whole_tree() {
    let world = World::line("a").ran("e1", 'a', Went::Running);
    for mode in [Base::Ledger, Base::Pipeline, Base::Parent] {
        let (steps, _) = Search::of(&id('a'), "e1").by(mode).steps(&world).await;
        assert_eq!(steps, "-a", "{mode:?}");
    }
}

#[tokio::test]
async fn trap_07_what_may_have_reached_the_bucket_is_a_step() {
    for (went, reached) in [
        (Went::PurgeFailed, true),
        (Went::DeployFailed, true),
        (Went::Stopped, true),
        (Went::SupersededAfter, true),
        (Went::Running, true),
        (Went::SupersededBefore, false),
    ] {
        let world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
        let world = world.ran("e2", 'b', went).ran("e3", 'c', Went::Running);
        let expected = if reached { "ab bc" } else { "ac" };
        assert_eq!(steps(&world, 'c', "e3").await, quiet(expected), "{went:?}");
    }
}

#[tokio::test]
async fn trap_07_parallel_executions_count_whichever_started_first() {
    let line = || World::line("abc").ran("e0", 'a', Went::Well);
    let later = line().purged('-', 'a', "e0").ran("e1", 'b', Went::Running).ran("e2", 'c', Went::Running);
    assert_eq!(steps(&later, 'b', "e1").await, quiet("ac cb"), "the other one started later");
    // The base's execution started after one that is still at work.
    let earlier = line().ran("e1", 'b', Went::Running).ran("e2", 'a', Went::Well).purged('-', 'a', "e2");
    assert_eq!(steps(&earlier.ran("e3", 'c', Went::Running), 'c', "e3").await, quiet("ab bc"));
    // It went on after the base's execution had started, but its uploads had ended before those of the base began.
    let mut ended = line().ran("e1", 'b', Went::PurgeFailed).ran("e2", 'a', Went::Well).purged('-', 'a', "e2");
    ended.executions[1].updated = Some(9_999);
    let mut ended = ended.ran("e3", 'c', Went::Running);
    assert_eq!(steps(&ended, 'c', "e3").await, quiet("ac"));
    for action in ended.actions.get_mut("e1").expect("ran") {
        action.ended = Some(9_999);
    }
    assert_eq!(steps(&ended, 'c', "e3").await, quiet("ab bc"), "its uploads ended later");
}

#[tokio::test]
async fn trap_08_the_branch_is_never_asked() {
    let world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
    assert_eq!(steps(&world, 'b', "e2").await, quiet("ab"), "HEAD is c; asking for it would panic");
}

#[tokio::test]
async fn trap_09_a_rollback_takes_the_way_back() {
    let world = World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    let mut world = world.ran("e2", 'b', Went::Well).purged('a', 'b', "e2").ran("e3", 'a', Went::Running);
    world.executions[2].rollback = true;
    assert_eq!(steps(&world, 'a', "e3").await, quiet("ba"));
    assert_eq!(Search::of(&id('a'), "e3").by(Base::Pipeline).steps(&world).await, quiet("ba"));
}

#[tokio::test]
async fn after_a_failed_purge_a_revert_is_more_than_its_end_points() {
    // `c` has the tree of `a`: between the ends there is nothing.
    let world = World::line("0abc").ran("e0", '0', Went::Well).ran("e1", 'a', Went::Well).purged('0', 'a', "e1");
    let world = world.ran("e2", 'b', Went::PurgeFailed);
    let by_commit = world.ran("e3", 'c', Went::Running);
    assert_eq!(steps(&by_commit, 'c', "e3").await, quiet("ab bc"));
    assert_eq!(Search::of(&id('c'), "e3").by(Base::Pipeline).steps(&by_commit).await, quiet("ab bc"));
    let world = World::line("0ab").ran("e0", '0', Went::Well).ran("e1", 'a', Went::Well).purged('0', 'a', "e1");
    let by_rollback = world.ran("e2", 'b', Went::PurgeFailed).ran("e3", 'a', Went::Running);
    assert_eq!(steps(&by_rollback, 'a', "e3").await, quiet("0a ab ba"));
    assert_eq!(Search::of(&id('a'), "e3").by(Base::Pipeline).steps(&by_rollback).await, quiet("0a ab ba"));
}

#[tokio::test]
async fn trap_10_a_commit_that_is_gone_widens_to_everything() {
    let world = || World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
    let gone = |steps: &(String, Vec<_>)| steps.0 == "everything" && steps.1.contains(&"base-commit-missing");
    assert!(gone(&steps(&world().without('a'), 'b', "e2").await), "the base");
    assert!(gone(&steps(&world().without('b'), 'b', "e2").await), "the head");
    let between = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    let between = between.ran("e2", 'b', Went::DeployFailed).ran("e3", 'c', Went::Running).without('b');
    assert!(gone(&steps(&between, 'c', "e3").await), "one in between");
    for mode in [Base::Parent, Base::Pipeline] {
        let (steps, codes) = Search::of(&id('b'), "e2").by(mode).steps(&world().without('a')).await;
        assert_eq!((steps.as_str(), codes.last()), ("everything", Some(&"base-commit-missing")), "{mode:?}");
    }
}

#[tokio::test]
async fn trap_10_a_force_push_is_compared_with_what_was_deployed() {
    let world = World::line("ab").commit('c', "a").ran("e1", 'b', Went::Well).purged('a', 'b', "e1");
    let world = world.ran("e2", 'c', Went::Running);
    assert_eq!(steps(&world, 'c', "e2").await, quiet("bc"));
    let (steps, codes) = steps(&world.denying(&["ListPipelineExecutions"]), 'c', "e2").await;
    assert_eq!((steps.as_str(), codes), ("bc", vec!["base-denied", "base-chain-unknown", "base-no-ancestor"]));
}

#[tokio::test]
async fn a_head_counts_only_when_all_parts_are_there() {
    let world =
        || World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::PurgeFailed);
    let part = world().purged_on("E1", ('a', 'b', "e2"), 1..=2, 3).ran("e3", 'c', Went::Running);
    assert_eq!(steps(&part, 'c', "e3").await, quiet("ab bc"));
    let whole = world().purged_on("E1", ('a', 'b', "e2"), 1..=3, 3).ran("e3", 'c', Went::Running);
    assert_eq!(steps(&whole, 'c', "e3").await, quiet("bc"));
    // The last part is of another plan of the same work.
    let mut mixed = world().purged_on("E1", ('a', 'b', "e2"), 1..=2, 3).ran("e3", 'c', Went::Running);
    let other = reference(Some(&id('a')), &id('b'), "e2", "3/3", 8);
    mixed.ledger.get_mut("E1").expect("there").push(other);
    assert_eq!(steps(&mixed, 'c', "e3").await, quiet("ab bc"));
}

#[tokio::test]
async fn trap_30_a_retry_takes_the_base_of_its_first_try() {
    let world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
    let first = steps(&world, 'b', "e2").await;
    for parts in [1..=1, 1..=2] {
        let world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
        let retried = world.purged_on("E1", ('a', 'b', "e2"), parts, 2);
        assert_eq!(steps(&retried, 'b', "e2").await, first);
    }
    // A parallel execution was purged in between: its head is no base for this retry.
    let parallel = world.purged_on("E1", ('a', 'b', "e2"), 1..=1, 2).ran("e3", 'c', Went::Well);
    let mut parallel = parallel.purged('a', 'c', "e3");
    let ledger = parallel.ledger.get_mut("E1").expect("there");
    ledger.swap(1, 2);
    assert_eq!(steps(&parallel, 'b', "e2").await, quiet("ac cb"));
}

#[tokio::test]
async fn trap_30_a_redeploy_of_the_same_head_purges_again() {
    let world = World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    let world = world.ran("e2", 'b', Went::Well).purged('a', 'b', "e2").ran("e3", 'b', Went::Running);
    assert_eq!(steps(&world, 'b', "e3").await, quiet("ab"));
    assert_eq!(Search::of(&id('b'), "e3").by(Base::Pipeline).steps(&world).await, quiet("ab"));
    // Where everything was purged, it is again.
    let world = World::line("b").ran("e2", 'b', Went::Well).purged('-', 'b', "e2").ran("e3", 'b', Went::Running);
    assert_eq!(steps(&world, 'b', "e3").await, ("everything".to_owned(), vec!["base-everything-again"]));
}

#[tokio::test]
async fn trap_39_distributions_that_differ_are_joined() {
    let world = World::line("abc").ran("e1", 'a', Went::Well).purged_on("E1", ('-', 'a', "e1"), 1..=1, 1);
    let world = world.purged_on("E2", ('-', 'a', "e1"), 1..=1, 1).ran("e2", 'b', Went::PurgeFailed);
    let world = world.purged_on("E2", ('a', 'b', "e2"), 1..=1, 1).ran("e3", 'c', Went::Running);
    assert_eq!(Search::of(&id('c'), "e3").on(&["E1", "E2"]).steps(&world).await, quiet("ab bc"));
    assert_eq!(Search::of(&id('c'), "e3").on(&["E2", "E1"]).steps(&world).await, quiet("ab bc"));
    assert_eq!(Search::of(&id('c'), "e3").on(&["E2"]).steps(&world).await, quiet("bc"));
    // One that has no ledger yet is led by the pipeline.
    let (steps, codes) = Search::of(&id('c'), "e3").on(&["E2", "E3"]).steps(&world).await;
    assert_eq!((steps.as_str(), codes), ("ab bc", vec!["base-ledger-empty"]));
}

#[tokio::test]
async fn other_sites_and_other_tools_are_passed_over_and_20_are_read() {
    let with = |others: usize| {
        let mut world =
            World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
        let other = reference(None, &id('c'), "e1", "1/1", 7).replace(":4afec521:", ":00000000:");
        let ledger = world.ledger.get_mut("E1").expect("there");
        ledger.extend((0..others).map(|index| if index % 2 == 0 { other.clone() } else { format!("cli-{index}") }));
        world
    };
    let world = with(19);
    assert_eq!(steps(&world, 'b', "e2").await, quiet("ab"));
    assert_eq!(world.take_calls().iter().filter(|call| **call == "GetInvalidation").count(), 20);
    let world = with(60);
    assert_eq!(steps(&world, 'b', "e2").await, ("ab".to_owned(), vec!["base-ledger-empty"]));
    assert_eq!(world.take_calls().iter().filter(|call| **call == "GetInvalidation").count(), 20);
    let head = id('b');
    let both = Search::of(&head, "e2").on(&["E1", "E2"]);
    both.steps(&world).await;
    assert_eq!(world.take_calls().iter().filter(|call| **call == "GetInvalidation").count(), 10, "a fair share");
}

#[tokio::test]
async fn each_denial_has_its_safe_way_and_is_told_once() {
    let world = || {
        let world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
        world.ran("e2", 'b', Went::SupersededBefore).ran("e3", 'c', Went::Running)
    };
    for (operation, first, codes) in [
        ("ListInvalidations", "ac", vec!["base-denied", "base-ledger-empty"]),
        ("GetInvalidation", "ac", vec!["base-denied", "base-ledger-empty"]),
        // Not to know who reached the bucket means that all may have.
        ("ListActionExecutions", "ab bc", vec!["base-denied"]),
        ("ListPipelineExecutions", "ab bc", vec!["base-denied", "base-chain-unknown"]),
    ] {
        let world = world().denying(&[operation]);
        let head = id('c');
        let search = Search::of(&head, "e3");
        assert_eq!(search.steps(&world).await, (first.to_owned(), codes.clone()), "{operation}");
        assert!(world.take_calls().contains(&operation));
        assert_eq!(search.steps(&world).await, (first.to_owned(), codes[1..].to_vec()), "{operation}, again");
        assert!(!world.take_calls().contains(&operation), "{operation} is not asked again");
    }
    let all = world().denying(&["ListInvalidations", "ListPipelineExecutions"]);
    let (steps, codes) = steps(&all, 'c', "e3").await;
    assert_eq!(steps, "bc", "the first parent");
    assert_eq!(codes, ["base-denied", "base-ledger-empty", "base-denied", "base-parent"]);
}

#[tokio::test]
async fn an_execution_without_a_listed_commit_is_asked_for() {
    let mut world = World::line("abce").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    world = world.ran("e2", 'b', Went::DeployFailed).ran("e3", 'c', Went::Running);
    world.executions[1].revisions.clear();
    assert_eq!(steps(&world, 'c', "e3").await, quiet("ae ec"));
    let (steps, codes) = steps(&world.denying(&["GetPipelineExecution"]), 'c', "e3").await;
    assert_eq!((steps.as_str(), codes), ("everything", vec!["base-denied", "base-commit-unknown"]));
}

#[tokio::test]
async fn the_sites_own_source_action_is_the_one_that_took_the_head() {
    let mut world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    world = world.ran("e2", 'b', Went::DeployFailed).ran("e3", 'c', Went::Running);
    for execution in &mut world.executions {
        execution.revisions.push(Revision { action: "Config".into(), revision: id('f') });
    }
    assert_eq!(steps(&world, 'c', "e3").await, quiet("ab bc"));
    assert_eq!(Search::of(&id('c'), "e3").by(Base::Pipeline).steps(&world).await, quiet("ab bc"));
}

#[tokio::test]
async fn a_build_that_may_deploy_counts_unless_s3s_own_action_does_it() {
    let mut world = World::line("abc").ran("e1", 'a', Went::Well).purged('-', 'a', "e1");
    world = world.ran("e2", 'b', Went::SupersededBefore).ran("e3", 'c', Went::Running);
    let build = Action { category: "Build".into(), provider: "CodeBuild".into(), ..world.actions["e2"][0].clone() };
    world.actions.get_mut("e2").expect("ran").push(build);
    assert_eq!(steps(&world, 'c', "e3").await, quiet("ac"));
    world.actions.get_mut("e3").expect("ran")[1].provider = "CloudFormation".into();
    assert_eq!(steps(&world, 'c', "e3").await, quiet("ab bc"));
}

#[tokio::test]
async fn a_base_whose_execution_is_not_listed_widens_to_everything() {
    let world = World::line("abc").ran("e2", 'b', Went::Well).purged('-', 'a', "e1").ran("e3", 'c', Went::Running);
    assert_eq!(steps(&world, 'c', "e3").await, ("everything".to_owned(), vec!["base-execution-not-listed"]));
}

#[tokio::test]
async fn pages_are_read_on_within_a_bound() {
    let many = |failed: usize| {
        let mut world = World::line("abc").ran("e0", 'a', Went::Well).purged('-', 'a', "e0");
        for index in 0..failed {
            world = world.ran(&format!("f{index}"), if index % 2 == 0 { 'b' } else { 'a' }, Went::SupersededBefore);
        }
        world.page = 10;
        world.ran("e1", 'c', Went::Running)
    };
    assert_eq!(steps(&many(15), 'c', "e1").await, quiet("ac"));
    // Of the others the actions are not read: they count as deployed.
    assert_eq!(steps(&many(44), 'c', "e1").await.1, Vec::<&str>::new());
    assert_eq!(steps(&many(49), 'c', "e1").await, ("everything".to_owned(), vec!["base-execution-not-listed"]));
    let by_pipeline = Search::of(&id('c'), "e1").by(Base::Pipeline).steps(&many(49)).await;
    assert_eq!(by_pipeline, ("everything".to_owned(), vec!["base-too-far"]));
}

#[tokio::test]
async fn the_first_deploy_of_a_pipeline_is_compared_with_its_parent_and_all_that_failed_before() {
    let world = World::line("abcd").ran("e1", 'b', Went::DeployFailed).ran("e2", 'd', Went::Running);
    let warned = |steps: &str| (steps.to_owned(), vec!["base-ledger-empty", "base-no-earlier-deploy"]);
    assert_eq!(steps(&world, 'd', "e2").await, warned("ab bd"), "the first one was compared with `a`");
    // What was there before the first upload is still cached as an error.
    let world = World::line("ab").ran("e1", 'a', Went::PurgeFailed).ran("e2", 'b', Went::Running);
    assert_eq!(steps(&world, 'b', "e2").await, warned("-a ab"));
    // A parallel one that started later is not the first.
    assert_eq!(steps(&world, 'a', "e1").await, warned("-b ba"));
}

#[tokio::test(start_paused = true)]
async fn throttling_is_waited_out_and_then_handed_back() {
    let throttled = |times: u32| {
        let world = World::line("ab").ran("e1", 'a', Went::Well).purged('-', 'a', "e1").ran("e2", 'b', Went::Running);
        let all = ["ListInvalidations", "GetInvalidation", "ListPipelineExecutions", "GetDifferences"];
        *world.throttled.lock().expect("one thread") = all.map(|operation| (operation, times)).into();
        world
    };
    assert_eq!(steps(&throttled(2), 'b', "e2").await, quiet("ab"));
    let failure = Search::of(&id('b'), "e2").outcome(&throttled(u32::MAX)).await.expect_err("never answers");
    assert_eq!(failure.code, "aws-unavailable", "no base is made up when a later try may find it");
}

#[tokio::test]
async fn the_search_is_send() {
    fn send(_: impl Send) {}
    let world = World::line("a");
    let search = Search::of("a", "e");
    send(search.outcome(&world));
}
