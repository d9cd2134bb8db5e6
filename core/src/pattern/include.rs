//! Whether patterns take every path of another, so that a rule can be told to be unreachable.

use alloc::{vec, vec::Vec};

use super::{Pattern, SLASH, Token, advance, skip, skip_empty, step};

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
        let mut wide: Vec<&[Token]> = Vec::new();
        for pattern in wider {
            wide.extend(pattern.alternatives.iter().map(Vec::as_slice));
        }
        if wide.is_empty() {
            return false;
        }
        let mut kinds = vec![0, SLASH, SLASH + 1];
        for tokens in &self.alternatives {
            bounds(tokens, &mut kinds);
        }
        for tokens in &wide {
            bounds(tokens, &mut kinds);
        }
        kinds.sort_unstable();
        kinds.dedup();
        self.alternatives.iter().all(|tokens| is_within(tokens, &wide, &kinds, steps))
    }
}

/// A position of the narrow pattern, and which positions of the wide ones a path that leads there can have reached:
/// those of one wide pattern after those of the other.
#[derive(Clone, PartialEq)]
struct State {
    at: usize,
    here: Vec<bool>,
}

/// The states that have been walked, by a number made of each; a tree of them would be more code than all of the proof.
struct Seen(Vec<Vec<State>>);

impl Seen {
    fn new() -> Self {
        let mut buckets = Vec::new();
        buckets.resize_with(256, Vec::new);
        Self(buckets)
    }

    /// Whether the state is new.
    fn insert(&mut self, state: &State) -> bool {
        let number = state.here.iter().fold(state.at, |number, here| number.wrapping_mul(31) + usize::from(*here));
        let bucket = &mut self.0[number % 256];
        let new = !bucket.contains(state);
        if new {
            bucket.push(state.clone());
        }
        new
    }
}

fn is_within(narrow: &[Token], wide: &[&[Token]], kinds: &[u32], steps: &mut Steps) -> bool {
    let mut here = Vec::new();
    for tokens in wide {
        let first = here.len();
        here.resize(first + tokens.len() + 1, false);
        here[first] = true;
        skip_empty(tokens, &mut here[first..]);
    }
    let cost = narrow.len() + here.len() - wide.len();
    let mut seen = Seen::new();
    let mut open = vec![State { at: 0, here }];
    while let Some(state) = open.pop() {
        if !seen.insert(&state) {
            continue;
        }
        let State { at, here } = state;
        let Some(token) = narrow.get(at) else {
            // The narrow pattern ends here, so some wide one must end here too.
            let mut past = 0;
            let ends = wide.iter().any(|tokens| {
                past += tokens.len() + 1;
                here[past - 1]
            });
            if ends {
                continue;
            }
            return false;
        };
        if let Some(to) = skip(token, at) {
            open.push(State { at: to, here: here.clone() });
        }
        for &kind in kinds {
            let Some(to) = step(token, at, kind) else { continue };
            if !steps.take(cost) {
                return false;
            }
            let mut next = vec![false; here.len()];
            let mut first = 0;
            for tokens in wide {
                let past = first + tokens.len() + 1;
                advance(tokens, &here[first..past], kind, &mut next[first..past]);
                first = past;
            }
            open.push(State { at: to, here: next });
        }
    }
    true
}

/// Adds the bounds at which the answer of one of the tokens changes.
fn bounds(tokens: &[Token], bounds: &mut Vec<u32>) {
    for token in tokens {
        let ranges: &[(u32, u32)] = match token {
            Token::Literal(unit) => &[(*unit, *unit)],
            Token::Set { ranges, .. } => ranges,
            Token::Hash { .. } | Token::HashEnd { .. } => HASH_RANGES,
            Token::One | Token::Star | Token::Folders | Token::InFolder | Token::Rest => &[],
        };
        for (first, last) in ranges {
            bounds.push(*first);
            bounds.push(last + 1);
        }
    }
}

/// Whose ends are those of what a hash and its digits are made of.
const HASH_RANGES: &[(u32, u32)] = &[
    (b'0' as u32, b'9' as u32),
    (b'A' as u32, b'Z' as u32),
    (b'a' as u32, b'z' as u32),
    (b'_' as u32, b'_' as u32),
    (b'-' as u32, b'-' as u32),
];

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
