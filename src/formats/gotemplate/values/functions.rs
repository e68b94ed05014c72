//! The functions that were given to a set of templates, by number.

use crate::syntax::names::Names;
use crate::values::function::Function;

/// Functions, and the numbers by which trees name them.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    all: Vec<Function>,
    pub(crate) names: Names,
}

impl Functions {
    pub(crate) fn new(functions: &[Function]) -> Self {
        let all: Vec<Function> = functions.iter().take(usize::from(u16::MAX)).copied().collect();
        let names = Names::new(all.iter().map(|function| function.name));
        Self { all, names }
    }

    /// The function of a number that [`Names::number`] returned.
    pub(crate) fn get(&self, number: u16) -> &Function {
        &self.all[usize::from(number)]
    }
}
