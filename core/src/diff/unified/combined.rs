//! Hunks of combined diffs: one column a parent stands before each line.
//!
//! Source: git-diff(1), "Combined diff format": `-` in a column means that this parent has the line and the result has
//! not; `+` that the result has it and this parent has not.

use alloc::vec::Vec;
use purgeplan_lines::hunk::{Broken, range};

use crate::diff::lines::{after, line};

/// The most parents of a merge that are read. git itself makes octopus merges of dozens; a bound keeps the cost linear.
const MOST_PARENTS: usize = 256;

/// Lines of each parent, then of the result, as `@@@ -1,2 -1,2 +1,3 @@@` says them.
pub(super) fn counts(header: &[u8]) -> Option<Vec<u32>> {
    let parents = header.iter().take_while(|byte| **byte == b'@').count().checked_sub(1)?;
    let mut rest = &header[parents + 1..];
    let mut counts = Vec::new();
    for side in 0..=parents {
        let (count, behind) = range(after(rest, if side < parents { b" -" } else { b" +" })?)?;
        counts.push(count);
        rest = behind;
    }
    ((2..=MOST_PARENTS).contains(&parents) && rest.starts_with(b" @")).then_some(counts)
}

/// Passes over a body that begins at `at`; yields where it ends. `left` is how many lines are to come of each side.
pub(super) fn skip(bytes: &[u8], mut at: usize, mut left: Vec<u32>) -> Result<usize, Broken> {
    while left.iter().any(|count| *count > 0) {
        if at == bytes.len() {
            return Err(Broken::End);
        }
        let (text, next) = line(bytes, at);
        if !text.starts_with(b"\\") {
            take(text, &mut left).ok_or(Broken::Line(at))?;
        }
        at = next;
    }
    Ok(at)
}

/// Takes a line off the sides that have it. An empty one stands for blanks that a mail program cut.
fn take(text: &[u8], left: &mut [u32]) -> Option<()> {
    let (result, parents) = left.split_last_mut()?;
    let columns = if text.is_empty() { text } else { text.get(..parents.len())? };
    let removed = columns.contains(&b'-');
    for (side, count) in parents.iter_mut().enumerate() {
        let has = match columns.get(side).unwrap_or(&b' ') {
            b' ' => !removed,
            b'-' => true,
            b'+' if !removed => false,
            _ => return None,
        };
        *count = count.checked_sub(u32::from(has))?;
    }
    *result = result.checked_sub(u32::from(!removed))?;
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn headers_count_one_line_when_they_do_not_say() {
        assert_eq!(counts(b"@@@ -1,2 -3 +4,5 @@@ x").unwrap(), [2, 1, 5]);
        assert_eq!(counts(b"@@ -1,2 +4,5 @@"), None);
        assert_eq!(counts(b"@@@ -1,2 +4,5 @@@"), None);
    }

    #[test]
    fn lines_count_for_the_sides_that_have_them() {
        let body = b"  both\n- first\n -second\n--- neither\n++new\n+ from second\nnext";
        let end = skip(body, 0, vec![3, 4, 3]).unwrap();
        assert_eq!(&body[end..], b"next");
        assert_eq!(skip(b"-+x\n", 0, vec![1, 1, 1]), Err(Broken::Line(0)));
        assert_eq!(skip(b"  \n", 0, vec![2, 1, 1]), Err(Broken::End));
    }
}
