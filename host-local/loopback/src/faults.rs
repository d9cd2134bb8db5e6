//! What goes wrong at which call, and the count of the calls.

mod chance;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use hyper::Response;
use tokio::sync::{mpsc, oneshot};

use crate::aws_error::{Service, throttled_in_xml};
use crate::http::Answer;
pub use chance::Chance;
use chance::Drawn;

/// Which calls of an operation a rule is for, counted from 1 since the rule was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Only this one.
    Nth(u64),
    /// The first so many.
    First(u64),
    /// Every one.
    Always,
}

impl When {
    fn includes(self, call: u64) -> bool {
        match self {
            Self::Nth(n) => call == n,
            Self::First(n) => call <= n,
            Self::Always => true,
        }
    }
}

/// What goes wrong with a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// No effect; the service's throttling error: HTTP 400, of S3 503.
    Throttle,
    /// No effect; HTTP 400 with the XML body that CodeCommit's front end sends (boto/boto3#3663).
    ThrottleXml,
    /// No effect; HTTP 500.
    Status500,
    /// No effect; HTTP 503.
    Status503,
    /// No effect; the service's error of a missing permission: HTTP 403, of the JSON services 400.
    Forbidden,
    /// No effect; the connection is reset.
    Reset,
    /// No effect and no answer; after the time (if one is given) the connection is reset.
    Timeout(Option<Duration>),
    /// The effect takes place; then the connection is reset.
    LostAnswer,
    /// The effect takes place; half of the answer's body arrives.
    Truncated,
}

/// Where in a call a hook stops it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// The request has been read; nothing has happened yet.
    BeforeEffect,
    /// The effect has taken place; nothing has been answered yet.
    AfterEffect,
}

/// The fault plan of all AWS operations, set by the owner. An operation is named as AWS does: `GetBranch`, `CreateInvalidation`.
#[derive(Debug, Default)]
pub struct Faults {
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    calls: BTreeMap<String, u64>,
    denied: BTreeSet<String>,
    faults: Vec<Rule<Fault>>,
    chance: Option<Chance>,
    drawn: Drawn,
    happened: u64,
    hooks: Vec<Rule<(Moment, mpsc::UnboundedSender<Reached>)>>,
}

#[derive(Debug)]
struct Rule<T> {
    operation: String,
    when: When,
    seen: u64,
    what: T,
}

impl<T> Rule<T> {
    fn new(operation: &str, when: When, what: T) -> Self {
        Self { operation: operation.to_owned(), when, seen: 0, what }
    }

    /// Counts a call; whether the rule is for it.
    fn meets(&mut self, operation: &str) -> bool {
        if self.operation != operation {
            return false;
        }
        self.seen += 1;
        self.when.includes(self.seen)
    }
}

/// A call that a hook has stopped. Dropping it ends the call at that point with a reset of the connection, as fits a
/// client that was killed there: stopped before its effect, the call then never has one.
#[derive(Debug)]
pub struct Reached {
    /// The operation.
    pub operation: String,
    /// Which call of the operation it is, from 1, of all calls.
    pub call: u64,
    resume: oneshot::Sender<()>,
}

impl Reached {
    /// Lets the call go on.
    pub fn resume(self) {
        // The connection may be gone already; then nothing is left to resume.
        let _ = self.resume.send(());
    }
}

/// Tells the owner when a call is stopped. Once dropped, calls are no longer stopped.
#[derive(Debug)]
pub struct Hook(mpsc::UnboundedReceiver<Reached>);

impl Hook {
    /// Waits for the next stopped call; `None` when [`Faults::clear`] took the hook away.
    pub async fn reached(&mut self) -> Option<Reached> {
        self.0.recv().await
    }
}

impl Faults {
    /// Adds a fault. If several are for one call, the one that was added first happens.
    pub fn add(&self, operation: &str, when: When, fault: Fault) {
        self.lock().faults.push(Rule::new(operation, when, fault));
    }

    /// From now on calls that no fault was added for fail by chance; `None`: no longer.
    pub fn by_chance(&self, chance: Option<Chance>) {
        self.lock().chance = chance;
    }

    /// How many faults have happened.
    #[must_use]
    pub fn happened(&self) -> u64 {
        self.lock().happened
    }

    /// Stops calls at a moment, so that the owner can act just there (kill the client, deploy, look).
    pub fn hook(&self, operation: &str, when: When, moment: Moment) -> Hook {
        let (sender, receiver) = mpsc::unbounded_channel();
        self.lock().hooks.push(Rule::new(operation, when, (moment, sender)));
        Hook(receiver)
    }

    /// IAM denies an operation from now on, whatever the faults say.
    pub fn deny(&self, operation: &str) {
        self.lock().denied.insert(operation.to_owned());
    }

    /// IAM permits an operation again.
    pub fn permit(&self, operation: &str) {
        self.lock().denied.remove(operation);
    }

    /// Takes all faults and hooks away. The counts stay, and so does what IAM denies.
    pub fn clear(&self) {
        let mut state = self.lock();
        state.faults.clear();
        state.hooks.clear();
        state.chance = None;
    }

    /// How often each operation was called, failed calls and retries included.
    #[must_use]
    pub fn calls(&self) -> BTreeMap<String, u64> {
        self.lock().calls.clone()
    }

    /// Starts the counts anew.
    pub fn clear_calls(&self) {
        self.lock().calls.clear();
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes a call of an operation: `effect` does the work and yields the answer, if the plan lets it.
    pub(crate) async fn call<E>(&self, service: Service, operation: &str, effect: E) -> Answer
    where
        E: Future<Output = Response<Bytes>>,
    {
        let plan = self.enter(operation);
        if !plan.pass(operation, Moment::BeforeEffect).await {
            return Answer::Reset;
        }
        match plan.fault {
            Some(Fault::Throttle) => return Answer::Reply(service.throttled()),
            Some(Fault::ThrottleXml) => return Answer::Reply(throttled_in_xml()),
            Some(Fault::Status500) => return Answer::Reply(service.internal_failure()),
            Some(Fault::Status503) => return Answer::Reply(service.unavailable()),
            Some(Fault::Forbidden) => return Answer::Reply(service.forbidden(operation)),
            Some(Fault::Reset) => return Answer::Reset,
            Some(Fault::Timeout(time)) => return Answer::Silence(time),
            Some(Fault::LostAnswer | Fault::Truncated) | None => {}
        }
        let response = effect.await;
        if !plan.pass(operation, Moment::AfterEffect).await {
            return Answer::Reset;
        }
        match plan.fault {
            Some(Fault::LostAnswer) => Answer::Reset,
            Some(Fault::Truncated) => Answer::Truncated(response),
            _ => Answer::Reply(response),
        }
    }

    fn enter(&self, operation: &str) -> Plan {
        let mut guard = self.lock();
        let state = &mut *guard;
        let call = state.calls.entry(operation.to_owned()).or_default();
        *call += 1;
        let call = *call;
        // Every rule counts the call, also those that an earlier rule keeps from happening.
        let mut fault = None;
        for rule in &mut state.faults {
            if rule.meets(operation) {
                fault = fault.or(Some(rule.what));
            }
        }
        let by_chance = state.chance.as_ref().and_then(|chance| state.drawn.next(chance, operation));
        fault = fault.or(by_chance);
        // A rejected request never gets as far as the service.
        if state.denied.contains(operation) {
            fault = Some(Fault::Forbidden);
        }
        state.happened += u64::from(fault.is_some());
        let hooks =
            state.hooks.iter_mut().filter_map(|rule| rule.meets(operation).then(|| rule.what.clone())).collect();
        Plan { call, fault, hooks }
    }
}

/// What the rules say of one call.
struct Plan {
    call: u64,
    fault: Option<Fault>,
    hooks: Vec<(Moment, mpsc::UnboundedSender<Reached>)>,
}

impl Plan {
    /// Stops for the hooks of this moment; false when the owner lets the call end here.
    async fn pass(&self, operation: &str, moment: Moment) -> bool {
        for (_, sender) in self.hooks.iter().filter(|(at, _)| *at == moment) {
            let (resume, resumed) = oneshot::channel();
            let stopped = Reached { operation: operation.to_owned(), call: self.call, resume };
            if sender.send(stopped).is_ok() && resumed.await.is_err() {
                return false;
            }
        }
        true
    }
}
