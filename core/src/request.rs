//! Requests as they are read: the fields of `ARCHITECTURE.md`, The wire.

use alloc::{format, string::String, vec::Vec};
use purgeplan_lines::to_hex;
use sha2::{Digest, Sha256};

use crate::{
    change::ChangeSet,
    diagnostic::Diagnostic,
    diff::{self, Format, Parsed, attachment},
    edge::Edge,
    error::Error,
    facts::{self, Facts},
    json::{ANY, Document, FLAG, Json, SIZE, Shape, TEXT, TEXTS, Word, nullable, optional, required},
    live::{LIVE, Live},
    locate, map,
    names::RepoPath,
    plan::{Plan, plan},
    policy::{Distribution, Mapping, Policy, Preset},
    reference::{DEPLOY, Deploy, Work},
    sorted::Sorted,
    trigger::{TRIGGER, Trigger},
};

/// Of `plan` and `explain`.
const PLAN: &Shape = &Shape::Strict(&[
    required("op", TEXT),
    nullable("preset", Preset::SHAPE),
    nullable("policy", ANY),
    nullable("policy_attachment", SIZE),
    required("diffs", DIFFS),
    nullable("trigger", TRIGGER),
    optional("identity", TEXTS),
    nullable("deploy", DEPLOY),
    nullable("distribution", TEXT),
    // Whose configuration it is; without it the document's own, or that of the only distribution there is.
    optional(
        "distribution_configs",
        &Shape::List(&Shape::Strict(&[nullable("id", TEXT), required("attachment", SIZE)])),
    ),
    nullable("live", LIVE),
    // Why everything is to be purged.
    nullable("everything", TEXT),
    // Most paths, whatever the policy says.
    nullable("widen_to", SIZE),
    // Only of `explain`.
    nullable("url", TEXT),
    nullable("path", TEXT),
    // Read by itself, because a failure is rendered too.
    nullable("render", ANY),
]);

pub(crate) const PARSE: &Shape = &Shape::Strict(&[required("op", TEXT), required("diffs", DIFFS)]);

pub(crate) const CHECK: &Shape = &Shape::Strict(&[
    required("op", TEXT),
    nullable("preset", Preset::SHAPE),
    nullable("policy", ANY),
    nullable("policy_attachment", SIZE),
    nullable("render", ANY),
]);

#[cfg(feature = "schema")]
pub(crate) const SCHEMA: &Shape = &Shape::Strict(&[required("op", TEXT)]);

const DIFFS: &Shape = &Shape::List(&Shape::Strict(&[
    optional("format", Format::SHAPE),
    required("attachments", &Shape::List(SIZE)),
    // Whether a diff that is cut off may be read as far as it goes.
    optional("partial", FLAG),
    nullable("base", TEXT),
    nullable("head", TEXT),
]));

/// What `explain` is asked about.
pub(crate) struct SubjectFields<'r> {
    pub(crate) url: Option<&'r str>,
    pub(crate) path: Option<&'r str>,
}

/// A request with all of its inputs read.
pub(crate) struct Prepared<'a> {
    fields: &'a Json<'a>,
    pub(crate) policy: Policy,
    pub(crate) trigger: Option<Trigger>,
    deploy: Option<Deploy>,
    changes: ChangeSet,
    edges: Vec<Edge>,
    live: Option<Live<'a>>,
    /// What was passed over in the diffs, and what the facts say about the policy.
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Prepared<'a> {
    pub(crate) fn read(fields: &'a Json<'a>, request: &[u8], attachments: &[&'a [u8]]) -> Result<Self, Vec<Error>> {
        check_shape(fields, request, PLAN)?;
        let mut policy = policy(fields, request, attachments)?;
        policy.widen_to = fields["widen_to"].number();
        let (changes, mut diagnostics) = changes(&fields["diffs"], attachments, Some(&policy.mappings))?;
        let trigger = given(&fields["trigger"]).map(|trigger| Trigger::read(trigger, attachments)).transpose()?;
        if !fields["everything"].is_null() && trigger.is_some() {
            let message = "the request asks for `everything`, and limits the plan to the keys of a `trigger`";
            return Err(contradiction(message, "give one of them", request, "/everything").into());
        }
        let deploy = deploy(fields, request)?;
        let live = given(&fields["live"]).map(|live| Live::read(live, attachments)).transpose()?;
        let edges = edges(fields, &policy, request, attachments, &mut diagnostics)?;
        Ok(Self { fields, policy, trigger, deploy, changes, edges, live, diagnostics })
    }

    pub(crate) fn plan(&mut self) -> Result<Plan, Vec<Error>> {
        let (edges, changes) = (core::mem::take(&mut self.edges), core::mem::take(&mut self.changes));
        let everything = self.fields["everything"].text();
        let mut diagnostics = core::mem::take(&mut self.diagnostics);
        diagnostics.append(&mut self.policy.warnings);
        let (trigger, live) = (self.trigger.as_ref(), self.live.as_ref());
        Ok(plan(&self.policy, edges, &changes, trigger, live, everything, diagnostics)?)
    }

    pub(crate) fn diffs(&self) -> &'a [Json<'a>] {
        self.fields["diffs"].items()
    }

    pub(crate) fn subject(&self) -> SubjectFields<'a> {
        SubjectFields { url: self.fields["url"].text(), path: self.fields["path"].text() }
    }

    /// A plan is about everything.
    pub(crate) fn refuse_subject(&self, request: &[u8]) -> Result<(), Vec<Error>> {
        let Some(field) = ["url", "path"].into_iter().find(|field| !self.fields[field].is_null()) else {
            return Ok(());
        };
        let message = format!("`{field}` means nothing to `plan`");
        let help = "leave it out, or ask with the operation `explain`";
        Err(contradiction(&message, help, request, &format!("/{field}")).into())
    }

    /// What the caller references are made of.
    pub(crate) fn work<'w>(&'w self, identity: &'w Sorted<String>) -> Work<'w> {
        match &self.deploy {
            Some(deploy) => Work::Deploy(deploy, identity),
            None => Work::Identity(identity),
        }
    }

    /// What makes this piece of work itself; for a preview, which diffs it is of: two deploys that purge the same paths
    /// must not share a caller reference, or the second would not be done.
    pub(crate) fn identity(&self, attachments: &[&[u8]]) -> Sorted<String> {
        let mut parts: Vec<String> = self.fields["identity"].texts().map(String::from).collect();
        let stands_for_itself = !parts.is_empty() || self.deploy.is_some();
        for diff in if stands_for_itself { &[] } else { self.diffs() } {
            match (diff["base"].text(), diff["head"].text()) {
                // From one to the other: the way back is another deploy.
                (Some(base), Some(head)) => parts.push(format!("{base}..{head}")),
                (base, head) => {
                    for index in indices(&diff["attachments"]) {
                        parts.extend(attachments.get(index).map(|bytes| to_hex(&Sha256::digest(bytes))));
                    }
                    parts.extend(base.or(head).map(String::from));
                }
            }
        }
        parts.into()
    }
}

/// The deploy that the plan is of. A plan for single keys is never a whole deploy's.
fn deploy(fields: &Json<'_>, request: &[u8]) -> Result<Option<Deploy>, Error> {
    let Some(deploy) = given(&fields["deploy"]) else { return Ok(None) };
    if !fields["trigger"].is_null() {
        let help = "`deploy` is for the purge of a whole deploy, `trigger` for that of single keys";
        return Err(contradiction("`deploy` and `trigger` do not go together", help, request, "/trigger"));
    }
    Deploy::read(deploy).map(Some).map_err(|field| {
        let message = format!("`{field}` of `deploy` is no commit id");
        let help = "give the full id: 40 or 64 hexadecimal digits, in lower case";
        locate::pointed(Error::new("deploy-commit", message, help), request, None, &format!("/deploy/{field}"))
    })
}

fn contradiction(message: &str, help: &str, request: &[u8], pointer: &str) -> Error {
    locate::pointed(Error::new("request-contradiction", message, help), request, None, pointer)
}

/// A field that is there and not `null`.
fn given<'j, 'a>(field: &'j Json<'a>) -> Option<&'j Json<'a>> {
    (!field.is_null()).then_some(field)
}

/// A list of indices of attachments.
fn indices(list: &Json<'_>) -> impl Iterator<Item = usize> {
    list.items().iter().filter_map(Json::number)
}

/// A request, and how its faults are told.
pub(crate) fn document(request: &[u8]) -> Document<'_> {
    let help = "see ARCHITECTURE.md, The wire, for the fields of a request";
    Document { bytes: request, attachment: None, code: "request-json", help }
}

/// Refuses a request that has not the fields of its operation.
pub(crate) fn check_shape(fields: &Json<'_>, request: &[u8], shape: &Shape) -> Result<(), Vec<Error>> {
    document(request).check("", fields, shape).map_err(Into::into)
}

/// The diffs joined, and what was passed over in them. Lists of keys are led back to paths, where there are mappings.
pub(crate) fn changes(
    diffs: &Json<'_>,
    attachments: &[&[u8]],
    mappings: Option<&[Mapping]>,
) -> Result<(ChangeSet, Vec<Diagnostic>), Vec<Error>> {
    let (mut errors, mut diagnostics, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    let mut changes = Vec::with_capacity(diffs.items().len());
    for diff in diffs.items() {
        let format = diff["format"].word().unwrap_or_default();
        let partial = diff["partial"].flag().unwrap_or_default();
        let of_diff: Vec<usize> = indices(&diff["attachments"]).collect();
        match diff::parse(format, partial, &of_diff, attachments) {
            Ok(Parsed { changes: mut of_diff, of_keys, diagnostics: told }) => {
                diagnostics.extend(told);
                if let Some(mappings) = mappings.filter(|_| of_keys) {
                    let (mapped, unmapped) = map::of_paths(of_diff, mappings);
                    outside.extend(unmapped);
                    of_diff = mapped;
                }
                changes.push(of_diff);
            }
            Err(error) => errors.push(error),
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    diagnostics.extend(keys_outside(&outside));
    Ok((ChangeSet::union(changes), diagnostics))
}

fn keys_outside(keys: &[RepoPath]) -> Option<Diagnostic> {
    let first = keys.first()?;
    let more = if keys.len() > 1 { format!(" and {} more", keys.len() - 1) } else { String::new() };
    Some(Diagnostic::warning(
        "keys-outside-mappings",
        format!("key `{}`{more} changed, but no mapping of the policy deploys it: it is left alone", first.escaped()),
        "add a mapping with its prefix, or leave `mappings` out to plan for every key of the lists",
    ))
}

/// The policy that a request has or names.
pub(crate) fn policy(fields: &Json<'_>, request: &[u8], attachments: &[&[u8]]) -> Result<Policy, Vec<Error>> {
    match (fields["preset"].word(), &fields["policy"], fields["policy_attachment"].number()) {
        (preset, Json::Null, None) => Ok(Policy::preset(preset.unwrap_or(Preset::Sound))),
        (None, Json::Null, Some(index)) => Policy::from_attachment(attachment(index, attachments)?, index),
        (None, inline, None) => Policy::from_document(inline, document(request), "/policy"),
        _ => {
            let error = Error::new(
                "request-contradiction",
                "the request gives more than one of `preset`, `policy` and `policy_attachment`",
                "give one of them; a policy names its own preset",
            );
            Err(error.at(None, 0, request.len()).into())
        }
    }
}

/// The configuration of a distribution that comes with a request.
struct Config<'a> {
    /// Whose it is; empty when nobody says and there is no other distribution.
    id: String,
    document: Result<facts::Document<'a>, Error>,
}

impl<'a> Config<'a> {
    fn read(config: &Json<'_>, asked: Option<&str>, policy: &Policy, attachments: &[&'a [u8]]) -> Self {
        let index = config["attachment"].number().unwrap_or_default();
        let document = attachment(index, attachments).and_then(|bytes| facts::Document::read(bytes, index));
        let own = || document.as_ref().ok().and_then(facts::Document::id);
        let only = || if let [only] = policy.distributions() { Some(only.id()) } else { None };
        let id = config["id"].text().or_else(own).or(asked).or_else(only).unwrap_or_default();
        Self { id: String::from(id), document }
    }
}

/// The distributions to plan for, with what is known of each.
fn edges(
    fields: &Json<'_>,
    policy: &Policy,
    request: &[u8],
    attachments: &[&[u8]],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Edge>, Vec<Error>> {
    let mut errors = Vec::new();
    let asked = fields["distribution"].text();
    let mut configs = Vec::new();
    for config in fields["distribution_configs"].items() {
        configs.push(Config::read(config, asked, policy, attachments));
    }
    let described: Vec<&str> = configs.iter().map(|config| config.id.as_str()).collect();
    let planned = policy.planned_distributions(if asked.is_some() { asked.as_slice() } else { &described });
    let mut must_be_planned = |id: &str, pointer: &str| {
        if !planned.iter().any(|distribution| distribution.id() == id) {
            errors.push(locate::pointed(not_planned(id, &planned, policy), request, None, pointer));
        }
    };
    if let Some(id) = asked {
        must_be_planned(id, "/distribution");
    }
    for (index, id) in described.into_iter().enumerate() {
        must_be_planned(id, &format!("/distribution_configs/{index}/id"));
    }
    let mut facts: Vec<(String, Facts)> = Vec::new();
    for (index, Config { id, document }) in configs.into_iter().enumerate() {
        let read = document.map_err(Vec::from);
        match read.and_then(|document| Facts::read(&id, &document, policy.bucket(), diagnostics)) {
            Err(found) => errors.extend(found),
            Ok(read) => {
                if facts.iter().any(|(earlier, _)| *earlier == id) {
                    let error = two_configurations(&id);
                    errors.push(locate::pointed(error, request, None, &format!("/distribution_configs/{index}/id")));
                }
                facts.push((id, read));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let mut edges = Vec::with_capacity(planned.len());
    for distribution in planned {
        let known = facts.iter().position(|(id, _)| *id == distribution.id());
        let known = known.map(|at| facts.swap_remove(at).1);
        edges.push(Edge::new(distribution, known, diagnostics));
    }
    Ok(edges)
}

fn two_configurations(id: &str) -> Error {
    let name =
        if id.is_empty() { String::from("one distribution without an id") } else { format!("distribution `{id}`") };
    let message = format!("{name} has two configurations");
    let help = "give one, or say whose each is (`--distribution ID=FILE`, on the wire `distribution_configs[].id`)";
    Error::new("distribution-contradiction", message, help)
}

/// A distribution that the policy does not name is a mistake in one of the two.
fn not_planned(id: &str, planned: &[Distribution], policy: &Policy) -> Error {
    let who = if policy.distributions().is_empty() { "request" } else { "policy" };
    let ids: Vec<&str> = planned.iter().map(Distribution::id).collect();
    let names = format!("the {who} names {}", ids.join(", "));
    let (message, help) = if id.is_empty() {
        (
            format!("whose configuration it is, is not said, and {names}"),
            "name the distribution (`--distribution ID=FILE`, on the wire `distribution_configs[].id`)",
        )
    } else {
        (
            format!("distribution `{id}` is asked for, but {names}"),
            "list it under `distributions` in the policy, or ask for one that is listed",
        )
    };
    Error::new("distribution-contradiction", message, help)
}
