//! `GetFile`: one file of a commit, in base64.

use serde_json::{Value, json};

use super::{CodeCommit, Input, Refusal, refusal};

/// The largest file in bytes (`FileContent` of the service model).
const MAX_FILE: u64 = 6 << 20;
/// The branch that is read without a commit specifier.
const DEFAULT_BRANCH: &str = "main";

impl CodeCommit {
    pub(super) fn get_file(&self, input: &Input) -> Result<Value, Refusal> {
        self.check_repository(input)?;
        let path = match input.file_path.as_deref().map(|path| path.trim_start_matches('/')) {
            None | Some("") => return Err(Refusal("PathRequiredException", "A file path is required".to_owned())),
            Some(path) => path,
        };
        let commit = self.commit_of(input.commit_specifier.as_deref().unwrap_or(DEFAULT_BRANCH))?;
        let tree = self.repository.tree(&commit).map_err(|error| refusal(&error, "CommitDoesNotExistException"))?;
        let file = tree.iter().find(|file| file.path == path.as_bytes());
        let mode = file.and_then(|file| match file.entry.mode {
            0o100_755 => Some("EXECUTABLE"),
            0o120_000 => Some("SYMLINK"),
            _ => file.entry.is_file().then_some("NORMAL"),
        });
        let Some((file, mode)) = file.zip(mode) else {
            return Err(Refusal("FileDoesNotExistException", format!("Could not find path {path}")));
        };
        if file.size > MAX_FILE {
            let message = format!("The file {path} has {} bytes, more than {MAX_FILE}", file.size);
            return Err(Refusal("FileTooLargeException", message));
        }
        let content = self.repository.blob(&file.entry.id);
        let content = content.map_err(|error| refusal(&error, "CommitDoesNotExistException"))?;
        Ok(json!({
            "commitId": commit,
            "blobId": file.entry.id.as_str(),
            "filePath": path,
            "fileMode": mode,
            "fileSize": file.size,
            "fileContent": base64(&content),
        }))
    }
}

fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = (0..3).fold(0, |group, at| group << 8 | usize::from(*chunk.get(at).unwrap_or(&0)));
        for digit in 0..4 {
            let known = digit <= chunk.len();
            text.push(if known { char::from(DIGITS[group >> (18 - 6 * digit) & 63]) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_rfc_4648() {
        for (plain, text) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foob", "Zm9vYg==")] {
            assert_eq!(super::base64(plain.as_bytes()), text);
        }
        assert_eq!(super::base64(&[0xFB, 0xFF, 0]), "+/8A");
    }
}
