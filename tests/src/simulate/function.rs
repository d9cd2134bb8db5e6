//! Instances of the function: the real handler, which may be killed at any await.

use std::collections::BTreeSet;
use std::future::poll_fn;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::task::Poll;
use std::time::Duration;

use purgeplan_lambda::event::Payload;
use purgeplan_lambda::failure::Failure;
use purgeplan_lambda::handler::{Handler, Report, Services};
use purgeplan_lambda::retry::Invocation;
use purgeplan_lambda::settings::Settings;

use super::judge;
use super::ports::{Instance, Port};
use super::world::{Shared, World};

/// How an invocation ended.
#[derive(Debug)]
pub(super) enum Ended {
    Done(Box<Report>),
    #[expect(dead_code, reason = "the story shows it")]
    Failed(Failure),
    Killed,
}

/// One instance.
#[derive(Debug)]
pub(super) struct Function {
    handler: Handler<Port, Port, Port, Port>,
    port: Port,
    lasting: Duration,
}

impl Function {
    /// A warm instance, or a new one.
    pub(super) fn take(shared: &Shared, warm: &mut Vec<Self>) -> Self {
        let mut world = shared.lock();
        world.figures.invocations += 1;
        let lasting = Duration::from_secs([10, 60, 300][world.rng.usize(..3)]);
        let kills = world.weather.kills;
        let polls = (world.rng.u32(..1_000) < kills * 4).then(|| world.rng.u32(1..200));
        if !warm.is_empty() && world.rng.u8(..4) > 0 {
            let function = warm.swap_remove(world.rng.usize(..warm.len()));
            *function.port.instance() = Instance { polls, ..Instance::default() };
            return Self { lasting, ..function };
        }
        let scenario = world.scenario.clone();
        drop(world);
        let instance = Arc::new(Mutex::new(Instance { polls, ..Instance::default() }));
        let port = Port { world: shared.clone(), instance };
        let settings = Settings::from_env(|name| scenario.variable(name)).expect("the scenario's settings are right");
        let (codecommit, cloudfront, pipeline, bucket) = (port.clone(), port.clone(), port.clone(), port.clone());
        let services = Services { codecommit, cloudfront, pipeline, bucket };
        Self { handler: Handler::new(settings, services), port, lasting }
    }

    /// Handles an event; the instance comes back if it lives.
    pub(super) async fn invoke(self, payload: &Payload, keys: BTreeSet<String>) -> (Ended, Option<Self>) {
        {
            let (reached, work) = {
                let world = self.port.world.lock();
                (judge::reached(&world), work(&world, payload))
            };
            let mut instance = self.port.instance();
            (instance.keys, instance.event, instance.reached) = (keys, work, reached);
        }
        let invocation = Invocation::lasting("simulated", self.lasting);
        let ended = {
            let mut work = pin!(self.handler.handle(payload, &invocation));
            poll_fn(|context| {
                if self.port.dies() {
                    return Poll::Ready(Ended::Killed);
                }
                match work.as_mut().poll(context) {
                    Poll::Ready(Ok(report)) => Poll::Ready(Ended::Done(Box::new(report))),
                    Poll::Ready(Err(failure)) => Poll::Ready(Ended::Failed(failure)),
                    Poll::Pending if self.port.instance().killed => Poll::Ready(Ended::Killed),
                    Poll::Pending => Poll::Pending,
                }
            })
            .await
        };
        let alive = !matches!(ended, Ended::Killed);
        self.port.world.lock().figures.kills += u64::from(!alive);
        (ended, alive.then_some(self))
    }
}

/// What tells an event from others: of a job, which comes with one id and token after the other, its action.
fn work(world: &World, payload: &Payload) -> String {
    let id = payload.0.as_ref().ok().and_then(|event| event.pointer("/CodePipeline.job/id")?.as_str());
    let job = id.and_then(|id| world.pipeline.job(id));
    job.map_or_else(|| format!("{:?}", payload.0), |job| job.action_execution.clone())
}

impl Port {
    /// Counts a poll down; whether it was the last one.
    fn dies(&self) -> bool {
        let mut instance = self.instance();
        if let Some(left) = &mut instance.polls {
            *left = left.saturating_sub(1);
            return *left == 0;
        }
        false
    }
}
