//! Numbers in actions, as far as the lexer checks them; `parse_term` reads them, and rejects those that are not numbers after all.

use seatrial_golang::quote::quote;

use crate::syntax::lex::{Lexer, is_alphanumeric};
use crate::syntax::token::{Kind, Token};

impl Lexer<'_> {
    fn accept(&mut self, valid: &[u8]) -> bool {
        let is_valid = self.peek_byte().is_some_and(|byte| valid.contains(&byte));
        self.pos += usize::from(is_valid);
        is_valid
    }

    fn accept_run(&mut self, valid: &[u8]) {
        while self.accept(valid) {}
    }

    #[inline(never)]
    pub(crate) fn number(&mut self) -> Token {
        let is_good = self.scan_number();
        if is_good && matches!(self.peek_byte(), Some(b'+' | b'-')) {
            if self.scan_number() && self.input.as_bytes()[..self.pos].ends_with(b"i") {
                return self.token(Kind::Complex);
            }
        } else if is_good {
            return self.token(Kind::Number);
        }
        self.error(format!("bad number syntax: {}", quote(&self.input[self.start..self.pos])))
    }

    fn scan_number(&mut self) -> bool {
        self.accept(b"+-");
        let mut digits: &[u8] = b"0123456789_";
        if self.accept(b"0") {
            if self.accept(b"xX") {
                digits = b"0123456789abcdefABCDEF_";
            } else if self.accept(b"oO") {
                digits = b"01234567_";
            } else if self.accept(b"bB") {
                digits = b"01_";
            }
        }
        self.accept_run(digits);
        if self.accept(b".") {
            self.accept_run(digits);
        }
        let exponent: [(&[u8], &[u8]); 2] = [(b"0123456789_", b"eE"), (b"0123456789abcdefABCDEF_", b"pP")];
        for (base, mark) in exponent {
            if digits == base && self.accept(mark) {
                self.accept(b"+-");
                self.accept_run(b"0123456789_");
            }
        }
        self.accept(b"i");
        let is_word = self.peek().is_some_and(is_alphanumeric);
        if is_word {
            self.next_char();
        }
        !is_word
    }
}
