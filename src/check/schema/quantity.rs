//! Kubernetes' quantities: `100m`, `1.5`, `2Gi`, `1e3` (apimachinery: `pkg/api/resource/quantity.go` `ParseQuantity`).

/// Whether the API server reads `text` as a quantity. Surrounding blanks are allowed, as there.
pub(crate) fn is_quantity(text: &str) -> bool {
    let text = text.trim();
    if text.is_empty() {
        return false;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let rest = unsigned.trim_start_matches(|c: char| c.is_ascii_digit());
    let suffix = match rest.strip_prefix('.') {
        Some(fraction) => fraction.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    is_suffix(suffix)
}

fn is_suffix(suffix: &str) -> bool {
    match suffix {
        "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E" => true,
        "Ki" | "Mi" | "Gi" | "Ti" | "Pi" | "Ei" => true,
        _ => {
            let exponent = suffix.strip_prefix(['e', 'E']).map(|e| e.strip_prefix(['+', '-']).unwrap_or(e));
            exponent.is_some_and(|e| !e.is_empty() && e.len() < 19 && e.chars().all(|c| c.is_ascii_digit()))
        }
    }
}

/// What was probably meant: units as people write them elsewhere (`512MB`, `1 GiB`, `500mi`).
pub(crate) fn meant(text: &str) -> Option<String> {
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.')?;
    let (number, unit) = text.split_at_checked(digits)?;
    if number.is_empty() || number.matches('.').count() > 1 {
        return None;
    }
    let unit = match unit.trim().to_ascii_lowercase().as_str() {
        "b" => "",
        "kb" => "k",
        "mb" => "M",
        "gb" => "G",
        "tb" => "T",
        "ki" | "kib" => "Ki",
        "mi" | "mib" => "Mi",
        "gi" | "gib" => "Gi",
        "ti" | "tib" => "Ti",
        "g" => "G",
        "t" => "T",
        _ => return None,
    };
    Some(format!("{number}{unit}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_the_api_server_reads() {
        let good = [
            "0", "1", "-1", "+1", "1.5", "1.", ".5", "100m", "2Gi", "1e3", "1E-3", "12E", "5Ei", " 1Gi ", "0.1k", "1.G",
        ];
        let bad = [
            "", " ", "1GB", "1gi", "1 Gi", "1Mi1", "one", "1e", "1e+", "10%", "1,5", "1K", "0x10", "1.2.3", "1mm", "é",
        ];
        assert_eq!(good.into_iter().filter(|q| !is_quantity(q)).collect::<Vec<_>>(), [""; 0]);
        assert_eq!(bad.into_iter().filter(|q| is_quantity(q)).collect::<Vec<_>>(), [""; 0]);
    }

    #[test]
    fn knows_units_of_other_places() {
        let cases = [
            ("512MB", Some("512M")),
            ("1 GiB", Some("1Gi")),
            ("500mi", Some("500Mi")),
            ("ten", None),
            ("1.2.3GB", None),
        ];
        for (text, expected) in cases {
            assert_eq!(meant(text).as_deref(), expected, "{text}");
        }
    }
}
