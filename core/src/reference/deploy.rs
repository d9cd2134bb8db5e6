//! The caller reference of a whole deploy's purge: the ledger that needs no storage of its own.
//!
//! CloudFront keeps the references of past invalidations. One that names the commits lets the next deploy read what the
//! edge has last been brought to.

use alloc::{borrow::ToOwned, format, string::String};

use purgeplan_lines::to_hex;

use super::Parts;
use crate::json::{Json, Shape, TEXT, nullable, required};

/// What a reference of this form begins with.
const PREFIX: &str = "purgeplan1";
/// Stands for a base that is not known: everything was purged.
const EVERYTHING: &str = "-";
/// Longest execution that is written as it is. CodePipeline's ids are UUIDs of 36 characters.
const EXECUTION_LIMIT: usize = 64;
/// The largest number of parts that is read: three million paths.
const PART_LIMIT: u32 = 999;

/// What `deploy` of a request must be.
pub(crate) const DEPLOY: &Shape = &Shape::Strict(&[
    required("site", TEXT),
    nullable("base", TEXT),
    required("head", TEXT),
    required("execution", TEXT),
]);

/// A deploy as its references name it.
// INVARIANT: `base` and `head` are commit ids; `execution` is plain and not longer than the limit.
#[derive(Debug)]
pub(crate) struct Deploy {
    site: String,
    base: Option<String>,
    head: String,
    execution: String,
}

impl Deploy {
    /// The error is the field that is no commit id.
    pub(crate) fn read(request: &Json<'_>) -> Result<Self, &'static str> {
        let text = |name: &str| request[name].text().unwrap_or_default();
        Self::new(text("site"), request["base"].text(), text("head"), text("execution"))
    }

    pub(crate) fn new(site: &str, base: Option<&str>, head: &str, execution: &str) -> Result<Self, &'static str> {
        if base.is_some_and(|base| !is_commit(base)) {
            return Err("base");
        }
        if !is_commit(head) {
            return Err("head");
        }
        Ok(Self {
            site: site_digest(site),
            base: base.map(String::from),
            head: String::from(head),
            execution: written_execution(execution),
        })
    }

    pub(super) fn reference(&self, part: usize, parts: usize, digest: &str) -> String {
        let Self { site, base, head, execution } = self;
        let base = base.as_deref().unwrap_or(EVERYTHING);
        format!("{PREFIX}:{site}:{base}:{head}:{execution}:{part}/{parts}:{digest}")
    }
}

/// A caller reference that the purge of a whole deploy wrote, read again.
///
/// `purgeplan1:SITE:BASE:HEAD:EXECUTION:PART/PARTS:DIGEST`, at most 270 characters of printable ASCII. `SITE` is a
/// digest; `BASE` is `-` where everything was purged; `DIGEST` is of the distribution and all its paths, so that parts
/// with the same one are of the same plan.
///
/// ```
/// # use purgeplan_core::DeployReference;
/// let head = "c".repeat(40);
/// let text = format!("purgeplan1:{}:-:{head}:e-1:1/2:0123456789abcdef", DeployReference::site_digest("site"));
/// let reference = DeployReference::parse(&text).unwrap();
/// assert!(reference.is_of_site("site") && reference.is_of_execution("e-1"));
/// assert_eq!((reference.base(), reference.head(), reference.part()), (None, &*head, (1, 2)));
/// assert!(DeployReference::parse("cli-1732270000-123456").is_none());
/// ```
// INVARIANT: 1 <= part <= parts <= PART_LIMIT; commits are commit ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeployReference {
    site: String,
    base: Option<String>,
    head: String,
    execution: String,
    part: u32,
    parts: u32,
    digest: String,
}

impl DeployReference {
    /// Reads a reference; `None` for everything that no whole-deploy plan wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut fields = text.split(':');
        let mut next = || fields.next();
        (next()? == PREFIX).then_some(())?;
        let site = next().filter(|text| is_hex(text, 8))?.to_owned();
        let base = match next()? {
            EVERYTHING => None,
            id => Some(Some(id).filter(|id| is_commit(id))?.to_owned()),
        };
        let head = next().filter(|id| is_commit(id))?.to_owned();
        let execution = next().filter(|text| is_plain(text) || is_digested(text))?.to_owned();
        let (part, parts) = next()?.split_once('/')?;
        let (part, parts) = (number(part)?, number(parts)?);
        let digest = next().filter(|text| is_hex(text, 16))?.to_owned();
        let whole = next().is_none() && part <= parts;
        whole.then_some(Self { site, base, head, execution, part, parts, digest })
    }

    /// What stands for a site in a reference.
    #[must_use]
    pub fn site_digest(site: &str) -> String {
        site_digest(site)
    }

    /// Whether this site's deploy wrote it.
    #[must_use]
    pub fn is_of_site(&self, site: &str) -> bool {
        self.site == site_digest(site)
    }

    /// Whether this execution wrote it.
    #[must_use]
    pub fn is_of_execution(&self, execution: &str) -> bool {
        self.execution == written_execution(execution)
    }

    /// The commit that the edge had been brought to before; `None`: not known, everything was purged.
    #[must_use]
    pub fn base(&self) -> Option<&str> {
        self.base.as_deref()
    }

    /// The commit that the edge is brought to when all parts exist.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// Which part of how many, counted from 1.
    #[must_use]
    pub fn part(&self) -> (u32, u32) {
        (self.part, self.parts)
    }

    /// Whether both are parts of one plan for one distribution.
    #[must_use]
    pub fn same_plan(&self, other: &Self) -> bool {
        let Self { site, base, head, execution, part: _, parts, digest } = self;
        (site, base, head, execution, parts, digest)
            == (&other.site, &other.base, &other.head, &other.execution, &other.parts, &other.digest)
    }
}

fn site_digest(site: &str) -> String {
    to_hex(&digest(site)[..4])
}

/// As it is where it is plain, else a digest of it: text from outside never reaches the separators.
fn written_execution(execution: &str) -> String {
    if is_plain(execution) { execution.to_owned() } else { format!(".{}", to_hex(&digest(execution)[..16])) }
}

fn digest(text: &str) -> [u8; 32] {
    let mut parts = Parts::default();
    parts.add(text);
    parts.finish()
}

fn is_plain(execution: &str) -> bool {
    (1..=EXECUTION_LIMIT).contains(&execution.len())
        && execution.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn is_digested(execution: &str) -> bool {
    execution.strip_prefix('.').is_some_and(|digest| is_hex(digest, 32))
}

fn is_commit(id: &str) -> bool {
    is_hex(id, 40) || is_hex(id, 64)
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// As it is written: no sign, no leading zero.
fn number(text: &str) -> Option<u32> {
    let plain = text.len() <= 3 && !text.starts_with('0') && text.bytes().all(|byte| byte.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten().filter(|number| (1..=PART_LIMIT).contains(number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn commit() -> impl Strategy<Value = String> {
        prop_oneof!["[0-9a-f]{40}", "[0-9a-f]{64}"]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            site in ".*", base in proptest::option::of(commit()), head in commit(), execution in ".*",
            parts in 1..=PART_LIMIT, part in 1..=PART_LIMIT,
        ) {
            let part = part.min(parts);
            let deploy = Deploy::new(&site, base.as_deref(), &head, &execution).unwrap();
            let text = deploy.reference(part as usize, parts as usize, "0123456789abcdef");
            prop_assert!(text.len() <= 270 && text.bytes().all(|byte| byte.is_ascii_graphic()), "{}", text);
            let read = DeployReference::parse(&text).unwrap();
            prop_assert!(read.is_of_site(&site) && read.is_of_execution(&execution));
            prop_assert_eq!((read.base(), read.head(), read.part()), (base.as_deref(), &*head, (part, parts)));
        }

        #[test]
        fn no_two_executions_are_taken_for_each_other(one in ".*", other in "[a-z.:/-]*") {
            let deploy = Deploy::new("s", None, &"a".repeat(40), &one).unwrap();
            let read = DeployReference::parse(&deploy.reference(1, 1, "0123456789abcdef")).unwrap();
            prop_assert_eq!(read.is_of_execution(&other), one == other);
        }

        #[test]
        fn any_text_is_read_or_passed_over(text in "(purgeplan1)?[:0-9a-f/.-]{0,200}|.*") {
            if let Some(read) = DeployReference::parse(&text) {
                let (part, parts) = read.part();
                prop_assert!(part >= 1 && part <= parts);
            }
        }

        #[test]
        fn a_reference_with_one_byte_changed_is_never_another_spelling_of_it(at in 0..169_usize, byte in 0x21..0x7f_u8) {
            let deploy = Deploy::new("s", Some(&"b".repeat(40)), &"c".repeat(40), "0a1b2c3d-0000-1111-2222-333344445555");
            let text = deploy.unwrap().reference(2, 3, "0123456789abcdef");
            let read = DeployReference::parse(&text).unwrap();
            let mut bytes = text.clone().into_bytes();
            let at = at % bytes.len();
            bytes[at] = byte;
            let changed = String::from_utf8(bytes).unwrap();
            if changed != text {
                prop_assert_ne!(DeployReference::parse(&changed), Some(read));
            }
        }
    }

    #[test]
    fn a_commit_that_is_none_is_refused_with_its_field() {
        for id in ["", "main", &"C".repeat(40), &"c".repeat(41), "c:d"] {
            assert_eq!(Deploy::new("s", None, id, "e").expect_err(id), "head");
        }
        assert_eq!(Deploy::new("s", Some("-"), &"c".repeat(40), "e").expect_err("a dash"), "base");
    }

    #[test]
    fn what_is_not_written_so_is_not_read() {
        let deploy = Deploy::new("s", Some(&"b".repeat(40)), &"c".repeat(40), "e").unwrap();
        let text = deploy.reference(1, 2, "0123456789abcdef");
        for (from, to) in
            [("1/2", "3/2"), ("1/2", "0/2"), ("1/2", "+1/2"), ("1/2", "01/2"), ("1/2", "1/1000"), (":e:", "::")]
        {
            assert_eq!(DeployReference::parse(&text.replace(from, to)), None, "{from} -> {to}");
        }
        assert_eq!(DeployReference::parse(&(text.clone() + ":")), None);
        assert_eq!(DeployReference::parse(&text.replace("purgeplan1", "purgeplan2")), None);
        assert!(DeployReference::parse(&text).is_some());
    }
}
