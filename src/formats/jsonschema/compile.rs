//! Schemas → what values are held against.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use seatrial_golang::quote::quote;
use seatrial_golang::regexp::{Expression, in_words_of_go};

use crate::draft::Draft;
use crate::json::{Data, Json, Place};
use crate::meta::metaschemas;
use crate::pointer::encoded;
use crate::roots::{Refusal, Roots, value_at};
use crate::schema::{CompileError, Node, Rules, Schema, Unknown, UnknownKind};
use crate::validate::{Outcome, Surroundings, check};

/// The name that Helm gives to the schema of a chart.
pub(crate) const OWN: &str = "file:///values.schema.json";

/// What all patterns of a schema may weigh: one that repeats something often is heavy.
const HEAVIEST: u64 = 10_000;

/// How many schemas there may be in all.
const MOST_NODES: usize = 200_000;

impl Schema {
    /// Compiles a schema, after it was held against its metaschema.
    ///
    /// # Errors
    /// The schema cannot be used.
    pub fn new(document: Json) -> Result<Schema, CompileError> {
        let place = document.at;
        let mut compiler = Compiler::new();
        match compiler.add_own(&Arc::new(document)).and_then(|()| compiler.compile_at(OWN, "")) {
            Ok(root) => Ok(compiler.finish(root)),
            Err(Refusal::Unknown(kind, url)) => {
                compiler.unknown.push(Unknown { kind, url, at: place });
                let root = compiler.unknown_node();
                Ok(compiler.finish(root))
            }
            Err(Refusal::Wrong(message, pointer)) => {
                let at = pointer.and_then(|pointer| compiler.place_of(OWN, &pointer)).or(compiler.asked);
                Err(CompileError {
                    message,
                    at: at.unwrap_or(Place { end: place.start + 1, ..place }),
                    is_limit: compiler.is_spent,
                })
            }
        }
    }
}

/// Expressions, each compiled once.
#[derive(Debug, Default)]
pub(crate) struct Patterns {
    known: RefCell<HashMap<String, Result<Arc<Expression>, String>>>,
    weight: Cell<u64>,
    is_spent: Cell<bool>,
}

impl Patterns {
    /// The expression; Go's words for what is wrong with it. `None` where they are too many.
    pub(crate) fn get(&self, pattern: &str) -> Option<Result<Arc<Expression>, String>> {
        if let Some(known) = self.known.borrow().get(pattern) {
            return Some(known.clone());
        }
        self.weight.set(self.weight.get() + weight(pattern));
        if self.weight.get() > HEAVIEST {
            self.is_spent.set(true);
            return None;
        }
        let compiled = Expression::new(pattern).map(Arc::new);
        if compiled.as_ref().is_err_and(|error| error == "it is too large") {
            self.is_spent.set(true);
            return None;
        }
        let compiled = compiled.map_err(|error| format!("error parsing regexp: {}", in_words_of_go(&error, pattern)));
        self.known.borrow_mut().insert(pattern.to_owned(), compiled.clone());
        Some(compiled)
    }
}

/// About how long it takes to compile an expression: what it repeats, and whether that is all of Unicode.
fn weight(pattern: &str) -> u64 {
    let most = |rest: &str| {
        let counts =
            rest.split('}').next().unwrap_or_default().split(',').filter_map(|count| count.parse::<u64>().ok());
        counts.max().unwrap_or(1).max(1)
    };
    let repeated = pattern.split('{').skip(1).fold(1_u64, |all, rest| all.saturating_mul(most(rest)).min(1000));
    let plain = pattern.replace("\\.", "");
    let is_wide = ["\\p", "\\P", "[^", ".", "\\W", "\\S", "\\D", "(?"].iter().any(|class| plain.contains(class));
    let classes = pattern.matches("\\p").count() as u64;
    1 + pattern.len() as u64 / 16 + classes * 2 + if is_wide { repeated * 4 } else { repeated / 5 }
}

/// Schemas while they are compiled.
pub(crate) struct Compiler {
    pub(crate) roots: Roots,
    pub(crate) nodes: Vec<Node>,
    by_place: HashMap<(Arc<str>, String), usize>,
    pub(crate) asserts_formats: bool,
    pub(crate) unknown: Vec<Unknown>,
    pub(crate) patterns: Patterns,
    /// How many of the nodes are compiled.
    done: usize,
    /// Where what is compiled last was referred to.
    asked: Option<Place>,
    pub(crate) is_spent: bool,
}

impl Compiler {
    pub(crate) fn new() -> Compiler {
        Compiler {
            roots: Roots::default(),
            nodes: Vec::new(),
            by_place: HashMap::new(),
            asserts_formats: false,
            unknown: Vec::new(),
            patterns: Patterns::default(),
            done: 0,
            asked: None,
            is_spent: false,
        }
    }

    /// The same, for which `format` counts in all drafts.
    pub(crate) fn asserting_formats(mut self) -> Compiler {
        self.asserts_formats = true;
        self
    }

    pub(crate) fn finish(self, root: usize) -> Schema {
        let document = self.roots.get(OWN).map(|root| Arc::clone(&root.document));
        Schema { nodes: self.nodes, root, unknown: self.unknown, document }
    }

    fn add_own(&mut self, document: &Arc<Json>) -> Result<(), Refusal> {
        self.roots.add(OWN, document)?;
        self.hold_against_metaschema(OWN, "")
    }

    fn place_of(&self, url: &str, pointer: &str) -> Option<Place> {
        value_at(&self.roots.get(url)?.document, pointer).map(|value| value.at)
    }

    /// Makes sure that a document is here.
    pub(crate) fn load(&mut self, url: &str) -> Result<(), Refusal> {
        if self.roots.load(url)? {
            self.hold_against_metaschema(url, "")?;
        }
        Ok(())
    }

    /// The schema at a place, and all that it refers to.
    pub(crate) fn compile_at(&mut self, url: &str, pointer: &str) -> Result<usize, Refusal> {
        self.load(url)?;
        let root = self.enqueue(&Arc::from(url), pointer, None);
        while self.done < self.nodes.len() {
            if self.nodes.len() > MOST_NODES {
                return Err(self.spent("it has too many parts"));
            }
            let at = self.done;
            self.asked = self.nodes[at].asked;
            self.compile_node(at)?;
            self.done += 1;
        }
        Ok(root)
    }

    pub(crate) fn spent(&mut self, why: &str) -> Refusal {
        self.is_spent = true;
        Refusal::Wrong(why.to_owned(), None)
    }

    /// The number of the schema at a place; it is compiled later.
    pub(crate) fn enqueue(&mut self, url: &Arc<str>, pointer: &str, asked: Option<Place>) -> usize {
        let key = (Arc::clone(url), pointer.to_owned());
        if let Some(known) = self.by_place.get(&key) {
            return *known;
        }
        let at = self.nodes.len();
        self.nodes.push(Node {
            url: Arc::clone(url),
            pointer: pointer.to_owned(),
            is_unknown: false,
            asked,
            resource: at,
            draft: Draft::Of2020,
            rules: Rules::default(),
            dynamic_anchors: BTreeMap::new(),
            all_properties_evaluated: false,
            all_items_evaluated: false,
            items_evaluated: 0,
        });
        self.by_place.insert(key, at);
        at
    }

    /// The schema that stands for all that lie elsewhere.
    pub(crate) fn unknown_node(&mut self) -> usize {
        let at = self.enqueue(&Arc::from("unknown:"), "", None);
        self.nodes[at].is_unknown = true;
        at
    }

    fn compile_node(&mut self, at: usize) -> Result<(), Refusal> {
        if self.nodes[at].is_unknown {
            return Ok(());
        }
        let (url, pointer) = (Arc::clone(&self.nodes[at].url), self.nodes[at].pointer.clone());
        self.load(&url)?;
        if self.roots.ensure(&url, &pointer)? {
            self.hold_against_metaschema(&url, &pointer)?;
        }
        let Some(root) = self.roots.get(&url) else { return Ok(()) };
        let document = Arc::clone(&root.document);
        let Some(resource) = root.resource(&pointer) else { return Ok(()) };
        let (draft, owner) = (resource.draft, resource.pointer.clone());
        let anchors: Vec<(String, String)> = match draft >= Draft::Of2020 && owner == pointer {
            true => {
                let of = |anchor: &String| Some((anchor.clone(), resource.anchors.get(anchor)?.clone()));
                resource.dynamic_anchors.iter().filter_map(of).collect()
            }
            false => Vec::new(),
        };
        let resource = self.enqueue(&url, &owner, None);
        for (anchor, pointer) in anchors {
            let target = self.enqueue(&url, &pointer, None);
            self.nodes[at].dynamic_anchors.insert(anchor, target);
        }
        (self.nodes[at].draft, self.nodes[at].resource) = (draft, resource);
        let Some(schema) = value_at(&document, &pointer) else { return Ok(()) };
        match &schema.data {
            Data::Bool(any) => self.nodes[at].rules.boolean = Some(*any),
            Data::Map(map) if map.is_empty() => self.nodes[at].rules.boolean = Some(true),
            Data::Map(_) => self.nodes[at].rules = self.rules(schema, at)?,
            _ => {}
        }
        let node = &mut self.nodes[at];
        node.all_properties_evaluated = node.rules.additional_properties.is_some();
        match draft < Draft::Of2020 {
            true => {
                node.all_items_evaluated = node.rules.additional_items.is_some();
                match &node.rules.items {
                    Some(crate::schema::Items::All(_)) => node.all_items_evaluated = true,
                    Some(crate::schema::Items::Each(each)) => node.items_evaluated = each.len(),
                    None => {}
                }
            }
            false => {
                node.all_items_evaluated = node.rules.further_items.is_some();
                node.items_evaluated = node.rules.prefix_items.len();
            }
        }
        Ok(())
    }

    /// Holds a schema against the metaschema of its draft. The metaschemas themselves are not.
    fn hold_against_metaschema(&mut self, url: &str, pointer: &str) -> Result<(), Refusal> {
        if url.starts_with("http://json-schema.org/") || url.starts_with("https://json-schema.org/") {
            return Ok(());
        }
        let Some(root) = self.roots.get(url) else { return Ok(()) };
        let (Some(resource), Some(schema)) = (root.resource(pointer), value_at(&root.document, pointer)) else {
            return Ok(());
        };
        let all = metaschemas();
        let drafts = root.resources.values().map(|resource| (resource.pointer.clone(), resource.draft)).collect();
        let meta = all.of(resource.draft);
        let around = Surroundings { patterns: &self.patterns, drafts: Some(drafts), meta: Some(meta) };
        match check(&all.schema, meta, schema, &around) {
            Outcome::Valid if self.patterns.is_spent.get() => Err(self.spent("its patterns are too large")),
            Outcome::Valid => Ok(()),
            Outcome::TooMuch(_) => Err(self.spent("it takes too many steps to check it")),
            Outcome::Invalid(violation) => {
                let place = quote(&format!("{url}#{}", encoded(pointer)));
                let inner = violation.deepest_pointer();
                let message = format!("{place} is not valid against metaschema: {}", violation.message());
                Err(Refusal::Wrong(message, Some(format!("{pointer}{inner}"))))
            }
        }
    }

    /// Notes that a reference leads elsewhere.
    pub(crate) fn note_unknown(&mut self, kind: UnknownKind, url: String, at: Place) -> usize {
        let unknown = Unknown { kind, url, at };
        if !self.unknown.contains(&unknown) {
            self.unknown.push(unknown);
        }
        self.unknown_node()
    }
}
