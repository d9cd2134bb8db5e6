//! Conformance cases: language-neutral files, one behaviour each, held against every engine.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A case: what is asked, and what every engine answers.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Which behaviour it holds fast.
    pub about: String,
    /// The request.
    pub request: Value,
    /// What the request names by index.
    pub attachments: Vec<Attachment>,
    /// The answer.
    pub answer: Value,
}

/// The bytes of an attachment.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Attachment {
    /// Text as it is.
    Text(String),
    /// Bytes as hexadecimal digits.
    Hex(String),
    /// JSON, sent without spaces.
    Json(Value),
}

impl Attachment {
    /// The bytes.
    ///
    /// # Panics
    /// On hexadecimal text that is none: the case file is wrong.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Text(text) => text.clone().into_bytes(),
            Self::Json(json) => json.to_string().into_bytes(),
            Self::Hex(digits) => (0..digits.len())
                .step_by(2)
                .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).expect("a case holds hexadecimal digits"))
                .collect(),
        }
    }
}

/// The folder of the case files.
#[must_use]
pub fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("cases")
}

/// Every case with its file, in the order of the names.
///
/// # Panics
/// On a file that is no case.
#[must_use]
pub fn all() -> Vec<(PathBuf, Case)> {
    let entries = std::fs::read_dir(folder()).expect("the folder of the cases is part of the repository");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("the folder can be read").path()).collect();
    files.sort();
    let read = |file: PathBuf| {
        let text = std::fs::read(&file).expect("a case can be read");
        let case = serde_json::from_slice(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        (file, case)
    };
    files.into_iter().map(read).collect()
}
