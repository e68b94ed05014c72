//! Commands, operands and terms: the inside of a pipeline.

use std::sync::Arc;

use seatrial_golang::quote::{quote, unquote, unquote_char};
use seatrial_golang::{float, integer};

use crate::builtins::Builtin;
use crate::node::{Command, Constant, Number, Operand, OperandKind, Pipe, Target};
use crate::parse::{Parsed, Parser, pos};
use crate::token::{Kind, Token};

impl<'s> Parser<'s> {
    pub(crate) fn check_pipeline(&self, pipe: &Pipe, context: &str) -> Parsed<()> {
        if pipe.commands.is_empty() {
            return self.error(&format!("missing value for {context}"));
        }
        // Only the first command can be a value that cannot be called.
        for (index, command) in pipe.commands.iter().enumerate().skip(1) {
            if let OperandKind::Bool(_)
            | OperandKind::Dot
            | OperandKind::Nil
            | OperandKind::Number(_)
            | OperandKind::Text(_) = command.arguments[0].kind
            {
                return self.error(&format!("non executable command in pipeline stage {}", index + 1));
            }
        }
        Ok(())
    }

    /// Operands up to a `|`, which is read, or to what ends the pipeline, which is not.
    pub(crate) fn command(&mut self) -> Parsed<Command> {
        let mut command = Command { pos: pos(self.peek_non_space().start), arguments: Vec::new() };
        loop {
            self.peek_non_space();
            command.arguments.extend(self.operand()?);
            let token = self.next();
            match token.kind {
                Kind::Space => continue,
                Kind::RightDelim | Kind::RightParen => self.backup(),
                Kind::Pipe => {}
                _ => return self.unexpected(&token, "operand"),
            }
            break;
        }
        if command.arguments.is_empty() {
            return self.error("empty command");
        }
        Ok(command)
    }

    /// A term and the fields behind it.
    fn operand(&mut self) -> Parsed<Option<Operand>> {
        let Some(term) = self.term()? else { return Ok(None) };
        if self.peek().kind != Kind::Field {
            return Ok(Some(term));
        }
        let at = pos(self.peek().start);
        let mut names: Vec<Arc<str>> = Vec::new();
        while self.peek().kind == Kind::Field {
            names.push(self.next().value[1..].into());
        }
        let kind = match term.kind {
            OperandKind::Field(mut before) => {
                before.append(&mut names);
                OperandKind::Field(before)
            }
            OperandKind::Variable(name, mut before) => {
                before.append(&mut names);
                OperandKind::Variable(name, before)
            }
            OperandKind::Bool(_)
            | OperandKind::Text(_)
            | OperandKind::Number(_)
            | OperandKind::Nil
            | OperandKind::Dot => {
                return self.error(&format!("unexpected . after term {}", quote(&term.to_string())));
            }
            _ => OperandKind::Chain(Box::new(term), names),
        };
        Ok(Some(Operand { pos: at, kind }))
    }

    fn term(&mut self) -> Parsed<Option<Operand>> {
        let token = self.next_non_space();
        let kind = match token.kind {
            Kind::Identifier => {
                let name = token.value.as_ref();
                let given = self.functions.get(name).copied().map(Target::Given);
                match given.or_else(|| Builtin::named(name).map(Target::Builtin)) {
                    Some(target) => OperandKind::Function(name.into(), target),
                    None => return self.error(&format!("function {} not defined", quote(name))),
                }
            }
            Kind::Dot => OperandKind::Dot,
            Kind::Nil => OperandKind::Nil,
            Kind::Variable => {
                if !self.knows_variable(&token.value) {
                    return self.error(&format!("undefined variable {}", quote(&token.value)));
                }
                OperandKind::Variable(token.value.as_ref().into(), Vec::new())
            }
            Kind::Field => OperandKind::Field(vec![token.value[1..].into()]),
            Kind::Bool => OperandKind::Bool(token.value == "true"),
            Kind::CharConstant | Kind::Complex | Kind::Number => match number(&token) {
                Ok(number) => OperandKind::Number(Box::new(number)),
                Err(message) => return self.error(&message),
            },
            Kind::LeftParen => {
                let pipe = self.deeper(|parser| parser.pipeline("parenthesized pipeline", Kind::RightParen))?;
                // The position of a pipeline is that of its first token, not of the parenthesis.
                return Ok(Some(Operand { pos: pipe.pos, kind: OperandKind::Pipe(Box::new(pipe)) }));
            }
            Kind::String | Kind::RawString => {
                let Some(bytes) = unquote(&token.value) else { return self.error("invalid syntax") };
                let text = String::from_utf8_lossy(&bytes);
                let raw = (text.as_bytes() != bytes.as_slice()).then(|| bytes.as_slice().into());
                let written = token.value.as_ref().into();
                OperandKind::Text(Box::new(Constant { written, text: text.as_ref().into(), raw }))
            }
            _ => {
                self.backup();
                return Ok(None);
            }
        };
        Ok(Some(Operand { pos: pos(token.start), kind }))
    }
}

/// A number with all types that it can have, or what Go says of it.
fn number(token: &Token<'_>) -> Result<Number, String> {
    let text = token.value.as_ref();
    let mut number = Number { written: text.to_owned(), ..Number::default() };
    match token.kind {
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
