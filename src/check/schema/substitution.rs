//! What Flux fills in before it applies: `${NAME}` and the forms of it that bash knows (fluxcd/pkg: `envsubst`).

/// Whether a text holds a substitution that Flux has still to make: `${REPLICAS}`, `${REPLICAS:=2}`, `x-${A/b/c}`. `$${A}` is a text that stays.
#[must_use]
pub fn is_substitution(text: &str) -> bool {
    // Hardly any text has a dollar sign.
    text.as_bytes().contains(&b'$')
        && text
            .match_indices("${")
            .any(|(at, _)| !is_escaped(text, at) && is_expression(text.get(at + 2..).unwrap_or_default()))
}

/// A dollar sign before it makes two of them one.
fn is_escaped(text: &str, at: usize) -> bool {
    let before = text.get(..at).unwrap_or_default();
    (before.len() - before.trim_end_matches('$').len()) % 2 == 1
}

/// A name (behind `#`, its length), what is done to its value, and the brace.
fn is_expression(text: &str) -> bool {
    let name = text.strip_prefix('#').unwrap_or(text);
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let rest = name.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    starts && rest.starts_with(['}', ':', '-', '=', '+', '?', '^', ',', '#', '%', '/']) && rest.contains('}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_every_form_of_a_substitution_and_nothing_else() {
        let forms = [
            "${A}",
            "${A:=1}",
            "${A:-1}",
            "${A-1}",
            "${A=1}",
            "x${A_1}y",
            "${#A}",
            "${A^^}",
            "${A,}",
            "${A:1:2}",
            "${A/b/c}",
            "${A##b}",
            "${A%b}",
            "${A:=${B}}",
            "$$${A}",
            "a-${NAME}-b",
            "${_x1}",
            "${NAME,,}",
            "${NAME%%-*}",
        ];
        let others = [
            "", "A", "$A", "${}", "${1A}", "${A", "$${A}", "${A B}", "${.A}", "{A}", "$(A)", "${ä}", "${1}", "${a b}",
            "{{NAME}}",
        ];
        assert_eq!(forms.into_iter().filter(|text| !is_substitution(text)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(others.into_iter().filter(|text| is_substitution(text)).collect::<Vec<_>>(), [""; 0]);
    }
}
