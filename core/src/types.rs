//! The TypeScript types of policies and answers, from the Rust types that read and write them.

use alloc::string::String;
use ts_rs::{Config, TS};

use crate::{answer, decide, diagnostic, diff, error, explain, map, policy};

/// One module of type declarations with their documentation.
#[must_use]
pub fn declarations() -> String {
    let mut text = String::from(
        "// The types of policies and answers. They are written from the Rust types: see `tests/tests/types.rs`.\n",
    );
    let config = Config::default();
    macro_rules! declare {
        ($($type:ty),* $(,)?) => {$(
            text.push('\n');
            if let Some(docs) = <$type as TS>::docs() {
                text.push_str(docs.trim_end());
                text.push('\n');
            }
            text.push_str("export ");
            text.push_str(&<$type as TS>::decl(&config));
            text.push('\n');
        )*};
    }
    declare!(
        policy::Preset,
        policy::file::Added,
        policy::file::Deleted,
        policy::file::Then,
        policy::file::ModeFile,
        policy::file::Infeasible,
        policy::file::MappingFile<'static>,
        policy::file::DependentsFile,
        policy::file::UrlsFile<'static>,
        policy::file::LookbackFile,
        policy::file::Base,
        policy::file::EscalateFile,
        policy::file::MaxPathsFile,
        policy::file::CoverFile,
        policy::file::DistributionFile,
        policy::file::PolicyFile,
        policy::DistributionSettings<'static>,
        policy::Settings<'static>,
        diff::Format,
        error::Span,
        error::Detail,
        diagnostic::Severity,
        diagnostic::Diagnostic,
        decide::What,
        decide::Outcome,
        decide::Reason,
        map::Form,
        answer::UrlAnswer<'static>,
        answer::CostAnswer,
        answer::DecisionAnswer<'static>,
        answer::BatchAnswer<'static>,
        answer::DistributionAnswer<'static>,
        answer::TriggerAnswer,
        answer::PlanAnswer<'static>,
        explain::Fate,
        explain::Other,
        explain::Why,
        explain::Verdict<'static>,
        explain::PathAnswer<'static>,
        explain::ExplainAnswer<'static>,
        answer::CheckAnswer<'static>,
        answer::EntryAnswer,
        answer::ChangeAnswer<'static>,
        answer::ParseAnswer<'static>,
    );
    text
}
