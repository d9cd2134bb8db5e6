//! The continuation token: what a job's next invocation has to know.

use serde::{Deserialize, Serialize};

use super::super::Report;
use super::super::purge::Made;
use crate::failure::Failure;

/// Most characters that `CodePipeline` takes (`PutJobSuccessResult`, `continuationToken`).
const MOST_CHARACTERS: usize = 2_048;

/// What is carried from invocation to invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Token {
    /// When the job came first, in seconds since the Unix epoch.
    pub(super) since: i64,
    /// Its id then: each continuation is a job of its own.
    pub(super) first: String,
    /// Invocations that could not finish it.
    pub(super) tries: u32,
    /// Invalidations that are not complete.
    #[serde(with = "pairs", skip_serializing_if = "Vec::is_empty")]
    pub(super) waiting: Vec<Made>,
    /// Of the purge that is waited for.
    pub(super) paths: u64,
    pub(super) wildcards: u64,
    pub(super) head: String,
    pub(super) base: Option<String>,
    /// How many invalidations there were.
    pub(super) all: usize,
}

impl Token {
    pub(super) fn read(text: Option<&str>, job: &str, now: i64) -> Result<Self, Failure> {
        let Some(text) = text else { return Ok(Self { since: now, first: job.to_owned(), ..Self::default() }) };
        let broken = |_| {
            Failure::new(
                "job-token",
                "the job's continuation token is none that this function wrote",
                "retry the pipeline's stage: it starts a job without a token",
            )
        };
        serde_json::from_str(text).map_err(broken)
    }

    /// The token of a purge that is to be waited for.
    pub(super) fn waiting_for(self, made: Vec<Made>, report: &Report) -> Self {
        Self {
            paths: report.billed_paths,
            wildcards: report.wildcards,
            head: report.head.clone(),
            base: report.base.clone(),
            all: made.len(),
            waiting: made,
            ..self
        }
    }

    /// Short enough for `CodePipeline`. Of many invalidations the last ones are waited for: CloudFront begins with the
    /// oldest.
    pub(super) fn write(&self) -> String {
        let mut token = self.clone();
        loop {
            let text = serde_json::to_string(&token).expect("a token is numbers and texts");
            if text.len() <= MOST_CHARACTERS || token.waiting.is_empty() {
                return text;
            }
            token.waiting.drain(..token.waiting.len().div_ceil(4));
        }
    }

    /// What the purge was that is waited for.
    pub(super) fn report(&self) -> Report {
        Report {
            event: "job",
            head: self.head.clone(),
            base: self.base.clone(),
            billed_paths: self.paths,
            wildcards: self.wildcards,
            invalidations: self.waiting.iter().map(|made| made.id.clone()).collect(),
            ..Report::default()
        }
    }
}

/// Pairs take less room than objects.
mod pairs {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::Made;

    pub(super) fn serialize<S: Serializer>(made: &[Made], serializer: S) -> Result<S::Ok, S::Error> {
        let pairs: Vec<(&str, &str)> = made.iter().map(|one| (one.distribution.as_str(), one.id.as_str())).collect();
        pairs.serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Made>, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(distribution, id)| Made { distribution, id }).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn made(count: usize) -> Vec<Made> {
        let one = |number| Made { distribution: "E2EXAMPLE123456".to_owned(), id: format!("I{number:013}") };
        (0..count).map(one).collect()
    }

    #[test]
    fn a_token_is_read_as_it_was_written_and_never_too_long() {
        let report = Report { billed_paths: 7, head: "c".repeat(40), base: Some("b".repeat(40)), ..Report::default() };
        for count in [1, 40, 10_000] {
            let token = Token { since: 5, first: "j1".to_owned(), tries: 3, ..Token::default() }
                .waiting_for(made(count), &report);
            let text = token.write();
            assert!(text.len() <= MOST_CHARACTERS, "{}", text.len());
            let read = Token::read(Some(&text), "j2", 9).expect("our own");
            assert_eq!((read.since, &*read.first, read.tries, read.paths, read.all), (5, "j1", 3, 7, count));
            assert_eq!(read.waiting.last(), token.waiting.last());
        }
        assert_eq!(Token::read(None, "j1", 9).expect("new").since, 9);
        assert_eq!(Token::read(Some("x"), "j1", 9).expect_err("not ours").code, "job-token");
    }
}
