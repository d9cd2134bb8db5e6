//! From arguments to a request of the core, with the files that it names.

use std::io::Read;
use std::path::Path;

use purgeplan_core::Policy;
use purgeplan_loopback::git::Repository;
use serde_json::{Value, json};

use crate::cli::{DiffFormat, Inputs, Preset, Range, written};
use crate::failure::Failure;

/// What `-` is called in errors.
const STANDARD_INPUT: &str = "standard input";

/// A request without its operation, and what it names by index.
#[derive(Debug, Default)]
pub(crate) struct Request {
    pub(crate) fields: serde_json::Map<String, Value>,
    attachments: Vec<Vec<u8>>,
    /// What the attachments are called, for errors.
    names: Vec<String>,
}

impl Request {
    /// Reads everything that the arguments name.
    pub(crate) fn of(inputs: &Inputs) -> Result<Self, Failure> {
        let mut request = Self::default();
        let diffs = if inputs.manifests.is_empty() && inputs.diff.is_empty() {
            vec![request.range(&inputs.range)?]
        } else {
            request.given(inputs)?
        };
        request.set("diffs", diffs.into());
        match &inputs.policy {
            Some(policy) => request.policy(policy)?,
            None => request.set("preset", preset(inputs.preset).into()),
        }
        if let Some(id) = &inputs.distribution_id {
            request.set("distribution", id.as_str().into());
        }
        let configs =
            inputs.distribution.iter().map(|said| request.distribution(said)).collect::<Result<Vec<_>, _>>()?;
        if !configs.is_empty() {
            request.set("distribution_configs", configs.into());
        }
        if let Some(live) = &inputs.live {
            let attachment = request.file("live set", live, "--live")?;
            request
                .set("live", json!({ "attachment": attachment, "complete": true, "kind": written(&inputs.live_kind) }));
        }
        Ok(request)
    }

    pub(crate) fn set(&mut self, field: &str, value: Value) {
        self.fields.insert(field.to_owned(), value);
    }

    pub(crate) fn policy(&mut self, policy: &Path) -> Result<(), Failure> {
        let attachment = self.file("policy file", policy, "--policy")?;
        self.set("policy_attachment", attachment.into());
        Ok(())
    }

    /// The core's answer, shown in this format: what it looks like, for errors too.
    pub(crate) fn call(&self, rendering: Option<&str>) -> Vec<u8> {
        let mut fields = self.fields.clone();
        if let Some(format) = rendering {
            // Where there is no terminal the colours are taken off again.
            let render = json!({ "format": format, "colour": true, "attachment_names": self.names });
            fields.insert("render".to_owned(), render);
        }
        let attachments: Vec<&[u8]> = self.attachments.iter().map(Vec::as_slice).collect();
        purgeplan_core::call(Value::from(fields).to_string().as_bytes(), &attachments)
    }

    fn attach(&mut self, name: String, bytes: Vec<u8>) -> usize {
        self.names.push(name);
        self.attachments.push(bytes);
        self.attachments.len() - 1
    }

    /// `option` is where the file was named.
    fn file(&mut self, what: &str, path: &Path, option: &str) -> Result<usize, Failure> {
        let is_input = path.as_os_str() == "-";
        let name = if is_input { STANDARD_INPUT.to_owned() } else { path.display().to_string() };
        if is_input && self.names.iter().any(|earlier| earlier == STANDARD_INPUT) {
            return Err(Failure::new("standard input (`-`) is named twice", "name it once, and files for the rest"));
        }
        let bytes = read(what, path, option)?;
        Ok(self.attach(name, bytes))
    }

    /// The diff between two commits of a repository.
    fn range(&mut self, range: &Range) -> Result<Value, Failure> {
        let repository = Repository::open(&range.repo)?;
        let head = repository.resolve(&range.head)?;
        let base = match &range.base {
            Some(base) => Some(repository.resolve(base)?),
            None => repository.parent(&head)?,
        };
        let diff = repository.raw_diff(base.as_deref(), &head)?;
        let attachment = self.attach("git diff".to_owned(), diff);
        Ok(json!({ "format": "git-raw", "attachments": [attachment], "base": base, "head": head }))
    }

    /// Diffs or lists from files.
    fn given(&mut self, inputs: &Inputs) -> Result<Vec<Value>, Failure> {
        if let [before, after] = &*inputs.manifests {
            let attachments = [self.file("list", before, "--manifests")?, self.file("list", after, "--manifests")?];
            return Ok(vec![json!({ "format": "manifests", "attachments": attachments })]);
        }
        let format = written(&inputs.diff_format);
        if inputs.diff_format == DiffFormat::Codecommit {
            // The files are the pages of one answer.
            let pages =
                inputs.diff.iter().map(|path| self.file("diff", path, "--diff")).collect::<Result<Vec<_>, _>>()?;
            return Ok(vec![json!({ "format": format, "attachments": pages, "partial": inputs.partial })]);
        }
        let diffs = inputs.diff.iter().map(|path| {
            let attachment = self.file("diff", path, "--diff")?;
            Ok(json!({ "format": format, "attachments": [attachment], "partial": inputs.partial }))
        });
        diffs.collect()
    }

    /// `ID=FILE`, or `FILE` alone.
    fn distribution(&mut self, said: &str) -> Result<Value, Failure> {
        let named = said.split_once('=').filter(|(id, _)| is_id(id) && !Path::new(said).exists());
        let file = named.map_or(said, |(_, file)| file);
        let attachment = self.file("distribution configuration", Path::new(file), "--distribution")?;
        Ok(match named {
            Some((id, _)) => json!({ "id": id, "attachment": attachment }),
            None => json!({ "attachment": attachment }),
        })
    }
}

/// Ids of distributions are capital letters and digits.
fn is_id(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// A policy file and what it says.
pub(crate) fn policy(file: &Path) -> Result<(Vec<u8>, Policy), Failure> {
    let mut request = Request::default();
    request.policy(file)?;
    request.set("op", "check".into());
    let Ok(policy) = Policy::from_json(&request.attachments[0]) else {
        let answer: Value = serde_json::from_slice(&request.call(Some("text"))).expect("the core answers in JSON");
        return Err(Failure::Rendered(answer["rendered"].as_str().unwrap_or_default().to_owned()));
    };
    Ok((request.attachments.remove(0), policy))
}

fn preset(preset: Preset) -> &'static str {
    match preset {
        Preset::Article => "article",
        Preset::Sound => "sound",
    }
}

/// The bytes of a file, or of standard input for `-`.
pub(crate) fn read(what: &str, path: &Path, option: &str) -> Result<Vec<u8>, Failure> {
    let bytes = if path == Path::new("-") {
        let mut bytes = Vec::new();
        std::io::stdin().lock().read_to_end(&mut bytes).map(|_| bytes)
    } else {
        std::fs::read(path)
    };
    bytes.map_err(|error| {
        let message = format!("{what} `{}` cannot be read: {error}", path.display());
        Failure::new(message, format!("name an existing file with `{option}`"))
    })
}
