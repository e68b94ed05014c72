//! Layouts as Go reads and writes them.

use super::{Time, Zone, parse};

#[test]
fn times_are_written_by_layouts() {
    let time = Time { nanoseconds: 1_136_214_245_123_400_000, zone: Zone::fixed("MST", -7 * 3600) };
    let cases = [
        ("2006-01-02", "2006-01-02"),
        ("Mon Jan _2 15:04:05 MST 2006", "Mon Jan  2 08:04:05 MST 2006"),
        ("Monday, 02-Jan-06 15:04:05 MST", "Monday, 02-Jan-06 08:04:05 MST"),
        ("3:04PM", "8:04AM"),
        ("2006-01-02T15:04:05.999999999Z07:00", "2006-01-02T08:04:05.1234-07:00"),
        (".000 ,99 .999999", ".123 ,12 .1234"),
        ("002 __2 January Janet 1 5 -07 Z0700", "002   2 January Janet 1 5 -07 -0700"),
        ("_2006 20061 pm", "_2006 20061 am"),
    ];
    for (layout, expected) in cases {
        assert_eq!(time.format(layout), expected, "{layout}");
    }
    assert_eq!(Time::zero().format("2006-01-02 15:04:05 -0700 MST"), "0001-01-01 00:00:00 +0000 UTC");
    let berlin = Zone::load("Europe/Berlin").expect("known");
    assert_eq!(Time::unix(1_700_000_000).in_zone(berlin).format("15:04 MST Z07:00"), "23:13 CET +01:00");
}

#[test]
fn times_are_read_by_layouts() {
    let read = |layout, text| match parse(layout, text) {
        Ok(time) => time.format("2006-01-02T15:04:05.999999999Z07:00 MST"),
        Err(error) => error,
    };
    let cases = [
        ("2006-01-02", "2024-02-29", "2024-02-29T00:00:00Z UTC"),
        ("2006-01-02", "2023-02-29", "parsing time \"2023-02-29\": day out of range"),
        ("2006-01-02", "2023-13-01", "parsing time \"2023-13-01\": month out of range"),
        ("2006-01-02", "x", "parsing time \"x\" as \"2006-01-02\": cannot parse \"x\" as \"2006\""),
        ("2006-01-02", "2023-01-02x", "parsing time \"2023-01-02x\": extra text: \"x\""),
        ("15:04:05", "01:02:03.5", "0000-01-01T01:02:03.5Z UTC"),
        ("Jan 2, 2006 at 3:04pm (MST)", "feb 3, 2013 at 7:54pm (PST)", "2013-02-03T19:54:00Z PST"),
        ("2006-01-02T15:04:05Z07:00", "2023-01-02T03:04:05+02:00", "2023-01-02T03:04:05+02:00 +0200"),
    ];
    for (layout, text, expected) in cases {
        assert_eq!(read(layout, text), expected, "{layout} {text}");
    }
}
