//! Commands, operands and terms: the inside of a pipeline.

use seatrial_golang::quote::{quote, unquote, unquote_char};
use seatrial_golang::{float, integer};

use crate::syntax::builtin::Builtin;
use crate::syntax::node::{Command, Constant, Extent, Number, Operand, OperandKind, Pipe, Target};
use crate::syntax::parse::{Parsed, Parser};
use crate::syntax::shown::Shown;
use crate::syntax::token::Kind;

impl Parser<'_> {
    pub(crate) fn pipeline(&mut self, context: &str, end: Kind) -> Parsed<Pipe> {
        let start = self.peek_non_space().start;
        let (declared, since) = (self.stacks.declared.len(), self.stacks.commands.len());
        let mut is_assign = false;
        while self.declaration(declared, &mut is_assign, context)? {}
        // Pipelines in parentheses add what they declare after this.
        let declared = self.arena.declared.take(&mut self.stacks.declared, declared);
        loop {
            let token = self.next_non_space();
            if token.kind == end {
                self.check_pipeline(since, context)?;
                let commands = self.arena.commands.take(&mut self.stacks.commands, since);
                return Ok(Pipe { pos: start, is_assign, declared, commands });
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
                    let command = self.command()?;
                    self.stacks.commands.push(command);
                }
                _ => return self.unexpected(token, context),
            }
        }
    }

    /// `$x :=`, `$x =`, or `$x,`: whether a second one may follow.
    fn declaration(&mut self, since: usize, is_assign: &mut bool, context: &str) -> Parsed<bool> {
        let variable = self.peek_non_space();
        if variable.kind != Kind::Variable {
            return Ok(false);
        }
        self.next();
        let adjacent = self.peek();
        let next = self.peek_non_space();
        let is_comma = next.kind == Kind::Char && self.value(next) == ",";
        if matches!(next.kind, Kind::Assign | Kind::Declare) || is_comma {
            self.next_non_space();
            let name = variable.extent();
            self.scope.variables.push(name.of(self.text));
            self.stacks.declared.push(name);
            if !is_comma {
                *is_assign = next.kind == Kind::Assign;
                return Ok(false);
            }
            if context == "range" && self.stacks.declared.len() - since < 2 {
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

    fn knows_variable(&self, name: &str) -> bool {
        name == "$" || self.scope.variables.contains(&name)
    }

    fn check_pipeline(&self, since: usize, context: &str) -> Parsed<()> {
        let commands = &self.stacks.commands[since..];
        if commands.is_empty() {
            return self.error(&format!("missing value for {context}"));
        }
        // Only the first command can be a value that cannot be called.
        for (index, command) in commands.iter().enumerate().skip(1) {
            if let OperandKind::Bool(_)
            | OperandKind::Dot
            | OperandKind::Nil
            | OperandKind::Number(_)
            | OperandKind::Text(_)
            | OperandKind::Constant(_) = self.arena.operands[command.arguments][0].kind
            {
                return self.error(&format!("non executable command in pipeline stage {}", index + 1));
            }
        }
        Ok(())
    }

    /// Operands up to a `|`, which is read, or to what ends the pipeline, which is not.
    fn command(&mut self) -> Parsed<Command> {
        let (start, since) = (self.peek_non_space().start, self.stacks.operands.len());
        loop {
            let operand = self.operand()?;
            self.stacks.operands.extend(operand);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return self.unexpected(token, "operand"),
            }
            break;
        }
        let arguments = self.arena.operands.take(&mut self.stacks.operands, since);
        if arguments.is_empty() {
            return self.error("empty command");
        }
        Ok(Command { pos: start, arguments })
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(term) = self.term()? else { return Ok(None) };
        let first = self.peek();
        if first.kind != Kind::Field {
            return Ok(Some(term));
        }
        let mut fields = first.extent();
        while self.peek().kind == Kind::Field {
            fields.end = self.next().end;
        }
        let kind = match term.kind {
            OperandKind::Field(before) => OperandKind::Field(Extent { start: before.start, ..fields }),
            OperandKind::Variable { name, .. } => OperandKind::Variable { name, fields },
            OperandKind::Function { .. } | OperandKind::Pipe(_) | OperandKind::Chain { .. } => {
                OperandKind::Chain { inner: self.arena.inner.push(term), fields }
            }
            _ => {
                let term = Shown { text: self.text, arena: &self.arena, part: &term };
                return self.error(&format!("unexpected . after term {}", quote(&term.to_string())));
            }
        };
        Ok(Some(Operand { pos: first.start, kind }))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_non_space();
        let extent = token.extent();
        let kind = match token.kind {
            Kind::Identifier => {
                let name = self.value(token);
                let given = self.functions.number(name).map(Target::Given);
                match given.or_else(|| Builtin::named(name).map(Target::Builtin)) {
                    Some(target) => OperandKind::Function { name: extent, target },
                    None => return self.error(&format!("function {} not defined", quote(name))),
                }
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable => {
                let name = self.value(token);
                if !self.knows_variable(name) {
                    return self.error(&format!("undefined variable {}", quote(name)));
                }
                OperandKind::Variable { name: extent, fields: Extent { start: token.end, end: token.end } }
            }
            Kind::Field => OperandKind::Field(extent),
            Kind::Bool => OperandKind::Bool(self.value(token) == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => match number(token.kind, extent, self.text) {
                Ok(number) => OperandKind::Number(self.arena.numbers.push(number)),
                Err(message) => return self.error(&message),
            },
            Kind::LeftParen => {
                let pipe = self.deeper(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                // The position of a pipeline is that of its first token, not of the parenthesis.
                let pos = pipe.pos;
                return Ok(Some(Operand { pos, kind: OperandKind::Pipe(self.arena.pipes.push(pipe)) }));
            }
            Kind::String | Kind::RawString => self.constant(extent)?,
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Operand { pos: token.start, kind }))
    }

    fn constant(&mut self, written: Extent) -> Parsed<OperandKind> {
        let quoted = written.of(self.text);
        if is_plain(quoted) {
            return Ok(OperandKind::Text(written));
        }
        let Some(bytes) = unquote(quoted) else { return self.error("invalid syntax") };
        let (text, raw) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let bytes = error.into_bytes();
                (String::from_utf8_lossy(&bytes).into_owned(), Some(bytes.into_boxed_slice()))
            }
        };
        Ok(OperandKind::Constant(self.arena.constants.push(Constant { written, text: text.into(), raw })))
    }
}

/// Whether a string that the lexer has read means exactly what its quotes enclose.
pub(crate) fn is_plain(quoted: &str) -> bool {
    let escape = if quoted.starts_with('`') { b'\r' } else { b'\\' };
    !quoted.as_bytes().contains(&escape)
}

/// A number with all types that it can have, or what Go says of it.
fn number(kind: Kind, written: Extent, text: &str) -> Result<Number, String> {
    let text = written.of(text);
    let mut number = Number::new(written);
    match kind {
        Kind::CharConstant => {
            let (c, rest) = unquote_char(&text[1..], '\'').ok_or("invalid syntax")?;
            if rest != "'" {
                return Err(format!("malformed character constant: {text}"));
            }
            (number.int, number.unsigned) = (Some(c.code().into()), Some(c.code().into()));
            number.float = Some(c.code().into());
            return Ok(number);
        }
        Kind::Complex => return complex(number, text),
        _ => {}
    }
    if let Some(imaginary) = text.strip_suffix('i').and_then(float::parse) {
        number.is_complex = true;
        if imaginary == 0.0 {
            simplify(&mut number, 0.0);
        }
        return Ok(number);
    }
    number.int = integer::parse_signed(text);
    number.unsigned = integer::parse_unsigned(text);
    if number.int == Some(0) {
        number.unsigned = Some(0);
    }
    #[allow(clippy::cast_precision_loss, reason = "Go converts it in the same way")]
    let whole = number.int.map(|i| i as f64).or(number.unsigned.map(|u| u as f64));
    if whole.is_some() {
        number.float = whole;
        return Ok(number);
    }
    let Some(value) = float::parse(text) else { return Err(format!("illegal number syntax: {}", quote(text))) };
    if !text.contains(['.', 'e', 'E', 'p', 'P']) {
        return Err(format!("integer overflow: {}", quote(text)));
    }
    simplify(&mut number, value);
    Ok(number)
}

/// The float, and the whole number that it is, if it is one.
#[allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value is compared afterwards"
)]
fn simplify(number: &mut Number, value: f64) {
    number.float = Some(value);
    let (int, unsigned) = (value as i64, value as u64);
    number.int = (int as f64 == value && int != i64::MAX).then_some(int);
    number.unsigned = (unsigned as f64 == value && unsigned != u64::MAX).then_some(unsigned);
}

/// `1+2i`
fn complex(mut number: Number, text: &str) -> Result<Number, String> {
    let bad = || "syntax error scanning complex number".to_owned();
    let inner = text.strip_suffix('i').ok_or_else(bad)?;
    let split = inner.rfind(['+', '-']).ok_or_else(bad)?;
    if inner.len() == split + 1 {
        return Err(bad());
    }
    let part = |text: &str| {
        float::parse(text).ok_or_else(|| format!("strconv.ParseFloat: parsing {}: invalid syntax", quote(text)))
    };
    let (real, imaginary) = (part(&inner[..split])?, part(&inner[split..])?);
    number.is_complex = true;
    if imaginary == 0.0 {
        simplify(&mut number, real);
    }
    Ok(number)
}
