//! Templates that are executed: from the outside, and by functions such as `include` and `tpl`.

use std::any::Any;
use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::print::format;
use crate::run::exec::{Exec, State};
use crate::syntax::node::Tree;
use crate::texts::builder::TextBuilder;
use crate::texts::marks::Marks;
use crate::texts::quick::QuickMap;
use crate::texts::text::Text;
use crate::values::budget::Budget;
use crate::values::context::{Context, Given};
use crate::values::error::{ExecError, Failure};
use crate::values::held::Held;
use crate::values::templates::{Rendered, Templates};
use crate::values::value::{Data, Value};

/// For how many bytes and pieces of output a template has room from the start.
const ROOM: (usize, usize) = (256, 8);

impl Templates {
    /// Executes a template. What it does is taken from the budget.
    ///
    /// # Errors
    /// The template fails, the budget is spent, or there is no such template.
    pub fn execute(
        &self,
        name: &str,
        data: Value,
        budget: &mut Budget<'_>,
        world: &mut dyn Any,
    ) -> Result<Rendered, Box<ExecError>> {
        let Some(tree) = self.trees.get(name) else {
            let reason = no_template(self, name);
            return Err(Box::new(ExecError {
                message: reason.clone(),
                reason,
                place: None,
                offset: 0,
                marks: Marks::NONE,
                chain: Vec::new(),
                is_limit: false,
                is_of_template: true,
                missing: None,
            }));
        };
        let mut context = Context::new(self, *budget, world);
        let result = context.run(tree, data);
        (budget.steps, budget.bytes) = (context.budget.steps, context.budget.bytes);
        Ok(Rendered { text: result?, reads: context.reads })
    }
}

/// That a set of templates has none of a name, in Go's words.
fn no_template(templates: &Templates, name: &str) -> String {
    format!("template: no template {} associated with template {}", quote(name), quote(&templates.name))
}

impl Context<'_> {
    /// Executes a template by its name, as `include` does.
    ///
    /// # Errors
    /// The template fails, or there is none of this name.
    pub fn execute(&mut self, name: &str, data: Value) -> Result<Text, Failure> {
        let Some(tree) = self.lookup(name) else {
            return Err(Failure::of_template(no_template(self.templates, name)));
        };
        Ok(self.run(&tree, data)?)
    }

    /// Parses and executes a string, as `tpl` does. What it defines is known to it alone. `name` is what messages call it. What it prints is
    /// from the action that calls, and from the values of which the string is made.
    ///
    /// # Errors
    /// The string is not a template, or fails.
    pub fn execute_text(&mut self, name: &str, string: &Value, data: Value) -> Result<Text, Failure> {
        let text = string.as_text().cloned().unwrap_or_default();
        self.spend(text.len() as u64 / 16)?;
        if !text.contains(self.templates.left_delimiter()) {
            // Most strings that could be templates are none.
            self.spend_bytes(text.len() as u64)?;
            let mut out = TextBuilder::new();
            out.push_at(&text, self.place, &string.marks);
            return Ok(out.finish());
        }
        let source = u32::MAX - u32::try_from(self.given.len()).unwrap_or_default();
        let mut trees = self.templates.read(name, source, &text)?;
        let own = trees.iter().position(|tree| *tree.name == *name);
        let Some(main) = own.map(|at| Arc::new(trees.swap_remove(at))) else { return Ok(Text::default()) };
        let mut layer: QuickMap<Arc<str>, Arc<Tree>> = QuickMap::default();
        for tree in trees.into_iter().map(Arc::new).chain([main.clone()]) {
            if !tree.is_blank() || self.lookup(&tree.name).is_none() {
                layer.insert(tree.name.clone(), tree);
            }
        }
        self.layers.push(layer);
        self.given.push(Given { place: self.place, text, marks: string.marks.clone() });
        let result = self.run(&main, data);
        self.given.pop();
        self.layers.pop();
        Ok(result?)
    }

    /// The output of a tree.
    pub(crate) fn run(&mut self, tree: &Tree, data: Value) -> Exec<Text> {
        let data = Held::from(data);
        let mut state = State::new(tree, data.clone());
        self.check_depth().map_err(|failure| state.failure(failure))?;
        let before = self.place;
        let outer = std::mem::replace(&mut self.out, TextBuilder::with_room(ROOM.0, ROOM.1));
        self.depth += 1;
        let result = self.deeper(|cx| state.walk(cx, &data, tree.root));
        let result = result.unwrap_or_else(|failure| Err(state.failure(failure)));
        self.depth -= 1;
        self.place = before;
        let own = std::mem::replace(&mut self.out, outer);
        result.map(|_| own.finish())
    }

    /// What `fmt.Sprint(value)` makes: `%v`.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn print(&mut self, value: &Value) -> Result<Text, Failure> {
        if let Data::Text(text) = &value.data {
            return Ok(text.clone());
        }
        let text = format::print_within(value, self.budget.bytes)?;
        self.spend_bytes(text.len() as u64)?;
        Ok(text)
    }

    /// What `fmt.Sprintf(format, arguments…)` makes. Strings that are printed as they are keep what made them.
    ///
    /// # Errors
    /// The budget is spent.
    pub fn printf(&mut self, format: &Text, arguments: &[Value]) -> Result<Text, Failure> {
        let text = format::printf_within(format, arguments, self.budget.bytes)?;
        self.spend_bytes(text.len() as u64)?;
        Ok(text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_shared_by_threads() {
        fn is_shared<T: Send + Sync>(_: &T) {}
        let mut templates = Templates::new(&[]);
        templates.parse("t", 0, "{{ . }}").expect("a template");
        is_shared(&templates);
        let render = || {
            let rendered = templates.execute("t", Value::int(1), &mut Budget::default(), &mut ());
            rendered.expect("it renders").text.as_str().to_owned()
        };
        let outputs = std::thread::scope(|scope| {
            let threads = [scope.spawn(render), scope.spawn(render)];
            threads.map(|thread| thread.join().expect("no panic"))
        });
        assert_eq!(outputs, ["1", "1"]);
    }
}
