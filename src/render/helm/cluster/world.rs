//! What a render knows of the world: the time, a seed instead of randomness, and what the cluster answers. All of it is given, so that the same
//! input gives the same output.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::rc::Rc;
use std::sync::Arc;

use seatrial_golang::regexp::Expression;
use seatrial_gotemplate::{Context, Failure, Place, Value};
use sha2::{Digest, Sha256};

use crate::cluster::included::Included;
use crate::major::Major;

/// What the cluster answers to `lookup`: API version, kind, namespace and name; an empty name asks for a list.
pub type Lookup = dyn Fn(&str, &str, &str, &str) -> Result<Value, String>;

/// A text that was parsed, by the number that was given with it.
#[derive(Clone, Debug)]
pub struct Source {
    /// Its path as Helm names it: `chart/templates/a.yaml`.
    pub name: Arc<str>,
    /// The text.
    pub text: Arc<str>,
}

/// A use of a function whose result is another with each render of Helm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changing {
    /// The function: `randAlphaNum`, `now`, `genCA`.
    pub function: &'static str,
    /// The action that called it.
    pub place: Option<Place>,
}

/// A use of `lookup`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LookedUp {
    /// API version, kind, namespace and name as they were asked for.
    pub asked: [String; 4],
    /// The action that called it.
    pub place: Option<Place>,
}

/// The state of one render: give it to `Templates::execute` as the world.
#[derive(Default)]
pub struct World {
    /// What all that is random is made of.
    pub seed: [u8; 32],
    /// The release, as its namespace and name: another release gets other random values.
    pub release: String,
    /// Nanoseconds since 1970.
    pub now: i128,
    /// The texts by the numbers given to `Templates::parse`. An action is known by the path and its words, so that its random values stay
    /// when other lines of the chart change.
    pub sources: Vec<Source>,
    /// What `lookup` answers; an empty map without it.
    pub lookup: Option<Rc<Lookup>>,
    /// What made the result another with each render.
    pub changing: Vec<Changing>,
    /// What was looked up in the cluster.
    pub looked_up: Vec<LookedUp>,
    /// What is in `changing`, and in `looked_up`.
    noted: HashSet<(&'static str, Option<(u32, u32)>)>,
    asked: HashSet<[String; 4]>,
    /// Regular expressions that were compiled.
    expressions: HashMap<Box<str>, Expression>,
    /// What `inputs` gives, where there is such a function: flux-operator has it, Helm has not.
    pub inputs: Option<Value>,
    /// The version of Helm whose words functions have.
    pub helm: Major,
    /// Whether this is `helm lint`: `required` and `fail` then let pass what they would refuse.
    pub is_lint: bool,
    pub(crate) included: Included,
    /// How often each action has asked for randomness.
    draws: HashMap<[u8; 32], u64>,
}

impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("World")
            .field("release", &self.release)
            .field("changing", &self.changing)
            .finish_non_exhaustive()
    }
}

impl World {
    /// The world of a release at a time, given in nanoseconds since 1970.
    #[must_use]
    pub fn new(release: &str, now: i128, seed: [u8; 32]) -> World {
        World { release: release.to_owned(), now, seed, ..World::default() }
    }

    /// Notes an action once, however often it is executed.
    fn note(&mut self, function: &'static str, place: Option<Place>) {
        if self.noted.insert((function, place.map(|place| (place.source, place.start)))) {
            self.changing.push(Changing { function, place });
        }
    }

    /// Notes what was looked up, once.
    pub(crate) fn note_lookup(&mut self, asked: [String; 4], place: Option<Place>) {
        if self.asked.insert(asked.clone()) {
            self.looked_up.push(LookedUp { asked, place });
        }
    }

    /// Bytes without end that look random: others for each release, action and use.
    pub(crate) fn draw(&mut self, function: &'static str, place: Option<Place>) -> Random {
        self.note(function, place);
        let mut hash = Sha256::new();
        hash.update(self.seed);
        for part in [self.release.as_str(), function] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        if let Some(place) = place {
            match self.sources.get(place.source as usize) {
                Some(source) => {
                    hash.update((source.name.len() as u64).to_be_bytes());
                    hash.update(source.name.as_bytes());
                    let action = source.text.get(place.start as usize..place.end as usize);
                    hash.update(action.unwrap_or_default().trim_matches(['{', '}', '-', ' ', '\n', '\t']));
                }
                None => hash.update(place.source.to_be_bytes()),
            }
        }
        let key: [u8; 32] = hash.finalize().into();
        let count = self.draws.entry(key).or_default();
        *count += 1;
        let mut hash = Sha256::new();
        hash.update(key);
        hash.update(count.to_be_bytes());
        Random { key: hash.finalize().into(), counter: 0, block: [0; 32], used: 32 }
    }
}

/// How many regular expressions are kept compiled.
const MOST_EXPRESSIONS: usize = 256;

/// An expression that the render may have compiled before.
///
/// # Errors
/// A clause that says what is wrong with it.
pub(crate) fn expression(context: &mut Context<'_>, pattern: &str) -> Result<Expression, String> {
    let Some(world) = context.world::<World>() else { return Expression::new(pattern) };
    if let Some(known) = world.expressions.get(pattern) {
        return Ok(known.clone());
    }
    let expression = Expression::new(pattern)?;
    if world.expressions.len() < MOST_EXPRESSIONS {
        world.expressions.insert(pattern.into(), expression.clone());
    }
    Ok(expression)
}

/// The randomness of the action that calls.
///
/// # Errors
/// The templates are not rendered by Helm's rules.
pub(crate) fn random(context: &mut Context<'_>, function: &'static str) -> Result<Random, Failure> {
    let place = context.place();
    let world = context.world::<World>().ok_or("there is no randomness here")?;
    Ok(world.draw(function, place))
}

/// The time, in nanoseconds since 1970; it is noted that it was asked for.
///
/// # Errors
/// The templates are not rendered by Helm's rules.
pub(crate) fn now(context: &mut Context<'_>, function: &'static str) -> Result<i128, Failure> {
    let place = context.place();
    let world = context.world::<World>().ok_or("there is no clock here")?;
    world.note(function, place);
    Ok(world.now)
}

/// Bytes made of a seed: SHA-256 of a key and a counter.
#[derive(Clone, Debug)]
pub(crate) struct Random {
    key: [u8; 32],
    counter: u64,
    block: [u8; 32],
    used: usize,
}

impl Random {
    pub(crate) fn byte(&mut self) -> u8 {
        if self.used == self.block.len() {
            let mut hash = Sha256::new();
            hash.update(self.key);
            hash.update(self.counter.to_be_bytes());
            (self.block, self.used) = (hash.finalize().into(), 0);
            self.counter += 1;
        }
        self.used += 1;
        self.block[self.used - 1]
    }

    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        bytes.iter_mut().for_each(|byte| *byte = self.byte());
    }

    pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        self.fill(&mut bytes);
        bytes
    }

    /// A number below `bound`, each as likely as the others.
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        let largest = u64::MAX - u64::MAX % bound.max(1);
        loop {
            let number = u64::from_be_bytes(self.bytes());
            if number < largest {
                return number % bound.max(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(world: &mut World, start: u32) -> [u8; 8] {
        let place = Place { source: 0, start, end: start + 4, is_literal: false };
        world.draw("randAlpha", Some(place)).bytes()
    }

    #[test]
    fn an_action_keeps_its_values_when_lines_before_it_change() {
        let world = |text: &str| World {
            sources: vec![Source { name: "a.yaml".into(), text: text.into() }],
            ..World::default()
        };
        let (mut one, mut other) = (world("{{a}}"), world("more\n{{a}}"));
        let first = drawn(&mut one, 1);
        assert_eq!(first, drawn(&mut other, 6));
        assert_ne!(first, drawn(&mut one, 1), "a second use is another");
        let mut released = World { release: "other".into(), ..world("{{a}}") };
        assert_ne!(first, drawn(&mut released, 1));
        assert_eq!(one.changing.len(), 1, "an action is noted once");
    }
}
