//! What a dependents rule purges: a URL path with places for what its pattern captured.

use alloc::{borrow::Cow, format, string::String, vec::Vec};
use serde::{Serialize, Serializer};

use crate::names::UrlPath;

/// A checked template.
// INVARIANT: the first part is a literal that begins with a slash; no number is above the wildcards of its pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template {
    source: String,
    parts: Vec<Part>,
    /// Whether it ends with `*`: everything that begins so.
    wildcard: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Part {
    Literal(Vec<u8>),
    /// `{0}` is the whole path, `{n}` the n-th wildcard.
    Capture(usize),
}

/// What is wrong with a template, and where.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct TemplateError {
    /// Byte offset in the template.
    pub(crate) at: usize,
    pub(crate) message: Cow<'static, str>,
    pub(crate) help: &'static str,
}

impl Template {
    /// Reads and checks a template for a pattern with so many wildcards.
    pub(crate) fn new(source: &str, wildcards: usize) -> Result<Self, TemplateError> {
        if !source.starts_with('/') {
            return fault(0, "the template does not begin with `/`", "write the viewer's URL path: `/feed.xml`");
        }
        let bytes = source.as_bytes();
        let mut parts = Vec::new();
        let mut literal = Vec::new();
        let mut wildcard = false;
        let mut next = 0;
        // Whatever means something is ASCII; the bytes of other characters are taken one by one.
        while next < bytes.len() {
            let at = next;
            next += 1;
            match bytes[at] {
                b'\\' => {
                    let Some(escaped) = bytes.get(next) else {
                        return fault(at, r"the template ends with a lone `\`", r"write `\\` for a backslash");
                    };
                    literal.push(*escaped);
                    next += 1;
                }
                b'{' => {
                    let Some(length) = source[next..].find('}') else {
                        return fault(at, "`{` is never closed", r"add `}`, or write `\{` for a brace");
                    };
                    parts.push(Part::Literal(core::mem::take(&mut literal)));
                    parts.push(Part::Capture(capture(&source[next..next + length], wildcards, at)?));
                    next += length + 1;
                }
                b'}' => return fault(at, "`}` closes no `{`", r"write `\}` for a brace"),
                b'*' if next == bytes.len() => wildcard = true,
                b'?' | b'#' => {
                    return fault(
                        at,
                        "a URL path ends before the query and the fragment",
                        r"end it with `*` to purge every query string; for a name with this character write `\` before it",
                    );
                }
                b'%' if is_encoded(&bytes[next..]) => {
                    return fault(
                        at,
                        "the template is percent-encoded",
                        r"write the characters themselves, they are encoded for you; for a name with a percent sign write `\%`",
                    );
                }
                other => literal.push(other),
            }
        }
        parts.push(Part::Literal(literal));
        Ok(Self { source: String::from(source), parts, wildcard })
    }

    /// The template as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.source
    }

    /// The URL path for these captures, number 0 first, and whether everything that begins so is meant.
    ///
    /// Where a capture is empty, the slash after it goes with it: `/posts/{1}/{2}/` is `/posts/a/` for `posts/a.md`.
    pub(crate) fn fill(&self, captures: &[&[u8]]) -> (UrlPath, bool) {
        let mut path: Vec<u8> = Vec::new();
        let mut after_nothing = false;
        for part in &self.parts {
            match part {
                Part::Literal(text) if after_nothing => path.extend_from_slice(text.strip_prefix(b"/").unwrap_or(text)),
                Part::Literal(text) => path.extend_from_slice(text),
                Part::Capture(number) => path.extend_from_slice(captures.get(*number).copied().unwrap_or_default()),
            }
            after_nothing = matches!(part, Part::Capture(_)) && path.ends_with(b"/");
        }
        let rest = path.strip_prefix(b"/").unwrap_or(&path);
        (UrlPath::below_root(rest), self.wildcard)
    }
}

/// As it was written.
impl Serialize for Template {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.source)
    }
}

fn fault<T>(at: usize, message: impl Into<Cow<'static, str>>, help: &'static str) -> Result<T, TemplateError> {
    Err(TemplateError { at, message: message.into(), help })
}

fn capture(number: &str, wildcards: usize, at: usize) -> Result<usize, TemplateError> {
    // Of 32 bits, so that a number is one on every host.
    match number.parse::<u32>() {
        Ok(number) if number as usize <= wildcards => Ok(number as usize),
        Ok(number) => fault(
            at,
            format!("`{{{number}}}` names wildcard {number}, but `when` has {wildcards} in every alternative"),
            "`*`, `**`, `?` and `[…]` are counted from the left; `{0}` is the whole path",
        ),
        Err(_) => fault(
            at,
            format!("`{{{number}}}` is no number"),
            r"write `{1}` for the text of the first wildcard of `when`, `\{` for a brace",
        ),
    }
}

fn is_encoded(after_percent: &[u8]) -> bool {
    matches!(after_percent, [high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invalidation::InvalidationPath, pattern::Pattern};
    use proptest::prelude::*;

    fn filled(when: &str, template: &str, path: &str) -> String {
        let when = Pattern::new(when).unwrap();
        let template = Template::new(template, when.wildcards()).unwrap();
        let mut captures: Vec<&[u8]> = alloc::vec![path.as_bytes()];
        captures.extend(when.captures(path.as_bytes()).unwrap());
        let (url, wildcard) = template.fill(&captures);
        let path =
            if wildcard { InvalidationPath::narrowest_wildcard(&url) } else { InvalidationPath::narrowest(&url) };
        String::from(path.0.as_str())
    }

    #[test]
    fn captures_fill_the_template() {
        let posts = "posts/**/*.md";
        assert_eq!(filled(posts, "/posts/{2}/", "posts/2026/a b.md"), "/posts/a%20b/");
        assert_eq!(filled(posts, "/posts/{1}/{2}/", "posts/2026/11/a.md"), "/posts/2026/11/a/");
        assert_eq!(filled(posts, "/posts/{1}/{2}/", "posts/a.md"), "/posts/a/");
        assert_eq!(filled(posts, "/{1}", "posts/a.md"), "/");
        assert_eq!(filled(posts, "/raw/{0}", "posts/a.md"), "/raw/posts/a.md");
        assert_eq!(filled(posts, "/tags/*", "posts/a.md"), "/tags/*");
        assert_eq!(filled(posts, "/{2}*", "posts/x~y.md"), "/x*");
        assert_eq!(filled(posts, r"/a*b\*\{\}\\\%41", "posts/a.md"), "/a*b*%7B%7D%5C%2541");
        assert_eq!(filled(posts, "/日/{2}", "posts/本.md"), "/%E6%97%A5/%E6%9C%AC");
        // A captured star is a name's character, not a wildcard that was asked for; it costs one all the same.
        assert_eq!(filled(posts, "/{2}", "posts/a*.md"), "/a*");
    }

    #[test]
    fn bad_templates_say_where() {
        for (template, at) in [
            ("feed.xml", 0),
            ("{0}", 0),
            ("/{3}", 1),
            ("/a/{x}", 3),
            ("/{", 1),
            ("/}", 1),
            ("/é\\", 3),
            ("/a?b", 2),
            ("/a%20b", 2),
        ] {
            assert_eq!(Template::new(template, 2).map_err(|error| error.at).unwrap_err(), at, "{template}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_captured_the_result_is_a_url_path(
            template in "/([a-z/*~]|\\{[0-2]\\}|\\\\.){0,8}",
            captures in proptest::collection::vec(proptest::collection::vec(any::<u8>(), 0..6), 3),
        ) {
            if let Ok(template) = Template::new(&template, 2) {
                let captures: Vec<&[u8]> = captures.iter().map(Vec::as_slice).collect();
                let (url, _) = template.fill(&captures);
                prop_assert!(url.as_bytes().starts_with(b"/"));
            }
        }
    }
}
