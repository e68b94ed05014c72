//! Lists by pages, with GitHub's `Link`.

/// Which page is asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Page {
    number: usize,
    size: usize,
}

impl Page {
    /// Reads `per_page` (30 without it, 100 at most) and `page`.
    pub(super) fn asked(query: &str) -> Page {
        let asked = |key: &str| {
            let pair = query.split('&').find_map(|pair| pair.strip_prefix(key)?.strip_prefix('='));
            pair.and_then(|value| value.parse::<usize>().ok())
        };
        Page { number: asked("page").unwrap_or(1).max(1), size: asked("per_page").unwrap_or(30).clamp(1, 100) }
    }

    /// What is on the page.
    pub(super) fn of<T>(self, all: Vec<T>) -> Vec<T> {
        all.into_iter().skip((self.number - 1) * self.size).take(self.size).collect()
    }

    /// The header for a list of so many at an address; a list of one page has none.
    pub(super) fn link(self, address: &str, total: usize) -> Option<String> {
        let last = total.div_ceil(self.size).max(1);
        let mark = if address.contains('?') { '&' } else { '?' };
        let link =
            |page: usize, rel: &str| format!("<{address}{mark}per_page={}&page={page}>; rel=\"{rel}\"", self.size);
        let mut links = Vec::new();
        if self.number > 1 {
            links.push(link((self.number - 1).min(last), "prev"));
        }
        if self.number < last {
            links.push(link(self.number + 1, "next"));
            links.push(link(last, "last"));
        }
        if self.number > 1 {
            links.push(link(1, "first"));
        }
        (!links.is_empty()).then(|| links.join(", "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_names_the_pages_that_there_are() {
        let rels = |query: &str, total| {
            let link = Page::asked(query).link("http://h/list", total).unwrap_or_default();
            let rel = |part: &str| part.split('"').nth(1).unwrap_or_default().to_owned();
            link.split(", ").map(rel).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(rels("", 30), "");
        assert_eq!(rels("", 31), "next last");
        assert_eq!(rels("page=2&per_page=10", 31), "prev next last first");
        assert_eq!(rels("per_page=10&page=4", 31), "prev first");
        assert_eq!(rels("page=9", 31), "prev first");
        assert_eq!(rels("per_page=1000", 101), "next last");
    }
}
