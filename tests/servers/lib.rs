//! seatrial-test-servers.
