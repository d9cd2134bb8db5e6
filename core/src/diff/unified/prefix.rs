//! Names in the headers of a diff stand behind prefixes, `a/` and `b/` unless somebody chose others. A header does not say
//! which, but the two names of a file are the same behind them.

use alloc::vec::Vec;

use purgeplan_lines::same;

use crate::diff::lines::after;

/// The prefix of the old and of the new side.
pub(super) type Both = (Vec<u8>, Vec<u8>);

/// What the files of a diff tell of prefixes that are not git's own.
#[derive(Debug, Default)]
enum Chosen {
    #[default]
    None,
    /// A file showed these, as far as its two names differ.
    Shown(Both),
    /// A rename proved these: its own lines give its names without them.
    Proven(Both),
    /// Two files showed different ones.
    Contradiction,
}

/// What tells names from their prefixes in one diff.
#[derive(Debug, Default)]
pub(super) struct Prefixes {
    /// The prefixes of both sides, once they are known.
    known: Option<Both>,
    /// Keep `a/` where only one side has a name: other files of the diff have no prefix.
    keep_letters: bool,
    chosen: Chosen,
    none_seen: bool,
    letters_assumed: bool,
}

/// Which sides of a file there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) enum Sides {
    #[default]
    Both,
    OnlyOld,
    OnlyNew,
}

impl Prefixes {
    /// Whether a second reading, with what these know then, is needed; `Err` when the files contradict each other.
    pub(super) fn read_again(&mut self) -> Result<bool, ()> {
        if self.known.is_some() || self.keep_letters {
            return Ok(false);
        }
        match core::mem::take(&mut self.chosen) {
            Chosen::None => {}
            Chosen::Shown(both) | Chosen::Proven(both) => self.known = Some(both),
            Chosen::Contradiction => return Err(()),
        }
        self.keep_letters = self.none_seen && self.letters_assumed;
        Ok(self.known.is_some() || self.keep_letters)
    }

    /// The chosen prefixes, when this is a reading that knows them.
    pub(super) fn known(&self) -> Option<&Both> {
        self.known.as_ref()
    }

    /// The name behind two written names; `None` when they are not the same behind any prefixes.
    pub(super) fn name<'a>(&mut self, old: &'a [u8], new: &'a [u8], sides: Sides) -> Option<&'a [u8]> {
        if let Some((old_prefix, new_prefix)) = &self.known {
            let (in_old, in_new) = (after(old, old_prefix), after(new, new_prefix));
            let name = match sides {
                Sides::OnlyOld => in_old,
                Sides::OnlyNew => in_new,
                Sides::Both => in_new.filter(|_| in_old == in_new),
            };
            if name.is_some() {
                return name;
            }
        }
        if same(old, new) {
            self.none_seen = true;
            return Some(new);
        }
        if have_letters(old, new) {
            return Some(&new[2..]);
        }
        let length = common_name(old, new).filter(|_| self.known.is_none())?;
        let (prefix, name) = new.split_at(new.len() - length);
        self.saw(&old[..old.len() - length], prefix);
        Some(name)
    }

    /// The name behind one written name; the other side is `/dev/null`.
    pub(super) fn single<'a>(&mut self, written: &'a [u8], side: Sides) -> &'a [u8] {
        let known = self.known().map(|(old, new)| if side == Sides::OnlyOld { old } else { new });
        if let Some(name) = known.and_then(|prefix| after(written, prefix)) {
            return name;
        }
        if self.keep_letters || !has_letter(written) {
            return written;
        }
        self.letters_assumed = true;
        &written[2..]
    }

    /// Learns from a rename, whose own lines give its names without prefixes, and its `diff --git` line with them.
    pub(super) fn learn(&mut self, line: &[u8], from: &[u8], to: &[u8]) {
        let Some(prefixes) = line.len().checked_sub(from.len() + to.len() + 1) else { return };
        let letters = prefixes == 4 && line.get(1) == Some(&b'/');
        let told = self.known.is_some() || matches!(self.chosen, Chosen::Proven(_));
        if prefixes == 0 || letters || told || line.contains(&b'"') {
            return;
        }
        let Some(rest) = line.strip_suffix(to) else { return };
        // Prefixes are short; a bound keeps the search linear in the line.
        for length in 0..65.min(prefixes + 1) {
            let (old, rest) = rest.split_at(length);
            let Some(new) = after(rest, from).and_then(|rest| after(rest, b" ")) else { continue };
            // `a/sub/` is no prefix that anybody chooses: one of the two kinds of names is wrong.
            let odd = old.is_empty() != new.is_empty() || (has_letter(old) && has_letter(new));
            self.chosen = if odd { Chosen::Contradiction } else { Chosen::Proven((old.to_vec(), new.to_vec())) };
            return;
        }
    }

    fn saw(&mut self, old: &[u8], new: &[u8]) {
        match &self.chosen {
            Chosen::None => self.chosen = Chosen::Shown((old.to_vec(), new.to_vec())),
            Chosen::Shown((one, other)) if one != old || other != new => self.chosen = Chosen::Contradiction,
            _ => {}
        }
    }
}

/// The prefixes that git writes of itself: `a/ b/`, the mnemonic ones, those of `--no-index`; `-R` turns them round.
/// Source: git-config(1), `diff.mnemonicPrefix`.
pub(super) fn have_letters(old: &[u8], new: &[u8]) -> bool {
    has_letter(old) && has_letter(new) && old[0] != new[0] && same(&old[2..], &new[2..])
}

fn has_letter(name: &[u8]) -> bool {
    name.len() > 2 && name[1] == b'/' && b"abciow12".contains(&name[0])
}

/// The length of the longest common end of two names that begins a component in both.
pub(super) fn common_name(old: &[u8], new: &[u8]) -> Option<usize> {
    let same = old.iter().rev().zip(new.iter().rev()).take_while(|(one, other)| one == other).count();
    let begins = |name: &[u8]| name.len() == same || name[name.len() - same - 1] == b'/';
    let end = &new[new.len() - same..];
    let begin = if begins(old) && begins(new) { 0 } else { memchr::memchr(b'/', end)? };
    let name = end[begin..].iter().position(|byte| *byte != b'/')?;
    Some(same - begin - name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name<'a>(prefixes: &mut Prefixes, old: &'a str, new: &'a str) -> Option<&'a [u8]> {
        prefixes.name(old.as_bytes(), new.as_bytes(), Sides::Both)
    }

    #[test]
    fn the_name_is_what_both_share() {
        let mut prefixes = Prefixes::default();
        assert_eq!(name(&mut prefixes, "a/x y", "b/x y").unwrap(), b"x y");
        assert_eq!(name(&mut prefixes, "w/x", "i/x").unwrap(), b"x");
        assert_eq!(name(&mut prefixes, "a/x", "a/x").unwrap(), b"a/x");
        assert_eq!(name(&mut prefixes, "x.orig", "x"), None);
        assert_eq!(common_name(b"src://a b/c", b"dst://a b/c"), Some(5));
        assert_eq!(
            (common_name(b"x/", b"y/"), common_name(b"", b""), common_name(b"a/b/c", b"c")),
            (None, None, Some(1))
        );
        assert_eq!(prefixes.read_again(), Ok(false));
    }

    #[test]
    fn chosen_prefixes_are_learnt_and_then_known() {
        let mut prefixes = Prefixes::default();
        assert_eq!(name(&mut prefixes, "old/site/x", "newer/site/x").unwrap(), b"site/x");
        assert_eq!(prefixes.read_again(), Ok(true));
        assert_eq!(prefixes.known(), Some(&(b"old/".to_vec(), b"newer/".to_vec())));
        // git names the side that is there twice.
        assert_eq!(prefixes.name(b"newer/y", b"newer/y", Sides::OnlyNew), Some(b"y".as_slice()));
    }

    #[test]
    fn a_rename_proves_prefixes_that_files_leave_open() {
        let mut prefixes = Prefixes::default();
        assert_eq!(name(&mut prefixes, "x/site/f", "y/site/f").unwrap(), b"site/f");
        prefixes.learn(b"x/site/f y/site/g", b"f", b"g");
        assert_eq!(prefixes.read_again(), Ok(true));
        assert_eq!(prefixes.known(), Some(&(b"x/site/".to_vec(), b"y/site/".to_vec())));
    }

    #[test]
    fn files_that_contradict_each_other_are_not_guessed_about() {
        let mut prefixes = Prefixes::default();
        name(&mut prefixes, "old/x", "new/x").unwrap();
        name(&mut prefixes, "older/x", "new/x").unwrap();
        assert!(prefixes.read_again().is_err());
        for (line, from, to) in [("a/s/x b/s/y", "x", "y"), ("a/x b/y", "a/x", "y")] {
            let mut prefixes = Prefixes::default();
            prefixes.learn(line.as_bytes(), from.as_bytes(), to.as_bytes());
            assert!(prefixes.read_again().is_err(), "{line}");
        }
    }

    #[test]
    fn one_side_alone_keeps_its_letter_when_others_have_none() {
        let mut prefixes = Prefixes::default();
        assert_eq!(prefixes.single(b"b/x", Sides::OnlyNew), b"x");
        name(&mut prefixes, "b/y", "b/y").unwrap();
        assert_eq!(prefixes.read_again(), Ok(true));
        assert_eq!(prefixes.single(b"b/x", Sides::OnlyNew), b"b/x");
    }
}
