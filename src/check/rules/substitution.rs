//! Flux's variable substitution (`${NAME}`), which the controller expands after the build: what a value with one will be is not known here.

/// Whether a text holds a substitution: `${NAME}`, `${NAME:=default}`, `${NAME:-default}`, `${NAME/from/to}`, `${#NAME}` and the other forms
/// of drone/envsubst. `$${NAME}` is the way to write one that is not expanded, and `$NAME` is not expanded by Flux.
#[must_use]
pub fn is_substitution(text: &str) -> bool {
    text.match_indices("${").any(|(at, _)| {
        let dollars = text[..at].bytes().rev().take_while(|b| *b == b'$').count();
        let name = text[at + 2..].trim_start_matches('#');
        let begins = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
        dollars % 2 == 0 && begins && closes(name)
    })
}

/// A name, then either the closing brace or an operator and, some time, the closing brace.
fn closes(text: &str) -> bool {
    let rest = text.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || c == '_');
    rest.starts_with('}')
        || (rest.starts_with([':', '-', '=', '+', '?', '/', '#', '%', '^', ',']) && rest.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_the_forms_that_flux_expands() {
        let expanded = [
            "${NAME}",
            "a-${NAME}-b",
            "${NAME:=default}",
            "${NAME:-default}",
            "${NAME=1}",
            "${_x1}",
            "${NAME:0:3}",
            "${NAME/a/b}",
            "${#NAME}",
            "${NAME^^}",
            "${NAME,,}",
            "${NAME%%-*}",
            "${A:=${B}}",
        ];
        let kept = ["NAME", "$NAME", "$(NAME)", "$${NAME}", "${NAME", "${}", "${1}", "${a b}", "{{NAME}}", ""];
        assert_eq!(expanded.into_iter().filter(|text| !is_substitution(text)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(kept.into_iter().filter(|text| is_substitution(text)).collect::<Vec<_>>(), [""; 0]);
    }
}
