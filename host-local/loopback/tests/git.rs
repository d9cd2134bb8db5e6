//! The reader against repositories that git itself made.

mod repo;

use std::fmt::Write;
use std::fs::File;
use std::os::unix::fs::symlink;
use std::process::Command;

use purgeplan_loopback::deploy::{ChangeKind, Mapping, Mode, NotDeployed, Site};
use purgeplan_loopback::edge::Bucket;
use purgeplan_loopback::git::{GitError, Repository};
use repo::Repo;

#[test]
fn a_commit_is_read_whole() {
    let repo = Repo::new();
    repo.write("a", "1");
    let root = repo.commit("root");
    repo.git(&["checkout", "--quiet", "-b", "side"]);
    repo.write("b", "2");
    let side = repo.commit("side");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.git(&["merge", "--quiet", "--no-ff", "-m", "Überschrift\n\n本文", "side"]);
    let git = repo.open();
    let merge = git.commit(&git.resolve("main").unwrap()).unwrap();
    assert_eq!(merge.parents, [root.clone(), side]);
    assert_eq!(merge.message, "Überschrift\n\n本文\n");
    assert_eq!((merge.author.email.as_str(), merge.author.date.as_str()), ("ada@example.org", "1700000000 +0900"));
    assert_eq!(merge.tree, repo.git(&["rev-parse", "main^{tree}"]));
    assert_eq!(git.commit(&root).unwrap().parents, [""; 0]);
    assert_eq!(git.first_parents("main", 9).unwrap(), [merge.id, root]);
    assert_eq!(git.first_parents("main", 1).unwrap().len(), 1);
}

#[test]
fn every_kind_of_change_is_read() {
    let repo = Repo::new();
    repo.write("moved", "same bytes");
    repo.write("gone", "1");
    repo.write("kind", "1");
    repo.write("mode", "1");
    repo.write(b"b\xFFd \n\t\"name", "1");
    let base = repo.commit("base");
    repo.git(&["mv", "moved", "new place"]);
    repo.git(&["rm", "--quiet", "gone", "kind"]);
    symlink("mode", repo.path().join("kind")).unwrap();
    repo.git(&["update-index", "--chmod=+x", "mode"]);
    repo.git(&["config", "core.fileMode", "false"]);
    repo.write(b"b\xFFd \n\t\"name", "2");
    repo.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{base},sub")]);
    repo.git(&["add", "--all", "--", ":!sub"]);
    repo.git(&["commit", "--quiet", "-m", "head"]);
    let git = repo.open();
    let changes = git.changes(Some(&base), "HEAD").unwrap();
    let shown: Vec<_> = changes
        .iter()
        .map(|change| {
            let modes = (change.before.as_ref().map(|e| e.mode), change.after.as_ref().map(|e| e.mode));
            (change.path.as_slice(), modes)
        })
        .collect();
    let file = Some(0o100_644);
    let expected: [(&[u8], _); 7] = [
        (b"b\xFFd \n\t\"name", (file, file)),
        (b"gone", (file, None)),
        (b"kind", (file, Some(0o120_000))),
        (b"mode", (file, Some(0o100_755))),
        (b"moved", (file, None)),
        (b"new place", (None, file)),
        (b"sub", (None, Some(0o160_000))),
    ];
    assert_eq!(shown, expected);
    assert_eq!(changes[3].before.as_ref().unwrap().id, changes[3].after.as_ref().unwrap().id);
    assert_eq!(changes[4].before.as_ref().unwrap().id, changes[5].after.as_ref().unwrap().id);

    let whole = git.changes(None, "HEAD").unwrap();
    assert!(whole.iter().all(|change| change.before.is_none()));
    assert_eq!(whole.len(), 5);

    let site = Site::new(&git.tree("HEAD").unwrap(), &[Mapping::default()]);
    assert_eq!(site.objects().keys().collect::<Vec<_>>(), ["mode", "new place"]);
    assert_eq!(site.objects()["new place"].size, 10);
    let left_out: Vec<_> = site.left_out().iter().map(|(path, why)| (path.as_slice(), *why)).collect();
    let expected: [(&[u8], _); 3] = [
        (b"b\xFFd \n\t\"name", NotDeployed::NotUtf8),
        (b"kind", NotDeployed::Symlink),
        (b"sub", NotDeployed::Submodule),
    ];
    assert_eq!(left_out, expected);
}

#[test]
fn a_deploy_maps_folders_and_only_sync_deletes() {
    let repo = Repo::new();
    repo.write("public/index.html", "1");
    repo.write("publicity.txt", "1");
    repo.commit("base");
    let site = Site::new(
        &repo.open().tree("main").unwrap(),
        &[Mapping { source: "public/".to_owned(), prefix: "/production".to_owned() }],
    );
    assert_eq!(site.objects().keys().collect::<Vec<_>>(), ["production/index.html"]);
    assert_eq!(site.left_out(), [(b"publicity.txt".to_vec(), NotDeployed::OutsideSource)]);

    let mut bucket = Bucket::default();
    bucket.put("old", site.objects()["production/index.html"].clone());
    let shown = |mode| -> Vec<_> { site.steps(&bucket, mode).into_iter().map(|step| (step.key, step.kind)).collect() };
    let put = ("production/index.html".to_owned(), ChangeKind::Created);
    assert_eq!(shown(Mode::Extract), std::slice::from_ref(&put));
    assert_eq!(shown(Mode::Sync), [put, ("old".to_owned(), ChangeKind::Removed)]);
}

#[test]
fn what_is_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let error = Repository::open(folder.path()).unwrap_err();
    assert!(matches!(error, GitError::NotARepository { .. }));
    assert!(error.to_string().contains(&folder.path().display().to_string()), "{error}");
    let error = Repository::open(folder.path().join("missing")).unwrap_err();
    assert!(matches!(error, GitError::NotARepository { .. }), "{error}");

    let repo = Repo::new();
    repo.write("a", "1");
    repo.commit("root");
    let git = repo.open();
    let gone = "0123456789abcdef0123456789abcdef01234567";
    for revision in ["nowhere", "", "--help", gone, "HEAD:a", "HEAD~1", "a\0b"] {
        let error = git.resolve(revision).unwrap_err();
        assert!(matches!(error, GitError::UnknownRevision { .. }), "{revision:?}: {error}");
    }
    assert!(matches!(git.changes(Some(gone), "HEAD"), Err(GitError::UnknownRevision { .. })));
    assert!(matches!(git.commit(gone), Err(GitError::UnknownRevision { .. })));
}

#[test]
fn a_large_tree_takes_few_processes() {
    let repo = Repo::new();
    let mut stream = "commit refs/heads/main\ncommitter A <a@example.org> 0 +0000\ndata 1\nm\n".to_owned();
    for n in 0..20_000 {
        let content = n.to_string();
        let length = content.len();
        write!(stream, "M 644 inline d{}/{n}.html\ndata {length}\n{content}\n", n / 500).unwrap();
    }
    let file = repo.path().join("stream");
    std::fs::write(&file, stream).unwrap();
    let mut import = Command::new("git");
    import.arg("-C").arg(repo.path()).args(["fast-import", "--quiet"]);
    assert!(import.stdin(File::open(file).unwrap()).status().unwrap().success());
    let git = repo.open();
    let start = std::time::Instant::now();
    assert_eq!(git.tree("main").unwrap().len(), 20_000);
    // A process a file would take over 20 s; the bound leaves room for a busy machine.
    assert!(start.elapsed().as_secs() < 10, "{:?}", start.elapsed());
}
