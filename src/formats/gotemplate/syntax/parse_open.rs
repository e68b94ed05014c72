//! What is left open: the action or block that is not closed, which Go notices at some later line or at the end.

use crate::syntax::node::Node;
use crate::syntax::parse::{Parsed, Parser};
use crate::syntax::token::Kind;

impl Parser<'_> {
    /// What is not closed where something is wrong on a line: the action in which that is, or a block. Go says where it noticed.
    pub(crate) fn open(&self, line: usize) -> Option<u32> {
        let (text, dialect) = (self.text, &self.lexer.dialect);
        let is_unclosed =
            |start: &u32| is_unclosed(&text[*start as usize + dialect.left.len()..], dialect.left, dialect.right);
        let start = match self.action_start.filter(is_unclosed) {
            Some(start) => start,
            None if matches!(self.tokens[0].kind, Kind::Eof | Kind::Define) => *self.blocks.last()?,
            None => return None,
        };
        (self.line(start) < line).then_some(start)
    }

    /// A block, which begins here and must be closed.
    pub(crate) fn nested(&mut self, start: u32, read: impl FnOnce(&mut Self) -> Parsed<Node>) -> Parsed<Node> {
        self.blocks.push(start);
        let node = read(self)?;
        self.blocks.pop();
        Ok(node)
    }
}

/// Whether an action is not closed before the next one begins. What is in quotes on its first line does not count.
fn is_unclosed(action: &str, left: &str, right: &str) -> bool {
    let (first, rest) = action.split_once('\n').unwrap_or((action, ""));
    let mut quote = None;
    for (at, character) in first.char_indices() {
        match quote {
            Some(open) if character == open => quote = None,
            Some(_) => {}
            None if matches!(character, '"' | '`') => quote = Some(character),
            None if first[at..].starts_with(right) => return false,
            None if first[at..].starts_with(left) => return true,
            None => {}
        }
    }
    match (rest.find(left), rest.find(right)) {
        (Some(opened), Some(closed)) => opened < closed,
        (_, closed) => closed.is_none(),
    }
}
