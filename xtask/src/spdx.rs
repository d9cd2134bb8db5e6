//! SPDX licence expressions, as far as crates write them.

/// Whether a licence expression can be met with the allowed licences alone: `OR` lets us choose, `AND` binds us to both.
///
/// `MIT/Apache-2.0`, the old way to write `OR`, is read as such. An exception counts as part of its licence:
/// `Apache-2.0 WITH LLVM-exception` is met by that entry only. An expression that does not parse is not met.
pub(crate) fn is_met(expression: &str, allowed: &[String]) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let mut tokens = spaced.split_whitespace().peekable();
    let met = either(&mut tokens, allowed);
    met == Some(true) && tokens.next().is_none()
}

type Tokens<'a> = std::iter::Peekable<std::str::SplitWhitespace<'a>>;

fn either(tokens: &mut Tokens<'_>, allowed: &[String]) -> Option<bool> {
    let mut met = both(tokens, allowed)?;
    while tokens.next_if_eq(&"OR").is_some() {
        met |= both(tokens, allowed)?;
    }
    Some(met)
}

fn both(tokens: &mut Tokens<'_>, allowed: &[String]) -> Option<bool> {
    let mut met = one(tokens, allowed)?;
    while tokens.next_if_eq(&"AND").is_some() {
        met &= one(tokens, allowed)?;
    }
    Some(met)
}

fn one(tokens: &mut Tokens<'_>, allowed: &[String]) -> Option<bool> {
    let token = tokens.next()?;
    if token == "(" {
        let met = either(tokens, allowed)?;
        return (tokens.next()? == ")").then_some(met);
    }
    let mut licence = token.to_owned();
    if tokens.next_if_eq(&"WITH").is_some() {
        licence = format!("{licence} WITH {}", tokens.next()?);
    }
    Some(allowed.contains(&licence))
}

#[cfg(test)]
mod tests {
    use super::is_met;

    fn met(expression: &str) -> bool {
        is_met(expression, &["MIT", "ISC", "Apache-2.0 WITH LLVM-exception"].map(String::from))
    }

    #[test]
    fn or_lets_us_choose() {
        assert!(met("MIT"));
        assert!(met("GPL-3.0 OR MIT"));
        assert!(met("MIT/GPL-3.0"));
        assert!(!met("GPL-3.0 OR LGPL-3.0"));
    }

    #[test]
    fn and_binds_us_to_both_and_comes_before_or() {
        assert!(met("MIT AND ISC"));
        assert!(!met("MIT AND GPL-3.0"));
        assert!(met("MIT OR ISC AND GPL-3.0"));
        assert!(!met("(MIT OR ISC) AND GPL-3.0"));
        assert!(met("(MIT OR GPL-3.0) AND ISC"));
    }

    #[test]
    fn an_exception_is_part_of_its_licence() {
        assert!(met("Apache-2.0 WITH LLVM-exception"));
        assert!(!met("Apache-2.0"));
        assert!(!met("MIT WITH LLVM-exception"));
    }

    #[test]
    fn what_does_not_parse_is_not_met() {
        for expression in ["", "(MIT", "MIT)", "MIT MIT", "MIT OR", "MIT WITH"] {
            assert!(!met(expression), "{expression:?}");
        }
    }
}
