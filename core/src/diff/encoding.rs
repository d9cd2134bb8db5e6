//! How the text of a diff is encoded: UTF-8, with a byte order mark or without. UTF-16 is refused.

use crate::error::{Error, Span};

const HELP: &str = "let git write the file itself, `git diff --output=FILE`, or in PowerShell: `git diff | Out-File \
                    -Encoding utf8 FILE`";

/// How many bytes the byte order mark of UTF-8 takes at the start; 0 when there is none. Windows' editors and shells
/// write one, git does not.
pub(crate) fn bom(bytes: &[u8]) -> usize {
    const BOM: &[u8] = b"\xef\xbb\xbf";
    if bytes.starts_with(BOM) { BOM.len() } else { 0 }
}

/// Whether there is nothing but white space.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    bytes[bom(bytes)..].trim_ascii().is_empty()
}

/// Refuses UTF-16, whose NULs would make a list of names of it.
pub(super) fn check(bytes: &[u8], index: usize) -> Result<(), Error> {
    if bytes.starts_with(b"\xff\xfe") || bytes.starts_with(b"\xfe\xff") {
        let message = "the diff is encoded as UTF-16, as `>` in PowerShell writes it";
        return Err(Error::new("diff-encoding", message, HELP).at(Some(index), 0, bytes.len()));
    }
    Ok(())
}

/// Moves an error's place by the bytes that were passed over before it.
pub(crate) fn shifted(mut error: Error, by: usize) -> Error {
    if let Some(Span { start, end, .. }) = &mut error.span {
        (*start, *end) = (*start + by, *end + by);
    }
    error
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf_16_is_refused_and_the_mark_of_utf_8_counted() {
        let code = |bytes: &[u8]| check(bytes, 0).map_err(|error| error.code);
        assert_eq!((code(b"\xff\xfed\0"), code(b"\xfe\xff\0d")), (Err("diff-encoding"), Err("diff-encoding")));
        assert_eq!((code(b""), code(b"\xef\xbb\xbf"), code(b"diff")), (Ok(()), Ok(()), Ok(())));
        assert_eq!((bom(b"\xef\xbb\xbfx"), bom(b"\xef\xbb"), bom(b"")), (3, 0, 0));
        assert!(is_blank(b"\xef\xbb\xbf\r\n") && !is_blank(b"\xef\xbb\xbf."));
    }
}
