//! Quantities as numbers, to compare them. Whether a text is one at all is the schema's.

use seatrial_model::Node;

use crate::is_substitution;

/// A quantity as a number. What one file calls `500m` and another `0.5` is the same number: both are the nearest there is.
pub(crate) fn amount(node: &Node) -> Option<f64> {
    seatrial_kubernetes::amount(node.scalar_text().map(str::trim).filter(|text| !is_substitution(text))?)
}

#[cfg(test)]
mod tests {
    use seatrial_model::{Sources, Span};

    use super::*;

    #[test]
    fn quantities_of_one_amount_are_equal() {
        let span = Span::start_of(Sources::new().add("case.yaml", String::new()).id());
        let of = |text: &str| amount(&Node::string(text.to_owned(), span));
        for (one, other) in
            [("500m", "0.5"), ("300m", ".3"), ("1Gi", "1024Mi"), ("1e3", "1k"), ("1", "1000m"), ("2E3", "2000")]
        {
            assert!(of(one).is_some() && of(one) == of(other), "{one} {other}: {:?} {:?}", of(one), of(other));
        }
        assert!(of("1Gi") > of("1G"));
        assert_eq!([of("${CPU}"), of("much")], [None, None]);
    }
}
