//! The function's ports, played by the world: no HTTP, and every call may fail in every way.

mod cloudfront;
mod codecommit;
mod codepipeline;
mod s3;

use std::collections::BTreeSet;
use std::future::pending;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use purgeplan_lambda::ports::PortError;
use tokio::time::sleep;

use super::faults::{Fault, error};
use super::world::{Shared, World};

/// What an instance of the function knows that its world does not.
#[derive(Debug, Default)]
pub(super) struct Instance {
    pub(super) killed: bool,
    /// Polls until it is killed.
    pub(super) polls: Option<u32>,
    /// Keys of the event that it has.
    pub(super) keys: BTreeSet<String>,
    /// What tells the event from others.
    pub(super) event: String,
    /// Executions that had reached the bucket when it got the event.
    pub(super) reached: BTreeSet<String>,
}

/// Every service, as one instance calls it.
#[derive(Debug, Clone)]
pub(super) struct Port {
    pub(super) world: Shared,
    pub(super) instance: Arc<Mutex<Instance>>,
}

impl Port {
    pub(super) fn instance(&self) -> std::sync::MutexGuard<'_, Instance> {
        self.instance.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn die<T>(&self) -> T {
        self.instance().killed = true;
        pending().await
    }

    async fn call<T>(
        &self,
        operation: &'static str,
        effect: impl FnOnce(&mut World) -> Result<T, PortError> + Send,
    ) -> Result<T, PortError> {
        let (fault, there, back) = {
            let mut world = self.world.lock();
            world.figures.calls += 1;
            if world.scenario.denied.contains(&operation) {
                return Err(error(operation, false, "AccessDeniedException"));
            }
            world.background();
            let weather = world.weather;
            let fault = weather.fault(&mut world.rng);
            world.figures.faults += u64::from(fault != Fault::None);
            (fault, world.rng.u64(..60), world.rng.u64(..60))
        };
        sleep(Duration::from_millis(there)).await;
        match fault {
            Fault::Refused(code) => return Err(error(operation, true, code)),
            Fault::Reset => return Err(error(operation, true, "connection")),
            Fault::Silent => return pending().await,
            Fault::KilledBefore => return self.die().await,
            _ => {}
        }
        let answer = {
            let mut world = self.world.lock();
            let answer = effect(&mut world);
            world.background();
            answer
        };
        sleep(Duration::from_millis(back)).await;
        match fault {
            Fault::LostAfter => Err(error(operation, true, "connection")),
            Fault::SilentAfter => pending().await,
            Fault::KilledAfter => self.die().await,
            _ => answer,
        }
    }
}
