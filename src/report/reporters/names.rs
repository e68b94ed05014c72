//! A sentence with names in backticks, in its pieces.

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Piece<'a> {
    /// What stands outside of backticks.
    Words(&'a str),
    /// What stands between two of them; perhaps nothing.
    Name(&'a str),
    /// A backtick without a partner: it is a character.
    Backtick,
}

/// The pieces, in their order.
pub(crate) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let parts: Vec<&str> = text.split('`').collect();
    let paired = if parts.len() % 2 == 1 { parts.len() } else { parts.len() - 1 };
    let mut pieces = Vec::with_capacity(parts.len());
    for (position, part) in parts.into_iter().enumerate() {
        if position % 2 == 1 && position < paired {
            pieces.push(Piece::Name(part));
            continue;
        }
        if position >= paired {
            pieces.push(Piece::Backtick);
        }
        pieces.push(Piece::Words(part));
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;
    use Piece::{Backtick, Name, Words};

    #[test]
    fn names_stand_between_two_backticks() {
        assert_eq!(pieces("`a` and ` b"), [Words(""), Name("a"), Words(" and "), Backtick, Words(" b")]);
        assert_eq!(pieces("a``b"), [Words("a"), Name(""), Words("b")]);
        assert_eq!(pieces(""), [Words("")]);
    }
}
