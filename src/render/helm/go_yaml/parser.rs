//! Tokens → nodes (go-yaml: `parserc.go`, and the parser in `decode.go`).

use std::collections::HashMap;
use std::rc::Rc;

use super::Wrong;
use super::scanner::Scanner;
use super::token::Kind;

/// What is nested deeper is not looked at.
const DEEPEST: usize = 150;

/// A value.
#[derive(Debug)]
pub(super) enum Node {
    Scalar {
        text: String,
        tag: String,
        is_plain: bool,
    },
    Sequence(Vec<Rc<Node>>),
    Mapping(Vec<(Rc<Node>, Rc<Node>)>),
    /// To another one, that was there before; the anchor around it has no node yet.
    Alias {
        name: String,
        to: Option<Rc<Node>>,
    },
}

struct Parser {
    scanner: Scanner,
    /// Handles of tags that are declared.
    handles: Vec<String>,
    /// `None` while the node is read.
    anchors: HashMap<String, Option<Rc<Node>>>,
    depth: usize,
}

/// The first document, and the number of characters before what follows it.
pub(super) fn first_document(text: &str) -> Result<(Option<Rc<Node>>, usize), Wrong> {
    let mut parser = Parser { scanner: Scanner::new(text), handles: Vec::new(), anchors: HashMap::new(), depth: 0 };
    parser.kind()?;
    parser.skip();
    let node = match parser.kind()? {
        Kind::StreamEnd => return Ok((None, usize::MAX)),
        Kind::Version(..) | Kind::TagDirective { .. } | Kind::DocumentStart => {
            parser.directives()?;
            if parser.kind()? != Kind::DocumentStart {
                return parser.wrong("did not find expected <document start>");
            }
            parser.skip();
            match parser.kind()? {
                Kind::Version(..)
                | Kind::TagDirective { .. }
                | Kind::DocumentStart
                | Kind::DocumentEnd
                | Kind::StreamEnd => empty(),
                _ => parser.node(true, false)?,
            }
        }
        _ => {
            parser.directives()?;
            parser.node(true, false)?
        }
    };
    let next = parser.scanner.peek()?;
    Ok((Some(node), next.mark.index))
}

fn empty() -> Rc<Node> {
    Rc::new(Node::Scalar { text: String::new(), tag: String::new(), is_plain: true })
}

impl Parser {
    /// What is next.
    fn kind(&mut self) -> Result<Kind, Wrong> {
        Ok(self.scanner.peek()?.kind.clone())
    }

    fn skip(&mut self) {
        self.scanner.take();
    }

    fn wrong<T>(&mut self, message: &str) -> Result<T, Wrong> {
        let line = self.scanner.peek()?.mark.line;
        Err(Wrong::parser(message, line))
    }

    fn directives(&mut self) -> Result<(), Wrong> {
        let mut has_version = false;
        loop {
            match self.kind()? {
                Kind::Version(..) if has_version => return self.wrong("found duplicate %YAML directive"),
                Kind::Version(1, 1) => has_version = true,
                Kind::Version(..) => return self.wrong("found incompatible YAML document"),
                Kind::TagDirective { handle } if self.handles.contains(&handle) => {
                    return self.wrong("found duplicate %TAG directive");
                }
                Kind::TagDirective { handle } => self.handles.push(handle),
                _ => break,
            }
            self.skip();
        }
        self.handles.extend(["!", "!!"].map(str::to_owned));
        Ok(())
    }

    fn node(&mut self, is_block: bool, may_be_indentless: bool) -> Result<Rc<Node>, Wrong> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(Wrong::Unknown);
        }
        let node = self.node_within(is_block, may_be_indentless);
        self.depth -= 1;
        node
    }

    fn node_within(&mut self, is_block: bool, may_be_indentless: bool) -> Result<Rc<Node>, Wrong> {
        if let Kind::Alias(name) = self.kind()? {
            let Some(to) = self.anchors.get(&name).cloned() else {
                return Err(Wrong::Nowhere(format!("unknown anchor '{name}' referenced")));
            };
            self.skip();
            return Ok(Rc::new(Node::Alias { name, to }));
        }
        let (anchor, tag) = self.properties()?;
        if let Some(anchor) = &anchor {
            self.anchors.insert(anchor.clone(), None);
        }
        let has_properties = anchor.is_some() || !tag.is_empty();
        let node = match self.kind()? {
            Kind::BlockEntry if may_be_indentless => self.indentless_sequence()?,
            Kind::Scalar { text, is_plain } => {
                self.skip();
                let is_plain = (tag.is_empty() && is_plain) || tag == "!";
                Node::Scalar { text, tag, is_plain }
            }
            Kind::FlowSequenceStart => self.flow_sequence()?,
            Kind::FlowMappingStart => self.flow_mapping()?,
            Kind::BlockSequenceStart if is_block => self.block_sequence()?,
            Kind::BlockMappingStart if is_block => self.block_mapping()?,
            _ if has_properties => {
                let is_plain = tag.is_empty();
                Node::Scalar { text: String::new(), tag, is_plain }
            }
            _ => return self.wrong("did not find expected node content"),
        };
        let node = Rc::new(node);
        if let Some(anchor) = anchor {
            self.anchors.insert(anchor, Some(Rc::clone(&node)));
        }
        Ok(node)
    }

    /// An anchor and a tag, in any order.
    fn properties(&mut self) -> Result<(Option<String>, String), Wrong> {
        let (mut anchor, mut tag) = (None, None);
        loop {
            match self.kind()? {
                Kind::Anchor(name) if anchor.is_none() => anchor = Some(name),
                Kind::Tag { handle, suffix } if tag.is_none() => {
                    tag = Some((handle, suffix, self.scanner.peek()?.mark.line));
                }
                _ => break,
            }
            self.skip();
        }
        let tag = match tag {
            None => String::new(),
            Some((handle, suffix, _)) if handle.is_empty() => suffix,
            Some((handle, _, line)) if !self.handles.contains(&handle) => {
                return Err(Wrong::parser("found undefined tag handle", line));
            }
            Some((handle, suffix, _)) => format!("{handle}{suffix}"),
        };
        Ok((anchor, tag))
    }

    fn indentless_sequence(&mut self) -> Result<Node, Wrong> {
        let mut items = Vec::new();
        while self.kind()? == Kind::BlockEntry {
            self.skip();
            items.push(match self.kind()? {
                Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => empty(),
                _ => self.node(true, false)?,
            });
        }
        Ok(Node::Sequence(items))
    }

    fn block_sequence(&mut self) -> Result<Node, Wrong> {
        self.skip();
        let mut items = Vec::new();
        while self.has_entry(&Kind::BlockEntry, "did not find expected '-' indicator")? {
            items.push(match self.kind()? {
                Kind::BlockEntry | Kind::BlockEnd => empty(),
                _ => self.node(true, false)?,
            });
        }
        Ok(Node::Sequence(items))
    }

    fn block_mapping(&mut self) -> Result<Node, Wrong> {
        self.skip();
        let mut pairs = Vec::new();
        while self.has_entry(&Kind::Key, "did not find expected key")? {
            let key = self.in_mapping()?;
            let value = if self.kind()? == Kind::Value {
                self.skip();
                self.in_mapping()?
            } else {
                empty()
            };
            pairs.push((key, value));
        }
        Ok(Node::Mapping(pairs))
    }

    /// Whether a block goes on with this token, which is taken; so is the end of the block.
    fn has_entry(&mut self, first: &Kind, message: &str) -> Result<bool, Wrong> {
        let kind = self.kind()?;
        if kind != *first && kind != Kind::BlockEnd {
            return self.wrong(message);
        }
        self.skip();
        Ok(kind == *first)
    }

    /// A key or a value of a block.
    fn in_mapping(&mut self) -> Result<Rc<Node>, Wrong> {
        match self.kind()? {
            Kind::Key | Kind::Value | Kind::BlockEnd => Ok(empty()),
            _ => self.node(true, true),
        }
    }

    fn flow_sequence(&mut self) -> Result<Node, Wrong> {
        self.skip();
        let mut items = Vec::new();
        while self.has_another(&Kind::FlowSequenceEnd, items.is_empty(), "did not find expected ',' or ']'")? {
            if self.kind()? == Kind::Key {
                self.skip();
                let key = match self.kind()? {
                    Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                        // go-yaml skips it.
                        self.skip();
                        empty()
                    }
                    _ => self.node(false, false)?,
                };
                let value = self.flow_value(&Kind::FlowSequenceEnd)?;
                items.push(Rc::new(Node::Mapping(vec![(key, value)])));
            } else {
                items.push(self.node(false, false)?);
            }
        }
        Ok(Node::Sequence(items))
    }

    fn flow_mapping(&mut self) -> Result<Node, Wrong> {
        self.skip();
        let mut pairs = Vec::new();
        while self.has_another(&Kind::FlowMappingEnd, pairs.is_empty(), "did not find expected ',' or '}'")? {
            if self.kind()? == Kind::Key {
                self.skip();
                let key = match self.kind()? {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => empty(),
                    _ => self.node(false, false)?,
                };
                let value = self.flow_value(&Kind::FlowMappingEnd)?;
                pairs.push((key, value));
            } else {
                let key = self.node(false, false)?;
                self.kind()?;
                pairs.push((key, empty()));
            }
        }
        Ok(Node::Mapping(pairs))
    }

    /// Whether there is another item before the bracket that ends them, which is taken.
    fn has_another(&mut self, end: &Kind, is_first: bool, message: &str) -> Result<bool, Wrong> {
        let mut kind = self.kind()?;
        if kind != *end && !is_first {
            if kind != Kind::FlowEntry {
                return self.wrong(message);
            }
            self.skip();
            kind = self.kind()?;
        }
        if kind == *end {
            self.skip();
        }
        Ok(kind != *end)
    }

    fn flow_value(&mut self, end: &Kind) -> Result<Rc<Node>, Wrong> {
        if self.kind()? == Kind::Value {
            self.skip();
            let kind = self.kind()?;
            if kind != Kind::FlowEntry && kind != *end {
                return self.node(false, false);
            }
        }
        Ok(empty())
    }
}
