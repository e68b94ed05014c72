//! Trees → output: what the actions of a template do. Pipelines are in `eval`.

use seatrial_golang::quote::quote;

use crate::print::format;
use crate::syntax::node::{Arena, Block, Branch, Call, Command, Extent, Node, Operand, Pipe, Range, Source, Tree};
use crate::texts::marks::Marks;
use crate::texts::text::{Place, Text};
use crate::values::context::Context;
use crate::values::error::{ExecError, Failure, Frame};
use crate::values::held::{Held, as_slice, element};
use crate::values::map::MapKind;
use crate::values::object::{Object, ObjectKind};
use crate::values::value::{Data, IntKind, Value};

pub(crate) type Exec<T> = Result<T, Box<ExecError>>;

/// How a block ended.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flow {
    Normal,
    Break,
    Continue,
}

/// What is being executed, for messages.
#[derive(Clone, Copy)]
pub(crate) enum At<'t> {
    Nowhere,
    Action(&'t Pipe),
    Pipe(&'t Pipe),
    Operand(&'t Operand),
    Command(&'t Command),
    Call(&'t Call),
}

impl At<'_> {
    fn pos(self) -> u32 {
        match self {
            Self::Nowhere => 0,
            Self::Action(pipe) | Self::Pipe(pipe) => pipe.pos,
            Self::Operand(operand) => operand.pos,
            Self::Command(command) => command.pos,
            Self::Call(call) => call.pos,
        }
    }

    fn shown(self, source: &Source) -> String {
        match self {
            Self::Nowhere => String::new(),
            Self::Action(pipe) => format!("{{{{{}}}}}", source.show(pipe)),
            Self::Pipe(pipe) => source.show(pipe).to_string(),
            Self::Operand(operand) => source.show(operand).to_string(),
            Self::Command(command) => source.show(command).to_string(),
            Self::Call(call) => source.show(call).to_string(),
        }
    }
}

/// An error of which no value is known is about the key that was missing, or about what was tested before.
fn blamed(cx: &Context<'_>, mut error: Box<ExecError>) -> Box<ExecError> {
    if error.is_limit || error.is_of_template {
        return error;
    }
    let missing = cx.missing.as_ref().filter(|missing| !missing.marks.is_empty());
    if error.marks.is_empty() {
        error.marks = missing.map_or_else(|| cx.condition.clone(), |missing| missing.marks.clone());
    }
    if error.missing.is_none() && error.chain.len() == 1 {
        error.missing = missing.filter(|missing| missing.marks == error.marks).cloned();
    }
    error
}

/// The execution of one template.
pub(crate) struct State<'t> {
    pub(crate) tree: &'t Tree,
    pub(crate) variables: Vec<(&'t str, Held)>,
    pub(crate) at: At<'t>,
    /// The action that is being executed; in a text given to `tpl`, the action that gave it.
    place: Option<Place>,
    /// Where the text is from that the template stands in, if it is a value.
    text_marks: Marks,
}

impl<'t> State<'t> {
    pub(crate) fn new(tree: &'t Tree, dot: Held) -> Self {
        Self { tree, variables: vec![("$", dot)], at: At::Nowhere, place: None, text_marks: Marks::NONE }
    }

    pub(crate) fn arena(&self) -> &'t Arena {
        &self.tree.source.arena
    }

    /// The part of the template's text that an extent names.
    pub(crate) fn word(&self, extent: Extent) -> &'t str {
        self.tree.source.word(extent)
    }

    /// An error here, with these values.
    pub(crate) fn error(&self, reason: impl Into<String>, marks: &Marks) -> Box<ExecError> {
        self.failure(Failure { marks: marks.clone(), ..Failure::from(reason.into()) })
    }

    /// What the template does wrong, whatever the values are.
    pub(crate) fn fault<T>(&self, reason: impl Into<String>) -> Exec<T> {
        Err(self.failure(Failure::of_template(reason)))
    }

    pub(crate) fn fail<T>(&self, reason: impl Into<String>, marks: &Marks) -> Exec<T> {
        Err(self.error(reason, marks))
    }

    /// An error here, that may have begun in a template which a function executed.
    pub(crate) fn failure(&self, failure: Failure) -> Box<ExecError> {
        let (source, name) = (&self.tree.source, &self.tree.name);
        let (location, shown) = (source.location(self.at.pos()), self.at.shown(source));
        let message = format!("template: {location}: executing {} at <{shown}>: {}", quote(name), failure.message);
        let frame = Frame { template: name.as_ref().into(), place: self.place };
        let Some(mut cause) = failure.cause else {
            let offset = match self.place {
                Some(place) if place.source != source.number => place.start,
                _ => self.at.pos(),
            };
            return Box::new(ExecError {
                message,
                reason: failure.message,
                place: self.place,
                offset,
                marks: failure.marks.union(&self.text_marks),
                chain: vec![frame],
                is_limit: failure.is_limit,
                is_of_template: failure.is_of_template,
                missing: None,
            });
        };
        cause.message = message;
        cause.chain.insert(0, frame);
        cause
    }

    fn enter(&mut self, cx: &mut Context<'_>, extent: Extent) {
        (self.place, self.text_marks) = cx.resolved(self.tree.source.place(extent, false));
        cx.place = self.place;
        cx.missing = None;
    }

    pub(crate) fn step(&self, cx: &mut Context<'_>) -> Exec<()> {
        cx.step().map_err(|failure| self.failure(failure))
    }

    pub(crate) fn walk(&mut self, cx: &mut Context<'_>, dot: &Held, block: Block) -> Exec<Flow> {
        for node in &self.arena().nodes[block] {
            self.step(cx)?;
            match self.node(cx, dot, node) {
                Ok(Flow::Normal) => {}
                Ok(flow) => return Ok(flow),
                Err(error) => return Err(blamed(cx, error)),
            }
        }
        Ok(Flow::Normal)
    }

    fn node(&mut self, cx: &mut Context<'_>, dot: &Held, node: &'t Node) -> Exec<Flow> {
        match node {
            Node::Text(extent) => self.literal(cx, *extent)?,
            Node::Action { extent, pipe } => {
                self.enter(cx, *extent);
                let value = self.pipeline(cx, dot, pipe)?;
                if pipe.declared.is_empty() {
                    self.at = At::Action(pipe);
                    self.print(cx, &value)?;
                }
            }
            Node::Branch(branch) => return self.branch(cx, dot, &self.arena().branches[*branch]),
            Node::Range(range) => self.range(cx, dot, &self.arena().ranges[*range])?,
            Node::Template(call) => self.template(cx, dot, &self.arena().calls[*call])?,
            Node::Break => return Ok(Flow::Break),
            Node::Continue => return Ok(Flow::Continue),
        }
        Ok(Flow::Normal)
    }

    fn literal(&mut self, cx: &mut Context<'_>, extent: Extent) -> Exec<()> {
        let text = self.word(extent);
        cx.spend_bytes(text.len() as u64).map_err(|failure| self.failure(failure))?;
        let (place, marks) = cx.resolved(self.tree.source.place(extent, true));
        cx.out.push_placed(text, place, &marks);
        Ok(())
    }

    fn print(&mut self, cx: &mut Context<'_>, value: &Held) -> Exec<()> {
        let value = &value.value;
        cx.reads.used.add(&value.marks);
        let (place, marks) = (self.place, value.marks.union(&self.text_marks));
        let printed;
        let text = match &value.data {
            Data::Text(text) => text,
            Data::Nil => {
                cx.out.push_placed("<no value>", place, &marks);
                return Ok(());
            }
            Data::Function(_) => {
                let message = format!("can't print {} of type {}", self.at.shown(&self.tree.source), value.type_name());
                return self.fail(message, &value.marks);
            }
            // Pointers are looked through.
            Data::Object(object) if object.kind() == ObjectKind::Pointer => {
                printed = Text::new(Object::printed(&**object));
                &printed
            }
            _ => {
                printed = format::print_within(value, cx.budget.bytes).map_err(|failure| self.failure(failure))?;
                &printed
            }
        };
        cx.spend_bytes(text.len() as u64).map_err(|failure| self.failure(failure))?;
        cx.out.push_at(text, place, &marks);
        Ok(())
    }

    fn branch(&mut self, cx: &mut Context<'_>, dot: &Held, branch: &'t Branch) -> Exec<Flow> {
        let (visible, outer) = (self.variables.len(), cx.condition.clone());
        let mut chosen = branch.otherwise;
        let mut with = None;
        for arm in &self.arena().arms[branch.arms] {
            self.enter(cx, arm.extent);
            let value = self.pipeline(cx, dot, &arm.pipe)?;
            cx.reads.passed.add(&value.value.marks);
            cx.depends_on(&value.value.marks);
            if value.value.is_true() {
                chosen = Some(arm.body);
                with = branch.is_with.then_some(value);
                break;
            }
        }
        let mut flow = Flow::Normal;
        if let Some(block) = chosen {
            flow = self.walk(cx, with.as_ref().unwrap_or(dot), block)?;
        }
        cx.condition = outer;
        self.variables.truncate(visible);
        Ok(flow)
    }

    fn range(&mut self, cx: &mut Context<'_>, dot: &Held, range: &'t Range) -> Exec<()> {
        let (visible, outer) = (self.variables.len(), cx.condition.clone());
        self.enter(cx, range.extent);
        let value = self.pipeline(cx, dot, &range.pipe)?.value;
        cx.reads.used.add(&value.marks);
        cx.depends_on(&value.marks);
        let ran = self.iterate(cx, range, &value)?;
        if let (false, Some(otherwise)) = (ran, range.otherwise) {
            self.walk(cx, dot, otherwise)?;
        }
        cx.condition = outer;
        self.variables.truncate(visible);
        Ok(())
    }

    /// Whether there was anything to iterate over.
    fn iterate(&mut self, cx: &mut Context<'_>, range: &'t Range, value: &Value) -> Exec<bool> {
        let index = |i: usize| Held::from(Value::int(i64::try_from(i).unwrap_or(i64::MAX)));
        if let Some(list) = as_slice(value) {
            for (i, item) in list.items().iter().enumerate() {
                if !self.once(cx, range, index(i), &element(item.clone(), list.element()))? {
                    break;
                }
            }
            return Ok(!list.items().is_empty());
        }
        match &value.data {
            Data::Nil => Ok(false),
            Data::Map(map) => {
                // The body may change the map.
                let entries = map.snapshot();
                let is_boxed = map.kind() != MapKind::Texts;
                let ran = !entries.is_empty();
                for (key, value) in entries {
                    let key = Value::text(key).with_marks(value.marks.clone());
                    if !self.once(cx, range, key.into(), &Held { value, is_boxed })? {
                        break;
                    }
                }
                Ok(ran)
            }
            Data::Object(object) if object.kind() == ObjectKind::Map => {
                let entries = object.items();
                let ran = !entries.is_empty();
                for (key, value) in entries {
                    if !self.once(cx, range, key.into(), &value.into())? {
                        break;
                    }
                }
                Ok(ran)
            }
            Data::Int { kind, value: count } => self.count(cx, range, value, *kind, *count),
            _ => {
                let shown = match &value.data {
                    Data::Object(object) => Object::printed(&**object),
                    _ => format::print(value),
                };
                self.fail(format!("range can't iterate over {shown}"), &value.marks)
            }
        }
    }

    fn count(
        &mut self,
        cx: &mut Context<'_>,
        range: &'t Range,
        value: &Value,
        kind: IntKind,
        count: i64,
    ) -> Exec<bool> {
        if range.pipe.declared.len() > 1 {
            let shown = format::print(value);
            return self.fail(format!("can't use {shown} to iterate over more than one variable"), &value.marks);
        }
        let mut next: i64 = 0;
        let is_more =
            |next: i64| if kind.is_signed() { next < count } else { next.cast_unsigned() < count.cast_unsigned() };
        while is_more(next) {
            let item = Value::int_of(kind, next).with_marks(value.marks.clone());
            if !self.once(cx, range, Held::nothing(), &item.into())? {
                break;
            }
            next = next.wrapping_add(1);
        }
        Ok(is_more(0))
    }

    /// The body, for one element: whether to go on.
    fn once(&mut self, cx: &mut Context<'_>, range: &'t Range, index: Held, item: &Held) -> Exec<bool> {
        self.step(cx)?;
        let declared = &self.arena().declared[range.pipe.declared];
        if range.pipe.is_assign {
            match declared {
                [one] => self.assign(self.word(*one), item.clone())?,
                [first, second] => {
                    self.assign(self.word(*first), index)?;
                    self.assign(self.word(*second), item.clone())?;
                }
                _ => {}
            }
        } else {
            let top = self.variables.len();
            if !declared.is_empty() {
                self.variables[top - 1].1 = item.clone();
            }
            if declared.len() > 1 {
                self.variables[top - 2].1 = index;
            }
        }
        let mark = self.variables.len();
        cx.depends_on(&item.value.marks);
        let flow = self.walk(cx, item, range.body)?;
        self.variables.truncate(mark);
        Ok(flow != Flow::Break)
    }

    pub(crate) fn assign(&mut self, name: &str, value: Held) -> Exec<()> {
        let Some(variable) = self.variables.iter_mut().rev().find(|variable| variable.0 == name) else {
            return self.fault(format!("undefined variable: {name}"));
        };
        variable.1 = value;
        Ok(())
    }

    fn template(&mut self, cx: &mut Context<'_>, dot: &Held, call: &'t Call) -> Exec<()> {
        self.enter(cx, call.extent);
        self.at = At::Call(call);
        let Some(tree) = cx.lookup(&call.name) else {
            return self.fault(format!("template {} not defined", quote(&call.name)));
        };
        cx.check_depth().map_err(|failure| self.failure(failure))?;
        let data = match &call.pipe {
            Some(pipe) => self.pipeline(cx, dot, pipe)?,
            None => Held::nothing(),
        };
        cx.reads.passed.add(&data.value.marks);
        let before = cx.place;
        cx.depth += 1;
        let mut state = State::new(&tree, data.clone());
        let result = cx.deeper(|cx| state.walk(cx, &data, tree.root));
        let result = result.unwrap_or_else(|failure| Err(self.failure(failure)));
        cx.depth -= 1;
        cx.place = before;
        result.map(|_| ()).map_err(|mut error| {
            let frame = Frame { template: self.tree.name.as_ref().into(), place: self.place };
            error.chain.insert(0, frame);
            error
        })
    }
}
