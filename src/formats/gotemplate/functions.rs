//! The functions that were given to a set of templates, by number and by name.

use crate::Function;
use crate::quick::QuickMap;

/// Functions. Of two with the same name, the later one is found.
#[derive(Debug, Default)]
pub(crate) struct Functions {
    all: Vec<Function>,
    numbers: QuickMap<&'static str, u16>,
}

impl Functions {
    pub(crate) fn new(functions: &[Function]) -> Self {
        let all: Vec<Function> = functions.iter().take(usize::from(u16::MAX)).copied().collect();
        let numbers = all.iter().zip(0..).map(|(function, number)| (function.name, number)).collect();
        Self { all, numbers }
    }

    pub(crate) fn number(&self, name: &str) -> Option<u16> {
        self.numbers.get(name).copied()
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.numbers.contains_key(name)
    }

    /// The function of a number that [`Self::number`] returned.
    pub(crate) fn get(&self, number: u16) -> &Function {
        &self.all[usize::from(number)]
    }
}
