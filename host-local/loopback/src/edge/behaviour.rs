//! Cache behaviours: which origin serves a URL, and whether its answer is kept.

/// The id of the managed cache policy `CachingOptimized`.
pub const CACHING_OPTIMIZED: &str = "658327ea-f89d-4fab-a63d-7e88639e58f6";
/// The id of the managed cache policy `CachingDisabled`: the edge keeps nothing.
pub const CACHING_DISABLED: &str = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad";

/// What a behaviour does with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Behaviour {
    /// Where it goes.
    pub target: Target,
    /// `CachePolicyId`.
    pub cache_policy: String,
    /// `EventType` of each CloudFront function (`viewer-request`, `viewer-response`). The model runs none.
    pub functions: Vec<String>,
    /// `EventType` of each Lambda function (`origin-request`, say). The model runs none.
    pub lambda_functions: Vec<String>,
}

/// `TargetOriginId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// The site's bucket.
    Site,
    /// Another origin with this domain name. What it answers is outside of the model: 404, and nothing is kept.
    Other(String),
}

impl Default for Behaviour {
    /// The site's bucket under `CachingOptimized`, without functions.
    fn default() -> Self {
        let cache_policy = CACHING_OPTIMIZED.to_owned();
        Self { target: Target::Site, cache_policy, functions: Vec::new(), lambda_functions: Vec::new() }
    }
}

impl Behaviour {
    /// The site's bucket, of which nothing is kept.
    #[must_use]
    pub fn uncached() -> Self {
        Self { cache_policy: CACHING_DISABLED.to_owned(), ..Self::default() }
    }

    /// Another origin.
    #[must_use]
    pub fn other(domain_name: &str) -> Self {
        Self { target: Target::Other(domain_name.to_owned()), ..Self::default() }
    }

    /// Whether the edge keeps the answers, as far as the model goes.
    #[must_use]
    pub fn keeps(&self) -> bool {
        self.target == Target::Site && self.cache_policy != CACHING_DISABLED
    }
}

/// Whether a path pattern matches a URL path as the viewer sent it (AWS does not say whether it is decoded first), without
/// its query. `*` is zero or more characters and `?` exactly one, both also a slash; a leading slash changes nothing.
#[must_use]
pub fn pattern_matches(pattern: &str, url: &str) -> bool {
    let path = url.split('?').next().unwrap_or_default();
    let (pattern, path) = (pattern.strip_prefix('/').unwrap_or(pattern), path.strip_prefix('/').unwrap_or(path));
    let (pattern, path): (Vec<char>, Vec<char>) = (pattern.chars().collect(), path.chars().collect());
    // `reached[n]`: the pattern read so far matches the first n characters.
    let mut reached = vec![false; path.len() + 1];
    reached[0] = true;
    for symbol in pattern {
        if symbol == '*' {
            let first = reached.iter().position(|at| *at).unwrap_or(reached.len());
            reached[first..].fill(true);
            continue;
        }
        for n in (0..path.len()).rev() {
            reached[n + 1] = reached[n] && (symbol == '?' || symbol == path[n]);
        }
        reached[0] = false;
    }
    reached[path.len()]
}

#[cfg(test)]
mod tests {
    use super::pattern_matches;

    #[test]
    fn patterns_match_as_documented() {
        for (pattern, url) in [
            ("*", "/"),
            ("/", "/"),
            ("images/*.jpg", "/images/a/b.jpg"),
            ("/images/*.jpg", "/images/.jpg?v=1"),
            ("a??.gif", "/a日/.gif"),
            ("*.php", "/x.php.php"),
        ] {
            assert!(pattern_matches(pattern, url), "{pattern} {url}");
        }
        for (pattern, url) in
            [("a", "/A"), ("a?", "/a"), ("a*b", "/ab/"), ("images/*", "/images"), ("", "/a"), ("a", "/")]
        {
            assert!(!pattern_matches(pattern, url), "{pattern} {url}");
        }
    }
}
