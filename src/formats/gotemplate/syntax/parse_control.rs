//! What nests: `if`, `with`, `range`, `block`, and what calls or leaves them.

use std::sync::Arc;

use crate::syntax::node::{Arm, Branch, Call, Node, Range};
use crate::syntax::parse::{End, Parsed, Parser};
use crate::syntax::parse_term::is_plain;
use crate::syntax::token::{Kind, Token};

impl Parser<'_> {
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
    pub(crate) fn branch(&mut self, start: u32, is_with: bool) -> Parsed<Node> {
        let visible = self.scope.variables.len();
        let (context, again) = if is_with { ("with", Kind::With) } else { ("if", Kind::If) };
        let since = self.stacks.arms.len();
        let mut otherwise = None;
        let mut start = start;
        loop {
            let pipe = self.pipeline(context, Kind::RightDelim)?;
            let extent = self.extent(start);
            let (body, end) = self.list()?;
            self.stacks.arms.push(Arm { extent, pipe, body });
            if end == End::End {
                break;
            }
            if self.peek().kind == again {
                start = self.next().start;
                continue;
            }
            let (block, end) = self.list()?;
            if end != End::End {
                return self.error(&format!("expected end; found {}", end.shown()));
            }
            otherwise = Some(block);
            break;
        }
        self.scope.variables.truncate(visible);
        let arms = self.arena.arms.take(&mut self.stacks.arms, since);
        Ok(Node::Branch(self.arena.branches.push(Branch { is_with, arms, otherwise })))
    }

    pub(crate) fn range(&mut self, start: u32) -> Parsed<Node> {
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
        Ok(Node::Range(self.arena.ranges.push(Range { extent, pipe, body, otherwise })))
    }

    /// `{{block "name" pipeline}}`: a definition, and a call of it.
    pub(crate) fn block(&mut self, start: u32) -> Parsed<Node> {
        let context = "block clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        let pipe = Some(self.pipeline(context, Kind::RightDelim)?);
        let extent = self.extent(start);
        let here = self.tokens[0].start;
        let outer = std::mem::take(&mut self.scope);
        let (root, end) = self.deeper(Self::list)?;
        if end != End::End {
            return self.error_at(here, &format!("unexpected {} in {context}", end.shown()));
        }
        self.add(name.clone(), root)?;
        self.scope = outer;
        Ok(Node::Template(self.arena.calls.push(Call { pos: token.start, extent, name, pipe })))
    }

    pub(crate) fn template(&mut self, start: u32) -> Parsed<Node> {
        let context = "template clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
        let mut pipe = None;
        if self.next_non_space().kind != Kind::RightDelim {
            self.backup();
            pipe = Some(self.pipeline(context, Kind::RightDelim)?);
        }
        let extent = self.extent(start);
        Ok(Node::Template(self.arena.calls.push(Call { pos: token.start, extent, name, pipe })))
    }

    pub(crate) fn template_name(&mut self, token: Token, context: &str) -> Parsed<Arc<str>> {
        if !matches!(token.kind, Kind::String | Kind::RawString) {
            return self.unexpected(token, context);
        }
        let quoted = self.value(token);
        if is_plain(quoted) {
            return Ok(quoted[1..quoted.len() - 1].into());
        }
        let Some(name) = seatrial_golang::quote::unquote(quoted) else { return self.error("invalid syntax") };
        Ok(String::from_utf8_lossy(&name).into())
    }
}
