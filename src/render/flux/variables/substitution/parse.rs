//! A template with `${…}` → its parts (fluxcd/pkg: `envsubst/parse/parse.go`).

use std::ops::Range;

use super::scanner::{Accept, CLOSE, Mode, Scanner, TEXT, Token};

/// Expressions within expressions at most: nobody writes such a default, and each of them needs the stack.
const DEEPEST: usize = 100;

/// A part of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// As it is; the pieces of the template that it is made of.
    Text(String, Vec<Range<usize>>),
    /// `${…}`.
    Expression(Expression),
}

/// `${NAME}` with what is done to it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Expression {
    /// The variable's name.
    pub(super) name: String,
    /// `:=`, `^^`, …; empty for none.
    pub(super) operator: String,
    /// What stands behind the operator.
    pub(super) arguments: Vec<Part>,
    /// Where it stands, `${` and `}` included.
    pub(super) place: Range<usize>,
}

/// Why a template cannot be read, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    /// A predicate: "is not closed: …".
    pub what: &'static str,
    /// Of the outermost expression that it stands in, `${` included.
    pub place: Range<usize>,
}

type Parsed<T> = Result<T, &'static str>;

pub(crate) const UNCLOSED: &str = "is not closed: a `}` is missing";
const NAME: &str = "has no name of a variable behind `${`";
const OPERATOR: &str = "has an operator that does not exist";
const ARGUMENT: &str = "has an operator without what it needs";
const DEEP: &str = "is nested too deeply";

/// Text outside of expressions, with `$$` for `$`.
const OUTSIDE: Mode = Mode { text: true, open: true, close: false, escape: true };
const ARGUMENT_TEXT: Mode = Mode { text: true, open: true, close: false, escape: false };
const ESCAPED_ARGUMENT: Mode = Mode { text: true, open: true, close: false, escape: true };
const TEXT_OR_CLOSE: Mode = Mode { text: true, open: false, close: true, escape: false };

/// Reads a template.
pub(super) fn parse(text: &str) -> Result<Vec<Part>, SyntaxError> {
    let mut parser = Parser { scanner: Scanner::new(text), depth: 0 };
    let mut parts = Vec::new();
    loop {
        let start = parser.scanner.at;
        parser.scanner.in_expression = false;
        match parser.scanner.scan(|_, _| true, OUTSIDE) {
            Token::Text => parts.push(Part::Text(parser.scanner.string(), parser.scanner.pieces().collect())),
            Token::Open => {
                let expression = parser.expression(start);
                let expression = expression.map_err(|what| SyntaxError { what, place: start..parser.scanner.at });
                parts.push(Part::Expression(expression?));
            }
            // A null character is where the controller stops, too.
            Token::End | Token::Close | Token::Other => return Ok(parts),
        }
    }
}

struct Parser<'a> {
    scanner: Scanner<'a>,
    depth: usize,
}

impl Parser<'_> {
    /// What follows `${`, which stands at `start`.
    fn expression(&mut self, start: usize) -> Parsed<Expression> {
        self.depth += 1;
        if self.depth > DEEPEST {
            return Err(DEEP);
        }
        self.scanner.in_expression = true;
        let (operator, name, arguments) = if self.scanner.peek() == Some('#') {
            self.token(|c, at| c == '#' && at == 1, TEXT, OPERATOR)?;
            let name = self.token(is_name, TEXT, NAME)?;
            self.close()?;
            ("#".to_owned(), name, Vec::new())
        } else {
            let name = self.token(is_name, TEXT, NAME)?;
            let (operator, arguments) = self.operation()?;
            (operator, name, arguments)
        };
        self.depth -= 1;
        Ok(Expression { name, operator, arguments, place: start..self.scanner.at })
    }

    /// What is done to the variable, to the closing brace.
    fn operation(&mut self) -> Parsed<(String, Vec<Part>)> {
        match self.scanner.peek() {
            Some(':') => self.default_or_substring(),
            Some('=') => self.default(),
            Some(',' | '^') => {
                let operator = self.token(|c, at| matches!(c, ',' | '^') && at < 3, TEXT, OPERATOR)?;
                self.close().map(|()| (operator, Vec::new()))
            }
            Some('/') => self.replacement(),
            Some('#') => self.removal(|c, at| c == '#' && at < 3),
            Some('%') => self.removal(|c, at| c == '%' && at < 3),
            Some('}') => self.close().map(|()| Default::default()),
            None => Err(UNCLOSED),
            Some(_) => Err(OPERATOR),
        }
    }

    fn default_or_substring(&mut self) -> Parsed<(String, Vec<Part>)> {
        self.scanner.read();
        let next = self.scanner.peek();
        // The controller goes back by the width of what it has looked at.
        self.scanner.back();
        match next {
            Some('=' | '-' | '?' | '+') => self.default(),
            Some(_) => self.substring(),
            None => Err(UNCLOSED),
        }
    }

    /// `:=word`, `=word`, `:-word`, `:?word`, `:+word`.
    fn default(&mut self) -> Parsed<(String, Vec<Part>)> {
        let accept: Accept = match self.scanner.peek() {
            Some('=') => |c, at| c == '=' && at == 1,
            _ => |c, at| (at == 1 && c == ':') || (at == 2 && matches!(c, '=' | '-' | '?' | '+')),
        };
        let operator = self.token(accept, TEXT, OPERATOR)?;
        let mut arguments = Vec::new();
        while self.scanner.peek() != Some('}') {
            arguments.push(self.argument(|c, _| c != '}', ARGUMENT_TEXT)?);
        }
        self.close().map(|()| (operator, arguments))
    }

    /// `:offset`, `:offset:length`.
    fn substring(&mut self) -> Parsed<(String, Vec<Part>)> {
        let operator = self.token(|c, at| c == ':' && at == 1, TEXT, OPERATOR)?;
        let mut arguments = vec![self.argument(|c, _| !matches!(c, ':' | '}'), ARGUMENT_TEXT)?];
        match self.scanner.scan(|c, _| c == ':', TEXT_OR_CLOSE) {
            Token::Close => return Ok((operator, arguments)),
            Token::Text => {}
            Token::End => return Err(UNCLOSED),
            Token::Open | Token::Other => return Err(ARGUMENT),
        }
        arguments.push(self.argument(|c, _| c != '}', ARGUMENT_TEXT)?);
        self.close().map(|()| (operator, arguments))
    }

    /// `#word`, `##word`, `%word`, `%%word`.
    fn removal(&mut self, accept: Accept) -> Parsed<(String, Vec<Part>)> {
        let operator = self.token(accept, TEXT, OPERATOR)?;
        let argument = self.argument(|c, _| c != '}', ARGUMENT_TEXT)?;
        self.close().map(|()| (operator, vec![argument]))
    }

    /// `/pattern/word`, `//pattern/word`, `/#pattern/word`, `/%pattern/word`.
    fn replacement(&mut self) -> Parsed<(String, Vec<Part>)> {
        let accept: Accept = |c, at| (at == 1 && c == '/') || (at == 2 && matches!(c, '/' | '#' | '%'));
        let operator = self.token(accept, TEXT, OPERATOR)?;
        let mut arguments = vec![self.argument(|c, _| c != '/', ESCAPED_ARGUMENT)?];
        self.token(|c, _| c == '/', TEXT, ARGUMENT)?;
        if self.scanner.peek() != Some('}') {
            arguments.push(self.argument(|c, _| c != '}', ESCAPED_ARGUMENT)?);
        }
        self.close().map(|()| (operator, arguments))
    }

    /// A text or an expression.
    fn argument(&mut self, accept: Accept, mode: Mode) -> Parsed<Part> {
        let start = self.scanner.at;
        match self.scanner.scan(accept, mode) {
            Token::Open => self.expression(start).map(Part::Expression),
            Token::Text => Ok(Part::Text(self.scanner.string(), self.scanner.pieces().collect())),
            Token::End => Err(UNCLOSED),
            Token::Close | Token::Other => Err(ARGUMENT),
        }
    }

    fn token(&mut self, accept: Accept, mode: Mode, otherwise: &'static str) -> Parsed<String> {
        match self.scanner.scan(accept, mode) {
            Token::Text => Ok(self.scanner.string()),
            Token::End => Err(UNCLOSED),
            Token::Open | Token::Close | Token::Other => Err(otherwise),
        }
    }

    fn close(&mut self) -> Parsed<()> {
        match self.scanner.scan(|_, _| false, CLOSE) {
            Token::Close => Ok(()),
            Token::End => Err(UNCLOSED),
            Token::Text | Token::Open | Token::Other => Err(ARGUMENT),
        }
    }
}

fn is_name(c: char, _: usize) -> bool {
    c.is_alphanumeric() || c == '_'
}
