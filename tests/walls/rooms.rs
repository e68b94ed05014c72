//! The rooms: which crate may use which, and which are pure.

use crate::house::members;

/// The stations of the flow, in their order: a crate uses its own room and those above.
const ROOMS: [&str; 10] =
    ["model", "kubernetes", "formats", "render", "check", "transport", "cluster", "supply", "report", "seatrial"];

/// Rooms that do not see each other, though one stands above the other.
const STRANGERS: [&str; 3] = ["cluster", "supply", "report"];

/// Crates in pure rooms that may touch the world, and those in other rooms that may not.
const READS_FILES: &str = "render/tree";
const PURE_BEYOND: [&str; 3] = ["cluster/readiness", "report/published", "report/reporters"];

fn room(folder: &str) -> usize {
    let name = folder.split('/').next().unwrap_or_default();
    ROOMS.iter().position(|room| *room == name).unwrap_or_else(|| panic!("{folder} stands in no room"))
}

/// Whether a crate must touch no file, process, clock, environment or socket.
pub(crate) fn is_pure(folder: &str) -> bool {
    (room(folder) <= room("check") && folder != READS_FILES) || PURE_BEYOND.contains(&folder)
}

#[test]
fn every_crate_of_the_house_is_seen() {
    let folders: Vec<&str> = members().iter().map(|m| m.folder.as_str()).collect();
    for expected in ["model", "formats/yaml", "render/kustomize", "cluster/deploy", "report/reporters", "seatrial"] {
        assert!(folders.contains(&expected), "{expected} is missing among {folders:?}");
    }
}

#[test]
fn a_crate_uses_its_own_room_and_those_above_never_one_below() {
    for member in members() {
        for used in &member.uses {
            assert!(room(used) <= room(&member.folder), "{} must not use {used}: it stands below", member.folder);
        }
    }
}

#[test]
fn cluster_supply_and_report_do_not_see_each_other() {
    for member in members() {
        let own = ROOMS[room(&member.folder)];
        for used in member.uses.iter().filter(|_| STRANGERS.contains(&own)) {
            let other = ROOMS[room(used)];
            assert!(other == own || !STRANGERS.contains(&other), "{} must not use {used}", member.folder);
        }
    }
}

#[test]
fn reporters_see_the_model_alone() {
    let all = members();
    let reporters = all.iter().find(|m| m.folder == "report/reporters").expect("reporters");
    assert_eq!(reporters.uses, ["model"]);
}
