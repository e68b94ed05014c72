module seatrial/testbed/shop

go 1.25.0
