//! What a history is played on: the site, its policy, the trigger, the permissions; drawn at random.

use std::time::Duration;

use fastrand::Rng;
use purgeplan_loopback::deploy::{Mapping, Mode};
use purgeplan_loopback::edge::Behaviour;
use purgeplan_loopback::pipeline::{ExecutionMode, PipelineConfig};
use purgeplan_loopback::{DistributionConfig, EdgeRules, WildcardReading};
use serde_json::{Value, json};

/// The site's bucket and the pipeline's name.
pub(super) const BUCKET: &str = "site-bucket";
pub(super) const PIPELINE: &str = "site";

/// Names of files: each is a trap of its own.
const NAMES: [&str; 21] = [
    "index.html",
    "docs/index.html",
    "docs/a b.html",
    "docs/sub/index.html",
    "docs/deep.css",
    "runtime~main.js",
    "docs/~home.html",
    "q?.html",
    "100%.html",
    "%41.html",
    "star*",
    "docs/star*",
    "日本/é.html",
    "plus+.html",
    "hash#.html",
    "back\\slash.html",
    "quote\".html",
    "tab\t.html",
    "search.html",
    "a&b;'.html",
    "[x].css",
];

/// What calls the function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trigger {
    /// The recommended Lambda action of the pipeline.
    Job,
    /// EventBridge: the pipeline, its deploy stage, or its deploy action succeeded.
    Event(Level),
    /// The bucket's notifications, one object each.
    Objects(Wrapping),
    /// The same through a queue.
    Queue(Wrapping),
}

/// What an event of the pipeline is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    Pipeline,
    Stage,
    Action,
}

/// How a notification reaches the function or the queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrapping {
    Plain,
    Sns,
    EventBridge,
}

/// One drawn site.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "each is a choice by itself")]
pub(super) struct Scenario {
    pub(super) trigger: Trigger,
    pub(super) execution_mode: ExecutionMode,
    /// The purge has a stage of its own.
    pub(super) purge_stage: bool,
    pub(super) warn: bool,
    pub(super) wait: bool,
    pub(super) deploy: Mode,
    pub(super) mapping: Mapping,
    pub(super) distributions: Vec<DistributionConfig>,
    /// `None`: the article's three variables alone.
    pub(super) policy: Option<Value>,
    pub(super) policy_in_repository: bool,
    /// Operations that the role may not call.
    pub(super) denied: Vec<&'static str>,
    pub(super) rules: EdgeRules,
    pub(super) names: Vec<String>,
    pub(super) page: usize,
    /// Whether a purge that is put off is widened: then a path may purge in vain.
    pub(super) escalates: bool,
    /// Foreign invalidations crowd the ledger.
    pub(super) crowded: bool,
    /// The role may not read the pipeline: the ledger is all there is, and promises the branch's own line alone.
    pub(super) blind: bool,
}

impl Scenario {
    pub(super) fn draw(rng: &mut Rng) -> Self {
        let trigger = trigger(rng);
        let whole = matches!(trigger, Trigger::Job | Trigger::Event(_));
        let drop_in = !whole && rng.u8(..3) == 0;
        let website = !drop_in && rng.bool();
        let mapping = match rng.u8(..3) {
            _ if drop_in => Mapping::default(),
            0 => Mapping { source: "public".into(), prefix: "production".into() },
            1 => Mapping { source: "public".into(), prefix: String::new() },
            _ => Mapping::default(),
        };
        let count = if drop_in { 1 } else { rng.usize(1..=3) };
        let distributions: Vec<_> = (1..=count).map(|n| distribution(n, website, &mapping, rng)).collect();
        // The pipeline's success is no proof of a purge unless the purge is part of the stage and fails it.
        let (warn, purge_stage) = (rng.u8(..4) == 0, rng.u8(..3) == 0);
        let ledger = !matches!(trigger, Trigger::Job) || warn || purge_stage || rng.u8(..4) > 0;
        let escalates = !drop_in && rng.u8(..6) == 0;
        let execution_mode = match rng.u8(..4) {
            0 => ExecutionMode::Parallel,
            1 => ExecutionMode::Queued,
            _ => ExecutionMode::Superseded,
        };
        let blind = whole && ledger && execution_mode != ExecutionMode::Parallel && rng.u8(..6) == 0;
        let denied = denied(rng, ledger, blind);
        // What the distributions' configurations say, the policy may leave out.
        let forms = denied.contains(&"GetDistributionConfig") || rng.bool();
        let forms = forms.then_some(website);
        let policy = (!drop_in).then(|| policy(rng, &mapping, &distributions, forms, ledger, escalates));
        let folder = if mapping.source.is_empty() { String::new() } else { format!("{}/", mapping.source) };
        let mut names: Vec<String> = NAMES.iter().map(|name| format!("{folder}{name}")).collect();
        rng.shuffle(&mut names);
        names.truncate(rng.usize(4..=14));
        names.push(format!("{folder}index.html"));
        names.push("outside.txt".to_owned());
        if rng.u8(..4) == 0 {
            names.extend((0..40).map(|n| format!("{folder}many/{n:02}.html")));
        }
        if rng.u8(..4) == 0 {
            // Each costs a wildcard: more than CloudFront takes at a time, so a purge has several parts.
            names.extend(('a'..='r').map(|letter| format!("{folder}{letter}~.js")));
        }
        Self {
            trigger,
            execution_mode,
            purge_stage,
            warn,
            wait: rng.u8(..3) == 0,
            deploy: if rng.bool() { Mode::Extract } else { Mode::Sync },
            mapping,
            distributions,
            policy,
            policy_in_repository: !drop_in && rng.u8(..4) == 0,
            denied,
            rules: EdgeRules {
                wildcard: if rng.bool() { WildcardReading::ZeroOrMore } else { WildcardReading::OneOrMore },
                completion: Duration::from_secs([10, 45, 90][rng.usize(..3)]),
                rate: None,
            },
            names,
            page: rng.usize(1..=6),
            escalates,
            // Then the pipeline's successes take the ledger's place, so they must mean something.
            crowded: !warn && !purge_stage && !blind && trigger == Trigger::Job && rng.u8(..6) == 0,
            blind,
        }
    }

    /// Whether a purge is of a whole deploy.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.trigger, Trigger::Job | Trigger::Event(_))
    }

    /// Whether a purge is made again until it is done, or its deploy shows as failed: then even the first one may fail.
    pub(super) fn is_strict(&self) -> bool {
        self.trigger == Trigger::Job && !self.warn && !self.purge_stage && !self.blind
    }

    /// The pipeline; only a job's has an action that calls the function.
    pub(super) fn pipeline(&self) -> PipelineConfig {
        let on_failure = if self.warn { "warn" } else { "fail" };
        let parameters = json!({
            "commit": "#{SourceVariables.CommitId}",
            "execution": "#{codepipeline.PipelineExecutionId}",
            "pipeline": PIPELINE, "on_failure": on_failure, "wait": self.wait,
        });
        let mut config = PipelineConfig::site(PIPELINE, &parameters.to_string());
        config.mode = self.execution_mode;
        if self.trigger != Trigger::Job {
            config = config.with_purge_stage();
            config.stages.pop();
        } else if self.purge_stage {
            config = config.with_purge_stage();
        }
        config
    }

    /// The function's environment.
    pub(super) fn variable(&self, name: &str) -> Option<String> {
        match name {
            "repository_name" => Some("site".to_owned()),
            "branch_name" => Some("main".to_owned()),
            "dest_id" => self.policy.is_none().then(|| self.distributions[0].id.clone()),
            "PURGEPLAN_POLICY" if !self.policy_in_repository => self.policy.as_ref().map(Value::to_string),
            "PURGEPLAN_POLICY_PATH" if self.policy_in_repository => Some("purgeplan.json".to_owned()),
            "PURGEPLAN_METRICS" => Some("off".to_owned()),
            _ => None,
        }
    }
}

/// Operations that the role may not call.
fn denied(rng: &mut Rng, ledger: bool, blind: bool) -> Vec<&'static str> {
    let mut denied = Vec::new();
    for optional in ["GetDistributionConfig", "ListObjectsV2"] {
        denied.extend(rng.bool().then_some(optional));
    }
    if !ledger {
        denied.extend(rng.bool().then_some("ListInvalidations"));
    }
    if blind {
        denied.push("ListPipelineExecutions");
        denied.extend((rng.u8(..3) == 0).then_some("GetPipelineExecution"));
    } else if ledger {
        // Then every execution counts as deployed.
        denied.extend((rng.u8(..8) == 0).then_some("ListActionExecutions"));
    }
    denied
}

fn trigger(rng: &mut Rng) -> Trigger {
    let wrapping = match rng.u8(..3) {
        0 => Wrapping::Sns,
        1 => Wrapping::EventBridge,
        _ => Wrapping::Plain,
    };
    let level = match rng.u8(..3) {
        0 => Level::Stage,
        1 => Level::Action,
        _ => Level::Pipeline,
    };
    match rng.u8(..8) {
        0..=3 => Trigger::Job,
        4 | 5 => Trigger::Event(level),
        6 => Trigger::Objects(wrapping),
        _ => Trigger::Queue(wrapping),
    }
}

fn distribution(number: usize, website: bool, mapping: &Mapping, rng: &mut Rng) -> DistributionConfig {
    let id = format!("E{number}");
    let mut config = if website { DistributionConfig::website(id) } else { DistributionConfig::rest(id) };
    if !mapping.prefix.is_empty() && rng.u8(..4) > 0 {
        config.origin_path = format!("/{}", mapping.prefix);
    }
    if rng.u8(..3) == 0 {
        config.behaviours.push((["*.css", "/docs/*"][rng.usize(..2)].to_owned(), Behaviour::uncached()));
    }
    config
}

fn policy(
    rng: &mut Rng,
    mapping: &Mapping,
    distributions: &[DistributionConfig],
    website: Option<bool>,
    ledger: bool,
    escalates: bool,
) -> Value {
    let one = |config: &DistributionConfig| match config.origin_path.as_str() {
        "" => json!({ "id": config.id }),
        path => json!({ "id": config.id, "origin_path": path }),
    };
    let mut policy = json!({
        "bucket": BUCKET,
        "distributions": distributions.iter().map(one).collect::<Vec<_>>(),
        "base": if ledger { "ledger" } else { "pipeline" },
        "list_bucket": rng.bool(),
        "lookback": { "minutes": 1440, "commits": 100 },
    });
    if let Some(website) = website {
        policy["urls"] = json!({ "directory": website, "bare_directory": website });
    }
    if !mapping.source.is_empty() {
        policy["mappings"] = json!([{ "source": mapping.source, "prefix": mapping.prefix }]);
    }
    if rng.bool() {
        policy["query_strings"] = json!(["**/search.html"]);
    }
    if rng.u8(..4) == 0 {
        policy["cover"] = json!({ "mode": "exact" });
    }
    if escalates {
        policy["escalate"] = json!({ "after_minutes": 15, "paths": 4 });
    }
    policy
}
