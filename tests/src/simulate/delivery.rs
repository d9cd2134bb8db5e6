//! Lambda, EventBridge, SQS and CodePipeline as callers: each event at least once, late, twice, in any order, and again
//! when the function failed or was killed.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use purgeplan_lambda::event::Payload;
use purgeplan_lambda::handler::Reply;
use purgeplan_loopback::events::sqs;
use purgeplan_loopback::pipeline::{Answer, Invocation, Status};

use super::events;
use super::function::{Ended, Function};
use super::judge;
use super::scenario::{Trigger, Wrapping};
use super::world::{Shared, World, short};

/// Lambda's tries of an asynchronous event.
const TRIES: u32 = 3;

/// What an event asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Errand {
    Job(String),
    /// Success of this execution; `false`: of no success.
    Deployed(String, bool),
    Object(String),
}

/// An event on its way.
#[derive(Debug, Clone)]
struct Delivery {
    due: Duration,
    payload: Vec<u8>,
    tries: u32,
    errand: Errand,
}

/// A message of the queue.
#[derive(Debug, Clone)]
struct Queued {
    due: Duration,
    message: sqs::Message,
    key: String,
}

/// Everything that is on its way to the function.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    waiting: Vec<Delivery>,
    queue: Vec<Queued>,
    /// What the dead-letter queue holds.
    dead: Vec<Delivery>,
    messages: usize,
}

impl Deliveries {
    /// Whether nothing is on its way.
    pub(super) fn is_empty(&self) -> bool {
        self.waiting.is_empty() && self.queue.is_empty() && self.dead.is_empty()
    }

    /// The next time that something is due.
    pub(super) fn next(&self) -> Option<Duration> {
        let waiting = self.waiting.iter().map(|one| one.due);
        waiting.chain(self.queue.iter().map(|one| one.due)).min()
    }

    /// Sends the events of the dead-letter queue again.
    pub(super) fn redrive(&mut self) {
        self.waiting.extend(self.dead.drain(..).map(|one| Delivery { tries: 0, ..one }));
    }
}

impl World {
    fn late(&mut self) -> Duration {
        let most =
            if self.weather.faults == 0 && self.weather.kills == 0 { 2 } else { [2, 20, 200][self.rng.usize(..3)] };
        self.elapsed() + Duration::from_millis(self.rng.u64(..most * 1_000))
    }

    fn deliver(&mut self, payload: Vec<u8>, errand: Errand) {
        let again = self.weather.faults > 0 && self.rng.u8(..8) == 0;
        let due = self.late();
        let delivery = Delivery { due, payload, tries: 0, errand };
        if again {
            let due = self.late();
            self.deliveries.waiting.push(Delivery { due, ..delivery.clone() });
        }
        self.deliveries.waiting.push(delivery);
    }

    pub(super) fn deliver_job(&mut self, invocation: Invocation) {
        self.deliver(invocation.event, Errand::Job(invocation.job));
    }

    pub(super) fn deliver_object(&mut self, key: String, body: Vec<u8>, wrapping: Wrapping) {
        let now = self.now();
        if matches!(self.scenario.trigger, Trigger::Objects(_)) {
            return self.deliver(events::direct(body, now, wrapping), Errand::Object(key));
        }
        self.deliveries.messages += 1;
        let id = sqs::message_id(self.deliveries.messages);
        let message = sqs::Message { id, body: events::queued(body, now, wrapping), receive_count: 0, sent: now };
        let due = self.late();
        self.deliveries.queue.push(Queued { due, message, key });
    }

    /// The state changes that the rule passes on.
    pub(super) fn deliver_changes(&mut self) {
        let changes = self.pipeline.take_state_changes();
        let Trigger::Event(level) = self.scenario.trigger else { return };
        for change in changes.into_iter().filter(|change| events::passes(change, level)) {
            self.deliver(change.event, Errand::Deployed(change.execution, change.state == "SUCCEEDED"));
        }
    }

    /// The jobs that the function asked to be called again for.
    pub(super) fn continue_jobs(&mut self) {
        let asks = |job: &&purgeplan_loopback::pipeline::Job| matches!(job.answer, Some(Answer::Continue { .. }));
        let jobs: Vec<String> = self.pipeline.jobs().iter().filter(asks).map(|job| job.id.clone()).collect();
        for job in jobs {
            if let Ok(invocation) = self.pipeline.continue_job(&job) {
                let due = self.elapsed() + Duration::from_secs(30);
                let (payload, errand) = (invocation.event, Errand::Job(invocation.job));
                self.deliveries.waiting.push(Delivery { due, payload, tries: 0, errand });
            }
        }
    }

    /// Some of what is due, in any order.
    fn take_due(&mut self) -> Vec<Delivery> {
        let now = self.elapsed();
        let mut due: Vec<Delivery> = self.deliveries.waiting.extract_if(.., |one| one.due <= now).collect();
        self.rng.shuffle(&mut due);
        let most = self.rng.usize(1..=4);
        self.deliveries.waiting.extend(due.split_off(most.min(due.len())));
        due
    }

    fn take_batch(&mut self) -> Vec<Queued> {
        let now = self.elapsed();
        let mut due: Vec<Queued> = self.deliveries.queue.extract_if(.., |one| one.due <= now).collect();
        self.rng.shuffle(&mut due);
        let most = self.rng.usize(1..=12);
        self.deliveries.queue.extend(due.split_off(most.min(due.len())));
        if self.weather.faults > 0 && !due.is_empty() && self.rng.u8(..6) == 0 {
            // It comes again although it will have been handled.
            let again = due[0].clone();
            self.deliveries.queue.push(Queued { due: now + Duration::from_secs(30), ..again });
        }
        for one in &mut due {
            one.message.receive_count += 1;
        }
        due
    }
}

/// Delivers what is due; whether there was anything.
pub(super) async fn deliver(shared: &Shared, warm: &mut Vec<Function>) -> bool {
    let due = shared.lock().take_due();
    let batch = shared.lock().take_batch();
    if due.is_empty() && batch.is_empty() {
        return false;
    }
    let runs = due.into_iter().map(|delivery| {
        let function = Function::take(shared, warm);
        async move {
            let payload = Payload(serde_json::from_slice(&delivery.payload).map_err(|error| error.to_string()));
            let keys = match &delivery.errand {
                Errand::Object(key) => BTreeSet::from([key.clone()]),
                _ => BTreeSet::new(),
            };
            let (ended, function) = function.invoke(&payload, keys).await;
            settle(&mut shared.lock(), delivery, &ended);
            function
        }
    });
    let back = join_all(runs.collect::<Vec<_>>()).await;
    warm.extend(back.into_iter().flatten());
    if !batch.is_empty() {
        let function = Function::take(shared, warm);
        let messages: Vec<sqs::Message> = batch.iter().map(|one| one.message.clone()).collect();
        let payload = Payload(serde_json::from_slice(&sqs::event(&messages)).map_err(|error| error.to_string()));
        let keys = batch.iter().map(|one| one.key.clone()).collect();
        let (ended, function) = function.invoke(&payload, keys).await;
        settle_batch(&mut shared.lock(), batch, ended);
        warm.extend(function);
    }
    true
}

fn settle(world: &mut World, delivery: Delivery, ended: &Ended) {
    let done = matches!(ended, Ended::Done(_));
    match &delivery.errand {
        Errand::Job(job) if done => judge::job_is_answered(world, job),
        Errand::Deployed(execution, true) if done => {
            world.tell(format!("the event of {} is handled", short(execution)));
            judge::purged(world, execution);
        }
        _ => {}
    }
    if done {
        return;
    }
    world.tell(format!("{:?}, try {}: {ended:?}", delivery.errand, delivery.tries + 1));
    let tries = delivery.tries + 1;
    let wait = Duration::from_secs(60 * u64::from(tries)) + Duration::from_millis(world.rng.u64(..30_000));
    let due = world.elapsed() + wait;
    let next = Delivery { due, tries, ..delivery };
    if tries < TRIES {
        return world.deliveries.waiting.push(next);
    }
    match &next.errand {
        Errand::Job(job) => {
            if world.pipeline.time_out(job).is_ok() {
                world.tell(format!("job {} times out", short(job)));
            }
        }
        // What cannot be handled in calm weather stays undone: its commit is gone, say.
        _ if world.weather.faults == 0 && world.weather.kills == 0 => {}
        _ => world.deliveries.dead.push(next),
    }
}

fn settle_batch(world: &mut World, batch: Vec<Queued>, ended: Ended) {
    let failed = match ended {
        Ended::Done(report) => match report.reply() {
            Reply::Queue { batch_item_failures } => {
                batch_item_failures.into_iter().map(|one| one.item_identifier).collect::<BTreeSet<_>>()
            }
            Reply::Report(report) => {
                world.fault(format!("a queue is answered with {report:?}"));
                return;
            }
        },
        ended => {
            world.tell(format!("a batch of {}: {ended:?}", batch.len()));
            batch.iter().map(|one| one.message.id.clone()).collect()
        }
    };
    let due = world.elapsed() + Duration::from_secs(30);
    let back = batch.into_iter().filter(|one| failed.contains(&one.message.id));
    world.deliveries.queue.extend(back.map(|one| Queued { due, ..one }));
}

/// Whether an execution has not ended.
pub(super) fn runs(world: &World) -> bool {
    world.pipeline.executions().iter().any(|one| matches!(one.status, Status::InProgress | Status::Stopping))
}
