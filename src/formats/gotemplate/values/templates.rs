//! Parsed templates, shared by many renders.

use std::sync::Arc;

use crate::syntax::error::ParseError;
use crate::syntax::node::Tree;
use crate::syntax::parse::{Setting, parse};
use crate::texts::quick::QuickMap;
use crate::texts::text::Text;
use crate::values::context::Reads;
use crate::values::function::Function;
use crate::values::functions::Functions;

/// What a field of a map is whose key is missing (Go's option `missingkey`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingKey {
    /// No value, which has fields without value itself.
    Invalid,
    /// The zero value of the map's type, as Helm sets it: a nil that has no fields.
    #[default]
    Zero,
    /// An error.
    Error,
}

/// A set of parsed templates that call each other by name.
#[derive(Clone, Debug)]
pub struct Templates {
    pub(crate) name: String,
    pub(crate) functions: Arc<Functions>,
    /// Methods by the type of the map. Few types have any.
    methods: Vec<(&'static str, &'static [Function])>,
    delimiters: (String, String),
    pub(crate) missing_key: MissingKey,
    pub(crate) trees: QuickMap<Arc<str>, Arc<Tree>>,
}

/// What a render made.
#[derive(Debug)]
pub struct Rendered {
    /// The output, with what made its bytes.
    pub text: Text,
    /// Which values it looked at.
    pub reads: Reads,
}

impl Templates {
    /// An empty set, whose templates can call these functions and Go's own.
    #[must_use]
    pub fn new(functions: &[Function]) -> Self {
        let functions = Arc::new(Functions::new(functions));
        let delimiters = ("{{".to_owned(), "}}".to_owned());
        let missing_key = MissingKey::Zero;
        Self {
            name: String::new(),
            functions,
            methods: Vec::new(),
            delimiters,
            missing_key,
            trees: QuickMap::default(),
        }
    }

    /// The same set with other delimiters for what is parsed from now on. An empty one is Go's own.
    #[must_use]
    pub fn with_delimiters(mut self, left: &str, right: &str) -> Self {
        let or = |given: &str, default: &str| if given.is_empty() { default.to_owned() } else { given.to_owned() };
        self.delimiters = (or(left, "{{"), or(right, "}}"));
        self
    }

    /// The same set, for which missing keys are something else than Helm's zero values.
    #[must_use]
    pub fn with_missing_key(mut self, missing_key: MissingKey) -> Self {
        self.missing_key = missing_key;
        self
    }

    /// The same set, in which maps of a named type have these methods. Their first argument is the map itself.
    #[must_use]
    pub fn with_methods(mut self, type_name: &'static str, methods: &'static [Function]) -> Self {
        self.methods.retain(|known| known.0 != type_name);
        self.methods.push((type_name, methods));
        self
    }

    pub(crate) fn method(&self, type_name: &str, name: &str) -> Option<&'static Function> {
        let methods = self.methods.iter().find(|known| std::ptr::eq(known.0, type_name) || known.0 == type_name)?.1;
        methods.iter().find(|method| method.name == name)
    }

    /// The same set under the name that messages about missing templates have: Helm's is `gotpl`.
    #[must_use]
    pub fn with_name(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// Adds a text, and the templates that it defines. A later definition replaces an earlier one, unless it is blank.
    ///
    /// # Errors
    /// The text is not a template.
    pub fn parse(&mut self, name: &str, source: u32, text: &str) -> Result<(), ParseError> {
        for tree in self.read(name, source, text)? {
            if !tree.is_blank() || !self.trees.contains_key(&tree.name) {
                self.trees.insert(tree.name.clone(), Arc::new(tree));
            }
        }
        Ok(())
    }

    pub(crate) fn left_delimiter(&self) -> &str {
        &self.delimiters.0
    }

    pub(crate) fn read(&self, name: &str, source: u32, text: &str) -> Result<Vec<Tree>, ParseError> {
        let (left, right) = (self.delimiters.0.as_str(), self.delimiters.1.as_str());
        parse(&Setting { functions: &self.functions.names, left, right }, name, source, text)
    }
}
