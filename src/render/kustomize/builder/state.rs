//! What a build has at hand: what all builds of a tree share, and what one of them knows on its way.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use seatrial_model::{Finding, Node};
use seatrial_tree::Tree;
use seatrial_yaml::ParsedFiles;

use crate::build_metadata::trail::Trail;
use crate::load::cache::{Cache, Directory};
use crate::load::files::Files;
use crate::load::options::Options;

/// Builds of one tree, which share what they have in common: each file is parsed once, each directory that several include is built once.
/// May be used by many threads; the result does not depend on them.
#[derive(Debug)]
pub struct Builder {
    pub(crate) tree: Tree,
    pub(crate) options: Options,
    pub(crate) cache: Cache,
}

impl Builder {
    /// Builds of this tree, all with these options; what others have parsed of it is not parsed again.
    #[must_use]
    pub fn new(tree: &Tree, options: Options, files: &Arc<ParsedFiles>) -> Builder {
        Builder { tree: tree.clone(), options, cache: Cache::new(files) }
    }
}

/// A build on its way.
pub(crate) struct Build<'a> {
    pub(crate) files: Files<'a>,
    pub(crate) findings: Vec<Finding>,
    /// Finished bases by directory, and by what else their result depends on; also those that are not shared with other builds.
    pub(crate) built: HashMap<Way, Arc<Directory>>,
    /// The directories that are being built, outermost first.
    pub(crate) stack: Vec<String>,
    /// Of the innermost that is not a component.
    pub(crate) frame: Frame,
    /// The way to the directory that is being built, where the root's `buildMetadata` asks for anything.
    pub(crate) trail: Option<Trail>,
    /// The `namespace` of the kustomization that is read, or of the next one around it that has any: charts are installed there.
    pub(crate) namespace: Option<Node>,
}

impl<'a> Build<'a> {
    /// One that has read nothing yet; the directories around it are in `stack`.
    pub(crate) fn begin(builder: &'a Builder, stack: Vec<String>) -> Build<'a> {
        Build {
            files: Files::new(&builder.tree, &builder.options, &builder.cache),
            findings: Vec::new(),
            built: HashMap::new(),
            stack,
            frame: Frame::default(),
            trail: None,
            namespace: None,
        }
    }
}

/// What is noted of a directory while it is built.
#[derive(Debug)]
pub(crate) struct Frame {
    /// Its place in the stack.
    pub(crate) place: usize,
    pub(crate) includes: HashSet<Arc<str>>,
    pub(crate) height: usize,
    /// The outermost place in the stack that the result depends on.
    pub(crate) depends_on: usize,
    /// Whether kustomize would have read its own schemas before.
    pub(crate) built_in_schemas_used: bool,
    /// Whether a chart takes the namespace of whoever includes it.
    pub(crate) asks_for_namespace: bool,
}

/// A directory, the way to it where objects note that, and the namespace that charts in it take from who includes it.
pub(crate) type Way = (String, Option<String>, Option<String>);

impl Default for Frame {
    fn default() -> Frame {
        Frame {
            place: 0,
            includes: HashSet::new(),
            height: 1,
            depends_on: usize::MAX,
            built_in_schemas_used: false,
            asks_for_namespace: false,
        }
    }
}
