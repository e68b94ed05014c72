//! "Did you mean", where names may be thousands.

/// Among more names than this nothing is suggested: thousands may be misspelt at once.
const MOST_NAMES: usize = 2_000;

/// The name that is nearest to a misspelt one, when one is near enough.
pub fn nearest<'a>(wrong: &str, names: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let names: Vec<&str> = names.into_iter().take(MOST_NAMES + 1).collect();
    if names.len() > MOST_NAMES {
        return None;
    }
    seatrial_model::nearest(wrong, names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_a_misspelt_name_and_no_other() {
        let names = ["resources", "namespace", "namePrefix", "images"];
        assert_eq!(nearest("resuorces", names), Some("resources"));
        assert_eq!(nearest("image", names), Some("images"));
        assert_eq!(nearest("totally", names), None);
    }
}
