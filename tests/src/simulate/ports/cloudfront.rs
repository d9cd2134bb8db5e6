//! The distributions.

use purgeplan_lambda::ports::{CloudFront, Created, Invalidation, PortError};
use purgeplan_loopback::edge::Behaviour;
use purgeplan_loopback::{DistributionConfig, SiteKind};
use serde_json::{Value, json};
use tokio::time::Instant;

use super::super::faults::error;
use super::super::judge;
use super::super::scenario::BUCKET;
use super::super::world::World;
use super::Port;

impl CloudFront for Port {
    async fn create_invalidation(
        &self,
        distribution: &str,
        caller_reference: &str,
        paths: &[String],
    ) -> Result<Created, PortError> {
        let (keys, event, reached) = {
            let instance = self.instance();
            (instance.keys.clone(), instance.event.clone(), instance.reached.clone())
        };
        let effect = |world: &mut World| {
            let known = world.edge.invalidations(distribution).map_or(0, <[_]>::len);
            match world.edge.invalidate(distribution, caller_reference, paths).cloned() {
                Ok(made) => {
                    if world.edge.invalidations(distribution).map_or(0, <[_]>::len) > known {
                        judge::bought(world, distribution, &made, &keys);
                        judge::bought_once(world, distribution, &made, &event, &reached);
                    }
                    Ok(Created { id: made.id })
                }
                Err(refusal) => {
                    let code = refusal.code();
                    let for_now = matches!(code, "Throttling" | "TooManyInvalidationsInProgress");
                    if !for_now {
                        world.fault(format!("CreateInvalidation is refused: {code}: {refusal}"));
                    }
                    Err(error("CreateInvalidation", for_now, code))
                }
            }
        };
        self.call("CreateInvalidation", effect).await
    }

    async fn distribution_config(&self, distribution: &str) -> Result<Vec<u8>, PortError> {
        let effect = |world: &mut World| {
            let found = world.scenario.distributions.iter().find(|one| one.id == distribution);
            let found = found.ok_or_else(|| error("GetDistributionConfig", false, "NoSuchDistribution"))?;
            Ok(json!({ "DistributionConfig": configuration(found) }).to_string().into_bytes())
        };
        self.call("GetDistributionConfig", effect).await
    }

    async fn list_invalidations(&self, distribution: &str) -> Result<Vec<String>, PortError> {
        let effect = |world: &mut World| {
            let all = world.edge.invalidations(distribution).unwrap_or_default();
            Ok(all.iter().rev().take(100).map(|one| one.id.clone()).collect())
        };
        self.call("ListInvalidations", effect).await
    }

    async fn invalidation(&self, distribution: &str, id: &str) -> Result<Invalidation, PortError> {
        let effect = |world: &mut World| {
            let all = world.edge.invalidations(distribution).unwrap_or_default();
            let found = all.iter().find(|one| one.id == id);
            let found = found.ok_or_else(|| error("GetInvalidation", false, "NoSuchInvalidation"))?;
            Ok(Invalidation {
                caller_reference: found.caller_reference.clone(),
                paths: found.paths.len(),
                completed: !found.in_progress_at(Instant::now().into_std()),
            })
        };
        self.call("GetInvalidation", effect).await
    }
}

/// What the function reads of a configuration; every behaviour is of the bucket.
fn configuration(config: &DistributionConfig) -> Value {
    let behaviour = |pattern: Option<&str>, one: &Behaviour| json!({ "PathPattern": pattern, "TargetOriginId": "site", "CachePolicyId": one.cache_policy });
    let behaviours = config.behaviours.iter().map(|(pattern, one)| behaviour(Some(pattern), one));
    let mut origin = json!({ "Id": "site", "OriginPath": config.origin_path });
    match config.site {
        SiteKind::Rest => origin["DomainName"] = format!("{BUCKET}.s3.amazonaws.com").into(),
        SiteKind::Website { .. } => {
            origin["DomainName"] = format!("{BUCKET}.s3-website-eu-west-1.amazonaws.com").into();
            origin["CustomOriginConfig"] = json!({});
        }
    }
    json!({
        "DefaultRootObject": config.default_root_object.as_deref().unwrap_or_default(),
        "Origins": { "Items": [origin] },
        "DefaultCacheBehavior": behaviour(None, &config.default_behaviour),
        "CacheBehaviors": { "Items": behaviours.collect::<Vec<_>>() },
    })
}
