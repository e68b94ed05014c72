//! Misbehaviour on demand: which requests, and what happens to them.

use std::convert::Infallible;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Barrier;

use crate::answer::Answer;
use crate::listen::Dropped;

/// What happens to a request.
#[derive(Clone)]
pub enum Behaviour {
    /// It is answered like this and not carried out.
    Answer(Answer),
    /// It is carried out, and answered like this all the same.
    AnswerAfter(Answer),
    /// The connection is closed; it is not carried out.
    DropBefore,
    /// It is carried out, then the connection is closed without an answer.
    DropAfter,
    /// It is not carried out and never answered.
    Hang,
    /// It is carried out and never answered.
    HangAfter,
    /// It waits, then all goes its way.
    Delay(Duration),
    /// It waits until as many requests as the barrier wants are there, then all go their way: a race.
    Meet(Arc<Barrier>),
    /// Something else happens first: the head moves, another run writes.
    Meanwhile(Arc<dyn Fn() + Send + Sync>),
}

impl fmt::Debug for Behaviour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Behaviour")
    }
}

/// Which requests misbehave, and how.
#[derive(Clone, Debug)]
pub struct Fault {
    method: String,
    path: String,
    which: RangeInclusive<usize>,
    seen: usize,
    behaviour: Behaviour,
}

impl Fault {
    /// All requests of a method to a path; `*` in the path stands for one segment. The path has no query, and nothing that
    /// only says where the API begins.
    #[must_use]
    pub fn new(method: &str, path: &str, behaviour: Behaviour) -> Fault {
        Fault { method: method.to_owned(), path: path.to_owned(), which: 1..=usize::MAX, seen: 0, behaviour }
    }

    /// Only the `nth` of them, from 1.
    #[must_use]
    pub fn nth(mut self, nth: usize) -> Fault {
        self.which = nth..=nth;
        self
    }

    /// Only the first so many.
    #[must_use]
    pub fn times(mut self, times: usize) -> Fault {
        self.which = 1..=times;
        self
    }

    /// Counts a request that matches, and gives what happens to it.
    pub(crate) fn meets(&mut self, method: &str, path: &str) -> Option<Behaviour> {
        let same = |(want, got): (&str, &str)| want == "*" || want == got;
        let matches = self.method == method
            && self.path.split('/').count() == path.split('/').count()
            && self.path.split('/').zip(path.split('/')).all(same);
        if !matches {
            return None;
        }
        self.seen += 1;
        self.which.contains(&self.seen).then(|| self.behaviour.clone())
    }
}

/// What happens to a request; each fault that it matches counts it.
pub(crate) fn behaviour(faults: &mut [Fault], method: &str, path: &str) -> Option<Behaviour> {
    let met: Vec<Behaviour> = faults.iter_mut().filter_map(|fault| fault.meets(method, path)).collect();
    met.into_iter().next()
}

/// Answers, in its way.
pub(crate) async fn misbehave(behaviour: Option<Behaviour>, carry_out: impl Fn() -> Answer) -> Result<Answer, Dropped> {
    match behaviour {
        None => {}
        Some(Behaviour::Answer(answer)) => return Ok(answer),
        Some(Behaviour::AnswerAfter(answer)) => {
            carry_out();
            return Ok(answer);
        }
        Some(Behaviour::DropBefore) => return Err(Dropped),
        Some(Behaviour::DropAfter) => {
            carry_out();
            return Err(Dropped);
        }
        Some(Behaviour::Hang) => never().await,
        Some(Behaviour::HangAfter) => {
            carry_out();
            never().await;
        }
        Some(Behaviour::Delay(wait)) => tokio::time::sleep(wait).await,
        Some(Behaviour::Meet(barrier)) => {
            barrier.wait().await;
        }
        Some(Behaviour::Meanwhile(other)) => other(),
    }
    Ok(carry_out())
}

async fn never() {
    let waiting: Infallible = std::future::pending().await;
    match waiting {}
}
