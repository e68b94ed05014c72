//! Tokens → trees, as Go's `text/template/parse` reads them: the grammar of actions. Terms of expressions are in `parse_term`.

use std::sync::Arc;

use seatrial_golang::quote::quote;

use crate::syntax::error::ParseError;
use crate::syntax::lex::{Dialect, Lexer};
use crate::syntax::names::Names;
use crate::syntax::node::{Arena, Arm, Block, Command, Extent, Node, Operand, Row, Source, Tree};
use crate::syntax::token::{Kind, Token};

/// How deep controls and parentheses may be nested: what a thread's stack bears.
pub(crate) const DEPTH: usize = 100;

/// What the parser needs to know of the set that the text is for.
pub(crate) struct Setting<'s> {
    pub(crate) functions: &'s Names,
    pub(crate) left: &'s str,
    pub(crate) right: &'s str,
}

/// All templates of a text: those that it defines, and the text itself.
pub(crate) fn parse(setting: &Setting<'_>, name: &str, number: u32, text: &str) -> Result<Vec<Tree>, ParseError> {
    if u32::try_from(text.len()).is_err() {
        let message = format!("template: {name}:1: too long");
        return Err(ParseError { message, source: number, line: 1, open: None });
    }
    let dialect = Dialect {
        left: setting.left,
        right: setting.right,
        is_break_a_function: setting.functions.number("break").is_some(),
        is_continue_a_function: setting.functions.number("continue").is_some(),
    };
    let start = Token { kind: Kind::Eof, start: 0, end: 0 };
    let mut parser = Parser {
        functions: setting.functions,
        lexer: Lexer::new(text, dialect),
        tokens: [start; 3],
        waiting: 0,
        scope: Scope::default(),
        trees: Vec::new(),
        name,
        number,
        text,
        arena: Arena {
            nodes: Row::with_room(text.len() / 32),
            commands: Row::with_room(text.len() / 32),
            operands: Row::with_room(text.len() / 24),
            ..Arena::default()
        },
        stacks: Stacks::default(),
        depth: 0,
        action_end: 0,
        blocks: Vec::new(),
        action_start: None,
    };
    parser.text_of(name)?;
    let source = Source { name: name.into(), number, text: text.into(), arena: parser.arena };
    let source = Arc::new(source);
    let tree = |(name, root)| Tree { name, source: source.clone(), root };
    Ok(parser.trees.into_iter().map(tree).collect())
}

/// What belongs to one template of the text while it is read.
#[derive(Default)]
pub(crate) struct Scope<'s> {
    /// All but `$`, which is always there.
    pub(crate) variables: Vec<&'s str>,
    /// Where the action that is being read begins: messages about an unclosed one name its line.
    action: Option<u32>,
    pub(crate) ranges: usize,
}

/// Parts that were read and are not yet in the arena, the innermost last.
#[derive(Default)]
pub(crate) struct Stacks {
    pub(crate) nodes: Vec<Node>,
    pub(crate) arms: Vec<Arm>,
    pub(crate) commands: Vec<Command>,
    pub(crate) operands: Vec<Operand>,
    pub(crate) declared: Vec<Extent>,
}

pub(crate) struct Parser<'s> {
    pub(crate) functions: &'s Names,
    pub(crate) lexer: Lexer<'s>,
    pub(crate) tokens: [Token; 3],
    waiting: usize,
    pub(crate) scope: Scope<'s>,
    trees: Vec<(Arc<str>, Block)>,
    pub(crate) name: &'s str,
    pub(crate) number: u32,
    pub(crate) text: &'s str,
    pub(crate) arena: Arena,
    pub(crate) stacks: Stacks,
    pub(crate) depth: usize,
    /// The byte behind the action that was read last.
    action_end: u32,
    /// Where the blocks begin that are not closed yet.
    pub(crate) blocks: Vec<u32>,
    /// Where the action begins that is being read.
    pub(crate) action_start: Option<u32>,
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

impl<'s> Parser<'s> {
    pub(crate) fn next(&mut self) -> Token {
        let token;
        if self.waiting == 0 {
            token = self.lexer.next_token();
            self.tokens[0] = token;
        } else {
            self.waiting -= 1;
            token = self.tokens[self.waiting];
        }
        if token.kind == Kind::RightDelim {
            self.action_end = token.end;
        }
        token
    }

    pub(crate) fn backup(&mut self) {
        self.waiting += 1;
    }

    /// Puts a token back before the one that was read last.
    pub(crate) fn backup_two(&mut self, first: Token) {
        self.tokens[1] = first;
        self.waiting = 2;
    }

    pub(crate) fn backup_three(&mut self, first: Token, second: Token) {
        self.tokens[1] = second;
        self.tokens[2] = first;
        self.waiting = 3;
    }

    pub(crate) fn peek(&mut self) -> Token {
        if self.waiting == 0 {
            self.tokens[0] = self.lexer.next_token();
            self.waiting = 1;
        }
        self.tokens[self.waiting - 1]
    }

    pub(crate) fn next_non_space(&mut self) -> Token {
        loop {
            let token = self.next();
            if token.kind != Kind::Space {
                return token;
            }
        }
    }

    pub(crate) fn peek_non_space(&mut self) -> Token {
        let token = self.next_non_space();
        self.backup();
        token
    }

    /// The text of a token.
    pub(crate) fn value(&self, token: Token) -> &'s str {
        token.extent().of(self.text)
    }

    pub(crate) fn line(&self, at: u32) -> usize {
        1 + self.text.as_bytes()[..at as usize].iter().filter(|byte| **byte == b'\n').count()
    }

    #[cold]
    pub(crate) fn error<T>(&self, message: &str) -> Parsed<T> {
        self.error_at(self.tokens[0].start, message)
    }

    #[cold]
    pub(crate) fn error_at<T>(&self, at: u32, message: &str) -> Parsed<T> {
        let line = self.line(at);
        let message = format!("template: {}:{line}: {message}", self.name);
        Err(ParseError { message, source: self.number, line, open: self.open(line) })
    }

    #[cold]
    pub(crate) fn unexpected<T>(&self, token: Token, context: &str) -> Parsed<T> {
        if token.kind != Kind::Error {
            return self.error(&format!("unexpected {} in {context}", token.kind.shown(self.value(token))));
        }
        let mut extra = String::new();
        let wrong = self.lexer.wrong();
        if let Some(started) = self.scope.action.map(|at| self.line(at))
            && started != self.line(token.start)
        {
            extra = format!(" in action started at {}:{started}", self.name);
            if wrong.ends_with(" action") {
                extra.replace_range(..10, "");
            }
        }
        self.error(&format!("{wrong}{extra}"))
    }

    pub(crate) fn expect(&mut self, kind: Kind, context: &str) -> Parsed<Token> {
        let token = self.next_non_space();
        if token.kind == kind { Ok(token) } else { self.unexpected(token, context) }
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
        let since = self.stacks.nodes.len();
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
                Read::Node(node) => self.stacks.nodes.push(node),
                Read::End(end) => return self.error(&format!("unexpected {}", end.shown())),
            }
        }
        let root = self.arena.nodes.take(&mut self.stacks.nodes, since);
        self.add(name.into(), root)
    }

    fn definition(&mut self, start: u32) -> Parsed<()> {
        self.action_start = Some(start);
        let outer = std::mem::take(&mut self.scope);
        let context = "define clause";
        let token = self.next_non_space();
        let name = self.template_name(token, context)?;
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
        let Some(before) = self.trees.iter().position(|tree| tree.0 == name) else {
            self.trees.push((name, root));
            return Ok(());
        };
        if self.arena.is_blank(self.trees[before].1, self.text) {
            self.trees[before].1 = root;
        } else if !self.arena.is_blank(root, self.text) {
            return self.error(&format!("template: multiple definition of template {}", quote(&name)));
        }
        Ok(())
    }

    /// Nodes up to `end` or `else`.
    pub(crate) fn list(&mut self) -> Parsed<(Block, End)> {
        let since = self.stacks.nodes.len();
        while self.peek_non_space().kind != Kind::Eof {
            match self.text_or_action()? {
                Read::Node(node) => self.stacks.nodes.push(node),
                Read::End(end) => return Ok((self.arena.nodes.take(&mut self.stacks.nodes, since), end)),
            }
        }
        self.error("unexpected EOF")
    }

    fn text_or_action(&mut self) -> Parsed<Read> {
        let token = self.next_non_space();
        match token.kind {
            Kind::Text => Ok(Read::Node(Node::Text(token.extent()))),
            Kind::LeftDelim => {
                self.scope.action = Some(token.start);
                self.action_start = Some(token.start);
                let read = self.action(token.start);
                self.scope.action = None;
                read
            }
            _ => self.unexpected(token, "input"),
        }
    }

    pub(crate) fn extent(&self, start: u32) -> Extent {
        Extent { start, end: self.action_end }
    }

    fn action(&mut self, start: u32) -> Parsed<Read> {
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
}
