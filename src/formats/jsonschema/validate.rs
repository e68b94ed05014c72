//! A value held against a schema.

use std::collections::HashMap;
use std::sync::Arc;

use crate::compile::Patterns;
use crate::draft::Draft;
use crate::formats;
use crate::json::{Json, Type};
use crate::message::Kind;
use crate::meta::metaschemas;
use crate::pointer::of_path;
use crate::schema::{Node, Schema};
use crate::uneval::Unevaluated;
use crate::violation::Violation;

/// Schemas that may be applied to values, each time counted. The steps are weighted with how deep they are.
const MOST_STEPS: u64 = 10_000_000;

/// What may be found to be wrong, also in choices that fit in the end.
const MOST_VIOLATIONS: u64 = 200_000;

/// Bytes of the thread's stack.
const MOST_STACK: usize = 900_000;

/// What came of it.
#[derive(Debug)]
pub enum Outcome {
    /// The value fits, as far as the schema is known.
    Valid,
    /// It does not.
    Invalid(Violation),
    /// It was not held against all of the schema.
    TooMuch(TooMuch),
}

/// Why the check was ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooMuch {
    /// Too many steps.
    Steps,
    /// Schemas within schemas, too deep.
    Depth,
    /// Too much is wrong.
    Violations,
}

impl Schema {
    /// Holds a value against the schema.
    #[must_use]
    pub fn check(&self, value: &Json) -> Outcome {
        let patterns = Patterns::default();
        check(self, self.root, value, &Surroundings { patterns: &patterns, drafts: None, meta: None })
    }
}

/// What a check needs beside the schema.
pub(crate) struct Surroundings<'s> {
    pub(crate) patterns: &'s Patterns,
    /// The drafts of the resources of a schema that is held against its metaschema.
    pub(crate) drafts: Option<HashMap<String, Draft>>,
    /// That metaschema.
    pub(crate) meta: Option<usize>,
}

pub(crate) fn check(schema: &Schema, root: usize, value: &Json, around: &Surroundings<'_>) -> Outcome {
    let mut walk = Walk {
        nodes: &schema.nodes,
        path: Vec::new(),
        around,
        steps: MOST_STEPS,
        violations: MOST_VIOLATIONS,
        base: stack_address(),
        stopped: None,
    };
    let violation = walk.run(root, value, around.meta);
    if let Some(why) = walk.stopped {
        return Outcome::TooMuch(why);
    }
    violation.map_or(Outcome::Valid, Outcome::Invalid)
}

/// Where the stack is now.
#[inline(never)]
fn stack_address() -> usize {
    let here = 0_u8;
    std::ptr::from_ref(&here).addr()
}

/// The state of a check.
pub(crate) struct Walk<'s> {
    pub(crate) nodes: &'s [Node],
    /// Where the value is.
    pub(crate) path: Vec<Arc<str>>,
    around: &'s Surroundings<'s>,
    steps: u64,
    violations: u64,
    base: usize,
    stopped: Option<TooMuch>,
}

/// The schemas that are being applied, from the inside out.
pub(crate) struct Scope<'a> {
    pub(crate) node: usize,
    /// The reference that leads here.
    pub(crate) keyword: &'static str,
    /// Which value it is applied to.
    pub(crate) value: u32,
    depth: u32,
    pub(crate) parent: Option<&'a Scope<'a>>,
}

/// One schema applied to one value.
pub(crate) struct Frame<'f> {
    pub(crate) value: &'f Json,
    pub(crate) node: usize,
    pub(crate) scope: Scope<'f>,
    pub(crate) unevaluated: Unevaluated,
    pub(crate) errors: Vec<Violation>,
    /// Nobody wants to know what is wrong, only whether something is.
    pub(crate) is_quiet: bool,
    /// The metaschema that a schema is held against.
    meta: Option<usize>,
    /// Whether all that was asked is known.
    pub(crate) is_sure: bool,
}

/// That a value fits; whether that is sure, and what nobody has looked at.
pub(crate) struct Fits {
    pub(crate) is_sure: bool,
    pub(crate) unevaluated: Unevaluated,
}

type Checked = Result<Fits, Box<Violation>>;

impl<'s> Walk<'s> {
    /// Holds a value against a schema, as a check of its own.
    pub(crate) fn run(&mut self, root: usize, value: &Json, meta: Option<usize>) -> Option<Violation> {
        let nodes = self.nodes;
        let node = nodes.get(root)?;
        let mut frame = Frame {
            value,
            node: root,
            scope: Scope { node: root, keyword: "", value: 0, depth: 0, parent: None },
            unevaluated: Unevaluated::of(value, node, false),
            errors: Vec::new(),
            is_quiet: false,
            meta,
            is_sure: true,
        };
        let violation = self.apply(&mut frame).err()?;
        let causes = match violation.kind {
            Kind::Group => violation.causes,
            _ => vec![*violation],
        };
        Some(Violation { schema: node.location(), path: Vec::new(), kind: Kind::Schema, causes })
    }

    /// The same within a check: what is wrong has paths that begin anew.
    pub(crate) fn run_apart(&mut self, frame: &Frame<'_>, node: usize, value: &Json) -> Option<Violation> {
        let path = std::mem::take(&mut self.path);
        let meta = frame.meta;
        let violation = if self.is_stopped(frame.scope.depth) { None } else { self.run(node, value, meta) };
        self.path = path;
        violation
    }

    /// Whether the check ends here. Counts a step.
    fn is_stopped(&mut self, depth: u32) -> bool {
        let stopped = match self.steps.checked_sub(1 + u64::from(depth) / 16) {
            None => Some(TooMuch::Steps),
            Some(left) => {
                self.steps = left;
                let is_deep = stack_address().abs_diff(self.base) > MOST_STACK;
                is_deep.then_some(TooMuch::Depth)
            }
        };
        self.stopped = self.stopped.or(stopped);
        self.stopped.is_some()
    }

    fn apply(&mut self, frame: &mut Frame<'_>) -> Checked {
        let nodes = self.nodes;
        let node = &nodes[frame.node];
        let rules = &node.rules;
        if node.is_unknown || self.is_stopped(frame.scope.depth) {
            frame.unevaluated.clear();
            return Ok(Fits { is_sure: false, unevaluated: Unevaluated::default() });
        }
        if let Some(fits) = rules.boolean {
            return if fits { Ok(frame.fits()) } else { Err(self.violation(frame, Kind::FalseSchema)) };
        }
        if let Some(violation) = self.cycle(frame) {
            return Err(violation);
        }
        if let Some(kind) = self.scalar_rules(frame, node) {
            return Err(self.violation(frame, kind));
        }
        if let Some(target) = rules.reference {
            let refused = self.reference(frame, target, "$ref");
            if node.draft < Draft::Of2019 {
                return refused.map_or_else(|| Ok(frame.fits()), |violation| Err(Box::new(violation)));
            }
            frame.errors.extend(refused);
        }
        match frame.value.kind() {
            Type::Object => self.object(frame, node),
            Type::Array => self.array(frame, node),
            Type::String => self.string(frame, node),
            Type::Number | Type::Integer => self.number(frame, node),
            Type::Null | Type::Boolean => {}
        }
        if frame.errors.is_empty() || !frame.is_quiet {
            if node.draft >= Draft::Of2019 {
                self.further_references(frame, node);
            }
            self.conditions(frame, node);
            if node.draft >= Draft::Of2019 {
                self.unevaluated(frame, node);
            }
        }
        match frame.errors.len() {
            0 => Ok(frame.fits()),
            1 => Err(Box::new(frame.errors.remove(0))),
            _ => {
                let mut group = self.violation(frame, Kind::Group);
                group.causes = std::mem::take(&mut frame.errors);
                Err(group)
            }
        }
    }

    /// `type`, `const`, `enum` and `format`: the first that is wrong ends the check of this schema.
    fn scalar_rules(&self, frame: &Frame<'_>, node: &Node) -> Option<Kind> {
        let (rules, value) = (&node.rules, frame.value);
        let got = value.kind();
        if !rules.types.is_empty() {
            let is_integer = || matches!(&value.data, crate::Data::Number(number) if number.is_integer());
            let fits = rules.types.contains(&got) || (rules.types.contains(&Type::Integer) && is_integer());
            if !fits {
                return Some(Kind::Type {
                    got: got.name(),
                    want: rules.types.iter().map(|kind| kind.name()).collect(),
                });
            }
        }
        if let Some(want) = rules.constant.as_ref().filter(|want| !value.equals(want)) {
            return Some(Kind::Const(want.clone()));
        }
        if let Some(choices) = rules.choices.as_ref().filter(|all| !all.iter().any(|one| value.equals(one))) {
            return Some(Kind::Enum(if frame.is_quiet { Vec::new() } else { choices.clone() }));
        }
        let format = rules.format.as_ref()?;
        let why = formats::wrong_with(format, value.as_text()?, self.around.patterns)?;
        Some(Kind::Format { got: value.clone(), want: format.clone(), why })
    }

    /// The same value against another schema.
    pub(crate) fn itself(
        &mut self,
        frame: &mut Frame<'_>,
        node: usize,
        keyword: &'static str,
        is_quiet: bool,
    ) -> Result<bool, Box<Violation>> {
        let caller_asks = !frame.unevaluated.is_empty();
        let checked = {
            let mut inner = self.inner(frame, frame.value, (node, keyword), caller_asks);
            inner.is_quiet |= is_quiet;
            self.apply(&mut inner)
        };
        let fits = checked?;
        match fits.is_sure {
            true => frame.unevaluated.merge(&fits.unevaluated),
            false => frame.unevaluated.clear(),
        }
        Ok(fits.is_sure)
    }

    /// The same value against another schema that must fit, too.
    pub(crate) fn also(&mut self, frame: &mut Frame<'_>, node: usize) {
        match self.itself(frame, node, "", false) {
            Ok(is_sure) => frame.is_sure &= is_sure,
            Err(violation) => frame.errors.push(*violation),
        }
    }

    /// A part of the value against a schema; whether that it fits is sure.
    pub(crate) fn part(
        &mut self,
        frame: &Frame<'_>,
        node: usize,
        value: &Json,
        name: &Arc<str>,
    ) -> Result<bool, Box<Violation>> {
        self.path.push(Arc::clone(name));
        let checked = {
            let mut inner = self.inner(frame, value, (node, ""), false);
            inner.scope.value = frame.scope.value + 1;
            self.apply(&mut inner)
        };
        self.path.pop();
        checked.map(|fits| fits.is_sure)
    }

    /// A part of the value that must fit.
    pub(crate) fn must(&mut self, frame: &mut Frame<'_>, node: usize, value: &Json, name: &Arc<str>) {
        match self.part(frame, node, value, name) {
            Ok(is_sure) => frame.is_sure &= is_sure,
            Err(violation) => frame.errors.push(*violation),
        }
    }

    fn inner<'f>(
        &self,
        frame: &'f Frame<'_>,
        value: &'f Json,
        (node, keyword): (usize, &'static str),
        caller_asks: bool,
    ) -> Frame<'f> {
        let unevaluated = Unevaluated::of(value, &self.nodes[node], caller_asks);
        let scope =
            Scope { node, keyword, value: frame.scope.value, depth: frame.scope.depth + 1, parent: Some(&frame.scope) };
        let (mut node, mut meta) = (node, frame.meta);
        if let Some(other) = self.other_metaschema(node, meta) {
            (node, meta) = (other, Some(other));
        }
        Frame { value, node, scope, unevaluated, errors: Vec::new(), is_quiet: frame.is_quiet, meta, is_sure: true }
    }

    /// The metaschema of the resource that the value is, where a schema is held against its metaschema.
    pub(crate) fn other_metaschema(&self, node: usize, meta: Option<usize>) -> Option<usize> {
        let drafts = self.around.drafts.as_ref().filter(|drafts| drafts.len() > 1)?;
        if meta != Some(node) {
            return None;
        }
        let pointer = of_path(self.path.iter().map(AsRef::as_ref));
        drafts.get(&pointer).map(|draft| metaschemas().of(*draft))
    }

    /// What is wrong here.
    pub(crate) fn violation(&mut self, frame: &Frame<'_>, kind: Kind) -> Box<Violation> {
        if frame.is_quiet {
            return Box::new(Violation {
                schema: String::new(),
                path: Vec::new(),
                kind: Kind::Quiet,
                causes: Vec::new(),
            });
        }
        match self.violations.checked_sub(1) {
            Some(left) => self.violations = left,
            None => self.stopped = Some(TooMuch::Violations),
        }
        let schema = self.nodes[frame.node].location();
        Box::new(Violation { schema, path: self.path.clone(), kind, causes: Vec::new() })
    }

    pub(crate) fn wrong(&mut self, frame: &mut Frame<'_>, kind: Kind) {
        let violation = self.violation(frame, kind);
        frame.errors.push(*violation);
    }
}

impl Frame<'_> {
    fn fits(&mut self) -> Fits {
        Fits { is_sure: self.is_sure, unevaluated: std::mem::take(&mut self.unevaluated) }
    }
}
