//! Tokens → trees, as Go's `text/template/parse` reads them: the grammar of actions. Terms of expressions are in `parse_term`.

use std::collections::HashMap;
use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::lex::{Dialect, Lexer};
use crate::node::{Block, Extent, Node, Pipe, Source, Tree};
use crate::token::{Kind, Token};
use crate::{Function, ParseError};

/// How deep controls and parentheses may be nested: what a thread's stack bears.
pub(crate) const DEPTH: usize = 100;

/// What the parser needs to know of the set that the text is for.
pub(crate) struct Setting<'s> {
    pub(crate) functions: &'s HashMap<&'static str, Function>,
    pub(crate) left: &'s str,
    pub(crate) right: &'s str,
}

/// All templates of a text: those that it defines, and at last the text itself.
pub(crate) fn parse(setting: &Setting<'_>, name: &str, number: u32, text: &str) -> Result<Vec<Tree>, ParseError> {
    if u32::try_from(text.len()).is_err() {
        let message = format!("template: {name}:1: too long");
        return Err(ParseError { message, source: number, line: 1, open: None });
    }
    let source = Source { name: name.into(), number, text: text.into() };
    let source = Arc::new(source);
    let dialect = Dialect {
        left: setting.left,
        right: setting.right,
        is_break_a_function: setting.functions.contains_key("break"),
        is_continue_a_function: setting.functions.contains_key("continue"),
    };
    let start = Token { kind: Kind::Eof, start: 0, value: "".into(), line: 0 };
    let mut parser = Parser {
        functions: setting.functions,
        lexer: Lexer::new(text, dialect),
        tokens: [start.clone(), start.clone(), start],
        waiting: 0,
        scope: Scope::new(),
        trees: Vec::new(),
        source,
        depth: 0,
        action_end: 0,
        blocks: Vec::new(),
        action_start: None,
    };
    parser.text_of(name)?;
    Ok(parser.trees)
}

/// What belongs to one template of the text while it is read.
pub(crate) struct Scope {
    pub(crate) variables: Vec<Arc<str>>,
    /// The line of the action that is being read, for what is left open.
    action_line: usize,
    pub(crate) ranges: usize,
}

impl Scope {
    pub(crate) fn new() -> Self {
        Self { variables: vec!["$".into()], action_line: 0, ranges: 0 }
    }
}

pub(crate) struct Parser<'s> {
    pub(crate) functions: &'s HashMap<&'static str, Function>,
    pub(crate) lexer: Lexer<'s>,
    pub(crate) tokens: [Token<'s>; 3],
    waiting: usize,
    pub(crate) scope: Scope,
    trees: Vec<Tree>,
    pub(crate) source: Arc<Source>,
    pub(crate) depth: usize,
    /// The byte behind the action that was read last.
    action_end: usize,
    /// Where the blocks begin that are not closed yet.
    pub(crate) blocks: Vec<usize>,
    /// Where the action begins that is being read.
    pub(crate) action_start: Option<usize>,
}

/// What ends a list of nodes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    End,
    Else,
}

impl End {
    pub(crate) fn shown(self) -> &'static str {
        if self == Self::End { "{{end}}" } else { "{{else}}" }
    }
}

/// A node, or what ends the list of them.
enum Read {
    Node(Node),
    End(End),
}

pub(crate) type Parsed<T> = Result<T, ParseError>;

#[allow(clippy::cast_possible_truncation, reason = "the text is shorter than 4 GB")]
pub(crate) fn pos(at: usize) -> u32 {
    at as u32
}

impl<'s> Parser<'s> {
    pub(crate) fn next(&mut self) -> Token<'s> {
        if self.waiting > 0 {
            self.waiting -= 1;
        } else {
            self.tokens[0] = self.lexer.next_token();
        }
        let token = self.tokens[self.waiting].clone();
        if token.kind == Kind::RightDelim {
            self.action_end = token.end();
        }
        token
    }

    pub(crate) fn backup(&mut self) {
        self.waiting += 1;
    }

    /// Puts a token back before the one that was read last.
    fn backup_two(&mut self, first: Token<'s>) {
        self.tokens[1] = first;
        self.waiting = 2;
    }

    fn backup_three(&mut self, first: Token<'s>, second: Token<'s>) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.waiting = 3;
    }

    pub(crate) fn peek(&mut self) -> &Token<'s> {
        if self.waiting == 0 {
            self.tokens[0] = self.lexer.next_token();
            self.waiting = 1;
        }
        &self.tokens[self.waiting - 1]
    }

    pub(crate) fn next_non_space(&mut self) -> Token<'s> {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(crate) fn peek_non_space(&mut self) -> Token<'s> {
        let token = self.next_non_space();
        self.backup();
        token
    }

    pub(crate) fn error<T>(&self, message: &str) -> Parsed<T> {
        self.error_at(self.tokens[0].line, message)
    }

    pub(crate) fn error_at<T>(&self, line: usize, message: &str) -> Parsed<T> {
        let message = format!("template: {}:{line}: {message}", self.source.name);
        Err(ParseError { message, source: self.source.number, line, open: self.open(line) })
    }

    pub(crate) fn unexpected<T>(&self, token: &Token<'_>, context: &str) -> Parsed<T> {
        if token.kind != Kind::Error {
            return self.error(&format!("unexpected {} in {context}", token.shown()));
        }
        let started = self.scope.action_line;
        let mut extra = String::new();
        if started != 0 && started != token.line {
            extra = format!(" in action started at {}:{started}", self.source.name);
            if token.value.ends_with(" action") {
                extra.replace_range(..10, "");
            }
        }
        self.error(&format!("{}{extra}", token.value))
    }

    pub(crate) fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token<'s>> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(&token, context) }
    }

    /// One level deeper, if the stack bears it.
    pub(crate) fn deeper<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth >= DEPTH {
            return self.error("max expression depth exceeded");
        }
        self.depth += 1;
        let result = read(self);
        self.depth -= 1;
        result
    }

    fn text_of(&mut self, name: &str) -> Parsed<()> {
        let mut root = Block::new();
        while self.peek().kind != Kind::Eof {
            if self.peek().kind == Kind::LeftDelim {
                let delimiter = self.next();
                let start = delimiter.start;
                if self.next_non_space().kind == Kind::Define {
                    self.definition(start)?;
                    continue;
                }
                self.backup_two(delimiter);
            }
            match self.text_or_action()? {
                Read::Node(node) => root.push(node),
                Read::End(end) => return self.error(&format!("unexpected {}", end.shown())),
            }
        }
        self.add(name.into(), root)
    }

    fn definition(&mut self, start: usize) -> Parsed<()> {
        self.action_start = Some(start);
        let outer = std::mem::replace(&mut self.scope, Scope::new());
        let context = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(&token, context)?;
        self.expect(Kind::RightDelim, context)?;
        self.blocks.push(start);
        let (root, end) = self.list()?;
        if end != End::End {
            return self.error(&format!("unexpected {} in {context}", end.shown()));
        }
        self.blocks.pop();
        self.add(name, root)?;
        self.scope = outer;
        Ok(())
    }

    pub(crate) fn add(&mut self, name: Arc<str>, root: Block) -> Parsed<()> {
        let tree = Tree { name, source: self.source.clone(), root };
        let Some(before) = self.trees.iter().position(|t| t.name == tree.name) else {
            self.trees.push(tree);
            return Ok(());
        };
        if self.trees[before].is_blank() {
            self.trees[before] = tree;
        } else if !tree.is_blank() {
            return self.error(&format!("template: multiple definition of template {}", quote(&tree.name)));
        }
        Ok(())
    }

    /// Nodes up to `end` or `else`.
    pub(crate) fn list(&mut self) -> Parsed<(Block, End)> {
        let mut block = Block::new();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Read::Node(node) => block.push(node),
                Read::End(end) => return Ok((block, end)),
            }
        }
        self.error("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parsed<Read> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => {
                let (start, end) = (pos(token.start), pos(token.end()));
                Ok(Read::Node(Node::Text { start, end }))
            }
            Kind::LeftDelim => {
                self.scope.action_line = token.line;
                self.action_start = Some(token.start);
                let read = self.action(token.start);
                self.scope.action_line = 0;
                read
            }
            _ => self.unexpected(&token, "input"),
        }
    }

    pub(crate) fn extent(&self, start: usize) -> Extent {
        (pos(start), pos(self.action_end))
    }

    fn action(&mut self, start: usize) -> Parsed<Read> {
        let token = self.next_non_space();
        let node = match token.kind {
            Kind::Block => self.nested(start, |parser| parser.block(start))?,
            Kind::Break | Kind::Continue => self.jump(token.kind)?,
            Kind::Else => {
                if !matches!(self.peek_non_space().kind, Kind::If | Kind::With) {
                    self.expect(Kind::RightDelim, "else")?;
                }
                return Ok(Read::End(End::Else));
            }
            Kind::End => {
                self.expect(Kind::RightDelim, "end")?;
                return Ok(Read::End(End::End));
            }
            Kind::If => self.nested(start, |parser| parser.deeper(|parser| parser.branch(start, false)))?,
            Kind::With => self.nested(start, |parser| parser.deeper(|parser| parser.branch(start, true)))?,
            Kind::Range => self.nested(start, |parser| parser.deeper(|parser| parser.range(start)))?,
            Kind::Template => self.template(start)?,
            _ => {
                self.backup();
                // Variables persist until the next `end`.
                let pipe = self.pipeline("command", Kind::RightDelim)?;
                Node::Action { extent: self.extent(start), pipe }
            }
        };
        Ok(Read::Node(node))
    }

    pub(crate) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let start = self.peek_non_space().start;
        let mut pipe = Pipe { pos: pos(start), is_assign: false, declared: Vec::new(), commands: Vec::new() };
        while self.declaration(&mut pipe, context)? {}
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check_pipeline(&pipe, context)?;
                return Ok(pipe);
            }
            match token.kind {
                Kind::Bool
                | Kind::CharConstant
                | Kind::Complex
                | Kind::Dot
                | Kind::Field
                | Kind::Identifier
                | Kind::Number
                | Kind::Nil
                | Kind::RawString
                | Kind::String
                | Kind::Variable
                | Kind::LeftParen => {
                    self.backup();
                    pipe.commands.push(self.command()?);
                }
                _ => return self.unexpected(&token, context),
            }
        }
    }

    /// `$x :=`, `$x =`, or `$x,`: whether a second one may follow.
    fn declaration(&mut self, pipe: &mut Pipe, context: &str) -> Parsed<bool> {
        let variable = self.peek_non_space();
        if variable.kind != Kind::Variable {
            return Ok(false);
        }
        self.next();
        let adjacent = self.peek().clone();
        let next = self.peek_non_space();
        let is_comma = next.kind == Kind::Char && next.value == ",";
        if matches!(next.kind, Kind::Assign | Kind::Declare) || is_comma {
            self.next_non_space();
            let name: Arc<str> = variable.value.as_ref().into();
            self.scope.variables.push(name.clone());
            pipe.declared.push(name);
            if !is_comma {
                pipe.is_assign = next.kind == Kind::Assign;
                return Ok(false);
            }
            if context == "range" && pipe.declared.len() < 2 {
                return match self.peek_non_space().kind {
                    Kind::Variable | Kind::RightDelim | Kind::RightParen => Ok(true),
                    _ => self.error("range can only initialize variables"),
                };
            }
            return self.error(&format!("too many declarations in {context}"));
        }
        if adjacent.kind == Kind::Space {
            self.backup_three(variable, adjacent);
        } else {
            self.backup_two(variable);
        }
        Ok(false)
    }

    pub(crate) fn knows_variable(&self, name: &str) -> bool {
        self.scope.variables.iter().any(|known| **known == *name)
    }
}
