//! CodeCommit, JSON 1.1, answered from a git repository: `GetBranch`, `GetCommit`, `GetDifferences`, `GetFile`.
//!
//! Shapes and error names are those of the service model (botocore `codecommit/2015-04-13`). `beforePath` and `afterPath`
//! are refused. A path that is not UTF-8 has no form in JSON: its bad bytes arrive as U+FFFD.

mod get_file;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use hyper::{Request, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::aws_error::{Service, json_error, json_reply};
use crate::faults::Faults;
use crate::git::{Change, Commit, Entry, GitError, Repository};
use crate::http::Answer;

/// The most differences of one page, and the number without `MaxResults`.
pub const PAGE: usize = 100;

const TARGET: &str = "CodeCommit_20150413.";

/// A CodeCommit repository over a git repository. Its branches are its own: a name points where the owner says.
#[derive(Debug)]
pub struct CodeCommit {
    name: String,
    repository: Repository,
    branches: Mutex<BTreeMap<String, String>>,
    commits: Cache<String, Commit>,
    changes: Cache<(Option<String>, String), Vec<Change>>,
}

/// What git said once: commits do not change.
type Cache<K, V> = Mutex<BTreeMap<K, Arc<V>>>;

/// An error of the API: its code and its message. All are HTTP 400.
struct Refusal(&'static str, String);

/// The requests' fields, all optional: a missing one has an error of its own.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Input {
    repository_name: Option<String>,
    branch_name: Option<String>,
    commit_id: Option<String>,
    before_commit_specifier: Option<String>,
    after_commit_specifier: Option<String>,
    before_path: Option<String>,
    after_path: Option<String>,
    commit_specifier: Option<String>,
    file_path: Option<String>,
    #[serde(rename = "MaxResults")]
    max_results: Option<i64>,
    #[serde(rename = "NextToken")]
    next_token: Option<String>,
}

impl CodeCommit {
    pub(crate) fn new(name: String, repository: Repository) -> Self {
        Self { name, repository, branches: Mutex::default(), commits: Mutex::default(), changes: Mutex::default() }
    }

    /// The repository's name in CodeCommit.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The git repository that answers.
    #[must_use]
    pub fn repository(&self) -> &Repository {
        &self.repository
    }

    /// Makes a branch point to a commit, given by its full id; the commit need not exist.
    pub fn set_branch(&self, branch: &str, commit: &str) {
        lock(&self.branches).insert(branch.to_owned(), commit.to_owned());
    }

    /// Deletes a branch; whether there was one.
    pub fn remove_branch(&self, branch: &str) -> bool {
        lock(&self.branches).remove(branch).is_some()
    }

    pub(crate) async fn answer(self: Arc<Self>, faults: &Faults, request: Request<Bytes>) -> Answer {
        let target = request.headers().get("X-Amz-Target").and_then(|value| value.to_str().ok()).unwrap_or_default();
        let operation = target.strip_prefix(TARGET).unwrap_or_default().to_owned();
        let effect = {
            let (operation, body) = (operation.clone(), request.into_body());
            async move {
                // git is waited for on a thread that may block.
                let work = tokio::task::spawn_blocking(move || self.operate(&operation, &body));
                work.await.unwrap_or_else(|_| Service::CodeCommit.internal_failure())
            }
        };
        faults.call(Service::CodeCommit, &operation, effect).await
    }

    fn operate(&self, operation: &str, body: &[u8]) -> Response<Bytes> {
        let answer = match serde_json::from_slice::<Input>(body) {
            Err(error) => Err(Refusal("SerializationException", error.to_string())),
            Ok(input) => match operation {
                "GetBranch" => self.get_branch(&input),
                "GetCommit" => self.get_commit(&input),
                "GetDifferences" => self.get_differences(&input),
                "GetFile" => self.get_file(&input),
                _ => Err(Refusal("UnknownOperationException", format!("no operation `{operation}` here"))),
            },
        };
        match answer {
            Ok(body) => json_reply(200, &body),
            Err(Refusal(code, message)) => json_error(400, code, &message),
        }
    }

    fn get_branch(&self, input: &Input) -> Result<Value, Refusal> {
        self.check_repository(input)?;
        let Some(branch) = &input.branch_name else {
            return Err(Refusal("BranchNameRequiredException", "A branch name is required".to_owned()));
        };
        if branch.is_empty() || branch.len() > 256 {
            return Err(Refusal("InvalidBranchNameException", "A branch name has 1 to 256 characters".to_owned()));
        }
        match lock(&self.branches).get(branch) {
            Some(commit) => Ok(json!({ "branch": { "branchName": branch, "commitId": commit } })),
            None => Err(Refusal("BranchDoesNotExistException", format!("Branch {branch} does not exist"))),
        }
    }

    fn get_commit(&self, input: &Input) -> Result<Value, Refusal> {
        self.check_repository(input)?;
        let Some(id) = &input.commit_id else {
            return Err(Refusal("CommitIdRequiredException", "A commit ID is required".to_owned()));
        };
        if !is_full_id(id) {
            return Err(Refusal("InvalidCommitIdException", format!("{id} is not a full commit ID")));
        }
        let commit = remember(&self.commits, id, || self.repository.commit(id));
        let commit = commit.map_err(|error| refusal(&error, "CommitIdDoesNotExistException"))?;
        let person = |of: &crate::git::Person| json!({ "name": of.name, "email": of.email, "date": of.date });
        Ok(json!({ "commit": {
            "commitId": commit.id,
            "treeId": commit.tree,
            "parents": commit.parents,
            "message": commit.message,
            "author": person(&commit.author),
            "committer": person(&commit.committer),
            "additionalData": "",
        } }))
    }

    fn get_differences(&self, input: &Input) -> Result<Value, Refusal> {
        self.check_repository(input)?;
        let Some(after) = &input.after_commit_specifier else {
            return Err(Refusal("CommitRequiredException", "An after commit specifier is required".to_owned()));
        };
        if input.before_path.is_some() || input.after_path.is_some() {
            let message = "this loopback endpoint does not serve beforePath and afterPath";
            return Err(Refusal("InvalidPathException", message.to_owned()));
        }
        let size = match input.max_results {
            None => PAGE,
            Some(most) => {
                usize::try_from(most).ok().filter(|most| *most > 0).map(|most| most.min(PAGE)).ok_or_else(|| {
                    Refusal("InvalidMaxResultsException", format!("MaxResults is {most}, not at least 1"))
                })?
            }
        };
        let after = self.commit_of(after)?;
        let before = input.before_commit_specifier.as_deref().map(|before| self.commit_of(before)).transpose()?;
        let start = input.next_token.as_deref().map_or(Ok(0), |token| {
            parse_token(token, before.as_deref(), &after).ok_or_else(|| {
                Refusal("InvalidContinuationTokenException", "The token is not one of this comparison".to_owned())
            })
        })?;
        let key = (before, after);
        let changes = remember(&self.changes, &key, || self.repository.changes(key.0.as_deref(), &key.1));
        let changes = changes.map_err(|error| refusal(&error, "CommitDoesNotExistException"))?;
        let page = changes.iter().skip(start).take(size).map(difference).collect::<Vec<_>>();
        let next = start + page.len();
        let mut answer = json!({ "differences": page });
        if next < changes.len() {
            answer["NextToken"] = token(next, key.0.as_deref(), &key.1).into();
        }
        Ok(answer)
    }

    fn check_repository(&self, input: &Input) -> Result<(), Refusal> {
        let Some(name) = &input.repository_name else {
            return Err(Refusal("RepositoryNameRequiredException", "A repository name is required".to_owned()));
        };
        let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-');
        if name.is_empty() || name.len() > 100 || !name.chars().all(is_word) {
            return Err(Refusal("InvalidRepositoryNameException", format!("{name} is not a valid repository name")));
        }
        if *name != self.name {
            return Err(Refusal("RepositoryDoesNotExistException", format!("{name} does not exist")));
        }
        Ok(())
    }

    /// The commit that a specifier (a branch or a full id) names.
    fn commit_of(&self, specifier: &str) -> Result<String, Refusal> {
        if let Some(commit) = lock(&self.branches).get(specifier) {
            return Ok(commit.clone());
        }
        if is_full_id(specifier) {
            return Ok(specifier.to_owned());
        }
        Err(Refusal("CommitDoesNotExistException", format!("Commit {specifier} does not exist")))
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Asks git only once, and not while the cache is locked.
fn remember<K: Ord + Clone, V>(
    cache: &Cache<K, V>,
    key: &K,
    ask: impl FnOnce() -> Result<V, GitError>,
) -> Result<Arc<V>, GitError> {
    if let Some(known) = lock(cache).get(key) {
        return Ok(Arc::clone(known));
    }
    let answer = Arc::new(ask()?);
    lock(cache).insert(key.clone(), Arc::clone(&answer));
    Ok(answer)
}

fn refusal(error: &GitError, unknown: &'static str) -> Refusal {
    match error {
        GitError::UnknownRevision { revision, .. } => Refusal(unknown, format!("Commit {revision} does not exist")),
        // Not an AWS error: the machine's own trouble, told as it is.
        _ => Refusal("LoopbackGitFailure", error.to_string()),
    }
}

/// A SHA-1 or SHA-256 id in full.
fn is_full_id(text: &str) -> bool {
    matches!(text.len(), 40 | 64) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn difference(change: &Change) -> Value {
    let path = String::from_utf8_lossy(&change.path);
    let blob =
        |entry: &Entry| json!({ "blobId": entry.id.as_str(), "path": path, "mode": format!("{:06o}", entry.mode) });
    match (&change.before, &change.after) {
        (Some(before), Some(after)) => {
            json!({ "changeType": "M", "beforeBlob": blob(before), "afterBlob": blob(after) })
        }
        (Some(before), None) => json!({ "changeType": "D", "beforeBlob": blob(before) }),
        (None, Some(after)) => json!({ "changeType": "A", "afterBlob": blob(after) }),
        (None, None) => Value::Null,
    }
}

/// The token of the page that starts at an index. It holds for this comparison only.
fn token(start: usize, before: Option<&str>, after: &str) -> String {
    format!("{start:x}.{}.{after}", before.unwrap_or_default())
}

fn parse_token(text: &str, before: Option<&str>, after: &str) -> Option<usize> {
    let start = usize::from_str_radix(text.split('.').next()?, 16).ok()?;
    (text == token(start, before, after)).then_some(start)
}
