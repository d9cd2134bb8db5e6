//! Deploying a commit's tree into the bucket, as CodePipeline and `aws s3 sync` do.

use std::collections::BTreeMap;

use crate::edge::{Bucket, Object};
use crate::git::TreeEntry;

/// Which folder of the repository lands where in the bucket.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mapping {
    /// The folder of the repository, without slashes at its ends; empty is all of it.
    pub source: String,
    /// What keys start with, without slashes at its ends; empty is nothing.
    pub prefix: String,
}

impl Mapping {
    /// The object key's bytes of a repository path; `None` outside the source folder.
    #[must_use]
    pub fn key(&self, path: &[u8]) -> Option<Vec<u8>> {
        let source = self.source.trim_matches('/').as_bytes();
        let inside = if source.is_empty() { path } else { path.strip_prefix(source)?.strip_prefix(b"/")? };
        let prefix = self.prefix.trim_matches('/').as_bytes();
        Some(if prefix.is_empty() { inside.to_vec() } else { [prefix, b"/", inside].concat() })
    }
}

/// Why a path of the tree is not in the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum NotDeployed {
    /// No mapping's source folder has it.
    OutsideSource,
    /// It is a symlink.
    Symlink,
    /// It is a submodule.
    Submodule,
    /// Its name is not UTF-8, so it is no object key.
    NotUtf8,
    /// Its key has more than the 1,024 bytes that S3 takes.
    KeyTooLong,
}

/// What a commit puts into the bucket.
#[derive(Clone, Debug, Default)]
pub struct Site {
    objects: BTreeMap<String, Object>,
    left_out: Vec<(Vec<u8>, NotDeployed)>,
}

/// How a deploy treats what is already in the bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// CodePipeline's S3 action with `Extract`: puts every file, changed or not, and deletes nothing.
    Extract,
    /// Puts every file and deletes the keys that the site no longer has.
    Sync,
}

/// Whether an object was put or deleted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// `ObjectCreated:Put`.
    Created,
    /// `ObjectRemoved:Delete`.
    Removed,
}

/// One step of a deploy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectChange {
    /// The object key.
    pub key: String,
    /// What happens to it.
    pub kind: ChangeKind,
    /// The new object, or the one that is deleted.
    pub object: Object,
}

impl Site {
    /// The site that a tree makes: each file lands by the first mapping that has its folder.
    #[must_use]
    pub fn new(tree: &[TreeEntry], mappings: &[Mapping]) -> Self {
        let mut site = Self::default();
        for file in tree.iter().filter(|file| file.entry.is_file()) {
            let key = mappings.iter().find_map(|mapping| mapping.key(&file.path));
            if let Some(Ok(key)) = key.map(String::from_utf8).filter(is_short) {
                let object = Object { content: file.entry.id.clone(), size: file.size };
                site.objects.insert(key, object);
            }
        }
        site.left_out = tree.iter().filter_map(|file| Some((file.path.clone(), why_not(file, mappings)?))).collect();
        site
    }

    /// The objects, by key.
    #[must_use]
    pub fn objects(&self) -> &BTreeMap<String, Object> {
        &self.objects
    }

    /// The paths of the tree that are not deployed, and why, in the order of the tree.
    #[must_use]
    pub fn left_out(&self) -> &[(Vec<u8>, NotDeployed)] {
        &self.left_out
    }

    /// The steps that deploy the site: every put in the order of the keys, then (with [`Mode::Sync`]) every deletion.
    #[must_use]
    pub fn steps(&self, bucket: &Bucket, mode: Mode) -> Vec<ObjectChange> {
        let change =
            |kind, (key, object): (&str, &Object)| ObjectChange { key: key.to_owned(), kind, object: object.clone() };
        let puts = self.objects.iter().map(|(key, object)| (key.as_str(), object));
        let mut steps: Vec<_> = puts.map(|object| change(ChangeKind::Created, object)).collect();
        if mode == Mode::Sync {
            let gone = bucket.objects().filter(|(key, _)| !self.objects.contains_key(*key));
            steps.extend(gone.map(|object| change(ChangeKind::Removed, object)));
        }
        steps
    }
}

/// S3 takes keys of at most 1,024 bytes.
fn is_short(key: &Result<String, std::string::FromUtf8Error>) -> bool {
    key.as_ref().is_ok_and(|key| key.len() <= 1_024)
}

fn why_not(file: &TreeEntry, mappings: &[Mapping]) -> Option<NotDeployed> {
    match file.entry.mode & 0o170_000 {
        0o100_000 => {}
        0o120_000 => return Some(NotDeployed::Symlink),
        _ => return Some(NotDeployed::Submodule),
    }
    match mappings.iter().find_map(|mapping| mapping.key(&file.path)) {
        None => Some(NotDeployed::OutsideSource),
        Some(_) if std::str::from_utf8(&file.path).is_err() => Some(NotDeployed::NotUtf8),
        Some(key) => (key.len() > 1_024).then_some(NotDeployed::KeyTooLong),
    }
}
