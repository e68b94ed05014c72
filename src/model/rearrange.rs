//! Putting things into another order in place, without a copy of them.

/// Puts in each place what stood in the place that `order` names for it: each place must be named once.
pub fn rearrange<T>(all: &mut [T], order: &[usize]) {
    for (at, from) in order.iter().enumerate() {
        let mut from = *from;
        // What stood there may have been moved on already.
        while from < at {
            let Some(next) = order.get(from) else { return };
            from = *next;
        }
        all.swap(at, from);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_place_gets_what_the_order_names() {
        for order in [[0, 1, 2, 3], [3, 2, 1, 0], [1, 2, 3, 0], [3, 0, 1, 2], [2, 0, 3, 1]] {
            let mut all = ["a", "b", "c", "d"];
            rearrange(&mut all, &order);
            assert_eq!(all, order.map(|at| ["a", "b", "c", "d"][at]), "{order:?}");
        }
    }
}
