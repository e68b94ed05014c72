//! The live table of a terminal, as lines: what is waited for, the newest state of each. Knows no terminal.

use seatrial_model::ObjectId;

/// So many rows fit below the lines that stay; the others are counted.
const MOST_ROWS: usize = 12;

/// Objects that are waited for, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Table {
    rows: Vec<Row>,
    ready: usize,
}

#[derive(Debug)]
struct Row {
    environment: String,
    object: ObjectId,
    message: String,
}

impl Table {
    /// An object is waited for, with this state.
    pub(crate) fn wait(&mut self, environment: &str, object: &ObjectId, message: &str) {
        match self.rows.iter_mut().find(|row| row.is(environment, object)) {
            Some(row) => message.clone_into(&mut row.message),
            None => self.rows.push(Row {
                environment: environment.to_owned(),
                object: object.clone(),
                message: message.to_owned(),
            }),
        }
    }

    /// An object is ready.
    pub(crate) fn ready(&mut self, environment: &str, object: &ObjectId) {
        self.ready += 1;
        self.rows.retain(|row| !row.is(environment, object));
    }

    /// An object has failed: a line that stays tells of it.
    pub(crate) fn fail(&mut self, environment: &str, object: &ObjectId) {
        self.rows.retain(|row| !row.is(environment, object));
    }

    /// Nothing is waited for any more.
    pub(crate) fn clear(&mut self) {
        self.rows.clear();
        self.ready = 0;
    }

    /// The table: a line that counts, and one for each object.
    pub(crate) fn lines(&self) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let name = |row: &Row| row.object.kind_and_name();
        let shown = || self.rows.iter().take(MOST_ROWS);
        let width = shown().map(|row| name(row).chars().count()).max().unwrap_or(0);
        let (waiting, ready) = (self.rows.len(), self.ready);
        let count = format!("waiting for {waiting} of {}", waiting + ready);
        let more = waiting.checked_sub(MOST_ROWS).filter(|more| *more > 0).map(|more| format!("  and {more} more"));
        let rows = shown().map(|row| format!("  {:<width$}  {}", name(row), row.message));
        std::iter::once(count).chain(rows).chain(more).collect()
    }
}

impl Row {
    fn is(&self, environment: &str, object: &ObjectId) -> bool {
        self.environment == environment && self.object == *object
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(name: &str) -> ObjectId {
        ObjectId::new("apps", "Deployment", Some("shop"), name)
    }

    #[test]
    fn a_row_has_the_newest_state_and_goes_when_its_object_is_ready() {
        let mut table = Table::default();
        assert!(table.lines().is_empty());
        table.wait("dev", &object("web"), "0 of 2 replicas ready");
        table.wait("dev", &object("prices"), "0 of 1 replica ready");
        table.wait("dev", &object("web"), "1 of 2 replicas ready");
        let rows = [
            "waiting for 2 of 2",
            "  Deployment/web     1 of 2 replicas ready",
            "  Deployment/prices  0 of 1 replica ready",
        ];
        assert_eq!(table.lines(), rows);
        table.ready("dev", &object("web"));
        assert_eq!(table.lines(), ["waiting for 1 of 2", "  Deployment/prices  0 of 1 replica ready"]);
        // The same name in another namespace is another object.
        table.ready("dev", &ObjectId::new("apps", "Deployment", Some("other"), "prices"));
        assert_eq!(table.lines().len(), 2);
        table.fail("dev", &object("prices"));
        assert!(table.lines().is_empty());
    }

    #[test]
    fn what_does_not_fit_is_counted() {
        let mut table = Table::default();
        (0..40).for_each(|n| table.wait("dev", &object(&format!("web-{n}")), "not ready"));
        let lines = table.lines();
        assert_eq!((lines.len(), lines.last().map(String::as_str)), (14, Some("  and 28 more")));
        table.clear();
        assert!(table.lines().is_empty());
    }
}
