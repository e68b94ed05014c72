//! What nests: `if`, `with`, `range`, `block`, and what calls or leaves them.

use std::sync::Arc;

use crate::node::{Arm, Branch, Call, Node, Range};
use crate::parse::{End, Parsed, Parser, Scope, pos};
use crate::token::{Kind, Token};

impl<'s> Parser<'s> {
    pub(crate) fn jump(&mut self, kind: Kind) -> Parsed<Node> {
        let (word, node) = match kind {
            Kind::Break => ("{{break}}", Node::Break),
            _ => ("{{continue}}", Node::Continue),
        };
        self.expect(Kind::RightDelim, word)?;
        if self.scope.ranges == 0 {
            return self.error(&format!("{word} outside {{{{range}}}}"));
        }
        Ok(node)
    }

    /// `if` or `with`. An `else if` is one more arm, so that long chains are not deep.
    pub(crate) fn branch(&mut self, start: usize, is_with: bool) -> Parsed<Node> {
        let visible = self.scope.variables.len();
        let (context, again) = if is_with { ("with", Kind::With) } else { ("if", Kind::If) };
        let mut branch = Branch { is_with, arms: Vec::new(), otherwise: None };
        let mut start = start;
        loop {
            let pipe = self.pipeline(context, Kind::RightDelim)?;
            let extent = self.extent(start);
            let (body, end) = self.list()?;
            branch.arms.push(Arm { extent, pipe, body });
            if end == End::End {
                break;
            }
            if self.peek().kind == again {
                start = self.next().start;
                continue;
            }
            let (otherwise, end) = self.list()?;
            if end != End::End {
                return self.error(&format!("expected end; found {}", end.shown()));
            }
            branch.otherwise = Some(otherwise);
            break;
        }
        self.scope.variables.truncate(visible);
        Ok(Node::Branch(Box::new(branch)))
    }

    pub(crate) fn range(&mut self, start: usize) -> Parsed<Node> {
        let visible = self.scope.variables.len();
        let pipe = self.pipeline("range", Kind::RightDelim)?;
        let extent = self.extent(start);
        self.scope.ranges += 1;
        let (body, end) = self.list()?;
        self.scope.ranges -= 1;
        let mut otherwise = None;
        if end == End::Else {
            let (block, end) = self.list()?;
            if end != End::End {
                return self.error(&format!("expected end; found {}", end.shown()));
            }
            otherwise = Some(block);
        }
        self.scope.variables.truncate(visible);
        Ok(Node::Range(Box::new(Range { extent, pipe, body, otherwise })))
    }

    /// `{{block "name" pipeline}}`: a definition, and a call of it.
    pub(crate) fn block(&mut self, start: usize) -> Parsed<Node> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let pipe = Some(self.pipeline(context, Kind::RightDelim)?);
        let extent = self.extent(start);
        let line = self.tokens[0].line;
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let (root, end) = self.deeper(Self::list)?;
        if end != End::End {
            return self.error_at(line, &format!("unexpected {} in {context}", end.shown()));
        }
        self.add(name.clone(), root)?;
        self.scope = outer;
        Ok(Node::Template(Box::new(Call { pos: pos(token.start), extent, name, pipe })))
    }

    pub(crate) fn template(&mut self, start: usize) -> Parsed<Node> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(context, Kind::RightDelim)?);
        }
        Ok(Node::Template(Box::new(Call { pos: pos(token.start), extent: self.extent(start), name, pipe })))
    }

    pub(crate) fn template_name(&mut self, token: &Token<'s>, context: &str) -> Parsed<Arc<str>> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return self.unexpected(token, context);
        }
        let Some(name) = seatrial_golang::quote::unquote(&token.value) else { return self.error("invalid syntax") };
        Ok(String::from_utf8_lossy(&name).into())
    }
}
