use std::collections::BTreeMap;
use std::time::Duration;

use super::*;
use crate::ports::Page;

const EVENT: i64 = 1_000_000;
const HOUR: Lookback = Lookback { minutes: 60, commits: 20 };

/// A branch in memory that notes every call.
struct Branch {
    head: Mutex<&'static str>,
    commits: BTreeMap<&'static str, (Vec<&'static str>, Option<i64>)>,
    pages: usize,
    calls: Mutex<Vec<String>>,
}

impl Branch {
    fn new(head: &'static str, commits: &[(&'static str, &[&'static str], i64)]) -> Self {
        let commits = commits.iter().map(|(id, parents, time)| (*id, (parents.to_vec(), Some(*time)))).collect();
        Self { head: Mutex::new(head), commits, pages: 1, calls: Mutex::default() }
    }

    fn note(&self, call: String) {
        self.calls.lock().expect("one thread").push(call);
    }

    fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut *self.calls.lock().expect("one thread"))
    }
}

impl CodeCommit for Branch {
    async fn branch_head(&self) -> Result<String, PortError> {
        self.note("head".into());
        Ok((*self.head.lock().expect("one thread")).to_owned())
    }

    async fn commit(&self, id: &str) -> Result<Commit, PortError> {
        self.note(format!("commit {id}"));
        let (parents, committed_at) = self.commits.get(id).ok_or_else(|| PortError {
            operation: "GetCommit",
            retriable: false,
            code: "CommitIdDoesNotExistException".into(),
            message: "no such commit".into(),
        })?;
        let parents = parents.iter().map(ToString::to_string).collect();
        Ok(Commit { id: id.to_owned(), parents, committed_at: *committed_at })
    }

    async fn differences(&self, before: Option<&str>, after: &str, token: Option<&str>) -> Result<Page, PortError> {
        let page: usize = token.map_or(0, |text| text.parse().expect("a token of ours"));
        self.note(format!("diff {}..{after} {page}", before.unwrap_or("")));
        let next = (page + 1 < self.pages).then(|| (page + 1).to_string());
        Ok(Page { json: format!("{after} {page}").into_bytes(), next })
    }
}

async fn heads(history: &History, branch: &Branch) -> Result<Vec<String>, Failure> {
    let invocation = Invocation::lasting("r", Duration::from_secs(9));
    let diffs = history.diffs(branch, &invocation, EVENT).await?;
    Ok(diffs.iter().map(|diff| diff.head.clone()).collect())
}

#[tokio::test]
async fn an_old_head_costs_its_own_commit_and_its_pages_and_then_only_the_branch() {
    let mut branch = Branch::new("c", &[("c", &["b"], EVENT - 3601), ("b", &[], EVENT - 3602)]);
    branch.pages = 3;
    let history = History::new("site", "main", HOUR);
    assert_eq!(heads(&history, &branch).await.expect("read"), ["c"]);
    assert_eq!(branch.take_calls(), ["head", "commit c", "diff b..c 0", "diff b..c 1", "diff b..c 2"]);
    assert_eq!(heads(&history, &branch).await.expect("read"), ["c"]);
    assert_eq!(branch.take_calls(), ["head"]);
}

#[tokio::test]
async fn young_first_parents_are_added_oldest_first_until_the_first_old_one() {
    let commits: [(&str, &[&str], i64); 5] = [
        ("e", &["d", "x"], EVENT + 60),
        ("d", &["c"], EVENT - 10),
        ("c", &["b"], EVENT - 3600),
        ("b", &["a"], EVENT - 3601),
        ("a", &[], EVENT - 5),
    ];
    let branch = Branch::new("e", &commits);
    assert_eq!(heads(&History::new("site", "main", HOUR), &branch).await.expect("read"), ["c", "d", "e"]);
    let calls = branch.take_calls();
    assert!(calls.contains(&"diff d..e 0".to_owned()), "a merge against its first parent: {calls:?}");
    assert!(!calls.iter().any(|call| call.ends_with(" a") || call.contains('x')), "{calls:?}");
}

#[tokio::test]
async fn the_number_of_commits_is_bounded() {
    let commits: [(&str, &[&str], i64); 3] = [("c", &["b"], EVENT), ("b", &["a"], EVENT), ("a", &[], EVENT)];
    let branch = Branch::new("c", &commits);
    let history = History::new("site", "main", Lookback { minutes: 60, commits: 2 });
    assert_eq!(heads(&history, &branch).await.expect("read"), ["b", "c"]);
    let history = History::new("site", "main", Lookback { minutes: 60, commits: 1 });
    branch.take_calls();
    assert_eq!(heads(&history, &branch).await.expect("read"), ["c"]);
    assert_eq!(branch.take_calls(), ["head", "commit c", "diff b..c 0"]);
}

#[tokio::test]
async fn a_root_commit_has_no_base() {
    let branch = Branch::new("a", &[("a", &[], EVENT)]);
    assert_eq!(heads(&History::new("site", "main", HOUR), &branch).await.expect("read"), ["a"]);
    assert_eq!(branch.take_calls(), ["head", "commit a", "diff ..a 0"]);
}

#[tokio::test]
async fn a_date_that_cannot_be_read_counts_as_young() {
    let mut branch = Branch::new("b", &[("b", &["a"], 0), ("a", &[], EVENT)]);
    branch.commits.insert("b", (vec!["a"], None));
    assert_eq!(heads(&History::new("site", "main", HOUR), &branch).await.expect("read"), ["a", "b"]);
}

#[tokio::test]
async fn a_head_that_moves_on_reads_only_what_is_new() {
    let branch = Branch::new("b", &[("c", &["b"], EVENT), ("b", &["a"], EVENT), ("a", &[], 0)]);
    let history = History::new("site", "main", HOUR);
    heads(&history, &branch).await.expect("read");
    branch.take_calls();
    *branch.head.lock().expect("one thread") = "c";
    assert_eq!(heads(&history, &branch).await.expect("read"), ["b", "c"]);
    assert_eq!(branch.take_calls(), ["head", "commit c", "diff b..c 0"]);
}

#[tokio::test]
async fn a_commit_that_is_gone_is_named() {
    let branch = Branch::new("z", &[]);
    let failure = heads(&History::new("site", "main", HOUR), &branch).await.expect_err("gone");
    assert!(failure.message.contains("commit `z` of repository `site`"), "{failure}");
    assert!(failure.help.contains("force-push"), "{failure}");
}
