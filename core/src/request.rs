//! Requests as they are read: the fields of `ARCHITECTURE.md`, The wire.

use alloc::{borrow::ToOwned, format, string::String, vec, vec::Vec};
use purgeplan_lines::to_hex;
use sha2::{Digest, Sha256};

use crate::{
    change::ChangeSet,
    diagnostic::Diagnostic,
    diff::{self, Format, Parsed, attachment},
    edge::Edge,
    error::Error,
    facts::Facts,
    json::{Document, Json, Read, object},
    live::{Live, LiveRequest},
    locate, map,
    names::RepoPath,
    plan::{Plan, plan},
    policy::{Distribution, Mapping, Policy, Preset},
    reference::{Deploy, DeployRequest, Work},
    sorted::Sorted,
    trigger::{Trigger, TriggerRequest},
};

/// Of `plan` and `explain`.
#[derive(Default)]
struct PlanRequest<'r> {
    _op: String,
    preset: Option<Preset>,
    policy: Option<Json<'r>>,
    policy_attachment: Option<usize>,
    diffs: Vec<DiffRequest>,
    trigger: Option<TriggerRequest>,
    identity: Vec<String>,
    deploy: Option<DeployRequest>,
    distribution: Option<String>,
    distribution_configs: Vec<ConfigRequest>,
    live: Option<LiveRequest>,
    /// Why everything is to be purged.
    everything: Option<String>,
    /// Most paths, whatever the policy says.
    widen_to: Option<usize>,
    /// Only of `explain`.
    url: Option<String>,
    /// Only of `explain`.
    path: Option<String>,
    /// Read by itself, because a failure is rendered too.
    _render: Option<Json<'r>>,
}

#[derive(Default)]
pub(crate) struct ParseRequest {
    _op: String,
    pub(crate) diffs: Vec<DiffRequest>,
}

#[derive(Default)]
pub(crate) struct CheckRequest<'r> {
    _op: String,
    preset: Option<Preset>,
    policy: Option<Json<'r>>,
    policy_attachment: Option<usize>,
    _render: Option<Json<'r>>,
}

#[cfg(feature = "schema")]
#[derive(Default)]
pub(crate) struct SchemaRequest {
    _op: String,
}

#[derive(Default)]
pub(crate) struct DiffRequest {
    format: Format,
    attachments: Vec<usize>,
    /// Whether a diff that is cut off may be read as far as it goes.
    partial: bool,
    pub(crate) base: Option<String>,
    pub(crate) head: Option<String>,
}

/// Where the configuration of a distribution is.
#[derive(Default)]
struct ConfigRequest {
    /// Of the distribution; without it the document's own, or that of the only distribution there is.
    id: Option<String>,
    attachment: usize,
}

object!(PlanRequest<'r> strict {
    _op = "op": required, preset: optional, policy: optional, policy_attachment: optional, diffs: required,
    trigger: optional, identity: optional, deploy: optional, distribution: optional,
    distribution_configs: optional, live: optional, everything: optional, widen_to: optional,
    url: optional, path: optional, _render = "render": optional,
});
object!(ParseRequest strict { _op = "op": required, diffs: required });
object!(CheckRequest<'r> strict {
    _op = "op": required, preset: optional, policy: optional, policy_attachment: optional,
    _render = "render": optional,
});
#[cfg(feature = "schema")]
object!(SchemaRequest strict { _op = "op": required });
object!(DiffRequest strict {
    format: optional, attachments: required, partial: optional, base: optional, head: optional,
});
object!(ConfigRequest strict { id: optional, attachment: required });

/// Where a request has its policy.
pub(crate) struct PolicySource<'r> {
    pub(crate) preset: Option<Preset>,
    pub(crate) inline: Option<Json<'r>>,
    pub(crate) attachment: Option<usize>,
}

/// What `explain` is asked about.
pub(crate) struct SubjectFields<'r> {
    pub(crate) url: Option<&'r str>,
    pub(crate) path: Option<&'r str>,
}

/// A request with all of its inputs read.
pub(crate) struct Prepared<'a> {
    parsed: PlanRequest<'a>,
    pub(crate) policy: Policy,
    pub(crate) trigger: Option<Trigger>,
    deploy: Option<Deploy>,
    changes: ChangeSet,
    edges: Vec<Edge>,
    live: Option<Live<'a>>,
    /// What was passed over in the diffs, and what the facts say about the policy.
    diagnostics: Vec<Diagnostic>,
}

impl<'r> CheckRequest<'r> {
    pub(crate) fn source(self) -> PolicySource<'r> {
        PolicySource { preset: self.preset, inline: self.policy, attachment: self.policy_attachment }
    }
}

impl<'a> Prepared<'a> {
    pub(crate) fn read(tree: &Json<'a>, request: &'a [u8], attachments: &[&'a [u8]]) -> Result<Self, Vec<Error>> {
        let mut parsed: PlanRequest<'a> = read(tree, request)?;
        let source =
            PolicySource { preset: parsed.preset, inline: parsed.policy.take(), attachment: parsed.policy_attachment };
        let mut policy = policy(source, request, attachments)?;
        if let Some(paths) = parsed.widen_to {
            policy.widen_to(paths);
        }
        let (changes, mut diagnostics) = changes(&parsed.diffs, attachments, Some(&policy.mappings))?;
        let trigger = parsed.trigger.as_ref().map(|trigger| Trigger::read(trigger, attachments)).transpose()?;
        if parsed.everything.is_some() && trigger.is_some() {
            let message = "the request asks for `everything`, and limits the plan to the keys of a `trigger`";
            let error = Error::new("request-contradiction", message, "give one of them");
            return Err(vec![locate::pointed(error, request, None, "/everything")]);
        }
        let deploy = deploy(&parsed, request)?;
        let live = parsed.live.as_ref().map(|live| Live::read(live, attachments)).transpose()?;
        let edges = edges(&parsed, &policy, request, attachments, &mut diagnostics)?;
        Ok(Self { parsed, policy, trigger, deploy, changes, edges, live, diagnostics })
    }

    pub(crate) fn plan(&mut self) -> Result<Plan, Vec<Error>> {
        let (edges, changes) = (core::mem::take(&mut self.edges), core::mem::take(&mut self.changes));
        let everything = self.parsed.everything.as_deref();
        let mut diagnostics = core::mem::take(&mut self.diagnostics);
        diagnostics.append(&mut self.policy.warnings);
        let (trigger, live) = (self.trigger.as_ref(), self.live.as_ref());
        plan(&self.policy, edges, &changes, trigger, live, everything, diagnostics).map_err(|error| vec![error])
    }

    pub(crate) fn diffs(&self) -> &[DiffRequest] {
        &self.parsed.diffs
    }

    pub(crate) fn subject(&self) -> SubjectFields<'_> {
        SubjectFields { url: self.parsed.url.as_deref(), path: self.parsed.path.as_deref() }
    }

    /// A plan is about everything.
    pub(crate) fn refuse_subject(&self, request: &[u8]) -> Result<(), Vec<Error>> {
        let field = match (&self.parsed.url, &self.parsed.path) {
            (Some(_), _) => "url",
            (None, Some(_)) => "path",
            (None, None) => return Ok(()),
        };
        let message = format!("`{field}` means nothing to `plan`");
        let error = Error::new("request-contradiction", message, "leave it out, or ask with the operation `explain`");
        Err(vec![locate::pointed(error, request, None, &format!("/{field}"))])
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
        if !self.parsed.identity.is_empty() || self.deploy.is_some() {
            return self.parsed.identity.iter().cloned().collect();
        }
        let of_diff = |diff: &DiffRequest| -> Vec<String> {
            // From one to the other: the way back is another deploy.
            if let (Some(base), Some(head)) = (&diff.base, &diff.head) {
                return vec![format!("{base}..{head}")];
            }
            let named = diff.attachments.iter().filter_map(|index| attachments.get(*index));
            let ends = [&diff.base, &diff.head].into_iter().flatten().cloned();
            named.map(|bytes| to_hex(&Sha256::digest(bytes))).chain(ends).collect()
        };
        self.parsed.diffs.iter().flat_map(of_diff).collect()
    }
}

/// The deploy that the plan is of. A plan for single keys is never a whole deploy's.
fn deploy(parsed: &PlanRequest<'_>, request: &[u8]) -> Result<Option<Deploy>, Vec<Error>> {
    let Some(deploy) = &parsed.deploy else { return Ok(None) };
    if parsed.trigger.is_none() {
        return deploy.read().map(Some).map_err(|field| vec![no_commit(field, request)]);
    }
    let error = Error::new(
        "request-contradiction",
        "`deploy` and `trigger` do not go together",
        "`deploy` is for the purge of a whole deploy, `trigger` for that of single keys",
    );
    Err(vec![locate::pointed(error, request, None, "/trigger")])
}

fn no_commit(field: &str, request: &[u8]) -> Error {
    let message = format!("`{field}` of `deploy` is no commit id");
    let error = Error::new("deploy-commit", message, "give the full id: 40 or 64 hexadecimal digits, in lower case");
    locate::pointed(error, request, None, &format!("/deploy/{field}"))
}

/// A request, and how its faults are told.
pub(crate) fn document(request: &[u8]) -> Document<'_> {
    let help = "see ARCHITECTURE.md, The wire, for the fields of a request";
    Document { bytes: request, attachment: None, code: "request-json", help }
}

/// A request's own fields.
pub(crate) fn read<'a, T: Read<'a>>(tree: &Json<'a>, request: &'a [u8]) -> Result<T, Vec<Error>> {
    T::read(tree).map_err(|fault| vec![document(request).refuse("", fault)])
}

/// The diffs joined, and what was passed over in them. Lists of keys are led back to paths, where there are mappings.
pub(crate) fn changes(
    diffs: &[DiffRequest],
    attachments: &[&[u8]],
    mappings: Option<&[Mapping]>,
) -> Result<(ChangeSet, Vec<Diagnostic>), Vec<Error>> {
    let (mut errors, mut diagnostics, mut outside) = (Vec::new(), Vec::new(), Vec::new());
    let mut changes = Vec::with_capacity(diffs.len());
    for diff in diffs {
        match diff::parse(diff.format, diff.partial, &diff.attachments, attachments) {
            Ok(Parsed { changes: of_diff, of_keys, diagnostics: told }) => {
                diagnostics.extend(told);
                changes.push(match mappings.filter(|_| of_keys) {
                    Some(mappings) => {
                        let (mapped, unmapped) = map::of_paths(of_diff, mappings);
                        outside.extend(unmapped);
                        mapped
                    }
                    None => of_diff,
                });
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

pub(crate) fn policy(source: PolicySource<'_>, request: &[u8], attachments: &[&[u8]]) -> Result<Policy, Vec<Error>> {
    match (source.preset, source.inline, source.attachment) {
        (preset, None, None) => Ok(Policy::preset(preset.unwrap_or(Preset::Sound))),
        (None, None, Some(index)) => {
            Policy::from_attachment(attachment(index, attachments).map_err(|error| vec![error])?, index)
        }
        (None, Some(inline), None) => Policy::from_document(&inline, document(request), "/policy"),
        _ => {
            let error = Error::new(
                "request-contradiction",
                "the request gives more than one of `preset`, `policy` and `policy_attachment`",
                "give one of them; a policy names its own preset",
            );
            Err(vec![error.at(None, 0, request.len())])
        }
    }
}

/// The distributions to plan for, with what is known of each.
fn edges(
    parsed: &PlanRequest<'_>,
    policy: &Policy,
    request: &[u8],
    attachments: &[&[u8]],
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Edge>, Vec<Error>> {
    let mut errors = Vec::new();
    let ids = parsed.distribution_configs.iter().map(|config| config_id(config, parsed, policy, attachments));
    let ids: Vec<String> = ids.collect();
    let configs = || ids.iter().map(String::as_str);
    let planned = match &parsed.distribution {
        Some(id) => policy.planned_distributions([id.as_str()]),
        None => policy.planned_distributions(configs()),
    };
    let asked = parsed.distribution.iter().map(|id| (id.as_str(), String::from("/distribution")));
    let described = configs().enumerate().map(|(index, id)| (id, format!("/distribution_configs/{index}/id")));
    for (id, pointer) in asked.chain(described) {
        if !planned.iter().any(|distribution| distribution.id() == id) {
            errors.push(locate::pointed(not_planned(id, &planned, policy), request, None, &pointer));
        }
    }
    let mut facts: Vec<(&str, Facts)> = Vec::new();
    for (index, (config, id)) in parsed.distribution_configs.iter().zip(&ids).enumerate() {
        let read = attachment(config.attachment, attachments)
            .map_err(|error| vec![error])
            .and_then(|document| Facts::read(id, document, config.attachment, policy.bucket(), diagnostics));
        match read {
            Err(found) => errors.extend(found),
            Ok(read) => {
                if facts.iter().any(|(earlier, _)| earlier == id) {
                    let name = if id.is_empty() {
                        String::from("one distribution without an id")
                    } else {
                        format!("distribution `{id}`")
                    };
                    let message = format!("{name} has two configurations");
                    let help = "give one, or say whose each is (`--distribution ID=FILE`, on the wire `distribution_configs[].id`)";
                    let error = Error::new("distribution-contradiction", message, help);
                    errors.push(locate::pointed(error, request, None, &format!("/distribution_configs/{index}/id")));
                }
                facts.push((id, read));
            }
        }
    }
    if !errors.is_empty() {
        return Err(errors);
    }
    let edges = planned.into_iter().map(|distribution| {
        let known = facts.iter().position(|(id, _)| *id == distribution.id());
        let known = known.map(|at| facts.swap_remove(at).1);
        Edge::new(distribution, known, diagnostics)
    });
    Ok(edges.collect())
}

/// Whose configuration it is; empty when nobody says and there is no other distribution.
fn config_id(config: &ConfigRequest, parsed: &PlanRequest<'_>, policy: &Policy, attachments: &[&[u8]]) -> String {
    let document = || attachments.get(config.attachment).and_then(|document| Facts::id_in(document));
    let only = || match policy.distributions() {
        [only] => Some(only.id().to_owned()),
        _ => None,
    };
    let said = config.id.clone().or_else(document).or_else(|| parsed.distribution.clone());
    said.or_else(only).unwrap_or_default()
}

/// A distribution that the policy does not name is a mistake in one of the two.
fn not_planned(id: &str, planned: &[Distribution], policy: &Policy) -> Error {
    let who = if policy.distributions().is_empty() { "request" } else { "policy" };
    let ids: Vec<&str> = planned.iter().map(Distribution::id).collect();
    if id.is_empty() {
        let message = format!("whose configuration it is, is not said, and the {who} names {}", ids.join(", "));
        let help = "name the distribution (`--distribution ID=FILE`, on the wire `distribution_configs[].id`)";
        return Error::new("distribution-contradiction", message, help);
    }
    Error::new(
        "distribution-contradiction",
        format!("distribution `{id}` is asked for, but the {who} names {}", ids.join(", ")),
        "list it under `distributions` in the policy, or ask for one that is listed",
    )
}
