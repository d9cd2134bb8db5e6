//! Which commits, and what of them.

use purgeplan_loopback::deploy::Mode;
use purgeplan_tests::deployment::{Deployment, Target, minutes_ago};
use purgeplan_tests::lambda::DISTRIBUTION;
use purgeplan_tests::site::{History, Mark, Repository};

use super::{ARTICLE, SOUND, Site, files_of, needless, owned, send};

const NAMES: [&str; 4] = ["a.html", "b.html", "c.html", "same.html"];

/// Commits on one line: the first is old; each of the others changes one file, in the order of [`NAMES`].
fn line(minutes: &[i64]) -> (Repository, Vec<Mark>) {
    let (mut history, mut tree) = (History::default(), files_of(&NAMES, "old"));
    let mut commits = vec![history.commit(&tree, &[], minutes_ago(600))];
    for (name, minutes) in NAMES.iter().zip(minutes) {
        tree.file(name, "new");
        commits.push(history.commit(&tree, &commits[commits.len() - 1..], minutes_ago(*minutes)));
    }
    (history.build(commits[commits.len() - 1]), commits)
}

/// Deploys a commit, one object an event, and tells which paths were bought for it.
async fn deploy(deployment: &Deployment<'_>, commit: Mark, policy: Option<&str>) -> Vec<String> {
    let before = deployment.bought().len();
    let events = deployment.events(&deployment.upload(commit, Mode::Extract));
    send(deployment, policy, events).await;
    assert_eq!(deployment.stale(), [""; 0]);
    deployment.aws.edge().warm();
    deployment.bought().split_off(before).into_iter().flat_map(|bought| bought.paths).collect()
}

/// Catches: HEAD against its parent alone.
#[tokio::test]
async fn trap_04_a_push_of_several_commits_is_deployed_at_once() {
    let (repository, commits) = line(&[12, 11, 10]);
    let deployment = Deployment::of(&repository, commits[0], Target::default()).await;
    deployment.push(commits[3]);
    assert_eq!(deploy(&deployment, commits[3], ARTICLE).await, ["/a.html", "/b.html", "/c.html"]);
    assert_eq!(needless(&deployment), [""; 0]);
}

/// Catches: a parent other than the first one, and the union with the other branch.
#[tokio::test]
async fn trap_05_a_merge_is_compared_with_its_first_parent() {
    let (mut history, base) = (History::default(), files_of(&NAMES, "old"));
    let root = history.commit(&base, &[], minutes_ago(600));
    let mut live = base.clone();
    live.file("a.html", "new");
    let first = history.commit(&live, &[root], minutes_ago(500));
    let mut side = base.clone();
    side.file("b.html", "new");
    let second = history.commit(&side, &[root], minutes_ago(490));
    live.merge(&base, &side);
    let merge = history.commit(&live, &[first, second], minutes_ago(10));
    let repository = history.build(merge);
    let deployment = Deployment::of(&repository, first, Target::default()).await;
    deployment.push(merge);
    assert_eq!(deploy(&deployment, merge, ARTICLE).await, ["/b.html"]);
}

/// Catches: a parent that is taken for granted.
#[tokio::test]
async fn trap_06_a_root_commit_is_its_whole_tree() {
    // The repository was made anew: its only commit has no parent, and the bucket holds what was there before.
    let mut history = History::default();
    let before = history.commit(&files_of(&["a.html", "b.html"], "old"), &[], minutes_ago(600));
    let root = history.commit(&files_of(&["a.html", "b.html", "c.html"], "new"), &[], minutes_ago(10));
    let repository = history.build(root);
    for (policy, paths) in [(SOUND, vec!["/a.html", "/b.html", "/c.html"]), (ARTICLE, vec![])] {
        let deployment = Deployment::of(&repository, before, Target::default()).await;
        deployment.push(root);
        let event = deployment.event(&deployment.upload(root, Mode::Extract));
        send(&deployment, policy, [event]).await;
        assert_eq!(deployment.paths(), paths, "the article's rule skips what is added");
        assert_eq!(deployment.stale().is_empty(), policy == SOUND);
    }
}

/// Catches: a diff since the commit before, as if that one had been deployed.
#[tokio::test]
async fn trap_07_a_deploy_that_never_happened_is_made_up_by_the_next() {
    let (repository, commits) = line(&[50, 10]);
    let deployment = Deployment::of(&repository, commits[0], Target::default()).await;
    deployment.push(commits[1]);
    deployment.push(commits[2]);
    assert_eq!(deploy(&deployment, commits[2], ARTICLE).await, ["/a.html", "/b.html"]);
}

/// Catches: HEAD's own diff for the events of an earlier commit.
#[tokio::test]
async fn trap_08_head_is_already_past_the_deployed_commit() {
    let (repository, commits) = line(&[12, 11]);
    let deployment = Deployment::of(&repository, commits[0], Target::default()).await;
    deployment.push(commits[2]);
    assert!(deploy(&deployment, commits[1], ARTICLE).await.contains(&"/a.html".to_owned()));
    assert!(deploy(&deployment, commits[2], ARTICLE).await.contains(&"/b.html".to_owned()));
}

/// Catches: only commits after the deployed one.
#[tokio::test]
async fn trap_09_a_rollback_purges_what_it_takes_back() {
    let (repository, commits) = line(&[12]);
    let deployment = Deployment::of(&repository, commits[0], Target::default()).await;
    deployment.push(commits[1]);
    assert_eq!(deploy(&deployment, commits[1], ARTICLE).await, ["/a.html"]);
    assert_eq!(deploy(&deployment, commits[0], ARTICLE).await, ["/a.html"], "the branch stays where it is");
}

/// Catches: a comparison without a base, in which every file is an added one.
#[tokio::test]
async fn trap_11_only_what_the_commit_changed_is_purged() {
    let names: Vec<String> = (0..50).map(|n| format!("{n:02}.html")).collect();
    let site = Site::new(&names, |tree| tree.file("07.html", "new").delete("08.html"));
    assert_eq!(site.purged(SOUND, Target::default()).await, ["/07.html"]);
}

/// Catches: the first page only.
#[tokio::test]
async fn trap_12_every_page_of_a_commits_differences_is_read() {
    let names: Vec<String> = (0..250).map(|n| format!("{n:03}.html")).collect();
    let site = Site::modified(&names);
    let deployment = site.live().await;
    let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
    send(&deployment, ARTICLE, [event]).await;
    assert_eq!(deployment.stale(), [""; 0]);
    assert_eq!((deployment.calls("GetDifferences"), deployment.paths().len()), (3, 250));
}

/// Catches: a rename of which only the new name, or only the old one, is seen.
#[tokio::test]
async fn trap_13_both_names_of_a_rename_are_purged() {
    let site = Site::new(&["old name.html", "same.html"], |tree| tree.rename("old name.html", "new name.html"));
    let (new, old) = ("/new%20name.html", "/old%20name.html");
    for (policy, purged, stale) in [(SOUND, vec![new, old], vec![]), (ARTICLE, vec![old], vec![new])] {
        let deployment = site.live().await;
        // Somebody asked for the new name too early.
        let _ = deployment.aws.edge().fetch(DISTRIBUTION, new);
        let event = deployment.event(&site.deploy(&deployment, Mode::Sync));
        assert_eq!(deployment.stale(), [new, old]);
        send(&deployment, policy, [event]).await;
        assert_eq!((deployment.paths(), deployment.stale()), (owned(&purged), owned(&stale)));
    }
}

/// Catches: added files that are never purged; the article's rule is that mistake.
#[tokio::test]
async fn trap_14_an_added_file_is_hidden_by_a_cached_error() {
    let site = Site::new(&["same.html"], |tree| tree.file("new.html", "new"));
    for (policy, stale) in [(SOUND, vec![]), (ARTICLE, vec!["/new.html"])] {
        let deployment = site.live().await;
        let _ = deployment.aws.edge().fetch(DISTRIBUTION, "/new.html");
        let event = deployment.event(&site.deploy(&deployment, Mode::Extract));
        send(&deployment, policy, [event]).await;
        assert_eq!(deployment.stale(), stale);
    }
}

/// Catches: a deleted file that is taken for gone; the article's rule leaves it stale when it comes back.
#[tokio::test]
async fn trap_15_what_git_deleted_is_still_served_and_comes_back() {
    let (mut history, mut tree) = (History::default(), files_of(&["back.html", "same.html"], "old"));
    let first = history.commit(&tree, &[], minutes_ago(900));
    tree.delete("back.html");
    let second = history.commit(&tree, &[first], minutes_ago(600));
    tree.file("back.html", "new");
    let third = history.commit(&tree, &[second], minutes_ago(10));
    let repository = history.build(third);
    for (policy, stale) in [(SOUND, vec![]), (ARTICLE, vec!["/back.html"])] {
        let deployment = Deployment::of(&repository, first, Target::default()).await;
        for commit in [second, third] {
            deployment.push(commit);
            assert_eq!(deployment.stale(), [""; 0], "the deploy action deletes nothing");
            let event = deployment.event(&deployment.upload(commit, Mode::Extract));
            send(&deployment, policy, [event]).await;
        }
        assert_eq!(deployment.stale(), stale);
    }
}

/// Catches: a change of the mode that is paid for.
#[tokio::test]
async fn trap_16_a_mode_is_no_change_of_bytes() {
    let site = Site::new(&["a.html", "run.cgi"], |tree| tree.file("a.html", "new").executable("run.cgi", true));
    assert_eq!(site.purged(SOUND, Target::default()).await, ["/a.html"]);
}

/// Catches: what git has and the bucket has not, although an event names it.
#[tokio::test]
async fn trap_17_links_and_submodules_have_no_object() {
    let site =
        Site::new(&["a.html"], |tree| tree.file("a.html", "new").symlink("link.html", "a.html").submodule("module", 1));
    let deployment = site.live().await;
    let mut steps = site.deploy(&deployment, Mode::Extract);
    assert_eq!(steps.len(), 1, "neither reaches the bucket");
    for name in ["link.html", "module"] {
        let mut step = steps[0].clone();
        name.clone_into(&mut step.key);
        steps.push(step);
    }
    let event = deployment.event(&steps);
    send(&deployment, SOUND, [event]).await;
    assert_eq!((deployment.stale(), deployment.paths()), (vec![], vec!["/a.html".to_owned()]));
}
