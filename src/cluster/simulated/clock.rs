//! The time as the cluster sees it: milliseconds, printed as Kubernetes prints times.

/// A moment, in milliseconds since 1970. Handed into everything below the server, so that tests can set it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Moment(pub(crate) i64);

impl Moment {
    /// The present.
    pub(crate) fn now() -> Moment {
        // jiff panics when the clock is past the year 9999.
        let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    }

    /// That many milliseconds later.
    #[must_use]
    pub(crate) fn after(self, milliseconds: i64) -> Moment {
        Moment(self.0.saturating_add(milliseconds))
    }

    /// Milliseconds since an earlier moment; negative for a later one.
    pub(crate) fn since(self, earlier: Moment) -> i64 {
        self.0.saturating_sub(earlier.0)
    }

    /// A time that Kubernetes printed.
    pub(crate) fn parse(text: &str) -> Option<Moment> {
        text.parse::<jiff::Timestamp>().ok().map(|t| Moment(t.as_millisecond()))
    }

    /// `metav1.Time`: whole seconds.
    pub(crate) fn text(self) -> String {
        let latest = jiff::Timestamp::MAX.as_second();
        let seconds = jiff::Timestamp::from_second(self.0.div_euclid(1000).min(latest));
        seconds.unwrap_or(jiff::Timestamp::UNIX_EPOCH).to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prints_times_as_kubernetes_does() {
        let moment = Moment(1_700_000_000_123);
        assert_eq!(moment.text(), "2023-11-14T22:13:20Z");
        assert_eq!(Moment::parse(&moment.text()), Some(Moment(1_700_000_000_000)));
        assert_eq!(Moment(i64::MAX).text(), "9999-12-30T22:00:00Z");
    }
}
