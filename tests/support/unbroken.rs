//! What a terminal report says, whatever its width.

/// Sentences in one line each: what is redacted in them decides where a terminal breaks them.
pub(crate) fn unbroken(text: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut indent = None;
    for line in text.lines() {
        let told = line.trim_start();
        let is_more = indent == Some(line.len() - told.len()) && !told.is_empty();
        match lines
            .last_mut()
            .filter(|_| is_more && !["| ", "= ", "-->", ":::"].iter().any(|begin| told.starts_with(begin)))
        {
            Some(sentence) => *sentence = format!("{sentence} {told}"),
            None => {
                let is_heading = ["error[", "warning[", "note[", "broken["].iter().any(|word| line.starts_with(word));
                let fact = told.starts_with("= ").then_some(line.len() - told.len() + 2);
                indent = if is_heading { Some(4) } else { fact };
                lines.push(line.to_owned());
            }
        }
    }
    lines.join("\n") + "\n"
}
