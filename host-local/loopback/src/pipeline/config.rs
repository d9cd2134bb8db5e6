//! What a pipeline consists of: stages, their actions, and how executions pass each other.

use std::collections::BTreeMap;

/// The source action of [`PipelineConfig::site`], and its stage.
pub const SOURCE: &str = "Source";
/// The deploy action of [`PipelineConfig::site`], and its stage.
pub const DEPLOY: &str = "Deploy";
/// The Lambda action of [`PipelineConfig::site`], and its stage where it has one of its own.
pub const PURGE: &str = "Purge";

/// What becomes of executions that wait for a stage.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ExecutionMode {
    /// A newer one takes the place of one that waits.
    #[default]
    Superseded,
    /// They enter one after the other, oldest first.
    Queued,
    /// No stage is locked; nobody waits.
    Parallel,
}

impl ExecutionMode {
    /// As the API writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Superseded => "SUPERSEDED",
            Self::Queued => "QUEUED",
            Self::Parallel => "PARALLEL",
        }
    }
}

/// What does the work of an action. All are owned by AWS and have version 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// A source action; its revision is a commit.
    CodeCommit,
    /// A deploy action into a bucket.
    S3,
    /// An invoke action: its job is answered by a function.
    Lambda,
    /// An approval that a person gives.
    Manual,
}

impl Provider {
    /// Category and provider as the API writes them.
    #[must_use]
    pub fn names(self) -> (&'static str, &'static str) {
        match self {
            Self::CodeCommit => ("Source", "CodeCommit"),
            Self::S3 => ("Deploy", "S3"),
            Self::Lambda => ("Invoke", "Lambda"),
            Self::Manual => ("Approval", "Manual"),
        }
    }
}

/// An action of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its name, unique in the pipeline.
    pub name: String,
    /// What does the work.
    pub provider: Provider,
    /// It starts when all actions of its stage with a lower number have succeeded.
    pub run_order: u32,
    /// Where later actions find its output variables.
    pub namespace: Option<String>,
    /// Its configuration; values may hold `#{namespace.variable}`.
    pub configuration: BTreeMap<String, String>,
    /// The artifacts that it reads.
    pub input_artifacts: Vec<String>,
    /// The artifacts that it writes.
    pub output_artifacts: Vec<String>,
}

impl Action {
    /// An action without configuration and artifacts.
    #[must_use]
    pub fn new(name: &str, provider: Provider, run_order: u32) -> Self {
        Self {
            name: name.to_owned(),
            provider,
            run_order,
            namespace: None,
            configuration: BTreeMap::new(),
            input_artifacts: Vec::new(),
            output_artifacts: Vec::new(),
        }
    }

    fn configured(mut self, configuration: &[(&str, &str)]) -> Self {
        self.configuration = configuration.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        self
    }
}

/// A stage: unless the pipeline is parallel, one execution at a time is inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// Its name.
    pub name: String,
    /// Its actions.
    pub actions: Vec<Action>,
}

/// A pipeline.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PipelineConfig {
    /// Its name.
    pub name: String,
    /// What becomes of executions that wait.
    pub mode: ExecutionMode,
    /// The stages. The first holds the source action alone.
    pub stages: Vec<Stage>,
}

impl PipelineConfig {
    /// The recommended pipeline of a site: [`SOURCE`] from CodeCommit, then one stage in which [`DEPLOY`] uploads and
    /// [`PURGE`] invokes the function `purgeplan` afterwards, under the same stage lock.
    #[must_use]
    pub fn site(name: &str, user_parameters: &str) -> Self {
        let artifact = || vec!["SourceArtifact".to_owned()];
        let source = Action {
            namespace: Some("SourceVariables".to_owned()),
            output_artifacts: artifact(),
            ..Action::new(SOURCE, Provider::CodeCommit, 1).configured(&[
                ("BranchName", "main"),
                ("PollForSourceChanges", "false"),
                ("RepositoryName", "site"),
            ])
        };
        let deploy = Action {
            input_artifacts: artifact(),
            ..Action::new(DEPLOY, Provider::S3, 1).configured(&[("BucketName", "site-bucket"), ("Extract", "true")])
        };
        let purge = Action::new(PURGE, Provider::Lambda, 2)
            .configured(&[("FunctionName", "purgeplan"), ("UserParameters", user_parameters)]);
        let purge = Action { namespace: Some("PurgeVariables".to_owned()), input_artifacts: artifact(), ..purge };
        let stage = |name: &str, actions| Stage { name: name.to_owned(), actions };
        Self {
            name: name.to_owned(),
            mode: ExecutionMode::default(),
            stages: vec![stage(SOURCE, vec![source]), stage(DEPLOY, vec![deploy, purge])],
        }
    }

    /// The same pipeline with [`PURGE`] in a stage of its own: the next deploy does not wait for the purge, and what was
    /// deployed can be superseded before it was purged.
    #[must_use]
    pub fn with_purge_stage(mut self) -> Self {
        let lambda = |action: &Action| action.provider == Provider::Lambda;
        let moved: Vec<Action> = self
            .stages
            .iter_mut()
            .flat_map(|stage| stage.actions.extract_if(.., |action| lambda(action)).collect::<Vec<_>>())
            .collect();
        self.stages.push(Stage { name: PURGE.to_owned(), actions: moved });
        self
    }

    /// The action of a name and the index of its stage.
    #[must_use]
    pub fn action(&self, name: &str) -> Option<(usize, &Action)> {
        let stages = self.stages.iter().enumerate();
        stages
            .flat_map(|(at, stage)| stage.actions.iter().map(move |action| (at, action)))
            .find(|(_, a)| a.name == name)
    }
}
