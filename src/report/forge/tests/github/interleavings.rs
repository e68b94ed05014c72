//! Two runs on one pull request, in every order that chance finds.

use seatrial_test_servers::github::{Behaviour, Fault};

use super::*;

const ROUNDS: usize = 200;

/// The order in which the requests of two runs arrive is shuffled by delays of some milliseconds.
#[tokio::test]
async fn whatever_the_order_of_two_runs_one_comment_is_left() {
    let mut random = 0x9E37_79B9_7F4A_7C15_u64;
    let mut next = |below: u64| {
        random = random.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let mut old = 0;
    for round in 0..ROUNDS {
        let fake = fake().await;
        for (method, path) in
            [("GET", COMMENTS), ("GET", PULL), ("POST", COMMENTS), ("PATCH", COMMENT), ("DELETE", COMMENT)]
        {
            for nth in 1..=4 {
                let wait = Duration::from_millis(next(4));
                fake.arm(Fault::new(method, path, Behaviour::Delay(wait)).nth(nth));
            }
        }
        let begun = round % 2 == 1;
        if begun {
            fake.add_comment(REPOSITORY, 7, "github-actions[bot]", &format!("{}\nrun 0", marker(HEAD, 0)));
        }
        let (one, other) = (forge(&fake), forge(&fake));
        let (older, newer) = (report(1, "run 1"), report(2, "run 2"));
        let later = Duration::from_millis(next(8));
        let late = async {
            tokio::time::sleep(later).await;
            other.upsert_comment(7, &newer).await
        };
        let delivered = tokio::join!(one.upsert_comment(7, &older), late);
        let story = || format!("round {round}: {delivered:?} {:?}", fake.request_lines());
        let left = ours(&fake);
        assert_eq!(left.len(), 1, "{}", story());
        // Of a comment that was there, the older run may have the last word: no edit is conditional on either forge.
        assert!(begun || left == ["run 2"], "{}", story());
        old += usize::from(left != ["run 2"]);
    }
    println!("{ROUNDS} rounds: one comment in each, of the older run in {old}");
    assert!(old < ROUNDS / 10, "{old} of {ROUNDS}");
}
