//! `${NAME}` in a text, with what may be done to the value, as Flux's controllers fill it in (fluxcd/pkg: `envsubst`).
//!
//! A result says of each of its bytes what it was before: text of the template, or an expression with the variables that it used. A variable
//! whose value only the cluster has leaves the expression as it stands.
//!
//! Not here: where variables come from (`given`), and the YAML around (`substituted`).

mod functions;
mod parse;
mod scanner;

use std::ops::Range;

pub(crate) use parse::UNCLOSED;
use parse::{Expression, Part, parse};

pub use parse::SyntaxError;

/// What is known of a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Its value.
    Known(&'a str),
    /// It has one, and only the cluster knows it.
    Unknown,
    /// The cluster may know one: a default is taken all the same, and without one it is unknown.
    Perhaps,
    /// There is none.
    Unset,
}

/// Whether a variable may have no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Strictness {
    /// It is empty then.
    Lenient,
    /// Only where the expression has a default (Flux: `StrictPostBuildSubstitutions`).
    Strict,
}

/// A text, filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Substituted {
    /// The text.
    pub text: String,
    /// What its parts were before, in order, without gaps.
    pub pieces: Vec<Piece>,
    /// Variables without a value that an expression without a default asks for: their names, and where.
    pub unset: Vec<(String, Range<usize>)>,
}

/// A part of a text that was filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Where it begins in the text.
    pub start: usize,
    /// What it was in the template.
    pub from: Range<usize>,
    /// What became of it.
    pub how: How,
}

/// How a part of a text came about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum How {
    /// Byte by byte as in the template.
    Kept,
    /// It is the value of an expression that used these variables, each once.
    Filled(Vec<String>),
    /// It is an expression that is left as it stands, for want of these variables.
    Unknown(Vec<String>),
}

/// Fills in a template.
///
/// # Errors
/// What cannot be read; Flux refuses the whole object then.
pub fn substitute<'v>(
    template: &str,
    strictness: Strictness,
    value: &dyn Fn(&str) -> Value<'v>,
) -> Result<Substituted, SyntaxError> {
    let mut filling = Filling { template, strictness, value, result: Substituted::default() };
    for part in parse(template)? {
        match part {
            Part::Text(_, pieces) => pieces.into_iter().for_each(|from| filling.keep(from)),
            Part::Expression(expression) => filling.fill(&expression),
        }
    }
    Ok(filling.result)
}

struct Filling<'a, 'v> {
    template: &'a str,
    strictness: Strictness,
    value: &'a dyn Fn(&str) -> Value<'v>,
    result: Substituted,
}

/// The variables that an expression used.
#[derive(Default)]
struct Used {
    known: Vec<String>,
    unknown: Vec<String>,
}

impl Filling<'_, '_> {
    fn keep(&mut self, from: Range<usize>) {
        let text = self.template.get(from.clone()).unwrap_or_default();
        if !text.is_empty() {
            self.result.pieces.push(Piece { start: self.result.text.len(), from, how: How::Kept });
            self.result.text.push_str(text);
        }
    }

    fn fill(&mut self, expression: &Expression) {
        let mut used = Used::default();
        let value = self.evaluate(expression, &mut used);
        let (start, from) = (self.result.text.len(), expression.place.clone());
        let how = if used.unknown.is_empty() {
            self.result.text.push_str(&value);
            How::Filled(used.known)
        } else {
            self.result.text.push_str(self.template.get(from.clone()).unwrap_or_default());
            How::Unknown(used.unknown)
        };
        self.result.pieces.push(Piece { start, from, how });
    }

    fn evaluate(&mut self, expression: &Expression, used: &mut Used) -> String {
        let mut arguments = Vec::with_capacity(expression.arguments.len());
        let mut in_arguments = Used::default();
        for argument in &expression.arguments {
            arguments.push(match argument {
                Part::Text(text, _) => text.clone(),
                Part::Expression(inner) => self.evaluate(inner, &mut in_arguments),
            });
        }
        let has_default = matches!(expression.operator.as_str(), "=" | ":=" | ":-" | ":?" | ":+" | "-" | "+" | "?");
        let value = match (self.value)(&expression.name) {
            Value::Known(value) => {
                note(&mut used.known, &expression.name);
                value
            }
            Value::Perhaps if has_default => "",
            Value::Unknown | Value::Perhaps => {
                note(&mut used.unknown, &expression.name);
                ""
            }
            Value::Unset => {
                if self.strictness == Strictness::Strict && !has_default {
                    self.result.unset.push((expression.name.clone(), expression.place.clone()));
                }
                ""
            }
        };
        // A default that is not taken decides nothing.
        if !has_default || value.is_empty() {
            in_arguments.known.iter().for_each(|name| note(&mut used.known, name));
            in_arguments.unknown.iter().for_each(|name| note(&mut used.unknown, name));
        }
        functions::apply(&expression.operator, value, &arguments)
    }
}

fn note(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

#[cfg(test)]
mod tests;
