//! Whether patterns take every path of another, so that a rule can be told to be unreachable.

use alloc::{collections::BTreeSet, vec, vec::Vec};

use super::{Pattern, SLASH, Token, advance, skip_empty, step};
use crate::sorted::sort;

/// How much work the proofs of one policy may take; without more of it nothing is proven, and nothing is warned of.
#[derive(Debug)]
pub(crate) struct Steps(usize);

impl Default for Steps {
    fn default() -> Self {
        Self(1_000_000)
    }
}

impl Steps {
    /// Uses up some; `false` when there are not so many left.
    fn take(&mut self, steps: usize) -> bool {
        let left = self.0.checked_sub(steps);
        self.0 = left.unwrap_or_default();
        left.is_some()
    }
}

impl Pattern {
    /// Whether each path that this pattern matches is matched by one of `wider`; `false` when that is not proven.
    ///
    /// The narrow pattern's positions are walked one by one, the wide patterns' all at once. Of the infinitely many
    /// characters one of each kind is tried: two that no token of either side tells apart are of one kind.
    pub(crate) fn is_within(&self, wider: &[Self], steps: &mut Steps) -> bool {
        let wide: Vec<&[Token]> = wider.iter().flat_map(|pattern| &pattern.alternatives).map(Vec::as_slice).collect();
        if wide.is_empty() {
            return false;
        }
        let narrow = self.alternatives.iter().map(Vec::as_slice);
        let kinds = kinds(narrow.clone().chain(wide.iter().copied()).flatten());
        narrow.into_iter().all(|tokens| is_within(tokens, &wide, &kinds, steps))
    }
}

/// Positions of the wide patterns, one list a pattern.
type Wide = Vec<Vec<bool>>;

fn is_within(narrow: &[Token], wide: &[&[Token]], kinds: &[u32], steps: &mut Steps) -> bool {
    let start = |tokens: &&[Token]| {
        let mut here = vec![false; tokens.len() + 1];
        here[0] = true;
        skip_empty(tokens, &mut here);
        here
    };
    let cost = narrow.len() + wide.iter().map(|tokens| tokens.len()).sum::<usize>();
    let mut seen: BTreeSet<(usize, Wide)> = BTreeSet::new();
    let mut open: Vec<(usize, Wide)> = vec![(0, wide.iter().map(start).collect())];
    while let Some((at, here)) = open.pop() {
        if !seen.insert((at, here.clone())) {
            continue;
        }
        if at == narrow.len() {
            // The narrow pattern ends here, so some wide one must end here too.
            if !here.iter().zip(wide).any(|(here, tokens)| here[tokens.len()]) {
                return false;
            }
            continue;
        }
        if let Some(to) = super::skip(&narrow[at], at) {
            open.push((to, here.clone()));
        }
        for &kind in kinds {
            let Some(to) = step(&narrow[at], at, kind) else { continue };
            if !steps.take(cost) {
                return false;
            }
            let mut next: Wide = here.clone();
            for ((tokens, here), next) in wide.iter().zip(&here).zip(&mut next) {
                advance(tokens, here, kind, next);
            }
            open.push((to, next));
        }
    }
    true
}

/// One character of each kind: every bound at which a token's answer can change.
fn kinds<'t>(tokens: impl Iterator<Item = &'t Token>) -> Vec<u32> {
    let mut bounds = vec![0, SLASH, SLASH + 1];
    for token in tokens {
        match token {
            Token::Literal(unit) => bounds.extend([*unit, unit + 1]),
            Token::Set { ranges, .. } => {
                bounds.extend(ranges.iter().flat_map(|(first, last)| [*first, last + 1]));
            }
            Token::Hash { .. } | Token::HashEnd { .. } => {
                for (first, last) in [(b'0', b'9'), (b'A', b'Z'), (b'a', b'z'), (b'_', b'_'), (b'-', b'-')] {
                    bounds.extend([u32::from(first), u32::from(last) + 1]);
                }
            }
            Token::One | Token::Star | Token::Folders | Token::InFolder | Token::Rest => {}
        }
    }
    sort(&mut bounds);
    bounds
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned;
    use proptest::prelude::*;

    fn within(narrow: &str, wider: &[&str]) -> bool {
        let wider: Vec<Pattern> = wider.iter().map(|text| Pattern::new(text).unwrap()).collect();
        Pattern::fingerprint(narrow).unwrap().is_within(&wider, &mut Steps::default())
    }

    #[test]
    fn what_is_within_and_what_is_not() {
        for (narrow, wide) in [
            ("a/b.map", "**/*.map"),
            ("a/**", "**"),
            ("a/*.map", "a/**"),
            ("**/x/**/*.map", "**/*.map"),
            ("{a,b}/c", "?/c"),
            ("[a-c]", "[a-z]"),
            ("a-[hash].js", "*.js"),
            ("a-[hash:8].js", "a-????????.js"),
        ] {
            assert!(within(narrow, &[wide]), "{narrow} within {wide}");
            assert!(!within(wide, &[narrow]), "{wide} not within {narrow}");
        }
        assert!(within("[a-d]", &["[ab]", "[cd]"]));
        assert!(!within("[a-e]", &["[ab]", "[cd]"]));
        assert!(!within("a", &[]));
    }

    #[test]
    fn a_proof_that_costs_too_much_is_no_proof() {
        let narrow = Pattern::new(&"*a".repeat(40)).unwrap();
        let wide = Pattern::new(&("*a*".to_owned() + &"?".repeat(60))).unwrap();
        assert!(!narrow.is_within(&[wide], &mut Steps(10_000)));
    }

    proptest! {
        #[test]
        fn what_is_within_matches_nothing_else(
            narrow in "([ab?*]|a/|/\\*\\*/){1,6}",
            wide in "([ab?*]|a/|/\\*\\*/){1,6}",
            path in "[ab/c]{1,8}",
        ) {
            if let (Ok(narrow), Ok(wide)) = (Pattern::new(&narrow), Pattern::new(&wide))
                && narrow.is_within(core::slice::from_ref(&wide), &mut Steps::default())
            {
                prop_assert!(!narrow.matches(path.as_bytes()) || wide.matches(path.as_bytes()));
            }
        }
    }
}
